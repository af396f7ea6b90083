"""A curve in a box of two parameters, the last two unknowns: it ends exactly on the borders of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.continuation.curve import EDGE, Curve, CurvePoint
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.two_parameters.conditions import Along, Hopf
from brainpy_lab.analysis.vector_field import Array, Range

#: Points of a curve at most.
MOST = 4000

#: A matrix with rows of length one is singular with a singular value below this.
SINGULAR = 1e-7


@dataclass
class PlaneCurve(Curve):
    """A `Curve` that both parameters bound; ``range`` is that of the second.

    Attributes
    ----------
    first_range : (float, float)
        Of the first parameter.
    along : Along
        What is followed.
    """

    most: int = MOST
    parameters: int = 2
    first_range: Range = (-np.inf, np.inf)
    along: Along = None  # type: ignore[assignment]

    @classmethod
    def of(cls, along: Along, ranges: tuple[Range, Range], longest: float, tolerance: float) -> PlaneCurve:
        """The curve of equilibria that fulfil one condition, in the units of that."""
        units = along.system.units.copy()
        return cls(along.problem, ranges[1], units, longest, tolerance, first_range=ranges[0], along=along)

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

    def borders(self, u: Array) -> list[tuple[int, float]]:
        """On which borders ``u`` stands: the place of the parameter, -2 or -1, and its value."""
        return [
            (place, border)
            for place, ends in ((-2, self.first_range), (-1, self.range))
            for border in ends
            if abs(float(u[place]) - border) <= EDGE * (ends[1] - ends[0])
        ]

    def is_within(self, u: Array) -> bool:
        """Whether ``u`` is in the box, borders included."""
        return all(
            low - EDGE * (high - low) <= value <= high + EDGE * (high - low)
            for value, (low, high) in zip(u[-2:].tolist(), (self.first_range, self.range), strict=True)
        )

    def _is_inside(self, point: CurvePoint) -> bool:
        return self.is_within(point.u) and not self.borders(point.u)

    def _at_border(self, inside: CurvePoint, outside: CurvePoint) -> CurvePoint | None:
        """The point on the first border between two others."""
        far = float(np.linalg.norm(self._scale(outside.u - inside.u)))
        crossed = []
        for place, ends in ((-2, self.first_range), (-1, self.range)):
            way = outside.u[place] - inside.u[place]
            for border in ends:
                part = (border - inside.u[place]) / way if way else -1.0
                if -EDGE <= part <= 1 + EDGE:
                    crossed.append((float(np.clip(part, 0, 1)), place, border))
        for part, place, border in sorted(crossed):
            guess = inside.u + part * (outside.u - inside.u)
            guess[place] = border
            across = np.zeros(len(guess))
            across[place] = 1.0
            found = self.corrected(guess, across)
            if found is None or float(np.linalg.norm(self._scale(found - guess))) > far:
                continue
            found[place] = border
            if self.is_within(found):
                return self.with_tangent(found, inside.tangent)
        return None
