"""The connections of synapses in the order in which spikes reach them: by cell, then delay, then number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from brainpy_lab.codegen.network import Side
from brainpy_lab.drivers.network import Table
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.all_pairs import AllPairs
from brainpy_lab.networks.connections import index_type
from brainpy_lab.networks.room import check_room
from brainpy_lab.networks.source import View
from brainpy_lab.networks.states.totals import DEGREE, OWN, TARGET
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.simulation.runs.warning import warn

#: Steps that the longest delay may have: spikes of so many are remembered.
_MOST_STEPS = 10**8
#: Change of a delay by rounding to whole steps that is said, in steps.
_SAID = 1e-6
#: What a delay of values may be shorter than a step by rounding, in steps.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Wiring:
    """The connections of synapses as a run needs them.

    Attributes
    ----------
    stored : array of int or None
        Numbers of the connections, in the order in which their values stand; None where that is their own order.
    pre, post : array of int
        The cells of each, in the groups' numbers, in that order.
    tables : dict of Side to Table
    delays : str
        A digest of the delays in steps.
    name : str
        Under which drivers find the connections and tables.
    lags : array or None
        How many steps, and parts of one, presynaptic values are late that are read in each step: one number, or one a
        connection in that order.
    rows : dict of str to array
        What is kept for targets where the connections are to sums over all presynaptic cells.
    pairs : (AllPairs, array of int, array of int) or None
        All pairs that these stand for, and what their cells are called in the groups.
    """

    stored: np.ndarray | None
    pre: np.ndarray
    post: np.ndarray
    tables: dict[Side, Table]
    delays: str
    name: str
    lags: np.ndarray | None = None
    rows: dict[str, np.ndarray] = field(default_factory=dict)
    pairs: tuple[AllPairs, np.ndarray, np.ndarray] | None = None

    @cached_property
    def cells(self) -> str:
        """A digest of which cells are connected."""
        if self.pairs is None:
            return _digest(self.pre, self.post)
        table, pre, post = self.pairs
        found = hashlib.blake2b(digest_size=16)
        for side in table.sides(pre, post):
            found.update(f"({len(table)},)".encode())
            for row in side:
                found.update(np.ascontiguousarray(row).data)
        return found.hexdigest()


def wiring(syn: Synapses, dt: float) -> Wiring:
    """The connections of synapses in steps of ``dt``.

    Raises
    ------
    ArgumentError
        A delay is shorter than half a step.
    """
    if syn.totals.are_taken:
        return _to_totals(syn, dt)
    pre, post = in_group(syn.pre_index, syn.pre), in_group(syn.post_index, syn.post)
    waits = any(e.side == "pre" for e in syn.system.events)
    delays = delay_steps(syn, "delay", syn.delay_given if waits else 0.0, dt)
    lags = lags_of(syn, dt)
    first, count = _range(delays)
    _check_room(syn, "delay", syn.pre_group.size, count)
    key = pre.astype(np.int64) * count + (delays - first)
    stored = None
    if np.any(np.diff(key) < 0):
        stored = np.argsort(key, kind="stable")
        key, pre, post = key[stored], pre[stored], post[stored]
    said = [delays]
    if lags is not None and lags.ndim and stored is not None:
        lags = lags[stored]
    turns = {e.side for e in syn.system.events if e.name in syn.turns}
    numbers = _numbers(stored, len(pre)) if turns else None
    start = _starts(key, syn.pre_group.size * count)
    tables: dict[Side, Table] = {"pre": Table(first, count, start, numbers=numbers if "pre" in turns else None)}
    if any(e.side == "post" for e in syn.system.events):
        given = syn.post_delay_given
        given = given if stored is None or not isinstance(given, np.ndarray) else given[stored]
        back = delay_steps(syn, "post_delay", given, dt)
        said.append(back)
        low, many = _range(back)
        _check_room(syn, "post_delay", syn.post_group.size, many)
        key = post.astype(np.int64) * many + (back - low)
        order = np.argsort(key, kind="stable")
        order = order.astype(index_type(len(order)))
        start, own = _starts(key[order], syn.post_group.size * many), None
        if numbers is not None and "post" in turns:
            own = numbers[order]
        tables["post"] = Table(low, many, start, order, pre[order], own)
    return Wiring(stored, pre, post, tables, _digest(*said), syn.name, lags)


def _numbers(stored: np.ndarray | None, n: int) -> np.ndarray:
    """The connections' own numbers, in the order in which they are stored."""
    return np.arange(n, dtype=index_type(n)) if stored is None else stored.astype(index_type(n))


def all_name(syn: Synapses) -> str:
    """The connections of the presynaptic cells to their sums, under which drivers find their table."""
    return f"{syn.name}__all"


def _to_totals(syn: Synapses, dt: float) -> Wiring:
    """One connection for each presynaptic cell, in place of those to all of its targets."""
    table, cells = syn.table, syn.pre_group.size
    assert isinstance(table, AllPairs)
    pre, post = (in_group(np.arange(n, dtype=index_type(n)), side)
                 for n, side in ((table.n_pre, syn.pre), (table.n_post, syn.post)))  # fmt: skip
    delays = delay_steps(syn, "delay", syn.delay_given if syn.system.events else 0.0, dt)
    first, count = _range(delays)
    found = np.sort(pre)
    rows = {name: np.zeros(syn.post_group.size) for name in (TARGET, OWN, DEGREE)}
    rows[TARGET][post], rows[DEGREE][post] = 1.0, table.in_degree()
    if table.own is not None:
        rows[OWN][pre[table.own >= 0]] = 1.0
    tables: dict[Side, Table] = {"pre": Table(first, count, _starts(found, cells))}
    post_of = np.zeros(len(found), index_type(1))
    return Wiring(None, found, post_of, tables, _digest(delays), all_name(syn), rows=rows, pairs=(table, pre, post))


def _digest(*arrays: np.ndarray) -> str:
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        found.update(f"{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def in_group(index: np.ndarray, side: object) -> np.ndarray:
    """Cells counted within a part of a group, in the group's own numbers."""
    if not isinstance(side, View):
        return index
    found: np.ndarray = side.index[index]
    return found.astype(index_type(side.group.size), copy=False)


def _range(steps: np.ndarray) -> tuple[int, int]:
    """The least number of steps, and how many numbers there are up to the largest."""
    if not steps.size:
        return 0, 1
    return int(steps.min()), int(steps.max() - steps.min()) + 1


def _check_room(syn: Synapses, name: str, cells: int, delays: int) -> None:
    """Refuse a table of cells and delays that does not fit into memory."""
    needed = 8.0 * cells * delays
    advice = f"Let {name} go over fewer steps of dt."
    check_room(f"{syn.name}: the tables of {cells:,} cells and {delays:,} steps of {name}", needed, advice)


def _starts(key: np.ndarray, n: int) -> np.ndarray:
    """Where each key begins among sorted ones."""
    counts = np.bincount(key, minlength=n)
    start = np.zeros(n + 1, dtype=index_type(len(key)))
    np.cumsum(counts, out=start[1:])
    return start


def delay_steps(syn: Synapses, name: str, given: float | np.ndarray, dt: float) -> np.ndarray:
    """Delays in whole steps: one for all, or one a connection.

    Raises
    ------
    ArgumentError
        A delay is shorter than half a step, but not 0.
    """
    delays = np.asarray(given, dtype=float)
    ratio = delays / dt
    if ratio.size and float(ratio.max()) >= _MOST_STEPS:
        raise ArgumentError(
            f"{syn.name}: a {name} of {float(delays.max()):g} is {float(ratio.max()):.3g} steps of {dt:g}; at most "
            f"{_MOST_STEPS:,} are remembered."
        )
    steps = np.floor(ratio + 0.5).astype(np.int64)
    if np.any((steps == 0) & (delays > 0)):
        least = float(delays[delays > 0].min()) if delays.ndim else float(delays)
        other = (
            f"delays of {dt:g} or more"
            if delays.ndim
            else f"{name}=0: spikes then act in the step in which they happen"
        )
        raise ArgumentError(
            f"{syn.name}: a {name} of {least:g} is shorter than half a step of {dt:g}.",
            advice=f"Run with a smaller dt, or give {other}.",
        )
    change = np.abs(ratio - steps)
    if change.size and float(change.max()) > _SAID:
        worst = float(np.ravel(delays)[int(np.argmax(change))])
        warn(
            f"{syn.name}: delays are rounded to whole steps of {dt:g}; {worst:g} becomes "
            f"{float(np.floor(worst / dt + 0.5)) * dt:g}."
        )
    return steps


def lags_of(syn: Synapses, dt: float) -> np.ndarray | None:
    """How many steps, and parts of one, the values are late that synapses read in each step: a number, or one each.

    Raises
    ------
    ArgumentError
        They are late by less than a step.
    """
    if not syn.is_late:
        return None
    delays = np.asarray(syn.delay_given, dtype=float)
    lags: np.ndarray = delays / dt
    if lags.size and float(lags.min()) < 1 - _ROUNDING:
        raise ArgumentError(
            f"{syn.name}: a delay of {float(delays.min()):g} of presynaptic values is shorter than a step of {dt:g}.",
            advice="Run with a smaller dt, or give delay=0: values are then those of the same time.",
        )
    return lags
