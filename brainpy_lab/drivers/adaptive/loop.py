"""The adaptive loop: steps, dense output and event location, written once for all drivers.

`advance` is plain Python around six functions of the model (`adaptive.functions`). The Numba driver compiles it once
for all models and hands it compiled functions; the other drivers run it as it stands and let their functions do the
arithmetic.

A fixed-step method runs in the same loop where its events are located inside steps (``crossing="exact"``): steps then
end on a grid, none is rejected for its error, and one with an event inside is computed again so that it ends there.

Source: PI control, K. Gustafsson, ACM Transactions on Mathematical Software 17, 533-554, 1991,
doi:10.1145/210232.210242; for the rest see `adaptive.control` and `adaptive.event_search`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.drivers.adaptive.arguments import Cells, Control, Pasts, Records
from brainpy_lab.drivers.adaptive.control import (
    ACCEPTED,
    AGAIN,
    BACKWARD,
    BEFORE_END,
    CULPRIT,
    DONE,
    DRAWS_TAKEN,
    ERROR,
    EVALUATIONS,
    EVENTS_WITHOUT_END,
    GRID,
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
    STUCK,
    TIME,
    TRIES,
    column,
    error_norm,
    interpolate,
    moved,
    note_stiffness,
    starting_step,
    store,
    stretch,
)
from brainpy_lab.drivers.adaptive.event_rules import (
    all_taken,
    beyond,
    holds_at_end,
    holds_backward,
    in_burst,
    is_finite,
    is_followed,
    take_draws,
    tested_anew,
)
from brainpy_lab.drivers.adaptive.event_search import DEGREE, MOST_ZEROS, Search, StepCourse, first_crossing
from brainpy_lab.drivers.adaptive.past import (
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

MOST_STIFF_STEPS = 5e6  # a stiff model with more steps than this ahead is given up: a stiff method needs far fewer
AT_END = 0.999  # part of a fixed step behind which an event counts as being at its end
MOST_TRIES = 60  # computations of a fixed step that bring an event to its end
SHORTEST = 1e-9  # of a fixed step: events are looked for along the cubic through shorter ones, however they bend
_TINY = 4e-16  # of a time, by which the next numbers differ from it: no step is shorter
_SAFETY, _LEAST, _MOST = 0.9, 0.2, 10.0  # of the step that the error would allow; least and most change of a step
_LEAST_NORM = 1e-4  # remembered of a smaller error, which is chance and would hold the next step back
_TO_LIMIT = 1.0000001  # times a step: what ends no further away goes to the limit, or rounding leaves a step of its own
_NEAR_END = 1.00001  # times a step: what ends no further away may be cut, or stretched to the end
_ON_GRID = 1e-9  # of a fixed step: times closer to the grid than this lie on it

AdaptiveLoop = Callable[..., tuple[int, int]]  # `advance` with a model's functions in place


def called(functions: Any) -> Any:
    """The model's functions as the loop calls them; the Numba driver makes them from addresses."""
    return functions


def advance(
    functions: Any, most: int, until: float, t1: float, control: Control, cells: Cells, records: Records, pasts: Pasts
) -> tuple[int, int]:
    """Advance every lane to ``until``, in at most ``most`` steps; returns the number of kept steps and of events.

    No step goes past ``t1``. When a buffer is full or the steps are spent the loop comes back with the status PAUSED
    (HISTORY_FULL: it needs room for delayed states), and goes on when it is called again. A lane whose events have
    taken all their random draws waits for more (DRAWS_TAKEN), one whose next step would depend on where the run ends
    until it may take it (BEFORE_END), and the others go on.
    """
    derivative_at, step_from, dense_from, crossing_at, act, lagged_at = called(functions)
    clock, moving, grid = cells.clock, control.moving, records.grid
    order, hmax, dt = control.order, control.hmax, control.dt
    n, m, kinds, n_holds = cells.Y.shape[0], moving.size, control.acts.size, cells.R.shape[0]
    borders, powers = control.owner.size, records.kq.shape[1]
    y, y1, z = np.zeros(n), np.zeros(n), np.zeros(n)
    f, f1, e, stage = np.zeros(m), np.zeros(m), np.zeros(control.errors * m), np.zeros((control.stages, m))
    q, r, p = np.zeros((powers, m)), np.zeros(n_holds), np.zeros(cells.P.shape[0])
    on, g = np.zeros(kinds), np.zeros(borders + 3 * kinds)
    search = Search(
        control.owner, control.exact, on, g, np.zeros((DEGREE + 1, g.size)), np.zeros(MOST_ZEROS * borders + 1),
        np.zeros((128, 2)), np.zeros((65, DEGREE + 1)),
    )  # fmt: skip
    delayed, steady = pasts.delayed, pasts.steady
    n_lags, n_draws = steady.size, cells.D.shape[2]
    a0, a1 = np.zeros(n_lags), np.zeros(n_lags)
    n_kept, n_events = int(0.0), int(0.0)  # of a literal 0 Numba would compile all that it is handed to twice
    last_test, released_before = np.zeros(kinds), np.zeros(n_holds)
    for j in range(cells.Y.shape[1]):
        t, h = clock[j, TIME], clock[j, SIZE]
        column(cells.Y, j, y)
        column(cells.F, j, f)
        column(cells.R, j, r)
        column(cells.P, j, p)
        column(cells.G, j, on)
        column(cells.G, j, last_test)
        history, span, breaks = pasts.H[j], pasts.S[j], pasts.B[j]
        rejected, tries = clock[j, AGAIN] > 0.0, clock[j, TRIES]
        if clock[j, STATUS] >= PAUSED:
            clock[j, STATUS] = RUNNING
        while clock[j, STATUS] == RUNNING and t < until:
            if most == 0 or n_kept >= records.kt.size or n_events >= records.et.size:
                clock[j, STATUS] = PAUSED
                break
            if n_lags > 0 and not has_room(history, span, t):
                clock[j, STATUS] = HISTORY_FULL
                break
            if n_draws > 0 and all_taken(cells.N, j, cells.D.shape[1]):
                clock[j, STATUS] = DRAWS_TAKEN
                break
            if h == 0.0:  # the equations are new here
                renew(derivative_at, clock, j, t, h, y, r, p, f, history, span, delayed)
                h = dt
                if dt == 0.0:
                    h = starting_step(
                        derivative_at, t, control.rtol, control.atol, order, hmax, moving, y, z, r, p, f, f1,
                        history, span,
                    )  # fmt: skip
                    clock[j, EVALUATIONS] += 1
                continue
            # --- how far the step may go ------------------------------------------------------------------------
            limit, released = t1, False
            for i in range(n_holds):
                if t < r[i] < limit:
                    limit, released = r[i], True
            on_grid = False
            if dt > 0.0:
                following = control.begin + (clock[j, GRID] + 1.0) * dt
                if following - t <= _ON_GRID * dt:
                    clock[j, GRID] += 1.0
                    following = control.begin + (clock[j, GRID] + 1.0) * dt
                if following < limit - _ON_GRID * dt:
                    limit, released, on_grid = following, False, True
            else:
                h = min(h, hmax)
            if limit == control.end and t + _NEAR_END * h >= limit and not control.to_end:
                clock[j, STATUS] = BEFORE_END
                break
            if n_lags > 0:
                end_of_hold = limit
                limit = next_break(lagged_at, t, h, limit, y, r, p, history, span, breaks, steady, a0, a1)
                released = released and limit == end_of_hold
                span[EARLIEST], span[LATEST] = t, t
            wanted = h
            ends_piece = t + _TO_LIMIT * h >= limit
            if ends_piece and not limit - t > _TINY * abs(t):  # rounding alone keeps it apart
                t = limit
                write_rows(records, clock, j, t, t, 1.0, y, q, moving, z)
                if n_lags > 0 and released:
                    add_break(span, breaks, t, 1.0)
                renew(derivative_at, clock, j, t, h, y, r, p, f, history, span, delayed)
                continue
            if ends_piece:
                h = limit - t
            if not h > _TINY * abs(t):
                clock[j, STATUS] = STEP_TOO_SMALL if np.isfinite(h) else NOT_FINITE
                break
            # --- one trial step ---------------------------------------------------------------------------------
            step_from(t, h, y, r, f, p, y1, e, f1, stage, history, span)
            most -= 1
            clock[j, EVALUATIONS] += control.evaluations
            if dt > 0.0:
                norm = 1.0 if is_finite(y1, f1) else np.inf
            else:
                norm = error_norm(e, y, y1, moving, control.rtol, control.atol)
            if n_lags > 0 and span[LATEST] > t + 4e-15 * abs(t):
                sweeps = settle(
                    step_from, dense_from, t, h, y, r, f, p, y1, e, f1, stage, q, z, moving, control.rtol, control.atol,
                    history, span, delayed,
                )  # fmt: skip
                clock[j, EVALUATIONS] += sweeps * control.evaluations
                norm = error_norm(e, y, y1, moving, control.rtol, control.atol) if sweeps > 0 else np.inf
            if not norm <= 1.0:  # nan is rejected too
                clock[j, REJECTED] += 1
                rejected = True
                if dt > 0.0:
                    # an event before the state runs away may bring it back: look for it in shorter steps
                    h = 0.5 * h if kinds > 0 else 0.0
                else:
                    h *= max(_LEAST, _SAFETY * norm ** (-1.0 / order)) if np.isfinite(norm) else _LEAST
                if not h > _TINY * max(abs(t), 1e-290):  # at t = 0 any step counts that is no denormal number
                    clock[j, STATUS] = STEP_TOO_SMALL if np.isfinite(norm) else NOT_FINITE
                    h = dt if dt > 0.0 else h
                    break
                if n_lags > 0:
                    open_row(history, span, t, h, y, f, delayed)
                continue
            row = int(clock[j, NEXT_ROW])
            if records.keep or kinds > 0 or n_lags > 0 or (row < grid.size and grid[row] <= t + h):
                dense_from(t, h, y, r, f, p, y1, f1, stage, q, history, span)
            part = 1.0
            if n_lags > 0:
                fill_row(history, span, h, q, delayed)
                part = break_inside(lagged_at, t, h, y, q, moving, z, r, p, history, span, breaks, steady, a0, a1)
            # --- events inside it -------------------------------------------------------------------------------
            theta, event = 1.0, -1
            bends = dt > 0.0 and kinds > 0 and h > SHORTEST * dt and not is_followed(h, y, y1, f, f1, moving)
            if bends and holds_at_end(crossing_at, t + h, y1, r, p, g, on, borders, history, span):
                part = 0.5
            if kinds > 0 and part == 1.0:
                theta, event = first_crossing(
                    crossing_at, StepCourse(t, h, y, q, moving, z, r, p, history, span), search
                )
                too_close = theta * h <= 16.0 * _TINY * abs(t)  # rounding: a shorter step would not come nearer
                if event < 0 or (dt > 0.0 and theta < AT_END and tries < MOST_TRIES and not too_close):
                    part = 0.5 if bends else theta
            if part < 1.0:  # again, to there and no further
                tries += 1.0
                clock[j, REJECTED] += 1
                rejected = True
                h *= part
                for k in range(kinds):  # the search has tested events in a part that is not taken
                    on[k] = last_test[k]
                if n_lags > 0:
                    open_row(history, span, t, h, y, f, delayed)
                continue
            tries = 0.0
            if event < 0 and kinds > 0:
                stuck = beyond(on, search.samples[DEGREE], borders)
                if stuck >= 0:
                    clock[j, STATUS], clock[j, CULPRIT] = STUCK, stuck
                    break
            # --- accept it, up to the first event ---------------------------------------------------------------
            start = t
            if event >= 0:  # of an adaptive step the part up to the event is as exact as its dense output
                t = start + theta * h
                interpolate(theta, h, y, q, moving, y1)
            else:
                t = limit if ends_piece else start + h
            if t > start:  # else the event fires where the step began, and nothing has passed
                write_rows(records, clock, j, t, start, h, y, q, moving, z)
                if records.keep:
                    keep_step(records, n_kept, start, h, y, q)
                    n_kept += 1
                clock[j, ACCEPTED] += 1
            if control.stability_limit > 0.0 and event < 0 and clock[j, ACCEPTED] % STIFFNESS_EVERY == 0:
                derivative_at(t, moved(y1, e, moving, z), r, p, f, history, span)
                clock[j, EVALUATIONS] += 1
                note_stiffness(clock, j, h * stretch(f, f1, e), control.stability_limit)
                if clock[j, STIFFNESS] > 0.0 and control.end - t > MOST_STIFF_STEPS * h:
                    clock[j, STATUS] = STIFF
            for i in range(n):
                y[i] = y1[i]
            for i in range(m):
                f[i] = f1[i]
            anew = ends_piece and not on_grid
            if n_lags > 0:
                span[COUNT] += 1
                open_row(history, span, t, h, y, f, delayed)
                if event >= 0:
                    add_break(span, breaks, t, 0.0)
                elif ends_piece and released:
                    add_break(span, breaks, t, 1.0)
                elif carry_on(lagged_at, t, h, y, r, p, history, span, breaks, steady, a0, a1, order):
                    anew = True
            # --- act --------------------------------------------------------------------------------------------
            if event >= 0:
                records.et[n_events], records.el[n_events], records.ek[n_events] = t, j, event
                n_events += 1
                crossing_at(t, y, r, p, g, history, span)
                speed = g[borders + 2 * kinds + event]
                if n_draws > 0:
                    take_draws(cells.N, cells.D, j, event, p)
                for i in range(n_holds):
                    released_before[i] = r[i]
                act(event, t, y, r, p, history, span)
                if holds_backward(t, r, released_before):
                    clock[j, STATUS], clock[j, CULPRIT] = BACKWARD, event
                    break
                anew = True
            if anew:
                renew(derivative_at, clock, j, t, h, y, r, p, f, history, span, delayed)
            if event >= 0:
                on[event] = tested_anew(
                    crossing_at, control.acts[event], event, speed, t, y, f, r, p, g, borders, kinds, history, span
                )  # fmt: skip
                if in_burst(clock, j, t, control.burst):
                    clock[j, STATUS], clock[j, CULPRIT] = EVENTS_WITHOUT_END, event
            for k in range(kinds):
                last_test[k] = on[k]
            rejected_before, rejected = rejected, False
            if dt > 0.0:
                h = dt
            elif event >= 0:  # the equations go on from another state
                clock[j, ERROR] = 1.0
                h = starting_step(
                    derivative_at, t, control.rtol, control.atol, order, hmax, moving, y, z, r, p, f, f1, history,
                    span,
                )  # fmt: skip
                clock[j, EVALUATIONS] += 1
            else:
                # Gustafsson's exponents: the error now, and that of the step before, so that steps do not swing
                factor = _SAFETY * max(norm, 1e-10) ** (-0.7 / order) * clock[j, ERROR] ** (0.4 / order)
                factor = min(1.0 if rejected_before else _MOST, max(_LEAST, factor))
                clock[j, ERROR] = max(norm, _LEAST_NORM)
                # a step that was cut to end a piece says nothing against the length that was wanted
                h = max(h * factor, wanted) if ends_piece and h < wanted else h * factor
        if t >= t1 and clock[j, STATUS] == RUNNING:
            clock[j, STATUS] = DONE
        clock[j, TIME], clock[j, SIZE] = t, h
        clock[j, AGAIN], clock[j, TRIES] = 1.0 if rejected else 0.0, tries
        store(y, cells.Y, j)
        store(f, cells.F, j)
        store(r, cells.R, j)
        store(on, cells.G, j)
        if clock[j, STATUS] == PAUSED or clock[j, STATUS] == HISTORY_FULL:
            break
    return n_kept, n_events


def renew(
    derivative_at: Any, clock: Any, j: int, t: float, h: float, y: Any, r: Any, p: Any, f: Any, history: Any, span: Any,
    delayed: Any,
) -> None:  # fmt: skip
    """The derivative where the equations or the state have jumped; delayed states may be read as they are there."""
    if delayed.shape[0] > 0:
        open_row(history, span, t, h, y, f, delayed)
    derivative_at(t, y, r, p, f, history, span)
    clock[j, EVALUATIONS] += 1
    if delayed.shape[0] > 0:
        open_row(history, span, t, h, y, f, delayed)


def write_rows(
    records: Records, clock: Any, j: int, t: float, start: float, h: float, y: Any, q: Any, moving: Any, z: Any
) -> None:
    """States at the times of the grid up to ``t``, from the step that began at ``start``."""
    row = int(clock[j, NEXT_ROW])
    while row < records.grid.size and records.grid[row] <= t:
        if t > start:
            interpolate((records.grid[row] - start) / h, h, y, q, moving, z)
        for i in range(y.size):
            records.rows[i, row, j] = z[i] if t > start else y[i]
        row += 1
    clock[j, NEXT_ROW] = row


def keep_step(records: Records, number: int, start: float, h: float, y: Any, q: Any) -> None:
    """Keep an accepted step's dense output."""
    records.kt[number], records.kh[number] = start, h
    for i in range(y.size):
        records.ky[number, i] = y[i]
    for k in range(q.shape[0]):
        for i in range(q.shape[1]):
            records.kq[number, k, i] = q[k, i]
