"""A raster of spikes to move and zoom with the mouse: marks of a few, or a picture made for what is in sight."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.closing import close_tree
from brainpy_lab.simulation.solution.screen_bins import MOST_MARKS, Layer, Range, in_sight, picture

#: Bins of a picture: the figure is some 600 pixels wide in a notebook and 250 high, and a spike alone can be seen.
WIDTH, HEIGHT = 400, 120

#: Where marks stand that have nothing to show: off the picture, and a number that the browser can hold.
_OUTSIDE = np.full(1, -1e30)

_EMPTY = np.zeros((1, 1, 4), np.uint8)


def raster(layers: Sequence[Layer], across: Range) -> Any:
    """The widget that `bp.measure.raster(..., zoom=True)` gives."""
    return Raster(layers, across).widget


class Raster:
    """Spikes of groups above each other, in a figure of bqplot; ``widget`` displays itself.

    Parameters
    ----------
    layers : sequence of Layer
        The groups.
    across : (float, float)
        Times at first in sight, in ms.
    """

    def __init__(self, layers: Sequence[Layer], across: Range) -> None:
        import bqplot as bq
        from bqplot.interacts import PanZoom
        from ipywidgets import HTML, Button, HBox, VBox

        self._layers = list(layers)
        self._whole = (across, self._rows())
        self._drawn: tuple[Range, Range] | None = None
        self._x, self._y = bq.LinearScale(), bq.LinearScale()
        scales = {"x": self._x, "y": self._y}
        # not pixelated: where the figure has fewer pixels the browser would leave some of the bins out
        self.picture = bq.Image(image=_image(_EMPTY), scales=scales, pixelated=False)
        self.marks = bq.Scatter(
            x=_OUTSIDE, y=_OUTSIDE, scales=scales, default_size=6, marker="circle", stroke_width=0,
            preserve_domain={"x": True, "y": True},
        )  # fmt: skip
        self.figure = look.figure(
            [self.picture, self.marks], self._x, self._y, "t (ms)", "cell", "300px", look.OF_CELLS
        )
        self.figure.interaction = PanZoom(scales={"x": [self._x], "y": [self._y]})
        self._legend = HTML(look.legend(self._names()))
        self._all = Button(description="Show all", tooltip="Show all times and cells")
        self._all.on_click(lambda _: self.zoom(*self._whole))
        self.widget = VBox([HBox([self._legend, self._all]), self.figure])
        self.zoom(*self._whole)
        for scale in (self._x, self._y):
            scale.observe(lambda _: self._draw(), ["min", "max"])

    def show(self, layers: Sequence[Layer], across: Range) -> None:
        """Show other spikes; where the whole raster was in sight, all of them."""
        self._layers = list(layers)
        was_whole = self._drawn == self._whole
        self._whole = (across, self._rows())
        self._legend.value = look.legend(self._names())
        self._drawn = None
        if was_whole:
            self.zoom(*self._whole)
        self._draw()

    def zoom(self, across: Range, up: Range) -> None:
        """Bring a box into sight: times, and rows, which reach half a row to either side."""
        with self._x.hold_trait_notifications(), self._y.hold_trait_notifications():
            self._x.min, self._x.max = across
            self._y.min, self._y.max = up
        self._draw()

    def close(self) -> None:
        """Take the raster out of the page."""
        close_tree(self.widget)

    def _rows(self) -> Range:
        return (-0.5, max(layer.high for layer in self._layers) - 0.5)

    def _names(self) -> list[tuple[str, str]]:
        return [(layer.name, look.colour(i)) for i, layer in enumerate(self._layers) if layer.name]

    def _draw(self) -> None:
        """Make marks or a picture of what is in sight, unless that is what is drawn."""
        across, up = ((float(scale.min), float(scale.max)) for scale in (self._x, self._y))
        if (across, up) == self._drawn or not (across[0] < across[1] and up[0] < up[1]):
            return
        self._drawn = (across, up)
        for axis, (low, high) in zip(self.figure.axes, (across, up), strict=True):
            values, written = look.ticks(low, high)
            with axis.hold_sync():
                axis.tick_values, axis.tick_format = np.array(values), written
        seen = [in_sight(layer, across, up) for layer in self._layers]
        if sum(len(times) for times, _ in seen) <= MOST_MARKS:
            self._show_marks(seen)
            self._show_picture(_EMPTY, across, up)
        else:
            self._show_marks([])
            colours = [_rgb(look.colour(i)) for i in range(len(self._layers))]
            self._show_picture(picture(self._layers, colours, across, up, WIDTH, HEIGHT), across, up)

    def _show_marks(self, seen: list[tuple[np.ndarray, np.ndarray]]) -> None:
        n_marks = [len(times) for times, _ in seen]
        with self.marks.hold_sync():
            self.marks.x = np.concatenate([times for times, _ in seen]) if sum(n_marks) else _OUTSIDE
            self.marks.y = np.concatenate([rows for _, rows in seen]).astype(float) if sum(n_marks) else _OUTSIDE
            colours = [look.colour(i) for i, n in enumerate(n_marks) for _ in range(n)]
            self.marks.colors = colours or [look.colour(0)]

    def _show_picture(self, pixels: np.ndarray, across: Range, up: Range) -> None:
        before = self.picture.image
        with self.picture.hold_sync():  # another widget: bqplot does not look at the bytes of the one it has
            self.picture.image = _image(pixels[::-1], layout=before.layout)
            self.picture.x, self.picture.y = np.array(across), np.array(up)
        before.close()


def _image(pixels: np.ndarray, **options: Any) -> Any:
    """Pixels, the highest row first, as a widget."""
    from ipywidgets import Image
    from matplotlib.image import imsave

    file = io.BytesIO()
    imsave(file, pixels, format="png", pil_kwargs={"compress_level": 1})  # on its way to a screen: fast before small
    return Image(value=file.getvalue(), format="png", **options)


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
