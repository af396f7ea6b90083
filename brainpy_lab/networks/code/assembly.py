"""The code of a network and what belongs to it: its parts written one by one, and put in the order of a step."""

from __future__ import annotations

from collections.abc import Iterable

from brainpy_lab.codegen.network import Axis, Emit, Ends, NetworkCode, Take
from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.networks.code.definitions import write_definition
from brainpy_lab.networks.code.described import heading_of
from brainpy_lab.networks.code.draft import Draft
from brainpy_lab.networks.code.every import clocks
from brainpy_lab.networks.code.groups import write_group
from brainpy_lab.networks.code.schedule import DEFAULT, Schedule, schedule_of
from brainpy_lab.networks.code.synapses import write_synapses
from brainpy_lab.networks.code.totals import ends_of_totals
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses


class Assembly:
    """The code of a network, and what belongs to it.

    Parameters
    ----------
    name : str
    groups, synapses : sequences
        In the order in which they were given.
    dialect : callable
        From a system to the driver's spelling of its functions.
    backend, schedule : str
    observed : frozenset of (str, str), optional
        Synapses, and the inputs of their targets, whose currents are recorded; groups, and definitions of their cells.

    Attributes
    ----------
    code : NetworkCode
    schedule : Schedule
    systems : dict of str to System
        The equations of each group with all that synapses write into them.
    draws : dict of (str, str) to Draw
        Random numbers of each step, by group and row.
    courses : dict of str to dict of str to Course
        Of each group, what stands in its equations for parameters that move within a step.
    memories : dict of str to MemoryRows
        Of the groups that have states of fractional orders.
    """

    def __init__(
        self,
        name: str,
        groups: Iterable[Source],
        synapses: Iterable[Synapses],
        dialect: Dialect,
        backend: str,
        schedule: str,
        observed: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        groups, synapses = tuple(groups), tuple(synapses)
        draft = Draft(synapses, dialect, backend, observed)
        for group in groups:
            if isinstance(group, NeuGroup):
                write_group(draft, group)
            else:
                draft.emits.append(Emit(group.name))
        for syn in synapses:
            write_synapses(draft, syn)
        for group in (g for g in groups if isinstance(g, NeuGroup)):
            for name in sorted(n for owner, n in observed if owner == group.name):
                write_definition(draft, group, name)
        self.systems, self.draws, self.memories = draft.systems, draft.draws, draft.memories
        self.courses = draft.courses
        draft.takes = [t for t in draft.takes if not isinstance(t, Take) or t.row in draft.rows.get(t.axis, ())]
        self.schedule = schedule_of(name, schedule, draft)
        self.code = _code(draft, name, groups, self.schedule)


def _code(draft: Draft, name: str, groups: tuple[Source, ...], schedule: Schedule) -> NetworkCode:
    """All of it."""
    named = "" if schedule.name == DEFAULT else schedule.name
    head = [heading_of(name, draft.backend, groups, draft.synapses, schedule.operations, draft.methods, named)]
    for module, names in sorted((m, n) for m, n in draft.imports.items() if n):
        head.append(f"from {module} import {', '.join(sorted(names))}")
    return NetworkCode(
        text="\n".join(head) + "\n\n\n" + "\n\n\n".join(draft.texts) + "\n",
        name=name,
        backend=draft.backend,
        axes=tuple(Axis(name, tuple(rows)) for name, rows in draft.rows.items()),
        scalars=tuple(draft.scalars),
        driven=tuple(s for s in draft.scalars if s in draft.driven),
        schedule=schedule.operations,
        functions=draft.functions,
        ends={s.name: Ends(s.pre_group.name, s.post_group.name) for s in draft.synapses}
        | ends_of_totals(draft.synapses)
        | {
            c.name: Ends(c.synapses.pre_group.name, c.synapses.post_group.name, c.synapses.name)
            for c in clocks(draft.synapses)
        },
    )
