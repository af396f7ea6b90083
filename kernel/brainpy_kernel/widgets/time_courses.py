"""The time courses of a session's states: one figure for states of similar size, at most three."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_kernel.sessions.frame import Frame, extent
from brainpy_kernel.sessions.reduction import Floats, columns, drawable, rows, straighten, until_last
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.picture import Plot

#: Pixels that a figure is drawn for; it is some 600 wide in a notebook.
WIDTH, HEIGHT = 1000, 200

#: Figures of one model: more of them fill the screen, and what is left goes into the last.
MAX_FIGURES = 3


def groups(ranges: dict[str, tuple[float, float]], smallest: float = 0.08) -> list[list[str]]:
    """States that share a picture: none fills less than ``smallest`` of it, below which its course cannot be read.

    The order of the states is kept.
    """
    found: list[tuple[list[str], float, float]] = []
    for name, (low, high) in ranges.items():
        for i, (members, group_low, group_high) in enumerate(found):
            both_low, both_high = min(low, group_low), max(high, group_high)
            full = (i == MAX_FIGURES - 1) or min(high - low, group_high - group_low) >= smallest * (
                both_high - both_low
            )
            if full:
                found[i] = ([*members, name], both_low, both_high)
                break
        else:
            found.append(([name], low, high))
    return [members for members, _, _ in found]


class TimeCourses:
    """Observer that draws every scalar state against time."""

    needs_phase = False
    needs_fixed_points = False

    def __init__(self, session: Session) -> None:
        import bqplot as bq
        from ipywidgets import VBox

        self._session = session
        self._time = bq.LinearScale(min=0.0, max=session.duration)
        self._lines: list[tuple[list[str], Any, Any]] = []  # states, mark, scale of its values
        self._figures: list[Any] = []
        self.widget = VBox()

    @property
    def marks(self) -> list[Any]:
        """The lines of all pictures."""
        return [mark for _, mark, _ in self._lines]

    def show(self, frame: Frame) -> None:
        """Draw the solution of ``frame``; keep the old picture when there is none."""
        if frame.solution is None or len(frame.solution.t) < 2:
            return
        t = np.asarray(frame.solution.t, dtype=float)
        values = self._values(frame)
        if not self._lines:
            self._build(values)
        for figure in self._figures:
            look.set_scale(figure.axes[0], float(t[0]), float(t[0] + frame.settings.duration))
        for (names, mark, scale), figure in zip(self._lines, self._figures, strict=True):
            shown = np.concatenate([values[n] for n in names])
            if np.isfinite(shown).any():
                look.widen(figure.axes[1], float(np.nanmin(shown)), float(np.nanmax(shown)))
            span = float(scale.max) - float(scale.min)
            lines = [
                straighten(*columns(*until_last(t, values[n]), WIDTH), frame.settings.duration / WIDTH, span / HEIGHT)
                for n in names
            ]
            with mark.hold_sync():
                mark.x, mark.y = rows(lines)

    def show_fixed_points(self, frame: Frame) -> None:
        """Nothing here depends on them."""

    def plots(self) -> list[Plot]:
        """Marks and axes of each picture."""
        return [(figure.marks, figure.axes) for figure in self._figures]

    def curves(self) -> dict[str, tuple[Any, Any]]:
        """What is drawn, by state: times and values, after reduction."""
        drawn = {
            n: (np.atleast_2d(mark.x)[i], np.atleast_2d(mark.y)[i])
            for names, mark, _ in self._lines
            for i, n in enumerate(names)
        }
        return {n: (x[np.isfinite(y)], y[np.isfinite(y)]) for n, (x, y) in drawn.items()}

    def _values(self, frame: Frame) -> dict[str, Floats]:
        assert frame.solution is not None
        found = {name: np.asarray(frame.solution[name], dtype=float) for name in self._session.states}
        flat = {}
        for name, value in found.items():
            value = value.reshape(len(value), -1)
            flat[name] = drawable(value[:, 0])  # of an array state, its first element
        return flat

    def _build(self, values: dict[str, Floats]) -> None:
        """Make the figures, once: which states share one is told by the first solution."""
        import bqplot as bq
        from ipywidgets import HTML

        ranges = {n: extent(v) or (0.0, 1.0) for n, v in values.items()}
        order = list(values)
        children: list[Any] = []
        for names in groups(ranges):
            scale = bq.LinearScale()
            colours = [look.colour(order.index(n)) for n in names]
            start = np.zeros((len(names), 2), np.float32)
            mark = bq.Lines(
                x=start, y=start, scales={"x": self._time, "y": scale}, colors=colours, stroke_width=1.5,
                labels=list(names),
                preserve_domain={"x": True, "y": True},
            )  # fmt: skip
            height = "210px" if len(self._figures) == 0 else "150px"
            figure = look.figure([mark], self._time, scale, "t", names[0] if len(names) == 1 else "", height)
            self._lines.append((names, mark, scale))
            self._figures.append(figure)
            children += [HTML(look.legend(list(zip(names, colours, strict=True)))), figure]
        self.widget.children = children
