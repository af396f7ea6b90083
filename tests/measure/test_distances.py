"""Distances between spike trains: closed forms, and dynamic programming and sums over all pairs by hand."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

from .trains import renewal

measure = bp.measure


def table(x: np.ndarray, y: np.ndarray, cost: float) -> float:
    """Victor and Purpura's recursion as it is written."""
    best = np.zeros((len(x) + 1, len(y) + 1))
    best[:, 0], best[0] = np.arange(len(x) + 1), np.arange(len(y) + 1)
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            moved = best[i - 1, j - 1] + cost * abs(x[i - 1] - y[j - 1])
            best[i, j] = min(best[i - 1, j] + 1, best[i, j - 1] + 1, moved)
    return float(best[-1, -1])


def test_victor_purpura_by_hand() -> None:
    assert measure.victor_purpura([10.0], [14.0], cost=0.1) == pytest.approx(0.4)
    assert measure.victor_purpura([10.0], [50.0], cost=0.1) == 2.0
    assert measure.victor_purpura([1.0, 2.0, 3.0], [5.0], cost=0.0) == 2.0
    assert measure.victor_purpura([1.0, 2.0, 3.0], [3.0], cost=1e6) == 2.0
    assert measure.victor_purpura([1.0, 2.0], [], cost=0.1) == 2.0


@pytest.mark.parametrize("cost", [1e-3, 0.02, 0.1, 1.0, 30.0])
@pytest.mark.parametrize("seed", range(3))
def test_victor_purpura_is_the_recursion(cost: float, seed: int) -> None:
    x, y = (renewal(1, 1, rate, 400.0, seed=10 * seed + k)[0] for k, rate in enumerate((0.1, 0.15)))
    x = np.sort(np.concatenate([x, x[:3]]))  # spikes at one time
    assert measure.victor_purpura(x, y, cost=cost) == pytest.approx(table(x, y, cost), abs=1e-9)
    assert measure.victor_purpura(y, x, cost=cost) == pytest.approx(table(x, y, cost), abs=1e-9)


def test_victor_purpura_that_would_take_an_hour_is_refused() -> None:
    times = np.arange(100_000.0)
    with pytest.raises(ArgumentError, match=r"1e\+10 pairs of spikes are less than 2e\+06 ms apart"):
        measure.victor_purpura(times, times, cost=1e-6)


def test_isi_distance_by_hand() -> None:
    clock, half = np.arange(10.0, 100.0, 10.0), np.arange(20.0, 100.0, 20.0)
    assert measure.isi_distance(clock, half, t_stop=100.0) == pytest.approx(0.5)
    assert measure.isi_distance(clock, clock, t_stop=100.0) == 0.0
    # intervals 30 and 70 against 100
    assert measure.isi_distance([30.0], [], t_stop=100.0) == pytest.approx(0.3 * 0.7 + 0.7 * 0.3)
    with pytest.raises(ArgumentError, match=r"isi_distance: nothing says when the record ends"):
        measure.isi_distance([1.0], [2.0])


def profile(x: np.ndarray, y: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Kreuz's dissimilarity at each time, as it is written."""
    values = []
    for t in times:
        (px, fx), (py, fy) = ((train[train <= t].max(), train[train > t].min()) for train in (x, y))
        sides = []
        for (p, f), other in (((px, fx), y), ((py, fy), x)):
            off_p, off_f = np.abs(other - p).min(), np.abs(other - f).min()
            sides.append(((off_p * (f - t) + off_f * (t - p)) / (f - p), f - p))
        (one, gap), (two, gap_two) = sides
        values.append((one * gap_two + two * gap) / (0.5 * (gap + gap_two) ** 2))
    return np.array(values)


def test_spike_distance_is_the_mean_of_its_profile() -> None:
    x, y = (renewal(1, 1, 0.05, 200.0, seed=seed)[0] for seed in (1, 2))
    times = (np.arange(100_000) + 0.5) * 0.002
    whole = [np.concatenate([[0.0], train, [200.0]]) for train in (x, y)]
    expected = profile(whole[0], whole[1], times[::20]).mean()
    assert measure.spike_distance(x, y, t_stop=200.0) == pytest.approx(expected, rel=1e-3)
    assert measure.spike_distance(y, x, t_stop=200.0) == measure.spike_distance(x, y, t_stop=200.0)
    assert measure.spike_distance(x, x, t_stop=200.0) == 0.0
    assert measure.spike_distance([], [], t_stop=200.0) == 0.0


@pytest.mark.parametrize("tau", [0.01, 5.0, 100.0])
def test_van_rossum_of_two_spikes(tau: float) -> None:
    assert measure.van_rossum([10.0], [], tau=tau) ** 2 == pytest.approx(0.5)
    assert measure.van_rossum([10.0], [17.0], tau=tau) ** 2 == pytest.approx(1 - np.exp(-7.0 / tau))
    assert measure.van_rossum([10.0, 17.0], [], tau=tau) ** 2 == pytest.approx(1 + np.exp(-7.0 / tau))


@pytest.mark.parametrize("tau", [0.1, 3.0, 50.0])
def test_van_rossum_is_the_sum_over_all_pairs(tau: float) -> None:
    x, y = (renewal(1, 1, 0.1, 3000.0, seed=seed)[0] for seed in (1, 2))
    x = np.sort(np.concatenate([x, y[::2]]))

    def product(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.exp(-np.abs(a[:, None] - b) / tau).sum() / 2)

    expected = product(x, x) + product(y, y) - 2 * product(x, y)
    assert measure.van_rossum(x, y, tau=tau) ** 2 == pytest.approx(expected, rel=1e-9)
    assert measure.van_rossum(x, x, tau=tau) == pytest.approx(0.0, abs=1e-5)
