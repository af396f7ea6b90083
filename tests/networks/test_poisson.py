"""Poisson sources: their law, and the same numbers in any chunk and on any driver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import brainpy_lab as bp
from brainpy_lab.drivers.feeds.poisson_spikes import STREAMS, PoissonSpikes
from brainpy_lab.drivers.feeds.random_draws import uniforms
from brainpy_lab.drivers.numba.network.poisson import native_spikes


def _spikes(mean: object, size: int, seed: int = 5) -> PoissonSpikes:
    whole = np.broadcast_to(np.asarray(mean, float), (1, size))
    return PoissonSpikes(size, lambda first, n: whole, seed, 2)


def _by_steps(mean: np.ndarray, first: int, n: int, seed: int = 5) -> list[np.ndarray]:
    """The cells of each step: quantiles of its uniform numbers, in rounds."""
    found = []
    for step in range(first, first + n):
        with np.errstate(over="ignore"):
            u = 1 - uniforms(np.arange(len(mean)), STREAMS + 2, np.array([step // 2]), seed)[step % 2]
        count = stats.poisson.ppf(u, mean)
        found.append(np.concatenate([np.flatnonzero(count > k) for k in range(int(count.max()) + 1)]))
    return found


@pytest.mark.parametrize(
    "mean", [np.full(70, 0.002), np.linspace(0, 3, 70), np.linspace(0, 60, 70)], ids=["sparse", "some", "large"]
)
def test_spikes_are_quantiles_of_the_numbers_of_each_step_in_rounds(mean: np.ndarray) -> None:
    expected = _by_steps(mean, 3, 400)
    for spikes in (_spikes(mean, 70), native_spikes(_spikes(mean, 70))):
        offsets, cells = spikes(3, 400)
        assert len(offsets) == 401
        assert np.array_equal(cells, np.concatenate(expected))
        assert np.array_equal(np.diff(offsets), [len(c) for c in expected])
        parts = [spikes(3, 1), spikes(4, 256), spikes(260, 143)]
        assert np.array_equal(np.concatenate([p[1] for p in parts]), cells)


@pytest.mark.parametrize("mean", [0.7, 29.0, 31.0, 400.0])
def test_counts_follow_poisson_law(mean: float) -> None:
    """Pearson's test, one bin a count, the tails together."""
    offsets, cells = _spikes(mean, 100)(0, 200)
    counts = np.bincount(np.repeat(np.arange(200), np.diff(offsets)) * 100 + cells, minlength=20_000)
    low, high = (int(v) for v in stats.poisson.ppf([0.01, 0.99], mean))
    edges = np.arange(low, high + 1)
    expected = np.diff(np.concatenate([[0.0], stats.poisson.cdf(edges, mean), [1.0]])) * 20_000
    found = np.bincount(np.clip(counts, low, high + 1) - low, minlength=len(expected))
    assert expected.min() > 10
    assert stats.chisquare(found, expected).pvalue > 1e-3


def test_a_rate_of_time_is_that_at_the_start_of_each_step_on_both_drivers() -> None:
    P = bp.PoissonGroup(20, rate=lambda t: np.where(t < 4.95, 50.0, 0.0) * (np.arange(20) < 5), name="P")
    source = P.steps_of_spikes(0.0, 0.1, 3, 0)
    offsets, cells = source(0, 100)
    assert offsets[50] == offsets[-1] == len(cells) and cells.max() == 4
    assert abs(len(cells) - 5 * 50 * 5.0) < 4 * np.sqrt(1250)
    assert np.array_equal(native_spikes(source)(0, 100)[1], cells)


def test_a_spike_list_out_of_order_is_served_by_cell_and_twice_in_a_step_in_rounds() -> None:
    S = bp.SpikeSource([0.31, 0.32, 0.33, 0.34, 1.0], [7, 2, 2, 5, 1], 9, name="S")
    offsets, cells = S.steps_of_spikes(0.0, 0.1, 0, 0)(0, 20)
    assert list(cells) == [2, 5, 7, 2, 1]
    assert list(np.flatnonzero(np.diff(offsets))) == [3, 9]
    assert len(S.steps_of_spikes(0.0, 0.1, 0, 0)(12, 4)[1]) == 0


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("sources", [1, 500])
def test_spikes_read_after_the_run_are_those_that_arrived(backend: str, sources: int) -> None:
    counter = bp.model("dn/dt = 0", name="Counter")
    count = bp.model("weight = 1\nwhen pre.spike:\n    post.n += weight", name="Count", synapse=True)
    p = bp.PoissonGroup(30, rate=0.02, sources=sources, name="P")
    c = bp.NeuGroup(counter, 30, name="C")
    net = bp.Network(p, c, bp.Synapses(pre=p, post=c, model=count, connect=bp.connect.one_to_one(), name="S"))
    net.run(5.0, dt=0.1, seed=3, backend=backend)
    before = np.array(c.n)
    sol = net.run(7.0, backend=backend)
    p.rate = 0.5  # what is set after a run moves nothing in it
    assert f"P about {30 * 0.02 * sources * 7:,.0f};" in repr(sol)
    train = sol["P"].events["spike"]
    np.testing.assert_array_equal(train.count(per_cell=True), np.array(c.n) - before)
    assert train.t.min() > 5.0 and train.t.max() <= 12.0 + 1e-9
    assert np.all(np.diff(train.t) >= 0) and train.window == (pytest.approx(5.0), pytest.approx(12.0))


def test_a_picture_of_all_leaves_out_sources_with_more_spikes_than_can_be_seen() -> None:
    lif = bp.model("dV/dt = -V/20\nwhen V > 1:\n    V = 0", name="LIF")
    p, e = bp.PoissonGroup(1000, rate=1.0, sources=1000, name="P"), bp.NeuGroup(lif, 2, name="E")
    sol = bp.Network(p, e).run(2.0, dt=0.5, backend="numpy")
    (axes,) = sol.plot().axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["E"]
    assert axes.get_title() == "Network, without P"
