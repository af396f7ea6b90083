"""A curve on the surface of cycles over two parameters: the collocated equations, and one condition below them.

How the condition changes is needed along the surface alone: two directions, which differences give. Newton's method is
as fast as with all derivatives, since the step to the surface is taken into account in the condition's value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.cycles.collocation import Slopes
from brainpy_lab.analysis.cycles.zeros import CycleZeros
from brainpy_lab.analysis.two_parameters.cycle_conditions import Condition, kernel
from brainpy_lab.analysis.vector_field import Array

#: Of differences of the condition, in units of the curve.
STEP = 1e-6

#: A difference of the condition larger than this may be of a piece that is not straight.
LARGE = 1e-3

#: A step to the surface shorter than this changes the condition by rounding errors.
ON_IT = 1e-11


@dataclass(frozen=True)
class OnIt:
    """The derivatives at a point near the surface, by which rows below them are solved for along it.

    Attributes
    ----------
    slopes : Slopes
        Of the collocated equations.
    units : ndarray, shape (size,)
    value : ndarray, shape (size - 2,)
        The residual of the collocated equations.
    ways : ndarray, shape (2, size)
        Along the surface, in units: one each along its own row of ``basis``.
    off : ndarray, shape (size,)
        The way from the surface, along none of these rows.
    basis : ndarray, shape (2, size)
    rows : ndarray, shape (2, size)
        The derivatives of the equations below.
    """

    slopes: Slopes
    units: Array
    value: Array
    ways: Array
    off: Array
    basis: Array
    rows: Array

    def solve(self, right: Array) -> Array:
        """The unknowns, in units."""
        above, below = right[: len(self.value)], right[len(self.value) :]
        if not above.any():
            off = np.zeros(len(self.units))
        elif np.array_equal(above, self.value):  # what Newton's method asks for
            off = self.off
        else:
            aside = np.append(above, np.zeros(len(self.basis)))
            off = self.slopes.with_rows(self.basis / self.units).solve(aside) / self.units
        part = np.linalg.solve(self.rows @ self.ways.T, below - self.rows @ off)
        return np.asarray(off + part @ self.ways)


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

    def both(self, z: Array) -> tuple[Array, OnIt]:
        """The residual and its derivatives."""
        units = self.zeros.units
        value, slopes = self.zeros.collocation.both(z * units)
        ways, off = kernel(slopes, self.basis, units, value)
        found = OnIt(slopes, units, value, ways, off, self.basis, np.zeros((0, len(z))))
        here = self._value(z, found)
        if self.condition.is_linear:
            row = np.eye(1, len(z), len(z) - 3)[0] * units[-3] / self.condition.period
        else:
            row = np.array([self._change(z, here, way) for way in ways]) @ self.basis
            if np.linalg.norm(off) > ON_IT:
                here -= self._change(z, here, off)
        below = self.rows @ (z - self.at) if len(self.rows) else np.zeros(0)
        rows = np.concatenate([row[None], self.rows.reshape(-1, len(z))])
        return np.concatenate([value, [here], below]), replace(found, rows=rows)

    def _value(self, z: Array, known: OnIt | None = None) -> float:
        return self.condition.value(self.zeros, z * self.zeros.units, self.basis, known)

    def _change(self, z: Array, here: float, way: Array) -> float:
        """How the condition changes along ``way``."""
        length = float(np.linalg.norm(way))
        step, change = STEP, self._value(z + STEP / length * way) - here
        if abs(change) > LARGE:  # it may bend on the way: a shorter one will do
            step *= LARGE / abs(change)
            change = self._value(z + step / length * way) - here
        return change * length / step
