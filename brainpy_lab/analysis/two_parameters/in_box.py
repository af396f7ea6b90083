"""Curves that end exactly on the borders of a box of two parameters, which are the last two unknowns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.continuation.curve import EDGE, Curve, CurvePoint
from brainpy_lab.analysis.vector_field import Array, Range


@dataclass
class InBox(Curve):
    """A `Curve` that both parameters bound; ``range`` is that of the second.

    Attributes
    ----------
    first_range : (float, float)
        Of the first parameter.
    """

    parameters: int = 2
    first_range: Range = (-np.inf, np.inf)

    @property
    def spans(self) -> Array:
        """The widths of the ranges of both parameters."""
        return np.array([high - low for low, high in (self.first_range, self.range)])

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
