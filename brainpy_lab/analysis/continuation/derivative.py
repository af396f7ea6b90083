"""How the place of a fold or a Hopf point moves with another parameter: the implicit function theorem.

At a fold the left null vector w of the Jacobian leaves w·F_p dp + w·F_a da = 0. At a Hopf point the real part of the
pair of eigenvalues, followed along the equilibria in p and in a, stays zero.

Reference: W. J. F. Govaerts (2000). Numerical Methods for Bifurcations of Dynamical Equilibria, chapters 4 and 5.
doi:10.1137/1.9780898719543
"""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import Complex, EquilibriumProblem
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean

#: A change of the test function by the parameter of the diagram below this part of its terms is zero but for rounding.
VANISHES = 1e-9


def derivative(field: VectorField, name: str, u: Array, by: str, omega: float | None = None) -> float:
    """d(name)/d(by) of the special point ``u`` = (states, parameter ``name``).

    Parameters
    ----------
    field : VectorField
    name, by : str
        The parameter of the diagram, and the one that moves.
    u : array, shape (n + 1,)
    omega : float, optional
        The angular frequency of a Hopf point; without it the point is a fold.

    Raises
    ------
    ArgumentError
        For a ``by`` that is no parameter, or that of the diagram.
    AnalysisError
        Where the point does not move smoothly.
    """
    at = field.moved(name, float(u[-1]))
    _check(at, name, by)
    value = {**at.held, **at.params}[by]
    own, other = EquilibriumProblem(at, name), EquilibriumProblem(at, by)
    there = np.append(u[:-1], value)
    if omega is None:
        change, moves = _of_fold(own, u, other, there)
    else:
        change, moves = _of_hopf(own, u, omega), _of_hopf(other, there, omega)
    if not np.isfinite(change + moves) or abs(change) <= VANISHES * (abs(change) + abs(moves)):
        raise AnalysisError(
            f"The point at {name} = {u[-1]:g} has no derivative by {by}: it is degenerate in {name}.",
            advice=f"Compute diagrams at two values of {by}, and compare.",
        )
    return float(-moves / change)


def _check(field: VectorField, name: str, by: str) -> None:
    if by == name:
        raise ArgumentError(f"'{by}' is the parameter of the diagram itself.", advice="Name another parameter.")
    known = (*field.params, *field.held)
    if by not in known or by in field.free:
        raise ArgumentError(
            f"'{by}' is no parameter of {field.system.name}.",
            advice=did_you_mean(str(by), known) or f"It has {', '.join(field.params) or 'none'}.",
        )


def _of_fold(own: EquilibriumProblem, u: Array, other: EquilibriumProblem, there: Array) -> tuple[float, float]:
    slopes = own.slopes(u)
    left = np.linalg.svd(slopes[:, :-1])[0][:, -1]
    along = left @ slopes[:, -1]
    if abs(along) <= VANISHES * np.linalg.norm(slopes[:, -1]):  # two branches cross there: no fold
        return 0.0, 1.0
    return float(along), float(left @ other.slopes(there)[:, -1])


def _of_hopf(problem: EquilibriumProblem, u: Array, omega: float) -> float:
    """How fast the real part of the pair of eigenvalues grows along the equilibria in the problem's parameter."""
    slopes = problem.slopes(u)
    matrix, n = slopes[:, :-1], problem.n
    along = np.append(np.linalg.solve(matrix, -slopes[:, -1]), 1.0)
    if problem.field.system.is_delayed:
        histories = problem.histories(u)
        value, by_root = histories.matrix(1j * omega)
        left, _, right = np.linalg.svd(value)
        v, w = right[-1].conj(), left[:, -1].conj()
        return float(np.real(-(histories.turned(v, w, 1j * omega) @ along) / (w @ by_root @ v)))
    q, p = _vector(matrix, 1j * omega), _vector(matrix.T, 1j * omega)
    turned = problem.second(u, np.append(q, 0.0), along.astype(complex))
    return float(np.real((p @ turned[:n]) / (p @ q)))


def _vector(matrix: Array, eigenvalue: complex) -> Complex:
    values, vectors = np.linalg.eig(matrix.astype(complex))
    result: Complex = vectors[:, int(np.argmin(np.abs(values - eigenvalue)))]
    return result
