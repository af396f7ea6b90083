"""How a run ended: an enumeration, each member with a sentence of advice."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """How a run ended. ``outcome.advice`` says what it means and what to do; it is true when the run completed."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    NON_FINITE = "non_finite"
    STEP_TOO_SMALL = "step_too_small"
    TOO_MANY_STEPS = "too_many_steps"
    TOO_MANY_EVENTS = "too_many_events"
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
    Outcome.NON_FINITE: "A state became nan or infinite. Take a smaller dt or an adaptive method such as 'rkdp', "
    "and look for a division by zero or a growing exponential in the equations.",
    Outcome.STEP_TOO_SMALL: "The adaptive step shrank to rounding level. The solution may be singular there, or the "
    "model stiff: loosen rtol and atol, or take a stiff method: method='rodas4'.",
    Outcome.TOO_MANY_STEPS: "The adaptive method took more steps than allowed. Loosen rtol and atol, "
    "or shorten the run.",
    Outcome.STIFF: "The model is stiff: stability, not accuracy, holds the explicit method's steps so small that the "
    "end is out of reach. Take a stiff method: method='rodas4'.",
    Outcome.TOO_MANY_EVENTS: "Events followed each other without end. Check that the event's actions make "
    "its condition false.",
    Outcome.DELAY_OUT_OF_REACH: "A delay became negative, or reached back further than the run remembers. Check the "
    "delay's expression, or raise max_delay.",
}
