"""Pictures of a Solution for files and notebooks, with matplotlib but without pyplot and its global state."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.raster import draw_raster
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.solution.screen_bins import Layer, layer, times_of

#: Ensembles and array states of up to this many curves show each; larger ones show median and range.
MAX_CURVES = 10
#: Points a curve is reduced to, as least and greatest value of each slice of time: more than a page can show.
MAX_POINTS = 4000


class PlotFigure(Figure):
    """A matplotlib figure that shows itself in a notebook and belongs to no global list of figures."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=100, bbox_inches="tight")
        return file.getvalue()


def plot_solution(sol: Record, names: Sequence[str] = ()) -> PlotFigure:
    """The picture that `Solution.plot` describes."""
    variables = list(names) or list(sol.data)
    for name in variables:
        sol[name]  # an unknown name is an error before anything is drawn
    if not variables:
        return _plot_events(sol)
    figure = PlotFigure(figsize=(7, 1 + 1.6 * len(variables)), layout="constrained")
    rows = figure.subplots(len(variables), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(rows, variables, strict=True):
        _plot_variable(axes, sol, name)
    rows[0].set_title(sol.model_name, parse_math=False)
    rows[-1].set_xlabel("t")
    return figure


def _plot_variable(axes: Axes, sol: Record, name: str) -> None:
    values = as_numpy(sol[name])
    times = as_numpy(sol.times(name))
    curves = values.reshape(len(times), -1)
    axes.set_ylabel(name)
    axes.margins(x=0)
    if curves.shape[1] <= MAX_CURVES:
        labels = _labels(sol, values.shape[1:])
        for curve, label in zip(curves.T, labels, strict=True):
            axes.plot(*thinned(times, curve), lw=1, label=label)
        if len(labels) > 1:
            axes.legend(fontsize="small", loc="upper right")
        return
    rows = np.unique(np.linspace(0, len(times) - 1, min(len(times), MAX_POINTS // 4)).astype(int))
    low, middle, high = np.nanquantile(curves[rows], [0.05, 0.5, 0.95], axis=1)
    axes.fill_between(times[rows], low, high, alpha=0.3, lw=0, label=f"90 % of {curves.shape[1]}")
    axes.plot(times[rows], middle, lw=1, label="median")
    axes.legend(fontsize="small", loc="upper right")


def _labels(sol: Record, shape: tuple[int, ...]) -> list[str | None]:
    """Which cell and element each curve is; a cell by the parameter that alone varies, where one does."""
    if not shape:
        return [None]
    varying = [(name, sol.params[name]) for name in sol.ensemble_params if name in sol.params]
    if len(varying) == 1 and shape == sol.ensemble_shape and np.shape(varying[0][1]) == shape:
        name, values = varying[0]
        return [f"{name} = {value:g}" for value in as_numpy(values).ravel()]
    return [", ".join(map(str, place)) for place in np.ndindex(*shape)]


def _plot_events(sol: Record) -> PlotFigure:
    if not sol.events:
        raise ArgumentError(
            "There is nothing to plot: the run recorded no variable and has no events.",
            advice="Run with record=['V'], or with another state's name.",
        )
    figure = PlotFigure(figsize=(7, 1 + 1.8 * len(sol.events)), layout="constrained")
    rows = figure.subplots(len(sol.events), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(rows, sol.events, strict=True):
        axes.set_ylabel(f"{name} (cell)")
    rows[0].set_title(sol.model_name, parse_math=False)
    rows[-1].set_xlabel("t")
    for axes, (name, train) in zip(rows, sol.events.items(), strict=True):
        draw_raster(figure, axes, [layer(name, train)], times_of(*sol.events.values()))
    return figure


def plot_trains(title: str, trains: Mapping[str, EventTrain]) -> PlotFigure:
    """Spikes of several groups in one raster, the first at the bottom."""
    if not trains:
        raise ArgumentError("There is nothing to plot: no group spikes.")
    layers: list[Layer] = []
    for name, train in trains.items():
        layers.append(layer(name, train, layers[-1].high if layers else 0))
    figure = PlotFigure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, parse_math=False)
    axes.set_xlabel("t")
    axes.set_yticks([(part.low + part.high - 1) / 2 for part in layers], list(trains), parse_math=False)
    for part in layers[1:]:
        axes.axhline(part.low - 0.5, color="gray", lw=0.5)
    draw_raster(figure, axes, layers, times_of(*trains.values()))
    return figure


def thinned(times: np.ndarray, curve: np.ndarray, points: int = MAX_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """A curve with at most ``points`` points that looks the same: least and greatest value of each slice of time."""
    n = len(curve)
    if n <= points:
        return times, curve
    width = -(-n // (points // 2))
    padded = np.pad(np.nan_to_num(curve, nan=np.inf), (0, -n % width), mode="edge").reshape(-1, width)
    first = np.arange(len(padded)) * width
    places = np.concatenate([[0], first + padded.argmin(axis=1), first + padded.argmax(axis=1), [n - 1]])
    places = np.unique(np.minimum(places, n - 1))
    return times[places], curve[places]
