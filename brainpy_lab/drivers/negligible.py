"""When Newton's iteration in a step is done: one bound for all drivers, so that all of them take the same turns."""

from __future__ import annotations

from typing import Any

#: Newton's error after a turn is about the square of the turn's change: a change of 1e-8 of a value leaves rounding
#: errors. The absolute part is for values that go through zero, where no part of a value is ever small enough.
RELATIVE, ABSOLUTE = 1e-8, 1e-12


def is_negligible(change: Any, value: Any) -> Any:
    """Whether a change of Newton's iteration leaves a value as it is; numbers, or arrays of whatever library.

    A change that is nan is not.
    """
    return abs(change) <= ABSOLUTE + RELATIVE * abs(value)
