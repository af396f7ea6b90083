"""Blocks of a synapse that draw random numbers, with a state that counts their events: see `codegen.draws`."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from brainpy_lab.codegen.draws import Addresses, is_drawn
from brainpy_lab.equations.system import Assign, Event, State, System


@dataclass(frozen=True)
class Counted:
    """The equations of a synapse whose blocks count their events where they draw random numbers.

    Attributes
    ----------
    system : System
    addresses : Addresses
    """

    system: System
    addresses: Addresses


def counted(system: System) -> Counted:
    """The equations with these states: one for each block that draws, whatever its lines are."""
    drawing = [e for e in system.events if any(isinstance(a, Assign) and is_drawn(a.value) for a in e.actions)]
    if not drawing:
        return Counted(system, Addresses())
    names = _Names(system)
    counts = {event.name: names.fresh(f"n_{event.name}") for event in drawing}
    states = tuple(State(name, None, ast.Constant(0.0)) for name in counts.values())
    events = tuple(_counting(e, counts[e.name]) if e.name in counts else e for e in system.events)
    addresses = Addresses(names.fresh("seed"), names.fresh("connection"), counts)
    return Counted(replace(system, states=(*system.states, *states), events=events), addresses)


def _counting(event: Event, name: str) -> Event:
    """The block with a line that counts, behind all that draw."""
    more = ast.BinOp(ast.Name(name, ast.Load()), ast.Add(), ast.Constant(1.0))
    return replace(event, actions=(*event.actions, Assign(name, more, event.span)))


class _Names:
    """Names that a system does not have."""

    def __init__(self, system: System) -> None:
        self.taken = {*system.state_names, *system.parameter_names, *(f.name for f in system.functions)}
        self.taken |= {d.name for d in system.derived + system.intermediates} | {d.name for d in system.delays}

    def fresh(self, name: str) -> str:
        """``name``, with underscores where it is taken."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name
