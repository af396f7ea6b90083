"""What is counted at the cycles of a branch, and where between two of them something happens.

At each cycle the multipliers outside the unit circle are counted, and those on the negative axis below -1; the trivial
one is left out. A change of these counts, or a turn of the branch, lies between two neighbours: the step is halved
until one thing is left in it, on a finer mesh where that of the branch tells too little. A cycle whose multipliers may
be on either side, for all that the mesh tells, counts for its turn alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_crossings import crossing
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.zeros import InUnits
from brainpy_lab.analysis.vector_field import Array

#: Steps between cycles are halved so often to part what lies in them; and where nothing is counted, but a multiplier
#: may have crossed twice.
HALVINGS, LOOKS = 12, 3

#: So often before it is believed that several things happen at once.
SURE = 3

#: Turns of the parameter within this part of the range are rounding errors: at a canard the cycles grow at one value.
NOISE = 1e-9

#: Multipliers with larger errors tell nothing, if they are as near to the unit circle. On a finer mesh they may tell
#: what they do not where the errors are below the second: these fall by orders of magnitude.
BLIND, BLURRED = 0.05, 5.0

#: A multiplier with a smaller imaginary part, relative to its size, is real: of two equal ones, as symmetries make
#: them, rounding makes a pair.
REAL = 1e-7

#: Multipliers that cross are one and the same, as symmetries make them, when they differ by no more than this at both
#: ends, relative to their size: halving would not part them.
EQUAL = 1e-6

#: A multiplier counts as outside when it is so by more than this.
OUTSIDE = 1e-6

#: A multiplier beyond this does not come from the unit circle within a step.
HUGE = 1e6

#: The sign of a larger multiplier is one of rounding errors; beside one, that of a multiplier below the second too.
SIGNED, FAINT = 1e10, 1e-6

#: A logarithm of a multiplier that changes by more than this in a step, and by more than its distance from zero, may
#: have been zero twice.
LEAP = 0.5

#: Towards a Hopf point the squares of sizes fall by this factor or more in a step, and logarithms of multipliers by the
#: same, but for this part of it.
SHRINKS, ALIKE = 0.9, 0.1


@dataclass(frozen=True)
class CycleStation:
    """A cycle of a branch and what is counted there.

    Attributes
    ----------
    point : CurvePoint
    multipliers : ndarray of complex, shape (n - 1,)
        Without the trivial one, the largest modulus first.
    error : float
        How far from one the trivial multiplier is.
    errors : ndarray, shape (n - 1,)
        Of the multipliers, about.
    turn : int
        The sign of the parameter's direction.
    """

    point: CurvePoint
    multipliers: NDArray[np.complex128]
    error: float
    errors: Array
    turn: int

    @property
    def unstable(self) -> int:
        """How many multipliers are outside the unit circle."""
        return int((np.abs(self.multipliers) > 1 + OUTSIDE).sum())

    @property
    def beyond(self) -> int:
        """How many multipliers are real and below -1; where their signs are not known, what this is but for pairs.

        All together have a positive product (Liouville): as many of the others are negative, but for pairs.
        """
        sizes, is_negative = np.abs(self.multipliers), (self.multipliers.imag == 0) & (self.multipliers.real < 0)
        outside = sizes > 1
        if sizes.max(initial=0.0) > SIGNED and sizes.min(initial=1.0) > FAINT:
            return int(is_negative[~outside].sum() % 2)
        return int((is_negative & outside).sum())

    @property
    def is_signed(self) -> bool:
        """Whether it is known which multipliers are negative: huge ones may be made of errors."""
        sizes = np.abs(self.multipliers)
        is_lost = sizes.max(initial=0.0) > SIGNED and sizes.min(initial=1.0) <= FAINT
        return not is_lost and not bool((self.errors[sizes > HUGE] > BLIND).any())

    @property
    def is_blind(self) -> bool:
        """Whether the counts may be wrong: errors reach across the unit circle."""
        return self._reaching > BLIND

    @property
    def is_blurred(self) -> bool:
        """Whether the counts may be wrong on this mesh, and on a finer one hardly."""
        return BLIND < self._reaching < BLURRED

    @property
    def _reaching(self) -> float:
        """The largest error that reaches across the unit circle, that of the trivial multiplier among them."""
        sizes = np.abs(self.multipliers)
        reach = np.abs(sizes - 1) < self.errors * (1 + sizes)
        return max(self.error, float(self.errors[reach].max(initial=0.0)))

    @property
    def logarithms(self) -> Array:
        """Of the sizes of the multipliers."""
        return np.asarray(np.log(np.clip(np.abs(self.multipliers), 1e-300, 1e300)))


def cycle_station(curve: CycleCurve, point: CurvePoint) -> CycleStation:
    """Count at a point."""
    known = point.slopes.slopes if isinstance(point.slopes, InUnits) else None
    found = curve.collocation.multipliers(point.u, known)
    # without the slopes: a branch keeps its stations
    bare = CurvePoint(point.u, point.tangent)
    values = found.values
    values = np.where(np.abs(values.imag) <= REAL * np.abs(values), values.real, values)
    return CycleStation(bare, values, found.error, found.errors, int(np.sign(point.tangent[-1])))


@dataclass(frozen=True)
class CycleGap:
    """A piece of a branch with one thing in it: its kind, and how many multipliers, or pairs, cross in it together.

    Its ends are points on the mesh of ``curve``.
    """

    kind: str
    curve: CycleCurve
    before: CycleStation
    after: CycleStation
    count: int = 1

    def on_finer_mesh(self) -> CycleGap | None:
        """The same piece of the branch on a mesh of twice as many intervals."""
        fine, curve = copy(self.curve), self.curve
        first, last = curve.orbit(self.before.point), curve.orbit(self.after.point)
        mesh = adapted(last.mesh, last.profile, curve.scales(last.profile), 2 * last.mesh.intervals)
        points = []
        for orbit, point in ((first, self.before.point), (last, self.after.point)):
            guess = fine.take(orbit, point.tangent, mesh, reference=last.profile)
            u = fine.corrected(guess.u, guess.tangent / fine.units)
            found = None if u is None else fine.with_tangent(u, guess.tangent)
            if found is None:
                return None
            points.append(found)
        before, after = (cycle_station(fine, p) for p in points)
        return replace(self, curve=fine, before=before, after=after)


def turns_back(before: CycleStation, a: CycleStation, b: CycleStation, ratio: float, grown: float = 1.0) -> bool:
    """Whether a multiplier has turned back that was about to cross the unit circle after ``a``.

    A long step beside a pitchfork may lead from an arm to the branch that it grows from, where nothing is counted.
    ``ratio`` is the length of the step to ``b`` relative to that to ``a``, and ``grown`` the size of the orbit there.
    On the way to a Hopf point a logarithm falls as the square of that, to zero and no farther. In a plane cycles have
    no such arms: they would cross each other.
    """
    if len(a.multipliers) == 1:
        return False
    first, here, there = (s.logarithms for s in (before, a, b))
    ahead = here + ratio * (here - first)
    square = grown**2
    is_at_hopf = (square < SHRINKS) & (np.abs(there - square * here) < ALIKE * square * np.abs(here))
    return bool(((ahead * here < 0) & (there * here > 0) & ~is_at_hopf).any())


def grown(curve: CycleCurve, point: CurvePoint) -> float:
    """The size of the orbit at a point, relative to that of the one before."""
    here, there = (np.ptp(curve.collocation.profile(u), axis=1) for u in (curve.here.u, point.u))
    sizes = curve.collocation.scales
    return float(np.linalg.norm(there / sizes) / np.linalg.norm(here / sizes))


def _leaps(a: CycleStation, b: CycleStation) -> bool:
    """Whether a multiplier moves so far in a step that it may have crossed the unit circle twice."""
    here, there = a.logarithms, b.logarithms
    far = np.abs(there - here)
    return bool(((far > LEAP) & (np.minimum(np.abs(here), np.abs(there)) < far) & (here * there > 0)).any())


def gaps(
    curve: CycleCurve, a: CycleStation, b: CycleStation, halvings: int = 0, is_near: bool = False, is_fine: bool = False
) -> Iterator[CycleGap]:
    """The pieces between two neighbours with one special point each, in order.

    ``is_near`` asks to look for a crossing that the counts do not show; ``is_fine`` tells that the mesh is finer than
    that of the branch.
    """
    is_blurred = not is_fine and {s.is_blurred for s in (a, b) if s.is_blind} == {True}
    if is_blurred and (fine := CycleGap("", curve, a, b).on_finer_mesh()) is not None:
        yield from gaps(fine.curve, fine.before, fine.after, halvings, is_fine=True)
        return
    noise = NOISE * (curve.range[1] - curve.range[0])
    is_blind = a.is_blind or b.is_blind
    turns = a.turn != b.turn and abs(b.point.parameter - a.point.parameter) > noise
    is_same = is_blind or (a.unstable == b.unstable and not _flips(a, b))
    if not turns and is_same:
        if is_near and crossing(curve, a.point, b.point) is not None:
            yield CycleGap("branch point of cycles", curve, a, b)
            return
        if is_blind or halvings >= LOOKS or not _leaps(a, b):
            return
    kind = _single(a, b, noise)
    if kind is not None and halvings >= 2:
        yield CycleGap(kind, curve, a, b)
        return
    if turns and a.unstable == b.unstable and halvings >= SURE and crossing(curve, a.point, b.point) is not None:
        yield CycleGap("branch point of cycles", curve, a, b)
        return
    if halvings >= SURE and _crosses_together(a, b):
        yield from _unparted(None, curve, a, b)
        return
    middle = curve.between(a.point, b.point, 0.5) if halvings < HALVINGS else None
    m = None if middle is None else cycle_station(curve, middle)
    is_lost = m is not None and m.is_blind and not is_blind
    if is_lost and not is_fine and (fine := CycleGap("", curve, a, b).on_finer_mesh()) is not None:
        yield from gaps(fine.curve, fine.before, fine.after, halvings, is_fine=True)
        return
    if m is None or (is_lost and not turns):
        if not is_same or turns:
            yield from _unparted(kind, curve, a, b)
        return
    yield from gaps(curve, a, m, halvings + 1, is_fine=is_fine)
    yield from gaps(curve, m, b, halvings + 1, is_fine=is_fine)


def _crosses_together(a: CycleStation, b: CycleStation) -> bool:
    """Whether all that crosses the unit circle between two cycles are equal real multipliers, and nothing turns."""
    few, many = sorted((a.unstable, b.unstable))
    if many - few < 2 or a.turn != b.turn or a.is_blind or b.is_blind:
        return False
    crossing = np.stack([s.multipliers[few:many] for s in (a, b)])
    size = np.abs(crossing[:, :1])
    is_one = (crossing.imag == 0).all() and (np.abs(crossing - crossing[:, :1]) <= EQUAL * size).all()
    return bool(is_one and (crossing[0, 0].real > 0) == (crossing[1, 0].real > 0))


def _unparted(kind: str | None, curve: CycleCurve, a: CycleStation, b: CycleStation) -> Iterator[CycleGap]:
    """What lies so close together, or happens at once for symmetry, that halving does not part it."""
    few, many = sorted((a.unstable, b.unstable))
    if kind is not None or a.turn != b.turn:
        yield CycleGap(kind or "fold of cycles", curve, a, b)
        if kind is None and many == few and _flips(a, b):
            # between the two a multiplier near 1 is lost in errors, as one of 1e6 leaves them
            yield CycleGap("period doubling", curve, a, b)
    elif many > few and not (a.is_blind or b.is_blind):
        first = (a if a.unstable > b.unstable else b).multipliers[few]
        if first.imag:
            yield CycleGap("torus", curve, a, b, (many - few) // 2)
        else:
            kind = "period doubling" if first.real < 0 else "branch point of cycles"
            yield CycleGap(kind, curve, a, b, many - few)


def _flips(a: CycleStation, b: CycleStation) -> bool:
    """Whether a multiplier passes -1 between two cycles, or several do, an odd number of them."""
    return a.is_signed and b.is_signed and a.beyond % 2 != b.beyond % 2


def _single(a: CycleStation, b: CycleStation, noise: float) -> str | None:
    """The kind of the only thing between two cycles, or None: nothing, or more than one."""
    if a.is_blind or b.is_blind:
        return "fold of cycles" if a.turn != b.turn else None
    change, flips = abs(a.unstable - b.unstable), _flips(a, b)
    if a.turn != b.turn:
        return "fold of cycles" if change == 1 and not flips else None
    if flips:
        return "period doubling" if change == 1 else None
    if change == 2:
        return "torus" if all(abs(_crossing(s, a, b).imag) > 0 for s in (a, b)) else None
    if change == 1:
        # with its turn lost in rounding it is a fold
        return "fold of cycles" if abs(b.point.parameter - a.point.parameter) <= noise else "branch point of cycles"
    return None


def _crossing(s: CycleStation, a: CycleStation, b: CycleStation) -> complex:
    """The multiplier that crosses the unit circle between ``a`` and ``b``."""
    return complex(s.multipliers[min(a.unstable, b.unstable)])


@dataclass
class Tally:
    """Whether what is told of a branch explains how its counts change.

    Attributes
    ----------
    last : CycleStation or None
        The last one with counts that are sure.
    told : list of CycleGap
        What has been found since.
    passed : int
        How many stations have been passed since.
    """

    last: CycleStation | None = None
    told: list[CycleGap] = field(default_factory=list)
    passed: int = 0

    def hides(self, there: CycleStation, is_beside: bool = True) -> tuple[bool, bool]:
        """Whether a turn was not told on the way to the next sure station, and whether a crossing was not.

        ``is_beside`` tells that this one is beside a turn, if there was one: else it is not the next sure one after it.
        """
        self.passed += 1
        if there.is_blind:
            return False, False
        last, told = self.last, self.told
        turning = (g for g in told if g.kind != "period doubling")
        turns = sum(g.kind == "fold of cycles" or g.before.turn != g.after.turn for g in turning)
        is_turned = last is not None and (last.turn != there.turn) != bool(turns % 2)
        if is_turned and not is_beside:
            return False, False
        self.last, self.told, self.passed = there, [], 0
        if last is None:
            return False, False
        most = sum(gap.count * (2 if gap.kind == "torus" else 1) for gap in told) + is_turned
        flips = sum(gap.count for gap in told if gap.kind == "period doubling")
        is_flipped = last.is_signed and there.is_signed and (there.beyond - last.beyond - flips) % 2 == 1
        is_crossed = is_flipped or abs(there.unstable - last.unstable) > most
        return is_turned, is_crossed
