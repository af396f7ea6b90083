"""Intervals, counts and correlations against closed forms of renewal processes."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

from .trains import renewal

measure = bp.measure
STOP, RATE, CELLS = 20_000.0, 0.02, 50


@pytest.mark.parametrize("order", [1, 4])
def test_gamma_processes(order: int) -> None:
    """CV is 1/sqrt(k), the Fano factor of long windows CV squared, Lv 3/(2k + 1)."""
    times, cells = renewal(order, CELLS, RATE, STOP)
    given = {"size": CELLS, "t_stop": STOP}
    assert measure.cv(times, cells, **given).mean() == pytest.approx(1 / np.sqrt(order), rel=0.03)
    assert measure.local_variation(times, cells, **given).mean() == pytest.approx(3 / (2 * order + 1), rel=0.03)
    assert measure.fano(times, cells, window=1000.0, **given).mean() == pytest.approx(1 / order, rel=0.15)
    # the mean of |2B - 1| times 2 for B of the beta distribution (k, k): 1 for k = 1, 35/64 for k = 4
    assert measure.cv2(times, cells, **given).mean() == pytest.approx({1: 1.0, 4: 35 / 64}[order], rel=0.03)


def test_cv_is_that_of_each_cell() -> None:
    times, cells = renewal(1, 5, RATE, STOP)
    found = measure.cv(times, cells, size=6, t_stop=STOP)
    for cell in range(5):
        gaps = np.diff(times[cells == cell])
        assert found[cell] == pytest.approx(gaps.std() / gaps.mean(), rel=1e-12)
    assert np.isnan(found[5])


def test_fano_is_that_of_each_cell() -> None:
    times, cells = renewal(1, 3, RATE, STOP)
    found = measure.fano(times, cells, window=100.0, size=3, t_stop=STOP)
    counts = measure.counts(times, cells, bin=100.0, size=3, t_stop=STOP).values
    np.testing.assert_allclose(found, counts.var(axis=0, ddof=1) / counts.mean(axis=0), rtol=1e-12)


def test_measures_by_hand() -> None:
    times = [0.0, 2.0, 3.0, 7.0]  # intervals 2, 1, 4
    assert measure.isi(times).values.tolist() == [2.0, 1.0, 4.0]
    assert measure.cv2(times) == pytest.approx((2 * 1 / 3 + 2 * 3 / 5) / 2)
    assert measure.local_variation(times) == pytest.approx(3 * (1 / 9 + 9 / 25) / 2)
    with_hold = measure.local_variation(times, refractory=5.0)
    assert with_hold == pytest.approx(3 * (1 / 9 * (1 + 20 / 3) + 9 / 25 * (1 + 20 / 5)) / 2)
    assert measure.cv2([1.0, 1.0, 1.0]) == 0.0, "two intervals of no length are equal"


def test_bursts_by_hand() -> None:
    times = [1.0, 2.0, 3.0, 4.0, 5.0, 40.0, 45.0, 50.0]
    cells = [0, 1, 0, 1, 0, 1, 1, 0]
    found = measure.bursts(times, cells, size=3, max_isi=5.0, min_spikes=2)
    assert found.values.tolist() == [[0, 1.0, 5.0, 3], [1, 2.0, 4.0, 2], [1, 40.0, 45.0, 2]]
    assert measure.bursts(times, cells, size=3, max_isi=5.0).cell.tolist() == [0]
    assert measure.bursts([], [], size=3).empty
    steps = np.cumsum(np.full(50, 0.1))
    assert measure.bursts(steps, max_isi=0.1).spikes.tolist() == [50], "intervals of one step, with their rounding"
    with pytest.raises(ArgumentError, match=r"min_spikes is a whole number, at least 2"):
        measure.bursts(times, min_spikes=1)


def test_a_clock_does_not_vary() -> None:
    clock = np.arange(1, 101) * 10.0
    assert measure.cv(clock) == pytest.approx(0.0, abs=1e-12)
    assert measure.fano(clock, window=50.0, t_stop=1000.0) == 0.0


def test_correlation_is_that_of_the_counts() -> None:
    times, cells = renewal(1, 6, RATE, STOP)
    shared, _ = renewal(1, 1, 0.01, STOP, seed=9)
    times = np.concatenate([times, np.repeat(shared, 6)])
    cells = np.concatenate([cells, np.tile(np.arange(6), len(shared))])
    order = np.argsort(times, kind="stable")
    times, cells = times[order], cells[order]
    given = {"size": 7, "bin": 50.0, "t_stop": STOP}
    matrix = measure.correlation(times, cells, **given)
    counts = measure.counts(times, cells, **given).values
    np.testing.assert_allclose(matrix[:6, :6], np.corrcoef(counts[:, :6].T), atol=1e-12)
    assert np.isnan(matrix[6]).all(), "a silent cell"
    pairs = matrix[np.triu_indices(6, 1)]
    assert measure.mean_correlation(times, cells, **given) == pytest.approx(pairs.mean(), abs=1e-12)
    assert pairs.mean() == pytest.approx(1 / 3, abs=0.1), "a third of the spikes is shared"


def test_independent_cells_are_not_correlated() -> None:
    times, cells = renewal(1, CELLS, RATE, STOP)
    found = measure.mean_correlation(times, cells, size=CELLS, t_stop=STOP)
    assert abs(found) < 4 * np.sqrt(2 / (CELLS * (CELLS - 1) * STOP / 50.0))
