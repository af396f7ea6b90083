"""The adaptive loop on Numba: compiled once for all models, with each model's functions handed in by address."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
from numba import types
from numba.core import cgutils
from numba.core.errors import NumbaExperimentalFeatureWarning
from numba.extending import intrinsic

from brainpy_lab.cache.folder import write_content_named
from brainpy_lab.codegen import events
from brainpy_lab.drivers.adaptive import arguments as loop_arguments
from brainpy_lab.drivers.adaptive import control as step_control
from brainpy_lab.drivers.adaptive import event_rules, event_search
from brainpy_lab.drivers.adaptive import loop as adaptive
from brainpy_lab.drivers.adaptive import past as adaptive_past
from brainpy_lab.drivers.adaptive.absent import NO_DELAYS, NO_EVENTS
from brainpy_lab.drivers.numba.cache import kept_njit

_F8, _I8 = types.float64, types.int64
_VECTOR, _TABLE, _CUBE = _F8[::1], _F8[:, ::1], _F8[:, :, ::1]
#: Numba's types of the names that `adaptive.arguments` is annotated with.
_TYPES: dict[str, Any] = {
    "float": _F8, "int": _I8, "bool": types.boolean, "Vector": _VECTOR, "Table": _TABLE, "Cube": _CUBE,
    "Indices": _I8[::1], "Pairs": _I8[:, ::1], "Flags": types.boolean[::1],
}  # fmt: skip
_PAST = (_TABLE, _VECTOR)  # a lane's history and its span

#: Signatures of the functions in `adaptive.functions.function_text`, in the order in which the loop takes them.
SIGNATURES: dict[str, Any] = {
    "derivative_at": types.void(_F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, *_PAST),
    "step_from": types.void(_F8, _F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _TABLE, *_PAST),
    "dense_from": types.void(_F8, _F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR, _TABLE, _TABLE, *_PAST),
    "crossing_at": types.void(_F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, *_PAST),
    "act": types.void(_I8, _F8, _VECTOR, _VECTOR, _VECTOR, *_PAST),
    "lagged_at": types.void(_F8, _VECTOR, _VECTOR, _VECTOR, _VECTOR, *_PAST),
}


#: The loop's helpers by file, each after those that it calls.
_HELPERS: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (
        step_control,
        ("column", "store", "interpolate", "starting_step", "error_norm", "moved", "stretch", "note_stiffness"),
    ),
    (
        adaptive_past,
        (
            "_forget_breaks", "add_break", "open_row", "fill_row", "has_room", "settle", "next_break", "break_inside",
            "carry_on",
        ),
    ),
    (
        event_search,
        (
            "evaluate", "_sample", "_largest", "_is_narrow", "_illinois", "_locate", "_crossing_of", "_bernstein_zeros",
            "_meets", "_find_zeros", "_sort", "_first_between", "first_crossing",
        ),
    ),
    (
        event_rules,
        (
            "is_finite", "is_followed", "holds_at_end", "holds_backward", "beyond", "tested_anew", "all_taken",
            "take_draws", "in_burst",
        ),
    ),
    (adaptive, ("renew", "write_rows", "keep_step")),
)  # fmt: skip
_SOURCES = (events, step_control, adaptive_past, event_search, event_rules, loop_arguments, adaptive)
_FUNCTIONS = [types.FunctionType(s) for s in SIGNATURES.values()]


@intrinsic
def _called(typing_context: Any, addresses: Any) -> Any:
    """`adaptive.called`: the functions at the addresses. Numba would find out the types of pointers at every call."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        functions = []
        for i, kind in enumerate(_FUNCTIONS):
            function = cgutils.create_struct_proxy(kind)(context, builder)
            address = builder.load(cgutils.gep(builder, array.data, i))
            function.c_addr = builder.inttoptr(address, function.c_addr.type)
            functions.append(function._getvalue())
        return context.make_tuple(builder, signature.return_type, functions)

    return types.Tuple(_FUNCTIONS)(_I8[::1]), codegen


def _type_of(group: type) -> Any:
    """Numba's type of a named tuple of the loop's arguments."""
    names = [annotation.__forward_arg__ for annotation in group.__annotations__.values()]
    return types.NamedTuple([_TYPES[name] for name in names], group)


@cache
def compiled_loop(events: bool, delays: bool) -> Callable[..., tuple[int, int]]:
    """`adaptive.advance` as a native function; from the disk cache after its first compilation.

    Parameters
    ----------
    events, delays : bool
        Whether the loop finds events, and follows delays; that which follows delays finds events too. Both together
        take as long to compile as all the rest.
    """
    if delays and not events:
        return compiled_loop(True, True)
    left_out = ({} if events else NO_EVENTS) | ({} if delays else NO_DELAYS)
    groups = (loop_arguments.Control, loop_arguments.Cells, loop_arguments.Records, loop_arguments.Pasts)
    signature = types.UniTuple(_I8, 2)(_I8[::1], _I8, _F8, _F8, *map(_type_of, groups))
    options = {"nogil": True, "error_model": "numpy"}
    # helpers are part of the loop, compiled with it, and called from nowhere else
    inner = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    sources = [Path(str(module.__file__)).read_text() for module in _SOURCES]
    # compiled code is kept by the name of its file: this one changes with all that the loop is made of
    variant = f"# without: {', '.join(left_out)}"
    file = str(write_content_named("\n".join([variant, *sources]), "adaptive", "kernels"))
    names = {"called": _called}

    def own(module: ModuleType, name: str) -> FunctionType:
        """A copy of a function that sees compiled helpers; the modules keep theirs in Python, for other drivers."""
        for other in vars(module):
            names.setdefault(other, vars(module)[other])
        return FunctionType(getattr(module, name).__code__.replace(co_filename=file), names, name)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)  # pointers to functions
        for module, helpers in _HELPERS:
            for name in helpers:
                helper = left_out[name] if name in left_out else own(module, name)
                names[name] = numba.njit(**inner)(helper)
        dispatcher = kept_njit(signature, **options)(own(adaptive, "advance"))
    # its one entry point, which takes the arguments as they are
    entry: Callable[..., tuple[int, int]] = next(iter(dispatcher.overloads.values())).entry_point
    return entry
