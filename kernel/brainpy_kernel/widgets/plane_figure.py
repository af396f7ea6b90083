"""A diagram in two parameters in bqplot: curves of each kind, special points, and where the sliders stand.

Kinds have the colours and dashes of the engine's figure, and special points the same shapes, in one colour that shows
on dark pages too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.reduction import curve, joined
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.diagram_figure import HEIGHT, HERE, OUTSIDE, SPECIAL, WIDTH
from brainpy_kernel.widgets.picture import Plot

if TYPE_CHECKING:
    from brainpy_lab.analysis import PlaneDiagram

#: Matplotlib's dashes in bqplot, and a sign of each.
LINES = {"-": ("solid", "━━"), "--": ("dashed", "╍╍"), ":": ("dotted", "····"), "-.": ("dash_dotted", "━·━")}

#: Matplotlib's marks in bqplot, and a sign of each.
MARKS = {
    "^": ("triangle-up", "▲"), "s": ("square", "■"), "o": ("circle", "●"), "D": ("diamond", "◆"), "X": ("cross", "✖"),
    "v": ("triangle-down", "▼"), "P": ("plus", "+"), "h": ("ellipse", "⬬"),
}  # fmt: skip

#: Of kinds that have no mark.
OTHER = ("rectangle", "▮")


class PlaneFigure:
    """Draws what it is given. ``on_click`` is called with the place of a click and the size of a pixel there."""

    def __init__(self, on_click: Callable[[float, float, tuple[float, float]], None], height: str = "320px") -> None:
        import bqplot as bq

        self._on_click = on_click
        self._x, self._y = bq.LinearScale(min=0.0, max=1.0), bq.LinearScale(min=0.0, max=1.0)
        self._common = {
            "scales": {"x": self._x, "y": self._y}, "preserve_domain": {"x": True, "y": True},
        }  # fmt: skip
        point = np.full(1, OUTSIDE)
        self.curves: dict[str, Any] = {}
        self.special: dict[str, Any] = {}
        line = np.full(2, OUTSIDE)
        self.here = [
            bq.Lines(x=line, y=line, colors=[HERE], stroke_width=1, line_style="dashed", **self._common)
            for _ in range(2)
        ]
        self.dot = bq.Scatter(x=point, y=point, colors=[HERE], default_size=70, **self._common)
        self.clicks = bq.Scatter(x=point, y=point, interactions={"click": "add"}, **self._common)
        self.clicks.observe(self._clicked, "y")
        self.figure = look.figure(self._marks(), self._x, self._y, "", "", height)
        self.figure.add_class("bpl-DiagramFigure")

    def draw(self, diagram: PlaneDiagram) -> None:
        """All of a diagram."""
        for axis, name, (low, high) in zip(self.figure.axes, diagram.parameters, diagram.ranges, strict=True):
            look.set_scale(axis, low, high)
            if axis.label != name:
                axis.label = name
        known = len(self.curves) + len(self.special)
        self._draw_curves(diagram)
        self._draw_special(diagram)
        if len(self.curves) + len(self.special) > known:
            self.figure.marks = self._marks()

    def place(self, first: float, second: float) -> None:
        """The marker at the values of both parameters: a line along each, and a dot."""
        for mark, x, y in zip(
            self.here,
            ([first, first], [self._x.min, self._x.max]),
            ([self._y.min, self._y.max], [second, second]),
            strict=True,
        ):
            with mark.hold_sync():
                mark.x, mark.y = np.array(x, dtype=float), np.array(y, dtype=float)
        with self.dot.hold_sync():
            self.dot.x, self.dot.y = np.array([first]), np.array([second])

    @property
    def pixel(self) -> tuple[float, float]:
        """The size of a pixel."""
        return (self._x.max - self._x.min) / WIDTH, (self._y.max - self._y.min) / HEIGHT

    @property
    def plot(self) -> Plot:
        """Marks and axes."""
        return [*self.curves.values(), *self.here, self.dot, *self.special.values()], self.figure.axes

    def legend(self, diagram: PlaneDiagram) -> list[tuple[str, str, str]]:
        """Name, colour and sign of what is drawn."""
        kinds = dict.fromkeys(branch.kind for branch in diagram.branches)
        entries = [(_curves_of(kind), *_style(kind)[::2]) for kind in kinds]
        points = dict.fromkeys(point.kind for point in diagram.points)
        return entries + [(_name(kind), SPECIAL, _mark(kind)[1]) for kind in points]

    def _marks(self) -> list[Any]:
        return [*self.curves.values(), *self.here, self.dot, *self.special.values(), self.clicks]

    def _draw_curves(self, diagram: PlaneDiagram) -> None:
        import bqplot as bq

        first, second = diagram.parameters
        found: dict[str, list[np.ndarray]] = {kind: [] for kind in self.curves}
        for branch in diagram.branches:
            reduced = np.column_stack(curve(branch[first], branch[second], *self.pixel, 600))
            found.setdefault(branch.kind, []).append(reduced)
        for kind, pieces in found.items():
            if kind not in self.curves:
                colour, line, _ = _style(kind)
                none = np.full(2, OUTSIDE, np.float32)
                self.curves[kind] = bq.Lines(
                    x=none, y=none, colors=[colour], line_style=line, stroke_width=2, **self._common
                )
            x, y = joined(pieces) if pieces else (np.full(2, OUTSIDE), np.full(2, OUTSIDE))
            mark = self.curves[kind]
            with mark.hold_sync():
                mark.x, mark.y = x.astype(np.float32), y.astype(np.float32)

    def _draw_special(self, diagram: PlaneDiagram) -> None:
        import bqplot as bq

        places: dict[str, list[list[float]]] = {kind: [] for kind in self.special}
        for p in diagram.points:
            places.setdefault(p.kind, []).append([p.parameters[name] for name in diagram.parameters])
        for kind, found in places.items():
            if kind not in self.special:
                point = np.full(1, OUTSIDE)
                self.special[kind] = bq.Scatter(
                    x=point, y=point, colors=[SPECIAL], marker=_mark(kind)[0], default_size=80, **self._common
                )
            x, y = np.array(found or [[OUTSIDE, OUTSIDE]]).T
            mark = self.special[kind]
            with mark.hold_sync():
                mark.x, mark.y = x, y

    def _clicked(self, change: Any) -> None:
        """The browser has added a point to the mark that takes clicks."""
        x, y = np.atleast_1d(self.clicks.x), np.atleast_1d(self.clicks.y)
        if len(x) != len(y) or len(x) < 2:  # half of the change, or our own that takes the point away
            return
        with self.clicks.hold_sync():
            self.clicks.x = self.clicks.y = np.full(1, OUTSIDE)
        self._on_click(float(x[-1]), float(y[-1]), self.pixel)


def _style(kind: str) -> tuple[str, str, str]:
    """Colour, line and sign of a kind of curve."""
    from brainpy_lab.analysis.two_parameters.drawing import STYLES  # matplotlib comes with it

    style = STYLES.get(kind, {})
    line, sign = LINES.get(style.get("ls", "-"), LINES["-"])
    return str(style.get("color", HERE)), line, sign


def _mark(kind: str) -> tuple[str, str]:
    """Mark and sign of a kind of special point."""
    from brainpy_lab.analysis.two_parameters.drawing import MARKS as DRAWN

    return MARKS.get(DRAWN[kind][0], OTHER) if kind in DRAWN else OTHER


def _name(kind: str) -> str:
    from brainpy_lab.analysis.continuation.special import NAMES

    return NAMES.get(kind, kind)


def _curves_of(kind: str) -> str:
    from brainpy_lab.analysis.two_parameters.outlook import WORDS

    return WORDS.get(kind, kind)
