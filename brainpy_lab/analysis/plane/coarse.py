"""What a search of a whole box is too coarse for, as in a box a million times as wide as what is in it.

From the middle of the box, from the origin and from points that are known, rays are looked along, at all distances from
1e-12 of the box on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brainpy_lab.analysis.roots import narrowed
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.warning import tell

#: Directions that are looked in, and distances, up to two cells of a grid.
DIRECTIONS, DISTANCES = 12, np.geomspace(1e-12, 0.02, 80)

#: A curve this near, in parts of the box, is the one that was looked for.
NEAR = 0.02

#: Between values of different sign a continuous function comes down to this part of them; at a pole or jump none does.
CONTINUOUS = 0.05

#: What is smaller than this part of a box, searches on grids may miss.
SMALL = 1e-3

#: So many known points are looked beside; what is there is looked for in a box of so many times its size.
MOST_POINTS, TIMES = 10, 8.0


def say_unseen(field: VectorField, component: int, ranges: Sequence[Range], pieces: Sequence[Array]) -> None:
    """Warn where the drift of one state passes through zero near the origin or the middle, and no piece is there.

    Parameters
    ----------
    field : VectorField
        Of two free states.
    component : int
        Which drift.
    ranges : sequence of (low, high)
    pieces : sequence of ndarray, shape (2, n_points)
        What there is of the nullcline.
    """
    low, high = np.array(ranges).T[:, :, None]
    known = (np.concatenate(pieces, axis=1) - low) / (high - low) if pieces else np.empty((2, 0))
    for centre in _centres(low, high):
        for zero in _zeros_beside(field, component, centre, *_seen_from(field, centre, high - low))[0].T:
            place = (zero[:, None] - low) / (high - low)
            if not (np.abs(known - place).max(axis=0) <= NEAR).any():
                where = ", ".join(f"{name} = {value:.3g}" for name, value in zip(field.free, zero, strict=True))
                tell(
                    UserWarning(
                        f"The box is too wide for the nullcline of {field.free[component]}: a part of it near {where} "
                        "is smaller than the grid on which curves are seen, 1/100 of the box, and is not drawn. "
                        "Choose a box about the size of what is in it."
                    )
                )
                return


def small_boxes(field: VectorField, low: Array, high: Array, points: Array) -> list[list[Range]]:
    """Small parts of a box in which a search of all of it may have missed fixed points.

    Parameters
    ----------
    field : VectorField
        Of one or two free states; of more there are no such parts.
    low, high : ndarray, shape (n,)
        The box.
    points : ndarray, shape (n, n_points)
        The fixed points that are known in it.
    """
    if len(low) > 2:
        return []
    low, high = low[:, None], high[:, None]
    widths, boxes = high - low, list[list[Range]]()
    for centre in (*points.T[:MOST_POINTS, :, None], *_centres(low, high)):
        seen = _seen_from(field, centre, widths)
        farthest = [_zeros_beside(field, i, centre, *seen)[1] for i in range(len(low))]
        sizes = [float(d[d < SMALL].max(initial=0.0)) for d in farthest]
        # both drifts vanish at a known point: one that does so again beside it is enough
        size = max(sizes) if (np.abs((points - centre) / widths).max(axis=0) <= 1e-9).any() else min(sizes)
        covered = any(all(a <= c <= b for c, (a, b) in zip(centre[:, 0], box, strict=True)) for box in boxes)
        if size and not covered:
            ends = np.clip(centre + TIMES * size * widths * np.array([-1.0, 1.0]), low, high)
            boxes.append([(float(a), float(b)) for a, b in ends])
    return boxes


def _centres(low: Array, high: Array) -> list[Array]:
    """The middle of a box, and the origin where it is inside, shape (n, 1)."""
    origin = [np.zeros_like(low)] if ((low < 0) & (high > 0)).all() else []
    middle = (low + high) / 2
    return origin if origin and not middle.any() else [middle, *origin]


def _seen_from(field: VectorField, centre: Array, widths: Array) -> tuple[Array, Array]:
    """Rays from ``centre``, (n, n_rays), and the drifts at `DISTANCES` on them, (n, n_distances, n_rays)."""
    angles = np.linspace(0.0, 2 * np.pi, DIRECTIONS, endpoint=False) + 0.1  # along no axis
    rays = widths * (np.array([np.cos(angles), np.sin(angles)]) if len(widths) == 2 else np.array([[-1.0, 1.0]]))
    with np.errstate(all="ignore"):
        return rays, np.asarray(field.rhs(centre[..., None] + rays[:, None] * DISTANCES[:, None]))


def _zeros_beside(field: VectorField, component: int, centre: Array, rays: Array, drifts: Array) -> tuple[Array, Array]:
    """Where a drift passes through zero on rays from ``centre``, shape (n, n_found), and how far off in widths."""

    def value(distance: Array, ray: Array) -> Array:
        result: Array = field.rhs(centre[..., None] + ray[:, None] * distance)[component]
        return result

    with np.errstate(all="ignore"):
        values = drifts[component]
        at, ray = np.nonzero(values[:-1] * values[1:] < 0)
        if not at.size:
            return np.empty((len(rays), 0)), np.empty(0)
        distance = narrowed(lambda d: value(d, rays[:, ray]), DISTANCES[at], DISTANCES[at + 1])
        height = np.abs(value(distance[None], rays[:, ray])[0])
        is_zero = height <= CONTINUOUS * np.minimum(np.abs(values[at, ray]), np.abs(values[at + 1, ray]))
    found: Array = (centre + rays[:, ray] * distance)[:, is_zero]
    return found, distance[is_zero]
