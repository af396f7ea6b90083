"""What makes an equilibrium with delays a Hopf point, as one smooth function that vanishes there.

The characteristic function D(s) = det Delta(s) is divided by s² - sigma s + kappa. Where nothing remains the roots of
the divisor are two of the characteristic roots, a pair or both real; at Hopf points their sum sigma is zero. Sum and
product move smoothly where the two meet, at Bogdanov-Takens points, which neither of the roots does.

References: L. Bairstow (1920), Applied Aerodynamics, appendix, for the division. J. Hale, S. M. Verduyn Lunel (1993).
Introduction to Functional Differential Equations, chapter 11. doi:10.1007/978-1-4612-4342-7
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import Complex
from brainpy_lab.analysis.continuation.defining import InUnits
from brainpy_lab.analysis.continuation.histories import Histories
from brainpy_lab.analysis.stability import in_order
from brainpy_lab.analysis.two_parameters.conditions import Hopf
from brainpy_lab.analysis.vector_field import Array

#: Steps of Newton's method for two roots, and when it has them: relative to the rates of the equations.
MOST_STEPS, TOLERANCE = 25, 1e-13

#: Half the way of differences of the remainder.
STEP = 1e-6

#: Roots nearer to each other than this, relative, are divided out by what is known beside them.
CLOSE = 1e-3


@dataclass
class HopfWithDelays(Hopf):
    """Vanishes where two characteristic roots are opposite; see `Hopf`."""

    def still(self, z: Array) -> float:
        """As for `Hopf`; a double root is known to the error of the point, and no better."""
        return 1e-8 * self.system.problem.histories(z * self.system.units).rate ** 2

    def both(self, z: Array, slopes: Array) -> tuple[float, Array]:
        """The sum of the two roots and its derivatives, with their product the implicit function of all unknowns."""
        at = self._divided(z)
        found = at.roots(self.kappa)
        if found is None:
            return np.nan, np.full(len(z), np.nan)
        steps = STEP * (1 + np.abs(z))
        moved = [
            [self._divided(z + side * step, at.rate).remainder(*found) for side in (1, -1)] for step in np.diag(steps)
        ]
        by_unknowns = np.array([(up - down) / (2 * h) for (up, down), h in zip(moved, steps, strict=True)]).T
        return found[0] * at.rate, -np.linalg.solve(at.slopes(*found), by_unknowns)[0] * at.rate

    def measured(self, z: Array) -> tuple[float, float]:
        """Sum and product of the two roots."""
        at = self._divided(z)
        found = at.roots(self.kappa)
        return (np.nan, np.nan) if found is None else (found[0] * at.rate, found[1] * at.rate**2)

    def parted(self, z: Array) -> tuple[Complex, Complex, float]:
        """The rightmost roots, those without the two, and the product of the two."""
        values = self.system.problem.eigenvalues(z * self.system.units)
        sigma, kappa = self.measured(z)
        root = np.sqrt(complex(sigma**2 / 4 - kappa))
        others = values
        for own in (sigma / 2 + root, sigma / 2 - root):
            # of many roots those far left are not listed, and neither is a saddle's second one
            if len(others) and np.abs(others - own).min() <= 1e-3 * (abs(own) + 1e-3 * abs(values).max()):
                others = np.delete(others, int(np.argmin(np.abs(others - own))))
        return values, in_order(others), kappa

    def _divided(self, z: Array, rate: float | None = None) -> Divided:
        histories = self.system.problem.histories(z * self.system.units)
        return Divided(histories, rate or histories.rate)


def hopf_of(system: InUnits, kappa: float) -> Hopf:
    """The condition of Hopf points of a model, with delays or without."""
    return (HopfWithDelays if system.problem.field.system.is_delayed else Hopf)(system, kappa)


@dataclass(frozen=True)
class Divided:
    """The characteristic function over s² - sigma s + kappa, which are in units of ``rate`` and its square."""

    histories: Histories
    rate: float

    def remainder(self, sigma: float, kappa: float) -> Array:
        """a and b of the remainder a + b (s - sigma/2)."""
        square = sigma**2 / 4 - kappa
        if abs(square) >= CLOSE**2:
            return np.array(self._at(sigma / 2, square))
        # even functions of the distance: a straight line in its square is off by its fourth power
        near, far = (np.array(self._at(sigma / 2, part * CLOSE**2)) for part in (1.0, 4.0))
        return np.asarray(near + (square / CLOSE**2 - 1) / 3 * (far - near))

    def slopes(self, sigma: float, kappa: float) -> Array:
        """The derivatives of the remainder by sigma and kappa, (2, 2)."""
        ends = [
            (self.remainder(sigma + h, kappa + k) - self.remainder(sigma - h, kappa - k)) / (2 * STEP)
            for h, k in ((STEP, 0.0), (0.0, STEP))
        ]
        return np.array(ends).T

    def roots(self, kappa: float) -> tuple[float, float] | None:
        """Sum and product, in these units, of two roots: those with a sum near zero and a product near kappa."""
        x = np.array([0.0, kappa / self.rate**2])
        for _ in range(MOST_STEPS):
            try:
                step = np.linalg.solve(self.slopes(*x), self.remainder(*x))
            except np.linalg.LinAlgError:
                return None
            x = x - step
            if not np.isfinite(x).all():
                return None
            if float(np.abs(step).max()) <= TOLERANCE * (1 + float(np.abs(x).max())):
                return float(x[0]), float(x[1])
        return (float(x[0]), float(x[1])) if float(np.abs(step).max()) <= 1e-10 * (1 + np.abs(x).max()) else None

    def _at(self, middle: float, square: float) -> tuple[float, float]:
        """a and b by the values at the roots of the divisor, middle ± sqrt(square)."""
        root = np.sqrt(complex(square))
        up = self._value(middle + root)
        if square < 0:
            return up.real, up.imag / root.imag
        down = self._value(middle - root)
        return ((up + down) / 2).real, ((up - down) / (2 * root)).real

    def _value(self, s: complex) -> complex:
        return complex(np.linalg.det(self.histories.matrix(s * self.rate)[0] / self.rate))
