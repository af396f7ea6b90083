"""Correlograms of copies, and against all pairs one by one."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.measure import correlograms

from .trains import renewal

measure = bp.measure


def test_a_shifted_copy_has_its_peak_at_the_shift() -> None:
    times, _ = renewal(1, 1, 0.005, 20_000.0)
    times = times[times < 19_900.0]
    given = {"bin": 1.0, "max_lag": 20.0, "t_stop": 20_000.0}
    found = measure.cross_correlogram(times, times + 7.0, form="counts", **given)
    assert float(found.idxmax()) == 7.0
    assert int(found.max()) >= len(times)
    coefficient = measure.cross_correlogram(times, times + 7.0, form="coefficient", **given)
    assert float(coefficient.max()) == pytest.approx(1, abs=0.01)
    back = measure.cross_correlogram(times + 7.0, times, form="counts", **given)
    np.testing.assert_array_equal(back.values, found.values[::-1])


def test_independent_trains_have_the_rate_at_every_lag() -> None:
    a, b = (renewal(1, 1, 0.05, 100_000.0, seed=seed)[0] for seed in (1, 2))
    found = measure.cross_correlogram(a, b, bin=5.0, max_lag=100.0, t_stop=100_000.0)
    error = np.sqrt(50.0 / (len(a) * 0.005))
    np.testing.assert_allclose(found.values, 50.0, atol=5 * error)
    assert abs(float(found.mean()) - 50.0) < 1.0


def test_the_ends_of_a_short_record_do_not_lower_the_rate() -> None:
    clock = np.arange(100) + 0.5
    found = measure.cross_correlogram(clock, clock, max_lag=50.0, t_stop=100.0)
    np.testing.assert_allclose(found.values, 1000.0, rtol=1e-12)


@pytest.mark.parametrize("cells", [1, 4])
def test_autocorrelogram_counts_all_pairs(cells: int) -> None:
    times, index = renewal(1, cells, 0.2, 300.0)
    places = np.ceil(times).astype(int)
    expected = np.zeros(21, dtype=int)
    for i in range(len(times)):
        for j in range(len(times)):
            lag = places[j] - places[i]
            if i != j and index[i] == index[j] and abs(lag) <= 10:
                expected[lag + 10] += 1
    found = measure.autocorrelogram(times, index, size=cells, max_lag=10.0, form="counts", t_stop=300.0)
    assert found.values.tolist() == expected.tolist()


def test_autocorrelogram_of_a_clock() -> None:
    found = measure.autocorrelogram(np.arange(1, 101) * 10.0, max_lag=25.0, form="counts", t_stop=1000.0)
    assert {float(lag): int(n) for lag, n in zip(found.lag, found.values, strict=True) if n} == {
        -20.0: 98, -10.0: 99, 10.0: 99, 20.0: 98
    }  # fmt: skip


def test_both_ways_of_counting_find_every_pair() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.poisson(0.3, 70_000), rng.poisson(0.3, 70_000)
    lags = np.arange(-30, 31)
    expected = [int(np.dot(x[max(0, -k) : len(x) - max(0, k)], y[max(0, k) : len(y) - max(0, -k)])) for k in lags]
    assert correlograms._pairs_by_counts(x, y, 30).tolist() == expected
    places = [np.repeat(np.arange(70_000), counts) for counts in (x, y)]
    assert correlograms._pairs(*places, 70_000, 30).tolist() == expected


def test_coefficient_is_the_correlation_of_the_counts() -> None:
    x, y = (renewal(1, 1, 0.3, 500.0, seed=seed)[0] for seed in (1, 2))
    found = measure.cross_correlogram(x, y, max_lag=5.0, form="coefficient", t_stop=500.0)
    one, other = (measure.counts(train, t_stop=500.0).values for train in (x, y))
    assert float(found.sel(lag=0.0)) == pytest.approx(np.corrcoef(one, other)[0, 1], abs=1e-12)
    shifted = np.mean((one[:-3] - one.mean()) * (other[3:] - other.mean())) / (one.std() * other.std())
    assert float(found.sel(lag=3.0)) == pytest.approx(shifted, abs=1e-12)
    assert np.isnan(measure.cross_correlogram(x, [], max_lag=5.0, form="coefficient", t_stop=500.0)).all()


def test_records_of_two_windows_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"one record goes over 0 to 10 ms, the other over 0 to 20 ms"):
        measure.cross_correlogram(measure.spikes([1.0], t_stop=10.0), measure.spikes([1.0], t_stop=20.0))
