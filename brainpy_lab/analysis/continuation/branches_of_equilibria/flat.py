"""Steps of a branch on which an eigenvalue is zero all along, and its sign that of errors.

It is so where equilibria are multiple roots, and where something is conserved or symmetric that has not been reduced.
What an error is is measured, not guessed: Newton's method comes to the point a second time from elsewhere, and an
eigenvalue that is no larger than what this changes is zero. A slow variable's eigenvalue may be far smaller than the
others and is not: it comes out the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve, CurvePoint
from brainpy_lab.analysis.continuation.detection import Station
from brainpy_lab.analysis.newton import Zero, newton
from brainpy_lab.analysis.vector_field import Array

#: An eigenvalue above this part of the largest is not asked for its error, except where it is the only one.
SMALL = 1e-6

#: From how far Newton's method comes again, in units; a point attracts it that it comes nearer to by the second factor.
#: Else it comes from nearer by as much, so many times.
FROM, NEARER, ATTEMPTS = 1e-3, 0.1, 6

#: An eigenvalue below so many times its error is zero.
SURE = 1e3

#: Rounding errors of eigenvalues, relative to the Jacobian, a state.
ROUNDING = 1e-15

#: A branch is level where its parameter moves by less than this part of what moves most: beside a pitchfork of high
#: order it is, and its eigenvalue comes near zero by itself.
LEVEL = 1e-3


def zeros_between(problem: EquilibriumProblem, curve: Curve, a: Station, b: Station) -> int:
    """How many eigenvalues stay zero along a step: those that are zero, but for errors, at both of its ends."""
    way = np.abs(b.point.u - a.point.u) / curve.units
    if not way[-1] > LEVEL * way.max() or not (_may_be_flat(a) and _may_be_flat(b)):
        return 0
    return min(_zeros(problem, curve, s) for s in (a, b))


def is_multiple(problem: EquilibriumProblem, curve: Curve, s: Station) -> bool:
    """Whether the equilibrium at a station is a multiple root, but for errors."""
    return _may_be_flat(s) and _zeros(problem, curve, s) > 0


def said_of_zeros(name: str, parameter: float) -> str:
    """What is said where an eigenvalue stays zero."""
    return (
        f"Near {name} = {parameter:.6g} an eigenvalue of the equilibria stays zero, as where they are multiple roots "
        "or something is conserved: folds and branch points are not told there, and stability is that by the other "
        "eigenvalues."
    )


def _may_be_flat(s: Station) -> bool:
    sizes = np.abs(s.eigenvalues)
    return bool(np.isfinite(sizes).all() and (len(sizes) == 1 or sizes.min() <= SMALL * sizes.max()))


def _zeros(problem: EquilibriumProblem, curve: Curve, s: Station) -> int:
    """How many eigenvalues at a station are zero but for errors."""
    sizes = np.sort(np.abs(s.eigenvalues))
    errors = SURE * _errors(problem, curve, s.point, sizes)
    is_zero = sizes <= np.maximum(errors, ROUNDING * len(sizes) * max(sizes[-1], _norm(problem, s.point.u)))
    if len(sizes) > 1:
        is_zero &= sizes <= SMALL * sizes[-1]
    return int(np.argmin(np.append(is_zero, False)))


def _norm(problem: EquilibriumProblem, u: Array) -> float:
    """Of the Jacobian in units in which rows and columns are alike: that of its rounding errors."""
    from scipy.linalg import matrix_balance

    slopes = problem.jacobian(u)
    return float(np.linalg.norm(matrix_balance(slopes, permute=False)[0])) if np.isfinite(slopes).all() else 0.0


def _errors(problem: EquilibriumProblem, curve: Curve, point: CurvePoint, sizes: Array) -> Array:
    """How much the sizes of the eigenvalues at a point change as Newton's method comes to it from either side."""
    z, along = point.u / curve.units, point.tangent / curve.units
    # no two states alike: what is symmetric may have its zeros where all move together
    way = np.linspace(1.0, 0.5, len(z))
    least = np.full(len(sizes), np.inf)
    is_slow = False
    for side in (1.0, -1.0):
        zero = _again(curve, z, along, side * way)
        if zero is None:
            continue
        if not zero.converged:
            is_slow = True
            continue
        values = problem.eigenvalues(zero.point * curve.units)
        if len(values) == len(sizes):
            least = np.minimum(least, np.abs(np.sort(np.abs(values)) - sizes))
    return least if is_slow else np.where(np.isfinite(least), least, 0.0)


def _again(curve: Curve, z: Array, along: Array, way: Array) -> Zero | None:
    """Where Newton's method leads from beside a point; None where that is elsewhere.

    From beside a multiple root it comes nearer by a constant factor, or stops where the residual is lost in rounding.
    It may be so beside another equilibrium too, and from nearer than that it is not.
    """
    system = curve.scaled.bordered(along[None], z)
    distance = FROM
    for attempt in range(ATTEMPTS):
        zero = newton(system, z + distance * way, curve.tolerance)
        off = float(np.abs(zero.point - z).max())
        if zero.converged and off <= NEARER * distance:
            return zero
        if not attempt and not off < FROM:
            return None
        distance *= NEARER
    return replace(zero, converged=False)
