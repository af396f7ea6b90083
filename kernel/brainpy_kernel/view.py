"""The output of a model cell: equations, sliders, time courses and phase plane of one session."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from typing import Any

from brainpy_kernel import look, typeset
from brainpy_kernel.closing import close_tree
from brainpy_kernel.controls import Controls, Range
from brainpy_kernel.frame import Frame
from brainpy_kernel.phase_figure import PhaseFigure
from brainpy_kernel.session import Session
from brainpy_kernel.time_courses import TimeCourses


def status_line(frame: Frame) -> str:
    """One line of HTML on a run: what went wrong, or how long it took and what happened in it."""
    if frame.message:
        style = "color:var(--jp-error-color1, #b00020);white-space:pre-wrap;line-height:1.3"
        return f'<div role="status" style="{style}">{html.escape(frame.message)}</div>'
    parts = []
    if frame.solution is not None:
        stats = frame.solution.stats
        parts.append(
            f"{frame.settings.duration:g} time units in {_about(1e3 * stats.get('wall_time', frame.wall_time))} ms"
        )
        parts += [f"{stats[key]:,} {key}" for key in ("steps",) if stats.get(key)]
        parts += [f"{stats['method']} on {stats['backend']}"] if {"method", "backend"} <= set(stats) else []
        parts += ["edited code"] if stats.get("edited") else []
        parts += [f"{len(train.t)} × {name}" for name, train in frame.solution.events.items()]
    return f'<div role="status" style="color:{look.INK}">{html.escape(" · ".join(parts))}</div>'


def _about(value: float) -> str:
    """The next of 1, 2, 5, 10, 20, 50 ...: the line changes, and is sent, only when there is news."""
    if not value > 0:
        return "0"
    unit = 10.0 ** math.floor(math.log10(value))
    return f"{unit * min((1, 2, 5, 10), key=lambda k: abs(k * unit - value)):g}"


class View:
    """The widgets of one output, following one session until closed."""

    needs_phase = False
    needs_fixed_points = False
    marks = ()

    def __init__(self, session: Session, ranges: Mapping[str, Range], on_close: Callable[[View], None]) -> None:
        from ipywidgets import HTML, GridBox, HTMLMath, Layout, VBox

        self.session = session
        self._on_close = on_close
        self._closed = False
        system = session.model.system
        self._head = HTML(typeset.heading(system) + typeset.notes(system))
        self._equations = HTMLMath(typeset.equations(system))
        self.controls = Controls(session, ranges)
        self.status = HTML("<div role='status'>compiling …</div>")
        self.time_courses = TimeCourses(session)
        self.phase = PhaseFigure(session) if session.has_phase_plane else None
        pictures = [self.time_courses.widget, *([self.phase.widget] if self.phase else [])]
        columns = "repeat(auto-fit, minmax(300px, 1fr))"
        self._pictures = GridBox(pictures, layout=Layout(grid_template_columns=columns, grid_gap="8px"))
        self.widget = VBox([self._head, self._equations, self.controls.widget, self._pictures, self.status])
        session.add(*self._observers())

    def show(self, frame: Frame) -> None:
        """Report the run in the status line."""
        self.status.value = status_line(frame)

    def show_fixed_points(self, frame: Frame) -> None:
        """Not part of this view."""

    def close(self) -> None:
        """Leave the session and take the widgets out of the page; closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        for observer in self._observers():
            self.session.remove(observer)
        close_tree(self.widget)
        self._on_close(self)

    def _observers(self) -> list[Any]:
        return [self.time_courses, *([self.phase] if self.phase else []), self]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        system = self.session.model.system
        bundle: dict[str, Any] = {"text/plain": typeset.plain(system), "text/latex": typeset.equations(system)}
        if not self._closed:
            bundle["application/vnd.jupyter.widget-view+json"] = {
                "model_id": self.widget.model_id, "version_major": 2, "version_minor": 0,
            }  # fmt: skip
        return bundle
