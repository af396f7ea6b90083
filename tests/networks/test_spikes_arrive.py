"""When a spike arrives and what it meets: delays to the step, ties, holds, sources."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from tests.networks.cells import KICK, STDP, lif, synapse


def _kicked(delay: float, dt: float, weight: float = 1.0, times: object = (2.0,), backend: str = "numpy") -> tuple:
    S = bp.SpikeSource(times, name="S")
    E = bp.NeuGroup(bp.model("V(0) = 0\ndV/dt = 0*V\nwhen V >= 10:\n    V = 0", name="Sum"), 1, name="E")
    kick = bp.Synapses(pre=S, post=E, model=synapse(KICK), connect=bp.connect.all_to_all(), delay=delay, weight=weight)
    sol = bp.Network(S, E, kick).run(8.0, dt=dt, backend=backend, record={"E": ["V"]})
    return sol, sol["E"].V[:, 0]


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("dt", [0.1, 0.5, 0.25])
@pytest.mark.parametrize("delay", [0.5, 1.5, 4.0])
def test_a_record_at_spike_time_plus_delay_shows_the_spike(delay: float, dt: float, backend: str) -> None:
    sol, V = _kicked(delay, dt, backend=backend)
    first = sol.t[np.flatnonzero(V > 0)[0]]
    assert first == pytest.approx(2.0 + delay)
    sol, _ = _kicked(delay, dt, weight=20.0, backend=backend)
    assert sol["E"].events["spike"].t == pytest.approx([2.0 + delay])


def test_without_delay_the_cell_fires_a_step_later() -> None:
    for delay in (0.0, 0.1):
        sol, _ = _kicked(delay, 0.1, weight=20.0)
        assert sol["E"].events["spike"].t == pytest.approx([2.1])
    assert _kicked(0.0, 0.1)[1][20] == 1.0 and _kicked(0.1, 0.1)[1][20] == 0.0


def test_delays_that_are_no_whole_steps_are_rounded_and_said_or_refused() -> None:
    with pytest.warns(RunWarning, match=r"Syn: delays are rounded to whole steps of 0.1; 0.56 becomes 0.6"):
        sol, V = _kicked(0.56, 0.1)
    assert sol.t[np.flatnonzero(V > 0)[0]] == pytest.approx(2.6)
    with pytest.raises(bp.errors.ArgumentError, match="Syn: a delay of 0.04 is shorter than half a step of 0.1"):
        _kicked(0.04, 0.1)


def test_a_spike_of_a_source_belongs_to_the_step_in_which_it_lies() -> None:
    sol, V = _kicked(1.0, 0.1, times=[2.0, 2.05, 3.0 + 1e-9])
    assert sol["S"].events["spike"].t == pytest.approx([2.0, 2.1, 3.0])
    assert list(np.round(np.diff(V[[29, 30, 31, 40]]), 12)) == [1.0, 1.0, 1.0]
    with pytest.raises(bp.errors.ArgumentError, match="Spikes: it spikes at 0, which is not after the start"):
        S = bp.SpikeSource([0.0])
        bp.Network(S, bp.NeuGroup(lif(), 1)).run(1.0, dt=0.1, backend="numpy")


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_spikes_sent_to_a_held_state_are_dropped(backend: str) -> None:
    S = bp.SpikeSource(np.arange(1, 60) * 0.1, name="S")
    E = bp.NeuGroup(lif(), 1, name="E", V_rest=-60.0, t_ref=2.0, initial={"V": -50.5})
    kick = bp.Synapses(pre=S, post=E, model=synapse(KICK), connect=bp.connect.all_to_all(), weight=1.0, delay=0.1)
    sol = bp.Network(S, E, kick).run(5.0, dt=0.1, backend=backend, record={"E": ["V"]})
    V, fired = sol["E"].V[:, 0], round(float(sol["E"].events["spike"].t[0]) / 0.1)
    assert fired == 2  # the kick at 0.2 lifts V above -50, and the same step tests it
    assert np.all(V[fired : fired + 21] == -60)  # for 20 whole steps after the step of the spike
    assert V[fired + 21] > -59.5


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_blocks_drop_what_they_do_to_the_held_cell_that_has_fired(backend: str) -> None:
    E = bp.NeuGroup(lif(), 2, name="E", initial={"V": np.array([-49.0, -60.0])})  # one fires in the first step
    one = bp.connect.pairs([0], [1])
    kicks = [
        bp.Synapses(pre=E, post=E, model=synapse("when pre.spike:\n    pre.V -= 1"), connect=one, delay=d, name=f"k{k}")
        for k, d in enumerate((0.0, 0.5, 3.0))
    ]
    V = bp.Network(E, *kicks).run(4.0, dt=0.1, backend=backend, record={"E": ["V"]})["E"].V[:, 0]
    assert np.all(V[1:31] == -60) and V[31] == -61  # of the three the last alone comes after the hold


SEVERAL = """
u(0) = 1; weight = 0.5
when pre.spike:
    post.V += weight
    post.w += weight*u
    u = 0.5*u
    post.V += u
    u += 1
    post.w += 2*u
"""


@pytest.mark.parametrize("rule", [bp.connect.all_to_all(), bp.connect.pairs([0, 0, 1], [0, 1, 1])])
@pytest.mark.parametrize("backend", ["numpy", "numba", "torch"])
def test_each_line_of_a_block_acts_once_and_reads_what_stands_there(backend: str, rule: object) -> None:
    S = bp.SpikeSource([0.2], [0], 2, name="S")
    E = bp.NeuGroup(bp.model("dV/dt = 0*V\ndw/dt = 0*w", name="Sums"), 2, name="E", method="euler")
    syn = bp.Synapses(pre=S, post=E, model=synapse(SEVERAL), connect=rule, name="s", kept={"u": "pre"})
    assert syn.totals.are_taken == (len(syn) == 4)
    final = bp.Network(S, E, syn).run(0.5, dt=0.1, backend=backend).final["E"]
    assert final["V"] == pytest.approx(2 * [0.5 + 0.5]) and final["w"] == pytest.approx(2 * [0.5 * 1 + 2 * 1.5])


def _pair(order: str, **delays: float) -> float:
    """The weight after one spike of each side in one step."""
    S = bp.SpikeSource([2.0], name="S")
    one = bp.model("V(0) = 0\ndV/dt = 1\nwhen V >= 2:\n    V = 0", name="Clock")
    E = bp.NeuGroup(one, 1, name="E", method="euler")
    stdp = bp.Synapses(pre=S, post=E, model=synapse(STDP), connect=bp.connect.all_to_all(), A=0.1, B=-0.05, **delays)
    bp.Network(S, E, stdp).run(3.0, dt=0.1, backend="numpy")
    return float(stdp.weight[0])


def test_ties_of_a_pre_and_a_post_spike() -> None:
    assert _pair("pre first") == pytest.approx(0.5 + 0.1)  # pre: x += A, then post reads x
    assert _pair("both late", delay=0.5, post_delay=0.5) == pytest.approx(0.5 + 0.1)
    assert _pair("post first", post_delay=0.0, delay=0.0) == pytest.approx(0.6)


def test_pair_rule_has_the_closed_form() -> None:
    """Weight change of pairs: A exp(-d/tau) where pre leads by d, B exp(-d/tau) where post does."""
    for lead in (-12.0, -3.0, 4.0, 15.0):
        S = bp.SpikeSource([30.0 - lead], name="S")
        T = bp.SpikeSource([30.0], name="T")
        stdp = bp.Synapses(pre=S, post=T, model=synapse(STDP), connect=bp.connect.all_to_all())
        bp.Network(S, T, stdp).run(50.0, dt=0.1, backend="numpy")
        change = 0.01 * np.exp(-lead / 20) if lead > 0 else -0.0105 * np.exp(lead / 20)
        assert float(stdp.weight[0]) - 0.5 == pytest.approx(change, rel=1e-12)


def test_short_term_plasticity_has_the_closed_form() -> None:
    """Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719: what each of a train of spikes releases."""
    text = """
    tau_rec = 800; tau_facil = 50; U = 0.5
    x(0) = 1
    du/dt = -u/tau_facil
    dx/dt = (1 - x)/tau_rec
    when pre.spike:
        u += U*(1 - u)
        post.V += weight*u*x
        x += -u*x
    """
    interval, count = 20.0, 8
    S = bp.SpikeSource(interval * np.arange(1, count + 1), name="S")
    E = bp.NeuGroup(bp.model("V(0) = 0\ndV/dt = 0*V", name="Sum"), 1, name="E")
    syn = bp.Synapses(pre=S, post=E, model=synapse(text), connect=bp.connect.all_to_all(), weight=2.0)
    assert syn.homes.of == {"x": "pre", "u": "pre"}
    sol = bp.Network(S, E, syn).run(180.0, dt=0.1, backend="numpy", record={"E": ["V"]}, record_every=interval)
    u, x, released = 0.0, 1.0, []
    for _ in range(count):
        u, x = u * np.exp(-interval / 50), 1 - (1 - x) * np.exp(-interval / 800)
        u += 0.5 * (1 - u)
        released.append(2 * u * x)
        x -= u * x
    assert np.diff(sol["E"].V[:, 0])[:count] == pytest.approx(released, rel=1e-12)


def test_poisson_counts_have_their_mean_and_variance_on_every_driver() -> None:
    found = []
    for backend in ("numpy", "numba"):
        P = bp.PoissonGroup(200, rate=0.05, sources=4, name="P")
        E = bp.NeuGroup(lif(), 1, name="E")
        found.append(bp.Network(P, E).run(100.0, dt=0.1, backend=backend, seed=7)["P"].events["spike"])
    assert np.array_equal(found[0].t, found[1].t) and np.array_equal(found[0].index, found[1].index)
    counts = found[0].count(per_cell=True)
    assert abs(counts.mean() - 20.0) < 4 * np.sqrt(20.0 / 200)
    assert 0.7 < counts.var() / counts.mean() < 1.3
    other = bp.Network(bp.PoissonGroup(200, rate=lambda t: 0.2 if t < 50 else 0.0, name="P"), E)
    train = other.run(100.0, dt=0.1, backend="numpy")["P"].events["spike"]
    assert train.t.max() <= 50.1 and abs(train.count() - 2000) < 4 * np.sqrt(2000)
