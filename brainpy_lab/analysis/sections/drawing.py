"""Sections and orbit diagrams as Matplotlib figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.simulation.solution.plot import PlotFigure

if TYPE_CHECKING:
    import xarray as xr

#: From so many points on they are drawn as pixels, which takes no longer for a million of them.
MANY = 2000


def draw_points(section: xr.Dataset, x: str | None, y: str | None) -> PlotFigure:
    """The crossings in the plane of two states."""
    order = _by_range(section)
    x = _checked(section, x) if x else (order[0] if order[0] != y else order[-1])
    y = _checked(section, y) if y else next((n for n in order if n != x), x)
    return _figure(section[x].values, section[y].values, x, y, _title(section))


def draw_return_map(section: xr.Dataset, name: str | None) -> PlotFigure:
    """A state over itself, one crossing before."""
    name = _checked(section, name) if name else _by_range(section)[0]
    values = section[name].values
    figure = _figure(values[:-1], values[1:], f"{name} at a crossing", f"{name} at the next", _title(section))
    if len(values):
        ends = [values.min(), values.max()]
        figure.axes[0].plot(ends, ends, color="0.6", lw=0.8)
    return figure


def draw_orbits(diagram: xr.Dataset, variable: str | None) -> PlotFigure:
    """A state over the parameter."""
    name, parameter = _checked(diagram, variable or diagram.attrs["variable"]), diagram.attrs["parameter"]
    return _figure(diagram[parameter].values, diagram[name].values, parameter, name, _title(diagram))


def _figure(x: np.ndarray, y: np.ndarray, x_label: str, y_label: str, title: str) -> PlotFigure:
    figure = PlotFigure(figsize=(5.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(x, y, "," if len(x) > MANY else ".", color="black", markersize=3, rasterized=True)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_title(title, parse_math=False)
    return figure


def _title(data: xr.Dataset) -> str:
    return f"{data.attrs.get('model', '')}: {data.attrs.get('section', '')}"


def _by_range(data: xr.Dataset) -> list[str]:
    """The states, those that vary most first."""
    names = [str(name) for name in data.data_vars]
    return sorted(names, key=lambda n: -float(np.ptp(data[n].values))) if data.sizes["crossing"] else names


def _checked(data: xr.Dataset, name: str) -> str:
    if name not in data.data_vars:
        known = [str(n) for n in data.data_vars]
        raise ArgumentError(f"There is no state '{name}'.", advice=did_you_mean(name, known) or ", ".join(known))
    return name
