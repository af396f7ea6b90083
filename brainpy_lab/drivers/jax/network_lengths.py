"""Lengths of arrays in a network on JAX: each is compiled for, so they grow by a quarter, and arrays are filled up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from brainpy_lab.drivers.network import Table


def padded(length: int, least: int = 16) -> int:
    """The next length for which programs are compiled: they grow by a quarter."""
    found = least
    while found < length:
        found += max(1, found // 4)
    return found


def made_ring(past: np.ndarray, step: int, slots: int) -> np.ndarray:
    """A ring of so many slots with the steps before ``step``."""
    ring = np.zeros((slots, *past.shape[1:]))
    ring[np.arange(step - len(past), step) % len(ring)] = past
    return ring


def with_none(weights: np.ndarray) -> np.ndarray:
    """Weights of steps, and zeros for as many that are still to come."""
    columns = weights.reshape(len(weights), -1)
    return np.concatenate([columns, np.zeros_like(columns)])


def lengthened(lines: np.ndarray, length: int, value: float = 0) -> np.ndarray:
    """Lines, and as many of ``value`` as make ``length``."""
    whole = np.full((length, *lines.shape[1:]), value, lines.dtype)
    whole[: len(lines)] = lines
    return whole


def padded_table(table: Table) -> Table:
    """A table with room for more delays, which have no connections."""
    delays = padded(table.delays, 1)
    start = np.append(np.repeat(table.start[table.delays :: table.delays], delays), table.start[-1:])
    for d in range(table.delays):
        start[d:-1:delays] = table.start[d : -1 : table.delays]
    return replace(table, delays=delays, start=start)


def turns_of(table: Table, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Of the connections by their own numbers: where they stand on their axis, and to which cell and delay they belong.

    Those that fill up the length belong to none.
    """
    places = table.places
    rows = np.repeat(np.arange(len(table.start) - 1), np.diff(table.start))
    stored = places if table.order is None else table.order[places]
    return lengthened(stored, length), lengthened(rows[places], length, len(table.start))
