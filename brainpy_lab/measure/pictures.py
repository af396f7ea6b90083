"""Pictures of spikes: rasters and rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.measure.rates import population_rate
from brainpy_lab.measure.reading import groups_of
from brainpy_lab.measure.reading import spikes as read
from brainpy_lab.networks.arguments import truth
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.simulation.displays import display_of
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.plot import PlotFigure, thinned
from brainpy_lab.simulation.solution.raster import draw_raster
from brainpy_lab.simulation.solution.screen_bins import Layer, Range, layer, times_of


@in_words("raster")
def raster(
    spikes: Any,
    index: Any = None,
    *,
    zoom: bool = False,
    size: int | tuple[int, ...] | None = None,
    t_start: float | None = None,
    t_stop: float | None = None,
) -> Any:
    """Raster of spikes: time across, cells up.

    Up to 3,000 spikes are marks. More are a picture of the screen's pixels, each as opaque as its number of spikes, so
    that none vanishes and a million cost no more than a few.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`; or a mapping of several groups, ``{"E": ..., "I": ...}``, drawn above each other; or the run of
        a network, of which each group is drawn.
    zoom : bool
        Whether to make a widget for a notebook, moved and zoomed with the mouse: its picture is made anew for what is
        in sight.

    Returns
    -------
    matplotlib.figure.Figure, or a widget
        Shows itself in a notebook; ``.savefig(path)`` of a figure writes a file.

    Examples
    --------
    >>> figure = raster({"E": [1.0, 2.0], "I": [1.5]}, t_stop=5.0)
    >>> [float(x) for x in figure.axes[0].get_xlim()]
    [0.0, 5.0]
    """
    groups = _groups(spikes, index, size, t_start, t_stop)
    layers: list[Layer] = []
    for name, train in groups.items():
        layers.append(layer(name, train, layers[-1].high if layers else 0))
    across = times_of(*groups.values())
    if truth("raster", "zoom", zoom):
        return display_of("raster")(layers, across)
    return _drawn(layers, across)


@in_words("rate_plot")
def rate_plot(
    spikes: Any,
    index: Any = None,
    *,
    bin: float = 1.0,
    kernel: str | None = None,
    sigma: float | None = None,
    border: bool = True,
    size: int | tuple[int, ...] | None = None,
    t_start: float | None = None,
    t_stop: float | None = None,
) -> PlotFigure:
    """Rate of a population against time, in Hz.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`; or a mapping of several groups, ``{"E": ..., "I": ...}``, or the run of a network: a curve each.
    bin, kernel, sigma, border
        As in `population_rate`.

    Returns
    -------
    matplotlib.figure.Figure
        Shows itself in a notebook; ``.savefig(path)`` writes a file.

    Examples
    --------
    >>> figure = rate_plot([1.0, 2.0, 2.5], bin=2.0, t_stop=4.0)
    >>> figure.axes[0].lines[0].get_ydata()
    array([1000.,  500.])
    """
    groups = _groups(spikes, index, size, t_start, t_stop)
    figure = PlotFigure(figsize=(7, 2.6), layout="constrained")
    axes = figure.add_subplot()
    for name, train in groups.items():
        rate = population_rate(train, bin=bin, kernel=kernel, sigma=sigma, border=border)
        steps = "default" if kernel or sigma else "steps-mid"
        axes.plot(*thinned(rate.time.values, rate.values), lw=1, drawstyle=steps, label=name)
    if len(groups) > 1:
        axes.legend(fontsize="small", loc="upper right")
    axes.set_xlim(*times_of(*groups.values()))
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("t (ms)")
    axes.set_ylabel("rate (Hz)")
    return figure


def _groups(spikes: Any, index: Any, size: Any, t_start: Any, t_stop: Any) -> dict[str, EventTrain]:
    """Trains by name; one has no name."""
    if isinstance(spikes, NetworkSolution):
        spikes = groups_of(spikes)
    if not isinstance(spikes, Mapping):
        return {"": read(spikes, index, size=size, t_start=t_start, t_stop=t_stop)}
    if not spikes:
        raise ArgumentError("There are no groups to draw.")
    if index is not None or size is not None:
        raise ArgumentError(
            "index= and size= are those of one group.",
            advice="Of arrays, give {'E': bp.measure.spikes(times, index, size=...)}.",
        )
    return {str(name): read(train, t_start=t_start, t_stop=t_stop) for name, train in spikes.items()}


def _drawn(layers: list[Layer], across: Range) -> PlotFigure:
    figure = PlotFigure(figsize=(7, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel("t (ms)")
    axes.set_ylabel("cell")
    for i, shown in enumerate(layers):
        middle = (shown.low + shown.high - 1) / 2
        axes.text(1.01, middle, shown.name, color=f"C{i}", va="center", transform=axes.get_yaxis_transform())
    draw_raster(figure, axes, layers, across)
    return figure
