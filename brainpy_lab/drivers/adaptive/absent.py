"""What stands in the adaptive loop for helpers of events and of delays where a model has none: they are never asked.

With these in their place the Numba driver compiles the loop in half the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _first_crossing(crossing_at: Any, course: Any, search: Any) -> tuple[float, int]:
    return 1.0, -1


def _tested_anew(
    crossing_at: Any, acts: int, event: int, speed: float, t: float, y: Any, f: Any, r: Any,
    p: Any, g: Any, borders: int, kinds: int, history: Any, span: Any,
) -> float:  # fmt: skip
    return 0.0


def _open_row(history: Any, span: Any, t: float, h: float, y: Any, f: Any, delayed: Any) -> None:
    pass


def _fill_row(history: Any, span: Any, h: float, q: Any, delayed: Any) -> None:
    pass


def _add_break(span: Any, breaks: Any, t: float, order: float) -> None:
    pass


def _has_room(history: Any, span: Any, t: float) -> bool:
    return True


def _settle(
    step_from: Any, dense_from: Any, t: float, h: float, y: Any, r: Any, f: Any, p: Any,
    y1: Any, e: Any, f1: Any, stage: Any, q: Any, z: Any, moving: Any, rtol: float,
    atol: Any, history: Any, span: Any, delayed: Any,
) -> int:  # fmt: skip
    return 0


def _next_break(
    lagged_at: Any, t: float, h: float, limit: float, y: Any, r: Any, p: Any, history: Any,
    span: Any, breaks: Any, steady: Any, a0: Any, a1: Any,
) -> float:  # fmt: skip
    return limit


def _break_inside(
    lagged_at: Any, t: float, h: float, y: Any, q: Any, moving: Any, z: Any, r: Any,
    p: Any, history: Any, span: Any, breaks: Any, steady: Any, a0: Any, a1: Any,
) -> float:  # fmt: skip
    return 1.0


def _carry_on(
    lagged_at: Any, t: float, h: float, y: Any, r: Any, p: Any, history: Any, span: Any,
    breaks: Any, steady: Any, a0: Any, a1: Any, order: float,
) -> bool:  # fmt: skip
    return False


NO_EVENTS: dict[str, Callable[..., Any]] = {"first_crossing": _first_crossing, "tested_anew": _tested_anew}
NO_DELAYS: dict[str, Callable[..., Any]] = {
    "open_row": _open_row, "fill_row": _fill_row, "add_break": _add_break, "has_room": _has_room, "settle": _settle,
    "next_break": _next_break, "break_inside": _break_inside, "carry_on": _carry_on,
}  # fmt: skip
