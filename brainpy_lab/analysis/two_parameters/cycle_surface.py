"""A curve on the surface of cycles over two parameters: the collocated equations, and one condition below them.

How the condition changes is needed along the surface alone: two directions, which differences give. Newton's method is
as fast as with all derivatives, since the step to the surface is taken into account in the condition's value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.cycles.collocation import Slopes
from brainpy_lab.analysis.cycles.zeros import CycleZeros, InUnits
from brainpy_lab.analysis.two_parameters.cycle_conditions import Condition, kernel
from brainpy_lab.analysis.vector_field import Array

#: Of differences of the condition, in units of the curve.
STEP = 1e-6

#: A step to the surface shorter than this changes the condition by rounding errors.
ON_IT = 1e-11


@dataclass(frozen=True)
class OnSurface:
    """The cycles that fulfil a condition, with U in units; a `Followed`.

    Attributes
    ----------
    zeros : CycleZeros
        With two parameters.
    condition : Condition
    basis : ndarray, shape (2, size)
        Orthonormal rows in units, nearly along the surface.
    rows, at : ndarray
        As those of `CycleZeros`.
    """

    zeros: CycleZeros
    condition: Condition
    basis: Array
    rows: Array = field(default_factory=lambda: np.zeros((0, 0)))
    at: Array = field(default_factory=lambda: np.zeros(0))

    def in_units(self, units: Array, equations: Array) -> OnSurface:
        """The same with other units of the unknowns; equations keep theirs."""
        return replace(self, zeros=self.zeros.in_units(units, equations))

    def bordered(self, rows: Array, at: Array) -> OnSurface:
        """With the further equations rows·(U - at) = 0."""
        return replace(self, rows=rows, at=at)

    def both(self, z: Array) -> tuple[Array, InUnits]:
        """The residual and its derivatives."""
        units = self.zeros.units
        value, slopes = self.zeros.collocation.both(z * units)
        here = self._value(z, slopes)
        if self.condition.is_linear:
            row = np.eye(1, len(z), len(z) - 3)[0] * units[-3] / self.condition.period
        else:
            ways, to_it = kernel(slopes, self.basis, units, value)
            row = np.array([self._change(z, here, way) for way in ways]) @ self.basis
            if np.linalg.norm(to_it) > ON_IT:
                here += self._change(z, here, to_it)
        rows = np.concatenate([row[None], self.rows.reshape(-1, len(z))])
        below = self.rows @ (z - self.at) if len(self.rows) else np.zeros(0)
        return np.concatenate([value, [here], below]), InUnits(slopes.with_rows(rows / units), units)

    def _value(self, z: Array, slopes: Slopes | None = None) -> float:
        return self.condition.value(self.zeros, z * self.zeros.units, slopes, self.basis)

    def _change(self, z: Array, here: float, way: Array) -> float:
        """How the condition changes along ``way``."""
        length = float(np.linalg.norm(way))
        return (self._value(z + STEP / length * way) - here) * length / STEP
