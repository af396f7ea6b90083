"""Composition: a synapse written into its target is the model written by hand, and what does not fit is refused."""

import ast
import re

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.equations import read_text
from brainpy_lab.equations.compose import compose, within_cell
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.model import Model
from brainpy_lab.symbolic import view

CELL = """
tau = 20; V_rest = -60; V_th = -50; V_reset = -60; t_ref = 5; I = 20
dV/dt = (V_rest - V + I) / tau
V(0) = -55
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
"""
SYNAPSE = """
tau = 5; E = 0; weight = 0.6
dg/dt = -g / tau
g(0) = 0.3
when pre.spike:
    g += weight
post.I += -g*(post.V - E)
"""
BY_HAND = """
tau = 20; V_rest = -60; V_th = -50; V_reset = -60; t_ref = 5; I = 20
exc_tau = 5; exc_E = 0; inh_tau = 10; inh_E = -80
exc_I = -exc_g*(V - exc_E)
inh_I = -inh_g*(V - inh_E)
dV/dt = (V_rest - V + (I + exc_I + inh_I)) / tau
dexc_g/dt = -exc_g / exc_tau
dinh_g/dt = -inh_g / inh_tau
V(0) = -55
exc_g(0) = 0.3
inh_g(0) = 0.3
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
"""
INPUTS = {"post.V": "V", "post.I": "I"}


def synapse(text=SYNAPSE, name="Exc"):
    return read_text(text, name=name, synapse=True)


def coba(name="COBA"):
    cell = read_text(CELL, name=name)
    exc, sided = within_cell(synapse())
    assert [(e.side, e.actions[0].target) for e in sided] == [("pre", "g")]
    inh, _ = within_cell(synapse(SYNAPSE.replace("tau = 5; E = 0", "tau = 10; E = -80"), "Inh"))
    return compose(compose(cell, exc, "exc_", INPUTS), inh, "inh_", INPUTS)


def test_what_only_blocks_of_spikes_read_stays_outside():
    exc, _ = within_cell(synapse())
    assert exc.parameter_names == ("tau", "E")
    assert exc.events == ()


@pytest.mark.parametrize("method", ["rk4", "exponential_euler"])
def test_composed_is_the_model_written_by_hand(method):
    composed, by_hand = Model(coba()), bp.model(BY_HAND, name="COBA")

    def words(model):
        text = model.code("numpy", method).text
        return re.sub(r"  # added to I$", "", text, flags=re.MULTILINE)

    assert words(composed) == words(by_hand)
    options = {"method": method, "dt": 0.1, "backend": "numpy"}
    found, expected = composed.run(60.0, **options), by_hand.run(60.0, **options)
    assert expected.events["spike"].t.size >= 1
    for name in ("V", "exc_g", "inh_g"):
        np.testing.assert_array_equal(found[name], expected[name])
    np.testing.assert_array_equal(found.events["spike"].t, expected.events["spike"].t)


def test_the_linear_part_holds_the_conductances():
    assert view(coba()).is_linear_in("V")
    rate = view(coba()).rate("V")
    values = {"tau": 20.0, "exc_g": 0.7, "inh_g": 1.9}
    assert eval(ast.unparse(rate), values) == pytest.approx(-(1 + 0.7 + 1.9) / 20, rel=1e-15)


def test_analyses_see_one_system():
    model, by_hand = Model(coba()), bp.model(BY_HAND)
    box = {"V": (-90, -20), "exc_g": (-0.5, 1), "inh_g": (-0.5, 1)}
    (point,), (expected,) = (bp.analysis.fixed_points(m, box) for m in (model, by_hand))
    assert point.values == pytest.approx({"V": -40.0, "exc_g": 0.0, "inh_g": 0.0}, abs=1e-9)
    np.testing.assert_allclose(np.sort(point.eigenvalues.real), [-0.2, -0.1, -0.05], rtol=1e-12)
    np.testing.assert_array_equal(point.eigenvalues, expected.eigenvalues)
    plane = bp.analysis.PhasePlane(model, V=(-90, -20), exc_g=(0, 1), inh_g=0.0)
    V, g = np.concatenate([np.asarray(curve) for curve in plane.nullclines()["V"]]).T
    assert V.size > 10
    np.testing.assert_allclose(g * V, -60 - V + 20, atol=1e-6)  # 0 = V_rest - V + I - g (V - E)


def test_sums_that_begin_with_the_input_take_what_is_added_at_their_end():
    cell = read_text("I = 1; R = 2\nu = I + R\ndV/dt = R*I - V + u\nV(0) = I\nwhen V > I:\n    V = I*R", name="Cell")
    part = synapse("E = 1\npost.I += E\npost.I += 2*E")
    both = compose(compose(cell, part, "a_", {"post.I": "I"}), part, "b_", {"post.I": "I"})
    assert {d.name: ast.unparse(d.expr) for d in both.intermediates + both.derived} == {
        "a_I": "a_E + 2 * a_E",
        "b_I": "b_E + 2 * b_E",
        "u": "I + R + a_I + b_I",
    }
    assert ast.unparse(both.states[0].drift) == "R * (I + a_I + b_I) - V + u"
    assert ast.unparse(both.states[0].initial) == "I"
    assert ast.unparse(both.events[0].condition) == "V > I + a_I + b_I"
    assert ast.unparse(both.events[0].actions[0].value) == "(I + a_I + b_I) * R"


def test_derived_parameters_that_come_to_move_are_intermediates():
    cell = read_text("I = 1; R = 2\nu = I*R\nv = R + 1\ndV/dt = u - v*V", name="Cell")
    both = compose(cell, synapse("dg/dt = -g\npost.I += g"), "a_", {"post.I": "I"})
    assert [d.name for d in both.derived] == ["v"]
    assert [d.name for d in both.intermediates] == ["a_I", "u"]


PART = """
k = 0.5; tau = 2; d = 1
late = x(t - d)
def f(u):
    return k*u
dx/dt = f(late) - x/tau + k*post.V + k*xi
x(t <= 0) = cos(t)
when x > 1 as up:
    x = rand()
    hold(x, tau)
"""


def test_names_delays_noise_events_and_functions_come_along():
    cell = read_text("dV/dt = -V + 0.1*xi\nwhen V > 1:\n    V = rand()", name="Cell")
    both = compose(cell, synapse(PART, "Part"), "p_", {"post.V": "V"})
    assert both.state_names == ("V", "p_x")
    assert both.parameter_names == ("p_k", "p_tau", "p_d")
    assert both.noise_sources == ("xi", "xi_p")
    assert both.delayed_states == ("p_x",)
    assert ast.unparse(both.delays[0].time) == "t - p_d"
    assert [f.name for f in both.functions] == ["p_f"]
    assert ast.unparse(both.states[1].history) == "cos(t)"
    assert [e.name for e in both.events] == ["spike", "p_up"]
    up = both.events[1]
    assert [ast.unparse(a.value) for a in up.actions[:1]] == ["rand(1)"]  # the cell's own call is rand(0)
    assert (up.actions[0].target, up.actions[1].state) == ("p_x", "p_x")
    assert "p_f(p_late, p_k)" in ast.unparse(both.states[1].drift)


@pytest.mark.parametrize(("prefix", "name"), [("", "xi"), ("_", "xi"), ("a_", "xi_a"), ("a", "xi_a")])
def test_white_noise_keeps_a_name_of_white_noise(prefix, name):
    both = compose(read_text("dV/dt = -V", name="Cell"), synapse("dx/dt = -x + xi + xi_2"), prefix, {})
    assert both.noise_sources == (name, name.removesuffix("_") + "_2")
    assert both.state_names == ("V", f"{prefix}x")


def test_a_fractional_order_comes_along():
    part = synapse("alpha = 0.8\norder(x) = alpha\ndx/dt = -x + post.V")
    both = compose(read_text("dV/dt = -V", name="Cell"), part, "p_", {"post.V": "V"})
    assert [s.order and ast.unparse(s.order) for s in both.states] == [None, "p_alpha"]


def test_parameters_of_an_ordinary_part_are_read_from_the_target():
    gate = read_text("V = -65\ndn/dt = (1/(1 + exp(-V/10)) - n)/5\nn(0) = 0.5", name="Gate")
    both = compose(read_text("dU/dt = -U", name="Cell"), gate, "K_", {"V": "U"})
    assert both.parameter_names == ()
    assert ast.unparse(both.states[1].drift) == "(1 / (1 + exp(-U / 10)) - K_n) / 5"
    assert Model(both).run(1.0, dt=0.1, method="rk4", backend="numpy").final["K_n"] == 0.5


def test_places_of_the_part_are_those_in_its_own_text():
    part = read_text("a = 1\n\ndx/dt = a*x/(a - a)", name="Part")
    both = compose(read_text("dV/dt = -V\nV(0) = 1", name="Cell"), part, "p_", {})
    place = both.place(both.states[1].span)
    assert (place.line, place.source_line) == (3, "dx/dt = a*x/(a - a)")
    drift = both.states[1].drift
    assert place.source_line[both.place(drift).column :] == "a*x/(a - a)"
    twice = compose(read_text("dW/dt = -W", name="Outer"), both, "q_", {})
    assert twice.place(twice.states[2].span).line == 3
    assert twice.place(twice.states[1].span).source_line == "dV/dt = -V"
    code = Model(both).code("numpy", "euler")
    number = next(n for n, line in enumerate(code.text.splitlines(), 1) if "dp_x_1 = " in line)
    assert both.text.splitlines()[code.line_map[number] - 1] == "dx/dt = a*x/(a - a)"


REFUSED = [
    ("dg/dt = -g\npost.J += g", {"post.J": "J"}, "it adds to post.J, and 'J' is missing of 'Cell'.", "line `J = 0`"),
    ("dg/dt = -g\npost.V += g", {"post.V": "V"}, "it adds to post.V, and 'V' is no parameter of 'Cell'.", "V = 0"),
    ("dg/dt = -g\npost.I += g", {}, "it adds to post.I, which no input names.", "inputs={'post.I': ...}"),
    ("dg/dt = post.V", {}, "it reads post.V, which no input names.", "inputs={'post.V': ...}"),
    ("dg/dt = pre.V", {}, "it reads pre.V, which no input names.", "stays with the connection"),
    ("dg/dt = post.V", {"post.V": "v"}, "post.V is to be 'v', which 'Cell' does not have.", "Did you mean 'V'?"),
    ("dg/dt = -g", {"post.W": "V"}, "it has no post.W.", "Its inputs are none."),
    ("dg/dt = -g\npre.I += g", {}, "it adds to pre.I.", "one cell"),
    ("dg/dt = -g\nwhen pre.spike:\n    g += 1", {}, "it waits for pre.spike, which comes from another cell.",
     "within_cell"),
    ("dg/dt = post.I\npost.I += g", {"post.I": "I"}, "it reads post.I, to which it adds.", "another name"),
    ("I = 2\ndg/dt = -g\npost.I += I*g", {"post.I": "I"}, "'a_I' would be its own name and that of what it adds.",
     "Rename"),
    ("db/dt = -b", {}, "the name 'a_b' stands there already.", "another prefix"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "inputs", "message", "advice"), REFUSED)
def test_what_does_not_fit_is_refused_by_name(text, inputs, message, advice):
    cell = read_text("I = 1; a_b = 2\ndV/dt = I - a_b*V", name="Cell")
    with pytest.raises(ArgumentError) as refusal:
        compose(cell, synapse(text, "Syn"), "a_", inputs)
    assert refusal.value.message.startswith("'Syn' cannot become a part of 'Cell': ")
    assert message in refusal.value.message
    assert advice in refusal.value.advice


def test_initial_values_stay_numbers_of_the_start():
    both = compose(
        read_text("dV/dt = -V\nV(0) = 3", name="Cell"),
        synapse("u = 2*post.V\ndg/dt = u - g\ng(0) = u"), "a_", {"post.V": "V"},
    )  # fmt: skip
    assert Model(both).run(0.1, dt=0.1, method="euler", backend="numpy")["a_g"][0] == 6
    cell = read_text("I = 1\nu = 2*I\ndV/dt = u - V\nV(0) = u", name="Cell")
    with pytest.raises(ArgumentError, match="the start or the order of 'V' reads 'u', which changes in time"):
        compose(cell, synapse("dg/dt = -g\npost.I += g"), "a_", {"post.I": "I"})


def test_systems_of_two_calculi_are_refused():
    cell, part = (read_text("dV/dt = -V + xi", name=n, calculus=c) for n, c in (("A", "ito"), ("B", "stratonovich")))
    with pytest.raises(ArgumentError, match="its noise is read as stratonovich, that of 'A' as ito"):
        compose(cell, part, "b_", {})


def test_a_circle_of_definitions_is_refused():
    cell = read_text("I = 1\nu = I*V\ndV/dt = u", name="Cell")
    with pytest.raises(ArgumentError, match="these would need each other: "):
        compose(cell, synapse("dg/dt = -g\npost.I += g*post.u"), "a_", {"post.u": "u", "post.I": "I"})


def test_a_prefix_begins_a_name():
    with pytest.raises(ArgumentError, match="the prefix '2-' does not begin a name"):
        compose(read_text("dV/dt = -V", name="Cell"), synapse("dg/dt = -g"), "2-", {})
