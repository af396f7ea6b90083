"""From a piece of a branch of cycles with one thing in it to the cycle at which it happens.

A function that is zero there is followed to its zero, on a mesh of twice as many intervals. What is found there has to
be what it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_crossings import Crossing, crossing
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_stations import OUTSIDE, CycleGap, CycleStation, cycle_station
from brainpy_lab.analysis.continuation.locating import JumpError
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.solving import SHRUNK
from brainpy_lab.analysis.roots import zero_between

#: How exactly a point is found in the way between two cycles, relative to it. At a fold the parameter's error is of the
#: order of its square.
PART = 1e-9

#: A multiplier this near to -1, or to the unit circle, is there.
THERE = 1e-4

#: At a fold the parameter's part in the direction of the branch is below this, relative to those on both sides, or is
#: one of rounding errors. Where a step leads to another branch it never is.
FLAT, ROUNDING = 1e-3, 1e-7

#: Ends that halving leaves apart by more than this part of the gap, and of the units, are not on one branch.
JUMP, LITTLE, HALVINGS = 1e-3, 1e-6, 16

#: A gap in which equal multipliers cross is halved so often, where they are not found on the whole of it.
NARROWED = 9

#: Between two cycles the cubic through both, with their tangents, is as good as the branch where the square of the
#: product of its distances to them is below this, in units.
CUBIC = 1e-12

#: An orbit is at a value of the parameter where it is this near, relative: meshes tell canards apart no better.
NEAR = 1e-8


def measure(gap: CycleGap) -> Callable[[CycleStation], float]:
    """The function that is zero where the thing in a gap happens."""
    if gap.kind == "fold of cycles" and len(gap.before.multipliers) > 1:
        return lambda s: float(s.point.tangent[-1])
    if gap.kind == "period doubling" and gap.count == 1:
        return _flip
    # on a finer mesh both ends may turn out to lie on one side, all multipliers outside: nothing crosses then
    index = min(gap.before.unstable, gap.after.unstable, len(gap.before.multipliers) - 1)
    return lambda s: float(s.logarithms[index])


def _flip(s: CycleStation) -> float:
    """The product of all multipliers plus one, each relative to its size: real, since complex ones come in pairs."""
    finite = np.where(np.isfinite(s.multipliers), s.multipliers, 1e300)
    return float(np.prod((finite + 1) / (np.abs(finite) + 1)).real)


def _is(gap: CycleGap, s: CycleStation) -> bool:
    """Whether what is called so happens at a station."""
    if gap.kind == "fold of cycles":
        here, *ends = (abs(float(x.point.tangent[-1])) for x in (s, gap.before, gap.after))
        return len(s.multipliers) == 1 or here <= max(FLAT * max(ends), ROUNDING * gap.curve.units[-1])
    off = {"period doubling": s.multipliers + 1, "branch point of cycles": s.multipliers - 1}
    aside = np.abs(off.get(gap.kind, s.logarithms)) - s.errors
    return int((aside < THERE).sum()) >= gap.count and not s.is_blind


@dataclass(frozen=True)
class Place:
    """Where something happens: the piece of the branch, the cycle and, where branches cross, the ways on."""

    gap: CycleGap
    station: CycleStation
    crossing: Crossing | None = None
    note: str = ""


def places(between: Iterable[CycleGap], *, is_sure: bool) -> list[tuple[CycleGap, Place | None]]:
    """What lies in a step, each with its place if that is found, as far as the branch goes on.

    Raises
    ------
    JumpError
        Where the step has led to another branch. Not if the caller is sure that it has not.
    """
    found: list[tuple[CycleGap, Place | None]] = []
    for gap in between:
        at = _place_of(gap)
        if at is None and not is_sure and (length := _jump(gap)):
            raise JumpError(length)
        found.append((gap, at))
        if at is not None and at.crossing is not None and gap.before.turn != gap.after.turn:
            break
    return found


def _place_of(gap: CycleGap) -> Place | None:
    """Where what is in a gap happens, by a finer mesh if that shows it; None where it is not found."""
    fine = gap.on_finer_mesh()
    at = None if fine is None else located(fine)
    if at is None and (at := located(gap)) is not None:
        at = replace(at, note="found on the mesh of the branch")
    if at is None and gap.count > 1 and (narrow := _narrowed(gap)) is not None:
        fine = narrow.on_finer_mesh()
        at = (None if fine is None else located(fine)) or located(narrow)
    return at


def _halvings(gap: CycleGap, most: int) -> Iterator[tuple[CycleStation, CycleStation, CycleStation]]:
    """The middle of a gap, then that of the half in which the counts change, and so on, each with the ends left."""
    curve, a, b = gap.curve, gap.before, gap.after
    for _ in range(most):
        middle = curve.between(a.point, b.point, 0.5)
        if middle is None:
            return
        m = cycle_station(curve, middle)
        a, b = (m, b) if _counts(m) == _counts(a) else (a, m)
        yield m, a, b


def _narrowed(gap: CycleGap) -> CycleGap | None:
    """The part of a gap that halving leaves, in which what crosses together is all that changes; None without one."""
    known, found = (_counts(gap.before), _counts(gap.after)), None
    for m, a, b in _halvings(gap, NARROWED):
        if m.is_blind or _counts(m) not in known:
            break
        found = replace(gap, before=a, after=b)
    return found


def _jump(gap: CycleGap) -> float:
    """How far apart, in units, the two branches are to which the ends of a gap belong; 0 if they are on one."""

    def apart(a: CycleStation, b: CycleStation) -> float:
        return float(np.linalg.norm((b.point.u - a.point.u) / gap.curve.units))

    first = last = apart(gap.before, gap.after)
    for m, a, b in _halvings(gap, HALVINGS):
        if m.is_blind:
            return 0.0
        last = apart(a, b)
    return last if last > max(JUMP * first, LITTLE) else 0.0


def _counts(s: CycleStation) -> tuple[int, int, int]:
    return s.unstable, s.beyond % 2, s.turn


def located(gap: CycleGap) -> Place | None:
    """The cycle at which it happens, on the way between the two; None where it is not found there."""
    curve = gap.curve
    if gap.kind == "branch point of cycles" and gap.count == 1:
        found = crossing(curve, gap.before.point, gap.after.point)
        if found is None:
            return None
        return Place(gap, cycle_station(curve, CurvePoint(found.u, gap.before.point.tangent)), found)
    value = measure(gap)
    seen = {0.0: gap.before, 1.0: gap.after}

    def at(part: float) -> float:
        if part not in seen:
            middle = _on_cubic(curve, seen, part) if gap.count > 1 else None
            if middle is None:
                middle = curve.between(gap.before.point, gap.after.point, part)
            if middle is None and gap.count > 1:
                middle = _on_cubic(curve, seen, part, np.inf)
            if middle is None:
                raise LookupError
            seen[part] = cycle_station(curve, middle)
        return value(seen[part])

    if at(0.0) * at(1.0) > 0:
        # an end may be the point itself, but for rounding errors: ends that are as near are not counted as outside
        ends = (s for s in (gap.before, gap.after) if abs(value(s)) < OUTSIDE and _is(gap, s))
        return next((Place(gap, s) for s in ends), None)
    try:
        part = zero_between(at, 0.0, 1.0, xtol=PART)
        at(part)
    except LookupError:
        return None
    return Place(gap, seen[part]) if _is(gap, seen[part]) else None


def _on_cubic(
    curve: CycleCurve, seen: dict[float, CycleStation], part: float, error: float = CUBIC
) -> CurvePoint | None:
    """On the cubic between the nearest cycles that have been seen on both sides; None where that errs by more.

    Where several branches cross Newton's method fails.
    """
    below, above = max(p for p in seen if p < part), min(p for p in seen if p > part)
    a, b = seen[below].point, seen[above].point
    s = (part - below) / (above - below)
    length = float(np.linalg.norm((b.u - a.u) / curve.units))
    if (s * (1 - s) * length**2) ** 2 > error:
        return None
    return CurvePoint(curve.cubic(a, b, s), a.tangent + s * (b.tangent - a.tangent))


def along(curve: CycleCurve, a: Orbit, b: Orbit, value: float) -> Orbit | None:
    """The orbit at a value of the parameter, on the way from one orbit of a branch to the next.

    Found by following the branch, which is as exact where the parameter hardly moves.
    """
    mesh = adapted(b.mesh, b.profile, curve.scales(b.profile), 2 * b.mesh.intervals)
    with np.errstate(all="ignore"):
        first, last = (o.mesh.at(o.profile, mesh.nodes) for o in (a, b))
        pack = curve.collocation.pack
        way = pack(last - first, b.period - a.period, b.parameter - a.parameter)
        points = []
        for orbit, profile in ((a, first), (b, last)):
            guess = curve.take(Orbit(mesh, profile, orbit.period, orbit.parameter), way, reference=first)
            u = curve.corrected(guess.u, guess.tangent / curve.units)
            point = None if u is None else curve.with_tangent(u, guess.tangent)
            if point is None:
                return None
            points.append(point)
        return _at_value(curve, points[0], points[1], value)


def _at_value(curve: CycleCurve, a: CurvePoint, b: CurvePoint, value: float) -> Orbit | None:
    """On the way between two points the one with a value, or an end where that is as near as can be told."""
    seen = {0.0: a, 1.0: b}

    def off(part: float) -> float:
        if part not in seen:
            middle = curve.between(a, b, part)
            if middle is None:
                raise LookupError
            seen[part] = middle
        return seen[part].parameter - value

    if off(0.0) * off(1.0) <= 0:
        try:
            zero_between(off, 0.0, 1.0, xtol=PART)
        except LookupError:
            return None
    best = min(seen, key=lambda part: abs(off(part)))
    orbit = curve.orbit(seen[best])
    is_there = abs(off(best)) < NEAR * (1 + abs(value))
    is_cycle = bool((np.ptp(orbit.profile, axis=1) > SHRUNK * curve.collocation.scales).any())
    return orbit if is_there and is_cycle else None
