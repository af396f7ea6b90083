"""Expressions as text in the dialects, names that do not clash, and shared exponentials."""

import ast
import re

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.crossing import distance
from brainpy_lab.codegen.printing import Dialect, Printer, names_used, rename
from brainpy_lab.drivers.loaded import load_functions

from .kinds import KINDS

SELECTS = Dialect(module="m", selects=True)
BRANCHES = Dialect(module="m", selects=False)


def _expr(text):
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("text", "selects", "branches"),
    [
        ("1 if x > 0 else y", "where(x > 0, 1, y)", "1 if x > 0 else y"),
        ("where(x > 0, 1, y)", "where(x > 0, 1, y)", "1 if x > 0 else y"),
        (
            "x > 0 and y > 0 and not z",
            "logical_and(logical_and(x > 0, y > 0), logical_not(z))",
            "x > 0 and y > 0 and (not z)",
        ),
        ("x > 0 or y > 0", "logical_or(x > 0, y > 0)", "x > 0 or y > 0"),
        ("W @ x", "matvec(W, x)", "matvec(W, x)"),
        ("-x ** 2 % 3", "-x ** 2 % 3", "-x ** 2 % 3"),
        ("exp(where(a, b, c))", "exp(where(a, b, c))", "exp(b if a else c)"),
    ],
)
def test_dialects(text, selects, branches):
    assert Printer(SELECTS).expression(_expr(text)) == selects
    assert Printer(BRANCHES).expression(_expr(text)) == (branches or text)


def test_imports_are_what_is_used():
    printer = Printer(SELECTS, {"helper": "helper"})
    printer.expression(_expr("helper(exp(x) + pi) if x > 0 else sqrt(y)"))
    assert printer.imports == ("exp", "pi", "sqrt", "where")


def test_renaming_leaves_functions():
    expr = rename(_expr("exp(x) + x*y"), {"x": "x_2", "exp": "no", "y": _expr("t + dt")})
    assert ast.unparse(expr) == "exp(x_2) + x_2 * (t + dt)"
    assert names_used(expr) == {"x_2", "t", "dt"}


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ("x > 1", {"x": 2}, {"x": 0}),
        ("x <= 1", {"x": 0}, {"x": 2}),
        ("x > 1 and y > 1", {"x": 2, "y": 2}, {"x": 2, "y": 0}),
        ("x > 1 or y > 1", {"x": 0, "y": 2}, {"x": 0, "y": 0}),
        ("not x > 1", {"x": 0}, {"x": 2}),
    ],
)
def test_distance_is_positive_where_a_condition_holds(condition, inside, outside):
    text = ast.unparse(distance(_expr(condition)))
    names = {"minimum": min, "maximum": max}
    assert eval(text, names, inside) > 0 > eval(text, names, outside)


# --- names -------------------------------------------------------------------------------------------------------

CLASHING = """
dt_2 = 1
x_2 = 2
dx_1 = 3
x_new = 0.5
exprel_ = 1
x_rate = 1
dx = 1
x_exp = 1
k_i = 0.25
k_y = 0.5
dx/dt = x_2 - x*x_new*dx_1*dt_2 + 0*exprel_*x_rate*dx + exp(-x/80)*x_exp + exp(-x/20) + k_i*k_y
when x > 100 as x_on:
    x = 0
    hold(x, 1)
"""


@pytest.mark.parametrize("method", KINDS)
def test_names_of_the_code_give_way_to_the_models(method):
    clashing = bp.model(CLASHING.strip(), name="Clashing")
    plain = bp.model(
        "dx/dt = 2 - 1.5*x + exp(-x/80) + exp(-x/20) + 0.125\nwhen x > 100:\n    x = 0\n    hold(x, 1)", name="Plain"
    )
    expected = plain.run(1.0, dt=0.1, method=method, backend="numpy").final["x"]
    for backend in ("numpy", "numba"):
        run = {"dt": 0.1, "method": method, "backend": backend}
        assert clashing.run(1.0, **run).final["x"] == pytest.approx(expected, rel=1e-9)
    if method == "rk4":
        many = clashing.run(1.0, dt=0.1, method=method, backend="numba", k_i=np.array([0.25, 1.0]))
        assert many.final["x"][0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("method", ["euler", "rkdp"])
@pytest.mark.parametrize("name", ["step", "derivative", "act", "run"])
def test_helper_functions_may_be_called_like_the_steps_own(name, method):
    model = bp.model(f"def {name}(x):\n    return 2*x\ndx/dt = -{name}(x)\nx(0) = 1", name="Helper")
    for backend in ("numpy", "numba"):
        sol = model.run(0.1, dt=0.1, method=method, backend=backend)
        assert sol.final["x"] == pytest.approx(0.8 if method == "euler" else np.exp(-0.2), abs=1e-7)


@pytest.mark.parametrize("name", ["logical_and", "exprel_of", "matvec"])
def test_parameters_may_be_called_like_imported_functions(name):
    text = f"{name} = 2\ndx/dt = -{name}*x if x > 0 and x < 5 else W @ x\nx(0) = start"
    model = bp.model(text, name="Imported", namespace={"start": np.ones(2), "W": np.eye(2)})
    sol = model.run(0.1, dt=0.1, method="euler", backend="numpy")
    np.testing.assert_allclose(sol.final["x"], 0.8)


def test_fresh_names():
    step = StepBuilder(bp.model(CLASHING.strip(), name="Clashing").system)
    assert step.line("x_2", "x") == "x_2_"
    assert step.line("x_2", "x") == "x_2__"
    assert step.line("y_2", "x") == "y_2"


# --- exponentials ------------------------------------------------------------------------------------------------

SHARED = """
dx/dt = exp(-x/80) + 0.125*exp(-x/20 + 0.3) - exp(x/80 - 1)/(1 + exp((x - 3)/-10)) - exp(-0.05*(x + 1))
dy/dt = exp(y) + exp(-2*y) + exp(x*y) + exp(y/7) - y
x(0) = 3.7
y(0) = -0.3
"""


def _slopes(share, values):
    model = bp.model(SHARED.strip(), name="Shared")
    model.share_exponentials = share
    code = model.code("numpy", "euler")
    step = load_functions(code)["step"]
    new = step(0.0, 1.0, *values)
    return code.text, np.array(new) - values


def test_shared_exponentials_have_the_same_values():
    rng = np.random.default_rng(0)
    values = rng.uniform(-4, 4, (2, 200))
    one, shared = _slopes(True, values)
    many, plain = _slopes(False, values)
    scale = 1 + np.abs(plain)
    np.testing.assert_array_less(np.abs(shared - plain) / scale, 1e-13)
    assert re.search(r"x_exp = exp\(-?x ?/ ?80\)|x_exp = exp\(", one)
    assert len(re.findall(r"(?<!_)exp\(", one)) < len(re.findall(r"(?<!_)exp\(", many))
    assert "_exp" not in many


def _exponentials(text):
    """Calls of exp whose argument is no number."""
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and ast.unparse(n.func) == "exp"]
    return sum(bool(names_used(n.args[0])) for n in calls)


def test_hodgkin_huxley_shares_its_exponentials():
    model = bp.models.hodgkin_huxley()
    body = model.code("numba", "euler").text
    model.share_exponentials = False
    plain = model.code("numba", "euler").text
    assert "_exp" in body
    assert "_exp" not in plain
    assert _exponentials(body) < _exponentials(plain)
    shared = bp.models.hodgkin_huxley().run(5.0, dt=0.05, backend="numpy")
    alone = model.run(5.0, dt=0.05, backend="numpy")
    np.testing.assert_allclose(shared.V, alone.V, rtol=1e-11)
