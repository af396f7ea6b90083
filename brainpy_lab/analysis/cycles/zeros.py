"""The equations of a collocated cycle as what Newton's method and curves take: a `ZeroProblem` with its own solver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.cycles.collocation import Collocation, Slopes
from brainpy_lab.analysis.vector_field import Array


@dataclass(frozen=True)
class CycleZeros:
    """F(U) = 0 with U in units, and rows below as `ZeroProblem.bordered` has them.

    Attributes
    ----------
    collocation : Collocation
    units : ndarray, shape (size,)
    rows : ndarray, shape (n_rows, size)
    at : ndarray, shape (size,)
    """

    collocation: Collocation
    units: Array
    rows: Array = field(default_factory=lambda: np.zeros((0, 0)))
    at: Array = field(default_factory=lambda: np.zeros(0))

    def both(self, z: Array) -> tuple[Array, InUnits]:
        """F and its derivatives."""
        value, slopes = self.collocation.both(z * self.units)
        if len(self.rows):
            value = np.append(value, self.rows @ (z - self.at))
            slopes = slopes.with_rows(self.rows / self.units)
        return value, InUnits(slopes, self.units)

    def value(self, z: Array) -> Array:
        """F alone."""
        value = self.collocation.value(z * self.units)
        return np.append(value, self.rows @ (z - self.at)) if len(self.rows) else value

    def in_units(self, units: Array, equations: Array) -> CycleZeros:
        """The same with other units of the unknowns; equations keep theirs."""
        return replace(self, units=units)

    def bordered(self, rows: Array, at: Array) -> CycleZeros:
        """With the further equations rows·(U - at) = 0."""
        return replace(self, rows=rows, at=at)


@dataclass(frozen=True)
class InUnits:
    """Slopes by unknowns in units."""

    slopes: Slopes
    units: Array

    def solve(self, right: Array) -> Array:
        """The unknowns, in units; of several right sides, (size, k), as of one."""
        result: Array = (self.slopes.solve(right).T / self.units).T
        return result
