"""Folds of third order: the branch stands across its parameter, and goes on without turning back.

There two folds have met: with a second parameter it is a cusp. Nothing changes in the counts of eigenvalues, which only
touch zero, and rounding errors make one fold of it, two, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve, CurvePoint
from brainpy_lab.analysis.continuation.locating import ROUNDING, Located, described
from brainpy_lab.analysis.vector_field import Array

#: Half the way along which a fold is looked at, in units.
WAY = 1e-3

#: The parameter's part of the tangent is zero when it is below this, where it is least.
ACROSS = 1e-9

#: Near a fold of third order the part grows by the square of the way: known to this part of a piece, its least value is
#: far below this part of that at the ends.
ROUGHLY, SHALLOW = 0.02, 0.01

#: A point is looked at where a parabola through the parts at three neighbours comes below this, relative to the least.
PROMISING = 0.3


def of_third_order(problem: EquilibriumProblem, curve: Curve, fold: Located) -> Located:
    """The fold, or the cusp that it is: a fold at which the branch does not turn."""
    ends = _beside(curve, fold.u)
    return fold if ends is None else _least(problem, curve, *ends) or fold


def flattest(problem: EquilibriumProblem, curve: Curve, points: Sequence[CurvePoint]) -> list[Located]:
    """Folds of third order along a branch, where no fold has been found."""
    parts = np.array([abs(p.tangent[-1]) / np.linalg.norm(p.tangent / curve.units) for p in points]) / curve.units[-1]
    values = np.array([p.parameter for p in points])
    found = []
    for k in range(1, len(points) - 1):
        before, here, after = parts[k - 1 : k + 2]
        goes_on = (values[k] - values[k - 1]) * (values[k + 1] - values[k]) > 0
        if here <= min(before, after) and goes_on and _parabola(before, here, after) < PROMISING * here:
            pieces = (points[k - 1], points[k]), (points[k], points[k + 1])
            cusps = (c for a, b in pieces if (c := _least(problem, curve, a, b)) and _beside(curve, c.u) is not None)
            found += list(islice(cusps, 1))
    return found


def _parabola(before: float, here: float, after: float) -> float:
    """The least value of the parabola through three values at equal distances."""
    bend, slope = before - 2 * here + after, (after - before) / 2
    return here - slope**2 / (2 * bend) if bend > 0 else here


def _beside(curve: Curve, u: Array) -> tuple[CurvePoint, CurvePoint] | None:
    """Points of the curve on both sides of one, where it does not turn between them."""
    middle = curve.with_tangent(u, np.eye(1, len(u), len(u) - 1)[0])
    if middle is None:
        return None
    ends = []
    for side in (-1, 1):
        guess = middle.u + side * WAY * middle.tangent
        v = curve.corrected(guess, middle.tangent / curve.units)
        end = None if v is None else curve.with_tangent(v, middle.tangent)
        if end is None:
            return None
        ends.append(end)
    return (ends[0], ends[1]) if ends[0].tangent[-1] * ends[1].tangent[-1] > 0 else None


def _least(problem: EquilibriumProblem, curve: Curve, a: CurvePoint, b: CurvePoint) -> Located | None:
    """The point between two others at which the branch stands across its parameter without turning, if there is one."""
    from scipy.optimize import minimize_scalar

    along = b.u - a.u
    sign = np.sign(along[-1])
    best: tuple[float, Array] = (np.inf, a.u)

    def turn(part: float) -> float:
        nonlocal best
        point = curve.between(_along(a, along, curve), _along(b, along, curve), part)
        if point is None:
            return np.inf
        value = float(sign * point.tangent[-1] / curve.units[-1])
        best = min(best, (value, point.u), key=lambda pair: pair[0])
        return value

    ends = max(turn(0.0), turn(1.0))
    for precision in (ROUGHLY, 1e-9):
        minimize_scalar(turn, bounds=(0.0, 1.0), method="bounded", options={"xatol": precision})
        if not best[0] < SHALLOW * ends:
            return None
    value, u = best
    return (
        described(problem, "cusp", np.where(np.abs(u) < ROUNDING * curve.units, 0.0, u))
        if abs(value) < ACROSS
        else None
    )


def _along(point: CurvePoint, way: Array, curve: Curve) -> CurvePoint:
    """The point with its tangent on the side of a way."""
    side = 1.0 if float((point.tangent / curve.units) @ (way / curve.units)) >= 0 else -1.0
    return CurvePoint(point.u, side * point.tangent / np.linalg.norm(point.tangent / curve.units))
