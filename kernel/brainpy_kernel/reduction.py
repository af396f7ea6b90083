"""Fewer points, same picture: what is sent to the browser is what a screen can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def columns(x: Floats, y: Floats, n_columns: int = 1000) -> tuple[Floats, Floats]:
    """Minimum and maximum of ``y`` in each of ``n_columns`` pixel columns, in the order they occur.

    Spikes narrower than a pixel keep their height. Shapes: (n,) -> (at most 2 n_columns,).
    """
    n = len(x)
    if n <= 2 * n_columns:
        return x, y
    edges = np.linspace(0, n, n_columns + 1).astype(np.intp)
    width = int(np.diff(edges).max())
    index = np.minimum(edges[:-1, None] + np.arange(width), edges[1:, None] - 1)
    block = np.where(np.isfinite(y[index]), y[index], 0.0)
    low = index[np.arange(n_columns), block.argmin(axis=1)]
    high = index[np.arange(n_columns), block.argmax(axis=1)]
    keep = np.unique(np.concatenate([[0], low, high, [n - 1]]))
    return x[keep], y[keep]


def straighten(
    x: Floats, y: Floats, width: float, height: float, tolerance: float = 0.15, passes: int = 6
) -> tuple[Floats, Floats]:
    """Drop points that lie on the line between their neighbours, to ``tolerance`` pixels in each pass.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        A curve.
    width, height : float
        Length of a pixel along x and along y, in the units of x and y.
    passes : int
        How many times every second point is tried; each pass may halve the curve.
    """
    scale_x = 1 / width if width > 0 else 0.0
    scale_y = 1 / height if height > 0 else 0.0
    for _ in range(passes):
        if len(x) < 8:
            break
        px, py = x * scale_x, y * scale_y
        ax, ay = px[:-2:2], py[:-2:2]
        bx, by = px[2::2], py[2::2]
        mx, my = px[1:-1:2], py[1:-1:2]
        length = np.hypot(bx - ax, by - ay)
        area = np.abs((bx - ax) * (my - ay) - (by - ay) * (mx - ax))
        straight = area <= tolerance * np.maximum(length, 1e-12)
        straight &= (mx - ax) * (bx - mx) + (my - ay) * (by - my) >= 0  # a turning point is no point between
        keep = np.ones(len(x), dtype=bool)
        keep[1:-1:2] = ~straight
        if keep.all():
            break
        x, y = x[keep], y[keep]
    return x, y


def curve(x: Floats, y: Floats, width: float, height: float, limit: int = 3000) -> tuple[Floats, Floats]:
    """A curve in the plane, one point per pixel it passes, at most ``limit`` points."""
    if len(x) > 2 and width > 0 and height > 0:
        moved = np.floor(x / width) != np.floor(np.roll(x, 1) / width)
        moved |= np.floor(y / height) != np.floor(np.roll(y, 1) / height)
        moved[[0, -1]] = True
        x, y = straighten(x[moved], y[moved], width, height)
    if len(x) > limit:
        keep = np.linspace(0, len(x) - 1, limit).astype(np.intp)
        x, y = x[keep], y[keep]
    return x, y


def rows(lines: list[tuple[Floats, Floats]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lines of different lengths as two float32 matrices; short ones repeat their last point, absent ones are nan."""
    length = max(2, *(len(x) for x, _ in lines), 2)  # bqplot takes no curve of one point
    shape = (max(len(lines), 1), length)
    xs, ys = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
    for i, (x, y) in enumerate(lines):
        if len(x):
            xs[i, : len(x)], ys[i, : len(y)] = x, y
            xs[i, len(x) :], ys[i, len(y) :] = x[-1], y[-1]
    return xs, ys


def joined(branches: list[NDArray[np.float64]]) -> tuple[Floats, Floats]:
    """Branches (k, 2) as one curve with a gap, written nan, between two of them."""
    gap = np.full((1, 2), np.nan)
    parts = [part for branch in branches for part in (gap, np.asarray(branch, dtype=float))][1:]
    if not parts:
        return np.empty(0), np.empty(0)
    whole = np.concatenate(parts)
    return whole[:, 0], whole[:, 1]
