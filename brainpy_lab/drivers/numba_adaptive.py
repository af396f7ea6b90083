"""The adaptive loop on Numba: compiled once for all models, with each model's functions handed in as pointers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numba
from numba import types

from brainpy_lab.drivers import adaptive, adaptive_past

_F8, _I8 = types.float64, types.int64
_VECTOR, _TABLE, _CUBE = _F8[::1], _F8[:, ::1], _F8[:, :, ::1]
_PAST = (_TABLE, _VECTOR)  # a lane's history and its span

#: Signatures of the functions in `adaptive.function_text`.
SIGNATURES: dict[str, Any] = {
    "derivative_at": types.void(_F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, *_PAST),
    "step_from": types.void(_F8, _F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _TABLE, *_PAST),
    "dense_from": types.void(_F8, _F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _TABLE, _TABLE, *_PAST),
    "crossing_at": types.void(_F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, *_PAST),
    "act": types.void(_I8, _F8, _VECTOR, _VECTOR, _VECTOR, *_PAST),
    "lagged_at": types.void(_F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, *_PAST),
}


#: Functions of the loop's own file that it calls.
_HELPERS = (
    "_column", "_store", "_interpolate", "_starting_step", "_error_norm", "_moved", "_stretch", "_note_stiffness",
)  # fmt: skip


#: Functions of `adaptive_past` that it calls.
_PAST_HELPERS = ("open_row", "fill_row", "has_room", "settle", "next_break", "break_inside", "carry_on")


@cache
def compiled_loop() -> Callable[..., tuple[int, int]]:
    """`adaptive.advance` as a native function; from Numba's disk cache after its first compilation."""
    functions = [types.FunctionType(s) for s in SIGNATURES.values()]
    signature = types.UniTuple(_I8, 2)(
        *functions, _F8, _F8, _F8, _F8, _VECTOR, _F8, _I8, _F8, _F8, _I8, _I8, _I8[::1], types.boolean[::1],
        _TABLE, _TABLE, _TABLE, _TABLE, _TABLE, _TABLE, _VECTOR, _CUBE,
        types.boolean, _VECTOR, _VECTOR, _TABLE, _CUBE, _VECTOR, _I8[::1], _I8[::1],
        _CUBE, _TABLE, _CUBE, _I8[:, ::1], types.boolean[::1],
    )  # fmt: skip
    options = {"cache": True, "nogil": True, "error_model": "numpy"}
    names = dict(vars(adaptive))
    inner = dict(vars(adaptive_past))
    for name in ("_states_at", "_forget_breaks", "add_break", *_PAST_HELPERS):  # each after those it calls
        own = FunctionType(inner[name].__code__, inner, name)
        inner[name] = names[name] = numba.njit(**options)(own)
    for name in _HELPERS:
        names[name] = numba.njit(**options)(names[name])
    # the loop with compiled helpers in the place of its own, which stay plain Python for the other drivers
    plain = FunctionType(adaptive.advance.__code__, names, "advance")
    dispatcher = numba.njit(signature, **options)(plain)
    # its one entry point: the dispatcher would find the types of the pointers anew in every call, at 0.4 ms
    entry: Callable[..., tuple[int, int]] = next(iter(dispatcher.overloads.values())).entry_point
    return entry
