"""How far before the start a run reads its histories where delays depend on states.

No number bounds such a delay before the run, but a history that is a function, or a value held for all times, is known
however far back it is asked for. The run begins with more of it than its delays at the start need; one that reads
further back than that is begun again with four times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.simulation.runs.delays import DelayRange, delay_values, misread
from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.values.history import History, known_since
from brainpy_lab.simulation.values.problem import Problem

_MOST = 100.0  # times as far back as at first: what grows beyond has no bound


class FurtherBack(Exception):
    """A run read its histories further back than they were made; ``needed`` is how far before the start."""

    def __init__(self, needed: float) -> None:
        super().__init__(needed)
        self.needed = needed


def first_reach(
    problem: Problem, histories: Mapping[str, History], reach: DelayRange, t0: float, duration: float
) -> DelayRange:
    """``reach`` with how far back the histories are made at first: as far as they are known, at most."""
    if reach.longest is not None:
        return reach
    known = t0 - max((known_since(history) for history in histories.values()), default=-np.inf)
    back = max(duration, reach.known) + 2.0 * max(0.0, _largest(problem, problem.states, t0))
    return replace(reach, back=min(back, known), known_back=known, most_back=_MOST * back)


def with_enough(reach: DelayRange, run: Callable[[DelayRange], Record]) -> Record:
    """What ``run`` gives, with the histories made as far back as it turns out to read them."""
    while True:
        try:
            return run(reach)
        except FurtherBack as short:
            back = 4.0 * max(short.needed, reach.back)
            reach = replace(reach, back=min(back, reach.known_back))


def check_back(problem: Problem, reach: DelayRange | None, values: Mapping[str, Any], t0: float, time: float) -> None:
    """Raise FurtherBack when a run that became nan at these values lacks a part of its histories that can be had.

    The nan may have come of a stage after ``time``, and so delays that come near to the end of what is known count.
    """
    if reach is None or reach.longest is not None or reach.back >= reach.known_back:
        return
    needed = _largest(problem, values, time) - (time - t0)
    if 0.5 * reach.back < needed <= reach.most_back:
        raise FurtherBack(needed)


def read_beyond(
    problem: Problem, reach: DelayRange | None, values: Mapping[str, Any], t0: float, time: float
) -> str | None:
    """What to say of a run that read histories where they are not known; None when it did not."""
    if reach is None or reach.longest is not None:
        return None
    largest = _largest(problem, values, time)
    if largest - (time - t0) <= 0.9 * reach.back:
        return None
    text = f"A delay has grown to {largest:g}, and its history is known from t = {t0 - reach.back:g} on"
    if reach.back < reach.known_back:
        return f"{text}: it grows without bound. Check its expression, or say how long it may get: max_delay=..."
    return f"{text}: give a longer Solution, or a function of t."


def delay_at_fault(
    problem: Problem, plan: Plan, edited: bool, values: Mapping[str, Any], longest: float, time: float, near: float,
    lane: int,
) -> str | None:  # fmt: skip
    """What is wrong with a delay, where that has made a state nan at these values; None where no delay is at fault.

    ``longest`` is how far back the run remembers, ``near`` a length of time that counts as rounding.

    Raises
    ------
    FurtherBack
        When the histories are known further back than they were made.
    """
    check_back(problem, plan.reach, values, plan.t0, time)
    beyond = read_beyond(problem, plan.reach, values, plan.t0, time)
    # what the run remembers holds all that the model's other delays read, but edited code may read anything
    system = problem.system
    suspects = tuple(d for d in system.delays if edited or system.is_state_dependent(d))
    return beyond or misread(problem, suspects, longest, time, near, values, lane)


def _largest(problem: Problem, states: Mapping[str, Any], time: float) -> float:
    """The largest of the delays that depend on states, at some states; 0 where none is a number."""
    system = problem.system
    delays = tuple(d for d in system.delays if system.is_state_dependent(d))
    found = [np.ravel(np.asarray(v, dtype=float)) for v in delay_values(problem, delays, np.array([time]), states)]
    finite = np.concatenate([v[np.isfinite(v)] for v in found] or [np.zeros(0)])
    return float(finite.max(initial=0.0))
