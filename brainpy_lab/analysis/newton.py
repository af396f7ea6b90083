"""Newton's method for zero problems: from one point, with borders, and from many points at once.

Near a zero with a regular Jacobian each error is of the order of the square of that before. At a singular one steps
shrink by a constant factor only; `to_multiple` extrapolates them. One point: full steps, which continuation takes from
a good guess. Many points: damped steps, which a search takes from anywhere.

References: C. T. Kelley (2003). Solving Nonlinear Equations with Newton's Method, chapters 1 and 2.
doi:10.1137/1.9780898718898. Bordered systems: W. J. F. Govaerts (2000). Numerical Methods for Bifurcations of Dynamical
Equilibria, chapter 3. doi:10.1137/1.9780898719543
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.analysis.zero_problem import ZeroProblem

#: The last step of an iteration that has converged, relative to 1 + |U|. The error left is about its square.
TOLERANCE = 1e-10

#: Full steps from one point; with a good guess three to five are enough.
MOST_STEPS = 12

#: A step this many times the first one leads away: the rule of AUTO (E. J. Doedel et al., AUTO-07p, 2007).
LEADS_AWAY = 20.0

#: A step this much shorter than the one before is one of an iteration that converges; the next one, foretold by the
#: two, is not taken when it is below this part of the tolerance.
QUADRATIC, SURE = 1e-2, 1e-2

#: Steps by the slopes of an earlier point are taken as long as each is shorter than this part of the one before.
CONTRACTS, MOST_CHORDS = 0.1, 4

#: Of large problems a point is a zero, as far as numbers go, whose residual is no more than so many times what the last
#: bits of the point make: the smallest cycles beside a Hopf point are known to 1e-8 where large rates cancel.
ROUNDING = 8.0

#: A damped step shorter than this part of the point is the last. Towards a zero at 0 itself none is: where the slope is
#: infinite, as of sqrt(abs(x)), only 0 shows it.
LAST = 1e-10

#: Pairs of steps towards a multiple zero; extrapolated, ten or so leave rounding errors.
MOST_CYCLES = 40

#: A step solves its linear system when it leaves no more than this part of the residual: else the zero is not there.
#: Steps of regular systems leave 1e-10 or less, those of least norm beside a singular one leave all there is.
UNSOLVED = 0.5


class Solvable(Protocol):
    """What Newton's method needs of a problem.

    Where its slopes solve for themselves, and again in far less time than it takes to find them, it may have a method
    ``value(u)`` that gives F alone: further steps are then taken with the slopes of an earlier point.
    """

    def both(self, u: Array) -> tuple[Array, Any]:
        """F, and its derivatives: an array, or an object with the method ``solve(right)``."""


@dataclass(frozen=True)
class Zero:
    """Where Newton's method came from one point.

    Attributes
    ----------
    point : ndarray, shape (size,)
    converged : bool
    iterations : int
        Steps taken, without those with the slopes of the one before.
    residual : float
        The largest component of F at the point, without its sign; nan where F cannot be evaluated.
    slopes : ndarray, shape (n_equations, size), or what solves in its place
        The derivatives of F at the point.
    """

    point: Array
    converged: bool
    iterations: int
    residual: float
    slopes: Any


@dataclass(frozen=True)
class Zeros:
    """Where Newton's method came from many points: one entry of each array a point.

    Attributes
    ----------
    points : ndarray, shape (size, n_points)
        nan where it broke down.
    converged : ndarray of bool, shape (n_points,)
    iterations : ndarray of int, shape (n_points,)
        Steps taken, those refused not counted.
    residuals : ndarray, shape (n_points,)
        The largest component of F at each point, without its sign.
    """

    points: Array
    converged: NDArray[np.bool_]
    iterations: NDArray[np.int_]
    residuals: Array


@np.errstate(all="ignore")
def newton(problem: Solvable, start: Array, tolerance: float = TOLERANCE, most: int = MOST_STEPS) -> Zero:
    """A zero of ``problem`` near ``start``, by full steps.

    With more unknowns than equations the steps are those of least norm, and lead to a zero near ``start`` on the set of
    zeros (Moore and Penrose's corrector); `ZeroProblem.bordered` says which zero.

    Parameters
    ----------
    problem : ZeroProblem, or what gives slopes that solve for themselves
    start : array, shape (size,)
    tolerance : float
        It has converged when a step is no longer than this in any component, relative to 1 + |U|; the step is taken.
        With slopes that solve for themselves also when the next one would be far shorter, or when it gives up at a
        residual of rounding errors.
        Unknowns far smaller than one are to be put in units of their own size first: `ZeroProblem.in_units`.
    most : int
        It gives up after so many steps.
    """
    point = np.array(start, dtype=float)
    value, slopes = problem.both(point)
    value_at = None if isinstance(slopes, np.ndarray) else getattr(problem, "value", None)
    first = before = np.inf
    for taken in range(1, most + 1):
        step, solves = _step(slopes, value)
        length = _length(step, point)
        if taken == 1:
            first = max(length, tolerance)
        # before the step is taken: `not`, so that a length of nan leads away too
        if not length <= LEADS_AWAY * first:
            return Zero(point, _is_rounding(problem, point, value, slopes), taken - 1, _size(value), slopes)
        point = point + step
        is_last = length <= tolerance or not solves
        if not is_last and value_at is not None:
            point, is_last = _by_chords(value_at, slopes, point, length, tolerance)
        elif not is_last and taken > 1 and not isinstance(slopes, np.ndarray):
            # each step is as the square of that before: the next one is known without being taken, where that costs
            is_last = length < QUADRATIC * before and length**3 <= SURE * tolerance * before**2
        value, slopes = problem.both(point)
        before = length
        if is_last:
            return Zero(point, solves and bool(np.isfinite(value).all()), taken, _size(value), slopes)
    return Zero(point, _is_rounding(problem, point, value, slopes), most, _size(value), slopes)


def _is_rounding(problem: Solvable, point: Array, value: Array, slopes: Any) -> bool:
    """Whether no step can make the residual of a large problem smaller: the last bits of the point make as much."""
    if isinstance(slopes, np.ndarray):
        return False
    signs = np.where(np.arange(len(point)) % 2, 1.0, -1.0)
    other = problem.both(point * (1 + signs * np.finfo(float).eps))[0]
    return bool(np.linalg.norm(value) <= ROUNDING * np.linalg.norm(other - value))


def _by_chords(
    value_at: Callable[[Array], Array], slopes: Any, point: Array, length: float, tolerance: float
) -> tuple[Array, bool]:
    """Where further steps lead with the slopes from before a step of ``length``, and whether no more are needed."""
    for _ in range(MOST_CHORDS):
        step = -solve(slopes, value_at(point))
        shorter = _length(step, point)
        if not shorter < CONTRACTS * length:
            break
        point = point + step
        # the next one is shorter by the same factor
        if shorter**2 <= SURE * tolerance * length:
            return point, True
        length = shorter
    return point, False


def _length(step: Array, point: Array) -> float:
    """The length of a step, relative to 1 + |U|, in its longest component."""
    return float(np.abs(step / (1 + np.abs(point))).max(initial=0.0))


def _step(slopes: Any, value: Array) -> tuple[Array, bool]:
    """One step, and whether it makes the linearised residual vanish."""
    if not isinstance(slopes, np.ndarray):
        return -solve(slopes, value), True
    if slopes.shape[0] == slopes.shape[1] and isfinite(slopes.sum()):
        step, is_singular = _solved_by_lapack(slopes, value)
        if not is_singular:
            return -step, True
    step = newton_step(slopes[..., None], value[:, None])[:, 0]
    return step, bool(_solved(slopes[..., None], value[:, None], step[:, None])[0])


@np.errstate(all="ignore")
def batched_newton(problem: ZeroProblem, points: Array, most: int, tolerance: float = TOLERANCE) -> Zeros:
    """Zeros of ``problem``, from many points at once, by damped steps.

    A step that makes the residual larger is not taken, and an eighth of it is tried next; after a step that is taken,
    twice the part.

    Parameters
    ----------
    problem : ZeroProblem
        With as many equations as unknowns, in units in which its zeros are of order one.
    points : array, shape (size, n_points)
    most : int
        Steps tried from each point.
    tolerance : float
        A point has converged when the step from it is no longer than this in any component.
    """
    points = points.copy()
    values = problem.residual(points)
    damping = np.ones(points.shape[1])
    iterations = np.zeros(points.shape[1], dtype=int)
    for _ in range(most):
        step = newton_step(problem.jacobian(points), values)
        trial = points + damping * step
        trial_values = problem.residual(trial)
        better = np.linalg.norm(trial_values, axis=0) < np.linalg.norm(values, axis=0)
        # still going: the error after the step may be more than rounding, and fewer than five eighths were refused
        going = (np.abs(step) > LAST * np.abs(points)).any(axis=0) & (damping > 1e-4)
        points = np.where(better, trial, points)
        values = np.where(better, trial_values, values)
        damping = np.where(better, np.minimum(1.0, 2 * damping), damping / 8)
        iterations += better
        if not (going & values.any(axis=0)).any():
            break
    slopes = problem.jacobian(points)
    step = newton_step(slopes, values)
    converged = (np.abs(step) <= tolerance).all(axis=0) & _solved(slopes, values, step)
    return Zeros(points, converged, iterations, np.abs(values).max(axis=0, initial=0.0))


def to_multiple(problem: ZeroProblem, points: Array) -> Array:
    """Newton's iteration with extrapolation, for zeros at which the Jacobian is singular.

    There the steps shrink by a constant factor r, 1 - 1/m at a zero of multiplicity m; after two of them the rest of
    the way is r/(1 - r) times the last.
    """
    function, jacobian = problem.residual, problem.jacobian
    size = np.linalg.norm(function(points), axis=0)
    for _ in range(MOST_CYCLES):
        with np.errstate(all="ignore"):
            first = newton_step(jacobian(points), function(points))
            second = newton_step(jacobian(points + first), function(points + first))
            ratio = (first * second).sum(axis=0) / (first**2).sum(axis=0)
            # below 0.2 steps shrink as at a regular zero, above 0.98 (m = 50) the rest of the way is not known
            rest = np.where((ratio > 0.2) & (ratio < 0.98), ratio / (1 - ratio), 0.0)
            before = size
            for factor in (1 + rest, np.ones_like(rest)):  # the plain second step where extrapolating gains less
                trial = points + first + factor * second
                trial_size = np.linalg.norm(function(trial), axis=0)
                better = trial_size < size
                points, size = np.where(better, trial, points), np.where(better, trial_size, size)
        if not (size < before).any():
            break
    return points


def newton_step(jacobians: Array, values: Array) -> Array:
    """The steps -J⁻¹F for a batch: least norm where J is singular or has more columns than rows.

    Parameters
    ----------
    jacobians : array, shape (n_equations, size, n_points)
    values : array, shape (n_equations, n_points)

    Returns
    -------
    ndarray, shape (size, n_points)
        nan where something is not finite.
    """
    matrices = np.moveaxis(jacobians, -1, 0)
    right = -values.T[:, :, None]
    usable = np.asarray(np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(right).all(axis=(1, 2)))
    steps = np.full((len(right), matrices.shape[2], 1), np.nan)
    if matrices.shape[1] != matrices.shape[2]:
        steps[usable] = np.linalg.pinv(matrices[usable]) @ right[usable]
        return np.asarray(steps[:, :, 0].T)
    try:
        steps[usable] = np.linalg.solve(matrices[usable], right[usable])
    except np.linalg.LinAlgError:  # one matrix that is singular to the last bit refuses the whole batch
        determinants = np.asarray(np.linalg.det(np.where(usable.reshape(-1, 1, 1), matrices, 0.0)))
        singular = np.asarray(usable & (determinants == 0))
        steps[singular] = np.linalg.pinv(matrices[singular]) @ right[singular]
        usable = usable & ~singular
        steps[usable] = np.linalg.solve(matrices[usable], right[usable])
    result: Array = steps[:, :, 0].T
    return result


def _solved(jacobians: Array, values: Array, steps: Array) -> NDArray[np.bool_]:
    """Whether each step makes the linearised residual vanish; one of least norm may not, where J is singular."""
    left = np.einsum("ijk,jk->ik", jacobians, steps) + values
    result: NDArray[np.bool_] = np.linalg.norm(left, axis=0) <= UNSOLVED * np.linalg.norm(values, axis=0)
    return result


def solve(slopes: Any, right: Array) -> Array:
    """The solution of slopes·x = ``right``; large problems bring slopes that know how to solve for themselves."""
    if isinstance(slopes, np.ndarray):
        solution, is_singular = _solved_by_lapack(slopes, right)
        if is_singular:
            raise np.linalg.LinAlgError("Singular matrix")
        return solution
    try:
        return np.asarray(slopes.solve(right))
    except np.linalg.LinAlgError:
        return np.full(len(right), np.nan)


def _solved_by_lapack(matrix: Array, right: Array) -> tuple[Array, bool]:
    """The solution, and whether there is none: of a few unknowns NumPy's `solve` takes three times as long."""
    from scipy.linalg.lapack import dgesv

    _, _, solution, info = dgesv(matrix, right)
    return solution, info > 0


def length_of(vector: Array) -> float:
    """The Euclidean length."""
    return sqrt(vector @ vector)


def sign_of_determinant(matrix: Array) -> float:
    """The sign of a determinant, from the factors of Gauss's elimination."""
    from scipy.linalg.lapack import dgetrf

    factors, swaps, _ = dgetrf(matrix)
    negative = np.count_nonzero(factors.diagonal() < 0) + np.count_nonzero(swaps != np.arange(len(swaps)))
    product = np.sign(factors.diagonal()).prod()
    return float(np.copysign(product, -1.0 if negative % 2 else 1.0)) if product else float(product)


def _size(value: Array) -> float:
    return float(np.abs(value).max(initial=0.0))
