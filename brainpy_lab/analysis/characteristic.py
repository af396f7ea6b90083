"""Characteristic roots of a system with delays, by a Chebyshev discretisation of its infinitesimal generator.

Reference: D. Breda, S. Maset, R. Vermiglio (2005). Pseudospectral differencing methods for characteristic roots of
delay differential equations. SIAM J. Sci. Comput. 27, 482-495. doi:10.1137/030601600
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.flow import Array, Flow
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic import view
from brainpy_lab.symbolic.compiling import Compiler
from brainpy_lab.symbolic.printing import to_ast
from brainpy_lab.symbolic.view import working

#: Nodes of the discretisation; the rightmost roots are then right to about ten digits.
NODES = 40

#: How many of the roots are given, at least.
SHOWN = 6


def characteristic_roots(flow: Flow, point: Array) -> NDArray[np.complex128]:
    """The rightmost characteristic roots of ``flow`` at a fixed point.

    Parameters
    ----------
    flow : Flow
    point : array, shape (n_free,)

    Returns
    -------
    ndarray of complex, shape (n_roots,)
        The roots of det(z - A0 - sum A_k exp(-z tau_k)) with the largest real parts.

    Raises
    ------
    AnalysisError
        When a delay is negative.
    """
    lags, delayed = _linearised(flow, point)
    n = len(flow.free)
    instant = flow.jacobian(point) - sum(delayed, start=np.zeros((n, n)))
    if min(lags) < 0:
        raise AnalysisError(f"A delay of {flow.system.name} is negative at the fixed point: {min(lags):g}.")
    longest = max(lags)
    if longest == 0:
        return np.linalg.eigvals(flow.jacobian(point)).astype(np.complex128)
    x, derivative = _chebyshev(NODES)
    generator = np.kron(derivative * 2 / longest, np.eye(n))
    generator[:n] = 0.0
    generator[:n, :n] = instant
    for lag, matrix in zip(lags, delayed, strict=True):
        generator[:n] += np.kron(_interpolation(x, 1 - 2 * lag / longest), matrix)
    roots = np.linalg.eigvals(generator).astype(np.complex128)
    return roots[np.argsort(-roots.real)][: max(SHOWN, n)]


def _linearised(flow: Flow, point: Array) -> tuple[list[float], list[Array]]:
    """Each delay's length at the fixed point, and the derivatives of the free drifts by the delayed state."""
    system, symbols = flow.system, view(flow.system)
    delays = [d for d in system.delays if d.state in flow.free]
    with working():
        entries = [to_ast(symbols.drift_derivative(state, d.name)) for d in delays for state in flow.free]
    evaluate = Compiler(system).compile([d.time for d in delays] + entries)
    full = flow.complete(point)
    with np.errstate(all="ignore"):
        values: list[Any] = list(evaluate(*full, *(flow.params[p] for p in system.parameter_names), flow.t))
    lags = [flow.t - float(v) for v in values[: len(delays)]]
    columns = np.array(values[len(delays) :], dtype=float).reshape(len(delays), len(flow.free))
    matrices = []
    for delay, column in zip(delays, columns, strict=True):
        matrix = np.zeros((len(flow.free), len(flow.free)))
        matrix[:, flow.free.index(delay.state)] = column
        matrices.append(matrix)
    return lags, matrices


def _chebyshev(n: int) -> tuple[Array, Array]:
    """Chebyshev points cos(k pi/n), from 1 down to -1, and the matrix that differentiates polynomials given there."""
    k = np.arange(n + 1)
    x = np.cos(np.pi * k / n)
    weight = np.where((k == 0) | (k == n), 2.0, 1.0) * (-1.0) ** k
    difference = x[:, None] - x[None, :] + np.eye(n + 1)
    matrix = np.outer(weight, 1 / weight) / difference
    matrix -= np.diag(matrix.sum(axis=1))
    return x, matrix


def _interpolation(x: Array, at: float) -> Array:
    """The row that gives a polynomial's value at ``at`` from its values at the Chebyshev points ``x``."""
    distance = at - x
    if (np.abs(distance) < 1e-14).any():
        return (np.abs(distance) < 1e-14).astype(float)[None]
    k = np.arange(len(x))
    weight = np.where((k == 0) | (k == len(x) - 1), 0.5, 1.0) * (-1.0) ** k / distance
    result: Array = (weight / weight.sum())[None]
    return result
