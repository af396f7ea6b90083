"""Records at chosen times: those times checked, and picked from what a run has recorded."""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.solution.record import Record

_SAME = 1e-6  # of a step: times so near to its end are it


def chosen_times(request: Request, t0: float) -> np.ndarray | None:
    """The times at which a run is to record, checked; None where none were chosen.

    Raises
    ------
    ArgumentError
        They are no ascending times of the run, or another option chooses too.
    """
    given = request.record_at
    if given is None:
        return None
    advice = "For example record_at=[1.0, 2.5]."
    try:
        times = np.asarray(given)
    except Exception:  # rows of different lengths
        raise ArgumentError(f"record_at takes a list of times, not {given!r:.80}.", advice=advice) from None
    if times.dtype.kind not in "iuf" or times.ndim != 1 or not times.size:
        raise ArgumentError(f"record_at takes a list of times, not {given!r:.80}.", advice=advice)
    times = times.astype(float)
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0.0):
        raise ArgumentError("The times of record_at do not ascend.", advice="Sort them, each once: sorted(set(times)).")
    if request.record_every is not None:
        raise ArgumentError("record_every and record_at both say when to record.", advice="Give one of them.")
    if request.is_graded:
        raise ArgumentError("A run with grading records at the times of its mesh.", advice="Leave record_at out.")
    end = t0 + float(request.duration)
    slack = 1e-9 * max(abs(t0), abs(end))
    outside = times[(times < t0 - slack) | (times > end + slack)]
    if outside.size:
        raise ArgumentError(f"record_at has the time {outside[0]:g}; the run goes from {t0:g} to {end:g}.")
    times = np.where(np.abs(times - end) <= slack, end, times)
    return np.where(np.abs(times - t0) <= slack, t0, times)


def on_steps(request: Request, times: np.ndarray, t0: float) -> Request:
    """The request of a run with fixed steps that records at all of ``times``, and perhaps at others between.

    Raises
    ------
    ArgumentError
        A time lies between the ends of two steps.
    """
    dt, end = float(request.dt), t0 + float(request.duration)
    place = (times - t0) / dt
    numbers = np.rint(place)
    is_end = times == end
    between = np.flatnonzero((np.abs(place - numbers) > _SAME * np.maximum(1.0, 1e-6 * numbers)) & ~is_end)
    if between.size:
        time, near = times[between[0]], t0 + dt * numbers[between[0]]
        raise ArgumentError(
            f"record_at has the time {time:g}, which lies between two steps of {dt:g}; the nearest end is {near:g}.",
            advice="Fixed steps record at their ends; adaptive methods, and crossing='exact', at any time.",
        )
    inside = [int(n) for n in numbers[~is_end | (np.abs(place - numbers) <= _SAME)]]
    stride = gcd(*inside) if len(inside) == len(times) else 1  # a shorter last step is recorded where all are
    return replace(request, record_every=dt * stride if stride else None)


def picked(result: Record, times: np.ndarray, t0: float) -> None:
    """Leave of a result the records at ``times``, up to where the run came."""
    recorded = np.asarray(result.t, dtype=float)
    result.stats["start"] = t0
    place = np.minimum(np.searchsorted(recorded, times), max(0, len(recorded) - 1))
    before = np.maximum(place - 1, 0)
    if len(recorded):
        nearer = np.abs(recorded[before] - times) < np.abs(recorded[place] - times)
        place = np.where(nearer, before, place)
        place = place[np.abs(recorded[place] - times) <= _reach(recorded, times)]
    rows: Any = place if len(recorded) else np.empty(0, np.int64)
    result.t = recorded[rows]
    result.data = {name: values[rows] for name, values in result.data.items()}


def _reach(recorded: np.ndarray, times: np.ndarray) -> np.ndarray:
    """How far a record may lie from the time that was asked for: the rounding of many steps."""
    return np.asarray(1e-9 * np.maximum(np.abs(times), np.max(np.abs(recorded))) + 1e-12)
