"""What is shown of a model or a network: the values that its sliders show, and the views that follow them.

All views of it share one session, so that a slider move costs one simulation, however many pictures show it.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from weakref import WeakSet

from brainpy_kernel.sessions.runtime import Run, Runtime, Ticket
from brainpy_lab.errors import ArgumentError, BrainPyLabError, did_you_mean
from brainpy_lab.simulation.run_defaults import positive


@dataclass(frozen=True)
class Knob:
    """A value that a slider moves: what it is in the model, and which range the model gives it, if any."""

    value: float
    bounds: tuple[float, float] | None = None
    step: float | None = None
    description: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a simulation gave: a solution where there is one, and what went wrong, in words."""

    solution: Any
    message: str
    wall_time: float


def _nobody() -> None:
    """Nobody is told."""


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

    def show(self, frame: Any) -> None:
        """Draw a new picture."""

    def show_fixed_points(self, frame: Any) -> None:
        """Draw the fixed points of the whole system, which may come later than the rest."""


class Shown(ABC):
    """The present parameters and duration of what is displayed, and who follows them.

    Parameters
    ----------
    subject : Model or Network
        What is simulated.
    runtime : Runtime
        Who computes.
    name : str
        The variable that holds it.
    duration : float
    """

    def __init__(self, subject: Any, runtime: Runtime, name: str, duration: float) -> None:
        self.subject, self.runtime, self.name, self.duration = subject, runtime, name, duration
        self.params: dict[str, float] = {}
        self.run: Run | None = None
        self.frame: Any = None
        self.touched: Callable[[], None] = _nobody  # told when the user moves something here
        self.controls: WeakSet[Any] = WeakSet()  # the sliders: `follow` moves them to the values set otherwise
        self._lock = threading.RLock()
        self._observers: list[Observer] = []
        self._version = 0

    @property
    @abstractmethod
    def knobs(self) -> Mapping[str, Knob]:
        """What sliders can move, by name."""

    @abstractmethod
    def _settings(self, version: int) -> Any:
        """Everything that the sliders and boxes say at this moment."""

    @abstractmethod
    def _simulate(self, settings: Any, ticket: Ticket, report: Callable[[float], None]) -> Outcome:
        """Run it, on the worker."""

    @abstractmethod
    def _framed(self, settings: Any, outcome: Outcome, ticket: Ticket) -> Any:
        """The picture of a simulation, on the worker."""

    def _lacks(self, frame: Any, observers: Sequence[Observer]) -> bool:
        """Whether a picture that is there does not suffice for ``observers``."""
        return frame is None

    def add(self, *observers: Observer) -> None:
        """Let ``observers`` follow; they are shown the present picture when there is one that suffices.

        Those that come together cost one simulation.
        """
        with self._lock:
            self._observers += [o for o in observers if o not in self._observers]
            frame = self.frame
        if self._lacks(frame, observers):
            self.request()
            return
        for observer in observers:
            self.runtime.put(("redraw", id(observer)), partial(_redraw, observer, frame))

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
        self.touched()
        self.request()

    def set_duration(self, duration: float) -> None:
        """Simulate for ``duration`` from here on."""
        self.duration = positive("duration", duration)
        self.touched()
        self.request()

    def reset_parameters(self, *, request: bool = True) -> None:
        """Give every parameter the value it has in the model."""
        values = {name: knob.value for name, knob in self.knobs.items()}
        with self._lock:
            self.params = values
        if request:
            self.touched()
            self.request()

    def request(self) -> None:
        """Ask for a new picture; returns at once."""
        with self._lock:
            if not self._observers:
                self.frame = None
                return
            self._version += 1
            settings = self._settings(self._version)
        self.runtime.put(("frame", id(self)), lambda ticket: self._compute(settings, ticket))

    def keep_pace(self, seconds: float = 0.1) -> None:
        """Wait until the newest picture has been sent, but no longer than ``seconds``.

        The browser sends a slider's next value when the kernel is done with the last one; a callback that waits lets
        the picture go out first, so that values do not come faster than pictures can be drawn.
        """
        self.runtime.wait_idle(seconds)

    def _compute(self, settings: Any, ticket: Ticket) -> None:
        """The worker's part: simulate, analyse, show."""
        ticket.start()
        run = self.run = self.runtime.begin(ticket, self.name, settings.duration)
        found = self._simulate(settings, ticket, partial(self.runtime.advance, run))
        solution = found.solution
        steps = None if solution is None else solution.stats.get("steps")
        if ticket.is_set():
            self.runtime.end(run, "cancelled", "stopped", steps)
            if self.runtime.is_waiting(("frame", id(self))):  # its picture is about to be replaced: draw none
                return
        else:
            outcome = found.message or (solution.outcome.name.lower() if solution is not None else "")
            self.runtime.end(run, "failed" if found.message else "done", outcome, steps)
        self._publish(self._framed(settings, found, ticket))

    def _publish(self, frame: Any) -> None:
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

    def _check(self, values: Mapping[str, float], known: Mapping[str, float], what: str) -> None:
        for name in values:
            if name not in known:
                raise ArgumentError(f"{self.name} has no {what} '{name}'.", advice=did_you_mean(name, known))


def attempted(run: Callable[[], Any], ticket: Ticket) -> Outcome:
    """What a simulation gives, what went wrong in words, and the seconds it took; it raises nothing."""
    start = time.perf_counter()
    message, solution = "", None
    try:
        solution = run()
    except BrainPyLabError as error:
        solution, message = getattr(error, "solution", None), str(error)
    except Exception as error:  # a fault in a helper function of the user's: shown, like every other
        message = f"{type(error).__name__}: {error}"
    if solution is not None and not message and not solution.outcome and not ticket.is_set():
        message = failure(solution)
    return Outcome(solution, message, time.perf_counter() - start)


def failure(solution: Any) -> str:
    """Why a run ended before its time, in the words of its warning."""
    return str(solution.stats.get("ended") or solution.outcome.advice)


def _redraw(observer: Observer, frame: Any, ticket: Ticket) -> None:
    """Show a picture that is there already."""
    observer.show(frame)
