"""What makes an equilibrium a fold or a Hopf point, as one smooth function that vanishes there.

Fold: the smallest singular value of the Jacobian, with the sign that makes it smooth. Hopf: the sum of two eigenvalues,
which is smooth where they meet too, at Bogdanov-Takens points; beyond those they are real, of neutral saddles. Both
functions need no more unknowns than states and parameters, and their derivatives are exact.

Reference: W. J. F. Govaerts (2000). Numerical Methods for Bifurcations of Dynamical Equilibria, chapters 3 and 4.
doi:10.1137/1.9780898719543
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import Complex
from brainpy_lab.analysis.continuation.defining import InUnits
from brainpy_lab.analysis.newton import length_of
from brainpy_lab.analysis.stability import in_order
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.analysis.zero_problem import ZeroProblem

#: Of differences of the Jacobian, in units.
STEP = 1e-5


class Condition(Protocol):
    """A smooth function of states and parameters in units."""

    def both(self, z: Array, slopes: Array) -> tuple[float, Array]:
        """Its value and its derivatives, (size,); ``slopes`` are those of the drift, (n, size)."""


@dataclass(frozen=True)
class Fold:
    """Vanishes where an eigenvalue is zero."""

    system: InUnits

    def both(self, z: Array, slopes: Array) -> tuple[float, Array]:
        """The signed singular value and its derivatives."""
        value, psi, phi = singular(slopes[:, : self.system.n])
        return value, psi @ bent(self.system, z, padded(phi, z))


@dataclass
class Hopf:
    """Vanishes where two eigenvalues are opposite.

    Attributes
    ----------
    system : InUnits
    kappa : float
        Which two: those whose product is nearest to this, the square of the angular frequency.
    """

    system: InUnits
    kappa: float

    def still(self, z: Array) -> float:
        """A square of a frequency below this is zero but for rounding."""
        return 1e-12 * float(np.linalg.norm(self.system.slopes(z)[:, : self.system.n])) ** 2

    def both(self, z: Array, slopes: Array) -> tuple[float, Array]:
        """The sum of the two eigenvalues and its derivatives."""
        a = slopes[:, : self.system.n]
        tau, delta = self.sum_and_product(np.linalg.eigvals(a))
        # the two span the kernel of their characteristic polynomial, also where they are one
        left, _, right = np.linalg.svd(a @ a - tau * a + delta * np.eye(len(a)))
        v, w = right[-2:].T, left[:, -2:]
        w = w @ np.linalg.inv(v.T @ w)
        first, second = (w[:, k] @ bent(self.system, z, padded(v[:, k], z)) for k in range(2))
        return tau, first + second

    def measured(self, z: Array) -> tuple[float, float]:
        """Sum and product of the two eigenvalues."""
        return self.sum_and_product(np.linalg.eigvals(self.system.slopes(z)[:, : self.system.n]))

    def parted(self, z: Array) -> tuple[Complex, Complex, float]:
        """All eigenvalues, those without the two, and the product of the two."""
        found = np.linalg.eigvals(self.system.slopes(z)[:, : self.system.n])
        i, j = self.pair(found)
        return in_order(found), in_order(np.delete(found, [i, j])), float((found[i] * found[j]).real)

    def sum_and_product(self, eigenvalues: NDArray[Any]) -> tuple[float, float]:
        """Of the two eigenvalues."""
        i, j = self.pair(eigenvalues)
        return float((eigenvalues[i] + eigenvalues[j]).real), float((eigenvalues[i] * eigenvalues[j]).real)

    def pair(self, eigenvalues: NDArray[Any]) -> tuple[int, int]:
        """Which two: a complex pair, or two real ones."""
        if len(eigenvalues) == 2:
            return 0, 1
        i, j = np.triu_indices(len(eigenvalues), 1)
        first, second = eigenvalues[i], eigenvalues[j]
        is_pair = (first.real == second.real) & (first.imag == -second.imag) | (first.imag == 0) & (second.imag == 0)
        far = np.abs(first + second) + np.sqrt(np.abs(first * second - self.kappa))
        best = int(np.argmin(np.where(is_pair, far, np.inf)))
        return int(i[best]), int(j[best])


@dataclass(frozen=True)
class Along:
    """The equilibria that fulfil some conditions: with one a curve, with two a point. Unknowns are not in units."""

    system: InUnits
    conditions: tuple[Condition, ...]

    @property
    def problem(self) -> ZeroProblem:
        """F(U) = 0 with the conditions below."""
        return ZeroProblem(
            len(self.system.units), lambda u: self.both(u)[0], lambda u: self.both(u)[1], self.both
        )  # fmt: skip

    def both(self, u: Array) -> tuple[Array, Array]:
        """Values and derivatives."""
        z = u / self.system.units
        value, slopes = self.system.zeros.both(z)
        if not (np.isfinite(value).all() and np.isfinite(slopes).all()):
            more = len(self.conditions)
            return np.full(len(value) + more, np.nan), np.full((len(value) + more, len(u)), np.nan)
        rows = [condition.both(z, slopes) for condition in self.conditions]
        return (
            np.array([*value, *(row[0] for row in rows)]),
            np.concatenate([slopes, np.array([row[1] for row in rows])]) / self.system.units,
        )


def bent(system: InUnits, z: Array, v: Array) -> Array:
    """The derivatives of DF·v by all unknowns, (n, size), for Newton's method.

    By differences of the exact Jacobian along ``v``: two evaluations, and errors of 1e-10 that change no zero.
    """
    h = STEP / length_of(v)
    result = (system.slopes(z + h * v) - system.slopes(z - h * v)) / (2 * h)
    return np.asarray(result) if np.isfinite(result).all() else np.asarray(system.derivatives(z, v))


def singular(a: Array) -> tuple[float, Array, Array]:
    """The smallest singular value with a sign, its left vector with that sign, and its right vector.

    The sign is that of the determinant: value and product of the vectors are smooth where the value vanishes.
    """
    left, _, right = np.linalg.svd(a)
    sign = np.sign(np.linalg.det(left) * np.linalg.det(right))
    psi, phi = sign * left[:, -1], right[-1]
    return float(psi @ a @ phi), psi, phi


def padded(v: Array, like: Array) -> Array:
    """``v`` with zeros for the parameters."""
    result = np.zeros(len(like), v.dtype)
    result[: len(v)] = v
    return result
