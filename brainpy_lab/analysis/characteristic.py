"""Characteristic roots of a system with delays, by a Chebyshev discretisation of its infinitesimal generator.

The discretisation has the roots that turn a few times during the longest delay. A delay that is long beside the time
scale has thousands of roots along the imaginary axis, any of which may be the rightmost: they are looked for there, as
far up as a root with a positive real part can lie. All roots are then polished by Newton's method.

Reference: D. Breda, S. Maset, R. Vermiglio (2005). Pseudospectral differencing methods for characteristic roots of
delay differential equations. SIAM J. Sci. Comput. 27, 482-495. doi:10.1137/030601600
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.equations.system import Delay, System
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic import view
from brainpy_lab.symbolic.compiling import Compiler
from brainpy_lab.symbolic.view import working

#: Nodes of the discretisation; the rightmost roots are then right to about ten digits.
NODES = 40

#: How many of the roots are given, at least: three pairs show which one leads, and by how much.
SHOWN = 6

#: Starting points of Newton's method along the imaginary axis for each turn during the longest delay, and at most. Far
#: up the axis there is about one root a turn for each state: four starts a turn leave none between them.
STARTS_A_TURN, MOST_STARTS = 4, 20_000


def characteristic_roots(field: VectorField, point: Array, *, unstable: bool = False) -> NDArray[np.complex128]:
    """The rightmost characteristic roots of ``field`` at a fixed point.

    Parameters
    ----------
    field : VectorField
    point : array, shape (n_free,)
    unstable : bool
        Whether all that have a positive real part are given, however many they are.

    Returns
    -------
    ndarray of complex, shape (n_roots,)
        The roots of det(z - A0 - sum A_k exp(-z tau_k)) with the largest real parts.

    Raises
    ------
    AnalysisError
        When a delay is negative.
    """
    lags, instant, delayed = linearised(field, point)
    n = len(field.free)
    shortest, longest = min(lags, default=0.0), max(lags, default=0.0)  # none where delayed states are held
    if shortest < 0:
        raise AnalysisError(
            f"A delay of {field.system.name} is negative at the fixed point: {shortest:g}.",
            advice="Keep to values of its parameters that leave no delay below zero.",
        )
    if longest == 0:
        return np.linalg.eigvals(field.jacobian(point)).astype(np.complex128)
    x, derivative = _chebyshev(NODES)
    generator = np.kron(derivative * 2 / longest, np.eye(n))
    generator[:n] = 0.0
    generator[:n, :n] = instant
    for lag, matrix in zip(lags, delayed, strict=True):
        generator[:n] += np.kron(_interpolation(x, 1 - 2 * lag / longest), matrix)
    roots = np.linalg.eigvals(generator).astype(np.complex128)
    equation = _Characteristic(instant, np.array(lags), np.array(delayed))
    roots = equation.polished(np.concatenate([roots, equation.starts(longest)]), 1 / longest)
    count = max(SHOWN, n, int((roots.real > 0).sum()) + SHOWN if unstable else 0)
    return roots[np.argsort(-roots.real, kind="stable")][:count]


@dataclass(frozen=True)
class _Characteristic:
    """det(z - A0 - sum A_k exp(-z tau_k)) = 0: A0, the lags, and the matrices A_k, shape (n_lags, n, n)."""

    instant: Array
    lags: Array
    delayed: Array

    def starts(self, longest: float) -> NDArray[np.complex128]:
        """Points of the imaginary axis, as far up as a root with a real part above -1/longest can lie.

        There, Im z is an element of the numerical range of A0 + sum A_k exp(-z tau_k), in balanced variables.
        """
        from scipy.linalg import matrix_balance

        sizes = np.abs(self.instant) + np.abs(self.delayed).sum(axis=0)
        _, scale = matrix_balance(sizes, permute=False, separate=True)
        units = scale[0] / scale[0][:, None]
        turning = self.instant * units
        # A0 reaches as far up as its skew part is long; where Re z >= -1/longest, |exp(-z tau)| is at most e
        bound = float(np.linalg.norm(turning - turning.T, 2)) / 2
        bound += math.e * float(sum(np.linalg.norm(a * units, 2) for a in self.delayed))
        turns = bound * longest / (2 * np.pi)
        count = int(min(STARTS_A_TURN * turns + 1, MOST_STARTS))
        return np.asarray(1j * np.linspace(0.0, bound, count), dtype=np.complex128)

    def polished(self, roots: NDArray[np.complex128], near: float) -> NDArray[np.complex128]:
        """The roots that Newton's method finds from ``roots``, each once, with their conjugates.

        ``near`` is about how far apart they are.
        """
        z = roots[roots.imag >= 0]
        found = [z[:0]]
        for _ in range(30):  # a start is half a turn from a root at most, a step 1/longest: then few quadratic ones
            z = z[z.real * self.lags.max() > -200.0]  # further left, products of exp(-z tau) overflow
            with np.errstate(all="ignore"):
                step = self._step(z)
                step = np.where(np.abs(step) > near, step * near / np.abs(step), step)
            # the error left is about the square of the last step
            z, done = z - step, np.abs(step) <= 1e-9 * np.maximum(near, np.abs(z))
            found.append(z[done])
            z = z[~done & np.isfinite(step)]
        # a double root is known to sqrt(eps) only: its last steps stay near 1e-8, and copies of it lie that far apart
        z = np.concatenate([*found, z])
        z = z[np.abs(self._step(z)) <= 1e-6 * np.maximum(near, np.abs(z))]
        z = np.where(np.abs(z.imag) <= 1e-6 * near, z.real, np.where(z.imag < 0, z.conj(), z))
        z = z[np.argsort(-z.real, kind="stable")]
        z = z[~_copies(z, 1e-5 * np.maximum(near, np.abs(z)))]
        return np.concatenate([z, z[z.imag > 0].conj()])

    def _step(self, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Newton's steps for the determinant, f/f' = 1/trace(M^-1 M')."""
        powers = np.exp(-np.multiply.outer(z, self.lags))
        one = np.eye(len(self.instant))
        matrix = z[:, None, None] * one - self.instant - np.einsum("mk,kij->mij", powers, self.delayed)
        slope = one + np.einsum("mk,kij->mij", powers * self.lags, self.delayed)
        at_root = np.linalg.det(matrix) == 0  # met exactly, as z = 0 often is: no step, and no inverse
        inverse = np.linalg.inv(np.where(at_root[:, None, None], one, matrix))
        return np.where(at_root, 0.0, 1 / np.einsum("mij,mji->m", inverse, slope))


def _copies(z: NDArray[np.complex128], error: Array) -> NDArray[np.bool_]:
    """Which numbers are nearer to an earlier one than their error; each is compared with those beside it by Im z."""
    order = np.argsort(z.imag, kind="stable")
    sorted_, errors, result = z[order], error[order], np.zeros(len(z), dtype=bool)
    for shift in range(1, len(z)):
        apart = sorted_[shift:] - sorted_[:-shift]
        most = np.maximum(errors[shift:], errors[:-shift])
        if not (apart.imag <= most).any():
            break
        same = np.abs(apart) <= most
        result[np.maximum(order[shift:], order[:-shift])[same]] = True
    return result


def linearised(field: VectorField, point: Array) -> tuple[list[float], Array, list[Array]]:
    """Each delay's length at a point, and the derivatives of the free drifts by present and by delayed states.

    Returns
    -------
    list of float, ndarray of shape (n_free, n_free), list of such, one for each delay
    """
    delays = _delays(field.system, field.free)
    evaluate = _slopes_of(field.system, field.free)
    system = field.system
    full = field.complete(point)
    with np.errstate(all="ignore"):
        values: list[Any] = list(evaluate(*full, *(field.params[p] for p in system.parameter_names), field.t))
    lags = [field.t - float(v) for v in values[: len(delays)]]
    columns = np.array(values[len(delays) :], dtype=float).reshape(len(delays), len(field.free))
    matrices = []
    for delay, column in zip(delays, columns, strict=True):
        matrix = np.zeros((len(field.free), len(field.free)))
        matrix[:, field.free.index(delay.state)] = column
        matrices.append(matrix)
    return lags, field.jacobian(point) - sum(matrices, start=np.zeros((len(field.free), len(field.free)))), matrices


def _delays(system: System, free: tuple[str, ...]) -> list[Delay]:
    return [d for d in system.delays if d.state in free]


@lru_cache(maxsize=64)
def _slopes_of(system: System, free: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
    """The times of the delays, then the derivatives of the free drifts by each delayed state, as one function."""
    from brainpy_lab.symbolic.printing import to_ast

    symbols, delays = view(system), _delays(system, free)
    with working():
        entries = [to_ast(symbols.drift_derivative(state, d.name)) for d in delays for state in free]
    return Compiler(system).compile([d.time for d in delays] + entries)


def _chebyshev(n: int) -> tuple[Array, Array]:
    """Chebyshev points cos(k pi/n), from 1 down to -1, and the matrix that differentiates polynomials given there.

    Both have n + 1 rows. L. N. Trefethen (2000). Spectral Methods in MATLAB, chapter 6. doi:10.1137/1.9780898719598
    """
    k = np.arange(n + 1)
    x = np.cos(np.pi * k / n)
    weight = np.where((k == 0) | (k == n), 2.0, 1.0) * (-1.0) ** k
    difference = x[:, None] - x[None, :] + np.eye(n + 1)
    matrix = np.outer(weight, 1 / weight) / difference
    matrix -= np.diag(matrix.sum(axis=1))  # constants have no slope: nearer than closed forms of the diagonal
    return x, matrix


def _interpolation(x: Array, at: float) -> Array:
    """The row, shape (1, n), that gives a polynomial's value at ``at`` from its values at the Chebyshev points ``x``.

    Barycentric form: J.-P. Berrut, L. N. Trefethen (2004). SIAM Review 46, 501-517. doi:10.1137/S0036144502417715
    """
    distance = at - x
    if (np.abs(distance) < 1e-14).any():  # at a node but for rounding, where the formula divides by zero
        return (np.abs(distance) < 1e-14).astype(float)[None]
    k = np.arange(len(x))
    weight = np.where((k == 0) | (k == len(x) - 1), 0.5, 1.0) * (-1.0) ** k / distance
    result: Array = (weight / weight.sum())[None]
    return result
