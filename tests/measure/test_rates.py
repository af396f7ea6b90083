"""Rates and their smoothing."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp

from .trains import renewal

measure = bp.measure
KERNELS = ("gaussian", "rectangular", "exponential", "alpha")


def test_rate_of_poisson_trains() -> None:
    times, cells = renewal(1, 100, 0.02, 5000.0)
    found = measure.rate(times, cells, size=100, t_stop=5000.0)
    assert found.mean() == pytest.approx(20.0, abs=4 * np.sqrt(20.0 / (5.0 * 100)))
    population = measure.population_rate(times, cells, size=100, bin=10.0, t_stop=5000.0)
    assert float(population.mean()) == pytest.approx(found.mean())
    assert float(population.time[0]) == 5.0
    assert population.units == "Hz"


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_has_area_one_and_its_standard_deviation(kernel: str) -> None:
    found = measure.smoothed_rate([1000.5], kernel=kernel, sigma=20.0, bin=1.0, t_stop=3000.0)
    weight = found.values / 1000.0
    lag = found.time.values - 1000.5
    assert weight.sum() == pytest.approx(1.0, abs=1e-12)
    mean = weight @ lag
    expected = {"gaussian": 0.0, "rectangular": 0.0, "exponential": 20.0, "alpha": 20.0 * np.sqrt(2)}[kernel]
    assert mean == pytest.approx(expected, abs=0.01)
    spread = np.sqrt(weight @ (lag - mean) ** 2 - 1 / 12)  # a bin spreads by 1/12 of its square
    assert spread == pytest.approx(20.0, rel=1e-3)
    if expected:
        assert weight[lag < -0.6].max() < 1e-12, "no rate before its spikes"


def test_gaussian_is_the_density() -> None:
    found = measure.smoothed_rate([1000.5], sigma=20.0, bin=1.0, t_stop=2000.0)
    lag = found.time.values - 1000.5
    density = 1000 * np.exp(-(lag**2) / 800) / (20 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(found.values, density, atol=1000 * 1e-5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_constant_rate_stays_constant_up_to_the_borders(kernel: str) -> None:
    times = np.arange(500) + 0.5
    for found in (
        measure.smoothed_rate(times, kernel=kernel, sigma=30.0, t_stop=500.0),
        measure.population_rate(times, kernel=kernel, sigma=30.0, t_stop=500.0),
    ):
        np.testing.assert_allclose(found.values, 1000.0, rtol=1e-9)
    plain = measure.smoothed_rate(times, kernel=kernel, sigma=30.0, t_stop=500.0, border=False)
    assert float(plain[0]) < 600.0


def test_smoothing_is_of_each_cell() -> None:
    found = measure.smoothed_rate([50.5, 150.5], [0, 1], size=2, sigma=5.0, t_stop=200.0)
    assert found.dims == ("time", "cell")
    assert found.time.values[found.values.argmax(axis=0)].tolist() == [50.5, 150.5]
