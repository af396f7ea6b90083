"""The first Lyapunov coefficient of a Hopf point: its sign says whether the cycles that it sends out are stable.

Reference: Y. A. Kuznetsov (2004). Elements of Applied Bifurcation Theory, 3rd ed., formula 5.62.
doi:10.1007/978-1-4757-3978-7. With delays: S. G. Janssens (2010). On a normalization technique for codimension two
bifurcations of equilibria of delay differential equations. MSc thesis, Utrecht; M. M. Bosschaert, S. G. Janssens,
Y. A. Kuznetsov (2020). SIAM J. Appl. Dyn. Syst. 19, 252-303. doi:10.1137/19M1243993. Eigenvectors: I. C. F. Ipsen
(1997). Computing an eigenvector with inverse iteration. SIAM Rev. 39, 254-291. doi:10.1137/S0036144596300773
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import Complex, EquilibriumProblem
from brainpy_lab.analysis.continuation.histories import Histories
from brainpy_lab.analysis.vector_field import Array

#: Rounds of inverse iteration: each shrinks what other eigenvectors add by the ratio of their distances from zero.
ROUNDS = 3


def first_lyapunov_coefficient(problem: EquilibriumProblem, u: Array, omega: float) -> float:
    """l1 at the Hopf point ``u`` = (states, parameters), in the model's variables, with |q| = 1 and <p, q> = 1."""
    return sum(lyapunov_terms(problem, u, omega))


def lyapunov_terms(problem: EquilibriumProblem, u: Array, omega: float) -> tuple[float, float, float]:
    """The terms that l1 is the sum of: what is small beside them is rounding."""
    if problem.field.system.is_delayed:
        return _terms_with_delays(problem.histories(u), omega)
    n = problem.n
    a = problem.jacobian(u)
    p, q = at_zero(a - 1j * omega * np.eye(n))
    p = p / np.conj(np.vdot(p, q))  # <p, q> = conj(p)·q = 1

    def full(x: NDArray[Any]) -> NDArray[Any]:
        return np.append(x, np.zeros(len(u) - n))

    def b(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
        return problem.second(u, full(x), full(y))

    cubic = problem.third(u, full(q), full(q), full(q.conj()))
    still = np.linalg.solve(a, b(q, q.conj()).real)
    double = np.linalg.solve(2j * omega * np.eye(n) - a, b(q, q))
    terms = np.vdot(p, cubic), -2 * np.vdot(p, b(q, still)), np.vdot(p, b(q.conj(), double))
    first, second, third = (float(term.real) / (2 * omega) for term in terms)
    return first, second, third


def _terms_with_delays(histories: Histories, omega: float) -> tuple[float, float, float]:
    """The same with the characteristic matrix in place of i omega - A, and histories q exp(i omega theta) for q."""
    matrix, slope = histories.matrix(1j * omega)
    left, _, right = np.linalg.svd(matrix)
    q, p = right[-1].conj(), left[:, -1].conj()
    p = p / (p @ slope @ q)
    phi, bar = histories.exponential(q, 1j * omega), histories.exponential(q.conj(), -1j * omega)
    still = np.linalg.solve(histories.matrix(0.0)[0], histories.derivative(phi, bar))
    double = np.linalg.solve(histories.matrix(2j * omega)[0], histories.derivative(phi, phi))
    terms = (
        p @ histories.derivative(phi, phi, bar),
        2 * (p @ histories.derivative(phi, histories.exponential(still, 0.0))),
        p @ histories.derivative(bar, histories.exponential(double, 2j * omega)),
    )
    first, second, third = (float(term.real) / (2 * omega) for term in terms)
    return first, second, third


def at_zero(matrix: Complex) -> tuple[Complex, Complex]:
    """The left and the right eigenvector, of length one, of the eigenvalue of ``matrix``, (n, n), nearest to zero.

    Left ones are those of the adjoint matrix: p* A = lambda p*.
    """
    from scipy.linalg.lapack import zgetrf, zgetrs

    factors, swaps, _ = zgetrf(matrix)
    least = np.finfo(float).eps * (np.abs(factors).max(initial=0.0) or 1.0)
    pivots = factors.diagonal().copy()
    np.fill_diagonal(factors, np.where(np.abs(pivots) < least, least, pivots))
    # no symmetry of a model has this for an axis
    start = np.exp(1j * np.arange(1, len(matrix) + 1) ** 2)
    found = []
    for adjoint in (2, 0):
        x = start
        for _ in range(ROUNDS):
            x = zgetrs(factors, swaps, x, trans=adjoint)[0]
            x = x / np.linalg.norm(x)
        found.append(x)
    return found[0], found[1]
