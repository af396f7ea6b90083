"""Cells of fractional orders in a network's code: what is done for their memory around their step."""

from __future__ import annotations

from collections.abc import Iterable

from brainpy_lab.codegen.network import Advance, Recollect, Remember, Take
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code.draft import Draft
from brainpy_lab.networks.code.memory_rows import MemoryRows
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.synapses import Synapses


def check_orders(group: NeuGroup, synapses: Iterable[Synapses]) -> None:
    """Refuse synapses that would move the order of a state.

    Raises
    ------
    ArgumentError
    """
    orders = {s.name: group.system.names_read(s.order) for s in group.system.states if s.order is not None}
    for syn in synapses:
        for coupling in syn.system.couplings if syn.post_group is group else ():
            for state in (s for s, read in orders.items() if coupling.target in read):
                raise ArgumentError(
                    f"{syn.name}: it adds to {coupling.target}, on which the order of '{state}' in {group.name} "
                    "depends; an order is constant in a run.",
                    location=syn.system.place(coupling.span) if coupling.span else None,
                    advice="Let it add to another parameter.",
                )


def write_memory(draft: Draft, group: str, rows: MemoryRows, conclude: str) -> None:
    """Sums and weights before the step; ``conclude``, if there is that function, and what is remembered behind it."""
    draft.memories[group] = rows
    sources = [(group, row) for row in rows.remembered.values() for _ in rows.method.sum_names]
    for row, number in rows.sums.items():
        draft.takes += [Take(group, draft.row(group, row), is_memory=True), Recollect(group, row, sources[number])]
    draft.takes += [Take(group, draft.row(group, row), is_memory=True) for row in rows.weights]
    if conclude:
        draft.concludes.append(Advance(group, conclude))
    draft.concludes += [Remember(group, row, draft.row(group, row), ()) for row in rows.remembered.values()]
