"""The other arm of a pitchfork, where the drift is odd: the mirror image of the first, which need not be followed.

In networks of rates without input, as with tanh, the drift at -x is the opposite of that at x. This is checked at each
point of one arm, drift and slopes; what has been counted there then holds on the other arm too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve, CurvePoint
from brainpy_lab.analysis.continuation.detection import MANY, Station
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.vector_field import Array

#: The drift is odd where it and its slopes are so to this part of the slopes, as rounding errors leave it.
ODD = 1e-12

#: States this near to zero, in units, are so but for errors.
AT_ZERO = 1e-9


@dataclass(frozen=True)
class Arm:
    """The image of a way that begins beside a pitchfork at zero.

    Attributes
    ----------
    curve : Curve
    stations : list of Station
    points : list of Located
        The special points on it.
    """

    curve: Curve
    stations: list[Station]
    points: list[Located]

    def has_come(self, s: Station) -> bool:
        """Whether a station of the way back has passed the pitchfork, and the beginning of the arm."""
        here, begin = (x.point.u[:-1] / self.curve.units[:-1] for x in (s, self.stations[0]))
        return bool(here @ begin > begin @ begin)

    def beyond(self, s: Station) -> list[Station]:
        """What of it is left behind a station of the way back."""
        ahead = s.point.tangent / self.curve.units
        is_ahead = [float((x.point.u - s.point.u) / self.curve.units @ ahead) > 0 for x in self.stations]
        return self.stations[is_ahead.index(True) :] if any(is_ahead) else []


def arm_of(
    problem: EquilibriumProblem,
    curve: Curve,
    way: Sequence[Station],
    on_it: Sequence[Located],
    known: Iterable[Located],
) -> Arm | None:
    """The image of a way, and of the special points on it; None where none is sure.

    ``known`` are special points: there is one only if the way begins at a pitchfork at zero.
    """
    if problem.n < MANY or problem.field.system.is_delayed or not _is_beside(curve, way[0].point.u, known):
        return None
    if not all(_is_odd_at(problem, u) for u in (*(s.point.u for s in way), *(p.u for p in on_it))):
        return None
    return Arm(curve, [_image(s) for s in way], [_image_of_point(p) for p in on_it])


def _is_beside(curve: Curve, u: Array, known: Iterable[Located]) -> bool:
    """Whether a pitchfork at zero is known beside a point."""
    pitchforks = (p.u for p in known if p.point.data.get("type") == "pitchfork")
    at_zero = (v for v in pitchforks if np.abs(v[:-1] / curve.units[:-1]).max() < AT_ZERO)
    return any(np.linalg.norm((u - v) / curve.units) < curve.longest for v in at_zero)


def _image(s: Station) -> Station:
    point = CurvePoint(_opposite(s.point.u), _opposite(s.point.tangent))
    return replace(s, point=point, arrival=None)


def _image_of_point(found: Located) -> Located:
    """Eigenvalues and coefficients of normal forms are those of the first."""
    values = {name: 0.0 - value for name, value in found.point.values.items()}
    return Located(replace(found.point, values=values), _opposite(found.u))


def _opposite(u: Array) -> Array:
    """With the parameter as it is."""
    return np.append(-u[:-1], u[-1])


def _is_odd_at(problem: EquilibriumProblem, u: Array) -> bool:
    drift, slopes = problem.zeros.both(u)
    other, others = problem.zeros.both(_opposite(u))
    expected = np.column_stack([slopes[:, :-1], -slopes[:, -1]])
    error = ODD * np.abs(slopes).max()
    size = 1 + np.abs(u).max()
    return bool(np.abs(others - expected).max() <= error and np.abs(other + drift).max() <= error * size)
