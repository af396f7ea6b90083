"""Spikes whose connections take turns: those that are due are noted, sorted by their numbers, and act one by one.

What is noted stands in arrays of each table, one entry a connection: how often it is due, and a list of those that are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.codegen.network import Arrive, NetworkCode, Side
from brainpy_lab.drivers.network import NetworkSetup

#: Words of a table whose connections take turns: addresses of the number of each place, the place of each number, the
#: cell of each place on the table's side, how often each number is due, and a list of those that are.
WORDS = ("numbers", "places", "owners", "times", "due")

#: Sorts the first ``k_n`` numbers of a list, which mostly are in order: as a heap, else.
SORT = """def k_sort(k_list, k_n):
    k_apart()
    k_i = 1
    while k_i < k_n and k_get_i4(k_list, k_i - 1) < k_get_i4(k_list, k_i):
        k_i += 1
    if k_i >= k_n:
        return 0
    k_begin = k_n // 2
    k_end = k_n
    while k_end > 1:
        if k_begin > 0:
            k_begin -= 1
        else:
            k_end -= 1
            k_v = k_get_i4(k_list, k_end)
            k_put_i4(k_list, k_end, k_get_i4(k_list, 0))
            k_put_i4(k_list, 0, k_v)
        k_i = k_begin
        k_v = k_get_i4(k_list, k_i)
        k_j = 2 * k_i + 1
        while k_j < k_end:
            if k_j + 1 < k_end and k_get_i4(k_list, k_j) < k_get_i4(k_list, k_j + 1):
                k_j += 1
            if k_get_i4(k_list, k_j) <= k_v:
                break
            k_put_i4(k_list, k_i, k_get_i4(k_list, k_j))
            k_i = k_j
            k_j = 2 * k_i + 1
        k_put_i4(k_list, k_i, k_v)
    return 0"""


def tables_in_turn(code: NetworkCode) -> tuple[tuple[str, Side], ...]:
    """The tables whose connections take turns."""
    found = ((o.synapse, o.side) for o in code.schedule if isinstance(o, Arrive) and o.in_turn)
    return tuple(dict.fromkeys(found))


def turn_words(code: NetworkCode) -> tuple[str, ...]:
    """Names of their words."""
    return tuple(f"k_{word}_{syn}_{side}" for syn, side in tables_in_turn(code) for word in WORDS)


@dataclass(frozen=True)
class Turns:
    """What the tables have that is the same for all threads; each has notes of its own."""

    arrays: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]

    @classmethod
    def of(cls, code: NetworkCode, setup: NetworkSetup) -> Turns:
        """Those of a run."""
        return cls(tuple(_arrays(setup, syn, side) for syn, side in tables_in_turn(code)))

    def words(self) -> list[np.ndarray]:
        """Those of one thread."""
        return [
            array
            for numbers, places, owners in self.arrays
            for array in (numbers, places, owners, np.zeros(len(numbers), np.int32), np.empty(len(numbers), np.int32))
        ]


def _arrays(setup: NetworkSetup, syn: str, side: Side) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = setup.tables[syn, side]
    owners = (setup.pre if side == "pre" else setup.post)[syn]
    owners = owners if table.order is None else owners[table.order]
    numbers, places, owners = (np.array(found, np.int32) for found in (table.numbers, table.places, owners))
    return numbers, places, owners
