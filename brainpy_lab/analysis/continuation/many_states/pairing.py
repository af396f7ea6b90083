"""Which eigenvalue at one point of a branch is which at the next, and which of them may touch the axis in between.

How fast each one moves is had from all eigenvalues a little farther on, which in hundreds of states takes as long as
all else at a point. There it is asked only of those that may have come to the axis and gone back within the step: they
depart from a straight way, as is seen when their way is compared with that in the step before.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.continuation.detection import LARGE, MANY, WAY, Arrival, Station, touching
from brainpy_lab.analysis.continuation.normal_form import at_zero
from brainpy_lab.analysis.vector_field import Array

Places = NDArray[np.int_]

#: An eigenvalue with a constant acceleration departs from the straight way by an eighth of it, times the square of the
#: length. One that is farther from the axis than this part is taken not to come to it.
DEPARTURE = 1.0

#: An acceleration is forgotten by this factor in each step: an eigenvalue that swings may look as if it had none.
KEPT = 0.5

#: Eigenvalues nearer than this, relative to 1 and their size, share eigenvectors but for rounding errors.
BESIDE = 1e-4

#: From this part of the eigenvalues on, all of them are moved at once.
PART = 0.05


def arriving(curve: Curve, a: Station, b: Station) -> Station:
    """The station ``b``, which says how its eigenvalues came from those at ``a``."""
    finite = np.isfinite(a.eigenvalues).all() and np.isfinite(b.eigenvalues).all()
    if len(a.eigenvalues) < MANY or len(a.eigenvalues) != len(b.eigenvalues) or not finite:
        return b
    return replace(b, arrival=_arrival(curve, a, b))


def way_between(curve: Curve, a: Station, b: Station) -> Arrival:
    """How the eigenvalues at ``b`` came from those at ``a``."""
    return b.arrival if b.arrival is not None and b.arrival.origin is a.point else _arrival(curve, a, b)


def may_touch(problem: EquilibriumProblem, curve: Curve, a: Station, b: Station, way: Arrival, of: Places) -> bool:
    """Whether one of the eigenvalues ``of`` at ``a``, or the turn of the curve, may touch zero on the way to ``b``."""
    there = way.partners[of]
    first, last = a.eigenvalues.real[of], b.eigenvalues.real[there]
    departure = DEPARTURE * way.accelerations[there] * way.length**2
    near = (np.minimum(np.abs(first), np.abs(last)) < departure) | (problem.n < LARGE)
    rates = [_rates(problem, a, of[near]), _rates(problem, b, there[near])]
    return bool(touching(curve, a, b, [first[near], last[near]], rates))


def _arrival(curve: Curve, a: Station, b: Station) -> Arrival:
    partners = _assigned(a, b)
    length = float(np.linalg.norm((b.point.u - a.point.u) / curve.units))
    velocities, accelerations = np.empty_like(b.eigenvalues), np.full(len(partners), np.inf)
    velocities[partners] = (b.eigenvalues[partners] - a.eigenvalues) / length
    before = a.arrival
    if before is not None:
        change = np.abs(velocities[partners] - before.velocities) / ((length + before.length) / 2)
        kept = np.where(np.isfinite(before.accelerations), KEPT * before.accelerations, 0.0)
        accelerations[partners] = np.maximum(change, kept)
    return Arrival(a.point, partners, length, velocities, accelerations)


def _assigned(a: Station, b: Station) -> Places:
    from scipy.optimize import linear_sum_assignment

    first, last = a.eigenvalues, b.eigenvalues
    distance = np.abs(first[:, None] - last[None])
    # one above the axis never becomes one below it
    distance = np.where(first.imag[:, None] * last.imag[None] < 0, 1e6 * (1 + distance), distance)
    return np.asarray(linear_sum_assignment(distance)[1])


def _rates(problem: EquilibriumProblem, s: Station, of: Places) -> Array:
    """How fast the real parts of some eigenvalues change: by w·A'v/w·v, with the left and the right eigenvector."""
    values = s.eigenvalues
    if not len(of):
        return np.empty(0)
    upper = values[of].real + 1j * np.abs(values[of].imag)
    own, places = np.unique(upper, return_inverse=True)
    if "rates" in vars(s) or len(own) > PART * len(values) or _shares(values, own):
        return np.asarray(s.rates[of])
    matrix = problem.jacobian(s.point.u)
    moved = (problem.jacobian(s.point.u + WAY * s.point.tangent) - matrix) / WAY
    unit = np.eye(problem.n)
    found = np.empty(len(own))
    for k, value in enumerate(own):
        left, right = at_zero(matrix - value * unit)
        found[k] = (np.vdot(left, moved @ right) / np.vdot(left, right)).real
    return np.asarray(found[places])


def _shares(values: NDArray[np.complex128], of: NDArray[np.complex128]) -> bool:
    """Whether another eigenvalue stands beside one of some."""
    near = np.abs(of[:, None] - values[None]) < BESIDE * (1 + np.abs(of[:, None]))
    return bool((near.sum(axis=1) > 1).any())
