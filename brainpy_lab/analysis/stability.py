"""Stability of a fixed point: the eigenvalues that decide on it, what is made of them, and what is said of the point.

Ordinary systems have those of the Jacobian. Delays bring infinitely many; the rightmost decide. With fractional orders
the sector of stable eigenvalues is wider or narrower than the left half plane.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis import caveats
from brainpy_lab.analysis.characteristic import characteristic_roots
from brainpy_lab.analysis.kinds import ZERO, kind_of
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.proof.drifts import rounding_at
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic.compiling import Compiler

#: Of more unknowns the errors at a point are not looked at: reading the equations for it takes a while.
MOST_BY_INTERVALS = 12

#: Rounding error of a drift, relative to its usual size in the box: that of a sum of about ten terms.
ROUNDING = 8 * float(np.finfo(float).eps)


class Stability(NamedTuple):
    """Eigenvalues, the one with the largest real part first; the kind; whether small disturbances die out."""

    eigenvalues: NDArray[np.complex128]
    kind: str
    stable: bool


def stability(field: VectorField, point: Array, rounding: Array, widths: Array) -> Stability:
    """The stability of ``field`` at its fixed point ``point``.

    Parameters
    ----------
    field : VectorField
    point : array, shape (n_free,)
    rounding : array, shape (n_free,)
        Rounding errors of the drift.
    widths : array, shape (n_free,)
        Of the box.

    Raises
    ------
    AnalysisError
        When states have different fractional orders.
    """
    jacobian = field.jacobian(point)
    if not np.isfinite(jacobian).all():  # sqrt(x) at x = 0
        return Stability(np.full(len(point), np.nan, dtype=np.complex128), "non-hyperbolic", False)
    if field.system.is_delayed:
        return _of_roots(in_order(characteristic_roots(field, point)), len(point))
    eigenvalues = in_order(np.linalg.eigvals(jacobian))
    if field.system.is_fractional:
        return _of_sector(eigenvalues, _order(field))
    kind = kind_of(jacobian, eigenvalues)
    if kind != "center" and _is_multiple(field, point, jacobian, rounding, widths):
        kind = "non-hyperbolic"
    return Stability(eigenvalues, kind, kind.startswith("stable"))


def told(
    field: VectorField, point: Array, dimension: int, rounding: Array, widths: Array, frozen: dict[str, float]
) -> FixedPoint:
    """As `described`; where ``rounding``, that of the box, leaves the kind open, with the errors at the point itself.

    In a box a million times as wide as what is in it the drift is so large that 1e-16 of it hides everything.
    """
    found = described(field, point, dimension, rounding, widths, frozen)
    if found.kind != "non-hyperbolic" or dimension or len(point) > MOST_BY_INTERVALS:
        return found
    errors = rounding_at(field, point)
    if errors is None or not (errors < rounding).any():
        return found
    return described(field, point, dimension, np.minimum(errors, rounding), widths, frozen)


def described(
    field: VectorField, point: Array, dimension: int, rounding: Array, widths: Array, frozen: dict[str, float]
) -> FixedPoint:
    """The fixed point at ``point``, shape (n_free,), with its stability; ``rounding`` errors of the drift as given."""
    # + 0.0: a zero found from below would be shown as -0
    values = {name: float(v) + 0.0 for name, v in zip(field.free, point, strict=True)}
    eigenvalues, kind, stable = stability(field, point, rounding, widths)
    if dimension:
        kind, stable = "non-hyperbolic", False
    virtual = caveats.reset_at(field, point, widths)
    stable = stable and virtual is None
    vectors = eigenvectors(field, point)
    return FixedPoint(values, eigenvalues, kind, stable, frozen, virtual, dimension, dict(field.params), vectors)


def in_order(values: NDArray[Any]) -> NDArray[np.complex128]:
    """Eigenvalues, the one with the largest real part first; of a pair, that with the positive imaginary part."""
    values = values.astype(np.complex128)
    return values[np.lexsort((-values.imag, -values.real))]


def eigenvectors(field: VectorField, point: Array) -> NDArray[np.complex128]:
    """Those of the Jacobian as columns of length one, in the order of the eigenvalues; nan where there are none."""
    jacobian = field.jacobian(point)
    if field.system.is_delayed or not np.isfinite(jacobian).all():
        return np.full(jacobian.shape, np.nan, dtype=np.complex128)
    values, vectors = np.linalg.eig(jacobian)
    return vectors[:, np.lexsort((-values.imag, -values.real))].astype(np.complex128)


def _is_multiple(field: VectorField, point: Array, jacobian: Array, rounding: Array, widths: Array) -> bool:
    """True when the errors ``rounding`` of the drift leave the eigenvalue nearest to zero quite unknown.

    At a fold the computed point is off by the square root of the rounding error, and so is the vanishing eigenvalue.
    """
    if not np.isfinite(jacobian).all() or abs(np.linalg.det(jacobian)) < np.finfo(float).tiny:
        return True
    # an inverse that is nearly infinite would move the point out of the box, where nothing is known
    error = np.minimum(np.abs(np.linalg.inv(jacobian)) @ rounding, widths)
    real = in_order(np.linalg.eigvals(jacobian)).real
    k = int(np.argmin(np.abs(real)))
    moved = [in_order(np.linalg.eigvals(field.jacobian(point + side * error))).real[k] for side in (-1, 1)]
    return any(abs(m - real[k]) > abs(real[k]) for m in moved)


def _of_roots(roots: NDArray[np.complex128], n: int) -> Stability:
    """The kind after the rightmost of infinitely many characteristic roots.

    Of ``n`` states the first n roots count, and a conjugate to the last: those that are left as the delays, or what is
    delayed, go to zero. All others are farther to the left.
    """
    near = np.abs(roots.real) <= ZERO * np.abs(roots).max()
    unstable = int((roots.real > 0).sum())
    if near[: max(n, unstable + 1)].any():
        return Stability(roots, "non-hyperbolic", False)
    if 0 < unstable < n:
        rotates = bool((roots[:n].imag != 0).any())
        return Stability(roots, "saddle-focus" if rotates else "saddle", False)
    shape = "focus" if roots[0].imag != 0 else "node"
    return Stability(roots, f"{'unstable' if unstable else 'stable'} {shape}", not unstable)


def _of_sector(eigenvalues: NDArray[np.complex128], order: float) -> Stability:
    """Matignon's condition: disturbances die out when every eigenvalue has an angle above ``order`` times 90°.

    D. Matignon (1996). Stability results for fractional differential equations with applications to control processing.
    IMACS Multiconference on Computational Engineering in Systems Applications 2, 963-968.
    """
    excess = np.abs(np.angle(eigenvalues)) - order * np.pi / 2
    if (np.abs(excess) <= ZERO).any() or (np.abs(eigenvalues) <= ZERO * np.abs(eigenvalues).max()).any():
        return Stability(eigenvalues, "non-hyperbolic", False)
    rotates = bool((eigenvalues.imag != 0).any())
    if excess.min() < 0 < excess.max():
        return Stability(eigenvalues, "saddle-focus" if rotates else "saddle", False)
    stable = bool(excess.min() > 0)
    return Stability(eigenvalues, f"{'stable' if stable else 'unstable'} {'focus' if rotates else 'node'}", stable)


def _order(field: VectorField) -> float:
    """The Caputo order that all free states share."""
    system = field.system
    states = [s for s in system.states if s.name in field.free_states]
    expressions = [s.order for s in states if s.order is not None]
    evaluate: Callable[..., tuple[Any, ...]] = Compiler(system).compile(expressions)
    values = evaluate(*field.arguments(np.zeros(len(field.free))))
    orders = {float(v) for value in values for v in np.ravel(value)}
    orders |= {1.0} if len(expressions) < len(states) else set()
    if len(orders) > 1:
        raise AnalysisError(
            f"The states of {system.name} have the orders {', '.join(f'{o:g}' for o in sorted(orders))}; "
            "stability is known when all are equal.",
            advice="Give every state the same order.",
        )
    return orders.pop()
