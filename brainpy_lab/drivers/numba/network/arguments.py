"""What a network's kernel takes: its arguments with their types, in their order."""

from __future__ import annotations

from typing import TypeGuard

from brainpy_lab.codegen.network import (
    KEPT_POST,
    KEPT_PRE,
    POST,
    PRE,
    Advance,
    Arrive,
    Emit,
    Gather,
    NetworkCode,
    Operation,
    Side,
    Take,
)

#: What a kernel says of its end, in places of ``k_out``.
TAKEN, SPIKES, FULL, FAULT_AXIS, FAULT_ROW, FAULT_PLACE = range(6)

_COMMON = (
    ("k_n", "i8"), ("k_first", "i8"), ("k_t0", "f8"), ("dt", "f8"), ("k_y", "f8[::1]"), ("k_p", "f8[::1]"),
    ("k_drive", "f8[:, ::1]"), ("k_base", "i8[::1]"), ("k_size", "i8[::1]"), ("k_pos", "i8[::1]"), ("k_every", "i8"),
    ("k_left", "i8"), ("k_row", "i8"), ("k_record", "i8[::1]"), ("k_rows", "f8[:, ::1]"), ("k_es", "i8[::1]"),
    ("k_ee", "i8[::1]"), ("k_ec", "i8[::1]"), ("k_out", "i8[::1]"),
)  # fmt: skip


def is_of_connections(operation: Operation) -> TypeGuard[Advance]:
    """Whether it advances what connections keep, by values of their cells too."""
    return isinstance(operation, Advance) and bool(operation.synapse) and operation.axis == operation.synapse


def tables_of(code: NetworkCode) -> tuple[tuple[str, Side], ...]:
    """The tables that a kernel takes, in their order."""
    found: dict[tuple[str, Side], None] = {}
    for operation in code.schedule:
        if isinstance(operation, Arrive):
            found[operation.synapse, operation.side] = None
        elif isinstance(operation, Gather) or is_of_connections(operation):
            found[operation.synapse, "pre"] = None
    return tuple(found)


def indices_of(code: NetworkCode) -> tuple[tuple[str, str], ...]:
    """What a kernel takes of the cells of each connection: their numbers, or addresses of their values."""
    found: dict[tuple[str, str], None] = {}
    for operation in code.schedule:
        if not (isinstance(operation, Arrive | Gather) or is_of_connections(operation)) or not operation.function:
            continue
        signature = code.functions[operation.function]
        own: Side = operation.side if isinstance(operation, Arrive) else "pre"
        for place, side, what in FOUND:
            if side != own and any(f.axis == place for f in (*signature.arguments, *signature.results)):
                found[operation.synapse, what] = None
    return tuple(found)


#: For places on the other side of a connection than the spike: the side, and what finds them.
FOUND = ((PRE, "pre", "pre_at"), (POST, "post", "post_at"), (KEPT_PRE, "pre", "pre"), (KEPT_POST, "post", "post"))


def arguments_of(code: NetworkCode) -> tuple[tuple[str, str], ...]:
    """The kernel's arguments, with their Numba types."""
    events = range(len(code.events))
    rings = [
        (f"k_{letter}{e}", kind)
        for e in events
        for letter, kind in (("h", "i4[::1]"), ("s", "i8[::1]"), ("c", "i8[::1]"))
    ]
    emits = [o.axis for o in code.schedule if isinstance(o, Emit)]
    sources = [(f"k_{what}_{axis}", kind) for axis in emits for what, kind in (("off", "i8[::1]"), ("spk", "i8[::1]"))]
    takes = [(f"k_in_{o.axis}_{o.row}", "f8[::1]") for o in code.schedule if isinstance(o, Take)]
    tables = [
        (f"k_{what}_{syn}_{side}", kind)
        for syn, side in tables_of(code)
        for what, kind in (("start", "i8[::1]"), ("first", "i8"), ("delays", "i8"), ("order", "i4[::1]"))
    ]
    indices = [(f"k_{what}_{syn}", "i4[::1]") for syn, what in indices_of(code)]
    return (*_COMMON, *rings, *sources, *takes, *tables, *indices)
