"""The total current that each target takes in from a synapse, recorded: ``record={"exc": ["post.I"]}``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import AMPA, lif, synapse

SATURATING = """
E = 0; weight = 0.1
ds/dt = -s/50
post.I += -weight*s*(post.V - E)
when pre.spike:
    s += 0.5*(1 - s)
"""
GAP = "weight = 0.02\npost.I += weight*(pre.V - post.V)"


def _network(text: str = AMPA, *, rule: object = None, size: int = 8, **options: object) -> bp.Network:
    P = bp.SpikeSource(0.5 * np.arange(1, 40), np.arange(1, 40) % 5, 5, name="P")
    E = bp.NeuGroup(lif(), size, name="E", method="exponential_euler", I=np.linspace(9, 15, size))
    pre = E if "pre.V" in text else P
    rule = rule or bp.connect.fixed_probability(0.6, seed=3)
    return bp.Network(P, E, bp.Synapses(pre=pre, post=E, model=synapse(text), connect=rule, name="exc", **options))


def _by_hand(net: bp.Network, sol: bp.Solution, text: str) -> np.ndarray:
    """The sums over connections, from what is recorded of cells and connections."""
    exc, V = net["exc"], sol["E"].V
    pre, post, weight = exc.pre_index, exc.post_index, exc.weight
    if text == GAP:
        values = weight * (V[:, pre] - V[:, post])
    elif text == SATURATING:
        s = sol["exc"].s if sol["exc"].s.shape[1] == len(exc) else sol["exc"].s[:, pre]
        values = -weight * s * V[:, post]
    else:
        return -sol["exc"].g * V if sol["exc"].g.shape == V.shape else _summed(-sol["exc"].g * V[:, post], post)
    return _summed(values, post)


def _summed(values: np.ndarray, post: np.ndarray) -> np.ndarray:
    total = np.zeros((len(values), 8))
    np.add.at(total.T, post, values.T)
    return total


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (AMPA, {}),  # lumped
        (AMPA, {"kept": {"g": "connection"}}),
        (SATURATING, {"delay": lambda pre, post: 0.1 * (1 + (pre.index + post.index) % 4)}),
        (SATURATING, {"rule": bp.connect.all_to_all()}),  # sums over cells
        (GAP, {}),
    ],
    ids=["lumped", "connections", "delays", "all to all", "gaps"],
)
def test_currents_are_the_sums_over_connections(text: str, options: dict[str, object]) -> None:
    states = {AMPA: ["g"], SATURATING: ["s"], GAP: []}[text]
    record = {"E": ["V"], "exc": ["post.I", *states]}
    net = _network(text, **options)
    sol = net.run(12.0, dt=0.1, backend="numpy", record=record, record_every=0.3)
    found = sol["exc"]["post.I"]
    assert found.shape == (41, 8) and np.ptp(found) > 0.1
    assert np.abs(found - _by_hand(net, sol, text)).max() < 1e-12
    sol = net.run(3.0, backend="numpy", record=record, record_every=0.3)  # the first record is where the last one was
    assert np.abs(sol["exc"]["post.I"][0] - found[-1]).max() < 1e-12


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_drivers_record_the_same_currents(backend: str) -> None:
    kept = {"g": "connection"}
    record = {"exc": ["post.I", "mean(post.I)"], "exc[:3]": ["post.I"]}
    expected, found = (
        _network(kept=kept).run(6.0, dt=0.1, backend=b, record=record, record_every=0.2) for b in ("numpy", backend)
    )
    for key in record:
        for name in record[key]:
            assert np.abs(found[key][name] - expected[key][name]).max() < 1e-11
    post = _network(kept=kept)["exc"].post_index[:3]
    assert np.array_equal(expected["exc[:3]"]["post.I"], expected["exc"]["post.I"][:, post])
    assert np.allclose(expected["exc"]["mean(post.I)"], expected["exc"]["post.I"].mean(axis=1), rtol=1e-14)


def test_what_is_recorded_changes_no_run(tmp_path: Path) -> None:
    options = {"dt": 0.1, "backend": "numpy"}
    plain, watched = _network(kept={"g": "connection"}), _network(kept={"g": "connection"})
    expected = plain.run(12.0, **options)
    watched.run(5.0, **options, record={"exc": ["post.I"]})
    watched.checkpoint().save(tmp_path / "at.npz")
    found = watched.run(7.0, backend="numpy")
    assert np.array_equal(found.final["E"]["V"], expected.final["E"]["V"])
    other = _network(kept={"g": "connection"})
    sol = other.run(7.0, start=bp.load(tmp_path / "at.npz"), backend="numpy", record={"exc": ["post.I"]})
    assert np.array_equal(sol.final["E"]["V"], expected.final["E"]["V"])


def test_currents_of_moving_parameters_have_the_values_of_their_time() -> None:
    cell = bp.model("I = 0; V_0 = 0\ndV/dt = (V_0 - V + I)/10", name="Cell")
    E = bp.NeuGroup(cell, 2, name="E", method="exponential_euler", V_0=lambda t: 5 * t)
    P = bp.SpikeSource([0.4], [0], 1, name="P")
    text = "dg/dt = -g/5\npost.I += g*(post.V_0 + t)\nwhen pre.spike:\n    g += 1"
    exc = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="exc")
    sol = bp.Network(P, E, exc).run(2.0, dt=0.1, backend="numpy", record={"exc": ["post.I", "g"]})
    t = sol.t[1:, None]
    expected = sol["exc"].g[1:] * (5 * (t - 0.05) + t)  # a step takes a function in its middle
    assert np.abs(sol["exc"]["post.I"][1:] - expected).max() < 1e-12


@pytest.mark.parametrize(
    ("record", "options", "message"),
    [
        ({"exc": ["post.J"]}, {}, "record: exc adds nothing to post.J in each step."),
        ({"exc": ["pre.V"]}, {}, "record: exc has no state 'pre.V'."),
        ({"E": ["post.I"]}, {}, "record: E has no state 'post.I'."),
    ],
)
def test_currents_that_there_are_not_are_refused(record: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        _network(**options).run(1.0, dt=0.1, backend="numpy", record=record)
    assert error.value.message == message


def test_currents_of_edited_code_and_of_values_of_before_are_refused() -> None:
    net = _network(kept={"g": "connection"})
    net.edit(net.code("numpy").text.replace("g + weight", "g + 2*weight"))
    with pytest.raises(ArgumentError) as error:
        net.run(1.0, dt=0.1, backend="numpy", record={"exc": ["post.I"]})
    assert "post.I of exc is summed by a function of its own, which the edited code lacks." in error.value.message
    late = _network(GAP, delay=1.0)
    with pytest.raises(ArgumentError) as error:
        late.run(1.0, dt=0.1, backend="numpy", record={"exc": ["post.I"]})
    assert error.value.message == (
        "record: post.I of exc reads its presynaptic cells a delay before; it is not recorded."
    )
