"""A displayed model: the values its sliders show, and the views that follow them.

All views of a model share one session, so that a slider move costs one simulation, however many pictures show it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from brainpy_kernel.sessions.frame import Box, Frame, Settings, fixed_points, grown_box, phase_data, simulate
from brainpy_kernel.sessions.runtime import Run, Runtime, Ticket
from brainpy_lab.errors import ArgumentError, BrainPyLabError, did_you_mean
from brainpy_lab.simulation.run_defaults import positive

if TYPE_CHECKING:
    from brainpy_lab import Model


class Observer(Protocol):
    """A view of a session. Its methods are called on the worker's thread alone."""

    @property
    def needs_phase(self) -> bool:
        """True while the view shows nullclines or fixed points."""

    @property
    def needs_fixed_points(self) -> bool:
        """True while the view shows the fixed points of the whole system."""

    @property
    def marks(self) -> Sequence[Any]:
        """The marks whose changes are sent together with those of the other views."""

    def show(self, frame: Frame) -> None:
        """Draw a new picture."""

    def show_fixed_points(self, frame: Frame) -> None:
        """Draw the fixed points of the whole system, which may come later than the rest."""


class Session:
    """The present parameters, initial state and duration of one displayed model.

    Parameters
    ----------
    model : Model
        What is simulated.
    runtime : Runtime
        Who computes.
    name : str
        The variable that holds the model.
    """

    def __init__(self, model: Model, runtime: Runtime, name: str | None = None) -> None:
        self.model = model
        self.name = name or model.name
        self.runtime = runtime
        self.run: Run | None = None
        self._lock = threading.RLock()
        self._observers: list[Observer] = []
        self.params: dict[str, float] = {}
        self.initial: dict[str, float] = {}
        self.duration = model.duration
        self.dt: float | None = None
        self.axes: tuple[str, ...] = tuple(model.system.state_names[:2])
        self.fixed_box: Box = {}
        self._box: Box = {}
        self._version = 0
        self.frame: Frame | None = None
        self.reset_parameters(request=False)
        self.reset_state(request=False)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the model's states."""
        return tuple(self.model.system.state_names)

    def add(self, *observers: Observer) -> None:
        """Let ``observers`` follow; they are shown the present picture when there is one that suffices.

        Those that come together cost one simulation.
        """
        with self._lock:
            self._observers += [o for o in observers if o not in self._observers]
            frame = self.frame
        if frame is None or (frame.phase is None and any(o.needs_phase for o in observers)):
            self.request()
            return
        for observer in observers:
            self.runtime.put(("redraw", id(observer)), partial(_redraw, observer, frame))
        if any(o.needs_fixed_points for o in observers):
            self.request_fixed_points()

    def remove(self, observer: Observer) -> None:
        """Let ``observer`` go; without observers nothing is computed."""
        with self._lock:
            if observer in self._observers:
                self._observers.remove(observer)
                self.runtime.drop(("redraw", id(observer)))
            idle = not self._observers
        if idle:
            self.runtime.drop(("frame", id(self)))
            self.runtime.drop(("fixed points", id(self)))

    def set_params(self, /, **values: float) -> None:
        """Give parameters new values and simulate."""
        self._check(values, self.params, "parameter")
        with self._lock:
            self.params.update({k: float(v) for k, v in values.items()})
        self.request()

    def set_state(self, /, **values: float) -> None:
        """Give initial values and simulate: where a trajectory starts."""
        self._check(values, self.initial, "state")
        with self._lock:
            self.initial.update({k: float(v) for k, v in values.items()})
        self.request()

    def set_duration(self, duration: float) -> None:
        """Simulate for ``duration`` from here on."""
        self.duration = positive("duration", duration)
        self.request()

    def set_axes(self, *axes: str) -> None:
        """Choose the states of the phase plane."""
        self._check(dict.fromkeys(axes, 0.0), self.initial, "state")
        self.axes = tuple(dict.fromkeys(axes))
        self.request()

    def reset_parameters(self, *, request: bool = True) -> None:
        """Give every parameter the value it has in the model."""
        values = {k: v for k, v in self.model.parameters.items() if np.ndim(v) == 0}
        with self._lock:
            self.params = {k: float(v) for k, v in values.items()}
        if request:
            self.request()

    def reset_state(self, *, request: bool = True) -> None:
        """Give every state the initial value it has in the model."""
        values = {k: v for k, v in self.model.initial.items() if np.ndim(v) == 0}
        with self._lock:
            self.initial = {k: float(v) for k, v in values.items()}
        if request:
            self.request()

    def request(self) -> None:
        """Ask for a new picture; returns at once."""
        with self._lock:
            if not self._observers:
                self.frame = None
                return
            self._version += 1
            wanted = any(o.needs_phase for o in self._observers)
            settings = Settings(
                dict(self.params), dict(self.initial), self.duration, self.dt,
                self.axes if wanted and self.has_phase_plane else (), dict(self.fixed_box), self._version,
            )  # fmt: skip
        self.runtime.put(("frame", id(self)), lambda ticket: self._compute(settings, ticket))

    def keep_pace(self, seconds: float = 0.1) -> None:
        """Wait until the newest picture has been sent, but no longer than ``seconds``.

        The browser sends a slider's next value when the kernel is done with the last one; a callback that waits lets
        the picture go out first, so that values do not come faster than pictures can be drawn.
        """
        self.runtime.wait_idle(seconds)

    def request_fixed_points(self) -> None:
        """Ask for the fixed points of the whole system."""
        self.runtime.put(("fixed points", id(self)), self._compute_fixed_points)

    @property
    def has_phase_plane(self) -> bool:
        """Whether nullclines say something: the states are numbers, and their past does not matter."""
        system = self.model.system
        return not (system.is_delayed or system.is_fractional) and set(self.axes) <= set(self.initial)

    def _compute(self, settings: Settings, ticket: Ticket) -> None:
        """The worker's part: simulate, analyse, show."""
        ticket.start()
        run = self.run = self.runtime.begin(ticket, self.name, settings.duration)
        report = partial(self.runtime.advance, run)
        solution, message, wall = simulate(self.model, settings, ticket, report)
        steps = None if solution is None else solution.stats.get("steps")
        if ticket.is_set():
            self.runtime.end(run, "cancelled", "stopped", steps)
            if self.runtime.is_waiting(("frame", id(self))):  # its picture is about to be replaced: draw none
                return
        else:
            outcome = message or (solution.outcome.name.lower() if solution is not None else "")
            self.runtime.end(run, "failed" if message else "done", outcome, steps)
        with self._lock:
            self._box = grown_box(self._box, solution, self.states, settings.box)
            box = dict(self._box)
        frame = Frame(settings, solution, box, None, None, message, wall)
        self._publish(self._analysed(frame))

    def _analysed(self, frame: Frame) -> Frame:
        """The frame with its phase plane, or with the reason why there is none."""
        if not frame.settings.axes:
            return frame
        try:
            phase = phase_data(self.model, frame.settings, frame.box)
        except BrainPyLabError as error:
            return replace(frame, message=frame.message or str(error))
        whole = phase.fixed_points if len(phase.axes) == len(self.states) else None
        return replace(frame, phase=phase, fixed_points=whole)

    def _publish(self, frame: Frame) -> None:
        """Show a picture to all observers, and let the browser have their marks' changes together."""
        with self._lock:
            self.frame = frame
            observers = list(self._observers)
        with ExitStack() as together:  # what the browser gets at once, it draws at once
            # the first observer's marks are entered last and sent first: time courses before the phase plane
            for mark in [mark for observer in reversed(observers) for mark in observer.marks]:
                together.enter_context(mark.hold_sync())
            for observer in observers:
                observer.show(frame)
        if any(o.needs_fixed_points for o in observers):
            self.request_fixed_points()

    def _compute_fixed_points(self, ticket: Ticket) -> None:
        """The worker's second part: the fixed points of the whole system, after the picture that it belongs to."""
        frame = self.frame
        # a newer picture is on its way, and asks for its own fixed points
        if frame is None or ticket.is_set() or self.runtime.is_waiting(("frame", id(self))):
            return
        if frame.fixed_points is None:
            try:
                frame = replace(frame, fixed_points=fixed_points(self.model, frame.settings, frame.box))
            except BrainPyLabError as error:
                frame = replace(frame, fixed_points=None, message=str(error))
        with self._lock:
            self.frame = frame
            observers = list(self._observers)
        for observer in observers:
            if observer.needs_fixed_points:
                observer.show_fixed_points(frame)

    def _check(self, values: Mapping[str, float], known: Mapping[str, float], what: str) -> None:
        for name in values:
            if name not in known:
                raise ArgumentError(f"{self.name} has no {what} '{name}'.", advice=did_you_mean(name, known))


def _redraw(observer: Observer, frame: Frame, ticket: Ticket) -> None:
    """Show a picture that is there already."""
    observer.show(frame)
