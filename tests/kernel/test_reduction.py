"""Reduced traces look like the traces: extrema survive, and no pixel is off by more than the tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from brainpy_kernel.sessions.reduction import columns, curve, joined, rows, straighten


def test_columns_keep_a_spike_one_sample_wide():
    t = np.linspace(0, 100, 20_001)
    y = np.sin(t)
    y[12_345] = 40.0
    y[7_777] = -30.0
    x, reduced = columns(t, y, 1000)
    assert len(x) <= 2002
    assert reduced.max() == 40.0
    assert x[reduced.argmax()] == t[12_345]
    assert reduced.min() == -30.0
    assert x[reduced.argmin()] == t[7_777]
    assert (np.diff(x) > 0).all()
    assert (x[0], x[-1]) == (0.0, 100.0)


def test_short_traces_stay_as_they_are():
    t = np.arange(50.0)
    x, y = columns(t, t**2, 1000)
    assert np.array_equal(y, t**2)
    assert np.array_equal(x, t)


def test_columns_stand_a_trace_that_ends_in_nan():
    y = np.r_[np.ones(5000), np.full(5000, np.nan)]
    _x, reduced = columns(np.arange(10_000.0), y, 100)
    assert reduced[0] == 1.0
    assert np.isnan(reduced[-1])


@pytest.mark.parametrize("frequency", [0.1, 1.0, 5.0])
def test_straightening_stays_within_a_pixel(frequency):
    t = np.linspace(0, 20, 4000)
    y = np.sin(frequency * t)
    pixel_x, pixel_y = 20 / 1000, 2 / 200
    x, reduced = straighten(t, y, pixel_x, pixel_y)
    dense = np.linspace(0, len(x) - 1, 40 * len(x))
    line = np.interp(dense, np.arange(len(x)), x) / pixel_x, np.interp(dense, np.arange(len(x)), reduced) / pixel_y
    off = np.array([np.hypot(line[0] - a, line[1] - b).min() for a, b in zip(t / pixel_x, y / pixel_y, strict=True)])
    assert off.max() < 1.0
    assert len(x) < len(t) / 3


def test_straightening_keeps_a_step():
    t = np.arange(1000.0)
    x, y = straighten(t, (t > 500) * 1.0, 1.0, 0.01)
    assert np.interp(500, x, y) == 0.0
    assert np.interp(501, x, y) == 1.0


def test_a_closed_orbit_keeps_its_shape():
    angle = np.linspace(0, 20 * np.pi, 20_000)
    x, y = curve(np.cos(angle), np.sin(angle), 2 / 500, 2 / 350)
    assert len(x) < 3000
    chord = np.hypot((x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2)
    assert abs(chord - 1).max() < 2 / 350


def test_rows_of_different_length_make_float32_matrices():
    x, y = rows([(np.arange(3.0), np.arange(3.0)), (np.arange(2.0), np.ones(2))])
    assert x.dtype == np.float32
    assert x.shape == (2, 3)
    assert x[1].tolist() == [0, 1, 1]
    assert y[1].tolist() == [1, 1, 1]
    assert np.isnan(rows([])[0]).all()


def test_branches_are_joined_with_a_gap():
    x, _y = joined([np.array([[0.0, 1.0], [1.0, 2.0]]), np.array([[5.0, 6.0]])])
    assert np.isnan(x[2])
    assert x[[0, 1, 3]].tolist() == [0, 1, 5]
    assert len(joined([])[0]) == 0
