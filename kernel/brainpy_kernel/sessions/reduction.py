"""Fewer points, same picture: what is sent to the browser is what a screen can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


#: What the browser can draw: it computes in single precision.
LARGEST = 1e30


def drawable(values: Floats) -> Floats:
    """``values`` with nan for what no picture should reach for: nan, infinity, and the last steps of a blow-up.

    A blow-up is a rise beyond 1e5 and 1e5 times what three quarters of the values stay below.
    """
    sizes = np.abs(values)
    finite = np.isfinite(sizes)
    largest = float(sizes[finite].max()) if finite.any() else 0.0
    limit = LARGEST
    # 1e5: a rise so high leaves the rest of the curve a flat line on any screen
    if largest > 1e5:
        usual = float(np.quantile(sizes[finite], 0.75, method="lower"))
        limit = min(max(10 * usual, 1.0), LARGEST) if largest > 1e5 * usual > 0 else LARGEST
    if finite.all() and largest <= limit:
        return values
    return np.where(finite & (sizes <= limit), values, np.nan)


def until_last(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """A curve without the nan at its end: bqplot puts a label at the last point of each."""
    found = np.flatnonzero(np.isfinite(y))
    end = int(found[-1]) + 1 if found.size else len(y)
    return x[:end], y[:end]


def columns(x: Floats, y: Floats, n_columns: int = 1000) -> tuple[Floats, Floats]:
    """Minimum and maximum of ``y`` in each of ``n_columns`` pixel columns, in the order they occur.

    Spikes narrower than a pixel keep their height. Shapes: (n,) -> (at most 2 n_columns,).
    """
    n = len(x)
    if n <= 2 * n_columns:
        return x, y
    width = -(-n // n_columns)  # points a column, rounded up
    whole = n - n % width
    finite = np.isfinite(y)
    heights = y if finite.all() else np.where(finite, y, 0.0)
    block, rest = heights[:whole].reshape(-1, width), heights[whole:]
    keep = np.zeros(n, dtype=bool)
    keep[[0, n - 1]] = True
    for extreme in (np.argmin, np.argmax):
        keep[np.arange(0, whole, width) + extreme(block, axis=1)] = True
        if rest.size:
            keep[whole + extreme(rest)] = True
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
    px = x * (1 / width if width > 0 else 0.0)
    py = y * (1 / height if height > 0 else 0.0)
    for _ in range(passes):
        if len(x) < 8:  # nothing to gain
            break
        ax, ay = px[:-2:2], py[:-2:2]
        bx, by = px[2::2], py[2::2]
        mx, my = px[1:-1:2], py[1:-1:2]
        across, up = bx - ax, by - ay
        area = across * (my - ay) - up * (mx - ax)
        straight = area * area <= tolerance**2 * np.maximum(across * across + up * up, 1e-24)  # neighbours at one place
        straight &= (mx - ax) * (bx - mx) + (my - ay) * (by - my) >= 0  # a turning point is no point between
        keep = np.ones(len(x), dtype=bool)
        keep[1:-1:2] = ~straight
        if keep.all():
            break
        x, y, px, py = x[keep], y[keep], px[keep], py[keep]
    return x, y


def curve(x: Floats, y: Floats, width: float, height: float, limit: int = 3000) -> tuple[Floats, Floats]:
    """A curve in the plane, one point per pixel it passes, at most ``limit`` points."""
    if len(x) > 2 and width > 0 and height > 0:
        across, up = np.floor(x / width), np.floor(y / height)
        moved = np.ones(len(x), dtype=bool)
        moved[1:-1] = (across[1:-1] != across[:-2]) | (up[1:-1] != up[:-2])
        x, y = straighten(x[moved], y[moved], width, height)
    if len(x) > limit:
        keep = np.linspace(0, len(x) - 1, limit).astype(np.intp)
        x, y = x[keep], y[keep]
    return x, y


def rows(lines: list[tuple[Floats, Floats]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lines of different lengths as two float32 matrices; absent ones are nan.

    Short ones have a gap, which costs the browser nothing, before their last two points: bqplot looks at the last one.
    """
    length = max(2, *(len(x) for x, _ in lines), 2)  # bqplot takes no curve of one point
    shape = (max(len(lines), 1), length)
    xs, ys = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
    for i, (x, y) in enumerate(lines):
        n = len(x)
        if n:
            xs[i, :n], ys[i, :n] = x, y
            xs[i, n:], ys[i, -1] = x[-1], y[-1]
            if length - n > 1 and n > 1:
                xs[i, -2], ys[i, -2] = x[-2], y[-2]
                ys[i, n - 1] = np.nan
            else:
                ys[i, n:] = y[-1]
    return xs, ys


def joined(branches: list[NDArray[np.float64]]) -> tuple[Floats, Floats]:
    """Branches (k, 2) as one curve with a gap, written nan, between two of them."""
    gap = np.full((1, 2), np.nan)
    parts = [part for branch in branches for part in (gap, np.asarray(branch, dtype=float))][1:]
    if not parts:
        return np.empty(0), np.empty(0)
    whole = np.concatenate(parts)
    return whole[:, 0], whole[:, 1]
