"""What adaptive runs remember of delayed states, and the break points that delays carry on: helpers of the loop.

Each lane has a table ``history`` of its accepted steps, oldest first. A row holds the step's start and length, then for
each delayed state its value there and the coefficients of the method's dense output: y + h (s q0 + s² q1 + ...). The
rows before the start of the run hold the user's history. The row after the last accepted step describes the step being
computed: at first as a straight line; where delays are shorter than the step, as its own dense output, and the step is
computed again until that changes no more (Picard iteration).

``span`` says which rows are in use, and collects the least and largest time that were read.

A solution of a delay equation breaks (jumps in some derivative) where a delay reads an earlier break, one derivative
higher each time. ``breaks`` holds the breaks known, with their order; steps end where a delay reads one.
C. T. H. Baker, C. A. H. Paul, D. R. Willé, Advances in Computational Mathematics 3, 171-196, 1995,
doi:10.1007/BF03028370; A. Bellen, M. Zennaro, Numerical Methods for Delay Differential Equations, 2003, chapters
2 and 4.

All functions are plain Python that Numba compiles for its driver.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.drivers.adaptive.control import interpolate

# Columns of a lane's span.
COUNT, EARLIEST, LATEST, CONSTANT, WIDTH, LONGEST, BREAKS = range(7)
SPAN = 7
# Columns of a break point.
BREAK_TIME, BREAK_ORDER = range(2)
MOST_BREAKS = 256  # of a lane; the oldest go first, which the most delays have passed

ROW_AT_ONCE = 1e-10  # of a step: times closer to a row's start than this count as that start
_ROUNDING = 1e-15  # of a time, by which a delayed time may miss it
_NEAR = 1e-4  # of a step: how exactly a step ends where a delay that depends on states reads a break
_MOST_SWEEPS = 12  # each brings the change down by about step times slope; a step that needs more is made shorter
_SETTLED = 1e-3  # of the tolerance
_ROUNDED = 4e-15  # of a time, by which what is computed from it may miss
_HALVINGS = 40  # of a step: to 1e-12 of it


def value_at(history: Any, span: Any, column: int, t: float, before: bool) -> float:
    """A delayed state at the time ``t``, or just before it; nan where nothing is known."""
    span[EARLIEST] = min(span[EARLIEST], t)
    span[LATEST] = max(span[LATEST], t)
    last = int(span[COUNT])  # the row of the step being computed
    low, high = 0, last
    while low < high:  # the last row that starts at t or earlier
        middle = (low + high + 1) // 2
        if history[middle, 0] <= t:
            low = middle
        else:
            high = middle - 1
    near = ROW_AT_ONCE * history[low, 1] + _ROUNDING * max(abs(t), abs(history[last, 0]))
    if before:
        if low > 0 and t - history[low, 0] <= near:
            low -= 1
    elif low < last and history[low + 1, 0] - t <= near:
        low += 1
    # a delay as long as the longest is allowed, however its time was rounded
    reach = history[last, 0] - span[LONGEST] * (1.0 + 1e-9) - 1e-12 * abs(t)
    if t < reach or (t < history[0, 0] and span[CONSTANT] == 0.0):
        return np.nan
    length = history[low, 1]
    s = (t - history[low, 0]) / length
    total = 0.0
    for k in range(int(span[WIDTH]) - 1, 0, -1):
        total = s * (history[low, column + k] + total)
    return float(history[low, column] + length * total)


def open_row(history: Any, span: Any, t: float, h: float, y: Any, f: Any, delayed: Any) -> None:
    """Describe the step that begins at ``t`` as a straight line; ``delayed``: the states and their slopes' places."""
    row, width = int(span[COUNT]), int(span[WIDTH])
    history[row, 0] = t
    history[row, 1] = h if h > 0.0 else 1.0  # reads divide by it
    for d in range(delayed.shape[0]):
        column = 2 + d * width
        history[row, column] = y[delayed[d, 0]]
        for k in range(1, width):
            history[row, column + k] = 0.0
        if delayed[d, 1] >= 0:
            history[row, column + 1] = f[delayed[d, 1]]


def fill_row(history: Any, span: Any, h: float, q: Any, delayed: Any) -> None:
    """Describe the step being computed by its dense output."""
    row, width = int(span[COUNT]), int(span[WIDTH])
    history[row, 1] = h
    for d in range(delayed.shape[0]):
        if delayed[d, 1] >= 0:
            for k in range(1, width):
                history[row, 2 + d * width + k] = q[k - 1, delayed[d, 1]]


def has_room(history: Any, span: Any, t: float) -> bool:
    """Whether another step fits into the table, after forgetting those that no delay reaches; keeps a quarter free."""
    count = int(span[COUNT])
    if count + 2 < history.shape[0]:
        return True
    oldest = 0
    while oldest + 1 < count and history[oldest + 1, 0] < t - span[LONGEST]:
        oldest += 1
    if oldest == 0 or count - oldest > 3 * history.shape[0] // 4:
        return False  # rows that move make room for a quarter of the table at least, or they would move all the time
    for row in range(count + 1 - oldest):
        for column in range(history.shape[1]):
            history[row, column] = history[row + oldest, column]
    span[COUNT] = count - oldest
    span[CONSTANT] = 0.0
    return True


def settle(
    step_from: Any, dense_from: Any, t: float, h: float, y: Any, r: Any, f: Any, p: Any, y1: Any, e: Any, f1: Any,
    stage: Any, q: Any, z: Any, moving: Any, rtol: float, atol: Any, history: Any, span: Any, delayed: Any,
) -> int:  # fmt: skip
    """Compute a step that reads itself until it changes no more; how often, or 0 when that does not come to an end."""
    for sweep in range(1, _MOST_SWEEPS + 1):
        if not span[LATEST] <= t + h * (1.0 + 1e-9):
            return 0  # ahead of the step: a negative delay
        for i in range(y1.size):
            z[i] = y1[i]
        dense_from(t, h, y, r, f, p, y1, f1, stage, q, history, span)
        fill_row(history, span, h, q, delayed)
        step_from(t, h, y, r, f, p, y1, e, f1, stage, history, span)
        change = 0.0
        for k in range(moving.size):
            i = moving[k]
            scale = atol[k] + rtol * max(abs(y[i]), abs(y1[i]))
            change = max(change, abs(y1[i] - z[i]) / max(scale, 1e-300))
        if change <= _SETTLED:
            return sweep
        if not np.isfinite(change):
            return 0
    return 0


def next_break(
    lagged_at: Any, t: float, h: float, limit: float, y: Any, r: Any, p: Any, history: Any, span: Any, breaks: Any,
    steady: Any, a0: Any, a1: Any,
) -> float:  # fmt: skip
    """The first time before ``limit`` at which a delay that no state moves reads a break; ``limit`` when none does."""
    known = int(span[BREAKS])
    lagged_at(t, y, r, p, a0, history, span)
    if known == 0 or not np.any(steady):
        return limit
    whole = min(1.0000001 * h, limit - t)
    lagged_at(t + whole, y, r, p, a1, history, span)
    for d in range(a0.size):
        if not steady[d]:
            continue
        for b in range(known):
            xi = breaks[b, BREAK_TIME]
            near = ROW_AT_ONCE * h + _ROUNDED * abs(t)
            left, right = t, t + whole
            lagged_at(right, y, r, p, a1, history, span)
            if not (a0[d] < xi - near and a1[d] >= xi):
                continue
            low, high = a0[d] - xi, a1[d] - xi
            for tries in range(100):
                if high == 0.0 or right - left <= 4e-16 * abs(right):
                    break
                c = right - high * (right - left) / (high - low)
                # false position alone may move one end only, and creep: each third point halves what is left
                if tries % 3 == 2 or not left < c < right:
                    c = 0.5 * (left + right)
                lagged_at(c, y, r, p, a1, history, span)
                if a1[d] >= xi:
                    right, high = c, a1[d] - xi
                else:
                    left, low = c, a1[d] - xi
            limit = min(limit, right)
    return limit


def break_inside(
    lagged_at: Any, t: float, h: float, y: Any, q: Any, moving: Any, z: Any, r: Any, p: Any, history: Any, span: Any,
    breaks: Any, steady: Any, a0: Any, a1: Any,
) -> float:  # fmt: skip
    """Fraction of a step at which a delay that depends on states first reads a break; 1 when none does inside it."""
    first = 1.0
    known = int(span[BREAKS])
    for d in range(a0.size):
        if steady[d]:
            continue
        for b in range(known):
            xi = breaks[b, BREAK_TIME]
            left, right = 0.0, first
            interpolate(right, h, y, q, moving, z)
            lagged_at(t + right * h, z, r, p, a1, history, span)
            if not (a0[d] < xi and a1[d] > xi):
                continue
            for _ in range(_HALVINGS):
                c = 0.5 * (left + right)
                interpolate(c, h, y, q, moving, z)
                lagged_at(t + c * h, z, r, p, a1, history, span)
                if a1[d] > xi:
                    right = c
                else:
                    left = c
            if _NEAR < right < 1.0 - _NEAR:  # nearer to its ends the step ends at the break already
                first = right
    return first


def carry_on(
    lagged_at: Any, t: float, h: float, y: Any, r: Any, p: Any, history: Any, span: Any, breaks: Any,
    steady: Any, a0: Any, a1: Any, order: float,
) -> bool:  # fmt: skip
    """Note the break that an accepted step ends with, if any: ``a0`` are the delayed times at its start."""
    known = int(span[BREAKS])
    if known == 0:
        return False
    lagged_at(t, y, r, p, a1, history, span)
    found = 0.0
    for d in range(a0.size):
        near = ROW_AT_ONCE * h + _ROUNDED * abs(t) if steady[d] else _NEAR * abs(a1[d] - a0[d])
        for b in range(known):
            xi = breaks[b, BREAK_TIME]
            # a break in a derivative above the method's order is smooth for it
            if a0[d] < xi - near and a1[d] >= xi - near and breaks[b, BREAK_ORDER] + 1.0 <= order:
                new = breaks[b, BREAK_ORDER] + 1.0
                found = new if found == 0.0 else min(found, new)
    earliest = t
    for d in range(a1.size):
        earliest = min(earliest, a1[d])
    _forget_breaks(span, breaks, earliest - _NEAR * h)
    if found > 0.0:
        add_break(span, breaks, t, found)
    return found > 0.0


def _forget_breaks(span: Any, breaks: Any, before: float) -> None:
    """Drop the breaks that every delay has passed."""
    kept = 0
    for b in range(int(span[BREAKS])):
        if breaks[b, BREAK_TIME] >= before:
            breaks[kept, BREAK_TIME] = breaks[b, BREAK_TIME]
            breaks[kept, BREAK_ORDER] = breaks[b, BREAK_ORDER]
            kept += 1
    span[BREAKS] = kept


def add_break(span: Any, breaks: Any, t: float, order: float) -> None:
    """Add a break; when there are too many the oldest goes."""
    known = int(span[BREAKS])
    if known == breaks.shape[0]:
        for b in range(1, known):
            breaks[b - 1, BREAK_TIME] = breaks[b, BREAK_TIME]
            breaks[b - 1, BREAK_ORDER] = breaks[b, BREAK_ORDER]
        known -= 1
    breaks[known, BREAK_TIME] = t
    breaks[known, BREAK_ORDER] = order
    span[BREAKS] = known + 1
