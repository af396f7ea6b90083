"""Networks against loops written by hand, and against each other: drivers, forms of a synapse, runs in parts."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.networks.solution import NetworkSolution
from tests.networks.cells import AMPA, KICK, STDP, lif, synapse

DRIVERS = ["numpy", "numba"]


def _mixed(delay: object, post_delay: float) -> bp.Network:
    """Two groups, two kinds of sources, and synapses of all forms."""
    above = {"V": bp.dist.uniform(-60, -50, seed=3)}
    E = bp.NeuGroup(lif(), 130, name="E", method="exponential_euler", initial=above, I=bp.dist.uniform(8, 14, seed=2))
    I = bp.NeuGroup(lif(), 70, name="I", method="exponential_euler", initial={"V": bp.dist.uniform(-60, -50)}, I=11.0)
    P = bp.PoissonGroup(40, rate=0.3, name="P")
    S = bp.SpikeSource([1.0, 1.05, 3.0, 3.0], [0, 1, 0, 0], 3, name="S")
    random = bp.connect.fixed_probability
    ampa, gap = synapse(AMPA), synapse("g = 0.02\npost.I += g*(pre.V - post.V)")
    return bp.Network(
        E, I, P, S,
        bp.Synapses(pre=E, post=E, model=ampa, connect=random(0.1, seed=1), name="exc", delay=delay, weight=0.05),
        bp.Synapses(pre=E, post=I, model=synapse(STDP + "    post.V += 0.1"), connect=random(0.3, seed=1),
                    name="plastic", delay=delay, post_delay=post_delay),
        bp.Synapses(pre=I[10:], post=I[:50], model=gap, connect=random(0.3, seed=9), name="gap"),
        bp.Synapses(pre=P, post=E[20:], model=ampa, connect=random(0.2, seed=5), name="noise",
                    weight=bp.dist.uniform(0, 0.1, seed=8), delay=bp.dist.uniform(0.3, 1.5, seed=2)),
        bp.Synapses(pre=S, post=I, model=ampa, connect=bp.connect.all_to_all(), name="given", weight=0.5),
    )  # fmt: skip


RECORD = {"E": ["V", "mean(V)"], "I[:5]": ["V"], "plastic": ["weight", "x"]}


def _same(one: NetworkSolution, other: NetworkSolution, groups: str, tolerance: float) -> None:
    """Spikes to the step, values to rounding."""
    for group in groups:
        trains = one[group].events["spike"], other[group].events["spike"]
        assert trains[0].count() > 3
        assert np.array_equal(trains[0].t, trains[1].t) and np.array_equal(trains[0].index, trains[1].index)
    assert np.abs(one["E"].V - other["E"].V).max() < tolerance
    assert np.abs(one["plastic"].weight - other["plastic"].weight).max() < tolerance
    assert one["plastic"].weight[-1].std() > 0.002  # something was learned


@pytest.mark.filterwarnings("ignore:.*delays are rounded")
def test_numba_gives_the_spikes_and_weights_of_the_reference() -> None:
    delay = bp.dist.uniform(0.3, 2, seed=4)
    found = [_mixed(delay, 0.7).run(40.0, dt=0.1, backend=b, seed=3, record=RECORD, record_every=0.5) for b in DRIVERS]
    _same(*found, groups="EIPS", tolerance=1e-12)
    one = found[0]
    assert one["plastic"].weight.shape[0] == 81 and one["I[:5]"].V.shape == (81, 5)
    assert np.allclose(one["E"]["mean(V)"], one["E"].V.mean(axis=1))


@pytest.mark.filterwarnings("ignore:.*delays are rounded")
@pytest.mark.parametrize(
    ("delay", "post_delay"), [(0.0, 0.0), (1.5, 0.7), (bp.dist.uniform(0.3, 2, seed=4), 0.0)], ids=str
)
def test_a_run_in_parts_is_the_whole(delay: object, post_delay: float) -> None:
    whole, parts = _mixed(delay, post_delay), _mixed(delay, post_delay)
    sol = whole.run(40.0, dt=0.1, backend="numpy", seed=3)
    first = parts.run(20.0, dt=0.1, backend="numpy", seed=3)
    checkpoint = parts.checkpoint()
    second = parts.run(20.0, backend="numpy")
    for name in ("E", "I"):
        assert np.array_equal(second.final[name]["V"], sol.final[name]["V"])
    assert np.array_equal(second.final["plastic"]["weight"], sol.final["plastic"]["weight"])
    together = np.concatenate([first["I"].events["spike"].t, second["I"].events["spike"].t])
    assert np.array_equal(together, sol["I"].events["spike"].t)
    assert parts.time == pytest.approx(40.0)
    elsewhere = _mixed(delay, post_delay).run(20.0, start=checkpoint, backend="numpy")
    assert np.array_equal(elsewhere["I"].events["spike"].t, second["I"].events["spike"].t)
    assert np.abs(elsewhere.final["plastic"]["weight"] - second.final["plastic"]["weight"]).max() < 1e-14
    parts.reset()
    assert parts.time == 0 and np.all(parts["plastic"].weight == 0.5)


def _small() -> bp.Network:
    """One group with a source, a synapse of each form, and delays."""
    E = bp.NeuGroup(
        lif(),
        50,
        name="E",
        method="exponential_euler",
        initial={"V": bp.dist.uniform(-60, -50, seed=3)},
        I=lambda t: 12.0 + np.sin(t + np.arange(50)),
    )
    P = bp.PoissonGroup(20, rate=0.1, name="P")
    random, ampa = bp.connect.fixed_probability(0.2, seed=1), synapse(AMPA)
    gap = synapse("g = 0.02\npost.I += g*(pre.V - post.V)")
    return bp.Network(
        E, P,
        bp.Synapses(pre=P, post=E, model=ampa, connect=random, name="noise", weight=0.05, delay=0.5),
        bp.Synapses(pre=E, post=E, model=synapse(STDP + "    post.V += 0.1"), connect=random, name="plastic"),
        bp.Synapses(pre=E, post=E, model=gap, connect=random, name="gap"),
    )  # fmt: skip


@pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
def test_every_driver_gives_the_spikes_and_weights_of_the_reference(backend: str) -> None:
    record = {"E": ["V"], "plastic": ["weight"]}
    found = [_small().run(20.0, dt=0.1, backend=b, seed=3, record=record, record_every=0.5) for b in ("numpy", backend)]
    _same(*found, groups="EP", tolerance=1e-11)


def test_lumped_form_and_one_value_a_connection_agree() -> None:
    current = "tau = 5\ndg/dt = -g/tau\npost.I += g\nwhen pre.spike:\n    g += weight"
    found = {}
    for kept in ({}, {"g": "connection"}):
        S = bp.SpikeSource(np.linspace(0.5, 20, 60), np.arange(60) % 6, 6, name="S")
        E = bp.NeuGroup(lif(), 20, name="E", method="exponential_euler")
        exc = bp.Synapses(
            pre=S, post=E, model=synapse(current), connect=bp.connect.fixed_probability(0.5, seed=2), name="exc",
            kept=kept, weight=3.0, delay=0.5,
        )  # fmt: skip
        assert exc.homes.of["g"] == ("connection" if kept else "lumped")
        found[len(kept)] = bp.Network(S, E, exc).run(25.0, dt=0.1, backend="numpy", record={"E": ["V"]})["E"].V
    assert np.abs(found[0] - found[1]).max() < 1e-12
    assert found[0].max() > -59


def test_what_cannot_be_summed_says_why() -> None:
    E = bp.NeuGroup(lif(), 4, name="E")
    connect = bp.connect.all_to_all()

    def of(text: str, **options: object) -> bp.Synapses:
        return bp.Synapses(pre=E, post=E, model=synapse(text), connect=connect, name="syn", **options)

    saturating = "ds/dt = -s/5\npost.I += weight*s\nwhen pre.spike:\n    s += 0.5*(1 - s)"
    assert of(saturating).homes.of == {"s": "pre"}
    assert of(saturating, delay=bp.dist.uniform(1, 2)).homes.of == {"s": "connection"}
    squared = "tau = 5\ndg/dt = -g/tau\npost.I += g*g\nwhen pre.spike:\n    g += weight"
    assert of(squared, weight=np.arange(12.0)).homes.why["g"].startswith("post.I is not linear")
    assert of(AMPA, tau=np.linspace(4, 6, 12)).homes.of["g"] == "connection"
    assert of(AMPA, weight=np.arange(12.0)).homes.of["g"] == "lumped"
    with pytest.raises(bp.errors.ArgumentError, match="'g' cannot be kept 'post': post.I is not linear"):
        of(squared, weight=np.arange(12.0), kept={"g": "post"})


@pytest.mark.filterwarnings("ignore:.*delays are rounded")
def test_what_each_connection_from_a_source_adds_in_every_step_is_the_same_on_numba() -> None:
    text = "ds/dt = -s/8\npost.I += weight*s\nwhen pre.spike:\n    s += 0.3*(1 - s)"
    found = {}
    for backend in DRIVERS:
        S = bp.SpikeSource(np.linspace(0.5, 9, 40), np.arange(40) % 3, 3, name="S")
        E = bp.NeuGroup(lif(), 5, name="E", method="euler")
        syn = bp.Synapses(
            pre=S, post=E, model=synapse(text), connect=bp.connect.all_to_all(), name="syn",
            weight=bp.dist.uniform(10, 30, seed=1), delay=bp.dist.uniform(0.3, 2, seed=2),
        )  # fmt: skip
        assert syn.homes.of == {"s": "connection"}
        found[backend] = bp.Network(S, E, syn).run(10.0, dt=0.1, backend=backend, record={"E": ["V"]})["E"].V
    assert np.abs(found["numpy"] - found["numba"]).max() < 1e-12
    assert found["numpy"].max() > -55


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_synapses_without_connections_do_nothing(backend: str) -> None:
    E = bp.NeuGroup(lif(), 3, name="E", method="euler", I=12.0)
    none = bp.connect.pairs([], [])
    gap = bp.Synapses(pre=E, post=E, model=synapse("post.I += 0.1*(pre.V - post.V)"), connect=none, name="gap")
    kick = bp.Synapses(pre=E, post=E, model=synapse(KICK), connect=none, name="kick")
    text = "ds/dt = -s/8\nwhen pre.spike:\n    s += 1\n    post.V += s"
    own = bp.Synapses(pre=E, post=E, model=synapse(text), connect=none, name="own", kept={"s": "connection"})
    sol = bp.Network(E, gap, kick, own).run(60.0, dt=0.1, backend=backend)
    assert len(sol["E"].events["spike"]) == 3


def test_a_part_of_a_part_is_a_part() -> None:
    E = bp.NeuGroup(lif(), 20, name="E", method="euler", I=np.arange(20.0))
    some = E[5:][::2][np.arange(8) > 5]
    assert some.index.tolist() == [17, 19] and some.I.tolist() == [17.0, 19.0] and some.name.startswith("E[5:][::2]")
    some.I = 3
    assert E.I[[17, 18, 19]].tolist() == [3.0, 18.0, 3.0]
    sol = bp.Network(E).run(0.2, dt=0.1, backend="numpy", record={"E": ["V"], some: ["V"]})
    assert np.array_equal(sol[some].V, sol["E"].V[:, [17, 19]])
    with pytest.raises(bp.errors.ArgumentError, match=r"E\[5:\]\[40\]: index 40 is out of bounds"):
        E[5:][40]
