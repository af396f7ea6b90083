"""How a run ended: an enumeration, each member with a sentence of advice."""

from __future__ import annotations

import ast
from enum import Enum

from brainpy_lab.equations.system import System


class Outcome(Enum):
    """How a run ended. ``outcome.advice`` says what it means and what to do; it is true when the run completed."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    NON_FINITE = "non_finite"
    STEP_TOO_SMALL = "step_too_small"
    TOO_MANY_STEPS = "too_many_steps"
    TOO_MANY_EVENTS = "too_many_events"
    EVENT_STUCK = "event_stuck"
    EVENT_SPOILED = "event_spoiled"
    HOLD_NEGATIVE = "hold_negative"
    DELAY_OUT_OF_REACH = "delay_out_of_reach"
    STIFF = "stiff"

    @property
    def advice(self) -> str:
        """What this outcome means, and what to do about it."""
        return _ADVICE[self]

    def __bool__(self) -> bool:
        return self is Outcome.COMPLETED


_ADVICE: dict[Outcome, str] = {
    Outcome.COMPLETED: "The run reached its end.",
    Outcome.STOPPED: "The run was stopped; what it had computed is here. Continue it with start=solution.",
    Outcome.INTERRUPTED: "The run was interrupted; what it had computed is here. Continue it with start=solution.",
    Outcome.NON_FINITE: "A state became nan or infinite. Look for a division by zero, a function outside its domain or "
    "a growing exponential in the equations.",
    Outcome.STEP_TOO_SMALL: "The adaptive step shrank to rounding level. The solution may be singular there, or the "
    "model stiff: loosen rtol and atol, or take a stiff method: method='rodas4'.",
    Outcome.TOO_MANY_STEPS: "The adaptive method took more steps than allowed. Loosen rtol and atol, "
    "or shorten the run.",
    Outcome.STIFF: "The model is stiff: stability, not accuracy, holds the explicit method's steps so small that the "
    "end is out of reach. Take a stiff method: method='rodas4'.",
    Outcome.TOO_MANY_EVENTS: "Events followed each other without end, closer and closer or at one time. Let the "
    "event's block lead away from its border: further than rounding, and with a speed that does not die out.",
    Outcome.EVENT_STUCK: "The block of an event left its condition true, and the state moved on beyond the border; "
    "there the event cannot happen again. Let the block lead to where the condition is false, or end the run before.",
    Outcome.EVENT_SPOILED: "A fixed step ran far beyond the border of an event with a reset, and its stages there "
    "spoiled a state that is not reset. Take crossing='exact', which ends the step at the event, or an adaptive method "
    "such as method='tsit5'; a smaller dt helps where it is small against the upstroke.",
    Outcome.HOLD_NEGATIVE: "Its block holds for a time that is negative there, or no number. Bound it in the cell: "
    "hold(V, maximum(0, ...)).",
    Outcome.DELAY_OUT_OF_REACH: "A delay became negative, or reached back further than the run remembers. Check the "
    "delay's expression, or raise max_delay.",
}

#: Of the alarms that events of a step raise, by kind.
OF_ALARMS = {"stuck": Outcome.EVENT_STUCK, "spoiled": Outcome.EVENT_SPOILED, "backward": Outcome.HOLD_NEGATIVE}


def ended_at_event(outcome: Outcome, system: System, event: str, time: float, lane: int | None) -> str:
    """The message of a run that an event has ended: when, in which cell, which event, and what to do."""
    condition = next(ast.unparse(e.condition) for e in system.events if e.name == event)
    where = "" if lane is None else f" in cell {lane}"
    return f"The run ended at t = {time:g}{where}, at the event '{event}' (when {condition}). {outcome.advice}"
