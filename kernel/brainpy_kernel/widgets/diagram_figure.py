"""A bifurcation diagram in bqplot: branches, special points, and where the sliders stand.

Colours say what is stable, as in the phase plane; lines and marks say it without colours, and tell cycles from
equilibria and each kind of special point from the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.reduction import Floats, curve, joined
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.picture import Plot

if TYPE_CHECKING:
    from brainpy_lab.analysis import Diagram
    from brainpy_lab.analysis.continuation.branch import Branch
    from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch

#: Pixels that the figure is drawn for: what it has in a notebook of usual width.
WIDTH, HEIGHT = 500, 300

#: Where marks stand that have nothing to show; see `phase_figure.OUTSIDE`.
OUTSIDE = -1e30

#: What a branch is, in the words of the legend: colour, line, and a sign of that line.
STYLES = {
    "stable": (look.STABLE, {"line_style": "solid", "stroke_width": 2.5}, "━━"),
    "saddle": (look.SADDLE, {"line_style": "dash_dotted", "stroke_width": 1.75}, "━·━"),
    "unstable": (look.UNSTABLE, {"line_style": "dashed", "stroke_width": 1.75}, "╍╍"),
    "stable cycle": (look.STABLE, {"stroke_width": 1, "marker": "circle", "marker_size": 14}, "●●"),
    "unstable cycle": (look.UNSTABLE, {"line_style": "dotted", "stroke_width": 2}, "····"),
}  # fmt: skip

#: Mark of each kind of special point, and its sign in the legend.
MARKS = {
    "fold": ("square", "■"), "hopf": ("circle", "●"), "branch point": ("diamond", "◆"), "cusp": ("arrow", "➤"),
    "fold of cycles": ("triangle-up", "▲"), "period doubling": ("triangle-down", "▼"), "torus": ("plus", "+"),
    "branch point of cycles": ("cross", "✖"), "homoclinic": ("crosshair", "⌖"), "heteroclinic": ("crosshair", "⌖"),
    "snic": ("ellipse", "⬬"),
}  # fmt: skip

#: Of kinds that are not in the table.
OTHER = ("rectangle", "▮")

SPECIAL = "#2B87C8"

#: The pictures' place in the diagram.
HERE = "#888888"

#: Lines take no clicks: the figure behind them knows where they were. An HTML widget brings this to front ends that do
#: not have our style sheet.
THROUGH = (
    "<style>.bpl-DiagramFigure svg * {pointer-events: none !important}"
    ".bpl-DiagramFigure svg .plotarea_events {pointer-events: all !important; cursor: crosshair}</style>"
)


class DiagramFigure:
    """Draws what it is given. ``on_click`` is called with the place of a click and the size of a pixel there."""

    def __init__(self, on_click: Callable[[float, float, tuple[float, float]], None], height: str = "320px") -> None:
        import bqplot as bq

        self._on_click = on_click
        self._x, self._y = bq.LinearScale(min=0.0, max=1.0), bq.LinearScale(min=0.0, max=1.0)
        self._common = {
            "scales": {"x": self._x, "y": self._y}, "preserve_domain": {"x": True, "y": True},
        }  # fmt: skip
        none, point = np.full(2, OUTSIDE, np.float32), np.full(1, OUTSIDE)
        self.branches = {
            name: bq.Lines(x=none, y=none, colors=[colour], **line, **self._common)
            for name, (colour, line, _) in STYLES.items()
        }
        self.here = bq.Lines(x=none, y=none, colors=[HERE], stroke_width=1, line_style="dashed", **self._common)
        self.crossed = bq.Scatter(x=point, y=point, colors=[HERE], default_size=50, **self._common)
        self.clicks = bq.Scatter(x=point, y=point, interactions={"click": "add"}, **self._common)
        self.clicks.observe(self._clicked, "y")
        self.special: dict[str, Any] = {}
        self.figure = look.figure(self._marks(), self._x, self._y, "", "", height)
        self.figure.add_class("bpl-DiagramFigure")

    def draw(self, diagram: Diagram, variable: str) -> None:
        """All of a diagram."""
        lines = self._lines(diagram, variable)
        self._set_axes(diagram, variable, [y for pieces in lines.values() for _, y in pieces])
        for name, pieces in lines.items():
            reduced = [np.column_stack(curve(x, y, *self.pixel, 600)) for x, y in pieces]
            x, y = joined(reduced) if reduced else (np.full(2, OUTSIDE), np.full(2, OUTSIDE))
            mark = self.branches[name]
            with mark.hold_sync():
                mark.x, mark.y = x.astype(np.float32), y.astype(np.float32)
        self._draw_special(diagram, variable)

    def place(self, diagram: Diagram | None, variable: str, value: float) -> None:
        """The marker at a value of the parameter: a line across, and a dot on each branch."""
        from brainpy_lab.analysis.continuation.views.outlook import crossings

        low, high = float(self._y.min), float(self._y.max)
        with self.here.hold_sync():
            self.here.x, self.here.y = np.array([value, value]), np.array([low, high])
        dots = [] if diagram is None else [y for c in crossings(diagram, value) for y in c.values(variable)]
        with self.crossed.hold_sync():
            self.crossed.x = np.full(max(1, len(dots)), value if dots else OUTSIDE)
            self.crossed.y = np.array(dots or [OUTSIDE])

    @property
    def pixel(self) -> tuple[float, float]:
        """The size of a pixel."""
        return (self._x.max - self._x.min) / WIDTH, (self._y.max - self._y.min) / HEIGHT

    @property
    def plot(self) -> Plot:
        """Marks and axes."""
        return [*self.branches.values(), self.here, *self.special.values()], self.figure.axes

    def legend(self, diagram: Diagram | None) -> list[tuple[str, str, str]]:
        """Name, colour and sign of what is drawn."""
        if diagram is None:
            return []
        drawn = [n for n, mark in self.branches.items() if float(np.ravel(mark.x)[0]) > OUTSIDE / 2]
        entries = [(n, STYLES[n][0], STYLES[n][2]) for n in drawn]
        kinds = dict.fromkeys(p.kind for p in diagram.points)
        return entries + [("Hopf point" if k == "hopf" else k, SPECIAL, MARKS.get(k, OTHER)[1]) for k in kinds]

    def _marks(self) -> list[Any]:
        return [*self.branches.values(), self.here, self.crossed, *self.special.values(), self.clicks]

    def _lines(self, diagram: Diagram, variable: str) -> dict[str, list[tuple[Floats, Floats]]]:
        """Pieces of branches of one stability, by what they are; neighbours share a point."""
        from brainpy_lab.analysis.continuation.views.drawn import pieces

        found: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in STYLES}
        for branch in diagram.branches:
            x = branch[branch.parameter]
            for name, a, b in pieces(branch, _names(branch), diagram.points):
                found[str(name)] += [(x[a : b + 1], y[a : b + 1]) for y in branch.lines(variable)]
        return found

    def _set_axes(self, diagram: Diagram, variable: str, ys: list[Floats]) -> None:
        across, up = self.figure.axes
        look.set_scale(across, *diagram.range)
        if ys:
            values = np.concatenate(ys)
            look.widen(up, float(values.min()), float(values.max()))
        for axis, label in ((across, diagram.parameter), (up, variable)):
            if axis.label != label:
                axis.label = label

    def _draw_special(self, diagram: Diagram, variable: str) -> None:
        import bqplot as bq

        places: dict[str, list[tuple[float, float]]] = {kind: [] for kind in self.special}
        for p in diagram.points:
            places.setdefault(p.kind, []).append((p.parameter, p.values[variable]))
        known = len(self.special)
        for kind, found in places.items():
            if kind not in self.special:
                self.special[kind] = bq.Scatter(
                    x=np.full(1, OUTSIDE), y=np.full(1, OUTSIDE), colors=[SPECIAL], marker=MARKS.get(kind, OTHER)[0],
                    default_size=70, **self._common,
                )  # fmt: skip
            mark = self.special[kind]
            with mark.hold_sync():
                mark.x = np.array([x for x, _ in found] or [OUTSIDE])
                mark.y = np.array([y for _, y in found] or [OUTSIDE])
        if len(self.special) > known:
            self.figure.marks = self._marks()

    def _clicked(self, change: Any) -> None:
        """The browser has added a point to the mark that takes clicks."""
        x, y = np.atleast_1d(self.clicks.x), np.atleast_1d(self.clicks.y)
        if len(x) != len(y) or len(x) < 2:  # half of the change, or our own that takes the point away
            return
        with self.clicks.hold_sync():
            self.clicks.x = self.clicks.y = np.full(1, OUTSIDE)
        self._on_click(float(x[-1]), float(y[-1]), self.pixel)


def _names(branch: Branch | CycleBranch) -> np.ndarray:
    """What each point of a branch is, as the legend calls it."""
    if branch.kind == "cycle":
        return np.where(branch.stable, "stable cycle", "unstable cycle")
    n = len(branch.names)
    return np.where(branch.unstable == 0, "stable", np.where(branch.unstable < n, "saddle", "unstable"))
