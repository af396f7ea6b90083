"""Spectra, coherence, synchrony and proxies of the LFP."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

from .trains import renewal

measure = bp.measure


def test_power_of_a_sine_is_half_its_square() -> None:
    t = np.arange(0.0, 10_000.0, 0.5)
    found = measure.power_spectrum(3.0 * np.sin(2 * np.pi * 0.032 * t) + 7.0, dt=0.5, segment=1000.0)
    width = float(found.frequency[1] - found.frequency[0])
    assert width == 1.0
    assert float(found.idxmax()) == 32.0
    assert float(found.sum()) * width == pytest.approx(4.5, rel=1e-3)


def test_power_of_white_noise_is_flat() -> None:
    noise = np.random.default_rng(1).normal(0.0, 2.0, 100_000)
    found = measure.power_spectrum(noise, dt=1.0, segment=200.0)
    assert float(found[5:-5].mean()) == pytest.approx(4.0 / 500.0, rel=0.02)  # variance over the 500 Hz there are


def test_power_of_poisson_counts_is_their_rate() -> None:
    times, _ = renewal(1, 1, 0.05, 100_000.0)
    rate = measure.population_rate(times, bin=1.0, t_stop=100_000.0)
    found = measure.power_spectrum(rate, segment=500.0)
    assert float(found[3:-3].mean()) == pytest.approx(2 * 50.0, rel=0.03)  # one-sided, in Hz^2/Hz


def test_coherence() -> None:
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 50_000))
    equal = measure.coherence(x, x + noise, dt=1.0, segment=250.0)
    assert float(equal[2:-2].mean()) == pytest.approx(0.5, abs=0.02)
    assert float(measure.coherence(x, noise, dt=1.0, segment=250.0).mean()) < 0.01
    assert np.isnan(measure.coherence(np.zeros(1000), np.ones(1000), dt=1.0, segment=100.0)).all()
    with pytest.raises(ArgumentError, match=r"a segment of 800 ms; .* for two in the record, 666 ms at most"):
        measure.coherence(x[:1000], noise[:1000], dt=1.0, segment=800.0)


@pytest.mark.parametrize(
    ("trace", "dt", "message"),
    [
        ([1.0, 2.0, 3.0], None, r"nothing says how far apart"),
        ([1.0, np.nan, 3.0], 0.1, r"not finite"),
        ([1.0], 0.1, r"at least two numbers"),
        (np.ones(100), -0.1, r"dt is a number above 0"),
    ],
)
def test_traces_are_checked(trace: object, dt: float | None, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        measure.power_spectrum(trace, dt=dt)


def test_traces_with_labels_know_their_times() -> None:
    import xarray

    t = np.arange(1000) * 0.5
    values = np.sin(2 * np.pi * 0.1 * t)
    trace = xarray.DataArray(np.stack([values, values]), {"time": t}, ["cell", "time"])
    found = measure.power_spectrum(trace)
    assert found.dims == ("frequency", "cell")
    np.testing.assert_allclose(found[:, 0], measure.power_spectrum(values, dt=0.5), rtol=1e-12)
    with pytest.raises(ArgumentError, match=r"dt is 0\.1 ms, and the values are 0\.5 ms apart"):
        measure.power_spectrum(trace, dt=0.1)
    with pytest.raises(ArgumentError, match=r"not evenly spaced"):
        measure.power_spectrum(trace.assign_coords(time=t**1.1))


def test_synchrony() -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(size=5000)
    assert measure.synchrony(np.column_stack([common] * 7)) == pytest.approx(1.0, abs=1e-12)
    assert measure.synchrony(rng.normal(size=(5000, 100))) == pytest.approx(0.1, rel=0.05)  # 1/sqrt(100)
    assert np.isnan(measure.synchrony(np.ones((10, 3))))
    times, cells = renewal(1, 25, 0.02, 20_000.0)
    counts = measure.counts(times, cells, size=25, bin=5.0, t_stop=20_000.0)
    assert measure.synchrony(counts) == pytest.approx(0.2, rel=0.05)
    with pytest.raises(ArgumentError, match=r"one trace has no other"):
        measure.synchrony(common)


def test_weighted_sum_of_currents() -> None:
    rng = np.random.default_rng(1)
    ampa, gaba = rng.random((200, 10)), -rng.random((200, 10))
    found = measure.lfp_weighted_sum(ampa, gaba, dt=0.5)
    np.testing.assert_allclose(found.values, ampa.sum(axis=1)[:-12] - 1.65 * gaba.sum(axis=1)[12:], rtol=1e-12)
    assert float(found.time[0]) == 6.0
    with pytest.raises(ArgumentError, match=r"have the same sign\.\n .* give -gaba"):
        measure.lfp_weighted_sum(ampa, -gaba, dt=0.5)
    with pytest.raises(ArgumentError, match=r"the record of 5 ms is shorter than the delay"):
        measure.lfp_weighted_sum(ampa[:10], gaba[:10], dt=0.5)
    np.testing.assert_allclose(measure.lfp_summed_currents(ampa, gaba, dt=0.5), (ampa - gaba).sum(axis=1))
    np.testing.assert_allclose(measure.lfp_mean_potential(gaba, dt=0.5), gaba.mean(axis=1))
    with pytest.raises(ArgumentError, match=r"the traces differ: shapes \(200, 10\) and \(100, 10\)"):
        measure.lfp_summed_currents(ampa, gaba[:100], dt=0.5)
