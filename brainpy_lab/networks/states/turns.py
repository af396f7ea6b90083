"""Blocks whose connections take turns: what one of them does can be read, or undone, by the next of the same step.

A block that adds to values of cells what depends on none of these gives the same in any order: such connections may act
together. All others act one after the other, by the numbers of their connections, and each sees what those before it
have left.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from brainpy_lab.codegen.arrival import added, is_additive
from brainpy_lab.equations.system import Assign, Event, System

#: A value of a cell: the side on which it stands, "" where both sides are of one group, and its name.
_Value = tuple[str, str]


def turns(system: System, cells: Mapping[str, System | None], *, same: bool) -> dict[str, str]:
    """The blocks of a synapse whose connections take turns, and why.

    Parameters
    ----------
    system : System
        The synapse.
    cells : mapping of str to System or None
        The cells "pre" and "post"; None of a source, which has no values.
    same : bool
        Whether both sides are of one group.
    """
    finder = _Finder(system, cells, same)
    found = {e.name: finder.why(e) for e in system.events if e.side in ("pre", "post")}
    return {name: why for name, why in found.items() if why}


class _Finder:
    def __init__(self, system: System, cells: Mapping[str, System | None], same: bool) -> None:
        self.system, self.cells, self.same = system, cells, same

    def why(self, event: Event) -> str:
        """Why the connections of a block take turns; "" where they need not."""
        assigned = [a for a in event.actions if isinstance(a, Assign)]
        changed = {a.target for a in assigned if self._values(a.target)}
        for name in sorted(changed):
            if not is_additive(event, name, self.system):
                return f"it does more than add to {_written(name)}"
        set_ = {value for name in changed for value in self._values(name)}
        for action in assigned:
            value = added(action.value, action.target) if action.target in changed else None
            for name in sorted(self.system.names_read(value or action.value)):
                if set_ & self._values(name):
                    return f"it reads {_written(name)}, which other connections change"
        return ""

    def _values(self, name: str) -> set[_Value]:
        """The values of cells that a name stands for: of a definition, those that it is made of."""
        side, _, own = name.partition("_")
        if name in self.system.state_names or name in self.system.parameter_names or not own:
            return set()
        cell = self.cells.get(side)
        if cell is None:
            return set()
        definitions = {d.name: d.expr for d in cell.derived + cell.intermediates}
        read = cell.names_read(definitions[own]) | {own} if own in definitions else {own}
        return {("" if self.same else side, n) for n in read & set(cell.state_names)}


def one_block_each(system: System) -> System:
    """The equations with one block for each event of a cell: what several say happens at a connection, in their order.

    A connection then does all of it before the next has its turn.
    """
    found: dict[tuple[str, str], Event] = {}
    for event in system.events:
        key = (event.side, ast.dump(event.condition)) if event.side in ("pre", "post") else ("", event.name)
        before = found.get(key)
        found[key] = event if before is None else replace(before, actions=(*before.actions, *event.actions))
    return system if len(found) == len(system.events) else replace(system, events=tuple(found.values()))


def _written(name: str) -> str:
    """How a model writes the name of a cell's value."""
    return name.replace("_", ".", 1)
