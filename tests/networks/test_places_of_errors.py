"""Errors of networks name the object and show the line of the cell, of the group or of the synapse, that is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import KICK, STDP, lif, synapse


def _connected(text: str, pre: object = None, **options: object) -> bp.Synapses:
    E = bp.NeuGroup(lif(), 2, name="E", method="euler")
    connect = bp.connect.all_to_all()
    return bp.Synapses(pre=pre or E, post=E, model=synapse(text), connect=connect, name="syn", **options)


SPIKES = "when pre.spike:\n    g += weight"
WRONG = {
    "uses post.Q, which E does not have.": ("when pre.spike:\n    post.V += weight*post.Q", 2, "post.Q"),
    "uses post.W, which E does not have.": ("when pre.spike:\n    post.W += weight", 2, "post.W"),
    "it adds to post.J, which is missing in E.": (f"dg/dt = -g/5\npost.J += g\n{SPIKES}", 2, "post.J += g"),
    "it adds to post.V, which is no parameter of E.": (f"dg/dt = -g/5\npost.V += g\n{SPIKES}", 2, "post.V += g"),
    "it adds to pre.I.": ("g = 1\npre.I += g*post.V", 2, "pre.I += g*post.V"),
    "a block sets post.tau, which is no state of E.": ("when pre.spike:\n    post.tau += 1", 2, "post.tau += 1"),
    "an event that E does not have.": ("when pre.burst:\n    post.V += weight", 1, "when pre.burst:"),
    "the event 'spike' is one of the connection itself": (
        f"dg/dt = -g/5\npost.I += g\nwhen g > 1:\n    g = 0\n{SPIKES}",
        3,
        "when g > 1:",
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_a_synapse_wants_in_vain_is_shown_in_its_cell(message: str) -> None:
    text, line, marked = WRONG[message]
    with pytest.raises(bp.errors.ArgumentError) as error:
        _connected(text)
    assert error.value.message.startswith("syn: ") and message in error.value.message
    place = error.value.location
    assert place is not None and place.line == line and place.source_line == text.splitlines()[line - 1]
    assert place.source_line[place.column : place.column + place.width] == marked
    assert error.value.advice


@pytest.mark.parametrize(
    ("text", "delays", "message"),
    [
        (KICK, {"post_delay": 1.0}, "syn: post_delay is of postsynaptic spikes, for which 'Syn' does not wait."),
        ("g = 1\npost.I += g*post.V", {"delay": np.ones(2)},
         "syn: delay is of presynaptic spikes, for which 'Syn' does not wait."),
    ],
)  # fmt: skip
def test_delays_of_spikes_for_which_nothing_waits_are_refused(
    text: str, delays: dict[str, object], message: str
) -> None:
    with pytest.raises(bp.errors.ArgumentError) as error:
        _connected(text, **delays)
    assert error.value.message == message
    syn = _connected(text, delay=0.0, post_delay=0.0)
    with pytest.raises(bp.errors.ArgumentError) as error:
        syn.set(**dict.fromkeys(delays, 1.0))
    assert error.value.message == message and not syn.delay.any() and not syn.post_delay.any()
    _connected(STDP, delay=1.0, post_delay=1.0)


def _ended(*parts: object) -> str:
    with pytest.warns(RunWarning):
        sol = bp.Network(*parts).run(3.0, dt=0.1, backend="numpy")
    assert sol.outcome.name == "NON_FINITE"
    return str(sol.stats["ended"])


def test_a_blow_up_shows_the_equation_of_the_group_or_of_the_synapse_in_it() -> None:
    cell = bp.model("I = 0\nV(0) = 1\ndV/dt = V**2 + I", name="Q")
    Q = bp.NeuGroup(cell, 2, name="Q", method="euler", initial={"V": [0.0, 1.0]})
    said = _ended(Q)
    assert said.startswith("Q: 'V' became nan or infinite in cell 1 at t = ")
    assert said.endswith("cell, line 3, column 1:\n    dV/dt = V**2 + I\n    ^^^^^^^^^^^^^^^^\n  V ** 2 is infinite.")
    S = bp.SpikeSource([0.5], [0], 2, name="S")
    E = bp.NeuGroup(lif(), 2, name="E", method="euler")
    model = synapse("dg/dt = -g*1e300\npost.I += g\nwhen pre.spike:\n    g += weight")
    syn = bp.Synapses(pre=S, post=E, model=model, connect=bp.connect.all_to_all(), weight=1e300, name="syn")
    said = _ended(S, E, syn)
    assert "'syn_g' became nan or infinite in cell 0" in said and "\n    dg/dt = -g*1e300\n    ^" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("w(0) = 0.5\nwhen pre.spike:\n    w = log(-w)", "syn: 'w' became nan or infinite in cell 0 at t = 0.5."),
        ("w(0) = 0.5\nwhen pre.spike:\n    w = log(-w) + 0*post.V",
         "syn: 'w' became nan or infinite in connection 1 (from cell 0 to 1) at t = 0.5."),
    ],
)  # fmt: skip
def test_a_plastic_variable_that_is_no_number_is_said(text: str, said: str) -> None:
    """It reaches no cell; the run ends before it all the same."""
    S = bp.SpikeSource([0.5], [0], 2, name="S")
    E = bp.NeuGroup(lif(), 2, name="E", method="euler")
    connect = bp.connect.pairs([1, 0], [0, 1]) if "post" in text else bp.connect.all_to_all()
    syn = bp.Synapses(pre=S, post=E, model=synapse(text), connect=connect, name="syn")
    assert _ended(S, E, syn).startswith(said)
