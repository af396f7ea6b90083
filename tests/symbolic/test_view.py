"""Rates and Jacobians of the symbolic view, against derivatives worked out by hand."""

import ast

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.equations.elementary import NUMPY_FUNCTIONS
from brainpy_lab.errors import AnalysisError, ArgumentError, MethodError
from brainpy_lab.symbolic import view


def evaluate(expr: ast.expr, **names: float) -> float:
    code = compile(ast.fix_missing_locations(ast.Expression(expr)), "<rate>", "eval")
    return float(eval(code, NUMPY_FUNCTIONS | names))


@pytest.fixture(scope="module")
def fhn(make_system):
    return make_system(
        states={"V": "V - V**3/3 - w + I", "w": "(V + a - b*w)/tau"},
        parameters={"I": 0.5, "a": 0.7, "b": 0.8, "tau": 12.5},
    )


def test_rate_of_a_gating_variable_is_compact(make_system):
    system = make_system(
        states={"V": "-V", "m": "alpha*(1 - m) - beta*m"},
        intermediates={"alpha": "0.1*(V + 40)/(1 - exp(-(V + 40)/10))", "beta": "4*exp(-(V + 65)/18)"},
    )
    assert ast.unparse(view(system).rate("m")) == "-alpha - beta"
    assert view(system).is_linear_in("m")


def test_rate_follows_intermediates_that_depend_on_the_state(make_system):
    system = make_system(states={"x": "a*x + c"}, intermediates={"a": "x**2", "c": "a*3"})
    rate = view(system).rate("x")
    x = 1.7
    assert evaluate(rate, x=x, a=x**2) == pytest.approx(3 * x**2 + 6 * x, rel=1e-14)
    assert not view(system).is_linear_in("x")


def test_rate_keeps_factors_as_written(make_system):
    system = make_system(states={"h": "7*exp(-(V + 65)/20)/100*(1 - h)"}, parameters={"V": -60.0})
    assert ast.unparse(view(system).rate("h")) == "-7 * exp(-(V + 65) / 20) / 100"


def test_derivatives_of_fitzhugh_nagumo_by_states_and_a_parameter(fhn):
    import sympy

    V, b, tau = (sympy.Symbol(n, real=True) for n in ("V", "b", "tau"))
    expected = sympy.Matrix([[1 - V**2, -1], [1 / tau, -b / tau]])
    symbols = view(fhn)
    found = [[symbols.substituted(symbols.drift_derivative(s, x)) for x in ("V", "w")] for s in ("V", "w")]
    assert sympy.simplify(sympy.Matrix(found) - expected) == sympy.zeros(2, 2)
    assert [symbols.drift_derivative(s, "I") for s in ("V", "w")] == [1, 0]


def test_unknown_names_are_answered_with_the_nearest_one(fhn):
    with pytest.raises(ArgumentError, match="'v' is no state of .*\n  Did you mean 'V'"):
        view(fhn).rate("v")


@pytest.mark.parametrize(
    ("drift", "x", "slope"),
    [
        ("abs(x)", -2.0, -1.0),
        ("sign(x)*x", -2.0, -1.0),
        ("floor(x) + x", 0.3, 1.0),
        ("heaviside(x, 0.5)*x**2", 3.0, 6.0),
        ("minimum(x, x**2)", 2.0, 1.0),
        ("maximum(x, x**2)", 2.0, 4.0),
        ("clip(3*x, -1, 1)", 0.2, 3.0),
        ("clip(3*x, -1, 1)", 2.0, 0.0),
        ("where(x > 1, x**3, x)", 2.0, 12.0),
        ("x**2 if x > 1 and x < 3 else 5*x", 4.0, 5.0),
        ("x % 3", 4.0, 1.0),
        ("x // 3 + x", 4.0, 1.0),
        ("log10(x)", 2.0, 1 / (2 * np.log(10))),
        ("log1p(x) + expm1(x)", 0.5, 1 / 1.5 + np.exp(0.5)),
        ("sqrt(x)", 4.0, 0.25),
        ("2**x", 3.0, 8 * np.log(2)),
        ("arctan(x)", 2.0, 0.2),
        ("x**2*(x > 0)", 2.0, 4.0),
        ("1/(1 + exp(-x))", 0.0, 0.25),
        ("pi*x", 1.0, np.pi),
    ],
)
def test_each_function_has_the_slope_of_its_side(drift, x, slope, make_system):
    from brainpy_lab.symbolic import numeric

    system = make_system(states={"x": drift})
    assert numeric(system).jacobian([x], {})[0, 0] == pytest.approx(slope, rel=1e-13)
    rate = ast.unparse(view(system).rate("x"))
    if not any(word in rate for word in ("where", " and ")):
        assert evaluate(ast.parse(rate, mode="eval").body, x=x, pi=np.pi) == pytest.approx(slope, rel=1e-13)


def test_helper_with_branches_and_locals_is_differentiated(make_system):
    system = make_system(
        states={"n": "alpha(V)*(1 - n)", "V": "alpha(V)"},
        functions="""
def alpha(V, scale=10):
    x = (V + 55) / scale
    if abs(x) < 1e-6:
        return 0.1*(1 + x/2)
    y = 1 - exp(-x)
    return 0.1*x/y
""",
    )
    x = 0.5
    slope = 0.01 * ((1 - np.exp(-x)) - x * np.exp(-x)) / (1 - np.exp(-x)) ** 2
    assert evaluate(view(system).rate("V"), V=-50.0) == pytest.approx(slope, rel=1e-13)


def test_loop_of_unknown_length_has_no_exact_derivative(make_system):
    system = make_system(
        states={"x": "f(x)"},
        functions="""
def f(x):
    while x > 1:
        x = x/2
    return x
""",
    )
    with pytest.raises(AnalysisError, match="helper function"):
        view(system).rate("x")


def test_array_operations_have_no_scalar_derivative(make_system):
    with pytest.raises(AnalysisError, match="sum"):
        view(make_system(states={"x": "sum(x)"})).rate("x")


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("dx/dt = -x\ndy/dt = y/(x - x)", "dy/dt", (2, 0)),
        ("q = 1/(x - x)\ndx/dt = -x\ndy/dt = q*y", "q", (1, 0)),
    ],
)
@pytest.mark.parametrize("method", ["rodas4", "exponential_euler", "etdrk2"])
def test_a_division_by_zero_has_its_place(text, what, place, method):
    with pytest.raises(AnalysisError, match=f"'{what}' has no finite value.*divides by zero") as refusal:
        bp.model(text, name="Zero").run(0.1, dt=0.1, method=method, backend="numpy")
    assert (refusal.value.location.line, refusal.value.location.column) == place


def test_exponential_euler_says_what_to_take_instead():
    text = "w = [1, 2]\ndy/dt = -sum(w)*y\ny(0) = 1"
    with pytest.raises(MethodError, match=r"exact Jacobian of 'Sum', and 'y' has sum\(\)") as refusal:
        bp.model(text, name="Sum").run(0.1, dt=0.1, method="exponential_euler", backend="numpy")
    assert refusal.value.advice == "Use an explicit method, for example method='rkdp' or 'rk4'."
