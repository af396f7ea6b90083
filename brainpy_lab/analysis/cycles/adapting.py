"""Meshes that follow the orbit: short intervals where it is steep.

The error on an interval grows with its width and with the derivative of order degree + 1 there, which the jumps of the
highest derivative from interval to interval give. The new mesh gives every interval an equal share of it.

Reference: C. de Boor (1974). Good approximation by splines with variable knots II. Lecture Notes in Mathematics 363,
12-20. doi:10.1007/BFb0069121
"""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.cycles.mesh import Mesh, tables
from brainpy_lab.analysis.vector_field import Array

#: Widths of neighbouring intervals stay in such a ratio at most nearly everywhere: the monitor is not taken below this
#: part of its mean, so that a long rest between spikes keeps some points.
LEAST = 0.1


def adapted(mesh: Mesh, profile: Array, scales: Array, intervals: int | None = None) -> Mesh:
    """A mesh with equal parts of the error of ``profile``, (n, n_nodes), with states in units of ``scales``."""
    count = intervals or mesh.intervals
    highest = (mesh.pieces(profile) @ tables(mesh.degree).highest) / mesh.widths**mesh.degree / scales[:, None]
    between = (mesh.widths + np.roll(mesh.widths, 1)) / 2
    jumps = np.abs(highest - np.roll(highest, 1, axis=1)) / between
    monitor = np.linalg.norm(jumps + np.roll(jumps, -1, axis=1), axis=0) ** (1 / (mesh.degree + 1))
    mean = float(monitor @ mesh.widths)
    if not np.isfinite(mean) or mean <= 0:
        return Mesh.uniform(count, mesh.degree)
    # of an interval and its neighbours the largest: steep places move between two adaptions
    wide = np.maximum.reduce([monitor, np.roll(monitor, 1), np.roll(monitor, -1)])
    density = np.maximum(wide, LEAST * mean)
    reached = np.append(0.0, np.cumsum(density * mesh.widths))
    edges = np.interp(np.linspace(0, reached[-1], count + 1), reached, mesh.edges)
    edges[0], edges[-1] = 0.0, 1.0
    return Mesh(edges, mesh.degree)
