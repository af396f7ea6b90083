"""A field in units of the box: states of 1e-9 and of 1e6, fast and slow, are alike to what searches and compares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.nullclines import typical
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import ZeroProblem, equilibria

#: Rounding errors of the states that the drift's own error is estimated from, in units of the last place.
SHIFTS = np.array([1.0, -1.0, 2.0, -2.0, 3.0, -3.0])

#: A drift this many times its estimated rounding error is zero: six shifts may all miss the worst of them.
TIMES_ROUNDING = 32.0

#: A state that moves by less than this part of the one that moves most may stay where it is.
STILL = 1e-9

#: One that moves by less than this part of its own size is measured by that: less of it is lost in rounding.
LITTLE = 1e-4


@dataclass(frozen=True)
class Scaled:
    """The drift of ``field`` over its usual size, by states over the width of the box; both powers of two.

    Attributes
    ----------
    field : VectorField
    widths, sizes : ndarray, shape (n_free,)
        The units of the states and of their drifts.
    """

    field: VectorField
    widths: Array
    sizes: Array

    @classmethod
    def over(cls, field: VectorField, widths: Array, sample: Array) -> Scaled:
        """The scaled form for a box of ``widths`` with the points ``sample``, shape (n_free, n_points), in it."""
        sizes = np.array([typical(drift) for drift in field.rhs(sample)])
        return cls(field, power_of_two(widths), power_of_two(nonzero(sizes)))

    @cached_property
    def problem(self) -> ZeroProblem:
        """The fixed points as a zero problem in these units."""
        return equilibria(self.field).in_units(self.widths, self.sizes)

    def rhs(self, z: Array) -> Array:
        """The scaled drift at the scaled states ``z``, shape (n_free, n_points)."""
        return self.problem.residual(z)

    def jacobian(self, z: Array) -> Array:
        """The derivatives of the scaled drift by the scaled states, shape (n_free, n_free, n_points)."""
        return self.problem.jacobian(z)

    def is_zero(self, z: Array) -> NDArray[np.bool_]:
        """Where the drift is zero but for rounding errors, shape (n_points,).

        Its error is how far it moves when the states move by some units in the last place. Where a drift jumps, that
        is as large as the drift: no zero.
        """
        n, points = z.shape
        # states move against each other in some shifts and together in others, so that errors cannot all cancel
        signs = np.where(np.arange(n)[:, None] % 2 == np.arange(len(SHIFTS)) // 2 % 2, 1.0, -1.0) * SHIFTS
        shift = np.finfo(float).eps * (1 + np.abs(z))[:, :, None] * signs[:, None]
        with np.errstate(all="ignore"):
            value = self.rhs(z)
            moved = self.rhs((z[:, :, None] + shift).reshape(n, -1)).reshape(n, points, -1)
            error = np.abs(moved - value[:, :, None]).max(axis=2)
        # drifts are of order one here: an error of 1e-6 is no rounding, but a jump between the shifted states
        return np.asarray(((np.abs(value) <= TIMES_ROUNDING * error) & (error <= 1e-6)).all(axis=0))


def nonzero(sizes: Array) -> Array:
    """The sizes, and one in place of zero: units to divide by."""
    return np.asarray(np.where(sizes > 0, sizes, 1.0), dtype=float)


def swings(profile: Array) -> Array:
    """How far each state of an orbit, (n, n_nodes), moves: units to divide by, (n,).

    A state that stays where it is moves by rounding errors; it is measured by its size, and by what moves most.
    """
    found = np.ptp(profile, axis=1)
    least = LITTLE * np.abs(profile).max(axis=1, initial=0.0)
    return nonzero(np.maximum.reduce([found, least, np.full_like(found, STILL * found.max(initial=0.0))]))


def power_of_two(values: Array) -> Array:
    """The powers of two next to ``values``: multiplying with them makes no rounding error."""
    return np.asarray(2.0 ** np.round(np.log2(values)), dtype=float)
