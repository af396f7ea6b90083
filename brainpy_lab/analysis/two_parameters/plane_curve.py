"""Curves of folds or Hopf points in a box of two parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.newton import sign_of_determinant
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.two_parameters.conditions import Along, Hopf
from brainpy_lab.analysis.two_parameters.in_box import InBox
from brainpy_lab.analysis.vector_field import Array

#: Points of a curve at most.
MOST = 4000

#: A matrix with rows of length one is singular with a singular value below this.
SINGULAR = 1e-7

#: A step shorter than this part of the longest leads on along a curve: another one that it crosses turns a sign too.
SURE = 1e-3


@dataclass
class PlaneCurve(InBox):
    """Equilibria that fulfil one condition.

    Attributes
    ----------
    along : Along
        What is followed.
    """

    most: int = MOST
    along: Along = None  # type: ignore[assignment]
    _sign: float = field(default=0.0, repr=False)

    @classmethod
    def of(cls, along: Along, search: Search) -> PlaneCurve:
        """The curve of equilibria that fulfil one condition, in the units of that."""
        units, (first, second) = along.system.units.copy(), search.ranges
        return cls(along.problem, second, units, search.longest, search.tolerance, first_range=first, along=along)

    def aim(self, kappa: float) -> None:
        """Follow the Hopf points with frequencies near the root of ``kappa``."""
        for condition in self.along.conditions:
            if isinstance(condition, Hopf):
                condition.kappa = kappa

    def start(self, u: Array) -> CurvePoint | None:
        """The curve's point nearest to ``u``; None where there is none."""
        across = None
        for place, border in self.borders(u):  # it stays on a border on which it was found
            u = u.copy()
            u[place] = border
            across = np.eye(len(u))[place]
        found = self.corrected(u, across)
        if found is None:
            return None
        for place, border in self.borders(found):
            found[place] = border
        slopes = self.scaled.both(found / self.units)[1]
        return CurvePoint(found, np.linalg.svd(slopes)[2][-1] * self.units)

    def is_regular(self, point: CurvePoint) -> bool:
        """Whether no other curve leads through a point."""
        slopes = self.scaled.both(point.u / self.units)[1]
        values = np.linalg.svd(slopes / nonzero(np.linalg.norm(slopes, axis=1))[:, None])[1]
        return bool(values[-1] > SINGULAR)

    def steps(self, start: CurvePoint) -> Iterator[CurvePoint]:
        """Points from ``start`` on; see `Curve.steps`."""
        self._sign = 0.0
        return super().steps(start)

    def _next(self, here: CurvePoint, step: float) -> tuple[CurvePoint, float] | None:
        """The next point, or None where the step is too long or led over to another curve.

        The determinant of the equations' slopes with the tangent keeps its sign along a curve. It turns between two
        that nearly cross, and where they do.
        """
        found = super()._next(here, step)
        if found is None:
            return None
        sign = sign_of_determinant(found[0].slopes)
        if sign * self._sign <= 0 and step > SURE * self.longest and sign * self._turn(here) < 0:
            return None
        self._sign = sign
        return found

    def _turn(self, here: CurvePoint) -> float:
        z = self._scale(here.u)
        return sign_of_determinant(self.scaled.bordered(self._scale(here.tangent)[None], z).both(z)[1])
