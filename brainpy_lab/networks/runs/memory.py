"""About how much memory a network takes in a run, told and checked before anything is made for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.room import check_room
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.solvers.fractional import FractionalMethod, fractional_states

_NUMBER, _INDEX = 8, 4


def bytes_of_group(group: Source) -> int:
    """Of the cells: states and parameters that vary from cell to cell, and the cell's last spikes."""
    columns = 1
    if isinstance(group, NeuGroup):
        columns += 2 * len(group.system.state_names) + len(group.events)
        columns += sum(isinstance(v, np.ndarray) for v in group.parameters.values())
    return _NUMBER * columns * group.size


def bytes_of_memory(group: NeuGroup, method: FractionalMethod, steps: int) -> int:
    """Of what fractional states remember of so many steps, and of the sums over it."""
    states = len(fractional_states(group.system))
    return _NUMBER * states * (1 + len(method.sum_names)) * steps * group.size


def bytes_of_synapses(syn: Synapses) -> int:
    """Of the connections: the table, what stands in it, and the order in which spikes reach them."""
    return syn.table.nbytes + _of_run(syn)


def _of_run(syn: Synapses) -> int:
    """What a run needs besides the table."""
    values = [*syn.values.values(), syn.delay_given, syn.post_delay_given]
    numbers = sum(isinstance(v, np.ndarray) for v in values) + 3 * len(syn.homes.at("connection"))
    numbers += bool(syn.counted.addresses.counts) + 2 * len(syn.system.noise_sources)
    numbers += 2 * sum(bool(t.since) and syn.homes.of[t.name] == "connection" for t in syn.traces.of.values())
    indices = 2 + 2 * any(e.side == "post" for e in syn.system.events)
    kept = len(syn.homes.at("pre")) * syn.pre_group.size
    kept += (len(syn.homes.at("post")) + len(syn.homes.at("lumped"))) * syn.post_group.size
    if syn.totals.are_taken:
        return _INDEX * indices * syn.pre_group.size + _NUMBER * (kept + 4 * syn.post_group.size)
    return (_NUMBER * numbers + _INDEX * indices) * len(syn) + _NUMBER * kept


def check_memory(synapses: Sequence[Synapses]) -> None:
    """Refuse synapses of which a run would not fit into memory.

    Raises
    ------
    MemoryLimitError
    """
    before = 0
    for syn in synapses:
        needed = _of_run(syn)
        check_room(f"{syn.name}: {len(syn):,} connections in a run", before + needed, "Take fewer connections.")
        before += needed
