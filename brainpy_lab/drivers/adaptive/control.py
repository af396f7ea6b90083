"""Step-size control of the adaptive loop: a lane's clock, the error norm, the first step, the test for stiffness.

Sources: starting step and error norm, E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I,
2nd ed., 1993, sections II.4 and II.6, doi:10.1007/978-3-540-78862-1; the combination of two error estimates, section
II.10 there; the test for stiffness follows E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed.,
1996, section IV.2, doi:10.1007/978-3-642-05221-7.

All functions are plain Python that Numba compiles for its driver.
"""

from __future__ import annotations

from typing import Any

# What the loop says of a lane (column STATUS of its clock); from PAUSED on it goes on when it is called again.
RUNNING, DONE, STEP_TOO_SMALL, EVENTS_WITHOUT_END, NOT_FINITE, STIFF, STUCK, BACKWARD = range(8)
PAUSED, HISTORY_FULL, DRAWS_TAKEN, BEFORE_END = range(8, 12)
# Columns of a lane's clock. BURST and IN_BURST are the first time and the number of events that follow each other
# closely, CULPRIT the event that ended the lane, GRID the fixed steps that are done, AGAIN whether the step was
# rejected, TRIES how often it has been brought to an event.
TIME, SIZE, ERROR, STATUS, NEXT_ROW, ACCEPTED, REJECTED, EVALUATIONS, AT_LIMIT, WITHIN, STIFFNESS = range(11)
BURST, IN_BURST, CULPRIT, GRID, AGAIN, TRIES = range(11, 17)
CLOCK = 17

STIFFNESS_EVERY = 20  # accepted steps from one test for stiffness to the next: a test costs a derivative
_FARTHEST = 1000.0  # steps ahead at which the slope is looked at for the first one
AT_LIMIT_TIMES = 15  # tests that must find the step at the stability limit before a model counts as stiff: Hairer's
_WITHIN_TIMES = 6  # tests in a row that find it within, after which those are forgotten: Hairer's
_NEAR_LIMIT = 0.8  # of the limit: on a stiff model the step swings about it, and tests find it on both sides


def column(table: Any, j: int, out: Any) -> None:
    """Copy a lane's column of a table."""
    for i in range(out.size):
        out[i] = table[i, j]


def store(values: Any, table: Any, j: int) -> None:
    """Copy values into a lane's column of a table."""
    for i in range(values.size):
        table[i, j] = values[i]


def error_norm(e: Any, y: Any, y1: Any, moving: Any, rtol: float, atol: Any) -> float:
    """Root mean square of the error in units of the tolerance; of two estimates, Hairer's combination."""
    m = moving.size
    fine, coarse = 0.0, 0.0
    for i in range(m):
        scale = atol[i] + rtol * max(abs(y[moving[i]]), abs(y1[moving[i]]))
        fine += (e[i] / scale) ** 2
        if e.size > m:
            coarse += (e[m + i] / scale) ** 2
    if e.size > m and fine > 0.0:
        # the fine estimate may vanish where the error does not: a hundredth of the coarse one bounds it from below
        return float(fine / ((fine + 0.01 * coarse) * m) ** 0.5)
    return float((fine / max(1, m)) ** 0.5)


def moved(y: Any, e: Any, moving: Any, out: Any) -> Any:
    """States moved by the error estimate."""
    for i in range(y.size):
        out[i] = y[i]
    for i in range(moving.size):
        out[moving[i]] += e[i]
    return out


def stretch(f: Any, f1: Any, e: Any) -> float:
    """How much the derivative changes along the error, which points where the equations are stiffest."""
    change, size = 0.0, 0.0
    for i in range(f.size):
        change += (f[i] - f1[i]) ** 2
        size += e[i] ** 2
    return float((change / size) ** 0.5) if size > 0.0 else 0.0


def note_stiffness(clock: Any, j: int, stretch: float, limit: float) -> None:
    """Count tests that find the step at the stability limit, and forget them after some that do not."""
    if stretch > _NEAR_LIMIT * limit:
        clock[j, AT_LIMIT] += 1
        clock[j, WITHIN] = 0
        if clock[j, AT_LIMIT] >= AT_LIMIT_TIMES:
            clock[j, STIFFNESS] = 1
    else:
        clock[j, WITHIN] += 1
        if clock[j, WITHIN] >= _WITHIN_TIMES:
            clock[j, AT_LIMIT] = 0


def interpolate(s: float, h: float, y: Any, q: Any, moving: Any, out: Any) -> None:
    """States at the fraction ``s`` of a step: y + h (s q[0] + s² q[1] + ...)."""
    for i in range(y.size):
        out[i] = y[i]
    for i in range(moving.size):
        total = 0.0
        for k in range(q.shape[0] - 1, -1, -1):
            total = s * (q[k, i] + total)
        out[moving[i]] = y[moving[i]] + h * total


def starting_step(
    derivative_at: Any, t: float, rtol: float, atol: Any, order: float, hmax: float,
    moving: Any, y: Any, z: Any, r: Any, p: Any, f: Any, f1: Any, history: Any, span: Any,
) -> float:  # fmt: skip
    """Hairer's starting step from two slopes; ``z`` and ``f1`` are written over.

    It knows nothing of the end of the run: one that is continued takes the steps of one that is not.
    """
    d0, d1, d2 = 0.0, 0.0, 0.0
    m = max(1, moving.size)
    for i in range(moving.size):
        scale = atol[i] + rtol * abs(y[moving[i]])
        d0 += (y[moving[i]] / scale) ** 2 / m
        d1 += (f[i] / scale) ** 2 / m
    d0, d1 = d0**0.5, d1**0.5
    h = min(1e-6, hmax)  # for a look at the slope, where state or slope is zero and says nothing about a step
    if not (d0 < 1e-5 or d1 < 1e-5):
        # a state below its tolerance, set to zero but for rounding say, says nothing about the length of a step; and
        # far beyond the longest one that its slope allows, inputs may be anything; else, a step of Euler's that moves
        # the state by a hundredth of its size
        h = min(0.01 * max(d0, 1.0) / d1, _FARTHEST * (0.01 / d1) ** (1.0 / order), hmax)
    for i in range(y.size):
        z[i] = y[i]
    for i in range(moving.size):
        z[moving[i]] += h * f[i]
    derivative_at(t + h, z, r, p, f1, history, span)
    for i in range(moving.size):
        d2 += ((f1[i] - f[i]) / (atol[i] + rtol * abs(y[moving[i]]))) ** 2 / m
    d2 = d2**0.5 / h  # about the second derivative
    # the step whose error, a power of it times the larger derivative, is a hundredth of the tolerance
    largest = max(d1, d2)
    h1 = max(1e-6, 1e-3 * h) if largest <= 1e-15 else (0.01 / largest) ** (1.0 / order)
    h = min(100.0 * h, h1, hmax)  # two slopes tell little about what lies further than 100 times their distance
    return h if h > 0.0 else 1e-6  # an infinite slope: the first trial step then fails, and says where
