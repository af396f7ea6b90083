"""A bifurcation diagram in bqplot: branches, special points, and where the sliders stand.

Colours say what is stable, as in the phase plane; lines and marks say it without colours, and tell cycles from
equilibria and each kind of special point from the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.reduction import Floats
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.diagram_base import HERE, OTHER, SPECIAL, DiagramBase, Pixel, put, put_points
from brainpy_kernel.widgets.phase_figure import OUTSIDE

if TYPE_CHECKING:
    from brainpy_lab.analysis import Diagram
    from brainpy_lab.analysis.continuation.branch import Branch
    from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
    from brainpy_lab.analysis.continuation.views.outlook import Crossing

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


class DiagramFigure(DiagramBase):
    """Draws what it is given: states over one parameter."""

    def __init__(self, on_click: Callable[[float, float, Pixel], None], height: str = "320px") -> None:
        super().__init__(on_click, height)
        self.branches = {name: self._line(colour, **line) for name, (colour, line, _) in STYLES.items()}
        self.here = self._line(HERE, stroke_width=1, line_style="dashed")
        self.crossed = {
            kind: self._dots(colour, marker=mark, fill=is_filled, stroke_width=2, default_size=70)
            for kind, (colour, mark, is_filled, _) in look.POINTS.items() if kind != "virtual"
        }  # fmt: skip
        self._show_marks()

    @property
    def under(self) -> list[Any]:
        """Branches and the marker."""
        return [*self.branches.values(), self.here, *self.crossed.values()]

    def draw(self, diagram: Diagram, variable: str) -> None:
        """All of a diagram."""
        lines = self._lines(diagram, variable)
        self._set_axes(diagram, variable, [y for pieces in lines.values() for _, y in pieces])
        for name, pieces in lines.items():
            self._trace(self.branches[name], pieces)
        places: dict[str, list[tuple[float, float]]] = {}
        for p in diagram.points:
            places.setdefault(p.kind, []).append((p.parameter, p.values[variable]))
        self._draw_special(places, sign_of, 70)
        self._show_marks()

    def place(self, diagram: Diagram | None, variable: str, value: float) -> None:
        """The marker at a value of the parameter: a line across, and on each branch the phase plane's mark."""
        from brainpy_lab.analysis.continuation.views.outlook import crossings

        put(self.here, [value, value], [float(self._y.min), float(self._y.max)])
        dots: dict[str, list[tuple[float, float]]] = {kind: [] for kind in self.crossed}
        for c in () if diagram is None else crossings(diagram, value):
            dots[_kind(c)] += [(value, y) for y in c.values(variable)]
        for kind, mark in self.crossed.items():
            put_points(mark, dots[kind])

    def legend(self, diagram: Diagram | None) -> list[tuple[str, str, str]]:
        """Name, colour and sign of what is drawn."""
        if diagram is None:
            return []
        drawn = [n for n, mark in self.branches.items() if float(np.ravel(mark.x)[0]) > OUTSIDE / 2]
        entries = [(n, STYLES[n][0], STYLES[n][2]) for n in drawn]
        kinds = dict.fromkeys(p.kind for p in diagram.points)
        return entries + [("Hopf point" if k == "hopf" else k, SPECIAL, sign_of(k)[1]) for k in kinds]

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
        self._name_axes(diagram.parameter, variable)


def sign_of(kind: str) -> tuple[str, str]:
    """Mark and sign of a kind of special point."""
    return MARKS.get(kind, OTHER)


def _names(branch: Branch | CycleBranch) -> np.ndarray:
    """What each point of a branch is, as the legend calls it."""
    if branch.kind == "cycle":
        return np.where(branch.stable, "stable cycle", "unstable cycle")
    n = len(branch.names)
    return np.where(branch.unstable == 0, "stable", np.where(branch.unstable < n, "saddle", "unstable"))


def _kind(crossing: Crossing) -> str:
    """What a branch is where the marker crosses it, as the phase plane's marks tell it."""
    branch, i = crossing.branch, crossing.index
    if crossing.stable or branch.kind == "cycle":
        return "stable" if crossing.stable else "unstable"
    around = branch.unstable[i : i + 2]
    count = around[round(crossing.part)] or around.max()  # beside a special point one of both is still stable
    return "saddle" if count < len(branch.names) else "unstable"
