"""Fixed points at which the Jacobian is singular: one where they are multiple, told from curves of fixed points.

Near a zero of multiplicity m the drift stays below its rounding error eps over a distance of eps**(1/m), and Newton's
method stops anywhere in there. Two zeros are therefore one when the drift does not leave its rounding error between
them; between truly distinct ones it does. The middle is where the Jacobian is nearest to singular, which is known far
better. All points here are in units of the box, shape (n, n_points).

References: D. W. Decker, C. T. Kelley (1980), Newton's method at singular points I, doi:10.1137/0717005;
A. Griewank (1985), On solving nonlinear equations with simple singularities, doi:10.1137/1027141.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.scaling import Scaled
from brainpy_lab.analysis.vector_field import Array

#: Singular values below this, relative to the largest, are those of directions in which the drift hardly changes. At
#: the point found for a double zero they are about sqrt(eps) = 1e-8, at zeros that a search tells apart far above.
FLAT = 1e-4

#: Points farther apart than this are not compared; points of one curve lie nearer together.
REACH = 0.3

#: How far along a flat direction other zeros must follow for a curve of them: further than the eps**(1/m) within which
#: a multiple zero cannot be told from its neighbours, and near enough for a curve to be nearly straight.
ALONG = (0.01, 0.02, 0.03)

#: Points between two zeros at which the drift is looked at, among them the middle, where it is largest.
BETWEEN = np.linspace(0.0, 1.0, 7)[1:-1]

#: At most so many singular points are compared with each other: 7,000 pairs, five points between the two of each.
MOST = 120


#: Points nearer than this, relative to a small part of the box, are one; the search of all of it knows them less well
#: than the second.
SAME_IN_SMALL, INEXACT = 1e-4, 1e-2


@dataclass(frozen=True)
class Found:
    """Zeros, shape (n, n_points), the dimension of the set that each stands for, and which are multiple alone."""

    points: Array
    dimensions: NDArray[np.int_]
    is_flat: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def with_regular(self, points: Array) -> Found:
        """These and other zeros, isolated ones with a regular Jacobian."""
        zero = np.zeros(points.shape[1], dtype=int)
        return Found(
            np.concatenate([self.points, points], axis=1),
            np.concatenate([self.dimensions, zero]),
            np.concatenate([self.is_flat, zero.astype(bool)]),
        )

    def in_small(self, points: Array, widths: Array) -> Found:
        """These with the regular zeros that a search of a small part of the box, of some ``widths``, has found.

        They take the place of what they are the better copy of.
        """
        apart = np.abs((points[:, :, None] - self.points[:, None]) / widths[:, None, None]).max(axis=0)
        kept = (apart > INEXACT).all(axis=0)
        rest = Found(self.points[:, kept], self.dimensions[kept], self.is_flat[kept])
        return rest.with_regular(points[:, (apart[:, kept] > SAME_IN_SMALL).all(axis=1)])


def flatness(scaled: Scaled, points: Array) -> Array:
    """The smallest singular value of the Jacobian over the largest, shape (n_points,)."""
    values = np.linalg.svd(_matrices(scaled, points), compute_uv=False)
    result: Array = values[:, -1] / np.maximum(values[:, 0], 1.0)
    return result


def merged(scaled: Scaled, points: Array) -> Found:
    """Singular zeros, one for each multiple zero and one for each connected set of them."""
    if not points.shape[1]:
        return Found(points, np.zeros(0, dtype=int))
    if points.shape[1] > MOST:
        points = points[:, np.linspace(0, points.shape[1] - 1, MOST).astype(int)]
    labels = _components(scaled, points)
    chosen, dimensions = [], []
    for label in range(labels.max(initial=-1) + 1):
        group = points[:, labels == label]
        middle = group.mean(axis=1, keepdims=True)
        point = group[:, [np.abs(group - middle).max(axis=0).argmin()]]
        dimension = _dimension(scaled, point)
        chosen.append(point if dimension else _centred(scaled, point, group))
        dimensions.append(dimension)
    return Found(np.concatenate([points[:, :0], *chosen], axis=1), np.array(dimensions, dtype=int))


def beside(scaled: Scaled, point: Array) -> Array:
    """Where the drift changes its sign along the flat direction through a zero: others, as after a fold or pitchfork.

    Parameters
    ----------
    point : array, shape (n, 1)

    Returns
    -------
    ndarray, shape (n, n_found)
        Candidates for Newton's method.
    """
    left, _, right = np.linalg.svd(_matrices(scaled, point)[0])
    # from nearer than two zeros can be told apart to several cells of the grid that a search first looks at
    distances = np.geomspace(1e-9, 0.05, 60)
    found = [point[:, :0]]
    for side in (-1, 1):
        line = _corrected(scaled, point + side * distances * right[-1][:, None])
        value = left[:, -1] @ scaled.rhs(line)
        with np.errstate(invalid="ignore"):
            change = np.flatnonzero(value[:-1] * value[1:] < 0)
        found.append((line[:, change] + line[:, change + 1]) / 2)
    return np.concatenate(found, axis=1)


def _components(scaled: Scaled, points: Array) -> NDArray[np.int_]:
    """Labels of the points: those between which the drift stays zero have the same one."""
    count = points.shape[1]
    i, j = np.triu_indices(count, 1)
    difference = points[:, j] - points[:, i]
    distance = np.abs(difference).max(axis=0)
    near = distance <= REACH
    i, j, difference, distance = i[near], j[near], difference[:, near], distance[near]
    joined = np.zeros(len(i), dtype=bool)
    if len(i):
        chords = (points[:, i, None] + difference[:, :, None] * BETWEEN).reshape(len(points), -1)
        path = _corrected(scaled, chords)
        moved = np.abs(path - chords).max(axis=0).reshape(len(i), -1).max(axis=1)
        # a path that leaves its chord by half of it has gone to another zero; 1e-12: two points may be one but for that
        joined = scaled.is_zero(path).reshape(len(i), -1).all(axis=1) & (moved <= distance / 2 + 1e-12)
    if not joined.any():
        return np.arange(count)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((joined[joined], (i[joined], j[joined])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=int)


def _dimension(scaled: Scaled, point: Array) -> int:
    """The dimension of the set of zeros around ``point``, shape (n, 1): 0 when it is isolated."""
    for direction in _flat_directions(scaled, point):
        for side in (-1, 1):
            line = point + side * direction[:, None] * np.array(ALONG)
            path = _corrected(scaled, line)
            follows = np.abs(path - line).max(axis=0) <= np.array(ALONG) / 2
            if (follows & scaled.is_zero(path)).all():
                return max(1, len(_flat_directions(scaled, path[:, -1:])))
    return 0


def _centred(scaled: Scaled, point: Array, group: Array) -> Array:
    """The zero in the middle of those that rounding errors leave: where the Jacobian is nearest to singular."""
    directions = _flat_directions(scaled, point)
    if len(directions) != 1:
        return point
    # the middle lies among the points; a lone point says nothing of its error, which is eps**(1/m) or so
    radius = max(1e-6, 4 * float(np.abs(group - point).max()))
    best = point
    for _ in range(12):  # an eighth each time: in the end 1e-11 of the first radius
        line = _corrected(scaled, best + directions[0][:, None] * np.linspace(-radius, radius, 41))
        line = line[:, scaled.is_zero(line)]
        if not line.size:
            break
        flat = flatness(scaled, line)
        best = line[:, flat <= flat.min()].mean(axis=1, keepdims=True)
        radius /= 8
    return best if scaled.is_zero(best).all() else point  # a mean of two flat places need not be a zero


def _corrected(scaled: Scaled, points: Array) -> Array:
    """``points`` after Newton steps in all directions but the flat ones."""
    for _ in range(5):  # quadratic: from 0.05 away to rounding errors
        value, matrices = scaled.rhs(points), _matrices(scaled, points)
        usable = np.isfinite(value).all(axis=0)
        left, values, right = np.linalg.svd(matrices)
        # well above what counts as flat: along a direction between the two a step would be long and lead away
        steep = values > 10 * FLAT * np.maximum(values[:, :1], 1.0)
        inverse = np.where(steep, 1 / np.where(steep, values, 1.0), 0.0)
        along = inverse * np.einsum("kji,jk->ki", left, np.where(usable, value, 0.0))
        points = points - np.einsum("kij,ki->jk", right, along)
    return points


def _flat_directions(scaled: Scaled, point: Array) -> list[Array]:
    """Unit vectors of the directions in which the drift hardly changes at ``point``, shape (n, 1)."""
    _, values, right = np.linalg.svd(_matrices(scaled, point)[0])
    return [row for value, row in zip(values, right, strict=True) if value <= FLAT * max(values[0], 1.0)]


def _matrices(scaled: Scaled, points: Array) -> Array:
    """The Jacobians, shape (n_points, n, n), zero where they are not finite."""
    with np.errstate(all="ignore"):
        matrices = np.moveaxis(scaled.jacobian(points), -1, 0)
    return np.where(np.isfinite(matrices).all(axis=(1, 2), keepdims=True), matrices, 0.0)
