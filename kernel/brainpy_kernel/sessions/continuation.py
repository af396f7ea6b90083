"""The bifurcation diagram beside a simulation: what was chosen, what was found, and where the sliders stand in it.

It is computed by a worker of its own: sliders go on moving pictures while a diagram grows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from brainpy_kernel.sessions.frame import Frame
from brainpy_kernel.sessions.picking import Picked, pick, pick_in_plane, pick_place, pick_special, pick_station
from brainpy_kernel.sessions.runtime import Runtime, Ticket
from brainpy_kernel.sessions.session import Session
from brainpy_lab.errors import ArgumentError, BrainPyLabError, did_you_mean

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from brainpy_lab.analysis import Diagram, PlaneDiagram, SpecialPoint

    AnyDiagram = Diagram | PlaneDiagram

#: A diagram that took less than so many seconds is computed anew by itself when another parameter has moved.
AT_ONCE = 2.0

#: Seconds that sliders rest before that.
REST = 0.3

#: What a change is about: what was chosen, the branches, how far the work is, the marker, the point that was picked.
Part = Literal["choice", "diagram", "status", "here", "picked"]

Status = Literal["none", "running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class Choice:
    """What a diagram is of: a parameter, its range, and the state that is drawn; or two parameters and their ranges.

    Cycles are followed in one parameter, and in the plane of two on request alone: they take a minute there.
    """

    parameter: str
    low: float
    high: float
    variable: str
    second: str = ""
    second_low: float = 0.0
    second_high: float = 1.0
    cycles: bool = True
    second_cycles: bool = False

    @property
    def has_cycles(self) -> bool:
        """Whether cycles are followed."""
        return self.second_cycles if self.second else self.cycles

    @property
    def parameters(self) -> tuple[str, ...]:
        """One or two."""
        return (self.parameter, self.second) if self.second else (self.parameter,)


def free_in(diagram: AnyDiagram) -> tuple[str, ...]:
    """The parameters of a diagram, one or two."""
    return (diagram.parameter,) if is_single(diagram) else diagram.parameters


def is_single(diagram: AnyDiagram) -> TypeIs[Diagram]:
    """Whether a diagram is one of states over one parameter."""
    return hasattr(diagram, "parameter")


def ranges_of(diagram: AnyDiagram) -> tuple[tuple[float, float], ...]:
    """The range of each parameter of a diagram."""
    return (diagram.range,) if is_single(diagram) else diagram.ranges


class Continuation:
    """The diagram of a session; an observer of the session.

    Parameters
    ----------
    session : Session
    background : Runtime
        Who computes diagrams.
    choice : Choice, optional
        By default the first parameter whose model gives it a range.
    """

    needs_phase = False
    needs_fixed_points = False
    marks = ()

    def __init__(self, session: Session, background: Runtime, choice: Choice) -> None:
        self.session, self.background = session, background
        self.choice = choice
        self.diagram: AnyDiagram | None = None
        self.given: Mapping[str, float] = {}
        self.status: Status = "none"
        self.progress = 0.0
        self.message = ""
        self.seconds: float | None = None
        self.picked: Picked | None = None
        self.listeners: list[Callable[[Part], None]] = []
        self._shown = dict(session.params)  # what the pictures show, which follow the sliders
        self._asked: Mapping[str, float] = {}  # the values for which a diagram was asked last
        self._lock = threading.RLock()

    def at(self, name: str) -> float:
        """Where the pictures stand: the value of a parameter."""
        return self._shown[name]

    @property
    def moved(self) -> dict[str, tuple[float, float]]:
        """Other parameters that have moved since the diagram was computed: the value then, and that of the pictures."""
        if self.diagram is None:
            return {}
        free = free_in(self.diagram)
        return {k: (v, self._shown[k]) for k, v in self.given.items() if k not in free and self._shown[k] != v}

    @property
    def variables(self) -> tuple[str, ...]:
        """What can be drawn: the states, of arrays their elements once a diagram tells them."""
        found = self.diagram
        return tuple(found.branches[0].names) if found and found.branches else self.session.states

    @property
    def variable(self) -> str:
        """What is drawn: the state chosen, or the first of the diagram where it is none of those, as an array is."""
        return self.choice.variable if self.choice.variable in self.variables else self.variables[0]

    def choose(self, **changes: Any) -> None:
        """Change the choice; another parameter or range needs a new diagram, another variable is drawn at once.

        Raises
        ------
        ArgumentError
            For a name that is none, or an empty range.
        """
        choice = replace(self.choice, **changes)
        _check(self.session, choice, self.variables)
        self.choice = choice
        self._tell("choice")

    def start(self) -> None:
        """Compute the diagram; returns at once."""
        self._put(at_once=False)

    def cancel(self) -> None:
        """End the computation; what is there stays."""
        self.background.drop(("diagram", id(self)))

    def show(self, frame: Frame) -> None:
        """The pictures have moved: so does the marker, and a small diagram follows."""
        with self._lock:
            self._shown = dict(frame.settings.params)
            is_small = self.seconds is not None and self.seconds < AT_ONCE and self.status in ("done", "running")
            is_due = bool(self.moved) and is_small and self._others() != self._asked
        self._tell("here")
        if is_due:
            self._put(at_once=True)

    def show_fixed_points(self, frame: Frame) -> None:
        """Nothing here shows them."""

    def pick(self, x: float, y: float, pixel: tuple[float, float]) -> None:
        """Go to the point of the diagram nearest to (x, y), or to that place; ``pixel`` is the size of a pixel.

        Of a diagram that is still being computed it is a point that is there already: to solve for another one would
        wait for the rest of the diagram.
        """
        diagram, click = self.diagram, (x, y)
        if diagram is None:
            return
        if not is_single(diagram):
            self._go_at_once(lambda: pick_place(diagram, click, pixel))
        elif self.status == "running":
            self._go_at_once(lambda: pick_station(diagram, self.variable, click, pixel))
        else:
            find = partial(pick, diagram, self.variable, click, pixel)
            self.background.put(("point", id(self)), lambda ticket: self._go(find))

    def pick_special(self, diagram: AnyDiagram, point: SpecialPoint) -> None:
        """Go to a special point."""
        self._go_at_once(
            partial(pick_special, diagram, self.variable, point)
            if is_single(diagram)
            else partial(pick_in_plane, diagram, point)
        )

    def close(self) -> None:
        """Stop what is being computed, and forget who listens."""
        self.cancel()
        self.listeners.clear()

    def _others(self) -> dict[str, float]:
        return {k: v for k, v in self._shown.items() if k not in self.choice.parameters}

    def _put(self, *, at_once: bool) -> None:
        with self._lock:
            choice, others = self.choice, self._others()
            self._asked = others
        self.background.put(("diagram", id(self)), partial(self._compute, choice, others, at_once))

    def _compute(self, choice: Choice, others: Mapping[str, float], at_once: bool, ticket: Ticket) -> None:
        """The worker's part. A diagram that follows the sliders takes the place of the old one when it is whole."""
        if at_once:
            ticket.wait(REST)
            if ticket.is_set() or self.background.is_waiting(("diagram", id(self))):
                return
        ticket.start()
        self._now("running", 0.0)
        try:
            from brainpy_lab.analysis import bifurcation  # takes a second, the first time, which no later one does

            began = time.perf_counter()
            names: Any = choice.parameters if choice.second else choice.parameter
            within: Any = (choice.low, choice.high)
            if choice.second:
                within = within, (choice.second_low, choice.second_high)
            diagram = bifurcation(
                self.session.model, names, within, parameters=dict(others), cycles=choice.has_cycles, stop=ticket,
                progress=self._advance, watch=None if at_once else lambda grown: self._grown(grown, others),
            )  # fmt: skip
            if not (ticket.is_set() and at_once):  # else the old one stays, and newer values are on their way
                self.seconds = time.perf_counter() - began
                self._grown(diagram, others)
            self._now("cancelled" if ticket.is_set() and not at_once else "done", 1.0)
        except BrainPyLabError as error:
            self._now("failed", 1.0, str(error))
        except Exception as error:  # a fault in a helper function of the user's: shown, like every other
            self._now("failed", 1.0, f"{type(error).__name__}: {error}")

    def _advance(self, part: float) -> None:
        if part >= self.progress + 0.01:
            self._now("running", part)

    def _grown(self, diagram: AnyDiagram, others: Mapping[str, float]) -> None:
        with self._lock:
            self.diagram, self.given = diagram, others
        self._tell("diagram")

    def _now(self, status: Status, progress: float, message: str = "") -> None:
        self.status, self.progress, self.message = status, progress, message
        self._tell("status")

    def _go_at_once(self, find: Callable[[], Picked | None]) -> None:
        """On the worker of the pictures: it does not wait for a diagram."""
        self.session.runtime.put(("point", id(self)), lambda ticket: self._go(find))

    def _go(self, find: Callable[[], Picked | None]) -> None:
        try:
            picked = find()
        except BrainPyLabError as error:
            self._now(self.status, self.progress, str(error))
            return
        if picked is None:
            return
        known = {name: value for name, value in picked.state.items() if name in self.session.initial}
        left = "" if len(known) == len(picked.state) else "; states that are arrays keep their initial values"
        self.picked = replace(picked, words=picked.words + left)
        self.session.place(picked.params, known)
        self._tell("picked")

    def _tell(self, part: Part) -> None:
        for listener in list(self.listeners):
            listener(part)


def usual_choice(
    session: Session, ranges: Mapping[str, tuple[float, float, float]], parameters: Sequence[str] = ()
) -> Choice:
    """The parameters with the ranges of their sliders; if none is named, the first that the model gives a range."""
    if not parameters:
        bounded = [name for name, knob in session.knobs.items() if knob.bounds is not None]
        parameters = [*bounded, *session.knobs][:1]
    low, high, _ = ranges[parameters[0]]
    choice = Choice(parameters[0], low, high, session.states[0])
    if len(parameters) == 1:
        return choice
    low, high, _ = ranges[parameters[1]]
    return replace(choice, second=parameters[1], second_low=low, second_high=high)


def check_parameter(session: Session, name: object) -> None:
    """Refuse what is no parameter that a slider moves.

    Raises
    ------
    ArgumentError
    """
    if name not in session.params:
        raise ArgumentError(
            f"{session.name} has no parameter '{name}' that is a single number.",
            advice=did_you_mean(str(name), session.params) or f"Parameters: {', '.join(session.params) or 'none'}.",
        )


def _check(session: Session, choice: Choice, variables: Sequence[str]) -> None:
    check_parameter(session, choice.parameter)
    if choice.variable not in (*session.states, *variables):
        raise ArgumentError(
            f"{session.name} has no state '{choice.variable}'.", advice=did_you_mean(choice.variable, session.states)
        )
    if choice.second:
        check_parameter(session, choice.second)
        if choice.second == choice.parameter:
            raise ArgumentError(f"'{choice.second}' is both parameters.", advice="Choose two.")
    ends = (choice.low, choice.high), (choice.second_low, choice.second_high)
    for name, (low, high) in zip(choice.parameters, ends, strict=False):
        if not low < high:
            raise ArgumentError(f"The range of {name} is empty: from {low:g} to {high:g}.")
