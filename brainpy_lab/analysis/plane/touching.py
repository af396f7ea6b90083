"""Lines on which a function of a plane touches zero and keeps its sign, as x**2 does: no change of sign shows them."""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.contours import level_lines
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Where a parabola touches zero, the value on a grid is at most 1/8 of the sum of those beside it.
LOW = 0.15

#: Points of a grid that must be as low: fewer make no line.
FEWEST = 3


def touching_lines(field: VectorField, component: int, x: Array, y: Array, values: Array) -> list[Array]:
    """Where such lines may be: the zero lines of the slopes, if the values on the grid come near zero at all.

    Parameters
    ----------
    field : VectorField
        Of two free states.
    component : int
        Which drift.
    x, y : ndarray
        The grid's columns and rows.
    values : ndarray, shape (len(y), len(x))

    Returns
    -------
    list of ndarray, shape (2, n_points)
        Some may be no zeros: the caller looks.
    """
    if max(_low(values), _low(values.T)) < FEWEST:
        return []
    slopes = field.jacobian(np.stack(np.meshgrid(x, y)))[component]
    cell = np.array([[x[1] - x[0]], [y[1] - y[0]]])
    first = level_lines(x, y, np.broadcast_to(slopes[0], values.shape))
    second = level_lines(x, y, np.broadcast_to(slopes[1], values.shape))
    known = np.concatenate(first, axis=1) / cell if first else np.empty((2, 0))
    return first + [line for line in second if _far(line / cell, known)]


def _low(values: Array) -> int:
    """How many values are as low beside their neighbours in a row as where zero is touched."""
    left, middle, right = values[:, :-2], values[:, 1:-1], values[:, 2:]
    one_sign = (left * right > 0) & (left * middle >= 0)
    return int((one_sign & (np.abs(middle) <= LOW * np.abs(left + right))).sum())


def _far(line: Array, known: Array) -> bool:
    """Whether a line, in cells, lies apart from those known: both slopes vanish where a slanted line touches zero."""
    if not known.shape[1]:
        return True
    from scipy.spatial import cKDTree

    return bool(np.median(cKDTree(known.T).query(line.T)[0]) > 0.5)
