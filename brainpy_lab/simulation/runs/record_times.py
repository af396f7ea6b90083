"""The times at which a run in the adaptive loop records, where they are not its own steps."""

from __future__ import annotations

import numpy as np

from brainpy_lab.simulation.runs.plan import Plan
from brainpy_lab.simulation.runs.record_size import check_record_memory
from brainpy_lab.simulation.values.problem import Problem

_OF_AN_ENSEMBLE = 1000  # records of an ensemble that asks for no interval


def times_of_records(
    problem: Problem, plan: Plan, record_every: float | None, dt: float, keep: bool, origin: float
) -> np.ndarray:
    """The times of the records; none where a single cell records its own steps.

    Parameters
    ----------
    record_every : float, optional
        What the user asked for.
    dt : float
        Length of fixed steps, all of which are recorded by default; 0 where the method chooses its own.
    keep : bool
        Whether the steps of a single cell are kept.
    origin : float
        Where the first of the runs began that this one continues.

    Raises
    ------
    MemoryLimitError
        The records do not fit.
    """
    start, end = plan.t0, plan.t0 + plan.duration
    if plan.at is not None:
        check_record_memory(len(plan.at) + 1, dict.fromkeys(problem.states, ()), problem.shape)
        return np.unique(np.append(plan.at, start))  # the row of the start is written before the loop
    if not plan.record:
        return np.array([start, end])
    if dt > 0.0:
        every = dt * (plan.every if record_every is not None else 1)
        times = _regular(problem, plan, every, dt if keep else 0.0, origin)
        beyond = record_every is None and end - times[-1] > 1e-9 * dt
        return np.append(times, end) if beyond else times
    if record_every is None:
        return np.empty(0) if keep else np.linspace(start, end, _OF_AN_ENSEMBLE + 1)
    return _regular(problem, plan, record_every, 0.0, origin)


def _regular(problem: Problem, plan: Plan, every: float, kept: float, origin: float) -> np.ndarray:
    """Every so many, after a look whether they fit; ``kept`` is the length of the steps kept beside, 0 for none.

    They are those of a run from the origin, to the last bit, where the start is one of them.
    """
    n = int(np.floor(plan.duration / every + 1e-9))
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(problem.states, ())
    # twice: the times are made beside the records
    check_record_memory(2 * n + 2, shapes, problem.shape, record_every=every)
    if kept:  # dense output: of each step its start, length, states and their cubics
        check_record_memory(4 * (int(plan.duration / kept) + 1), shapes, record_every=every)
    behind = (plan.t0 - origin) / every
    if abs(behind - round(behind)) <= 1e-9 * max(1.0, behind):
        times = origin + every * (round(behind) + np.arange(n + 1))
    else:
        times = plan.t0 + every * np.arange(n + 1)
    times[-1] = min(times[-1], plan.t0 + plan.duration)
    return np.asarray(times)
