"""Quotients that are 0/0 at one point: found however they are written, filled with their limit, derivatives too."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.equations import read_text
from brainpy_lab.equations.elementary import NUMPY_FUNCTIONS
from brainpy_lab.symbolic import numeric, view
from brainpy_lab.symbolic.singularities import filled, filled_system

FILLED = [
    ("0.1*(V+40)/(1 - exp(-(V+40)/10))", "1.0 / exprel(-(V + 40) / 10)"),
    ("(V - Vh)/(1 - exp(-(V - Vh)/k))", "k / exprel(-(V - Vh) / k)"),
    ("(a*V - a*Vh)/(1 - exp((Vh - V)/k))", "a * k / exprel((Vh - V) / k)"),
    ("x/expm1(x)", "1.0 / exprel(x)"),
    ("x/k/(-expm1(-x/k))", "1.0 / exprel(-x / k)"),
    ("(exp(a*x) - 1)/x", "a * exprel(a * x)"),
    ("(1 - exp(-x))/x", "exprel(-x)"),
    ("g*(V+40)*m/(1 - exp(-(V+40)/10))", "10.0 * g * m / exprel(-(V + 40) / 10)"),
    ("(V+40)/((1 - exp(-(V+40)/10))*tau)", "10.0 / (tau * exprel(-(V + 40) / 10))"),
    ("1/(1 - exp(-x/k))*x", "k / exprel(-x / k)"),
    ("x*y/(exp(x) - 1)/(exp(y) - 1)", "1.0 / (exprel(x) * exprel(y))"),
    ("x**2/(1 - exp(x))**2", "1.0 / (exprel(x) * exprel(x))"),
    ("(V+40)/(2 - 2*exp(-(V+40)/9))", "4.5 / exprel(-(V + 40) / 9)"),
    ("x/(1 - 1/exp(x))", "1.0 / exprel(-x)"),
    ("k*V/(exp(k*V) - 1)", "1.0 / exprel(k * V)"),
    ("sin(x)/(1 - exp(sin(x)))", "-1.0 / exprel(sin(x))"),
    ("x/(1 - exp(-x)) + y", "1.0 / exprel(-x) + y"),
]

LEFT = [
    "(V - E)/(1 - exp(-(V - Vh)/k))",
    "x/(1 - exp(2*x) + y)",
    "x/(1 - 0.5*exp(x))",
    "x/(exp(3) - exp(3))",
    "1/exp(x)",
]

VALUES = {"V": -39.3, "Vh": -40.5, "k": 7.0, "a": 0.3, "x": 0.7, "y": -1.1, "g": 2.0, "m": 0.4, "tau": 5.0, "E": -40.0}


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _value(expr: ast.expr, **values: float) -> float:
    code = compile(ast.fix_missing_locations(ast.Expression(expr)), "test", "eval")
    with np.errstate(all="ignore"):
        return float(eval(code, {**NUMPY_FUNCTIONS, **VALUES, **values}))


@pytest.mark.parametrize(("text", "expected"), FILLED)
def test_quotients_are_written_with_exprel(text: str, expected: str) -> None:
    result = filled(_parsed(text))
    assert ast.unparse(result) == expected
    assert _value(result) == pytest.approx(_value(_parsed(text)), rel=1e-13)


@pytest.mark.parametrize("text", LEFT)
def test_what_is_not_removable_stays(text: str) -> None:
    expr = _parsed(text)
    assert filled(expr) is expr


@pytest.mark.parametrize("distance", [0.0, 1e-15, -1e-9, 1e-6, 1e-4, -0.01])
def test_nothing_is_lost_near_the_singularity(distance: float) -> None:
    z = distance / 7.0
    expected = 7.0 / (1 + z / 2 + z**2 / 6 + z**3 / 24)
    result = filled(_parsed("x/(exp(x/k) - 1)"))
    assert _value(result, x=distance) == pytest.approx(expected, rel=1e-13)


ALIKE = {
    "by parameters": "r = a*(V - Vh)/(1 - exp(-(V - Vh)/k))",
    "by names": "u = V - Vh\nz = -u/k\nd = 1 - exp(z)\nr = a*u/d",
    "in a function": "def f(V):\n    u = V - Vh\n    e = exp(-u/k)\n    return a*u/(1 - e)\nr = f(V)",
    "in branches": "def f(x):\n    if x > 30:\n        return x\n    return x/(1 - exp(-x))\nr = a*k*f((V - Vh)/k)",
    "in a loop": "def f(V):\n    s = 0\n    for i in range(1):\n        s += (V - Vh)/(1 - exp(-(V - Vh)/k))\n"
    "    return s\nr = a*f(V)",
    "by arguments": "def q(x, y):\n    return x/y\nr = a*q(V - Vh, 1 - exp(-(V - Vh)/k))",
    "as vtrap": "def vtrap(x, y):\n    return x/(exp(x/y) - 1)\nr = a*vtrap(-(V - Vh), k)",
}


@pytest.mark.parametrize("text", ALIKE.values(), ids=ALIKE)
def test_filled_wherever_it_stands(text: str) -> None:
    model = bp.model(f"Vh = -40; k = 10; a = 0.1\n{text}\ndV/dt = 0\ndm/dt = r*(1 - m)\nV(0) = -40", name="Rate")
    if text != ALIKE["in a loop"]:
        sol = model.run(1.0, dt=0.1, method="rk4", backend="numpy", record=["m", "r"])
        np.testing.assert_allclose(sol.r, 1.0, rtol=1e-14)
    rates = numeric(model.system).rhs(np.array([-40.0, 0.25]), {"Vh": -40.0, "k": 10.0, "a": 0.1})
    np.testing.assert_allclose(rates, [0.0, 0.75], rtol=1e-14)
    jacobian = numeric(model.system).jacobian(np.array([-40.0, 0.25]), {"Vh": -40.0, "k": 10.0, "a": 0.1})
    tolerance = 1e-7 if text == ALIKE["in a loop"] else 1e-12
    np.testing.assert_allclose(jacobian, [[0, 0], [0.05 * 0.75, -1.0]], rtol=tolerance, atol=tolerance)


def test_derivatives_by_parameters_hold_there_too() -> None:
    system = read_text("Vh = -40; k = 10\ndV/dt = (V - Vh)/(1 - exp(-(V - Vh)/k))")
    slope = view(system).drift_derivative("V", "Vh")
    names = {s.name: s for s in slope.free_symbols}
    there = slope.subs({names["V"]: -40.0, names["Vh"]: -40.0, names["k"]: 10.0})
    from brainpy_lab.symbolic.printing import to_ast

    assert _value(to_ast(there)) == pytest.approx(-0.5, rel=1e-14)


def test_initial_values_are_computed_there() -> None:
    text = "def f(x):\n    return x/(1 - exp(-x))\ndm/dt = -m\nm(0) = f(0)/(1 + f(0))"
    assert bp.model(text, name="Start").run(0.1, method="euler", backend="numpy").data["m"][0] == 0.5


def test_a_system_without_quotients_is_left_as_it_is() -> None:
    system = read_text("tau = 3\ndef f(x):\n    return x/tau\ndV/dt = -f(V)/tau + exp(-V)")
    assert filled_system(system) == system
    assert math.isclose(_value(filled(_parsed("x/tau"))), 0.14)
