"""Numbers that elephant 1.2.1 gives for two short trains."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp

measure = bp.measure

A = [3.1, 12.4, 13.9, 31.2, 40.5, 58.8, 61.0, 77.3, 90.2, 95.6]
B = [5.0, 11.8, 30.1, 44.4, 59.9, 62.3, 83.7, 96.1]


def test_intervals() -> None:
    assert measure.cv(A) == pytest.approx(0.5845180567407249, rel=1e-12)
    assert measure.cv2(A) == pytest.approx(1.065822256979239, rel=1e-12)
    assert measure.local_variation(A) == pytest.approx(1.0514694698542626, rel=1e-12)
    assert measure.local_variation(A, refractory=5.0) == pytest.approx(2.283343280692579, rel=1e-12)


@pytest.mark.parametrize(("cost", "expected"), [(0.05, 2.84), (0.2, 5.36), (1.0, 12.5)])
def test_victor_purpura(cost: float, expected: float) -> None:
    assert measure.victor_purpura(A, B, cost=cost) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("tau", "expected"), [(2.0, 3.230580137371914), (20.0, 1.7607849208048763)])
def test_van_rossum_is_smaller_by_the_root_of_two(tau: float, expected: float) -> None:
    assert measure.van_rossum(A, B, tau=tau) == pytest.approx(expected / np.sqrt(2), rel=1e-12)


def test_correlograms() -> None:
    given = {"bin": 2.0, "max_lag": 10.0, "t_stop": 100.0}
    found = measure.cross_correlogram(A, B, form="counts", **given)
    assert found.values.tolist() == [1, 3, 0, 0, 3, 2, 3, 2, 2, 1, 0]
    coefficient = measure.cross_correlogram(A, B, form="coefficient", **given)
    assert float(coefficient.sel(lag=0.0)) == pytest.approx(0.048795003647426644, rel=1e-12)


def test_correlation_of_counts() -> None:
    times, cells = np.concatenate([A, B]), np.repeat([0, 1], [len(A), len(B)])
    order = np.argsort(times, kind="stable")
    matrix = measure.correlation(times[order], cells[order], size=2, bin=10.0, t_stop=100.0)
    assert matrix[0, 1] == pytest.approx(0.39528470752104733, rel=1e-12)


def test_gaussian_rate() -> None:
    inside = [
        time for time in A if time != 61.0
    ]  # which is on a border: in the bin that ends there, elsewhere behind it
    found = measure.smoothed_rate(inside, sigma=10.0, bin=1.0, t_stop=100.0, border=False)
    expected = [113.31038484941978, 60.857193785811845, 78.84869976783015]
    np.testing.assert_allclose(found.values[[10, 50, 80]], expected, rtol=1e-3)  # sampled there, integrated here
