"""When an event fires, when it has no end, and when it is stuck: the rules of events in the adaptive loop.

`brainpy_lab.codegen.events` writes the same rules into steps whose events lie on their ends; the last test of an event
means the same in both, so that each kind of run can continue the other.

All functions are plain Python that Numba compiles for its driver.
"""

from __future__ import annotations

from typing import Any

from brainpy_lab.codegen.events import FREE, STILL
from brainpy_lab.drivers.adaptive.control import BURST, IN_BURST

MOST_IN_BURST = 1000  # so many events of one cell in the shortest time that counts have no end
_ROUNDING_OF_SPEED = 1e-12  # of the largest derivative


def is_finite(y: Any, f: Any) -> bool:
    """Whether a step and the slope at its end are finite."""
    total = 0.0
    for i in range(y.size):
        total += 0.0 * y[i]
    for i in range(f.size):
        total += 0.0 * f[i]
    return bool(total == 0.0)


def is_followed(h: float, y: Any, y1: Any, f: Any, f1: Any, moving: Any) -> bool:
    """Whether the cubic through both ends of a step can be trusted between them.

    In an upstroke that the step does not resolve, the slope at its end is many times the mean slope.
    """
    for i in range(moving.size):
        change = y1[moving[i]] - y[moving[i]]
        bend = abs(h * f1[i] - change)
        size = abs(y[moving[i]]) + abs(y1[moving[i]])
        if not bend <= max(4.0 * (abs(change) + abs(h * f[i])), 1e-6 * size):
            return False
    return True


def holds_at_end(
    crossing_at: Any, t: float, y: Any, r: Any, p: Any, g: Any, on: Any, borders: int, history: Any, span: Any
) -> bool:
    """Whether some event that did not hold at the last test holds at the end of a step."""
    crossing_at(t, y, r, p, g, history, span)
    found = False
    for k in range(on.size):
        found = found or (on[k] == 0.0 and g[borders + on.size + k] > 0.5)
    return found


def beyond(on: Any, at_end: Any, borders: int) -> int:
    """The event whose block left its condition true and that has moved further beyond its border, or -1."""
    for k in range(on.size):
        if 0.0 < on[k] < FREE and 1.0 + at_end[borders + k] > on[k]:
            return k
    return -1


def holds_backward(t: float, r: Any, before: Any) -> bool:
    """Whether a block has just given a release time that lies before it, or is no number."""
    found = False
    for i in range(r.size):
        found = found or (r[i] != before[i] and not r[i] >= t)
    return bool(found)


def tested_anew(
    crossing_at: Any, acts: int, event: int, speed: float, t: float, y: Any, f: Any, r: Any, p: Any, g: Any,
    borders: int, kinds: int, history: Any, span: Any,
) -> float:  # fmt: skip
    """The last test of an event after its block, see `brainpy_lab.codegen.events`; ``speed`` is that before it."""
    crossing_at(t, y, r, p, g, history, span)
    if not g[borders + kinds + event] > 0.5:
        return 0.0
    depth = float(1.0 + g[borders + event])
    if acts == 1:
        largest = 0.0
        for i in range(f.size):
            largest = max(largest, abs(f[i]))
        still = STILL * abs(speed) + _ROUNDING_OF_SPEED * largest
        after = g[borders + 2 * kinds + event]
        return depth if (after <= still if speed > 0.0 else after > 0.0) else FREE
    return depth if acts == 2 else FREE


def all_taken(taken: Any, j: int, rows: int) -> bool:
    """Whether the next event of some kind in a lane would find no random draws."""
    found = False
    for k in range(taken.shape[0]):
        found = found or taken[k, j] >= rows
    return bool(found)


def take_draws(taken: Any, drawn: Any, j: int, event: int, p: Any) -> None:
    """Put the random draws of an event behind the parameters."""
    n = drawn.shape[2]
    row = int(taken[event, j])
    for i in range(n):
        p[p.size - n + i] = drawn[j, row, i]
    taken[event, j] += 1.0


def in_burst(clock: Any, j: int, t: float, longest: float) -> bool:
    """Count an event of a lane; whether the latest ones have followed each other without end."""
    if t - clock[j, BURST] > longest:
        clock[j, BURST], clock[j, IN_BURST] = t, 0.0
    clock[j, IN_BURST] += 1.0
    return bool(clock[j, IN_BURST] >= MOST_IN_BURST)
