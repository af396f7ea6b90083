"""Floquet multipliers of an orbit, as logarithms: strong contraction is beyond the smallest numbers.

The variational equation is integrated along the orbit by exponentials of the Jacobian, which carry fast decay exactly
where collocation's own factors tend to one; the product of the steps is never formed, it is taken through orthogonal
factors whose triangular parts give the logarithms.

References: S. Blanes, P. C. Moan (2006). Fourth- and sixth-order commutator-free Magnus integrators for linear and
non-linear dynamical systems. Appl. Numer. Math. 56, 1519-1537. doi:10.1016/j.apnum.2005.11.004. A. Bojanczyk, G. H.
Golub, P. Van Dooren (1992). The periodic Schur decomposition. Proc. SPIE 1770, 31-42. doi:10.1117/12.130915
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array

#: Rounds along the orbit; directions that multipliers tell apart by a factor of ten need about twelve.
ROUNDS = 40

#: Directions are apart when a round mixes them by no more than this.
APART = 1e-9

#: The largest integral of the Jacobian over a piece: beside directions that stay, those that shrink by exp(-8) are
#: known to twelve digits.
LARGEST = 8.0

#: Places of the two evaluations of a step, and their weights in its two exponentials.
_PLACES = 0.5 + np.array([-1, 1]) * np.sqrt(3) / 6
_MORE, _LESS = 0.25 + np.sqrt(3) / 6, 0.25 - np.sqrt(3) / 6


def steps_between(edges: Array, jacobian_at: Callable[[Array], Array], substeps: int) -> Array:
    """How small deviations are carried along, piece by piece, (n_pieces, n, n).

    Parameters
    ----------
    edges : ndarray, shape (n_intervals + 1,)
        Times.
    jacobian_at : callable
        Times, (n_times,), to Jacobians, (n_times, n, n).
    substeps : int
        Of each interval.
    """
    widths = np.diff(edges) / substeps
    starts = edges[:-1, None] + widths[:, None] * np.arange(substeps)
    times = starts[:, :, None] + widths[:, None, None] * _PLACES
    found = jacobian_at(times.ravel())
    n = found.shape[-1]
    a = found.reshape(len(widths), substeps, 2, n, n) * widths[:, None, None, None, None]
    first, second = _MORE * a[:, :, 0] + _LESS * a[:, :, 1], _LESS * a[:, :, 0] + _MORE * a[:, :, 1]
    both = exponentials(np.stack([first, second], axis=2))
    steps = (both[:, :, 1] @ both[:, :, 0]).reshape(-1, n, n)
    size = float(np.abs(a).sum(axis=-1).max(initial=0.0))
    # pairs are joined as long as what shrinks most is not lost beside what shrinks least
    while len(steps) % 2 == 0 and 2 * size <= LARGEST:
        steps, size = steps[1::2] @ steps[::2], 2 * size
    return np.asarray(steps)


def exponentials(a: Array) -> Array:
    """The exponentials of matrices, shape (..., n, n), all at once: a rational approximation, scaled and squared."""
    size = float(np.abs(a).sum(axis=-1).max(initial=0.0))
    halvings = max(0, int(np.ceil(np.log2(size / 0.5)))) if size > 0 else 0
    a = a / 2.0**halvings
    unit = np.eye(a.shape[-1])
    # Padé's approximant of degree six; its error at half a unit is below rounding
    square = a @ a
    fourth = square @ square
    even = unit + (5 / 44) * square + (1 / 792) * fourth + (1 / 665280) * fourth @ square
    odd = a @ (0.5 * unit + (1 / 66) * square + (1 / 15840) * fourth)
    result = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        result = result @ result
    return np.asarray(result)


def logarithms(factors: Array) -> NDArray[np.complex128]:
    """The logarithms of the eigenvalues of the product ... F_2 F_1 F_0, falling by real part.

    Parameters
    ----------
    factors : ndarray, shape (n_factors, n, n)
    """
    q = np.eye(factors.shape[-1])
    for _ in range(ROUNDS):
        begin = q
        q, triangles = _round(factors, begin)
        turn = begin.T @ q
        groups = _groups(turn)
        if all(len(group) == 1 for group in groups):
            break
    found: list[complex] = []
    for group in groups:
        inside = np.ix_(range(len(factors)), group, group)
        # of a product of triangular matrices the blocks on the diagonal are the products of their blocks
        block, size = _product(triangles[inside])
        values = np.linalg.eigvals(turn[np.ix_(group, group)] @ block)
        found += [complex(size + np.log(abs(v)), np.angle(v)) for v in values]
    return np.array(sorted(found, key=lambda v: (-v.real, -v.imag)))


def _round(factors: Array, q: Array) -> tuple[Array, Array]:
    """Once round the orbit: factor by factor, F·Q = Q'·R; the last Q and all R."""
    triangles = np.empty_like(factors)
    for k, factor in enumerate(factors):
        q, triangles[k] = np.linalg.qr(factor @ q)
    return q, triangles


def _product(factors: Array) -> tuple[Array, float]:
    """The product, and the logarithm of the size that was taken out of it."""
    product, size = np.eye(factors.shape[-1]), 0.0
    for factor in factors:
        product = factor @ product
        most = float(np.abs(product).max())
        product, size = product / most, size + np.log(most)
    return product, size


def _groups(turn: Array) -> list[list[int]]:
    """Directions that a round leaves among themselves."""
    groups: list[list[int]] = [[0]]
    for k in range(1, len(turn)):
        mixes = max(np.abs(turn[k:, :k]).max(), np.abs(turn[:k, k:]).max()) > APART
        groups[-1 if mixes else len(groups) :] = [[*groups[-1], k]] if mixes else [[k]]
    return groups
