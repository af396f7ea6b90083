"""Zero lines of a function on a grid."""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.vector_field import Array


def level_lines(x: Array, y: Array, values: Array) -> list[Array]:
    """The lines along which ``values``, given on the grid of ``x`` (columns) and ``y`` (rows), are zero.

    Returns
    -------
    list of ndarray, shape (2, n_points)
        Open and closed lines; a closed one ends at its first point. Cells with a corner that is not finite have none.
    """
    from contourpy import contour_generator

    # zero wherever it is finite: an area, which has no line
    if not (np.nanmin(values, initial=0.0) < 0 or np.nanmax(values, initial=0.0) > 0):
        return []
    masked = np.ma.masked_invalid(values)
    lines = contour_generator(x, y, masked, corner_mask=True, line_type="Separate").lines(0.0)
    return [np.ascontiguousarray(np.asarray(line, dtype=float).T) for line in lines if line is not None]
