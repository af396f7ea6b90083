"""The output of a model cell: equations, sliders, time courses and phase plane of one session."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from brainpy_kernel.sessions.continuation import Continuation
from brainpy_kernel.sessions.frame import Frame
from brainpy_kernel.sessions.reduction import drawable
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets import typeset
from brainpy_kernel.widgets.bifurcation import Bifurcation
from brainpy_kernel.widgets.controls import Controls, Range
from brainpy_kernel.widgets.output import Output, about, refused, said
from brainpy_kernel.widgets.phase_figure import PhaseFigure
from brainpy_kernel.widgets.picture import png
from brainpy_kernel.widgets.time_courses import TimeCourses


def status_line(frame: Frame) -> str:
    """One line of HTML on a run: what went wrong, or how long it took and what happened in it."""
    cut = cut_short(frame)
    if frame.message:
        return refused([frame.message, *cut])
    parts = []
    if frame.solution is not None:
        stats = frame.solution.stats
        parts = [f"{_reached(frame)} in {about(stats.get('wall_time', frame.wall_time))}"]
        parts += [f"{stats[key]:,} {key}" for key in ("steps",) if stats.get(key)]
        parts += [f"{stats['method']} on {stats['backend']}"] if {"method", "backend"} <= set(stats) else []
        parts += ["edited code"] if stats.get("edited") else []
        parts += [f"{train.count()} × {name}" for name, train in frame.solution.events.items()]
        parts += cut
    return said(" · ".join(parts))


def _reached(frame: Frame) -> str:
    """How far the run came: its whole duration, or what it was stopped at."""
    assert frame.solution is not None
    t, whole = frame.solution.t, f"{frame.settings.duration:g} time units"
    return whole if frame.solution.outcome or not len(t) else f"stopped at t = {t[-1] - t[0]:.6g} of {whole},"


def cut_short(frame: Frame) -> list[str]:
    """What is said of values that are too large to be drawn beside the others."""
    if frame.solution is None:
        return []
    found = []
    for name in frame.solution:
        values = np.asarray(frame.solution[name], dtype=float)
        finite = values[np.isfinite(values)]
        if finite.size and np.isnan(drawable(finite)).any():
            found.append(f"{name} goes to {finite[np.abs(finite).argmax()]:.2g}: its last values are not drawn")
    return found


class View(Output):
    """The widgets of one model's output, following one session until closed."""

    session: Session

    def __init__(
        self,
        session: Session,
        ranges: Mapping[str, Range],
        on_close: Callable[[View], None],
        continuation: Continuation | None = None,
    ) -> None:
        from ipywidgets import HTML, GridBox, HTMLMath, Layout

        system = session.model.system
        self._system = system
        head = HTML(typeset.heading(system) + typeset.notes(system))
        equations = HTMLMath(typeset.equations(system))
        self.controls = Controls(session, ranges)
        start = "Start from the initial values of the model"
        self.reset_state = self.controls.add_button("Reset state", start, session.reset_state)
        self.time_courses = TimeCourses(session)
        self.phase = PhaseFigure(session) if session.has_phase_plane else None
        drawn: list[TimeCourses | PhaseFigure] = [self.time_courses, *([self.phase] if self.phase else [])]
        self.bifurcation = None if continuation is None else Bifurcation(continuation, ranges)
        shown = [d.widget for d in drawn] + ([self.bifurcation.widget] if self.bifurcation else [])
        columns = "repeat(auto-fit, minmax(300px, 1fr))"
        pictures = GridBox(shown, layout=Layout(grid_template_columns=columns, grid_gap="8px"))
        followers = [*drawn, *([continuation] if continuation else [])]
        super().__init__(session, followers, [head, equations, self.controls.widget, pictures], on_close)

    def status_line(self, frame: Frame) -> str:
        """How the run went."""
        return status_line(frame)

    def close(self) -> None:
        """Leave the session and take the widgets out of the page; a diagram that is being computed ends."""
        if self.bifurcation is not None:
            self.bifurcation.work.close()
        super().close()

    def png(self) -> bytes:
        """Equations, time courses, bifurcation diagram and phase plane."""
        phase = None if self.phase is None else (self.phase.figure.marks, self.phase.figure.axes)
        diagram = [self.bifurcation.shown.plot] if self.bifurcation and self.bifurcation.work.diagram else []
        return png(self._system, [*self.time_courses.plots(), *diagram], phase)

    def in_words(self) -> dict[str, str]:
        """Name, states and parameters; the equations."""
        return {"text/plain": typeset.plain(self._system), "text/latex": typeset.equations(self._system)}
