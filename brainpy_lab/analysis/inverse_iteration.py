"""The eigenvectors of one eigenvalue that is nearly known: a few solutions in place of a decomposition.

Reference: I. C. F. Ipsen (1997). Computing an eigenvector with inverse iteration. SIAM Rev. 39, 254-291.
doi:10.1137/S0036144596300773
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]

#: Rounds: each shrinks what other eigenvectors add by the ratio of their distances from zero.
ROUNDS = 3


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
