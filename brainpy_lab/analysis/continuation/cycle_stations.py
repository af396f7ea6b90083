"""What is counted at the cycles of a branch, and where between two of them something happens.

At each cycle the multipliers outside the unit circle are counted, the trivial one left out. A change of the count, or a
turn of the branch, lies between two neighbours; there a function that is zero at the point is followed to its zero, on
a mesh of twice as many intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_crossings import Crossing, crossing
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.zeros import InUnits
from brainpy_lab.analysis.roots import zero_between

#: Steps between cycles are halved so often to part what lies in them.
HALVINGS = 12

#: Turns of the parameter within this part of the range are rounding errors: at a canard the cycles grow at one value.
NOISE = 1e-9

#: The trivial multiplier is as far from one as the others are wrong; from so far they tell nothing.
BLIND = 0.05

#: How exactly a point is found in the way between two cycles, relative to it. At a fold the parameter's error is of the
#: order of its square.
PART = 1e-9

#: A multiplier counts as outside when it is so by more than this.
OUTSIDE = 1e-6


@dataclass(frozen=True)
class CycleStation:
    """A cycle of a branch and what is counted there.

    Attributes
    ----------
    point : CurvePoint
    multipliers : ndarray of complex, shape (n - 1,)
        Without the trivial one, the largest modulus first.
    error : float
        How far from one the trivial multiplier is: the others are as wrong.
    turn : int
        The sign of the parameter's direction.
    """

    point: CurvePoint
    multipliers: NDArray[np.complex128]
    error: float
    turn: int

    @property
    def unstable(self) -> int:
        """How many multipliers are outside the unit circle."""
        return int((np.abs(self.multipliers) > 1 + OUTSIDE).sum())


def cycle_station(curve: CycleCurve, point: CurvePoint) -> CycleStation:
    """Count at a point."""
    known = point.slopes.slopes if isinstance(point.slopes, InUnits) else None
    values, error = curve.collocation.multipliers(point.u, known)
    # without the slopes: a branch keeps its stations
    return CycleStation(CurvePoint(point.u, point.tangent), values, error, int(np.sign(point.tangent[-1])))


@dataclass(frozen=True)
class CycleGap:
    """A piece of a branch with one thing in it: its kind, and the function that is zero there."""

    kind: str
    before: CycleStation
    after: CycleStation


def turns_back(before: CycleStation, a: CycleStation, b: CycleStation, ratio: float) -> bool:
    """Whether a multiplier has turned back that was about to cross the unit circle after ``a``.

    A long step beside a pitchfork may lead from an arm to the branch that it grows from, where nothing is counted.
    ``ratio`` is the length of the step to ``b`` relative to that to ``a``. In a plane cycles have no such arms: they
    would cross each other.
    """
    if len(a.multipliers) == 1:
        return False
    first, here, there = (np.log(np.maximum(np.abs(s.multipliers), 1e-300)) for s in (before, a, b))
    ahead = here + ratio * (here - first)
    return bool(((ahead * here < 0) & (there * here > 0)).any())


def gaps(
    curve: CycleCurve, a: CycleStation, b: CycleStation, halvings: int = 0, is_near: bool = False
) -> Iterator[CycleGap]:
    """The pieces between two neighbours with one special point each, in order.

    ``is_near`` asks to look for a crossing that the counts do not show.
    """
    noise = NOISE * (curve.range[1] - curve.range[0])
    turns = a.turn != b.turn and abs(b.point.parameter - a.point.parameter) > noise
    if not turns and a.unstable == b.unstable:
        if is_near and crossing(curve, a.point, b.point) is not None:
            yield CycleGap("branch point of cycles", a, b)
        return
    kind = _single(a, b, noise)
    if kind is not None and halvings >= 2:
        yield CycleGap(kind, a, b)
        return
    if turns and a.unstable == b.unstable and halvings >= 3 and crossing(curve, a.point, b.point) is not None:
        yield CycleGap("branch point of cycles", a, b)
        return
    middle = curve.between(a.point, b.point, 0.5) if halvings < HALVINGS else None
    if middle is None:
        if kind is not None:
            yield CycleGap(kind, a, b)
        return
    m = cycle_station(curve, middle)
    yield from gaps(curve, a, m, halvings + 1)
    yield from gaps(curve, m, b, halvings + 1)


def _single(a: CycleStation, b: CycleStation, noise: float) -> str | None:
    change = abs(a.unstable - b.unstable)
    if a.turn != b.turn:
        return "fold of cycles" if change == 1 else None
    if max(a.error, b.error) > BLIND:
        return None
    if change == 2:
        return "torus" if all(abs(_crossing(s, a, b).imag) > 0 for s in (a, b)) else None
    if change == 1:
        if abs(b.point.parameter - a.point.parameter) <= noise and _crossing(b, a, b).real > 0:
            return "fold of cycles"  # its turn is lost in rounding
        signs = {bool(_crossing(s, a, b).real < 0) for s in (a, b)}
        if len(signs) == 1:
            return "period doubling" if signs.pop() else "branch point of cycles"
    return None


def _crossing(s: CycleStation, a: CycleStation, b: CycleStation) -> complex:
    """The multiplier that crosses the unit circle between ``a`` and ``b``."""
    return complex(s.multipliers[min(a.unstable, b.unstable)])


def measure(gap: CycleGap) -> Callable[[CycleStation], float]:
    """The function that is zero where the thing in a gap happens."""
    if gap.kind == "fold of cycles" and len(gap.before.multipliers) > 1:
        return lambda s: float(s.point.tangent[-1])
    index = min(gap.before.unstable, gap.after.unstable)
    return lambda s: float(np.log(max(abs(s.multipliers[index]), 1e-300)))


@dataclass(frozen=True)
class Place:
    """Where something happens: the cycle and, where branches cross, the ways on."""

    station: CycleStation
    crossing: Crossing | None = None


def located(curve: CycleCurve, gap: CycleGap) -> Place | None:
    """The cycle at which it happens, on the way between the two; None where the way cannot be followed."""
    if gap.kind == "branch point of cycles":
        found = crossing(curve, gap.before.point, gap.after.point)
        return (
            None if found is None else Place(cycle_station(curve, CurvePoint(found.u, gap.before.point.tangent)), found)
        )
    value = measure(gap)
    seen = {0.0: gap.before, 1.0: gap.after}

    def at(part: float) -> float:
        if part not in seen:
            middle = curve.between(gap.before.point, gap.after.point, part)
            if middle is None:
                raise LookupError
            seen[part] = cycle_station(curve, middle)
        return value(seen[part])

    if at(0.0) * at(1.0) > 0:
        return None
    try:
        part = zero_between(at, 0.0, 1.0, xtol=PART)
        at(part)
    except LookupError:
        return None
    return Place(seen[part])


def on_finer_mesh(curve: CycleCurve, gap: CycleGap) -> tuple[CycleCurve, CycleGap] | None:
    """The same piece of the branch on a mesh of twice as many intervals."""
    fine = copy(curve)
    first, last = curve.orbit(gap.before.point), curve.orbit(gap.after.point)
    mesh = adapted(last.mesh, last.profile, curve.scales(last.profile), 2 * last.mesh.intervals)
    points = []
    for orbit, point in ((first, gap.before.point), (last, gap.after.point)):
        guess = fine.take(orbit, point.tangent, mesh, reference=last.profile)
        u = fine.corrected(guess.u, guess.tangent / fine.units)
        found = None if u is None else fine.with_tangent(u, guess.tangent)
        if found is None:
            return None
        points.append(found)
    before, after = (cycle_station(fine, p) for p in points)
    return fine, CycleGap(gap.kind, before, after)
