"""Inputs over time against closed forms and known statistics."""

import numpy as np
import pytest

from brainpy_lab import inputs
from brainpy_lab.errors import ArgumentError
from brainpy_lab.inputs import Input


def test_samples_cover_the_duration_inclusive():
    made = inputs.constant([1.0, 2.0], duration=10.0, dt=0.1)
    assert made.values.shape == (101, 2)
    assert made.shape == (2,)
    assert made.t[-1] == pytest.approx(10.0)
    assert made.duration == pytest.approx(10.0)
    np.testing.assert_array_equal(made(3.21), [1.0, 2.0])


def test_value_at_grid_times_is_the_sample_despite_rounding():
    made = Input(np.arange(100_001.0), dt=0.1)
    times = np.arange(100_001) * 0.1
    np.testing.assert_array_equal(made(times), made.values)
    accumulated = np.cumsum(np.full(1000, 0.1))
    np.testing.assert_array_equal(made(accumulated), np.arange(1, 1001))


def test_previous_and_linear_between_samples_and_outside():
    steps = Input(np.array([1.0, 3.0, 7.0]), dt=0.5, start=1.0)
    np.testing.assert_array_equal(steps([0.0, 1.0, 1.49, 1.5, 1.99, 2.0, 9.0]), [1, 1, 1, 3, 3, 7, 7])
    line = Input(np.array([1.0, 3.0, 7.0]), dt=0.5, start=1.0, interpolation="linear")
    np.testing.assert_allclose(line([0.0, 1.25, 1.75, 2.0, 9.0]), [1, 2, 5, 7, 7])
    cells = Input(np.array([[0.0, 10.0], [1.0, 20.0]]), dt=1.0, interpolation="linear")
    np.testing.assert_allclose(cells(0.5), [0.5, 15.0])
    assert cells([0.0, 0.5, 1.0]).shape == (3, 2)
    assert Input(np.array([4.0]), dt=1.0, interpolation="linear")(0.3) == 4.0


def test_section_boundaries_take_the_value_after():
    made = inputs.section([1.0, 2.0, 3.0], [1.0, 0.5, 0.7], dt=0.1)
    assert len(made) == 23
    np.testing.assert_array_equal(made([0.95, 1.0, 1.45, 1.5, 2.2]), [1, 2, 2, 3, 3])
    per_cell = inputs.section([0.0, np.array([1.0, 2.0])], [0.1, 0.1])
    np.testing.assert_array_equal(per_cell.values, [[0, 0], [1, 2], [1, 2]])


def test_sine_is_exact_at_the_samples():
    made = inputs.sine(2.0, period=25.0, duration=100.0, phase=0.3, bias=1.0, dt=0.05)
    np.testing.assert_allclose(made.values, 1 + 2 * np.sin(2 * np.pi * made.t / 25 + 0.3), rtol=0, atol=1e-15)


def test_spikes_integrate_to_their_area_and_pulses_to_width_times_height():
    at = [1.0, 1.0, 2.05, 10.0]
    made = inputs.spikes(at, duration=10.0, area=0.7, dt=0.1)
    assert made.values.sum() * 0.1 == pytest.approx(4 * 0.7)
    assert made(1.0) == pytest.approx(2 * 7.0)
    assert made(2.0) == pytest.approx(7.0)
    pulse = inputs.pulses([1.0, 1.5], duration=5.0, width=1.0, amplitude=2.0, dt=0.01)
    assert pulse.values.sum() * 0.01 == pytest.approx(4.0)
    assert pulse.values.max() == 4.0


def test_ou_noise_has_its_statistics():
    mean, sigma, tau, dt = 2.0, 0.5, 5.0, 0.5
    made = inputs.ou_noise(mean, sigma, tau, duration=200.0, seed=11, n=4000, dt=dt)
    values = made.values - mean
    standard_error = sigma / np.sqrt(4000)
    assert abs(values.mean(axis=1)).max() < 4.5 * standard_error  # at each time: stationary from the start
    np.testing.assert_allclose(values.std(axis=1), sigma, rtol=0.06)
    lag = 8
    covariance = (values[:-lag] * values[lag:]).mean()
    assert covariance == pytest.approx(sigma**2 * np.exp(-lag * dt / tau), rel=0.03)


def test_poisson_has_its_statistics():
    made = inputs.poisson(rate=0.02, duration=1000.0, seed=3, n=500, area=1.0, dt=0.1)
    counts = made.values.sum(axis=0) * 0.1
    assert counts.mean() == pytest.approx(20.0, abs=4 * np.sqrt(20 / 500))
    assert counts.var() == pytest.approx(20.0, rel=0.25)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed, n: inputs.ou_noise(0.0, 1.0, 5.0, 50.0, seed=seed, n=n),
        lambda seed, n: inputs.poisson(0.5, 50.0, seed=seed, n=n),
    ],
)
def test_seed_gives_the_same_path_for_any_number_of_cells(make):
    few, many = make(7, 2).values, make(7, 5).values
    np.testing.assert_array_equal(few, many[:, :2])
    np.testing.assert_array_equal(make(7, None).values, few[:, 0])
    assert not np.array_equal(make(8, 2).values, few)
    assert not np.array_equal(few[:, 0], few[:, 1])


def test_sum_and_product():
    base = inputs.sine(1.0, period=10.0, duration=20.0)
    both = 0.5 + 2 * base + inputs.step(1.0, at=5.0, duration=20.0) - 0.25
    np.testing.assert_allclose(both(7.5), 0.5 + 2 * base(7.5) + 1 - 0.25)
    assert both.interpolation == "previous"
    assert (1 - base)(2.5) == pytest.approx(0.0)
    spread = base * np.array([1.0, 2.0, 3.0])
    assert spread.values.shape == (201, 3)
    assert (spread + base).values.shape == (201, 3)
    np.testing.assert_allclose((base + spread)(2.5), [2.0, 3.0, 4.0])
    with pytest.raises(ArgumentError, match="different sampling"):
        base + inputs.constant(1.0, duration=10.0)


def test_as_an_array():
    made = inputs.constant(2.0, duration=1.0)
    np.testing.assert_array_equal(np.asarray(made), made.values)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: inputs.constant(1.0, duration=-1.0),
        lambda: inputs.constant(1.0, duration=1.0, dt=0.0),
        lambda: inputs.constant(1.0, duration=np.nan),
        lambda: inputs.section([1.0], [1.0, 2.0]),
        lambda: inputs.section([], []),
        lambda: inputs.section([1.0], [-1.0]),
        lambda: inputs.step(1.0, at=5.0, duration=2.0),
        lambda: inputs.ramp(0.0, 1.0, duration=2.0, t_start=2.0),
        lambda: inputs.pulses([1.0], duration=2.0, width=0.0),
        lambda: inputs.pulses([1.0, 2.0], duration=3.0, width=[1.0, 1.0, 1.0]),
        lambda: inputs.sine(1.0, period=0.0, duration=2.0),
        lambda: inputs.ou_noise(0.0, -1.0, 5.0, 10.0, seed=1),
        lambda: inputs.ou_noise(0.0, 1.0, 5.0, 10.0, seed=1, n=0),
        lambda: inputs.poisson(-1.0, 10.0, seed=1),
        lambda: inputs.spikes([11.0], duration=10.0),
        lambda: inputs.spikes([-0.5], duration=10.0),
        lambda: Input(np.array([]), dt=0.1),
        lambda: Input(np.array(["a"]), dt=0.1),
        lambda: Input(np.array([1.0]), dt=0.1, interpolation="cubic"),
    ],
)
def test_wrong_arguments(wrong):
    with pytest.raises(ArgumentError):
        wrong()
