"""What a network's kernel takes.

Its arguments are the same for all networks; ``k_words`` holds what a network has of its own, one 64-bit word each:
numbers, and addresses of arrays. Numba would take longer over arguments than over all else: so ``k_sites`` is the
address of what operations take of these words, operation by operation. Where several threads do a run, ``k_words`` are
those of one of them, for what it owns, and ``k_whole`` those for all cells and connections.
"""

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
    Fire,
    Gather,
    NetworkCode,
    Operation,
    Side,
    Take,
)
from brainpy_lab.drivers.numba.network.pasts import is_late, past_words
from brainpy_lab.drivers.numba.network.turns import turn_words

#: What a kernel says of its end, in places of ``k_out``; a fault by the number of its operation.
TAKEN, SPIKES, FULL, ENDED, FAULT, FAULT_ROW, FAULT_PLACE = range(7)

#: What a thread notes for itself, in places of ``k_own``: the first fault (its operation's number + 1), how many spikes
#: it has found, and from the last place on their events and cells.
FOUND_FAULT, FOUND_ROW, FOUND_PLACE, FOUND_COUNT, FOUND_SPIKES = range(5)

#: Arrays by their addresses, but for the values and the scalars: ``k_drive`` has a row a step of what moves in time.
ARGUMENTS = (
    ("k_n", "i8"), ("k_first", "i8"), ("k_t0", "f8"), ("dt", "f8"), ("k_y", "f8[::1]"), ("k_p", "f8[::1]"),
    ("k_drive", "i8"), ("k_every", "i8"), ("k_left", "i8"), ("k_row", "i8"), ("k_record", "i8"), ("k_records", "i8"),
    ("k_rows", "i8"), ("k_wide", "i8"), ("k_words", "i8"), ("k_sites", "i8"),
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
        elif isinstance(operation, Gather) or is_of_connections(operation) or is_late(operation):
            found[operation.synapse, "pre"] = None
    return tuple(found)


def alarms_of(code: NetworkCode) -> tuple[str, ...]:
    """Flags that end a run."""
    names = {f"{o.event}" for o in code.schedule if isinstance(o, Fire)}
    flags = (f.of for s in code.functions.values() for f in s.results if f.role == "flag")
    return tuple(dict.fromkeys(f for f in flags if f not in names))


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


#: Words of an event: the addresses of its ring's cells and of the place and number of those of each step, for how many
#: cells and steps there is room, and how many cells may fire in a step: of sources another word says that. Of events of
#: cells the address of a number for each block: 0 where all that the test compares with, and may change, is 0.
RING = ("cells", "place", "number", "room", "depth", "most", "waits")


#: Words of a table: the addresses of where the connections of each cell and delay begin and where they end, the least
#: delay, how many there are, the address of their numbers, how many cells, and from which to before which to serve.
TABLE = ("from", "to", "first", "delays", "order", "sources", "begin", "end")

#: Words of a run: where it says how it ends; how many spikes each ring has taken; and where its spikes are noted, by
#: step, event and cell, with how many there is room for.
RUN = ("k_out", "k_pos", "k_es", "k_ee", "k_ec", "k_room")

#: Words of a thread: where its own notes are; those of all, which are so many words each; what they meet at; its number
#: and how many they are.
THREAD = ("k_own", "k_notes", "k_note", "k_gate", "k_thread", "k_threads")


def words_of(code: NetworkCode) -> tuple[str, ...]:
    """What a network has of its own, in the order of its words."""
    rings = (f"k_{word}_{e}" for e in range(len(code.events)) for word in RING)
    sources = (f"k_{word}_{o.axis}" for o in code.schedule if isinstance(o, Emit) for word in ("offsets", "spikes"))
    takes = (f"k_{w}_{o.axis}_{o.row}" for o in code.schedule if isinstance(o, Take) for w in ("in", "wide"))
    tables = (f"k_{word}_{syn}_{side}" for syn, side in tables_of(code) for word in TABLE)
    indices = (f"k_{what}_{syn}" for syn, what in indices_of(code))
    cells = (f"k_{word}{number}" for number in range(len(code.axes)) for word in ("begin", "size"))
    return (*rings, *sources, *takes, *past_words(code), *indices, *RUN, *THREAD, *cells, *tables, *turn_words(code))
