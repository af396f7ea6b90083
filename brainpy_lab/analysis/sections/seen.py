"""A system that remembers its states at the last event of a kind: crossings of a section as values of a run."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from brainpy_lab.equations.system import Assign, Event, State, System


@dataclass(frozen=True)
class Seen:
    """A system with states that hold what was seen.

    Attributes
    ----------
    system : System
    states : tuple of str
        The states that hold those of the model, in its order.
    time : str
        The state that holds when it was.
    count : str
        The state that counts.
    """

    system: System
    states: tuple[str, ...]
    time: str
    count: str


def at_conditions(system: System, conditions: Sequence[ast.expr]) -> Seen:
    """What is seen where one of the conditions becomes true; events that do nothing are left out."""
    prefix, seen, actions = _seen(system)
    kept = tuple(e for e in system.events if system.moves_states(e))
    added = tuple(Event(f"{prefix}{k}", condition, actions) for k, condition in enumerate(conditions))
    return replace(seen, system=replace(seen.system, events=(*added, *kept)))


def at_event(system: System, name: str, *, after: bool) -> Seen:
    """What is seen at the model's event ``name``, before its block or after it."""
    _, seen, actions = _seen(system)
    events = tuple(
        e if e.name != name else replace(e, actions=(*e.actions, *actions) if after else (*actions, *e.actions))
        for e in system.events
    )
    return replace(seen, system=replace(seen.system, events=events))


def _seen(system: System) -> tuple[str, Seen, tuple[Assign, ...]]:
    prefix = _prefix(system)
    states = tuple(f"{prefix}{name}" for name in system.state_names)
    time, count = f"{prefix}time", f"{prefix}count"
    actions = [Assign(to, _name(name)) for to, name in zip(states, system.state_names, strict=True)]
    actions += [Assign(time, _name("t")), Assign(count, ast.BinOp(_name(count), ast.Add(), ast.Constant(1.0)))]
    added = [State(name, None) for name in (*states, time, count)]
    return prefix, Seen(replace(system, states=(*system.states, *added)), states, time, count), tuple(actions)


def _prefix(system: System) -> str:
    names = {*system.state_names, *system.parameter_names}
    names |= {
        p.name for group in (system.derived, system.intermediates, system.functions, system.events) for p in group
    }
    prefix = "seen_"
    while any(name.startswith(prefix) for name in names):
        prefix += "_"
    return prefix


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())
