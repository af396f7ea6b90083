"""Between which points of a branch of equilibria something happens, and what: decided by counts.

At each point the unstable eigenvalues are counted, and two signs taken: that of the parameter's direction, which turns
at a fold, and that of the determinant of the Jacobian with the tangent, which turns at a branch point. A step between
two points that differ is halved until one thing is left in it. A step in which an eigenvalue comes near the axis is
looked into as well: two points of one kind in it would cancel in the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import copysign, isfinite, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import Complex, EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve, CurvePoint
from brainpy_lab.analysis.newton import length_of, sign_of_determinant
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError

#: From so many states on, eigenvalues take most of the time; and from the second on, how fast they move is asked of
#: some alone. Below, it costs little, and finds what bends sharply too.
MANY, LARGE = 8, 60

#: A step is halved at most so often for what the counts tell: Newton's method tells no points apart in 2**-26 of it.
HALVINGS = 26

#: Nor pieces shorter than this, in units: a step that was short already ends among points that errors tell apart.
SHORTEST = 1e-9

#: And so often where the counts are equal and an eigenvalue comes near.
LOOKS = 5

#: A step with one thing in it by the counts is halved so often before that is believed: a Hopf point and a fold beside
#: it count as a fold.
SURE = 3

#: Points looked at within a step, at most: some 26 for each thing that cannot be told from its neighbour.
MOST = 500

#: An eigenvalue comes near the axis in a step when it turns there, nearer than this part of its values at the ends.
NEAR = 0.3

#: A cubic is unsure by this part of its last term, since the next terms are left out. Where the term is this many times
#: as large as the eigenvalue at an end, the cubic says nothing, and the middle is looked at.
UNSURE, BENT = 0.1, 1.0

#: Real parts below this, relative to the largest eigenvalue, are zero but for rounding errors.
ROUNDING = 1e-15

#: Length of the way along which the rates of eigenvalues are taken, in units; they are off by about as much.
WAY = 1e-5


class EndlessError(AnalysisError):
    """A step can be halved without end: something in it is zero but for errors."""


class Arrival(NamedTuple):
    """How the eigenvalues of a station came from those of the one before.

    Attributes
    ----------
    origin : CurvePoint
        Where the one before stands.
    partners : ndarray of int, shape (n,)
        Which of the eigenvalues belongs to each one there.
    length : float
        Of the way.
    velocities : ndarray of complex, shape (n,)
        The mean one of each eigenvalue on the way.
    accelerations : ndarray, shape (n,)
        How much these have changed from one way to the next; infinite where the way before is not known.
    """

    origin: CurvePoint
    partners: NDArray[np.int_]
    length: float
    velocities: Complex
    accelerations: Array


@dataclass(frozen=True)
class Station:
    """A point of a branch and what is counted there.

    Attributes
    ----------
    point : CurvePoint
    eigenvalues : ndarray of complex, shape (n,)
        The one with the largest real part first.
    unstable : int
        How many have a positive real part.
    turn : int
        The sign of the parameter's direction.
    crossing : int
        The sign of the determinant of the bordered Jacobian.
    rated : callable
        Gives `rates`: with many states that takes as long as all else, and is put off until it is asked for.
    arrival : Arrival, optional
        How the eigenvalues came from the station before.
    zeros : int
        How many eigenvalues stay zero along the branch, and count nowhere.
    """

    point: CurvePoint
    eigenvalues: Complex
    unstable: int
    turn: int
    crossing: int
    rated: Callable[[], Array] = field(repr=False, compare=False)
    arrival: Arrival | None = field(default=None, repr=False, compare=False)
    zeros: int = 0

    @cached_property
    def rates(self) -> Array:
        """How the real parts of the eigenvalues change along the curve, (n,)."""
        return self.rated()


@dataclass(frozen=True)
class Gap:
    """A piece of a branch with one thing in it."""

    kind: str
    before: Station
    after: Station
    is_resolved: bool = True


def station(problem: EquilibriumProblem, curve: Curve, point: CurvePoint) -> Station:
    """Count at a point."""
    slopes = problem.slopes(point.u)
    bare = replace(point, slopes=None)  # of many states and points they fill the memory
    if problem.n >= LARGE and not problem.field.system.is_delayed:
        values = problem.eigenvalues(point.u, slopes)
        rated = partial(_rates, problem, bare, values)
    else:
        values, moved, way = _beside(problem, slopes, point)
        rated = partial(_changes, values, moved, way)
    scaled = slopes * curve.units / curve.units[:-1, None]
    tangent = point.tangent / curve.units
    sign = sign_of_determinant(np.concatenate([scaled, tangent[None]]))
    least = ROUNDING * float(np.abs(values).max(initial=0.0))
    return Station(bare, values, int((values.real > least).sum()), int(np.sign(tangent[-1])), int(sign), rated)


def _beside(problem: EquilibriumProblem, slopes: Array, point: CurvePoint) -> tuple[Complex, Complex, float]:
    """The eigenvalues at a point, and those a little way along the curve."""
    try:
        return *problem.eigenvalues_along(point.u, slopes, point.u + WAY * point.tangent), WAY
    except (AnalysisError, np.linalg.LinAlgError):  # a delay would be negative there, or a pole is
        return *problem.eigenvalues_along(point.u, slopes, point.u - WAY * point.tangent), -WAY


def _rates(problem: EquilibriumProblem, point: CurvePoint, values: Complex) -> Array:
    return _changes(values, problem.eigenvalues(point.u + WAY * point.tangent), WAY)


def _changes(values: Complex, moved: Complex, way: float) -> Array:
    # each with the nearest one: some may have changed places
    nearest = np.abs(values[:, None] - moved[None]).argmin(axis=1)
    result: Array = (moved[nearest].real - values.real) / way
    return result


def without_zeros(s: Station, count: int) -> Station:
    """A station by all but its smallest eigenvalues.

    The signs that turn at folds and branch points are left out too: where an eigenvalue stays zero they are those of
    errors.
    """
    kept = np.sort(np.argsort(np.abs(s.eigenvalues), kind="stable")[count:])
    values, rates = s.eigenvalues[kept], s.rates
    others = rates[kept] if len(rates) == len(s.eigenvalues) else rates[:0]
    unstable = int((values.real > 0).sum())
    return replace(s, eigenvalues=values, unstable=unstable, turn=1, crossing=1, rated=lambda: others, arrival=None)


@dataclass(frozen=True)
class Detector:
    """Finds what lies between neighbouring points of a curve.

    Attributes
    ----------
    problem : EquilibriumProblem
    curve : Curve
    zeros : int
        How many eigenvalues stay zero along the curve and are left out.
    """

    problem: EquilibriumProblem
    curve: Curve
    zeros: int = 0

    def station(self, point: CurvePoint) -> Station:
        """Count at a point."""
        s = station(self.problem, self.curve, point)
        return without_zeros(s, self.zeros) if self.zeros else s

    def gaps(self, a: Station, b: Station, halvings: int = 0) -> list[Gap]:
        """The pieces with one special point each, in order.

        Raises
        ------
        EndlessError
            Where the signs are those of errors: each half differs again.
        """
        return list(self._gaps(a, b, halvings, 0, iter(range(MOST))))

    def _gaps(self, a: Station, b: Station, halvings: int, looks: int, left: Iterator[int]) -> Iterator[Gap]:
        kind = _single(a, b)
        if kind is not None and halvings >= SURE:
            yield Gap(kind, a, b)
            return
        is_same = _counts(a) == _counts(b)
        part: float | None = 0.5
        if is_same:
            part = None if looks >= LOOKS else self._nearest(a, b)
            if part is None:
                return
        is_short = length_of((b.point.u - a.point.u) / self.curve.units) < SHORTEST
        middle = None if is_short or halvings >= HALVINGS else self.curve.between(a.point, b.point, part or 0.5)
        if middle is None:
            if not is_same and _is_possible(a, b):
                yield Gap(kind or _several(a, b), a, b, is_resolved=kind is not None)
            return
        if next(left, None) is None:
            raise EndlessError("Each half of a step differs again.")
        m = self.station(middle)
        if not m.turn or not m.crossing:  # the very point: look beside it
            aside = self.curve.between(a.point, b.point, 0.53)
            m = m if aside is None else self.station(aside)
        looks += is_same
        yield from self._gaps(a, m, halvings + 1, looks, left)
        yield from self._gaps(m, b, halvings + 1, looks, left)

    def _nearest(self, a: Station, b: Station) -> float | None:
        near = touches(self.curve, a, b)
        return min(near, key=lambda f: f[1])[0] if near else None


def touches(curve: Curve, a: Station, b: Station) -> list[tuple[float, float]]:
    """At which parts of the way an eigenvalue, or the turn of the curve, may touch zero, and how near each comes."""
    count = min(len(a.rates), len(b.rates))  # those of delays are not always as many
    values = [s.eigenvalues.real[:count] for s in (a, b)]
    return touching(curve, a, b, values, [s.rates[:count] for s in (a, b)])


def touching(
    curve: Curve, a: Station, b: Station, values: Sequence[Array], rates: Sequence[Array]
) -> list[tuple[float, float]]:
    """The same of some eigenvalues: cubics by their real parts and the rates of these at both ends, (count,) each."""
    way = (b.point.u - a.point.u) / curve.units
    length = length_of(way)
    found, is_bent = [], False
    # in plain numbers: with a few states NumPy would take most of the time of a branch here
    for here, there, start, end in zip(*(v.tolist() for v in (*values, *rates)), strict=True):
        cubic = _cubic(here, there - here, length * start, length * end)
        is_bent = is_bent or abs(cubic[3]) > BENT * min(abs(here), abs(there))
        found.append(_touch(*cubic))
    start, end = (float(s.point.tangent[-1] / curve.units[-1] * length) for s in (a, b))
    mean = float(way[-1])
    found.append(_touch(start, 6 * mean - 4 * start - 2 * end, 3 * (start + end - 2 * mean), 0.0))
    if is_bent:
        found.append((0.5, NEAR))
    return [f for f in found if f is not None]


def _cubic(value: float, rise: float, start: float, end: float) -> tuple[float, float, float, float]:
    """The coefficients over [0, 1] of a cubic with a value at 0, its rise, and its slopes at both ends."""
    return value, start, 3 * rise - 2 * start - end, start + end - 2 * rise


def _may_touch(c0: float, linear: float, square: float, cube: float) -> bool:
    """Whether a cubic may come near zero over [0, 1]: it lies between its four Bernstein coefficients."""
    last = c0 + linear + square + cube
    inner = c0 + linear / 3, c0 + (2 * linear + square) / 3
    least = NEAR * max(abs(c0), abs(last)) + UNSURE * abs(cube)
    return not (
        (c0 > least and last > least and inner[0] > least and inner[1] > least)
        or (c0 < -least and last < -least and inner[0] < -least and inner[1] < -least)
    )


def _touch(c0: float, linear: float, square: float, cube: float) -> tuple[float, float] | None:
    """Where a cubic over [0, 1] is nearest to zero inside, and how near relative to its ends; None where it is not."""
    if not _may_touch(c0, linear, square, cube) or not isfinite(linear + square + cube + c0):
        return None
    ends = c0, c0 + linear + square + cube
    size = max(abs(ends[0]), abs(ends[1]))
    if not size:
        return None
    c1, c2, c3 = linear, 2 * square, 3 * cube
    root = c2 * c2 - 4 * c1 * c3
    if root < 0:
        return None
    q = -(c2 + copysign(sqrt(root), c2)) / 2
    best: tuple[float, float] | None = None
    for up, down in ((q, c3), (c1, q)):
        x = up / down if down else -1.0
        if 0.0 < x < 1.0:
            value = c0 + x * (linear + x * (square + x * cube))
            beyond = value * ends[0] <= 0 or value * ends[1] <= 0
            near = 0.0 if beyond else max(abs(value) - UNSURE * abs(cube), 0.0) / size
            if near < NEAR and (best is None or near < best[1]):
                best = min(max(x, 0.05), 0.95), near
    return best


def _counts(s: Station) -> tuple[int, int, int]:
    return s.unstable, s.turn, s.crossing


def _single(a: Station, b: Station) -> str | None:
    """The kind of the only thing between two points, or None: nothing, or more than one."""
    change, turns, crosses = abs(b.unstable - a.unstable), a.turn != b.turn, a.crossing != b.crossing
    if turns and not crosses and change == 1:
        return "fold"
    if crosses and not turns and change == 1:
        return "branch point"
    if change == 2 and not turns and not crosses:
        return "hopf" if _rotates(a, b) else None
    return None


def _rotates(a: Station, b: Station) -> bool:
    """Whether the two eigenvalues that cross are a pair on both sides."""
    k = min(a.unstable, b.unstable)
    return all(
        abs(s.eigenvalues[k].imag) > 0 and np.isclose(s.eigenvalues[k], s.eigenvalues[k + 1].conj()) for s in (a, b)
    )


def _is_possible(a: Station, b: Station) -> bool:
    """Whether the counts agree with the signs: the determinant of the Jacobian is the product of its eigenvalues.

    Where they do not, one of these is zero but for rounding errors, and nothing crosses.
    """
    signs = a.turn * b.turn * a.crossing * b.crossing
    return bool(not signs or (b.unstable - a.unstable) % 2 == (signs < 0))


def _several(a: Station, b: Station) -> str:
    """What to call things that lie closer together than can be told."""
    if a.crossing != b.crossing:
        return "branch point"
    if a.turn != b.turn:
        return "fold"
    return "hopf" if _rotates(a, b) else "branch point"
