"""The mean over a period of what two shifted copies of an orbit give together.

A spike of either copy may fall where the mesh of the other is coarse, and a coupling may jump: the intervals of both
meshes are laid over each other, and halved where the integrand is not smooth on them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.mesh import Mesh, tables
from brainpy_lab.analysis.vector_field import Array

#: The integrand is smooth on an interval when the polynomial through its values at the Gauss points misses those at
#: both ends by less than this part of the largest value: what the integral then lacks is some 1e-10.
SMOOTH = 3e-4

#: Halving ends where what the polynomial misses, times the width, is below this part of the largest value.
SETTLED, MOST_HALVINGS = 1e-12, 42

#: Places at which the integrand is computed at once: they are held in memory.
MOST_POINTS = 100_000

#: Values of the integrand at phases of the first copy and, elsewhere, of the second: (n,), (n,) to (n,).
Integrand = Callable[[Array, Array], Array]


def means(integrand: Integrand, mesh: Mesh, shifts: Array) -> Array:
    """The mean over the phase of ``integrand(phase, phase + shift)`` for each of some shifts, (n_shifts,)."""
    together = max(1, MOST_POINTS // (2 * mesh.intervals * mesh.degree))
    groups = [shifts[k : k + together] for k in range(0, len(shifts), together)]
    return np.concatenate([_means(integrand, mesh, group) for group in groups]) if groups else np.empty(0)


def _means(integrand: Integrand, mesh: Mesh, shifts: Array) -> Array:
    table = tables(mesh.degree)
    places = np.concatenate([[0.0], table.points, [1.0]])
    to_ends = _to_ends(table.points)
    low, widths, owner = _pieces(mesh, shifts)
    largest, most = 0.0, 2 * len(low)
    result = np.zeros(len(shifts))
    for _ in range(MOST_HALVINGS):
        phases = low[:, None] + widths[:, None] * places
        found = integrand(phases.ravel(), (phases + shifts[owner][:, None]).ravel()).reshape(phases.shape)
        largest = largest or float(np.abs(found).max(initial=0.0))
        missed = np.abs(found[:, 1:-1] @ to_ends - found[:, [0, -1]]).max(axis=1)
        is_open = (missed > SMOOTH * largest) & (missed * widths > SETTLED * largest)
        if 2 * is_open.sum() > most:  # nothing but rounding errors
            is_open[:] = False
        whole = widths * (found[:, 1:-1] @ table.weights)
        result += np.bincount(owner[~is_open], whole[~is_open], len(shifts))
        if not is_open.any():
            break
        half = widths[is_open] / 2
        low = np.column_stack([low[is_open], low[is_open] + half]).ravel()
        widths, owner = np.repeat(half, 2), np.repeat(owner[is_open], 2)
    return result


def _pieces(mesh: Mesh, shifts: Array) -> tuple[Array, Array, NDArray[np.intp]]:
    """The intervals between the edges of a mesh and those of it shifted back: where they begin, widths, whose."""
    own = np.broadcast_to(mesh.edges, (len(shifts), len(mesh.edges)))
    edges = np.sort(np.concatenate([own, np.mod(mesh.edges[:-1] - shifts[:, None], 1.0)], axis=1), axis=1)
    widths = np.diff(edges, axis=1)
    owner, k = np.nonzero(widths > 0)
    return edges[owner, k], widths[owner, k], owner


def _to_ends(points: Array) -> Array:
    """Weights of values at some points for the polynomial through them at 0 and at 1, (n_points, 2)."""
    powers = np.arange(len(points))
    return np.asarray(np.linalg.solve((points[:, None] ** powers).T, np.column_stack([0.0**powers, 1.0**powers])))
