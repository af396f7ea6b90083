"""The adaptive loop: step-size control, dense output and event location, written once for all drivers.

`advance` is plain Python around six functions of the model. The Numba driver compiles it once for all models and
hands it compiled functions; the other drivers run it as it stands and let their functions do the arithmetic.

Sources: starting step and error norm, E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I,
2nd ed., 1993, sections II.4 and II.6, doi:10.1007/978-3-540-78862-1; the combination of two error estimates, section
II.10 there; the test for stiffness follows E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed.,
1996, section IV.2, doi:10.1007/978-3-642-05221-7; PI control, K. Gustafsson, ACM Transactions on
Mathematical Software 17, 533-554, 1991, doi:10.1145/210232.210242; the Illinois rule for bracketed roots, M. Dowell,
P. Jarratt, BIT 11, 168-174, 1971, doi:10.1007/BF01934364.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive_past import (
    COUNT,
    EARLIEST,
    LATEST,
    WIDTH,
    add_break,
    break_inside,
    carry_on,
    fill_row,
    has_room,
    next_break,
    open_row,
    settle,
)

# What the loop says of a lane (column STATUS of its clock).
RUNNING, DONE, STEP_TOO_SMALL, EVENTS_WITHOUT_END, NOT_FINITE, BUFFER_FULL, STIFF = range(7)
# Columns of a lane's clock.
TIME, SIZE, ERROR, STATUS, NEXT_ROW, ACCEPTED, REJECTED, EVALUATIONS, AT_LIMIT, WITHIN, STIFFNESS = range(11)
CLOCK = 11

SUBDIVISIONS = 4  # points of a step at which events are looked for
EVENTS_AT_ONCE = 1000  # so many events at one time have no end
STIFFNESS_EVERY = 20  # accepted steps from one test for stiffness to the next
AT_LIMIT_TIMES = 15  # tests that must find the step at the stability limit before a model counts as stiff
MOST_STIFF_STEPS = 5e6  # a stiff model with more steps than this ahead is given up
_TINY = 4e-16

#: The functions that `advance` calls, in its order.
ADAPTIVE_FUNCTIONS = ("derivative_at", "step_from", "dense_from", "crossing_at", "act", "lagged_at")


AdaptiveLoop = Callable[..., tuple[int, int]]  # `advance` with a model's functions in place


@dataclass(frozen=True)
class Shape:
    """How many of everything a model has."""

    states: int
    moving: tuple[int, ...]
    holds: int
    parameters: int
    events: tuple[str, ...]
    clears: tuple[bool, ...]
    errors: int
    kept: int
    powers: int
    pasts: int = 0
    lags: int = 0
    #: Where elements of array states mix, a lane is a whole system: sizes of the states, shapes of the parameters.
    sizes: tuple[int, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()

    def spread(self, sizes: tuple[int, ...], shapes: tuple[tuple[int, ...], ...]) -> Shape:
        """The shape of the same functions over arrays: every element of a state is a number of the loop's."""
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        moving = tuple(starts[i] + j for i in self.moving for j in range(sizes[i]))
        own = tuple(sizes[i] for i in self.moving)
        return replace(self, states=sum(sizes), moving=moving, sizes=sizes, shapes=shapes, own_sizes=own)

    own_sizes: tuple[int, ...] = ()  # of the states that move

    @staticmethod
    def of(code: StepCode, moving: tuple[int, ...], clears: tuple[bool, ...]) -> Shape:
        """Read from the step code's signatures."""
        m, values = max(1, len(moving)), len(code.states) + len(code.memory) + len(code.parameters)
        values += len(code.past)
        handed = (len(code.functions["dense"].arguments) - 2 - values) // m  # slopes, new states, slopes there, stages
        errors = (len(code.functions["step"].results) - len(code.states)) // m - (handed - 3) - 1
        powers = len(code.functions["dense"].results) // m
        lags = len(code.functions["lagged"].results) if code.past else 0
        return Shape(
            len(code.states), moving, len(code.memory), len(code.parameters), code.flags, clears, errors,
            handed - 3, powers, len(code.past), lags,
        )  # fmt: skip


def function_text(shape: Shape) -> str:
    """The six functions that `advance` calls, as text around the step code's own.

    ``derivative_at(t, y, r, p, f)``, ``step_from(t, h, y, r, f, p, y1, e, f1, k)``,
    ``dense_from(t, h, y, r, f, p, y1, f1, k, q)``, ``crossing_at(t, y, r, p, g)``, ``act(k, t, y, r, p)`` and
    ``lagged_at(t, y, r, p, a)``: states y, release times r, parameters p; results are written into the last arrays.
    All take the lane's history H and its span S (see `adaptive_past`) after these.
    """
    n, m = shape.states, len(shape.moving)

    def items(array: str, count: int) -> list[str]:
        return [f"{array}[{i}]" for i in range(count)]

    if shape.sizes:
        return _array_text(shape)
    values = items("y", n) + items("r", shape.holds)
    parameters = items("p", shape.parameters)
    parameters += [f"(H, S, 2 + {i} * int(S[{WIDTH}]))" for i in range(shape.pasts)]
    arguments = ", ".join(["t", *values, *parameters])
    kept = [f"k[{i}, {j}]" for i in range(shape.kept) for j in range(m)]
    stepped = [*items("y1", n), *items("e", shape.errors * m), *items("f1", m), *kept]
    new = [f"y1[{i}]" for i in shape.moving]
    dense = [f"q[{i}, {j}]" for i in range(shape.powers) for j in range(m)]
    start = ["t", "h", *values, *items("f", m)]
    lines = [
        "def derivative_at(t, y, r, p, f, H, S):",
        f"    {', '.join(items('f', m))} = derivative({arguments})" if m else "    pass",
        "",
        "",
        "def step_from(t, h, y, r, f, p, y1, e, f1, k, H, S):",
        f"    {', '.join(stepped)} = step({', '.join([*start, *parameters])})",
        "",
        "",
        "def dense_from(t, h, y, r, f, p, y1, f1, k, q, H, S):",
        f"    {', '.join(dense)} = dense({', '.join([*start, *new, *items('f1', m), *kept, *parameters])})"
        if m
        else "    pass",
        "",
        "",
        "def crossing_at(t, y, r, p, g, H, S):",
        f"    {', '.join(items('g', len(shape.events)))} = crossing({arguments})" if shape.events else "    pass",
        "",
        "",
        "def lagged_at(t, y, r, p, a, H, S):",
        f"    {', '.join(items('a', shape.lags))} = lagged({arguments})" if shape.lags else "    pass",
        "",
        "",
        "def act(k, t, y, r, p, H, S):",
        "    pass",
    ]
    for k, name in enumerate(shape.events):
        lines += [f"    if k == {k}:", f"        {', '.join(values)} = at_{name}({arguments})"]
    return "\n".join(lines) + "\n"


def _array_text(shape: Shape) -> str:
    """The same functions where states are arrays: slices in the place of numbers. There are no events and no delays."""

    def slices(array: str, sizes: tuple[int, ...], start: int = 0, row: str = "") -> list[str]:
        edges = [start + sum(sizes[:i]) for i in range(len(sizes) + 1)]
        return [f"{array}[{row}{a}:{b}]" for a, b in pairwise(edges)]

    own, m = shape.own_sizes, len(shape.moving)
    values = slices("y", shape.sizes)
    moved = [text for text, size in zip(slices("y1", shape.sizes), shape.sizes, strict=True) if size]
    is_moving = [slice_start in shape.moving for slice_start in (sum(shape.sizes[:i]) for i in range(len(shape.sizes)))]
    new = [text for text, moves in zip(moved, is_moving, strict=True) if moves]
    lengths = tuple(prod(s) for s in shape.shapes)
    parameters = [
        f"{text}.reshape({s!r})" if len(s) > 1 else text
        for text, s in zip(slices("p", lengths), shape.shapes, strict=True)
    ]
    kept = [text for i in range(shape.kept) for text in slices("k", own, row=f"{i}, ")]
    errors = [text for i in range(shape.errors) for text in slices("e", own, i * m)]
    stepped = [*slices("y1", shape.sizes), *errors, *slices("f1", own), *kept]
    dense = [text for i in range(shape.powers) for text in slices("q", own, row=f"{i}, ")]
    start = ["t", "h", *values, *slices("f", own)]
    ends = [*new, *slices("f1", own), *kept]
    lines = [
        "def derivative_at(t, y, r, p, f, H, S):",
        f"    {', '.join(slices('f', own))} = derivative({', '.join(['t', *values, *parameters])})",
        "", "", "def step_from(t, h, y, r, f, p, y1, e, f1, k, H, S):",
        f"    {', '.join(stepped)} = step({', '.join([*start, *parameters])})",
        "", "", "def dense_from(t, h, y, r, f, p, y1, f1, k, q, H, S):",
        f"    {', '.join(dense)} = dense({', '.join([*start, *ends, *parameters])})",
        "", "", "def crossing_at(t, y, r, p, g, H, S):", "    pass",
        "", "", "def lagged_at(t, y, r, p, a, H, S):", "    pass",
        "", "", "def act(k, t, y, r, p, H, S):", "    pass",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def advance(
    derivative_at: Any, step_from: Any, dense_from: Any, crossing_at: Any, act: Any, lagged_at: Any,
    until: float, t1: float, end: float, rtol: float, atol: Any, order: float, evaluations: int, hmax: float,
    stability_limit: float, errors: int, stages: int, moving: Any, clears: Any,
    clock: Any, Y: Any, F: Any, R: Any, G: Any, P: Any, grid: Any, rows: Any,
    keep: bool, kt: Any, kh: Any, ky: Any, kq: Any, et: Any, el: Any, ek: Any,
    H: Any, S: Any, B: Any, delayed: Any, steady: Any,
) -> tuple[int, int]:  # fmt: skip
    """Advance every lane to ``until``; returns the number of kept steps and of events.

    No step goes past ``t1``; ``end`` is where the run ends. Arrays have one column a lane. Accepted steps are kept in
    kt, kh, ky, kq (start, length, states, coefficients), events in et, el, ek (time, lane, kind). When a buffer is full
    the loop comes back with the status BUFFER_FULL, and goes on when it is called again.

    For delayed states, H, S and B hold each lane's history, span and breaks (see `adaptive_past`), ``delayed`` the
    states and their slopes' places, ``steady`` which delays no state moves.
    """
    n, m, n_events_kinds, n_holds = Y.shape[0], moving.size, clears.size, R.shape[0]
    powers = kq.shape[1]
    y, y1, z = np.zeros(n), np.zeros(n), np.zeros(n)
    f, f1, e, stage = np.zeros(m), np.zeros(m), np.zeros(errors * m), np.zeros((stages, m))
    q, r, p = np.zeros((powers, m)), np.zeros(n_holds), np.zeros(P.shape[0])
    g, g1 = np.zeros(n_events_kinds), np.zeros(n_events_kinds)
    n_lags = steady.size
    a0, a1 = np.zeros(n_lags), np.zeros(n_lags)
    n_kept = 0
    n_events = 0
    for j in range(Y.shape[1]):
        t, h = clock[j, TIME], clock[j, SIZE]
        _column(Y, j, y)
        _column(F, j, f)
        _column(R, j, r)
        _column(P, j, p)
        _column(G, j, g)
        history, span, breaks = H[j], S[j], B[j]
        rejected = False
        if clock[j, STATUS] == BUFFER_FULL:
            clock[j, STATUS] = RUNNING
        while clock[j, STATUS] == RUNNING and t < until:
            if n_kept >= kt.size or n_events + EVENTS_AT_ONCE >= et.size:
                clock[j, STATUS] = BUFFER_FULL
                break
            if n_lags > 0 and not has_room(history, span, t):
                clock[j, STATUS] = BUFFER_FULL
                break
            event = -1
            fired = -1
            starts = h == 0.0
            ends_piece = False
            norm = 1.0
            wanted = 0.0
            if not starts:
                # --- one trial step ---------------------------------------------------------------------------
                limit = t1
                for i in range(n_holds):
                    if t < r[i] < limit:
                        limit = r[i]
                h = min(h, hmax)
                if n_lags > 0:
                    limit = next_break(lagged_at, t, h, limit, y, r, p, history, span, breaks, steady, a0, a1)
                    span[EARLIEST], span[LATEST] = t, t
                wanted = h
                ends_piece = t + 1.0000001 * h >= limit
                if ends_piece:
                    h = limit - t
                if not h > _TINY * abs(t):
                    clock[j, STATUS] = STEP_TOO_SMALL if np.isfinite(h) else NOT_FINITE
                    break
                step_from(t, h, y, r, f, p, y1, e, f1, stage, history, span)
                clock[j, EVALUATIONS] += evaluations
                norm = _error_norm(e, y, y1, moving, rtol, atol)
                if n_lags > 0 and span[LATEST] > t + 4e-15 * abs(t):
                    sweeps = settle(
                        step_from, dense_from, t, h, y, r, f, p, y1, e, f1, stage, q, z, moving, rtol, atol,
                        history, span, delayed,
                    )  # fmt: skip
                    clock[j, EVALUATIONS] += sweeps * evaluations
                    norm = _error_norm(e, y, y1, moving, rtol, atol) if sweeps > 0 else np.inf
                if not norm <= 1.0:
                    clock[j, REJECTED] += 1
                    rejected = True
                    h *= max(0.2, 0.9 * norm ** (-1.0 / order)) if np.isfinite(norm) else 0.2
                    if not h > _TINY * max(abs(t), 1e-290):
                        clock[j, STATUS] = STEP_TOO_SMALL if np.isfinite(norm) else NOT_FINITE
                        break
                    if n_lags > 0:
                        open_row(history, span, t, h, y, f, delayed)
                    continue
                # --- events inside it ---------------------------------------------------------------------------
                row = int(clock[j, NEXT_ROW])
                if keep or n_events_kinds > 0 or n_lags > 0 or (row < grid.size and grid[row] <= t + h):
                    dense_from(t, h, y, r, f, p, y1, f1, stage, q, history, span)
                if n_lags > 0:
                    fill_row(history, span, h, q, delayed)
                    part = break_inside(lagged_at, t, h, y, q, moving, z, r, p, history, span, breaks, steady, a0, a1)
                    if part < 1.0:  # again, to the break and no further
                        clock[j, REJECTED] += 1
                        rejected = True
                        h *= part
                        open_row(history, span, t, h, y, f, delayed)
                        continue
                theta = 1.0
                for k in range(n_events_kinds):
                    left, g_left = 0.0, g[k]
                    for i in range(SUBDIVISIONS):
                        right = (i + 1) / SUBDIVISIONS
                        if left >= theta:
                            break
                        _interpolate(right, h, y, q, moving, z)
                        crossing_at(t + right * h, z, r, p, g1, history, span)
                        g_right = g1[k]
                        if g_left < 0.0 <= g_right:
                            side = 0
                            for tries in range(200):
                                if g_right == 0.0 or right - left <= 1e-15 or (right - left) * h <= 1e-16 * abs(t):
                                    break
                                c = right - g_right * (right - left) / (g_right - g_left)
                                if tries % 4 == 3 or not left < c < right:
                                    c = 0.5 * (left + right)
                                _interpolate(c, h, y, q, moving, z)
                                crossing_at(t + c * h, z, r, p, g1, history, span)
                                if g1[k] >= 0.0:
                                    right, g_right = c, g1[k]
                                    if side == 1:
                                        g_left *= 0.5
                                    side = 1
                                else:
                                    left, g_left = c, g1[k]
                                    if side == -1:
                                        g_right *= 0.5
                                    side = -1
                            if right < theta or event < 0:
                                theta, event = right, k
                            break
                        left, g_left = right, g_right
                # --- accept it, up to the first event -----------------------------------------------------------
                start = t
                if event >= 0:
                    t = start + theta * h
                    _interpolate(theta, h, y, q, moving, y1)
                else:
                    t = limit if ends_piece else start + h
                while row < grid.size and grid[row] <= t:
                    _interpolate((grid[row] - start) / h, h, y, q, moving, z)
                    for i in range(n):
                        rows[i, row, j] = z[i]
                    row += 1
                clock[j, NEXT_ROW] = row
                if keep:
                    kt[n_kept], kh[n_kept] = start, h
                    for i in range(n):
                        ky[n_kept, i] = y[i]
                    for k in range(powers):
                        for i in range(m):
                            kq[n_kept, k, i] = q[k, i]
                    n_kept += 1
                clock[j, ACCEPTED] += 1
                if stability_limit > 0.0 and event < 0 and clock[j, ACCEPTED] % STIFFNESS_EVERY == 0:
                    derivative_at(t, _moved(y1, e, moving, z), r, p, f, history, span)
                    clock[j, EVALUATIONS] += 1
                    _note_stiffness(clock, j, h * _stretch(f, f1, e), stability_limit)
                    if clock[j, STIFFNESS] > 0.0 and end - t > MOST_STIFF_STEPS * h:
                        clock[j, STATUS] = STIFF
                for i in range(n):
                    y[i] = y1[i]
                for i in range(m):
                    f[i] = f1[i]
                if n_lags > 0:
                    span[COUNT] += 1
                    open_row(history, span, t, h, y, f, delayed)
                    if event >= 0:
                        add_break(span, breaks, t, 0.0)
                    elif carry_on(lagged_at, t, h, y, r, p, history, span, breaks, steady, a0, a1, order):
                        ends_piece = True
            # --- actions: of the event found, then of every reset whose condition holds now ---------------------
            at_once = 0
            acted = event >= 0
            while n_events_kinds > 0 and (starts or acted):
                if event < 0:
                    crossing_at(t, y, r, p, g1, history, span)
                    for k in range(n_events_kinds):
                        if clears[k] and g1[k] >= 0.0 and event < 0:
                            event = k
                if event < 0:
                    break
                et[n_events], el[n_events], ek[n_events] = t, j, event
                n_events += 1
                at_once += 1
                act(event, t, y, r, p, history, span)
                if not clears[event]:
                    fired = event
                event = -1
                if at_once >= EVENTS_AT_ONCE:
                    clock[j, STATUS] = EVENTS_WITHOUT_END
                    break
            if clock[j, STATUS] != RUNNING:
                break
            if starts or acted or ends_piece:
                if n_lags > 0:
                    open_row(history, span, t, h, y, f, delayed)
                derivative_at(t, y, r, p, f, history, span)
                clock[j, EVALUATIONS] += 1
                if n_lags > 0:
                    open_row(history, span, t, h, y, f, delayed)
            if n_events_kinds > 0:
                crossing_at(t, y, r, p, g, history, span)
                if fired >= 0:
                    g[fired] = max(g[fired], 0.0)  # it fired here: it must become false before it can fire again
            if starts:
                h = _starting_step(
                    derivative_at, t, t1, rtol, atol, order, hmax, moving, y, z, r, p, f, f1, history, span
                )
                clock[j, EVALUATIONS] += 1
                continue
            factor = 0.9 * max(norm, 1e-10) ** (-0.7 / order) * clock[j, ERROR] ** (0.4 / order)
            factor = min(1.0 if rejected else 10.0, max(0.2, factor))
            clock[j, ERROR] = max(norm, 1e-4)
            rejected = False
            h = max(h * factor, wanted) if ends_piece and h < wanted else h * factor
        if t >= t1 and clock[j, STATUS] == RUNNING:
            clock[j, STATUS] = DONE
        clock[j, TIME], clock[j, SIZE] = t, h
        _store(y, Y, j)
        _store(f, F, j)
        _store(r, R, j)
        _store(g, G, j)
        if clock[j, STATUS] == BUFFER_FULL:
            break
    return n_kept, n_events


def _column(table: Any, j: int, out: Any) -> None:
    for i in range(out.size):
        out[i] = table[i, j]


def _store(values: Any, table: Any, j: int) -> None:
    for i in range(values.size):
        table[i, j] = values[i]


def _error_norm(e: Any, y: Any, y1: Any, moving: Any, rtol: float, atol: Any) -> float:
    """Root mean square of the error in units of the tolerance; of two estimates, Hairer's combination."""
    m = moving.size
    fine, coarse = 0.0, 0.0
    for i in range(m):
        scale = atol[i] + rtol * max(abs(y[moving[i]]), abs(y1[moving[i]]))
        fine += (e[i] / scale) ** 2
        if e.size > m:
            coarse += (e[m + i] / scale) ** 2
    if e.size > m and fine > 0.0:
        return float(fine / ((fine + 0.01 * coarse) * m) ** 0.5)
    return float((fine / max(1, m)) ** 0.5)


def _moved(y: Any, e: Any, moving: Any, out: Any) -> Any:
    """States moved by the error estimate."""
    for i in range(y.size):
        out[i] = y[i]
    for i in range(moving.size):
        out[moving[i]] += e[i]
    return out


def _stretch(f: Any, f1: Any, e: Any) -> float:
    """How much the derivative changes along the error, which points where the equations are stiffest."""
    change, size = 0.0, 0.0
    for i in range(f.size):
        change += (f[i] - f1[i]) ** 2
        size += e[i] ** 2
    return float((change / size) ** 0.5) if size > 0.0 else 0.0


def _note_stiffness(clock: Any, j: int, stretch: float, limit: float) -> None:
    """Count tests that find the step at the stability limit, and forget them after six that do not."""
    if stretch > 0.8 * limit:
        clock[j, AT_LIMIT] += 1
        clock[j, WITHIN] = 0
        if clock[j, AT_LIMIT] >= AT_LIMIT_TIMES:
            clock[j, STIFFNESS] = 1
    else:
        clock[j, WITHIN] += 1
        if clock[j, WITHIN] >= 6:
            clock[j, AT_LIMIT] = 0


def _interpolate(s: float, h: float, y: Any, q: Any, moving: Any, out: Any) -> None:
    """States at the fraction ``s`` of a step: y + h (s q[0] + s² q[1] + ...)."""
    for i in range(y.size):
        out[i] = y[i]
    for i in range(moving.size):
        total = 0.0
        for k in range(q.shape[0] - 1, -1, -1):
            total = s * (q[k, i] + total)
        out[moving[i]] = y[moving[i]] + h * total


def _starting_step(
    derivative_at: Any, t: float, t1: float, rtol: float, atol: Any, order: float, hmax: float,
    moving: Any, y: Any, z: Any, r: Any, p: Any, f: Any, f1: Any, history: Any, span: Any,
) -> float:  # fmt: skip
    """Hairer's starting step from two slopes."""
    d0, d1, d2 = 0.0, 0.0, 0.0
    m = max(1, moving.size)
    for i in range(moving.size):
        scale = atol[i] + rtol * abs(y[moving[i]])
        d0 += (y[moving[i]] / scale) ** 2 / m
        d1 += (f[i] / scale) ** 2 / m
    d0, d1 = d0**0.5, d1**0.5
    h = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    h = min(h, hmax, t1 - t)
    for i in range(y.size):
        z[i] = y[i]
    for i in range(moving.size):
        z[moving[i]] += h * f[i]
    derivative_at(t + h, z, r, p, f1, history, span)
    for i in range(moving.size):
        d2 += ((f1[i] - f[i]) / (atol[i] + rtol * abs(y[moving[i]]))) ** 2 / m
    d2 = d2**0.5 / h
    largest = max(d1, d2)
    h1 = max(1e-6, 1e-3 * h) if largest <= 1e-15 else (0.01 / largest) ** (1.0 / order)
    h = min(100.0 * h, h1, hmax)
    return h if h > 0.0 else 1e-6
