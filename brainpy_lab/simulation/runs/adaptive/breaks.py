"""The times at which an adaptive run ends a step because its equations change there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.values.input_polynomials import Pieces, fitted, pieces_at_first
from brainpy_lab.simulation.values.problem import Drive, Problem
from brainpy_lab.symbolic.corners import Corner, corners, history_corners

_SAMPLES, _MOST_SAMPLES = 20_000, 2_000_000  # of a function that is not linear
_MOST_WHOLE = 200_000  # values that a linear function passes
_NEAR_ZERO = 1e-6  # times nearer to zero than this are as uncertain as it is
_AROUND = 32  # numbers: the rounding of the root of a line
_WITHOUT_SIGN = np.int64(2**63 - 1)
_GOLDEN, _NARROWINGS = 0.6180339887498949, 60

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


def stops_of(
    problem: Problem, t0: float, t1: float, smooth: Mapping[str, Pieces], rtol: float, max_step: float = np.inf
) -> dict[float, Stop]:
    """The stops of a run between t0 and t1.

    Parameters
    ----------
    smooth : mapping of str to Pieces
        Inputs that move all the time.
    rtol : float
        Jumps of helper functions with loops are found where polynomials cannot follow to this accuracy.
    max_step : float
        So far apart at most such functions are looked at.
    """
    if not problem.drives and not corners(problem.system):
        return {}
    stops: dict[float, Stop] = {}
    for pieces in smooth.values():
        for end in pieces.ends[1:-1].tolist():
            jumps = pieces.jumps_at(end)
            if jumps or end not in stops:
                stops[end] = Stop(is_smooth=not jumps)
    for drive in problem.drives.values():
        if drive.change_times is not None:
            stops |= {float(t): Stop() for t in drive.change_times(t0, t1)}
    known = np.array(sorted(stops))
    for time, lanes in _switches(problem, t0, t1, rtol, pieces_at_first(t0, t1, max_step)).items():
        margin = 8 * np.finfo(float).eps * max(abs(time), _NEAR_ZERO)
        if not t0 + 2 * margin < time < t1 - 2 * margin:
            continue
        near = known[np.abs(known - time) <= 4 * margin].tolist()
        stops[near[0] if near else time] = Stop(margin, None if near else lanes)
    return stops


def _switches(problem: Problem, t0: float, t1: float, rtol: float, start: int) -> dict[float, np.ndarray | None]:
    """Times at which conditions in t switch, and the lanes in which they do."""
    drives = problem.drives
    bent = frozenset(n for n, d in drives.items() if d.change_times is None)
    return _merged(_found(corners(problem.system, frozenset(drives), bent), problem, t0, t1, rtol, start), t1 - t0)


def switch_times(
    problem: Problem, corner: Corner, t0: float, t1: float
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Times of a corner that no input moves, with the lanes in which they are its times: None for all."""
    start = pieces_at_first(t0, t1, np.inf)
    for values, lanes in _kinds_of_lanes(problem, corner):
        yield _Search(values, t0, t1, 1e-6, start).times(corner), lanes


def history_breaks(problem: Problem, t0: float, t1: float) -> list[float]:
    """Times at which the histories of the model's text are not smooth."""
    found = history_corners(problem.system)
    return sorted(_merged(_found(found, problem, t0, t1, 1e-6, 1), t1 - t0)) if found else []


def _found(
    known: tuple[Corner, ...], problem: Problem, t0: float, t1: float, rtol: float, start: int
) -> dict[float, np.ndarray | None]:
    found: dict[float, np.ndarray | None] = {}
    for corner in known:
        drives = {n: d for n, d in problem.drives.items() if n in corner.parameters}
        if any(drive.shape for drive in drives.values()):
            continue  # an input for each cell
        for values, lanes in _kinds_of_lanes(problem, corner):
            search = _Search({**values, **drives}, t0, t1, rtol, start)
            for time in search.times(corner).tolist():
                if time not in found:
                    found[time] = lanes
                elif lanes is None or found[time] is None:
                    found[time] = None
                else:
                    found[time] = found[time] | lanes
    return found


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
    arrays = {n: np.asarray(v) for n, v in values.items() if np.ndim(v)}
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


@dataclass(frozen=True)
class _Search:
    """The search for the times of corners between t0 and t1, at some values of the parameters."""

    values: Mapping[str, Any]  # numbers and Drives
    t0: float
    t1: float
    rtol: float
    start: int

    def times(self, corner: Corner) -> np.ndarray:
        """The times of a corner."""

        def value(times: np.ndarray) -> np.ndarray:
            values = {n: v.at(times) if isinstance(v, Drive) else v for n, v in self.values.items()}
            with np.errstate(all="ignore"):
                found = corner.evaluate(values, times)
            return np.broadcast_to(np.asarray(found, dtype=float), times.shape)

        if corner.kind == "opaque":
            return _jumps(value, self.t0, self.t1, self.rtol, self.start)
        inner = [self.times(c) for c in corner.inner]
        edges = np.unique(np.concatenate([[self.t0], *inner, *self._jumps_of_inputs(corner), [self.t1]]))
        find = _of_lines if corner.is_linear else _of_curves
        return np.unique(np.concatenate([*inner, find(corner.kind, value, edges)]))

    def _jumps_of_inputs(self, corner: Corner) -> list[np.ndarray]:
        jumps = []
        for name in corner.parameters:
            drive = self.values[name]
            if isinstance(drive, Drive) and drive.change_times is not None:
                jumps.append(drive.change_times(self.t0, self.t1))
            elif isinstance(drive, Drive) and drive.knots is not None:
                jumps.append(drive.knots[(drive.knots > self.t0) & (drive.knots < self.t1)])
        return jumps


def _of_lines(kind: str, value: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> np.ndarray:
    """Zeros or whole values of a function that is linear between edges."""
    begin, end = edges[:-1], edges[1:]
    one, other = begin + 0.25 * (end - begin), begin + 0.75 * (end - begin)
    at = value(one)
    slope = (value(other) - at) / (other - one)
    found = [np.empty(0)]
    for k in np.flatnonzero((slope != 0.0) & np.isfinite(slope)):
        wanted = np.zeros(1)
        if kind == "whole":
            low, high = sorted((at[k] + slope[k] * (begin[k] - one[k]), at[k] + slope[k] * (end[k] - one[k])))
            if high - low > _MOST_WHOLE:
                continue  # left to the control of the step
            wanted = np.arange(np.ceil(low), np.floor(high) + 1)
        roots = one[k] + (wanted - at[k]) / slope[k]
        roots = roots - (value(roots) - wanted) / slope[k]  # free of the rounding of a long way
        inside = (roots > begin[k]) & (roots < end[k])
        found.append(_settled(kind, value, roots[inside], np.broadcast_to(wanted, roots.shape)[inside]))
    return np.concatenate(found)


def _settled(kind: str, value: Callable[[np.ndarray], np.ndarray], roots: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Roots to the last bit the same from wherever they have been found."""
    around = _AROUND * np.spacing(roots)
    left, right = _change(_sides(kind, value), roots - around, roots + around)
    nearest = np.where(np.abs(value(left) - wanted) < np.abs(value(right) - wanted), left, right)
    return np.where(right - left <= np.spacing(np.abs(right)) * 2.0, nearest, roots)


def _of_curves(kind: str, value: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> np.ndarray:
    """The same of any function: where it changes sides between samples, or comes near to it."""
    side = _sides(kind, value)
    length = edges[-1] - edges[0]
    found = [np.empty(0)]
    for begin, end in pairwise(edges):
        n = max(64, int(_SAMPLES * (end - begin) / length))
        while True:
            times = np.linspace(begin, end, n + 2)[1:-1]
            if kind == "zero":
                times = np.sort(np.concatenate([times, _nearest_to_zero(value, times)]))
            sides = side(times)
            place = np.flatnonzero(sides[1:] != sides[:-1])
            if 8 * len(place) < n or 8 * n > _MOST_SAMPLES:
                break
            n *= 8
        low, high = _change(side, times[place], times[place + 1])
        found.append(0.5 * (low + high))
    return np.concatenate(found)


def _sides(kind: str, value: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """On which side of a corner a function is: it switches where that changes."""

    def side(times: np.ndarray) -> np.ndarray:
        values = value(times)
        return np.floor(values) if kind == "whole" else values >= 0.0

    return side


def _change(
    side: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The neighbouring numbers between which sides change, between ``low`` and ``high``.

    The interval is not halved but cut at the shortest binary number in it. So where rounding lets a function change
    sides more than once, the place found does not depend on the interval, and with that on the length of a run.
    """
    left = side(low)
    for _ in range(64):
        middle = _shortest_between(low, high)
        if np.array_equal(middle, low):
            break
        is_left = side(middle) == left
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
    return low, high


def _shortest_between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Numbers between, with as many zeros as can be at the end of their binary digits; ``low`` where there are none."""
    a, b = _place_of(low), _place_of(high) - 1
    b = np.maximum(a, b)
    differ = a ^ b
    for shift in (1, 2, 4, 8, 16, 32):  # all bits below the first one that differs
        differ |= differ >> shift
    cut = b & ~(differ >> 1)
    return _number_at(np.where((a < 0) & (b >= 0), 0, cut))


def _place_of(numbers: np.ndarray) -> np.ndarray:
    """The place of floating-point numbers in their order."""
    bits = np.ascontiguousarray(numbers, dtype=float).view(np.int64)
    return np.where(bits < 0, -(bits & _WITHOUT_SIGN), bits)


def _number_at(places: np.ndarray) -> np.ndarray:
    bits = np.where(places < 0, -places, places).astype(np.int64)
    return np.where(places < 0, -bits.view(np.float64), bits.view(np.float64))


def _nearest_to_zero(value: Callable[[np.ndarray], np.ndarray], times: np.ndarray) -> np.ndarray:
    """Between samples, the places where a function that keeps its sign comes nearest to zero: it may reach it there."""
    sizes = value(times)
    signs, sizes = np.sign(sizes), np.abs(sizes)
    is_low = (sizes[1:-1] <= sizes[:-2]) & (sizes[1:-1] <= sizes[2:]) & (sizes[:-2] + sizes[2:] > 2.0 * sizes[1:-1])
    place = np.flatnonzero(is_low & (signs[:-2] == signs[2:]) & (signs[1:-1] == signs[2:])) + 1
    sign, low, high = signs[place], times[place - 1], times[place + 1]
    for _ in range(_NARROWINGS):  # by the golden section
        one, other = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        is_left = sign * value(one) < sign * value(other)
        low, high = np.where(is_left, low, one), np.where(is_left, other, high)
    return np.asarray(0.5 * (low + high))


def _jumps(value: Callable[[np.ndarray], np.ndarray], t0: float, t1: float, rtol: float, start: int) -> np.ndarray:
    """Jumps of a function that cannot be looked into."""
    try:
        pieces = fitted("t", value, np.linspace(t0, t1, start + 1), rtol)
    except ArgumentError:  # it changes too often: left to the control of the step
        return np.empty(0)
    return np.array([end for end in pieces.ends[1:-1] if pieces.jumps_at(end)])


def moving_values(drives: Mapping[str, Drive], begin: float, end: float) -> dict[str, np.ndarray]:
    """Values of inputs that are constant between two stops."""
    middle = np.array([0.5 * (begin + end)])
    return {name: drive.at(middle)[0] for name, drive in drives.items() if drive.change_times is not None}
