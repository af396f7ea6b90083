"""The times at which an adaptive run ends a step because its equations change there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.pieces import Pieces, fitted
from brainpy_lab.simulation.problem import Drive, Problem
from brainpy_lab.symbolic.corners import Corner, corners

_WITHIN = np.array([0.03, 0.27, 0.5, 0.71, 0.97])  # places in an interval that tell whether a function is linear there
_SAMPLES, _MOST_SAMPLES = 20_000, 2_000_000  # of a function that is not linear
_HALVINGS = 80

Values = Mapping[str, Any]


@dataclass
class Stop:
    """A time at which steps end.

    Attributes
    ----------
    margin : float
        A condition in t may switch within so much of the time: the run goes on as far behind it.
    restarts : array of bool (lanes,), or None
        Lanes whose equations jump there; None where all of them do.
    is_smooth : bool
        No equation jumps: polynomials that stand for an input give way to the next ones.
    """

    margin: float = 0.0
    restarts: np.ndarray | None = None
    is_smooth: bool = False


def stops_of(problem: Problem, t0: float, t1: float, smooth: Mapping[str, Pieces], rtol: float) -> dict[float, Stop]:
    """The stops of a run between t0 and t1.

    Parameters
    ----------
    smooth : mapping of str to Pieces
        Inputs that move all the time.
    rtol : float
        Jumps of helper functions with loops are found where polynomials cannot follow to this accuracy.
    """
    if not problem.drives and not corners(problem.system):
        return {}
    stops: dict[float, Stop] = {}
    for pieces in smooth.values():
        for end in pieces.ends[1:-1]:
            if float(end) not in stops or pieces.jumps_at(end):
                stops[float(end)] = Stop(is_smooth=not pieces.jumps_at(end))
    for drive in problem.drives.values():
        if drive.change_times is not None:
            stops |= {float(t): Stop() for t in drive.change_times(t0, t1)}
    known = np.array(sorted(stops))
    for time, lanes in _switches(problem, t0, t1, rtol).items():
        margin = 8 * np.finfo(float).eps * max(abs(time), 1e-3 * (t1 - t0))
        if not t0 + 2 * margin < time < t1 - 2 * margin:
            continue
        near = known[np.abs(known - time) <= 4 * margin].tolist()
        stops[near[0] if near else time] = Stop(margin, None if near else lanes)
    return stops


def _switches(problem: Problem, t0: float, t1: float, rtol: float) -> dict[float, np.ndarray | None]:
    """Times at which conditions in t switch, and the lanes in which they do."""
    found: dict[float, np.ndarray | None] = {}
    for corner in corners(problem.system, frozenset(problem.drives)):
        for values, lanes in _kinds_of_lanes(problem, corner):
            for time in _times(corner, values, t0, t1, rtol).tolist():
                if time not in found:
                    found[time] = lanes
                elif lanes is None or found[time] is None:
                    found[time] = None
                else:
                    found[time] = found[time] | lanes
    return _merged(found, t1 - t0)


def _merged(found: Mapping[float, np.ndarray | None], length: float) -> dict[float, np.ndarray | None]:
    """Times that rounding alone keeps apart as one."""
    merged: dict[float, np.ndarray | None] = {}
    last = -np.inf
    for time in sorted(found):
        if time - last <= 64 * np.finfo(float).eps * max(abs(time), 1e-3 * length):
            both = merged[last], found[time]
            merged[last] = None if both[0] is None or both[1] is None else both[0] | both[1]
        else:
            merged[time], last = found[time], time
    return merged


def _kinds_of_lanes(problem: Problem, corner: Corner) -> list[tuple[Values, np.ndarray | None]]:
    """The values that a corner's parameters have, and in which lanes: None where in all."""
    values = {n: problem.parameters[n] for n in corner.parameters}
    arrays = {n: problem.expanded(v) for n, v in values.items() if np.ndim(v)}
    if not arrays:
        return [(values, None)]
    whole = np.broadcast_shapes(*(a.shape for a in arrays.values()))
    is_lanes = not problem.mixes
    if is_lanes:
        whole = problem.shape
    table = np.stack([np.broadcast_to(a, whole).reshape(-1) for a in arrays.values()], axis=1)
    rows, kind = np.unique(table, axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    return [
        ({**values, **dict(zip(arrays, row, strict=True))}, kind == k if is_lanes and len(rows) > 1 else None)
        for k, row in enumerate(rows)
    ]


def _times(corner: Corner, values: Values, t0: float, t1: float, rtol: float) -> np.ndarray:
    """Times of a corner between t0 and t1 at some values of the parameters."""

    def value(times: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            found = corner.evaluate(values, times)
        return np.broadcast_to(np.asarray(found, dtype=float), times.shape)

    if corner.kind == "opaque":
        return _jumps(value, t0, t1, rtol)
    inner = [_times(c, values, t0, t1, rtol) for c in corner.inner]
    edges = np.unique(np.concatenate([[t0], *inner, [t1]]))
    begin, end = edges[:-1], edges[1:]
    places = begin[:, None] + (end - begin)[:, None] * _WITHIN
    known = value(places.ravel()).reshape(places.shape)
    first = places[:, 0]
    slope = (known[:, -1] - known[:, 0]) / (places[:, -1] - first)
    off = np.abs(known[:, :1] + slope[:, None] * (places - places[:, :1]) - known).max(axis=1)
    is_linear = off <= 1e-9 * np.abs(known).max(axis=1)
    found = [
        _of_line(corner.kind, value, begin[k], end[k], float(first[k]), float(known[k, 0]), float(slope[k]))
        for k in np.flatnonzero(is_linear & (slope != 0.0))
    ]
    found += [_of_curve(corner.kind, value, begin[k], end[k], t1 - t0) for k in np.flatnonzero(~is_linear)]
    return np.unique(np.concatenate([*inner, *found, np.empty(0)]))


def _of_line(
    kind: str, value: Callable[..., np.ndarray], begin: float, end: float, time: float, at: float, slope: float
) -> np.ndarray:
    """Zeros or whole values of a linear function with the value ``at`` at ``time``."""
    wanted = np.zeros(1)
    if kind == "whole":
        low, high = sorted((at + slope * (begin - time), at + slope * (end - time)))
        wanted = np.arange(np.ceil(low), np.floor(high) + 1)
    roots = time + (wanted - at) / slope
    roots = roots - (value(roots) - wanted) / slope  # free of the rounding of a long way from ``time``
    return roots[(roots > begin) & (roots < end)]


def _of_curve(kind: str, value: Callable[..., np.ndarray], begin: float, end: float, length: float) -> np.ndarray:
    """The same of any function, where it changes sides between samples."""

    def side(times: np.ndarray) -> np.ndarray:
        values = value(times)
        return np.floor(values) if kind == "whole" else values >= 0.0

    n = max(64, int(_SAMPLES * (end - begin) / length))
    while True:
        times = np.linspace(begin, end, n + 2)[1:-1]
        sides = side(times)
        place = np.flatnonzero(sides[1:] != sides[:-1])
        if 8 * len(place) < n or 8 * n > _MOST_SAMPLES:
            break
        n *= 8
    low, high, left = times[place], times[place + 1], sides[place]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        is_left = side(middle) == left
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
    return 0.5 * (low + high)


def _jumps(value: Callable[[np.ndarray], np.ndarray], t0: float, t1: float, rtol: float) -> np.ndarray:
    """Jumps of a function that cannot be looked into."""
    try:
        pieces = fitted("t", value, t0, t1, rtol)
    except ArgumentError:  # it changes too often: left to the control of the step
        return np.empty(0)
    return np.array([end for end in pieces.ends[1:-1] if pieces.jumps_at(end)])


def moving_values(drives: Mapping[str, Drive], begin: float, end: float) -> dict[str, np.ndarray]:
    """Values of inputs that are constant between two stops."""
    middle = np.array([0.5 * (begin + end)])
    return {name: drive.at(middle)[0] for name, drive in drives.items() if drive.change_times is not None}
