"""Poisson sources at rates that stay: their law, and the same spikes in any chunk, on any driver, gone on with."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import brainpy_lab as bp
from brainpy_lab.drivers.feeds.poisson_points import PoissonPoints
from brainpy_lab.drivers.numba.network.poisson import native_spikes


def _points(mean: object, size: int, seed: int = 5) -> PoissonPoints:
    return PoissonPoints(size, np.atleast_1d(np.asarray(mean, float)), seed, 2)


def _counts(source: PoissonPoints, n: int) -> np.ndarray:
    offsets, cells = source(0, n)
    places = np.repeat(np.arange(n), np.diff(offsets)) * source.size + cells
    return np.bincount(places, minlength=n * source.size).reshape(n, source.size)


@pytest.mark.parametrize("mean", [0.001, np.linspace(0, 0.02, 130), [0.0, 1.5, 0.2], 0.0], ids=str)
def test_spikes_are_those_of_the_stretches_whatever_is_looked_at_and_native_code_has_the_same(mean: object) -> None:
    source = _points(mean, 130 if np.size(mean) != 3 else 3)
    native = native_spikes(source)
    offsets, cells = source(3, 3000)
    assert len(offsets) == 3001
    assert (len(cells) > 20) == bool(np.any(mean))
    for parts in ([native(3, 3000)], [source(3, 1), source(4, 2050), native(2054, 949)]):
        assert np.array_equal(np.concatenate([p[1] for p in parts]), cells)
        assert np.array_equal(np.concatenate([np.diff(p[0]) for p in parts]), np.diff(offsets))


@pytest.mark.parametrize("mean", [0.002, 0.3, 3.0])
def test_counts_of_cells_and_steps_follow_poisson_law(mean: float) -> None:
    counts = _counts(_points(mean, 50), 4000).reshape(-1)
    high = int(stats.poisson.isf(5e-4, mean))
    expected = np.diff(np.concatenate([[0.0], stats.poisson.cdf(np.arange(high), mean), [1.0]])) * counts.size
    found = np.bincount(np.minimum(counts, high), minlength=high + 1)
    assert stats.chisquare(found, expected).pvalue > 1e-3


def test_rates_of_each_cell_are_met_and_a_rate_of_zero_is_silent() -> None:
    mean = np.array([0.0, 0.01, 0.05, 0.0, 0.2, 0.0])
    total = _counts(_points(mean, 6), 20_000).sum(axis=0)
    assert np.all(total[mean == 0] == 0)
    assert np.all(np.abs(total - 20_000 * mean) <= 4 * np.sqrt(20_000 * mean))


def test_intervals_are_exponential_and_independent_of_each_other() -> None:
    source = _points(0.0005, 20)
    offsets, cells = source(0, 400_000)
    steps = np.repeat(np.arange(400_000), np.diff(offsets))
    gaps = [np.diff(steps[cells == cell]) for cell in range(20)]
    assert stats.kstest(np.concatenate(gaps), stats.expon(scale=2000.0).cdf).pvalue > 1e-3
    pairs = np.concatenate([np.stack([g[:-1], g[1:]], axis=1) for g in gaps])
    assert abs(stats.spearmanr(pairs)[0]) < 4 / np.sqrt(len(pairs))


def test_cells_and_stretches_are_independent() -> None:
    """Counts of two cells, and of one cell in stretches that follow, are not correlated; nor those of two seeds."""
    counts = _counts(_points(0.05, 40), 8192)
    within = np.corrcoef(counts.T)[np.triu_indices(40, 1)]
    assert abs(within.mean()) < 4 / np.sqrt(8192 * len(within))
    assert abs(within.std() * np.sqrt(8192) - 1) < 0.15
    windows = counts.reshape(-1, 64, 40).sum(axis=1)
    follow = stats.spearmanr(windows[:-1].reshape(-1), windows[1:].reshape(-1))[0]
    assert abs(follow) < 4 / np.sqrt(windows.size)
    assert windows.var() / windows.mean() == pytest.approx(1.0, abs=0.1)
    other = _counts(_points(0.05, 40, seed=6), 8192)
    assert abs(np.corrcoef(counts.reshape(-1), other.reshape(-1))[0, 1]) < 4 / np.sqrt(counts.size)


def test_shot_noise_has_the_mean_and_variance_of_campbells_theorem() -> None:
    """V is the sum of a*exp(-s/tau) over spikes: mean r*a*tau, variance r*a**2*tau/2 (Campbell 1909)."""
    cell = bp.model("tau = 5\ndV/dt = -V/tau", name="Shot")
    E = bp.NeuGroup(cell, 500, name="E", method="exponential_euler")
    kick = bp.model("when pre.spike:\n    post.V += weight", name="Kick", synapse=True)
    P = bp.PoissonGroup(500, rate=0.4, name="P")
    syn = bp.Synapses(pre=P, post=E, model=kick, connect=bp.connect.one_to_one(), weight=0.5, delay=0.1, name="kick")
    sol = bp.Network(E, P, syn).run(220.0, dt=0.1, record_every=20.0, record={"E": ["V"]}, backend="numpy", seed=2)
    V = sol["E"].V[3:]
    late = 1 + 0.1 / (2 * 5)  # a spike counts from the end of its step, half a step late in the mean
    assert V.mean() == pytest.approx(0.4 * 0.5 * 5 * late, abs=4 * np.sqrt(0.25 / V.size))
    assert V.var() == pytest.approx(0.4 * 0.5**2 * 5 / 2 * late, rel=4 * np.sqrt(3 / V.size))


def test_a_run_in_parts_and_one_from_a_checkpoint_have_the_same_spikes() -> None:
    def network() -> bp.Network:
        return bp.Network(bp.PoissonGroup(30, rate=0.2, name="P"))

    whole = network().run(40.0, dt=0.1, backend="numpy", seed=8)["P"].events["spike"]
    net = network()
    first = net.run(13.3, dt=0.1, backend="numba", seed=8)["P"].events["spike"]
    second = network().run(26.7, start=net.checkpoint(), backend="numpy")["P"].events["spike"]
    assert np.array_equal(np.concatenate([first.index, second.index]), whole.index)
    assert np.array_equal(np.concatenate([first.t, second.t]), whole.t)
    assert np.array_equal(np.concatenate([first.count, second.count]), whole.count)


def test_a_higher_rate_keeps_most_spikes_of_a_lower_one() -> None:
    """The numbers stay when a rate changes: a slider moves spikes in and out, and does not throw all anew."""
    low, high = (_counts(_points(mean, 10), 6000) for mean in (0.01, 0.012))
    assert np.minimum(low, high).sum() > 0.75 * low.sum()
    assert high.sum() > low.sum()
