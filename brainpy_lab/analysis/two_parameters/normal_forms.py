"""Coefficients of the normal forms at cusps and Bogdanov-Takens points, by derivatives along directions.

Reference: Y. A. Kuznetsov (2004). Elements of Applied Bifurcation Theory, 3rd ed., chapter 8.
doi:10.1007/978-1-4757-3978-7. Y. A. Kuznetsov (1999). Numerical normalization techniques for all codim 2 bifurcations
of equilibria in ODE's. SIAM J. Numer. Anal. 36, 1104-1124. doi:10.1137/S0036142998335005
"""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.two_parameters.conditions import padded
from brainpy_lab.analysis.vector_field import Array


def cusp(problem: EquilibriumProblem, u: Array) -> float:
    """c of w' = beta1 + beta2 w + c w³ at the cusp ``u`` = (states, parameters), with |q| = 1 and <p, q> = 1."""
    a = problem.jacobian(u)
    q, p = _kernel(a), _kernel(a.T)
    is_delayed = problem.field.system.is_delayed
    p = p / (p @ (problem.histories(u).matrix(0.0)[1].real @ q if is_delayed else q))
    quadratic = problem.second(u, padded(q, u), padded(q, u))
    h2 = _bordered(a, p, q, -(quadratic - (p @ quadratic) / (p @ p) * p))
    along = padded(q, u).astype(np.complex128)
    cubic = problem.third(u, along, along, along).real
    return float(p @ (cubic + 3 * problem.second(u, padded(q, u), padded(h2, u)))) / 6


def bogdanov_takens(problem: EquilibriumProblem, u: Array) -> tuple[float, float]:
    """a and b of w0' = w1, w1' = beta1 + beta2 w0 + a w0² + b w0 w1, with |q0| = 1 and <q0, q1> = 0."""
    a = problem.jacobian(u)
    q0, p1 = _kernel(a), _kernel(a.T)
    q1 = _bordered(a, p1, q0, q0)  # A q1 = q0, <q0, q1> = 0
    p1 = p1 / (p1 @ q1)
    p0 = _bordered(a.T, q0, p1 / np.linalg.norm(p1), p1)  # A' p0 = p1
    p0 = p0 - (p0 @ q1) * p1
    b00 = problem.second(u, padded(q0, u), padded(q0, u))
    b01 = problem.second(u, padded(q0, u), padded(q1, u))
    return float(p1 @ b00) / 2, float(p0 @ b00 + p1 @ b01)


def _kernel(a: Array) -> Array:
    v = np.linalg.svd(a)[2][-1]
    return np.asarray(v * np.sign(v[np.argmax(np.abs(v))]))


def _bordered(a: Array, left: Array, right: Array, value: Array) -> Array:
    """The x with A x = value but for what A does not reach, and <right, x> = 0."""
    n = len(a)
    matrix = np.block([[a, left[:, None]], [right[None], np.zeros((1, 1))]])
    return np.asarray(np.linalg.solve(matrix, np.append(value, 0.0))[:n])
