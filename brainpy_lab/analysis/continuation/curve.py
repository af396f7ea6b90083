"""Following a curve of zeros: F(U) = 0 with one unknown more than equations.

Each step goes along the tangent and is corrected by Newton's method in the plane across it (pseudo-arclength), so that
the curve may turn back in its parameter, which is the last unknown. Lengths are measured in units of the unknowns that
grow with the range seen: a voltage of 60 and a gate of 0.01 count alike.

References: H. B. Keller (1977). Numerical solution of bifurcation and nonlinear eigenvalue problems. Applications of
Bifurcation Theory, 359-384. E. L. Allgower, K. Georg (2003). Introduction to Numerical Continuation Methods, chapters
2-6. doi:10.1137/1.9780898719154
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import acos, copysign
from typing import Any, ClassVar, Protocol

import numpy as np

from brainpy_lab.analysis.continuation.leaving import Leaving
from brainpy_lab.analysis.cycles.rotations import whole_turns
from brainpy_lab.analysis.newton import Solvable, Zero, length_of, newton, solve
from brainpy_lab.analysis.roots import passing
from brainpy_lab.analysis.scaling import power_of_two
from brainpy_lab.analysis.vector_field import Array, Range

#: The first step, relative to the longest: a wrong guess of the units costs a few doublings.
FIRST = 0.1

#: The shortest step, relative to the longest.
SHORTEST = 1e-7

#: The most by which the tangent turns in a step, in radians: a turn is then seen in ten points or more.
TURN = 0.3

#: A step after which no more iterations were needed, and the tangent turned by less than this part of the most, is
#: followed by a longer one.
EASY_ITERATIONS, EASY, LONGER = 3, 0.4, 1.5

#: A point this near to a border, relative to the range, is moved onto it.
EDGE = 1e-9

#: A direction with a part of the parameter below this is that of a fold: on a border, the curve only touches it there.
FLAT = 1e-7

#: Steps that stay short where a longer one has led to another branch.
CAREFUL = 60

#: Most points of a curve; one that is longer turns for ever.
MOST_POINTS = 20000

#: Equations are solved at a point if they are off by less than this part of their slopes.
SOLVED = 1e-9


class Followed(Solvable, Protocol):
    """A problem with one unknown more than equations, such as `ZeroProblem`."""

    def in_units(self, unknowns: Array, equations: Array) -> Followed:
        """The same for unknowns in units."""

    def bordered(self, rows: Array, at: Array) -> Followed:
        """The same with further rows below."""


@dataclass(frozen=True)
class CurvePoint:
    """A point of a curve.

    Attributes
    ----------
    u : ndarray, shape (size,)
        The unknowns, the parameter last.
    tangent : ndarray, shape (size,)
        The direction in which the curve is followed, of length one in the units of the curve.
    slopes : optional
        The derivatives of the equations there, where they have just been taken.
    """

    u: Array
    tangent: Array
    slopes: Any = field(default=None, repr=False, compare=False)

    @property
    def parameter(self) -> float:
        """The last unknown."""
        return float(self.u[-1])


@dataclass
class Curve:
    """What is followed, and in which units.

    Attributes
    ----------
    problem : Followed
        Of n equations for n + 1 unknowns.
    range : (float, float)
        Of the parameter; the curve ends exactly on its borders.
    units : ndarray, shape (size,)
        Of the unknowns.
    longest : float
        The longest step.
    tolerance : float
        Of Newton's method, relative to the units.
    most : int
        Points at most.
    parameters : int
        How many of the last unknowns are parameters: their units stay.
    turns : ndarray, shape (size,)
        Of unknowns that are angles, what a turn is, and zero of others: a curve that comes back to its start some turns
        further is closed. Empty where there are none.
    end : str
        Why the curve ended, when it has: "border", "closed", "far", "steps", "points".
    """

    #: By how much the tangent turns in a step at most, and how many iterations an easy one takes.
    most_turn: ClassVar[float] = TURN
    easy_iterations: ClassVar[int] = EASY_ITERATIONS

    #: Steps of Newton's method at most: where it takes more, the step was too long.
    most_iterations: ClassVar[int] = 8

    problem: Followed
    range: Range
    units: Array
    longest: float = 0.1
    tolerance: float = 1e-10
    most: int = MOST_POINTS
    parameters: int = 1
    turns: Array = field(default_factory=lambda: np.empty(0))
    end: str = ""
    _scaled: Followed | None = field(default=None, repr=False)
    _low: Array = field(default_factory=lambda: np.empty(0), repr=False)
    _high: Array = field(default_factory=lambda: np.empty(0), repr=False)
    _leaving: Leaving = field(default_factory=lambda: Leaving(np.empty(0), np.empty(0)), repr=False)

    def point(self, u: Array, along: Array) -> CurvePoint | None:
        """The curve's point with the parameter of ``u`` or, where that is a turn, near it; None where there is none."""
        found = self.at_parameter(u)
        if found is None:
            found = self.corrected(u, None)
        return None if found is None else self.with_tangent(found, along)

    @property
    def spans(self) -> Array:
        """The widths of the ranges of the parameters."""
        return np.array([self.range[1] - self.range[0]])

    @property
    def first(self) -> float:
        """The length of the first step."""
        return FIRST * self.longest

    def steps(self, start: CurvePoint) -> Iterator[CurvePoint]:
        """Points from ``start`` on (which is not among them), until the curve ends; `end` says why it did."""
        self._low, self._high = start.u.copy(), start.u.copy()
        self._leaving = Leaving(np.abs(start.u) + self.units, self.spans)
        yield from self._steps(start, start, self.first, self.longest)

    def resumed(self, start: CurvePoint, origin: CurvePoint, careful: float) -> Iterator[CurvePoint]:
        """The same from a later point of the curve on: its first `CAREFUL` steps are no longer than ``careful``."""
        yield from self._steps(start, origin, careful, careful)

    def _steps(self, start: CurvePoint, origin: CurvePoint, step: float, longest: float) -> Iterator[CurvePoint]:
        self.end = ""
        # units may have grown since its tangent was made: on the way out, before the way back
        here, reach = self._with_unit_tangent(start), longest
        for number in range(self.most):
            there = self._next(here, step)
            if there is None:
                step /= 2
                reach = step
                if step < SHORTEST * self.longest:
                    self.end = "steps"
                    return
                continue
            point, growth = there
            if not self._is_inside(point):
                if step < reach and self._stays_beside(here, point):
                    step = min(2 * step, reach)
                    continue
                last = self._at_border(here, point)
                if (last is None or not self._leads_to(here, last)) and step > SHORTEST * self.longest:
                    step /= 2
                    reach = step
                    continue
                self.end = "border"
                if last is not None and length_of(self._scale(last.u - here.u)) > EDGE:
                    yield last
                return
            begin = self._turned(origin, here)
            if number > 2 and self._passes(begin, here, point):
                self.end = "closed"
                yield CurvePoint(begin.u, begin.tangent)
                return
            yield point
            self.end = self._reached(point)
            if self.end:
                return
            here = self._renewed(point)
            step = min(growth * step, longest if number < CAREFUL else self.longest)
        self.end = "points"

    def between(self, a: CurvePoint, b: CurvePoint, part: float) -> CurvePoint | None:
        """The point between two neighbours that lies at ``part`` of the way from ``a`` to ``b``."""
        chord = self._scale(b.u - a.u)
        length = length_of(chord)
        if not length:
            return a
        zero = self._corrected(self.cubic(a, b, part), chord / length, a.u + part * (b.u - a.u))
        along = chord / length * self.units
        return self.with_tangent(zero.point * self.units, along, zero.slopes) if zero.converged else None

    def cubic(self, a: CurvePoint, b: CurvePoint, s: float) -> Array:
        """At ``s`` of the way from ``a`` to ``b``, or beyond, on the cubic through both points and tangents."""
        h = length_of(self._scale(b.u - a.u))
        return np.asarray(
            (1 + 2 * s) * (1 - s) ** 2 * a.u + s**2 * (3 - 2 * s) * b.u
            + h * s * (1 - s) ** 2 * a.tangent - h * s**2 * (1 - s) * b.tangent
        )  # fmt: skip

    # --- steps -------------------------------------------------------------------------------------------------------

    def _next(self, here: CurvePoint, step: float) -> tuple[CurvePoint, float] | None:
        """The next point and by how much the step after it is to be longer, or None where the step is too long."""
        guess = self._guess(here, step)
        along = self._scale(here.tangent)
        start = self._scale(guess)
        zero = newton(self.scaled.bordered(along[None], start), start, self.tolerance, self.most_iterations)
        if not zero.converged or length_of(zero.point - self._scale(guess)) > step:
            return None
        point = self.with_tangent(zero.point * self.units, here.tangent, zero.slopes)
        if point is None:
            return None
        turn = acos(min(max(float(along @ self._scale(point.tangent)), -1.0), 1.0))
        if turn > self.most_turn and step > 4 * SHORTEST * self.longest:
            return None
        growth = self._growth(step, turn)
        return point, growth if zero.iterations <= self.easy_iterations else min(growth, 1.0)

    def _growth(self, step: float, turn: float) -> float:
        """By how much the step is to be longer after one on which the tangent has turned."""
        return LONGER if turn < EASY * self.most_turn else 1.0

    def _guess(self, here: CurvePoint, step: float) -> Array:
        """Where the curve is expected to be a step farther."""
        return here.u + step * here.tangent

    def _reached(self, point: CurvePoint) -> str:
        """Why the curve ends at a point, if it does."""
        return "far" if self._leaving.sees(point.u, point.tangent) else ""

    def _is_inside(self, point: CurvePoint) -> bool:
        low, high = self.range
        edge = EDGE * (high - low)  # so near to the border the next step would be one of rounding errors
        return bool(low + edge < point.parameter < high - edge)

    def _stays_beside(self, here: CurvePoint, point: CurvePoint) -> bool:
        """Whether a step from the border has gone inwards, and not far enough: at a cusp it takes a long one."""
        low, high = self.range
        return not self._is_inside(here) and low < point.parameter < high

    def _at_border(self, inside: CurvePoint, outside: CurvePoint) -> CurvePoint | None:
        """The point on the border between two others."""
        border = min(self.range, key=lambda b: abs(b - outside.parameter))
        way = outside.parameter - inside.parameter
        part = min(max((border - inside.parameter) / way, 0.0), 1.0) if way else 0.0
        guess = inside.u + part * (outside.u - inside.u)
        guess[-1] = border
        found = self.at_parameter(guess)
        far = length_of(self._scale(outside.u - inside.u))
        if found is None or length_of(self._scale(found - guess)) > far:
            found = self._passing(inside, outside, border)
        if found is None:
            return self._crossed(inside, outside, border)
        found[-1] = border
        return self.with_tangent(found, inside.tangent)

    def _passing(self, inside: CurvePoint, outside: CurvePoint, value: float) -> Array | None:
        """Where the way between two points passes a value of the parameter: no plane across that parts a cusp."""

        def at(part: float) -> Array | None:
            point = self.between(inside, outside, part)
            return None if point is None else point.u

        return passing(at, value)

    def _crossed(self, inside: CurvePoint, outside: CurvePoint, value: float) -> CurvePoint | None:
        """The same where other branches cross, as they may on a border: no Newton step leads there.

        What lies between two points is a point then if it solves the equations as it is.
        """
        u = passing(lambda part: self.cubic(inside, outside, part), value)
        if u is None:
            return None
        # of one state the slopes are nothing where branches cross: those of the point before tell
        return CurvePoint(np.append(u[:-1], value), inside.tangent) if self._is_solved(u, inside.u) else None

    def _leads_to(self, here: CurvePoint, border: CurvePoint) -> bool:
        """Whether a point on the border is ahead: over a fold beside it a step may pass out again behind its start."""
        low, high = self.range
        if not self._is_inside(here):
            inward = copysign(1.0, (low + high) / 2 - here.parameter) * here.tangent[-1] / self.units[-1]
            return inward < FLAT or length_of(self._scale(border.u - here.u)) > EDGE
        return bool(self._scale(border.u - here.u) @ self._scale(here.tangent) >= 0)

    def _passes(self, start: CurvePoint, a: CurvePoint, b: CurvePoint) -> bool:
        """Whether the way from ``a`` to ``b`` leads through ``start``."""
        way, first = self._scale(b.u - a.u), self._scale(start.u - a.u)
        length = length_of(way)
        part = float(first @ way) / length**2
        aside = length_of(first - part * way)
        return (
            0 < part <= 1
            and aside < 0.1 * length
            and float(way @ self._scale(start.tangent)) > 0.9 * length * length_of(self._scale(start.tangent))
        )

    def _turned(self, start: CurvePoint, a: CurvePoint) -> CurvePoint:
        """The start, or the point so many turns further that is nearest to ``a``, if it is one of the curve."""
        if not self.turns.any():
            return start
        there = CurvePoint(start.u + whole_turns(a.u - start.u, self.turns), start.tangent)
        return there if self._is_solved(there.u, there.u) else start

    def _is_solved(self, u: Array, at: Array) -> bool:
        """Whether the equations are solved by ``u``, as far as their slopes ``at`` a point nearby tell."""
        slopes = self.scaled.both(self._scale(at))[1]
        residual = length_of(self.scaled.both(self._scale(u))[0])
        return isinstance(slopes, np.ndarray) and residual <= SOLVED * float(np.linalg.norm(slopes))

    # --- in units ----------------------------------------------------------------------------------------------------

    @property
    def scaled(self) -> Followed:
        """The problem in the curve's units."""
        if self._scaled is None:
            self._scaled = self.problem.in_units(self.units, np.ones(len(self.units) - 1))
        return self._scaled

    def _scale(self, u: Array) -> Array:
        result: Array = u / self.units
        return result

    def _renewed(self, point: CurvePoint) -> CurvePoint:
        """The point, after units have grown where more than twice as much was seen; those of parameters stay."""
        self._low, self._high = np.minimum(self._low, point.u), np.maximum(self._high, point.u)
        seen = self._high - self._low
        grown = seen * np.sqrt(len(seen) - 1) > 2 * self.units
        grown[-self.parameters :] = False
        if not grown.any():
            return point
        self.units = np.where(grown, power_of_two(seen * np.sqrt(len(seen) - 1)), self.units)
        self._scaled = None
        return self._with_unit_tangent(point)

    def _with_unit_tangent(self, point: CurvePoint) -> CurvePoint:
        return CurvePoint(point.u, point.tangent / length_of(self._scale(point.tangent)))

    def at_parameter(self, guess: Array) -> Array | None:
        """The zero near ``guess`` with its value of the parameter."""
        across = np.zeros(len(guess))
        across[-1] = 1.0
        return self.corrected(guess, across)

    def corrected(self, guess: Array, plane: Array | None, through: Array | None = None) -> Array | None:
        """The zero near ``guess`` in a plane across ``plane``, or the nearest one where that is None."""
        zero = self._corrected(guess, plane, through)
        return zero.point * self.units if zero.converged else None

    def _corrected(self, guess: Array, plane: Array | None, through: Array | None = None) -> Zero:
        start = self._scale(guess)
        problem = self.scaled
        if plane is not None:
            problem = problem.bordered(plane[None], start if through is None else self._scale(through))
        return newton(problem, start, self.tolerance)

    def with_tangent(self, u: Array, along: Array, slopes: Any = None) -> CurvePoint | None:
        """The point with its tangent, on the side of ``along``.

        ``slopes``, if known, are those of the scaled problem there, with ``along`` as the row below.
        """
        old = self._scale(along) / length_of(self._scale(along))
        if slopes is None:
            slopes = self.scaled.bordered(old[None], self._scale(u)).both(self._scale(u))[1]
        right = np.zeros(len(u))
        right[-1] = 1.0
        try:
            tangent = solve(slopes, right)
        except np.linalg.LinAlgError:
            tangent = np.linalg.svd(slopes[:-1])[2][-1]
            tangent = tangent if tangent @ old >= 0 else -tangent
        if not np.isfinite(tangent).all():
            return None
        return CurvePoint(u, tangent / length_of(tangent) * self.units, slopes)
