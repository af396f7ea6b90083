"""Random numbers in the blocks of synapses: addressed by connection and event, the same however a run is made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from tests.networks.cells import AMPA, lif, synapse

#: A spike is passed on with probability p.
RELEASE = "p = 0.3; weight = 1\nwhen pre.spike:\n    post.V += weight*(rand() < p)"
#: Each connection counts what it has passed on, and walks at random.
COUNTED = """
p = 0.3; weight(0) = 0; x(0) = 0
when pre.spike:
    weight += rand() < p
    x += randn()
    post.V += rand() - 0.5
when post.spike:
    x += 0.1*rand()
"""
SUMS = bp.model("dV/dt = 0*V\nwhen V >= 4:\n    V = 0", name="Sums")


def _sums(size: int, name: str = "E") -> bp.NeuGroup:
    return bp.NeuGroup(SUMS, size, name=name, method="euler")


def _spikes(cells: int, number: int, gap: float = 0.4) -> bp.SpikeSource:
    return bp.SpikeSource(gap * (1 + np.arange(number)), np.arange(number) % cells, cells, name="P")


def _counting(*, name: str = "syn", rule: object = None, **options: object) -> bp.Network:
    P, E = _spikes(5, 60), _sums(40)
    rule = rule or bp.connect.fixed_probability(0.6, seed=2)
    return bp.Network(P, E, bp.Synapses(pre=P, post=E, model=synapse(COUNTED), connect=rule, name=name, **options))


def _final(net: bp.Network, duration: float = 30.0, **options: object) -> dict[str, np.ndarray]:
    return net.run(duration, **{"dt": 0.1, "backend": "numpy", "seed": 3, **options}).final["syn"]


def test_releases_have_mean_and_variance_of_the_binomial() -> None:
    n, p, spikes = 3000, 0.3, 20
    P, E = _spikes(1, spikes), bp.NeuGroup(bp.model("dV/dt = 0*V", name="V"), n, name="E", method="euler")
    syn = bp.Synapses(pre=P, post=E, model=synapse(RELEASE), connect=bp.connect.all_to_all(), name="syn")
    released = bp.Network(P, E, syn).run(10.0, dt=0.1, backend="numpy", seed=1).final["E"]["V"]
    mean, variance = spikes * p, spikes * p * (1 - p)
    assert abs(released.mean() - mean) < 4 * np.sqrt(variance / n)
    assert abs(released.var() - variance) < 4 * variance * np.sqrt(2 / n)
    counts = np.bincount(released.astype(int), minlength=spikes + 1)
    assert counts.sum() == n and counts.argmax() == 6


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_all_drivers_draw_the_same(backend: str) -> None:
    options = {"delay": lambda pre, post: 0.2 + 0.1 * ((pre.index + post.index) % 3)}
    expected, found = (_final(_counting(**options), 12.0, backend=b) for b in ("numpy", backend))
    assert np.array_equal(found["weight"], expected["weight"]) and expected["weight"].max() > 1
    assert np.abs(found["x"] - expected["x"]).max() < 1e-12


def test_a_run_in_parts_and_from_a_checkpoint_draws_the_same(tmp_path: Path) -> None:
    whole = _final(_counting())
    net = _counting()
    _final(net, 7.3)
    net.checkpoint().save(tmp_path / "at.npz")
    parts = net.run(22.7, backend="numpy").final["syn"]
    other = _counting().run(22.7, backend="numpy", start=bp.load(tmp_path / "at.npz")).final["syn"]
    for name, values in whole.items():
        assert np.array_equal(parts[name], values) and np.array_equal(other[name], values)
    assert np.array_equal(_final(net, start=0)["x"], whole["x"])


def test_draws_depend_on_connection_and_event_alone() -> None:
    expected = _final(_counting())["weight"]
    assert np.array_equal(_final(_counting(), dt=0.05)["weight"], expected)
    assert np.array_equal(_final(_counting(delay=1.5), 31.5)["weight"], expected)
    late = _counting(delay=lambda pre, post: 0.1 * (1 + (3 * pre.index + post.index) % 10))  # stored in another order
    assert np.array_equal(_final(late, 31.0)["weight"], expected)
    net = _counting()
    more = bp.Synapses(
        pre=net["P"], post=net["E"], model=synapse(RELEASE), connect=bp.connect.all_to_all(), name="more"
    )
    assert np.array_equal(_final(bp.Network(more, *net.parts.values()))["weight"], expected)


def test_seeds_names_and_calls_give_other_numbers() -> None:
    rule = bp.connect.all_to_all()
    one = _final(_counting(rule=rule))
    assert not np.array_equal(_final(_counting(rule=rule), seed=4)["weight"], one["weight"])
    other = _counting(name="other", rule=rule)
    other = other.run(30.0, dt=0.1, backend="numpy", seed=3).final["other"]
    assert abs(np.corrcoef(one["x"], other["x"])[0, 1]) < 0.3
    text = "a(0) = 0; b(0) = 0\nwhen pre.spike:\n    a = rand()\n    b = rand()"
    P, E = _spikes(1, 1), _sums(2000)
    syn = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn")
    drawn = _final(bp.Network(P, E, syn), 1.0)
    assert abs(np.corrcoef(drawn["a"], drawn["b"])[0, 1]) < 0.1
    assert abs(drawn["a"].mean() - 0.5) < 0.03 and 0 < drawn["a"].min() < 0.01 and 0.99 < drawn["a"].max() <= 1


def test_spikes_that_come_together_have_numbers_of_their_own() -> None:
    P, E = bp.SpikeSource(np.full(9, 0.5), np.zeros(9, int), 1, name="P"), _sums(3)
    text = "x(0) = 0; y(0) = 0\nwhen pre.spike:\n    y = rand()\n    x += y"
    syn = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn")
    drawn = _final(bp.Network(P, E, syn), 1.0)
    assert np.abs(drawn["x"] - 9 * drawn["y"]).min() > 0.1
    assert drawn["n_pre_spike"].tolist() == [9]


def test_sums_of_what_is_released_agree_with_connections_of_their_own() -> None:
    found = []
    for kept in ({}, {"g": "connection"}):
        P, E = _spikes(5, 60), bp.NeuGroup(lif(), 20, name="E", method="exponential_euler")
        text = AMPA.replace("g += weight", "g += weight*rand()*(rand() < 0.4)")
        syn = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn", kept=kept)
        assert syn.homes.of["g"] == ("connection" if kept else "lumped")
        g = _final(bp.Network(P, E, syn))["g"]
        found.append(np.bincount(syn.post_index, g) if kept else g)
    assert np.ptp(found[0]) > 0.05
    assert np.abs(found[0] - found[1]).max() < 1e-12


def test_what_is_drawn_for_each_connection_is_kept_with_no_cell() -> None:
    text = "s(0) = 0\nwhen pre.spike:\n    s = rand()\n    post.V += s"
    P, E = _spikes(1, 3), _sums(3)
    options = {"pre": P, "post": E, "model": synapse(text), "connect": bp.connect.all_to_all(), "name": "syn"}
    with pytest.raises(ArgumentError) as error:
        bp.Synapses(**options, kept={"s": "pre"})
    assert error.value.message == "syn: 's' cannot be kept 'pre': it is drawn for each connection."
    net = bp.Network(P, E, bp.Synapses(**options))
    assert "    s: one value a connection (it is drawn for each connection)\n" in net.explain()
    assert "    n_pre_spike: one value a cell of P; counts pre_spike, for which numbers are drawn\n" in net.explain()


def test_blocks_that_run_every_t_draw_too() -> None:
    P, E = _spikes(1, 1), _sums(4000)
    text = "x(0) = 0\nwhen every(2):\n    x = clip(x + randn(), -100, 100)"
    syn = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn")
    net = bp.Network(P, E, syn)
    x = _final(net, 9.0)["x"]
    assert abs(x.var() - 4) < 4 * 4 * np.sqrt(2 / len(x)) and abs(x.mean()) < 4 * 2 / np.sqrt(len(x))
    _final(net, 3.0, start=0)
    assert np.array_equal(net.run(6.0, backend="numpy").final["syn"]["x"], x)


def test_names_of_the_model_come_first() -> None:
    text = "seed = 2; connection = 3; n_pre_spike(0) = 0"
    text += "\nwhen pre.spike:\n    n_pre_spike += seed*connection*(rand() < 2)"
    P, E = _spikes(1, 4), _sums(3)
    syn = bp.Synapses(pre=P, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn")
    drawn = _final(bp.Network(P, E, syn), 3.0)
    assert drawn["n_pre_spike"].tolist() == [24, 24, 24] and drawn["n_pre_spike_"].tolist() == [4]
