"""Nullclines: the curves in a plane on which one derivative is zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.contours import level_lines
from brainpy_lab.analysis.explicit import explicit_nullcline, runs
from brainpy_lab.analysis.plane.coarse import say_unseen
from brainpy_lab.analysis.plane.touching import touching_lines
from brainpy_lab.analysis.roots import line_of
from brainpy_lab.analysis.vector_field import Array, Range, VectorField

#: Points on each side of the grid that the curves are first seen on: loops of 1/100 of the plane show.
GRID_POINTS = 101

#: After Newton's steps a point of a curve has a derivative this small, relative to its size in the plane.
ON_CURVE = 1e-9

#: Newton's steps, at most: beside a pole, or in cells as wide as what is in them, a grid shows a curve half a cell off.
STEPS = 8

#: A line that touches zero is where a slope vanishes: it is seen to this part of a cell.
TOUCHED = 0.1

#: Pieces smaller than this part of a cell are rounding errors of values that are zero on the grid.
DUST = 1e-6

#: A grid reaches this part of a range, half a cell, beyond it, so that a curve along the border is seen.
MARGIN = 5e-3


@np.errstate(all="ignore")
def nullclines(field: VectorField, ranges: Sequence[Range]) -> list[list[Array]]:
    """The nullclines of a field of two states, within ``ranges``.

    Returns
    -------
    list of list of ndarray, shape (n_points, 2)
        For each state the pieces of its nullcline; a closed curve ends at its first point.
    """
    found = [explicit_nullcline(field, i, ranges) for i in range(2)]
    grid = _Grid(field, ranges) if None in found else None
    pieces = [grid.nullcline(i) if known is None and grid else known or [] for i, known in enumerate(found)]
    for i, known in enumerate(found):
        if known is None:
            say_unseen(field, i, ranges, pieces[i])
    return [[piece.T for piece in branches] for branches in pieces]


class _Grid:
    """The drift on a grid over the plane, on which zero lines are seen."""

    def __init__(self, field: VectorField, ranges: Sequence[Range]) -> None:
        self._field, self._ranges = field, ranges
        self._x, self._y = (line_of(r, GRID_POINTS, MARGIN) for r in ranges)
        self._values = field.rhs(np.stack(np.meshgrid(self._x, self._y)))

    def nullcline(self, component: int) -> list[Array]:
        """The pieces, shape (2, n_points), of the nullcline of one state."""
        field, ranges, values = self._field, self._ranges, self._values[component]
        cell = np.array([[self._x[1] - self._x[0]], [self._y[1] - self._y[0]]])
        size = typical(values)
        pieces: list[Array] = []
        for line in level_lines(self._x, self._y, values):
            for smooth in polished(field, component, line, cell, size):
                pieces += [_ends_polished(field, component, p, ranges, cell) for p in clipped(smooth, ranges)]
        for line in touching_lines(field, component, self._x, self._y, values):
            for smooth in polished(field, component, line, TOUCHED * cell, size, double=True):
                pieces += clipped(smooth, ranges)
        return [p for p in pieces if np.any(np.ptp(p, axis=1) > DUST * cell[:, 0])]


def typical(values: Array) -> float:
    """The median of the absolute values, those that are not finite left out."""
    finite = np.abs(values[np.isfinite(values)])
    return float(np.partition(finite, finite.size // 2)[finite.size // 2]) if finite.size else 0.0


def polished(
    field: VectorField, component: int, line: Array, cell: Array, size: float, *, double: bool = False
) -> list[Array]:
    """``line``, shape (2, n_points), moved along the gradient onto the curve; cut where there is no curve.

    A grid shows a curve also where a function jumps or has a pole: there Newton's steps leave the cell or never arrive.
    ``double`` says that the function only touches zero there, so that steps are twice as long.
    """
    points = line.copy()
    with np.errstate(all="ignore"):
        for _ in range(STEPS):  # a line seen on the grid is off by 1e-4 of the plane as a rule: two steps do
            value = field.rhs(points)[component]
            if np.all(np.abs(value) <= 1e-3 * ON_CURVE * size):
                break
            gradient = field.jacobian(points)[component]
            step = value * gradient / (gradient**2).sum(axis=0)
            points = np.where(np.isfinite(step), points - (2 * step if double else step), points)
        # further than the next cell there is another curve, or a pole that Newton's steps flee
        near = (np.abs(points - line) <= 2 * cell).all(axis=0)
        arrived = near & (np.abs(field.rhs(points)[component]) <= ON_CURVE * size)
    return runs(points, arrived)


def _ends_polished(field: VectorField, component: int, line: Array, ranges: Sequence[Range], cell: Array) -> Array:
    """``line`` with ends that were cut at the border moved along the border onto the curve."""
    line = line.copy()
    for end in (0, -1):
        on_border = [line[axis, end] in bounds for axis, bounds in enumerate(ranges)]
        if sum(on_border) != 1:  # inside: an end of a cut piece; in a corner: nowhere to move to
            continue
        other = 1 - on_border.index(True)
        point = line[:, end].copy()
        with np.errstate(all="ignore"):
            for _ in range(2):  # the rest of the line is polished: the end is off by a fraction of a cell
                point[other] -= field.rhs(point)[component] / field.jacobian(point)[component, other]
        if (
            abs(point[other] - line[other, end]) <= cell[other, 0]
            and ranges[other][0] <= point[other] <= ranges[other][1]
        ):
            line[:, end] = point
    return line


def clipped(line: Array, ranges: Sequence[Range]) -> list[Array]:
    """The pieces of ``line``, shape (2, n_points), inside ``ranges``, each ending on the border where it leaves."""
    pieces = [line]
    for axis, (low, high) in enumerate(ranges):
        slack = (high - low) * 1e-12  # points polished onto the border are beyond it by rounding errors
        pieces = [p for piece in pieces for p in _cut(piece, axis, low, piece[axis] >= low - slack)]
        pieces = [p for piece in pieces for p in _cut(piece, axis, high, piece[axis] <= high + slack)]
    low, high = np.array(ranges).T[:, :, None]
    return [np.clip(piece, low, high) for piece in pieces]


def _cut(line: Array, axis: int, bound: float, keep: NDArray[np.bool_]) -> list[Array]:
    """The pieces of ``line`` that are to be kept, with points put in where ``line[axis]`` crosses ``bound``."""
    if keep.all():
        return [line]
    crossings = np.flatnonzero(keep[:-1] != keep[1:])
    a, b = line[:, crossings], line[:, crossings + 1]
    share = (bound - a[axis]) / (b[axis] - a[axis])
    points = np.insert(line, crossings + 1, a + share * (b - a), axis=1)
    return runs(points, np.insert(keep, crossings + 1, True))
