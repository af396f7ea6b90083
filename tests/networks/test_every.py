"""Blocks of synapses that run every T, compiled with the step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, ModelError
from tests.networks.cells import lif, synapse

SCALED = """
total = 2; A = 0.05; T = 5
weight(0) = 0.5
when pre.spike:
    post.V += weight
    weight = weight + A
when every(T):
    weight = weight*total/post.sum(weight)
"""


def _delay(pre: object, post: object) -> np.ndarray:
    return 0.1 * ((3 * pre.index + 7 * post.index) % 20)


def _network(text: str = SCALED, **options: object) -> bp.Network:
    P = bp.SpikeSource(np.arange(1, 30) * 0.7, np.arange(1, 30) % 6, 6, name="P")
    E = bp.NeuGroup(lif(), 4, name="E", method="exponential_euler", I=8.0)
    chosen = {"weight": bp.dist.uniform(0.1, 1.0, seed=2), "delay": _delay} | options
    connect = bp.connect.fixed_probability(0.7, seed=3)
    syn = bp.Synapses(pre=P, post=E, model=synapse(text), connect=connect, name="syn", **chosen)
    return bp.Network(P, E, syn)


def _run(net: bp.Network, duration: float = 18.0, **options: object) -> bp.Solution:
    return net.run(duration, dt=0.1, **{"backend": "numpy", "record": {"syn": ["weight"], "E": ["V"]}, **options})


def _by_hand(net: bp.Network, n_steps: int) -> np.ndarray:
    """Weights after each step: scaled before step 50, 100, ..., raised by spikes that have arrived."""
    syn, P = net["syn"], net["P"]
    weight, rows = np.array(syn.weight), [np.array(syn.weight)]
    arrival = [
        {round(t / 0.1) + round(d / 0.1) for t in P.times[P.index == pre]}
        for pre, d in zip(syn.pre_index, syn.delay, strict=True)
    ]
    for step in range(n_steps):
        if step and step % 50 == 0:
            weight = weight * 2 / np.bincount(syn.post_index, weight, 4)[syn.post_index]
        weight = weight + 0.05 * np.array([step + 1 in arrivals for arrivals in arrival])
        rows.append(weight)
    return np.array(rows)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_weights_are_scaled_to_a_sum_for_each_target_every_t(backend: str) -> None:
    net = _network()
    expected = _by_hand(net, 180)
    sol = _run(net, backend=backend)
    assert np.allclose(sol["syn"].weight, expected, rtol=1e-12, atol=0)
    assert np.abs(expected[51] - expected[50]).max() > 0.1
    assert list(sol) == ["P", "E", "syn"] and list(sol["P"].events) == ["spike"]


def test_parts_of_a_run_and_other_numbers_give_the_same_and_compile_nothing() -> None:
    whole = _run(_network())
    net = _network()
    first = _run(net, 5.0)
    before = bp.drivers.get("numpy").compilations
    second = net.run(13.0, start=net.checkpoint(), backend="numpy", record={"syn": ["weight"]})
    assert np.array_equal(np.concatenate([first["syn"].weight, second["syn"].weight[1:]]), whole["syn"].weight)
    assert _run(_network(T=6.0))["syn"].weight[51].tolist() != whole["syn"].weight[51].tolist()
    assert bp.drivers.get("numpy").compilations == before


def test_a_block_without_sums_runs_by_itself_and_the_step_says_so() -> None:
    halved = "weight(0) = 1\nwhen pre.spike:\n    post.V += weight\nwhen every(2):\n    weight = 0.5*weight"
    net = _network(halved, weight=1.0)
    sol = _run(net, 5.0)
    assert np.allclose(sol["syn"].weight[[20, 21, 40, 41]].T, [1.0, 0.5, 0.5, 0.25])
    assert "1. the clock syn_every_pre, in the steps before which its time is over" in str(net.code("numpy"))
    assert "blocks that run every T" in str(net.schedule)


def test_a_store_takes_such_a_run_too(tmp_path: Path) -> None:
    sol, expected = _run(_network(), store=tmp_path / "run.zarr"), _run(_network())
    assert np.array_equal(sol["syn"].weight, expected["syn"].weight)
    assert np.array_equal(sol["P"].events["spike"].t, expected["P"].events["spike"].t)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("weight = weight*post.V", "syn: a block `when every(...)` reads 'post.V'."),
        ("weight = weight + x", "syn: a block `when every(...)` reads 'x'."),
        ("weight = t", "syn: a block `when every(...)` reads 't'."),
        ("x = 0", "syn: a block `when every(...)` sets variables of connections without an equation."),
        ("post.V = 0", "syn: a block `when every(...)` sets variables of connections without an equation."),
    ],
)
def test_what_such_a_block_cannot_read_or_set_is_refused(line: str, message: str) -> None:
    spikes = "weight(0) = 0.5\ndx/dt = -x/5\nwhen pre.spike:\n    post.V += weight\n    x += 1\n    weight += 0.1\n"
    text = f"{spikes}when every(5):\n    {line}"
    with pytest.raises((ArgumentError, ModelError)) as caught:
        _run(_network(text))
    assert message in str(caught.value)


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"syn: every \(0.25\) must be a whole multiple of dt \(0.1\)"):
        _run(_network(T=0.25))
    with pytest.raises(ModelError, match="'every' takes a time: a number above 0, or a parameter"):
        synapse("weight(0) = 1\nwhen every(0):\n    weight = 1")
    with pytest.raises(ArgumentError, match="post.sum_weight"):
        _network("weight(0) = 1\nwhen pre.spike:\n    weight = post.sum(weight)")
