"""The adaptive loop: steps, dense output and event location, written once for all drivers.

`advance` is plain Python around six functions of the model (`adaptive_functions`). The Numba driver compiles it once
for all models and hands it compiled functions; the other drivers run it as it stands and let their functions do the
arithmetic.

Sources: PI control, K. Gustafsson, ACM Transactions on Mathematical Software 17, 533-554, 1991,
doi:10.1145/210232.210242; the Illinois rule for bracketed roots, M. Dowell, P. Jarratt, BIT 11, 168-174, 1971,
doi:10.1007/BF01934364; for the rest see `step_control`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.drivers.adaptive_past import (
    COUNT,
    EARLIEST,
    LATEST,
    add_break,
    break_inside,
    carry_on,
    fill_row,
    has_room,
    next_break,
    open_row,
    settle,
)
from brainpy_lab.drivers.step_control import (
    ACCEPTED,
    DONE,
    ERROR,
    EVALUATIONS,
    EVENTS_WITHOUT_END,
    HISTORY_FULL,
    NEXT_ROW,
    NOT_FINITE,
    PAUSED,
    REJECTED,
    RUNNING,
    SIZE,
    STATUS,
    STEP_TOO_SMALL,
    STIFF,
    STIFFNESS,
    STIFFNESS_EVERY,
    TIME,
    column,
    error_norm,
    interpolate,
    moved,
    note_stiffness,
    starting_step,
    store,
    stretch,
)

SUBDIVISIONS = 4  # points of a step at which events are looked for
EVENTS_AT_ONCE = 1000  # so many events at one time have no end
MOST_STIFF_STEPS = 5e6  # a stiff model with more steps than this ahead is given up
_TINY = 4e-16

AdaptiveLoop = Callable[..., tuple[int, int]]  # `advance` with a model's functions in place


def called(functions: Any) -> Any:
    """The model's functions as the loop calls them; the Numba driver makes them from addresses."""
    return functions


def advance(
    functions: Any, most: int, until: float, t1: float, end: float, rtol: float, atol: Any, order: float,
    evaluations: int, hmax: float, stability_limit: float, errors: int, stages: int, moving: Any, clears: Any,
    clock: Any, Y: Any, F: Any, R: Any, G: Any, P: Any, grid: Any, rows: Any,
    keep: bool, kt: Any, kh: Any, ky: Any, kq: Any, et: Any, el: Any, ek: Any,
    H: Any, S: Any, B: Any, delayed: Any, steady: Any,
) -> tuple[int, int]:  # fmt: skip
    """Advance every lane to ``until``, in at most ``most`` steps; returns the number of kept steps and of events.

    No step goes past ``t1``; ``end`` is where the run ends. Arrays have one column a lane. Accepted steps are kept in
    kt, kh, ky, kq (start, length, states, coefficients), events in et, el, ek (time, lane, kind). When a buffer is full
    or the steps are spent the loop comes back with the status PAUSED (HISTORY_FULL: it needs room for delayed states),
    and goes on when it is called again.

    For delayed states, H, S and B hold each lane's history, span and breaks (see `adaptive_past`), ``delayed`` the
    states and their slopes' places, ``steady`` which delays no state moves.
    """
    derivative_at, step_from, dense_from, crossing_at, act, lagged_at = called(functions)
    n, m, n_events_kinds, n_holds = Y.shape[0], moving.size, clears.size, R.shape[0]
    powers = kq.shape[1]
    y, y1, z = np.zeros(n), np.zeros(n), np.zeros(n)
    f, f1, e, stage = np.zeros(m), np.zeros(m), np.zeros(errors * m), np.zeros((stages, m))
    q, r, p = np.zeros((powers, m)), np.zeros(n_holds), np.zeros(P.shape[0])
    g, g1, fired = np.zeros(n_events_kinds), np.zeros(n_events_kinds), np.zeros(n_events_kinds, np.bool_)
    n_lags = steady.size
    a0, a1 = np.zeros(n_lags), np.zeros(n_lags)
    n_kept = 0
    n_events = 0
    for j in range(Y.shape[1]):
        t, h = clock[j, TIME], clock[j, SIZE]
        column(Y, j, y)
        column(F, j, f)
        column(R, j, r)
        column(P, j, p)
        column(G, j, g)
        history, span, breaks = H[j], S[j], B[j]
        rejected = False
        if clock[j, STATUS] == PAUSED or clock[j, STATUS] == HISTORY_FULL:
            clock[j, STATUS] = RUNNING
        while clock[j, STATUS] == RUNNING and t < until:
            if most == 0 or n_kept >= kt.size or n_events + EVENTS_AT_ONCE >= et.size:
                clock[j, STATUS] = PAUSED
                break
            if n_lags > 0 and not has_room(history, span, t):
                clock[j, STATUS] = HISTORY_FULL
                break
            event = -1
            starts = h == 0.0
            ends_piece = False
            norm = 1.0
            wanted = 0.0
            if not starts:
                # --- one trial step ---------------------------------------------------------------------------
                limit, released = t1, False
                for i in range(n_holds):
                    if t < r[i] < limit:
                        limit, released = r[i], True
                h = min(h, hmax)
                if n_lags > 0:
                    end_of_hold = limit
                    limit = next_break(lagged_at, t, h, limit, y, r, p, history, span, breaks, steady, a0, a1)
                    released = released and limit == end_of_hold
                    span[EARLIEST], span[LATEST] = t, t
                wanted = h
                ends_piece = t + 1.0000001 * h >= limit
                if ends_piece and not limit - t > _TINY * abs(t):  # rounding alone keeps it apart
                    t = limit
                    row = int(clock[j, NEXT_ROW])
                    while row < grid.size and grid[row] <= t:
                        for i in range(n):
                            rows[i, row, j] = y[i]
                        row += 1
                    clock[j, NEXT_ROW] = row
                    if n_lags > 0:
                        if released:
                            add_break(span, breaks, t, 1.0)
                        open_row(history, span, t, h, y, f, delayed)
                    derivative_at(t, y, r, p, f, history, span)
                    clock[j, EVALUATIONS] += 1
                    if n_lags > 0:
                        open_row(history, span, t, h, y, f, delayed)
                    continue
                if ends_piece:
                    h = limit - t
                if not h > _TINY * abs(t):
                    clock[j, STATUS] = STEP_TOO_SMALL if np.isfinite(h) else NOT_FINITE
                    break
                step_from(t, h, y, r, f, p, y1, e, f1, stage, history, span)
                most -= 1
                clock[j, EVALUATIONS] += evaluations
                norm = error_norm(e, y, y1, moving, rtol, atol)
                if n_lags > 0 and span[LATEST] > t + 4e-15 * abs(t):
                    sweeps = settle(
                        step_from, dense_from, t, h, y, r, f, p, y1, e, f1, stage, q, z, moving, rtol, atol,
                        history, span, delayed,
                    )  # fmt: skip
                    clock[j, EVALUATIONS] += sweeps * evaluations
                    norm = error_norm(e, y, y1, moving, rtol, atol) if sweeps > 0 else np.inf
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
                        interpolate(right, h, y, q, moving, z)
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
                                interpolate(c, h, y, q, moving, z)
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
                    interpolate(theta, h, y, q, moving, y1)
                else:
                    t = limit if ends_piece else start + h
                while row < grid.size and grid[row] <= t:
                    interpolate((grid[row] - start) / h, h, y, q, moving, z)
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
                    derivative_at(t, moved(y1, e, moving, z), r, p, f, history, span)
                    clock[j, EVALUATIONS] += 1
                    note_stiffness(clock, j, h * stretch(f, f1, e), stability_limit)
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
                    elif ends_piece and released:
                        add_break(span, breaks, t, 1.0)
                    elif carry_on(lagged_at, t, h, y, r, p, history, span, breaks, steady, a0, a1, order):
                        ends_piece = True
            # --- actions: of the event found, then of every reset whose condition holds now ---------------------
            at_once = 0
            acted = event >= 0
            while n_events_kinds > 0 and (starts or acted):
                if event < 0:
                    crossing_at(t, y, r, p, g1, history, span)
                    for k in range(n_events_kinds):
                        # a reset whose condition holds, or a condition that has become true at this time
                        if (clears[k] or (g[k] < 0.0 and not fired[k])) and g1[k] >= 0.0 and event < 0:
                            event = k
                if event < 0:
                    break
                et[n_events], el[n_events], ek[n_events] = t, j, event
                n_events += 1
                at_once += 1
                act(event, t, y, r, p, history, span)
                fired[event] = True
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
                for k in range(n_events_kinds):
                    if fired[k] and not clears[k]:
                        g[k] = max(g[k], 0.0)  # it fired here: it must become false before it can fire again
                    fired[k] = False
            if starts:
                h = starting_step(
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
        store(y, Y, j)
        store(f, F, j)
        store(r, R, j)
        store(g, G, j)
        if clock[j, STATUS] == PAUSED or clock[j, STATUS] == HISTORY_FULL:
            break
    return n_kept, n_events
