"""Between which points of a curve of folds or Hopf points a point of codimension two lies.

A step between two points that differ is halved until one thing is left in it. A step in which a test function comes
near zero and turns is looked into as well: two points of one kind in it would cancel in the signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import copysign, isfinite

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.newton import length_of
from brainpy_lab.analysis.two_parameters.plane_curve import PlaneCurve
from brainpy_lab.analysis.two_parameters.stations import Station

#: A step is halved at most so often; and at least so often before one thing in it is believed to be the only one.
HALVINGS, SURE = 24, 2

#: So often a step is looked into where signs are equal and a test function comes near zero.
LOOKS = 5

#: A test function comes near zero where a parabola through three values turns below this part of them.
NEAR = 0.3


@dataclass(frozen=True)
class Gap:
    """A piece of a curve with one point of codimension two in it."""

    kind: str
    before: Station
    after: Station
    is_resolved: bool = True


@dataclass(frozen=True)
class Detector:
    """Finds what lies between points of a curve.

    Attributes
    ----------
    curve : PlaneCurve
    station : callable
        Counts at a point, given the station before.
    """

    curve: PlaneCurve
    station: Callable[[CurvePoint, Station | None], Station]

    def gaps(self, a: Station, b: Station, halvings: int = 0) -> Iterator[Gap]:
        """The pieces with one point each, in order."""
        kinds = changes(a, b)
        if not kinds:
            return
        if len(kinds) == 1 and halvings >= SURE:
            yield Gap(kinds[0], a, b)
            return
        m = None if halvings >= HALVINGS else self.middle(a, b)
        if m is None:
            for kind in kinds:
                yield Gap(kind, a, b, is_resolved=len(kinds) == 1)
            return
        yield from self.gaps(a, m, halvings + 1)
        yield from self.gaps(m, b, halvings + 1)

    def middle(self, a: Station, b: Station, part: float = 0.5) -> Station | None:
        """The station between two others."""
        found = self.curve.between(a.point, b.point, part)
        return None if found is None else self.station(found, a)

    def looked_into(self, a: Station, b: Station, c: Station, looks: int = 0) -> list[Station]:
        """The stations between ``a`` and ``c``, and more of them where a test function comes near zero there."""
        part = None if looks >= LOOKS else self._turn(a, b, c)
        if part is None:
            return [b]
        first, second, at = (a, b, part) if part < 1 else (b, c, part - 1)
        m = self.middle(first, second, at)
        if m is None:
            return [b]
        if part < 1:
            return [*self.looked_into(a, m, b, looks + 1), b]
        return [b, *self.looked_into(b, m, c, looks + 1)]

    def _turn(self, a: Station, b: Station, c: Station) -> float | None:
        """Where a test function turns near zero: 0 at ``a``, 1 at ``b``, 2 at ``c``; None where none does."""
        units = self.curve.units
        ways = [length_of((q.point.u - p.point.u) / units) for p, q in ((a, b), (b, c))]
        x = (0.0, ways[0], ways[0] + ways[1])
        if not 0 < x[1] < x[2]:
            return None
        best: tuple[float, float] | None = None
        for values in zip(*(_smooth(s) for s in (a, b, c)), strict=True):
            found = _extremum(x, values)
            if found is not None and (best is None or found[1] < best[1]):
                best = found
        if best is None:
            return None
        part = best[0] / x[1] if best[0] < x[1] else 1 + (best[0] - x[1]) / (x[2] - x[1])
        # at the station in the middle nothing more would be seen
        return None if abs(part - 1) < 0.02 else float(np.clip(part, 0.02, 1.98))


def changes(a: Station, b: Station) -> list[str]:
    """The kinds of points that lie between two stations by their signs and counts."""
    kinds = [kind for kind in a.signs if kind in b.signs and a.signs[kind] * b.signs[kind] < 0]
    more = abs(b.crossed - a.crossed)
    if a.kernel is None:
        return kinds + ["zero-hopf"] * (more % 2) + ["double hopf"] * (more // 2)
    return kinds + ["zero-hopf"] * (more // 2)  # one alone is a change of which is left out


def _smooth(s: Station) -> list[float]:
    """The values that may touch zero between stations: of tests, and of the pair and the real one nearest the axis."""
    kinds = ("bogdanov-takens", "cusp") if s.kernel is not None else ("bogdanov-takens", "bautin")
    pairs, real = s.others[s.others.imag > 0], s.others[s.others.imag == 0].real
    nearest = [float(min(v, key=abs)) if len(v) else np.nan for v in (pairs.real, real)]
    return [*(s.tests.get(kind, np.nan) for kind in kinds), *(nearest if s.kernel is None else nearest[:1])]


def _extremum(x: tuple[float, float, float], values: tuple[float, ...]) -> tuple[float, float] | None:
    """Where a parabola turns towards zero and how near it comes, relative to its ends; None where it does not."""
    first, middle, last = values
    if not isfinite(first + middle + last) or not (first * middle > 0 and middle * last > 0):
        return None
    # through all three: value, rate and half the second derivative in the middle
    rise, fall = (middle - first) / (x[1] - x[0]), (last - middle) / (x[2] - x[1])
    square = (fall - rise) / (x[2] - x[0])
    rate = rise + square * (x[1] - x[0])
    if not square * first > 0:
        return None
    at = -rate / (2 * square)
    if not x[0] - x[1] < at < x[2] - x[1]:
        return None
    size = min(abs(first), abs(last))
    least = copysign(1.0, first) * (middle + rate * at / 2)
    return (at + x[1], max(least, 0.0) / size) if least < NEAR * size else None
