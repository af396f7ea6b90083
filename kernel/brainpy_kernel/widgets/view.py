"""The output of a model cell: equations, sliders, time courses and phase plane of one session."""

from __future__ import annotations

import base64
import html
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_kernel.sessions.frame import Frame
from brainpy_kernel.sessions.reduction import drawable
from brainpy_kernel.sessions.runtime import Run
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets import look, typeset
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.controls import Controls, Range
from brainpy_kernel.widgets.phase_figure import PhaseFigure
from brainpy_kernel.widgets.picture import Keeper, png
from brainpy_kernel.widgets.time_courses import TimeCourses

#: The output type that JupyterLab shows by our extension: the widgets while they live, else the picture beside it.
VIEW_TYPE = "application/vnd.brainpy-lab.view+json"

#: Seconds of a run after which the status line says that it works, and how far it is; and between two such lines.
NOTICED = 0.5


def status_line(frame: Frame) -> str:
    """One line of HTML on a run: what went wrong, or how long it took and what happened in it."""
    cut = cut_short(frame)
    if frame.message:
        style = "color:var(--jp-error-color1, #b00020);white-space:pre-wrap;line-height:1.3"
        text = "\n".join([frame.message, *cut])
        return f'<div role="status" style="{style}">{html.escape(text)}</div>'
    parts = []
    if frame.solution is not None:
        stats = frame.solution.stats
        parts = [f"{_reached(frame)} in {_about(1e3 * stats.get('wall_time', frame.wall_time))} ms"]
        parts += [f"{stats[key]:,} {key}" for key in ("steps",) if stats.get(key)]
        parts += [f"{stats['method']} on {stats['backend']}"] if {"method", "backend"} <= set(stats) else []
        parts += ["edited code"] if stats.get("edited") else []
        parts += [f"{len(train.t)} × {name}" for name, train in frame.solution.events.items()]
        parts += cut
    return _said(" · ".join(parts))


def _said(text: str) -> str:
    return f'<div role="status" style="color:{look.INK}">{html.escape(text)}</div>'


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
        self._told = 0.0
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
        self._png: bytes | None = None
        self._display_id = f"brainpy-{self.widget.model_id}"
        self._publisher: Any = None
        self._keeper = Keeper(session.runtime, self.png, self._publish)
        session.runtime.observers.append(self._on_run)
        session.add(*self._observers())

    def show(self, frame: Frame) -> None:
        """Report the run in the status line."""
        self._told = 0.0
        self.status.value = status_line(frame)
        self._keeper.changed()

    def show_fixed_points(self, frame: Frame) -> None:
        """Nothing here shows the fixed points of the whole system; the panel does."""

    def _on_run(self, run: Run) -> None:
        """Say that a run works, once it takes long enough to be noticed: JupyterLab calls the kernel idle meanwhile."""
        if run is not self.session.run or run.status != "running":
            return
        elapsed = time.time() - run.started
        if elapsed > NOTICED and elapsed - self._told > NOTICED:
            self._told = elapsed
            self.status.value = _said(f"running · {run.progress:.0%} of {run.duration:g} time units")

    def close(self) -> None:
        """Leave the session and take the widgets out of the page; closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        self._keeper.stop()
        self.session.runtime.observers.remove(self._on_run)
        for observer in self._observers():
            self.session.remove(observer)
        close_tree(self.widget)
        self._on_close(self)

    def _observers(self) -> list[Any]:
        return [self.time_courses, *([self.phase] if self.phase else []), self]

    def _ipython_display_(self) -> None:
        """Show the widgets; the picture joins them in the same output once it is drawn."""
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        self._publisher = shell.display_pub
        self._publisher.publish(self._repr_mimebundle_(), {}, transient={"display_id": self._display_id})

    def png(self) -> bytes:
        """The picture of what is shown."""
        phase = None if self.phase is None else (self.phase.figure.marks, self.phase.figure.axes)
        return png(self.session.model.system, self.time_courses.plots(), phase)

    def _publish(self, picture: bytes) -> None:
        """Put the picture into the outputs that show this view."""
        self._png = picture
        if self._publisher is not None and not self._closed:
            bundle = self._repr_mimebundle_()
            self._publisher.publish(bundle, {}, transient={"display_id": self._display_id}, update=True)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The widgets, and what stands for them where they do not live.

        Programs that know neither take the first they can show: LaTeX would go before the picture, which has it all.
        """
        system = self.session.model.system
        bundle: dict[str, Any] = {"text/plain": typeset.plain(system)}
        if self._png is None:
            bundle["text/latex"] = typeset.equations(system)
        else:
            bundle["image/png"] = base64.b64encode(self._png).decode()
        if not self._closed:
            shown = {"model_id": self.widget.model_id, "version_major": 2, "version_minor": 0}
            bundle[VIEW_TYPE] = {"model_id": self.widget.model_id}
            bundle["application/vnd.jupyter.widget-view+json"] = shown
        return bundle
