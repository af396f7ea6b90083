"""Records of parts of variables and of several intervals: the monitors that a run needs, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.simulation.records.intermediates import intermediates
from brainpy_lab.simulation.records.picks import Index, Pick, regular
from brainpy_lab.simulation.records.sheets import Monitor
from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.values.problem import Problem

_Kept = tuple[str, int, Any]  # a state, its interval in steps, its part


def _needed(problem: Problem, plan: Plan) -> dict[_Kept, Index]:
    """The states that must be kept for the picks, each with its interval, and where its part stands."""
    states, found = problem.system.state_names, {}
    for pick in plan.picks or ():
        for state in (pick.name,) if pick.name in states else states:
            index = pick.index(problem)
            if problem.mixes and problem.cell and state in problem.narrow:
                index = (*index, ..., 0)  # beside array states one number stands in all elements
            found[(state, pick.steps, pick.part)] = index
    return found


def monitors_of(problem: Problem, plan: Plan) -> dict[_Kept, Monitor]:
    """The monitors of a run with fixed steps.

    Raises
    ------
    MemoryLimitError
        What they are to keep does not fit.
    """
    sample, needed = np.broadcast_to(0.0, problem.shape), _needed(problem, plan)
    shapes = {kept: sample[index].shape for kept, index in needed.items()}
    sizes = {kept: (plan.count(plan.end, kept[1]), *shape) for kept, shape in shapes.items()}
    check_record_memory(
        max(size[0] for size in sizes.values()),
        dict.fromkeys((p.key for p in plan.picks or ()), ()),
        record_every=plan.every * plan.dt,
        numbers=sum(int(np.prod(size, dtype=int)) for size in sizes.values()),
    )
    return {
        kept: Monitor(plan.record.index(kept[0]), kept[1], index, np.empty(sizes[kept]))
        for kept, index in needed.items()
    }


def kept_parts(problem: Problem, plan: Plan, monitors: Mapping[_Kept, Monitor], done: int) -> dict[str, Any]:
    """What the monitors of a run kept in ``done`` steps, by the names that were asked for."""

    def values(pick: Pick, state: str) -> np.ndarray:
        return monitors[(state, pick.steps, pick.part)].rows[: plan.count(done, pick.steps)]

    return {p.key: _values(problem, p, plan.recorded(done, p.steps), values) for p in plan.picks or ()}


def times_of_parts(plan: Plan, done: int) -> dict[str, np.ndarray]:
    """Times of what is not recorded at the run's interval."""
    return {p.key: plan.recorded(done, p.steps) for p in plan.picks or () if p.every is not None}


def take_parts(result: Record, problem: Problem, plan: Plan) -> None:
    """Leave of a result with whole variables, at all times of any of them, what was asked for."""
    t, data = np.asarray(result.t, dtype=float), result.data
    found: dict[str, Any] = {}
    own_times = {}
    for pick in plan.picks or ():
        rows = _rows(pick, plan, t)

        def values(pick: Pick, state: str, rows: Any = rows) -> Any:
            return data[state][rows][(slice(None), *pick.index(problem))]

        found[pick.key] = _values(problem, pick, t[rows], values)
        if pick.every is not None:
            own_times[pick.key] = t[rows]
    base = next(p for p in plan.picks or () if p.every is None)
    result.t, result.data, result.own_times = t[_rows(base, plan, t)], found, own_times


def _rows(pick: Pick, plan: Plan, t: np.ndarray) -> Any:
    """Rows of a pick among the times of all."""
    if plan.interval is None or not len(t):
        return slice(None, None, max(1, pick.steps // plan.every))
    times = regular(pick.every or plan.interval, plan.t0, plan.duration)
    return np.searchsorted(t, times[times <= t[-1]])


def _values(problem: Problem, pick: Pick, t: np.ndarray, values: Callable[[Pick, str], Any]) -> Any:
    """Values of a state, or of an intermediate from those of the states, in the same part."""
    states = problem.system.state_names
    if pick.name in states:
        return values(pick, pick.name)
    records = {state: np.asarray(values(pick, state)) for state in states}
    return intermediates(problem, t, records, (pick.name,), pick.index(problem))[pick.name]
