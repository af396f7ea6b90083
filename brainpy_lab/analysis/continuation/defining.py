"""Systems of equations whose zeros are the special points of a branch of equilibria.

Each adds to F = 0 as few equations as possible: a bordered matrix that is regular at the point is solved, and one
component of the solution vanishes where the matrix inside is singular. Newton's method then finds the point to rounding
errors, whatever the steps of the branch were.

Reference: W. J. F. Govaerts (2000). Numerical Methods for Bifurcations of Dynamical Equilibria, chapters 3-5.
doi:10.1137/1.9780898719543
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import Complex, EquilibriumProblem
from brainpy_lab.analysis.continuation.normal_form import at_zero
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.analysis.zero_problem import ZeroProblem

#: Steps of Newton's method towards a special point; three to six are usual.
MOST_STEPS = 20

#: Half the way of differences, where slopes of a matrix with delays are needed: the zero does not depend on them.
WAY = 6e-6

#: The last step, relative to the units: rounding errors remain.
TOLERANCE = 1e-12

#: Two branches cross where what parts them is below this, relative to the slopes: the rest is rounding. Of a pitchfork
#: with an imperfection of h the branches are a third root of h apart.
MISSED = 1e-11

#: Errors of 1e-9 are still good where rounding lets no step be shorter.
GOOD = 1e-9


@dataclass(frozen=True)
class InUnits:
    """A problem of equilibria in the units of a curve: the drift in those of the states, so that eigenvalues stay.

    Attributes
    ----------
    problem : EquilibriumProblem
    units : ndarray, shape (size,)
        Of the states, then of the parameters.
    """

    problem: EquilibriumProblem
    units: Array

    @cached_property
    def zeros(self) -> ZeroProblem:
        """F(U) = 0."""
        return self.problem.zeros.in_units(self.units, self.units[: self.n])

    def slopes(self, z: Array) -> Array:
        """DF, (n, size)."""
        return self.zeros.both(z)[1]

    @property
    def n(self) -> int:
        """Number of states."""
        return self.problem.n

    def derivatives(self, z: Array, v: NDArray[Any]) -> NDArray[Any]:
        """Those of DF·v by all unknowns, (n, size); ``v`` has as many components."""
        every = np.diag(self.units)
        found = self.problem.second(z * self.units, (v * self.units)[:, None], every)
        result: NDArray[Any] = found / self.units[: self.n, None]
        return result

    def turning(self, z: Array, omega: float) -> tuple[Complex, Complex]:
        """`EquilibriumProblem.turning` in units."""
        scale = self.units[: self.n] / self.units[: self.n, None]
        matrix, slope = self.problem.turning(z * self.units, omega)
        return matrix * scale, slope * scale

    def slope_at_zero(self, z: Array) -> Array:
        """The derivative of the characteristic matrix with delays at zero, (n, n): the one matrix without them."""
        units = self.units[: self.n]
        result: Array = self.problem.histories(z * self.units).matrix(0.0)[1].real * units / units[:, None]
        return result

    def turned(self, z: Array, omega: float, v: Complex, w: Complex) -> Complex:
        """The derivatives of w·turning·v by all unknowns, (size,)."""
        if not self.problem.field.system.is_delayed:
            result: Complex = w @ self.derivatives(z, np.append(v, np.zeros(len(z) - self.n)))
            return result
        histories = self.problem.histories(z * self.units)
        if self.problem.has_exact:
            scale = self.units[: self.n]
            return -histories.turned(v * scale, w / scale, 1j * omega) * self.units
        steps = WAY * (1 + np.abs(z)) * np.eye(len(z))
        ends = [[w @ self.turning(z + side * step, omega)[0] @ v for step in steps] for side in (1, -1)]
        return (np.array(ends[0]) - np.array(ends[1])) / (2 * steps.diagonal())


def fold(system: InUnits, guess: Array) -> Array | None:
    """The point near ``guess`` at which an eigenvalue is zero and the branch turns; in units."""
    n = system.n
    left, _, right = np.linalg.svd(system.slopes(guess)[:, :n])
    b, c = left[:, -1], right[-1]

    def both(z: Array) -> tuple[Array, Array]:
        value, slopes = system.zeros.both(z)
        v, w, g = _solved(slopes[:, :n], b, c)
        row = -(w @ system.derivatives(z, np.append(v, 0.0)))
        return np.append(value, g), np.concatenate([slopes, row[None]])

    return _zero(_of_points(n + 1, both), guess)


def hopf(system: InUnits, guess: Array, omega: float) -> tuple[Array, float] | None:
    """The point near ``guess`` with the eigenvalues ± i omega, in units, and omega."""
    n = system.n
    b, right = at_zero(system.turning(guess, omega)[0])
    c = right.conj()

    def both(z: Array) -> tuple[Array, Array]:
        inner, by_omega = system.turning(z[:-1], z[-1])
        v, w, g = _solved(inner, b, c)
        value, slopes = system.zeros.both(z[:-1])
        row = np.append(-system.turned(z[:-1], z[-1], v, w), -(w @ by_omega @ v))
        top = np.concatenate([slopes, np.zeros((n, 1))], axis=1)
        return np.append(value, [g.real, g.imag]), np.concatenate([top, row.real[None], row.imag[None]])

    found = _zero(_of_points(n + 2, both), np.append(guess, omega))
    return None if found is None else (found[:-1], abs(float(found[-1])))


def branch_point(system: InUnits, guess: Array) -> Array | None:
    """The point near ``guess`` at which the branch crosses another one, in units; None where two branches miss."""
    n = system.n
    left, _, right = np.linalg.svd(system.slopes(guess))
    psi, phi = left[:, -1], right[-2:]

    def solved(z: Array) -> tuple[Array, Array, Array]:
        matrix = np.block([[system.slopes(z), psi[:, None]], [phi, np.zeros((2, 1))]])
        x = np.linalg.solve(matrix, np.concatenate([np.zeros((n, 2)), np.eye(2)]))
        y = np.linalg.solve(matrix.T, np.eye(n + 2)[-1])
        return x[: n + 1], y[:n], x[n + 1]

    def residual(z: Array) -> Array:
        return np.concatenate([system.zeros.residual(z[:-1]) + z[-1] * psi, solved(z[:-1])[2]])

    def jacobian(z: Array) -> Array:
        v, w, _ = solved(z[:-1])
        rows = np.stack([-(w @ system.derivatives(z[:-1], v[:, k])) for k in range(2)])
        top = np.concatenate([system.slopes(z[:-1]), psi[:, None]], axis=1)
        return np.concatenate([top, np.concatenate([rows, np.zeros((2, 1))], axis=1)])

    found = _zero(ZeroProblem(n + 2, residual, jacobian), np.append(guess, 0.0))
    if found is None or abs(found[-1]) > MISSED * (1 + np.linalg.norm(system.slopes(found[:-1]))):
        return None
    return found[:-1]


def directions(system: InUnits, z: Array) -> list[Array]:
    """The tangents of the branches through a branch point: one or two, in units.

    With the kernel of DF spanned by two vectors, those combinations along which the second derivative vanishes in the
    direction that DF does not reach (the algebraic branching equation: Keller 1977).
    """
    left, _, right = np.linalg.svd(system.slopes(z))
    psi, (a, b) = left[:, -1], right[-2:]
    by_a, by_b = psi @ system.derivatives(z, a), psi @ system.derivatives(z, b)
    pairs = null_lines(float(by_a @ a), float(by_a @ b), float(by_b @ b))
    found = [x * a + y * b for x, y in pairs]
    return [np.asarray(v / np.linalg.norm(v)) for v in found]


def null_lines(aa: float, ab: float, bb: float) -> list[tuple[float, float]]:
    """The directions (x, y) with aa x² + 2 ab x y + bb y² = 0: two, one or none."""
    size = max(abs(aa), abs(ab), abs(bb))
    if not size or ab * ab - aa * bb < 0:
        return []
    root = np.sqrt(ab * ab - aa * bb)
    # in the form that divides by nothing small
    q = float(-(ab + np.copysign(root, ab)))
    pairs = [(q, aa), (bb, q)] if abs(q) > 1e-12 * size else [(1.0, 0.0), (0.0, 1.0)]
    return [(x, y) for x, y in pairs if abs(x) + abs(y) > 1e-12 * size]


def _solved(matrix: NDArray[Any], b: NDArray[Any], c: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], Any]:
    """The solution (v, g) of (matrix b; c 0) (v; g) = (0; 1), and w from the transposed system, by one factorisation.

    g is zero where ``matrix`` is singular; there v and w are its null vectors.
    """
    from scipy.linalg.lapack import dgetrf, dgetrs, zgetrf, zgetrs

    n = len(matrix)
    bordered = np.zeros((n + 1, n + 1), matrix.dtype, order="F")
    bordered[:n, :n], bordered[:n, n], bordered[n, :n] = matrix, b, c
    factor, solve = (zgetrf, zgetrs) if np.iscomplexobj(bordered) else (dgetrf, dgetrs)
    factors, swaps, info = factor(bordered, overwrite_a=1)
    if info > 0:
        raise np.linalg.LinAlgError("Singular matrix")
    last = np.zeros(n + 1, matrix.dtype)
    last[n] = 1.0
    x, y = (solve(factors, swaps, last, trans=transposed)[0] for transposed in (0, 1))
    return x[:n], y[:n], x[n]


def _of_points(size: int, both: Callable[[Array], tuple[Array, Array]]) -> ZeroProblem:
    """A problem whose equations and derivatives have so much in common that they are computed together."""
    return ZeroProblem(size, lambda z: both(z)[0], lambda z: both(z)[1], both)


def _zero(problem: ZeroProblem, guess: Array) -> Array | None:
    for tolerance in (TOLERANCE, GOOD):
        try:
            zero = newton(problem, guess, tolerance, MOST_STEPS)
        except np.linalg.LinAlgError:
            return None
        if zero.converged:
            return zero.point
    return None
