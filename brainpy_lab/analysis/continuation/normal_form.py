"""The first Lyapunov coefficient of a Hopf point: its sign says whether the cycles that it sends out are stable.

Reference: Y. A. Kuznetsov (2004). Elements of Applied Bifurcation Theory, 3rd ed., formula 5.62.
doi:10.1007/978-1-4757-3978-7
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.vector_field import Array


def first_lyapunov_coefficient(problem: EquilibriumProblem, u: Array, omega: float) -> float:
    """l1 at the Hopf point ``u`` = (states, parameters), in the model's variables, with |q| = 1 and <p, q> = 1."""
    return sum(lyapunov_terms(problem, u, omega))


def lyapunov_terms(problem: EquilibriumProblem, u: Array, omega: float) -> tuple[float, float, float]:
    """The terms that l1 is the sum of: what is small beside them is rounding."""
    n = problem.n
    a = problem.jacobian(u)
    values, vectors = np.linalg.eig(a)
    q = vectors[:, int(np.argmin(np.abs(values - 1j * omega)))]
    q = q / np.linalg.norm(q)
    values, vectors = np.linalg.eig(a.T)
    p = vectors[:, int(np.argmin(np.abs(values + 1j * omega)))]
    p = p / np.conj(np.vdot(p, q))  # <p, q> = conj(p)·q = 1

    def full(x: NDArray[Any]) -> NDArray[Any]:
        return np.append(x, np.zeros(len(u) - n))

    def b(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
        return problem.second(u, full(x), full(y))

    cubic = problem.third(u, full(q), full(q), full(q.conj()))
    still = np.linalg.solve(a, b(q, q.conj()))
    double = np.linalg.solve(2j * omega * np.eye(n) - a, b(q, q))
    terms = np.vdot(p, cubic), -2 * np.vdot(p, b(q, still)), np.vdot(p, b(q.conj(), double))
    first, second, third = (float(term.real) / (2 * omega) for term in terms)
    return first, second, third
