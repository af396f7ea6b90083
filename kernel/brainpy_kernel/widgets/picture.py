"""The picture of a view for where its widgets do not live: equations, time courses and phase plane as PNG.

It is drawn by matplotlib, after the user has let the sliders rest for a moment: never on the way to the first picture.
"""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.runtime import Runtime, Ticket

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from brainpy_lab.equations.system import System

Plot = tuple[list[Any], list[Any]]  # bqplot's marks, and its axes

#: Seconds without a new frame after which the picture is drawn: a hand has left the slider by then, and the worker's
#: time is not missed.
REST = 1.5

#: bqplot's lines and marks in matplotlib.
_LINES = {"solid": "-", "dashed": "--", "dotted": ":", "dash_dotted": "-."}
_MARKS = {
    "circle": "o", "diamond": "D", "square": "s", "triangle-up": "^", "triangle-down": "v",
    "ellipse": "h", "cross": "X",
}  # fmt: skip

_WIDTH, _HEIGHT, _ROW, _DPI = 9.0, 3.2, 0.42, 80  # inches, but the last: 720 pixels across


class Keeper:
    """Has a picture made of whatever the view shows, once it rests, and hands it to ``publish``."""

    def __init__(self, runtime: Runtime, draw: Callable[[], bytes], publish: Callable[[bytes], None]) -> None:
        self._runtime, self._draw, self._publish = runtime, draw, publish
        self._changed = 0.0
        self._timer: threading.Timer | None = None

    def changed(self) -> None:
        """The view shows something else."""
        self._changed = time.monotonic()
        if self._timer is None:
            self._wait(REST)

    def stop(self) -> None:
        """Make no more pictures."""
        if self._timer is not None:
            self._timer.cancel()
        self._runtime.drop(("picture", id(self)))

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._due)
        self._timer.daemon = True
        try:
            self._timer.start()
        except RuntimeError:  # no threads on this platform: no picture
            self._timer = None

    def _due(self) -> None:
        left = self._changed + REST - time.monotonic()
        if left > 0.01:  # a timer may ring a little early
            self._wait(left)
            return
        self._timer = None
        self._runtime.put(("picture", id(self)), self._make)

    def _make(self, ticket: Ticket) -> None:
        self._publish(self._draw())


def png(system: System, courses: list[Plot], phase: Plot | None) -> bytes:
    """Equations of a system, plots of its time courses and of its phase plane, as the bytes of a PNG."""
    from matplotlib.figure import Figure

    from brainpy_kernel.widgets.canvas import OwnCanvas
    from brainpy_lab.equations.latex import system_latex

    rows = [system.name, *map(mathtext, system_latex(system))]
    head = _ROW * len(rows)
    figure = Figure(figsize=(_WIDTH, head + _HEIGHT), dpi=_DPI, facecolor="white")
    OwnCanvas(figure)
    for i, row in enumerate(rows):
        _write(figure, row, 1 - _ROW * (i + 0.5) / (head + _HEIGHT))
    place = partial(_place, figure, _HEIGHT / (head + _HEIGHT))
    for i, (marks, axes) in enumerate(courses):
        _draw(place(i, len(courses), 0.07, 0.5 if phase else 0.97), marks, axes)
    if phase is not None:
        _draw(place(0, 1, 0.6, 0.97), *phase)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DPI)
    return file.getvalue()


def mathtext(line: str) -> str:
    """A line of LaTeX as matplotlib can set it; what it cannot set stands as text."""
    from brainpy_kernel.widgets.canvas import OwnMathText

    text = re.sub(r"\\begin\{cases\}|\\end\{cases\}", "", line).replace(r" \\ ", r";\quad ").replace("&", r"\ ")
    text = re.sub(r"\\(le|ge|ne)(?![a-zA-Z])", r"\\\1q", text)
    for latex, simple in ((r"\mathrel{+}=", r"+\!="), (r"\bmod", r"\ \mathrm{mod}\ "), (r"\lnot", r"\neg")):
        text = text.replace(latex, simple)
    try:
        OwnMathText("agg").parse(f"${text}$")
    except ValueError:  # what matplotlib does not know: its words and letters are better than no line
        return re.sub(r"\\[a-zA-Z]+|[{}\\]", " ", line).replace("$", r"\$")
    return f"${text}$"


def _write(figure: Figure, row: str, height: float) -> None:
    """A line of the head, smaller where it is long."""
    text = figure.text(0.02, height, row, va="center", fontsize=12)
    wide = text.get_window_extent().width / (_WIDTH * _DPI)
    text.set_fontsize(max(4.0, 12 * min(1.0, 0.96 / wide)))


def _place(figure: Figure, part: float, row: int, rows: int, left: float, right: float) -> Any:
    """Axes in the lower part of the figure."""
    height = part / rows
    bottom = part - (row + 1) * height
    return figure.add_axes((left, bottom + 0.26 * height, right - left, 0.66 * height))


def _draw(axes: Any, marks: list[Any], sides: list[Any]) -> None:
    """The curves and points of bqplot marks, over the ranges of their axes."""
    for mark in marks:
        x, y = np.atleast_2d(np.asarray(mark.x, float)), np.atleast_2d(np.asarray(mark.y, float))
        if type(mark).__name__ == "Lines":
            for i, colour in zip(range(len(y)), mark.colors, strict=False):
                label = mark.labels[i] if i < len(mark.labels) else None
                dots = "." if mark.marker else None
                axes.plot(x[i], y[i], _LINES[mark.line_style], color=colour, linewidth=1.2, marker=dots, label=label)
            if mark.labels:
                # above the axes, where it hides no curve
                axes.legend(loc="lower left", bbox_to_anchor=(0, 0.98), ncols=4, fontsize=8, frameon=False)
        else:
            colours = (mark.colors * x.size)[: x.size]
            face = colours if mark.fill else "none"
            axes.scatter(
                x[0], y[0], facecolors=face, edgecolors=colours, linewidths=2, marker=_MARKS.get(mark.marker, "P")
            )
    horizontal, vertical = sides
    axes.set_xlim(horizontal.scale.min, horizontal.scale.max)
    axes.set_ylim(vertical.scale.min, vertical.scale.max)
    axes.set_xlabel(horizontal.label)
    axes.set_ylabel(vertical.label)
    axes.tick_params(labelsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
