"""Every kind of line of the model language becomes the right part of a System."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from brainpy_lab.equations import read_text
from brainpy_lab.equations.names import names_in
from brainpy_lab.equations.system import FUNCTIONS, Assign, Hold, Span, System
from brainpy_lab.errors import ArgumentError

FHN = """
I = 0.5 in [0, 2]        # input current
a = 0.7
b = 0.8
tau = 12.5
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau   # recovery
V(0) = -1
w(0) = 1
"""

LIF = """
tau = 20; V_rest = -60; V_th = -50; V_reset = -60; t_ref = 5; I = 0
dV/dt = (V_rest - V + I) / tau
V(0) = -60
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
"""


def drift(system: System, state: str) -> str:
    found = next(s for s in system.states if s.name == state)
    assert found.drift is not None
    return ast.unparse(found.drift)


def drift_of(expression: str, **options: object) -> str:
    return drift(read_text(f"dV/dt = {expression}", **options), "V")  # type: ignore[arg-type]


def test_fitzhugh_nagumo() -> None:
    system = read_text(FHN, name="FHN")
    assert system.name == "FHN"
    assert system.state_names == ("V", "w")
    assert {p.name: p.value for p in system.parameters} == {"I": 0.5, "a": 0.7, "b": 0.8, "tau": 12.5}
    current = system.parameters[0]
    assert (current.bounds, current.step, current.description) == ((0.0, 2.0), None, "input current")
    assert system.parameters[1].bounds is None
    assert drift(system, "V") == "V - V ** 3 / 3 - w + I"
    assert drift(system, "w") == "(V + a - b * w) / tau"
    assert [ast.unparse(s.initial) for s in system.states if s.initial] == ["-1", "1"]
    assert system.states[1].description == "recovery"
    assert system.states[0].span == Span(6, 0, 6, 26)
    assert system.notes == ()


def test_positions_are_those_of_the_text() -> None:
    system = read_text(FHN)
    state = system.states[1]
    assert isinstance(state.drift, ast.BinOp)
    division = state.drift
    lines = FHN.split("\n")
    assert lines[division.right.lineno - 1][division.right.col_offset : division.right.end_col_offset] == "tau"
    for node in ast.walk(division):
        if isinstance(node, ast.Name):
            assert lines[node.lineno - 1][node.col_offset : node.end_col_offset] == node.id


def test_leaky_integrate_and_fire() -> None:
    system = read_text(LIF)
    (event,) = system.events
    assert (event.name, ast.unparse(event.condition), system.is_reset(event)) == ("spike", "V >= V_th", True)
    reset, hold = event.actions
    assert isinstance(reset, Assign)
    assert isinstance(hold, Hold)
    assert (reset.target, ast.unparse(reset.value)) == ("V", "V_reset")
    assert (hold.state, ast.unparse(hold.duration)) == ("V", "t_ref")
    assert reset.span == Span(6, 4, 6, 15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-65", -65.0),
        ("+2", 2.0),
        ("1e-3", 1e-3),
        ("1/0.08", 12.5),
        ("2*pi", 2 * np.pi),
        ("sqrt(2)", np.sqrt(2)),
        ("-(3 - 1)**2 % 3", 2.0),
        ("7//2", 3.0),
        ("True", 1.0),
        ("[1, 2, 3]", np.array([1.0, 2, 3])),
        ("[[1, 0], [0, 2*3]]", np.array([[1.0, 0], [0, 6]])),
        ("np.array([0.5, -1])", np.array([0.5, -1])),
        ("np.linspace(0, 1, 5)", np.linspace(0, 1, 5)),
        ("linspace(0, 1, num=3)", np.linspace(0, 1, 3)),
        ("arange(4)", np.arange(4.0)),
        ("arange(1, 2, 0.25)", np.arange(1, 2, 0.25)),
        ("zeros(3) - 60", np.full(3, -60.0)),
        ("ones((2, 3))", np.ones((2, 3))),
        ("full(2, 7)", np.full(2, 7.0)),
        ("2*eye(2)", 2 * np.eye(2)),
        ("exp(linspace(0, 1, 3))", np.exp(np.linspace(0, 1, 3))),
    ],
)
def test_values_of_parameters(text: str, value: object) -> None:
    system = read_text(f"p = {text}\ndV/dt = -V")
    assert system.derived == ()
    np.testing.assert_array_equal(system.parameters[0].value, np.asarray(value))
    assert np.ndim(system.parameters[0].value) == np.ndim(value)


def test_range_with_step() -> None:
    parameter = read_text("I = -0.5 in [-1, 2, 0.01]\ndV/dt = I").parameters[0]
    assert (parameter.value, parameter.bounds, parameter.step) == (-0.5, (-1.0, 2.0), 0.01)


def test_definitions_are_sorted_and_parted() -> None:
    system = read_text(
        """
        I_total = I_K + I_L            # all currents
        I_K = g_K * n**4 * (
            V - E_K)                   # potassium
        I_L = g_L * V
        g_K = 36; E_K = -77; area = 2
        g_L = g_0 * area * t_scale
        t_scale = 3*area
        g_0 = 0.3
        dV/dt = -I_total
        dn/dt = -n
        """
    )
    assert [d.name for d in system.derived] == ["t_scale", "g_L"]
    assert [d.name for d in system.intermediates] == ["I_K", "I_L", "I_total"]
    assert system.intermediates[0].description == "potassium"
    assert system.intermediates[2].description == "all currents"
    assert system.intermediates[0].span is not None
    assert (system.intermediates[0].span.line, system.intermediates[0].span.end_line) == (3, 4)


@pytest.mark.parametrize(
    ("expression", "normal"),
    [
        ("np.exp(-V)", "exp(-V)"),
        ("math.sqrt(abs(V))", "sqrt(abs(V))"),
        ("numpy.pi*V", "pi * V"),
        ("0 < V < 1", "0 < V and V < 1"),
        ("0 < V <= 1 != t", "0 < V and V <= 1 and (1 != t)"),
        ("1 if V > 0 and not V > 2 or V < -1 else 0", "1 if V > 0 and (not V > 2) or V < -1 else 0"),
        ("where(V > 0, V, -V)", "where(V > 0, V, -V)"),
        ("np.maximum(V, 0) + max(V, 1) + min(V, 2)", "maximum(V, 0) + maximum(V, 1) + minimum(V, 2)"),
        ("np.power(V, 3) + np.square(V)", "V ** 3 + V ** 2"),
        ("np.logical_and(V > 0, V < 1)", "V > 0 and V < 1"),
        ("clip(V, -1, 1) + heaviside(V, 0.5)", "clip(V, -1, 1) + heaviside(V, 0.5)"),
        ("np.arctan(V) + asin(V)", "arctan(V) + arcsin(V)"),
        ("-V % 3 // 2", "-V % 3 // 2"),
        ("V*(V > 1)", "V * (1.0 if V > 1 else 0.0)"),
        ("-(V > 0) + (not V < 5)", "-(1.0 if V > 0 else 0.0) + (1.0 if not V < 5 else 0.0)"),
        ("abs(V > 1) + where(V > 0, V < 2, 0)", "abs(1.0 if V > 1 else 0.0) + where(V > 0, 1.0 if V < 2 else 0.0, 0)"),
        ("V*100000000000000000000", "V * 1e+20"),
        ("V/10**20 + 2**3 + 10**-3", "V / 10.0 ** 20 + 2 ** 3 + 10.0 ** (-3)"),
        ("V(t)", "V"),
        ("cos(2*pi*t)", "cos(2 * pi * t)"),
    ],
)
def test_normal_form(expression: str, normal: str) -> None:
    assert drift_of(expression) == normal


@pytest.mark.parametrize("name", sorted({*FUNCTIONS} - {"roll"}))
def test_every_function_is_read(name: str) -> None:
    arguments = ", ".join(["V"] * FUNCTIONS[name])
    assert drift_of(f"{name}({arguments})") == drift_of(f"np.{name}({arguments})") == f"{name}({arguments})"


def test_matrix_product() -> None:
    system = read_text("W = [[0, 1], [1, 0]]; dx/dt = -x + W @ x; x(0) = [1, 2]")
    assert drift(system, "x") == "-x + W @ x"
    assert system.states[0].initial is not None
    assert ast.unparse(system.states[0].initial) == "x_0"
    np.testing.assert_array_equal({p.name: p.value for p in system.parameters}["x_0"], [1.0, 2.0])


def test_initial_values_depend_on_parameters_states_and_definitions() -> None:
    system = read_text(
        """
        E = -65; k = 2*E
        alpha = 0.1*V
        dV/dt = -V; dw/dt = -w; dm/dt = -m
        V(0) = E + k
        w(0) = V(0)/2
        m(0) = alpha / (alpha + 1)
        """
    )
    initial = {s.name: ast.unparse(s.initial) for s in system.states if s.initial}
    assert initial == {"V": "E + k", "w": "V / 2", "m": "0.1 * V / (0.1 * V + 1)"}


def test_missing_initial_value_is_noted() -> None:
    system = read_text("dV/dt = -V")
    assert system.states[0].initial is None
    assert system.notes == ("V(0) was not given: 0",)


def test_delays() -> None:
    system = read_text(
        """
        tau = 2; beta = 0.2
        dx/dt = beta*x(t - tau)/(1 + x(t - tau)**10) - y(t - 2 - cos(t)) + x(t - abs(y)) + x(t - x(t - 1))
        dy/dt = y
        x(t <= 0) = cos(t)
        """
    )
    times = {d.name: (d.state, ast.unparse(d.time)) for d in system.delays}
    assert times == {
        "x_delayed": ("x", "t - tau"),
        "y_delayed": ("y", "t - 2 - cos(t)"),
        "x_delayed_2": ("x", "t - abs(y)"),
        "x_delayed_3": ("x", "t - 1"),
        "x_delayed_4": ("x", "t - x_delayed_3"),
    }
    assert drift(system, "x") == "beta * x_delayed / (1 + x_delayed ** 10) - y_delayed + x_delayed_2 + x_delayed_4"
    state = system.states[0]
    assert state.history is not None
    assert state.initial is not None
    assert (ast.unparse(state.history), ast.unparse(state.initial)) == ("cos(t)", "cos(0.0)")
    assert system.notes == ("y(0) was not given: 0",)


def test_delay_time_may_read_definitions() -> None:
    system = read_text("dx/dt = x(s); s = t - lag; lag = 2*k; k = 3")
    assert [(d.name, ast.unparse(d.time)) for d in system.delays] == [("x_delayed", "t - lag")]
    assert [d.name for d in system.derived] == ["lag"]


def test_fractional_order() -> None:
    system = read_text("alpha = 1.5 in [1, 2]; order(V) = alpha; dV/dt = -V; V(0) = 1; dV(0) = -alpha")
    state = system.states[0]
    assert system.is_fractional
    assert state.order is not None
    assert state.initial_slope is not None
    assert (ast.unparse(state.order), ast.unparse(state.initial_slope)) == ("alpha", "-alpha")


def test_events_are_named() -> None:
    system = read_text(
        """
        n(0) = 0
        dV/dt = 1
        when V > 1:
            V -= 1; n += 1
        when V < -1 as low: V *= 2
        when 0 < V < 0.5:
            pass
        """
    )
    assert [e.name for e in system.events] == ["spike", "low", "event_3"]
    assert [(a.target, ast.unparse(a.value)) for a in system.events[0].actions if isinstance(a, Assign)] == [
        ("V", "V - 1"),
        ("n", "n + 1"),
    ]
    assert system.events[2].actions == ()
    assert {s.name: s.drift is None for s in system.states} == {"n": True, "V": False}


def test_synapse() -> None:
    system = read_text(
        """
        tau = 5; E = 0; g_max = 0.1
        dg/dt = -g / tau
        w(0) = 0.5
        when pre.spike:
            g += w*g_max
            post.V += 0.1
        when post.spike:
            w = clip(w + 0.1, 0, 1)
        post.I += -g * (post.V - E)
        pre.I -= g
        """,
        synapse=True,
    )
    assert [(e.side, e.name, ast.unparse(e.condition)) for e in system.events] == [
        ("pre", "pre_spike", "spike"),
        ("post", "post_spike", "spike"),
    ]
    assert [(a.target, ast.unparse(a.value)) for a in system.events[0].actions if isinstance(a, Assign)] == [
        ("g", "g + w * g_max"),
        ("post_V", "post_V + 0.1"),
    ]
    assert [(c.side, c.target, ast.unparse(c.value)) for c in system.couplings] == [
        ("post", "I", "-g * (post_V - E)"),
        ("pre", "I", "-g"),
    ]
    assert system.states[1].name == "w"
    assert system.states[1].drift is None


def test_synapse_without_states() -> None:
    system = read_text("g = 0.1\npost.I += g*(pre.V - post.V)", synapse=True)
    assert system.states == ()
    assert names_in(system.couplings[0].value) == {"g", "pre_V", "post_V"}


def test_docstring_comments_and_form() -> None:
    system = read_text(
        '''
        """Title of the model

        Author (1961), https://doi.org/10.0
        """
        # a comment on its own
        dV/dt = (-V  # leak
                 + \\
                 I)
        I = 1; k = 2   # belongs to neither
        '''
    )
    assert system.doc.splitlines()[0] == "Title of the model"
    assert drift(system, "V") == "-V + I"
    assert system.states[0].description == "leak"
    assert [p.description for p in system.parameters] == ["", ""]


@pytest.mark.parametrize("margin", ["", "    ", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_margin_and_line_ends_do_not_matter(margin: str, ending: str) -> None:
    text = ending.join(margin + line for line in LIF.strip().split("\n"))
    assert read_text(text) == read_text(LIF)
    assert read_text(text.lstrip()) == read_text(LIF)


def test_order_of_lines_does_not_matter_to_the_equations() -> None:
    lines = FHN.strip().split("\n")
    system = read_text("\n".join(reversed(lines)))
    assert drift(system, "V") == drift(read_text(FHN), "V")
    assert system.state_names == ("w", "V")


def test_equality_ignores_values_and_positions() -> None:
    changed = FHN.replace("0.7", "0.9").replace("in [0, 2] ", "").replace("V(0) = -1", "\n\nV(0) = 5")
    assert read_text(FHN) == read_text(changed)
    assert read_text(FHN) != read_text(FHN.replace("V**3", "V**2"))
    assert read_text("dV/dt = xi") != read_text("dV/dt = xi", calculus="stratonovich")


def test_unicode_names() -> None:
    system = read_text("τ = 3; µ = 1\ndV/dt = -V/τ + μ")  # the micro sign and the letter mu are one name in Python
    assert system.parameter_names == ("τ", "μ")


def test_calculus_is_checked() -> None:
    with pytest.raises(ArgumentError, match="calculus"):
        read_text("dV/dt = 1", calculus="Ito")  # type: ignore[arg-type]
