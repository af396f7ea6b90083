"""Model functions of BrainPy's contract, and their equality with the same equations in a cell."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable

import numpy as np
import pytest

from brainpy_lab.equations import read_function, read_text
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, BrainPyLabError, ModelError, UnknownNameError

# ruff: noqa: E731
# mypy: disable-error-code="no-untyped-def"

FHN = """
I = 0.5; a = 0.7; b = 0.8; tau = 12.5
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w)/tau
"""
GAIN = 2.5


def fhn(V, w, t, I=0.5, a=0.7, b=0.8, tau=12.5):
    """FitzHugh-Nagumo."""
    return V - V**3 / 3 - w + I, (V + a - b * w) / tau


def fhn_named(V, w, t, I=0.5, a=0.7, b=0.8, tau=12.5):
    dV = V - V**3 / 3 - w + I
    dw = (V + a - b * w) / tau
    return [dV, dw]


def fhn_array(V, w, t, *, I=0.5, a=0.7, b=0.8, tau=12.5):
    dV, dw = V - V**3 / 3 - w + I, (V + a - b * w) / tau
    return np.array([dV, dw])


fhn_lambda = lambda V, w, t, I=0.5, a=0.7, b=0.8, tau=12.5: (V - V**3 / 3 - w + I, (V + a - b * w) / tau)


def drifts(system: System) -> dict[str, str]:
    return {s.name: ast.unparse(s.drift) for s in system.states if s.drift is not None}


def rows(system: System) -> dict[str, str]:
    return {d.name: ast.unparse(d.expr) for d in (*system.derived, *system.intermediates)}


@pytest.mark.parametrize("function", [fhn, fhn_named, fhn_array, fhn_lambda])
def test_both_routes_give_equal_systems(function: Callable[..., object]) -> None:
    system = read_function(function)
    cell = read_text(FHN)
    assert system == cell
    assert system.state_names == cell.state_names
    assert {p.name: p.value for p in system.parameters} == {p.name: p.value for p in cell.parameters}


def test_intermediates_are_equal_on_both_routes() -> None:
    def hh(V, n, t, g_K=36.0, E_K=-77.0, C=1.0, I=10.0):
        I_K = g_K * n**4 * (V - E_K)
        alpha = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
        return (I - I_K) / C, alpha * (1 - n)

    cell = read_text(
        """
        g_K = 36; E_K = -77; C = 1; I = 10
        I_K = g_K * n**4 * (V - E_K)
        alpha = 0.01*(V + 55)/(1 - exp(-(V + 55)/10))
        dV/dt = (I - I_K)/C
        dn/dt = alpha*(1 - n)
        """
    )
    assert read_function(hh) == cell
    assert [d.name for d in read_function(hh).intermediates] == ["I_K", "alpha"]


def test_name_documentation_and_initial_values() -> None:
    system = read_function(fhn, initial={"V": -1.5, "w": np.array([1.0, 2.0])})
    assert (system.name, system.doc, system.origin) == ("fhn", "FitzHugh-Nagumo.", "function fhn")
    assert [ast.unparse(s.initial) for s in system.states if s.initial] == ["-1.5", "w_0"]
    assert read_function(fhn).notes == ("V(0) was not given: 0", "w(0) was not given: 0")
    assert read_function(fhn, name="F", parameters={"I": 0.9}).parameters[0].value == 0.9


def test_branches_become_expressions() -> None:
    def f(V, w, t, I=1.0):
        if V > 1:
            x = I * 2
        elif V > 0:
            x = I
        else:
            x = 0.0
        x += 1
        if w > 0:
            return x, -w
        return -x, w

    system = read_function(f)
    assert rows(system) == {"x": "I * 2 if V > 1 else I if V > 0 else 0.0", "x_2": "x + 1"}
    assert drifts(system) == {"V": "x_2 if w > 0 else -x_2", "w": "-w if w > 0 else w"}


def test_reassigned_arguments_get_new_names() -> None:
    def f(V, t, I=1.0):
        I = I * 2
        V = V / 10
        a = b = V + I
        a, b = b + 1, a
        return a * b

    system = read_function(f)
    assert rows(system) == {
        "I_2": "I * 2",
        "V_2": "V / 10",
        "a": "V_2 + I_2",
        "b": "V_2 + I_2",
        "a_2": "b + 1",
        "b_2": "a",
    }
    assert [d.name for d in system.derived] == ["I_2"]
    assert drifts(system) == {"V": "a_2 * b_2"}


def helper(x):
    s = 0.0
    for i in range(3):
        s += x**i
    return s


def test_globals_closures_and_helpers() -> None:
    rate = 3

    def f(V, t):
        return -rate * V + GAIN * helper(V) + math.exp(-V)

    system = read_function(f)
    assert {p.name: (p.value, p.captured) for p in system.parameters} == {"rate": (3.0, True), "GAIN": (2.5, True)}
    assert drifts(system) == {"V": "-rate * V + GAIN * helper(V) + exp(-V)"}
    assert [(g.name, g.vectorizable) for g in system.functions] == [("helper", False)]


def test_delays_and_noise() -> None:
    def f(x, t, tau=2.0, sigma=0.1):
        return -x(t - tau) + x + sigma * xi  # noqa: F821

    system = read_function(f)
    assert drifts(system) == {"x": "-x_delayed + x"}
    assert ast.unparse(system.delays[0].time) == "t - tau"
    assert [(n.source, ast.unparse(n.amplitude)) for n in system.states[0].noise] == [("xi", "sigma")]
    assert system == read_text("tau = 2; sigma = 0.1; dx/dt = -x(t - tau) + x + sigma*xi")


def test_diffusion() -> None:
    def f(x, y, t, k=1.0):
        return -k * x, -y

    def g(x, y, t, sigma=0.2, k=1.0):
        s = sigma * k
        return s * x, None

    system = read_function(f, diffusion=g)
    noise = {s.name: [(n.source, ast.unparse(n.amplitude)) for n in s.noise] for s in system.states}
    assert noise == {"x": [("xi_x", "sigma * k * x")], "y": []}
    assert system.parameter_names == ("k", "sigma")
    both = read_function(f, diffusion=0.5)
    assert [ast.unparse(s.noise[0].amplitude) for s in both.states] == ["0.5", "0.5"]
    assert not read_function(f, diffusion=0).is_stochastic
    shared = read_function(f, diffusion=lambda x, y, t, k: (k, 0))
    assert [[ast.unparse(n.amplitude) for n in s.noise] for s in shared.states] == [["k"], []]


def test_decorated_functions_and_methods() -> None:
    def skip(f: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(f)
        def inner(*args: object) -> object:
            return f(*args)

        return inner

    class Holder:
        @skip
        def decorated(self, V, t, a=1.0):
            return -a * V

        def method(self, V, t, a=1.0):
            return -a * V

        @staticmethod
        def static(V, t, a=1.0):
            return -a * V

    cell = read_text("a = 1; dV/dt = -a*V")
    assert read_function(Holder().method) == cell
    assert read_function(Holder.static) == cell
    assert read_function(Holder().decorated) == cell


def test_positions_are_those_of_the_source() -> None:
    system = read_function(fhn)
    span = system.states[1].span
    assert span is not None
    line = system.text.split("\n")[span.line - 1]
    assert line[span.column : span.end_column] == "(V + a - b * w) / tau"


def for_loop(V, t):
    for _ in range(3):
        V = V + 1
    return V


def no_time(V, w):
    return V, w


def no_state(t, a=1.0):
    return a


def no_value(V, t, a):
    return -a * V


def wrong_count(V, w, t):
    return V, w, V


def no_return(V, t):
    a = V
    if V > 1:
        return a


def unknown(V, t):
    return -V + volatge  # noqa: F821


def attribute(V, t, p=1.0):
    return V.real


def subscript(V, t):
    V[0] = 1
    return V


def sets_time(V, t):
    t = t + 1
    return V * t


def starred(V, t, *args):
    return V


def shadows(exp, t):
    return exp


def text_default(V, t, a="x"):
    return V


@pytest.mark.parametrize(
    ("function", "message", "line", "column", "advice"),
    [
        (for_loop, "no 'for' loop", 2, 4, "helper function"),
        (no_time, "no argument 't'", 1, 15, "the states, the time t"),
        (no_state, "No state stands before 't'", 1, 13, None),
        (no_value, "parameter 'a' has no value", 1, 19, "a=1.0"),
        (wrong_count, "3 derivatives for 2 states (V, w)", 2, 17, None),
        (no_return, "can end without returning", 3, 4, None),
        (unknown, "'volatge' is defined nowhere", 2, 16, "volatge = 1.0"),
        (attribute, "no attributes", 2, 11, None),
        (subscript, "cannot change an array", 2, 4, None),
        (sets_time, "'t' is the time", 2, 4, None),
        (starred, "no * arguments", 1, 19, None),
        (shadows, "'exp' is a function", 1, 12, None),
        (text_default, "is of type str", 1, 23, None),
    ],
)
def test_errors_point_into_the_function(
    function: Callable[..., object], message: str, line: int, column: int, advice: str | None
) -> None:
    with pytest.raises(ModelError) as caught:
        read_function(function)
    error = caught.value
    assert message in error.message
    assert error.location is not None
    assert (error.location.line, error.location.column) == (line, column)
    assert error.location.file == f"function {function.__name__}"
    assert advice is None or (error.advice is not None and advice in error.advice)


def test_wrong_arguments() -> None:
    with pytest.raises(ArgumentError, match="no parameter 'tua'") as caught:
        read_function(fhn, parameters={"tua": 3})
    assert caught.value.advice == "Did you mean 'tau'?"
    with pytest.raises(ArgumentError, match="no state 'x'"):
        read_function(fhn, initial={"x": 3})
    with pytest.raises(ArgumentError, match="Python function"):
        read_function(3)  # type: ignore[arg-type]
    with pytest.raises(BrainPyLabError, match="The diffusion has the states V"):
        read_function(fhn, diffusion=lambda V, t: V)
    with pytest.raises(ModelError, match="'I' has two values"):
        read_function(fhn, diffusion=lambda V, w, t, I=3: (I, I))


def test_unknown_names_have_their_own_class() -> None:
    with pytest.raises(UnknownNameError):
        read_function(unknown)
