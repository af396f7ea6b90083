"""Nullclines in closed form: an equation that is linear in one variable gives it as a function of the other.

Two evaluations on a line then replace a search on a grid. Where the coefficient could vanish, where values are
undefined, or where the function is too steep to be followed point by point, the grid decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.reduction import VANISHES, linear_pairs
from brainpy_lab.analysis.roots import narrowed
from brainpy_lab.analysis.vector_field import Array, Range, VectorField

#: Points along the axis of the variable that the other one is a function of: about as many as a figure has dots across.
POINTS = 601

#: From one point to the next the function may cross this part of its range: longer straight pieces are seen as edges.
STEEPEST = 0.05

#: A difference below this part of its terms is not looked at, where the terms are larger than usual by its inverse.
SWAMPED = 1e-6

#: Steps from point to point are halved at most so often where the function is steeper: down to 1e-12 of the range, as
#: x**3 needs in a box a million times as wide as what is in it. Only the steep steps are halved.
HALVINGS = 30


def explicit_nullcline(field: VectorField, component: int, ranges: Sequence[Range]) -> list[Array] | None:
    """The nullcline of one state of a planar field, or None when no equation gives it.

    Returns
    -------
    list of ndarray, shape (2, n_points), or None
        The pieces within ``ranges``, each ending on the border where it leaves.
    """
    linear = linear_pairs(field.system, field.free)
    for unknown in (1, 0):  # the second as a function of the first, as w(V) is, comes out as a person would draw it
        if (component, unknown) in linear:
            pieces = _graph(field, component, unknown, ranges)
            if pieces is not None:
                return pieces
    return None


def _graph(field: VectorField, component: int, unknown: int, ranges: Sequence[Range]) -> list[Array] | None:
    """The pieces, with the state ``unknown`` as a function of the other one; None when that does not do."""
    low, high = ranges[unknown]
    solve = _solver(field, component, unknown, ranges[unknown])
    x = _line(ranges[1 - unknown])
    for _ in range(HALVINGS + 1):
        y, coefficient = solve(x)
        size = np.abs(coefficient)
        if not np.isfinite(y).all() or not size.min() > VANISHES * size.max() or _changes_sign(coefficient):
            return None
        below, above = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
        is_steep = (below <= high) & (above >= low) & (above - below > STEEPEST * (high - low))
        steep = np.flatnonzero(is_steep)
        if not steep.size:
            break
        x = np.insert(x, steep + 1, (x[steep] + x[steep + 1]) / 2)
    else:
        return None
    inside = (y >= low) & (y <= high)
    at = np.flatnonzero(inside[:-1] != inside[1:])
    if at.size:
        bound = np.where(np.maximum(y[at], y[at + 1]) > high, high, low)
        border = narrowed(lambda points: solve(points)[0] - bound, x[at], x[at + 1])
        x, y = np.insert(x, at + 1, border), np.insert(y, at + 1, bound)
        inside = np.insert(inside, at + 1, True)
    return runs(np.stack([x, y] if unknown == 1 else [y, x]), inside)


def _changes_sign(values: Array) -> bool:
    return bool(values.min() < 0 < values.max())


def _solver(field: VectorField, component: int, unknown: int, bounds: Range) -> Callable[[Array], tuple[Array, Array]]:
    """The function x -> (unknown at which the drift vanishes, coefficient), by the drift at both ends."""
    low, high = bounds

    def solve(x: Array) -> tuple[Array, Array]:
        y = np.empty((2, 2, *x.shape))
        y[1 - unknown] = x
        y[unknown, 0], y[unknown, 1] = low, high
        at_low, at_high = field.rhs(y)[component]
        difference, swamped = _unswamped(at_low, at_high)
        with np.errstate(all="ignore"):
            y_low = low + (high - low) * (at_low / difference)
        return y_low, np.where(swamped, np.median(difference[~swamped]), difference) if swamped.any() else difference

    return solve


def _unswamped(at_low: Array, at_high: Array) -> tuple[Array, NDArray[np.bool_]]:
    """``at_low - at_high``, and where both are so large that rounding swamps it: there is no zero between.

    An exponential upstroke is 1e16 times its usual size at the end of many a plane.
    """
    difference = at_low - at_high
    usual = float(np.median(np.abs(difference)))
    swamped = (np.abs(difference) <= SWAMPED * np.abs(at_low)) & (SWAMPED * np.abs(at_low) > usual)
    if swamped.all():
        return difference, ~swamped
    sign = 1.0 if np.median(difference[~swamped]) > 0 else -1.0
    return np.where(swamped, sign * SWAMPED * np.abs(at_low), difference), swamped


def _line(bounds: Range) -> Array:
    """Points from end to end, none of those between a round number, where removable singularities are met."""
    share = np.linspace(0.0, 1.0, POINTS)
    share[1:-1] += 0.0123 / POINTS  # any small number that makes no round sums
    return bounds[0] + (bounds[1] - bounds[0]) * share


def runs(points: Array, keep: NDArray[np.bool_]) -> list[Array]:
    """The stretches of ``points``, shape (2, n), along which ``keep`` holds, of two points or more."""
    if keep.all():
        return [points] if points.shape[1] > 1 else []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(int)))
    return [points[:, start:end] for start, end in edges.reshape(-1, 2) if end - start > 1]
