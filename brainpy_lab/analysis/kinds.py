"""The kind of a fixed point, from the eigenvalues of its Jacobian.

Reference: S. H. Strogatz, Nonlinear Dynamics and Chaos, 2nd ed. (2014), chapters 2 and 5. doi:10.1201/9780429492563
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Real parts below this, relative to the largest eigenvalue, count as zero: rounding leaves about 1e-15.
ZERO = 1e-10

#: The same for the discriminant of a planar Jacobian, relative to its squared trace.
EQUAL = 1e-12


def kind_of(jacobian: NDArray[np.float64], eigenvalues: NDArray[Any], zero: float = ZERO) -> str:
    """The name of a fixed point's kind.

    Parameters
    ----------
    jacobian : array, shape (n, n)
    eigenvalues : array, shape (n,)
    zero : float
        Real parts below this, relative to the largest eigenvalue, count as zero.

    Returns
    -------
    str
        One of 'stable node', 'unstable node', 'stable focus', 'unstable focus', 'stable star', 'unstable star',
        'stable degenerate node', 'unstable degenerate node', 'saddle', 'saddle-focus' (from three dimensions on),
        'center' (in two dimensions), 'non-hyperbolic'.
    """
    scale = float(np.max(np.abs(eigenvalues)))
    real = eigenvalues.real
    on_axis = np.abs(real) <= zero * scale
    if len(eigenvalues) == 2 and on_axis.all() and (np.abs(eigenvalues.imag) > zero * scale).all() and scale > 0:
        return "center"
    if on_axis.any():
        return "non-hyperbolic"
    rotates = bool((np.abs(eigenvalues.imag) > zero * scale).any())
    if real.min() < 0 < real.max():
        return "saddle-focus" if rotates else "saddle"
    return f"{'stable' if real.max() < 0 else 'unstable'} {_shape(jacobian, rotates)}"


def _shape(jacobian: NDArray[np.float64], rotates: bool) -> str:
    """'node', 'focus', and in the plane the cases between them: equal eigenvalues, with one eigenvector or all."""
    if len(jacobian) == 2:
        trace, determinant = float(np.trace(jacobian)), float(np.linalg.det(jacobian))
        if abs(trace**2 - 4 * determinant) <= EQUAL * trace**2:
            # equal eigenvalues: a multiple of the unit matrix turns nothing (star); else there is one direction only.
            # The discriminant is a squared difference, hence the root.
            distance = np.abs(jacobian - np.eye(2) * trace / 2).max()
            return "star" if distance <= np.sqrt(EQUAL) * abs(trace) else "degenerate node"
    return "focus" if rotates else "node"
