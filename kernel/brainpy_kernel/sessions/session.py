"""A displayed model: its simulation, and the phase plane and fixed points that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from brainpy_kernel.sessions.frame import (
    Box,
    Frame,
    Settings,
    fixed_points,
    grown_box,
    phase_data,
    simulate,
    with_equilibria,
)
from brainpy_kernel.sessions.runtime import Runtime, Ticket
from brainpy_kernel.sessions.shown import Knob, Observer, Outcome, Shown
from brainpy_lab.errors import BrainPyLabError

if TYPE_CHECKING:
    from brainpy_lab import Model


class Session(Shown):
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

    frame: Frame | None

    def __init__(self, model: Model, runtime: Runtime, name: str | None = None) -> None:
        super().__init__(model, runtime, name or model.name, model.duration)
        self.model = model
        self.initial: dict[str, float] = {}
        self.dt: float | None = None
        self.axes: tuple[str, ...] = tuple(model.system.state_names[:2])
        self.fixed_box: Box = {}
        self.backward = False
        self._box: Box = {}
        self._looked_along: tuple[str, ...] = ()  # the axes beside whose trajectory equilibria were looked for
        self.reset_parameters(request=False)
        self.reset_state(request=False)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the model's states."""
        return tuple(self.model.system.state_names)

    @property
    def knobs(self) -> Mapping[str, Knob]:
        """The parameters that are single numbers."""
        values = self.model.parameters
        return {
            p.name: Knob(float(values[p.name]), p.bounds, p.step, p.description)
            for p in self.model.system.parameters if np.ndim(values[p.name]) == 0
        }  # fmt: skip

    def add(self, *observers: Observer) -> None:
        """Let ``observers`` follow; see `Shown.add`."""
        super().add(*observers)
        if any(o.needs_fixed_points for o in observers) and not self._lacks(self.frame, observers):
            self.request_fixed_points()

    def set_state(self, /, **values: float) -> None:
        """Give initial values and simulate: where a trajectory starts."""
        self._check(values, self.initial, "state")
        with self._lock:
            self.initial.update({k: float(v) for k, v in values.items()})
        self.touched()
        self.request()

    def place(self, params: Mapping[str, float], initial: Mapping[str, float]) -> None:
        """Give parameters and initial values at once, and have the sliders follow."""
        self._check(params, self.params, "parameter")
        self._check(initial, self.initial, "state")
        with self._lock:
            self.params.update({k: float(v) for k, v in params.items()})
            self.initial.update({k: float(v) for k, v in initial.items()})
        self.request()
        for controls in list(self.controls):
            controls.follow()

    def set_axes(self, *axes: str) -> None:
        """Choose the states of the phase plane."""
        self._check(dict.fromkeys(axes, 0.0), self.initial, "state")
        self.axes = tuple(dict.fromkeys(axes))
        self.request()

    def set_backward(self, backward: bool) -> None:
        """Have the phase plane show where the trajectory came from, or not."""
        self.backward = backward
        self.request()

    def reset_state(self, *, request: bool = True) -> None:
        """Give every state the initial value it has in the model."""
        values = {k: v for k, v in self.model.initial.items() if np.ndim(v) == 0}
        with self._lock:
            self.initial = {k: float(v) for k, v in values.items()}
        if request:
            self.touched()
            self.request()

    def request_fixed_points(self) -> None:
        """Ask for the fixed points of the whole system."""
        self.runtime.put(("fixed points", id(self)), self._compute_fixed_points)

    @property
    def has_phase_plane(self) -> bool:
        """Whether nullclines say something: the states are numbers, and their past does not matter."""
        system = self.model.system
        return not (system.is_delayed or system.is_fractional) and set(self.axes) <= set(self.initial)

    def _lacks(self, frame: Frame | None, observers: Sequence[Observer]) -> bool:
        return frame is None or (frame.phase is None and any(o.needs_phase for o in observers))

    def _settings(self, version: int) -> Settings:
        wanted = any(o.needs_phase for o in self._observers)
        return Settings(
            dict(self.params), dict(self.initial), self.duration, self.dt,
            self.axes if wanted and self.has_phase_plane else (), dict(self.fixed_box), version, self.backward,
        )  # fmt: skip

    def _simulate(self, settings: Settings, ticket: Ticket, report: Callable[[float], None]) -> Outcome:
        return simulate(self.model, settings, ticket, report)

    def _framed(self, settings: Settings, outcome: Outcome, ticket: Ticket) -> Frame:
        """The frame with its phase plane, or with the reason why there is none."""
        with self._lock:
            known = self._box
        box = grown_box(known, outcome.solution, self.states, settings.box)
        if settings.axes and settings.axes != self._looked_along:
            box = with_equilibria(self.model, settings, box)
        with self._lock:
            self._box, self._looked_along = dict(box), settings.axes or self._looked_along
        frame = Frame(settings, outcome.solution, box, None, None, outcome.message, outcome.wall_time)
        if not settings.axes:
            return frame
        try:
            phase = phase_data(self.model, settings, frame.box, ticket)
        except BrainPyLabError as error:
            return replace(frame, message=frame.message or str(error))
        whole = phase.fixed_points if len(phase.axes) == len(self.states) else None
        return replace(frame, phase=phase, fixed_points=whole)

    def _publish(self, frame: Frame) -> None:
        super()._publish(frame)
        with self._lock:
            observers = list(self._observers)
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
