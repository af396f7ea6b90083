"""What diagrams in one and two parameters have in common: axes, marks without numbers, clicks, special points."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.reduction import Floats, curve, joined
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.phase_figure import OUTSIDE

if TYPE_CHECKING:
    from brainpy_kernel.widgets.picture import Plot

#: Pixels that the figure is drawn for: what it has in a notebook of usual width.
WIDTH, HEIGHT = 500, 300

#: Points that a curve is drawn with, at most.
MOST = 600

#: Of special points: it shows on light and dark pages.
SPECIAL = "#2B87C8"

#: The pictures' place in the diagram.
HERE = "#888888"

#: Of kinds of special points that have no mark of their own, and its sign in the legend.
OTHER = ("rectangle", "▮")

#: Lines take no clicks: the figure behind them knows where they were. An HTML widget brings this to front ends that do
#: not have our style sheet.
THROUGH = (
    "<style>.bpl-DiagramFigure svg * {pointer-events: none !important}"
    ".bpl-DiagramFigure svg .plotarea_events {pointer-events: all !important; cursor: crosshair}</style>"
)

Pixel = tuple[float, float]


class DiagramBase(ABC):
    """A figure that one clicks. ``on_click`` is called with the place of a click and the size of a pixel there."""

    def __init__(self, on_click: Callable[[float, float, Pixel], None], height: str = "320px") -> None:
        import bqplot as bq

        self._on_click = on_click
        self._x, self._y = bq.LinearScale(min=0.0, max=1.0), bq.LinearScale(min=0.0, max=1.0)
        self.special: dict[str, Any] = {}
        self.clicks = self._dots(HERE, interactions={"click": "add"})
        self.clicks.observe(self._clicked, "y")
        self.figure = look.figure([], self._x, self._y, "", "", height)
        self.figure.add_class("bpl-DiagramFigure")

    @property
    @abstractmethod
    def under(self) -> list[Any]:
        """The marks below the special points."""

    @property
    def pixel(self) -> Pixel:
        """The size of a pixel."""
        return (self._x.max - self._x.min) / WIDTH, (self._y.max - self._y.min) / HEIGHT

    @property
    def plot(self) -> Plot:
        """Marks and axes."""
        return [*self.under, *self.special.values()], self.figure.axes

    def _show_marks(self) -> None:
        """Give the figure all marks that there are, where it lacks some."""
        marks = [*self.under, *self.special.values(), self.clicks]
        if len(marks) != len(self.figure.marks):
            self.figure.marks = marks

    def _line(self, colour: str, **style: Any) -> Any:
        """A line that shows nothing yet."""
        import bqplot as bq

        none = np.full(2, OUTSIDE, np.float32)
        return bq.Lines(x=none, y=none, colors=[colour], **style, **self._common())

    def _dots(self, colour: str, **style: Any) -> Any:
        """Dots that show nothing yet."""
        import bqplot as bq

        none = np.full(1, OUTSIDE)
        return bq.Scatter(x=none, y=none, colors=[colour], **style, **self._common())

    def _common(self) -> dict[str, Any]:
        return {"scales": {"x": self._x, "y": self._y}, "preserve_domain": {"x": True, "y": True}}

    def _name_axes(self, *labels: str) -> None:
        for axis, label in zip(self.figure.axes, labels, strict=True):
            if axis.label != label:
                axis.label = label

    def _trace(self, mark: Any, pieces: Iterable[tuple[Floats, Floats]]) -> None:
        """Give a line curves, with the points that a screen can show."""
        reduced = [np.column_stack(curve(x, y, *self.pixel, MOST)) for x, y in pieces]
        x, y = joined(reduced) if reduced else (np.full(2, OUTSIDE), np.full(2, OUTSIDE))
        put(mark, x.astype(np.float32), y.astype(np.float32))

    def _draw_special(
        self, found: Mapping[str, list[tuple[float, float]]], sign: Callable[[str], tuple[str, str]], size: int
    ) -> None:
        """Special points by kind; kinds that are gone are emptied, new ones get a mark."""
        for kind in found:
            if kind not in self.special:
                self.special[kind] = self._dots(SPECIAL, marker=sign(kind)[0], default_size=size)
        for kind, mark in self.special.items():
            put_points(mark, found.get(kind, []))

    def _clicked(self, change: Any) -> None:
        """The browser has added a point to the mark that takes clicks."""
        x, y = np.atleast_1d(self.clicks.x), np.atleast_1d(self.clicks.y)
        if len(x) != len(y) or len(x) < 2:  # half of the change, or our own that takes the point away
            return
        put(self.clicks, np.full(1, OUTSIDE), np.full(1, OUTSIDE))
        self._on_click(float(x[-1]), float(y[-1]), self.pixel)


def put(mark: Any, x: Any, y: Any) -> None:
    """Give a mark both coordinates at once."""
    with mark.hold_sync():
        mark.x, mark.y = np.asarray(x), np.asarray(y)


def put_points(mark: Any, points: list[tuple[float, float]]) -> None:
    """Give dots their places; without any they stand outside."""
    x, y = np.array(points or [(OUTSIDE, OUTSIDE)], dtype=float).T
    put(mark, x, y)
