"""Arrays and single numbers alike in Numba kernels of whole arrays: a number stands for an array of one element."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload


def as_array(value: Any) -> Any:
    """``value`` as an array of one axis."""
    raise NotImplementedError


@overload(as_array)
def _as_array(value: Any) -> Any:
    kind = np.bool_ if isinstance(value, types.Boolean) else np.float64

    def same(value: Any) -> Any:
        return value

    def one_element(value: Any) -> Any:
        array: Any = np.empty(1, kind)
        array[0] = value
        return array

    return same if isinstance(value, types.Array) else one_element


@njit
def put(into: Any, value: Any) -> None:
    """Write ``value`` into an array; one element stands for all, and of more elements than ``into`` has come the first.

    More there are where a variable of one number met a hidden one that has a number for each element.
    """
    values = as_array(value)
    last = values.size - 1
    for j in range(into.size):  # an assignment of slices takes Numba seconds to compile, for its message
        into[j] = values[min(j, last)]


@njit
def mark(flags: Any, step: int, lane: int, kind: int, steps: Any, lanes: Any, kinds: Any, count: int) -> int:
    """Note the events of one kind, element by element; returns their number so far, noted or not."""
    raised = as_array(flags)
    for j in range(raised.size):
        if raised[j]:
            if count < steps.size:
                steps[count] = step
                lanes[count] = lane + j
                kinds[count] = kind
            count += 1
    return count
