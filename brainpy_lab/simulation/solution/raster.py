"""Rasters of spikes with matplotlib: a mark for each of a few, a picture of screen bins for many."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from brainpy_lab.simulation.solution.screen_bins import MOST_MARKS, Layer, Range, in_sight, picture


def draw_raster(figure: Figure, axes: Axes, layers: Sequence[Layer], across: Range) -> None:
    """Spikes of groups above each other, within the times ``across``; each has a colour of its own.

    Labels of the axes are set before, since a picture is made for the room that they leave.
    """
    up = (-0.5, max(layer.high for layer in layers) - 0.5)
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    seen = [in_sight(layer, across, up) for layer in layers]
    if sum(len(times) for times, _ in seen) <= MOST_MARKS:
        size = max(0.3, min(12.0, 120 / max(1.0, up[1] - up[0])))
        for i, (times, rows) in enumerate(seen):
            axes.plot(times, rows, ls="", marker="|", ms=size, mew=1, color=f"C{i}")
        return
    figure.draw_without_rendering()  # to know the size that the layout gives
    box = axes.get_window_extent()
    # two pixels high: a spike alone can be seen
    width, height = max(1, round(box.width)), max(1, round(box.height / 2))
    pixels = picture(layers, [to_rgb(f"C{i}") for i in range(len(layers))], across, up, width, height)
    # resampled by averages where the page has fewer pixels: nearest neighbours would drop spikes
    axes.imshow(pixels, extent=(*across, *up), origin="lower", aspect="auto", interpolation="antialiased")
