"""Where a branch that has been followed leads: through a point or not, and through which points at a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.vector_field import Array

#: Points nearer than this, in units of the curve, are one.
SAME = 1e-6

#: A chord is off its curve by less than this part of its length, as tangents turn by 0.3 at most in a step; and a point
#: that is nearer than the second is on the curve.
BESIDE, CLOSE = 0.1, 1e-3


def leads_through(points: Array, curve: Curve, u: Array, aim: Callable[[int], None] = lambda i: None) -> Iterator[int]:
    """The numbers of the chords of a curve, given by its ``points``, on which it leads through ``u``.

    It does where it meets the plane through ``u`` across the chord there. ``aim`` makes the curve's problem ready for
    the neighbourhood of a chord.
    """
    points = points / curve.units
    ways = np.diff(points, axis=0)
    squares = (ways**2).sum(axis=1)
    aside = u / curve.units - points[:-1]
    parts = (aside * ways).sum(axis=1) / np.where(squares > 0, squares, np.inf)
    beside = np.linalg.norm(aside - parts[:, None] * ways, axis=1)
    near = (parts > -0.1) & (parts < 1.1) & (beside < BESIDE * np.sqrt(squares)) & (squares > 0)
    for i in np.flatnonzero(near).tolist():
        aim(i)
        length = float(np.sqrt(squares[i]))
        foot = (points[i] + parts[i] * ways[i]) * curve.units
        v = curve.corrected(foot, ways[i] / length)
        if v is not None and np.linalg.norm((v - u) / curve.units) < CLOSE * length + SAME:
            yield i


def at(branch: Branch, curve: Curve, parameter: float) -> list[Array]:
    """The points of a branch at which the parameter has a value."""
    values = branch.points[:, -1]
    found: list[Array] = []
    for i in np.flatnonzero((values[:-1] - parameter) * (values[1:] - parameter) <= 0):
        a, b = branch.points[i], branch.points[i + 1]
        part = (parameter - a[-1]) / (b[-1] - a[-1]) if b[-1] != a[-1] else 0.0
        guess = a + part * (b - a)
        guess[-1] = parameter
        u = curve.at_parameter(guess)
        if u is not None and not any(np.linalg.norm((u - v) / curve.units) < SAME for v in found):
            found.append(u)
    return found
