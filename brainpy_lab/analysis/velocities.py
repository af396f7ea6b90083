"""The velocity of the states at the points of a grid."""

from __future__ import annotations

from dataclasses import dataclass

from brainpy_lab.analysis.vector_field import Array


@dataclass(frozen=True)
class Velocities:
    """The velocity at the points of a grid.

    Attributes
    ----------
    x, y : ndarray, shape (n, n) or (n,)
        Where; on a phase line ``y`` is zero.
    u, v : ndarray, shape (n, n) or (n,)
        The derivatives of the two variables there; on a phase line ``v`` is zero.
    """

    x: Array
    y: Array
    u: Array
    v: Array
