"""Rasters and curves of rates with matplotlib."""

from __future__ import annotations

import importlib.metadata
import types

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, DriverError

from .trains import renewal

measure = bp.measure


def test_groups_stand_above_each_other() -> None:
    times, cells = renewal(1, 40, 0.02, 500.0)
    assert len(times) < 3000
    groups = {
        "E": measure.spikes(times, cells, size=40, t_stop=500.0),
        "I": measure.spikes([7.0], [3], size=5, t_stop=500.0),
    }
    (axes,) = measure.raster(groups).axes
    assert [len(line.get_xdata()) for line in axes.lines] == [len(times), 1]
    assert axes.lines[1].get_ydata().tolist() == [43]
    assert axes.get_xlim() == (0.0, 500.0) and axes.get_ylim() == (-0.5, 44.5)
    assert [text.get_text() for text in axes.texts] == ["E", "I"]
    (axes,) = measure.raster(times, cells, size=40, t_start=100.0, t_stop=200.0).axes
    assert axes.get_xlim() == (100.0, 200.0)


def test_many_spikes_are_a_picture() -> None:
    times, cells = renewal(1, 400, 0.02, 500.0)
    (axes,) = measure.raster(times, cells, size=400, t_stop=500.0).axes
    assert not axes.lines
    (image,) = axes.images
    assert image.get_extent() == [0.0, 500.0, -0.5, 399.5]
    assert image.get_array().shape[1] == pytest.approx(axes.get_window_extent().width, abs=1)


def test_curves_of_rates() -> None:
    times, cells = renewal(1, 40, 0.02, 500.0)
    (axes,) = measure.rate_plot({"E": measure.spikes(times, cells, size=40, t_stop=500.0)}, bin=10.0).axes
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_ydata(), measure.population_rate(times, cells, size=40, bin=10.0, t_stop=500.0))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("t (ms)", "rate (Hz)")


def test_what_cannot_be_drawn_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match=r"There are no groups"):
        measure.raster({})
    with pytest.raises(ArgumentError, match=r"index= and size= are those of one group"):
        measure.raster({"E": [1.0]}, [0], size=1)
    with pytest.raises(ArgumentError, match=r"zoom is True or False"):
        measure.raster([1.0], zoom="yes")
    monkeypatch.setattr("brainpy_lab.simulation.displays.entry_points", lambda **_: ())
    with pytest.raises(DriverError, match=r"pip install 'brainpy-lab\[lab\]'"):
        measure.raster([1.0], zoom=True)


def test_a_raster_to_zoom_comes_from_the_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = importlib.metadata.EntryPoint("raster", "builtins:dict", "brainpy_lab.displays")
    shown = types.SimpleNamespace(load=lambda: lambda layers, across: (layers, across))
    asked = []
    monkeypatch.setattr("brainpy_lab.simulation.displays.entry_points", lambda **which: asked.append(which) or (shown,))
    layers, across = measure.raster([1.0, 2.0], t_stop=5.0, zoom=True)
    assert asked == [{"group": entry.group, "name": entry.name}]
    assert across == (0.0, 5.0)
    assert layers[0].times.tolist() == [1.0, 2.0]
