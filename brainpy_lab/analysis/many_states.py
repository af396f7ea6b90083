"""Fixed points of models with array states: Newton's method from some starts, as many as their number allows.

A search of the whole box, as `roots` has it for few states, is out of reach in a hundred dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.degenerate import flatness
from brainpy_lab.analysis.newton import batched_newton
from brainpy_lab.analysis.sampling import spread
from brainpy_lab.analysis.scaling import Scaled
from brainpy_lab.analysis.vector_field import Array, Range, VectorField

#: Starts beside the initial values: at most, and so many that their linear systems take part of a second.
MOST_STARTS, WORK = 10, 3e6

#: Points of the sample that units are taken from.
SAMPLE = 64

#: Steps of Newton's method from each start.
STEPS = 20

#: Fixed points nearer than this, relative to the box, are one.
SAME = 1e-7

#: A Jacobian flatter than this is singular: the point may be one of a curve of fixed points.
SINGULAR = 1e-9


@dataclass(frozen=True)
class Zeros:
    """Zeros of the drift, shape (n_free, n_points); which have a singular Jacobian; how many starts were tried."""

    points: Array
    singular: NDArray[np.bool_]
    starts: int


@np.errstate(all="ignore")
def zeros_among(field: VectorField, ranges: list[Range], near: Array) -> Zeros:
    """The fixed points that Newton's method finds from ``near`` and from starts spread over ``ranges``."""
    n = len(field.free)
    low, high = np.array(ranges).T
    width = (high - low)[:, None]
    scaled = Scaled.over(field, high - low, low[:, None] + width * spread(n, SAMPLE))
    count = min(MOST_STARTS, int(WORK / n**3))
    starts = np.concatenate([near[:, None], low[:, None] + width * spread(n, count)], axis=1)
    zeros = batched_newton(scaled.problem, starts / scaled.widths[:, None], STEPS)
    points = zeros.points[:, zeros.converged & np.isfinite(zeros.points).all(axis=0)]
    kept: list[int] = []
    for k in range(points.shape[1]):
        if not kept or np.abs(points[:, kept] - points[:, [k]]).max(axis=0).min() > SAME:
            kept.append(k)
    points = points[:, kept]
    singular = flatness(scaled, points) < SINGULAR
    return Zeros(points * scaled.widths[:, None], singular, 1 + count)
