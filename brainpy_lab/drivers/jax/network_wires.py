"""What a step of a network on JAX is compiled for and given: shapes, wires, the spikes that are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Array = Any
#: Values by axis and row.
Values = dict[str, dict[str, Array]]

#: What stands among the values in the place of an axis: rings of the last steps of states that are read later.
PASTS = "pasts of states"

#: Flags that are looked at together.
_BLOCK = 64
#: For each event the length of the list of cells that fire in a step, for which the step is compiled.
Rooms = tuple[int, ...]


@dataclass(frozen=True)
class Shapes:
    """What else is known when a step is compiled.

    Attributes
    ----------
    sizes : tuple of (str, int)
        Places of each axis.
    delays : tuple of (key of a table, int)
    blocks : tuple of (key of a table, (int, int))
        Spikes that are served at once, and how many connections of each.
    is_wide : bool
        Whether the device likes wide operations: a loop costs it more than lanes that do nothing.
    """

    sizes: tuple[tuple[str, int], ...]
    delays: tuple[tuple[tuple[str, str], int], ...]
    blocks: tuple[tuple[tuple[str, str], tuple[int, int]], ...]
    is_wide: bool


@dataclass
class Wires:
    """Arrays that do not change in a run: cells of connections, tables, first delays, numbers of connections, lags.

    ``recent`` are weights of the latest steps in sums over the past, then as many zeros: (2*block, 1 or cells).
    ``turns`` are, of tables whose connections take turns, by their own numbers: where each stands on its axis, and
    which cell and delay of the table it belongs to.
    """

    pre: dict[str, Array]
    post: dict[str, Array]
    start: dict[tuple[str, str], Array]
    order: dict[tuple[str, str], Array]
    first: dict[tuple[str, str], Array]
    count: dict[str, Array]
    whole: dict[tuple[str, float], Array]
    part: dict[tuple[str, float], Array]
    recent: dict[tuple[str, str], Array]
    turns: dict[tuple[str, str], tuple[Array, Array]]


@dataclass
class Due:
    """Cells whose spikes are due at a synapse: a line for each delay, earliest spikes first.

    Attributes
    ----------
    cells, places : array of int
        The cells, and their places in the table of connections.
    is_there : array of bool
        Whether there is one.
    round_ : array of int
        In each step that is due a source may have a cell several times: no round has a cell twice.
    """

    cells: Array
    places: Array
    is_there: Array
    round_: Array


def past_key(group: str, state: str) -> str:
    """What the ring of a state is called."""
    return f"{group}.{state}"


def raised(flags: Array, count: Array, room: int, is_wide: bool) -> Array:
    """The places at which flags hold, ascending: ``room`` of them, ``len(flags)`` for none.

    ``count`` of them hold. Few are found one by one, each by a look at which block of flags has one: JAX's own way
    costs as much for few as for many.
    """
    import jax
    import jax.numpy as jnp

    n = len(flags)

    def at_once(flags: Array) -> Array:
        return jnp.nonzero(flags, size=room, fill_value=n)[0].astype(jnp.int32)

    if is_wide or n < 2 * _BLOCK:
        return at_once(flags)

    def one_by_one(flags: Array) -> Array:
        blocks = jnp.pad(flags, (0, -n % _BLOCK)).reshape(-1, _BLOCK)

        def find(carry: Any) -> Any:
            k, found, blocks, some = carry
            block = jnp.argmax(some)
            place = jnp.argmax(blocks[block])
            blocks = blocks.at[block, place].set(False)
            found = found.at[k].set((block * _BLOCK + place).astype(jnp.int32), mode="drop")
            return k + 1, found, blocks, some.at[block].set(blocks[block].any())

        start = (jnp.zeros((), int), jnp.full(room, n, jnp.int32), blocks, blocks.any(axis=1))
        return jax.lax.while_loop(lambda carry: carry[0] < count, find, start)[1]

    return jax.lax.cond(count > n // _BLOCK, at_once, one_by_one, flags)
