"""A diagram in two parameters in bqplot: curves of each kind, special points, and where the sliders stand.

Kinds have the colours of the engine's figure, those that a dark page would hide made lighter, and dashes of their own;
special points have the same shapes, in one colour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from brainpy_kernel.sessions.reduction import Floats
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.diagram_base import HERE, OTHER, SPECIAL, DiagramBase, Pixel, put, put_points

if TYPE_CHECKING:
    from brainpy_lab.analysis import PlaneDiagram

#: Dashes and width of each kind of curve, and a sign of it. bqplot has four dashes; thick ones are two more.
LINES = {
    "fold": ("solid", 2, "━━"), "hopf": ("dashed", 2, "╍╍"), "fold of cycles": ("dash_dotted", 2, "━·━"),
    "homoclinic": ("dotted", 2, "····"), "heteroclinic": ("dotted", 3, "••••"),
    "period doubling": ("dashed", 4, "▬ ▬"), "torus": ("dotted", 4, "▪▪▪"),
}  # fmt: skip

#: The engine's colours that a dark page hides, and what stands for them.
LIGHTER = {"#000000": "#E69F00", "#0072b2": "#2B87C8"}

#: Matplotlib's marks in bqplot, and a sign of each.
MARKS = {
    "^": ("triangle-up", "▲"), "s": ("square", "■"), "o": ("circle", "●"), "D": ("diamond", "◆"), "X": ("cross", "✖"),
    "v": ("triangle-down", "▼"), "P": ("plus", "+"), "h": ("ellipse", "⬬"),
}  # fmt: skip


class PlaneFigure(DiagramBase):
    """Draws what it is given: curves in the plane of two parameters."""

    def __init__(self, on_click: Callable[[float, float, Pixel], None], height: str = "320px") -> None:
        super().__init__(on_click, height)
        self.curves: dict[str, Any] = {}
        self.here = [self._line(HERE, stroke_width=1, line_style="dashed") for _ in range(2)]
        self.dot = self._dots(HERE, default_size=70)
        self._show_marks()

    @property
    def under(self) -> list[Any]:
        """Curves and the marker."""
        return [*self.curves.values(), *self.here, self.dot]

    def draw(self, diagram: PlaneDiagram) -> None:
        """All of a diagram."""
        for axis, (low, high) in zip(self.figure.axes, diagram.ranges, strict=True):
            look.set_scale(axis, low, high)
        self._name_axes(*diagram.parameters)
        first, second = diagram.parameters
        pieces: dict[str, list[tuple[Floats, Floats]]] = {kind: [] for kind in self.curves}
        for branch in diagram.branches:
            pieces.setdefault(branch.kind, []).append((branch[first], branch[second]))
        for kind, found in pieces.items():
            if kind not in self.curves:
                colour, line, width, _ = _style(kind)
                self.curves[kind] = self._line(colour, line_style=line, stroke_width=width)
            self._trace(self.curves[kind], found)
        places: dict[str, list[tuple[float, float]]] = {}
        for p in diagram.points:
            places.setdefault(p.kind, []).append((p.parameters[first], p.parameters[second]))
        self._draw_special(places, _mark, 80)
        self._show_marks()

    def place(self, first: float, second: float) -> None:
        """The marker at the values of both parameters: a line along each, and a dot."""
        along, up = self.here
        put(along, [first, first], [self._y.min, self._y.max])
        put(up, [self._x.min, self._x.max], [second, second])
        put_points(self.dot, [(first, second)])

    def legend(self, diagram: PlaneDiagram) -> list[tuple[str, str, str]]:
        """Name, colour and sign of what is drawn."""
        kinds = dict.fromkeys(branch.kind for branch in diagram.branches)
        entries = [(_curves_of(kind), *_style(kind)[::3]) for kind in kinds]
        points = dict.fromkeys(point.kind for point in diagram.points)
        return entries + [(_name(kind), SPECIAL, _mark(kind)[1]) for kind in points]


def _style(kind: str) -> tuple[str, str, float, str]:
    """Colour, dashes, width and sign of a kind of curve."""
    from brainpy_lab.analysis.two_parameters.views.drawing import STYLES  # matplotlib comes with it

    colour = str(STYLES.get(kind, {}).get("color", HERE))
    return LIGHTER.get(colour, colour), *LINES.get(kind, LINES["fold"])


def _mark(kind: str) -> tuple[str, str]:
    """Mark and sign of a kind of special point."""
    from brainpy_lab.analysis.two_parameters.views.drawing import MARKS as DRAWN

    return MARKS.get(DRAWN[kind][0], OTHER) if kind in DRAWN else OTHER


def _name(kind: str) -> str:
    from brainpy_lab.analysis.continuation.special import NAMES

    return NAMES.get(kind, kind)


def _curves_of(kind: str) -> str:
    from brainpy_lab.analysis.two_parameters.views.outlook import WORDS

    return WORDS.get(kind, kind)
