"""What a synapse wants of its two sides: names that it reads, events that it waits for, what it adds to and sets."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from brainpy_lab.equations.names import names_in
from brainpy_lab.equations.system import Assign, Event, Span, System
from brainpy_lab.errors import ArgumentError, Location, did_you_mean
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.source import Source


def check_sides(owner: str, system: System, groups: Mapping[str, Source]) -> None:
    """Refuse what a synapse wants of its two sides, and they do not have.

    Parameters
    ----------
    owner : str
        The name of the synapses.
    system : System
        What their connections do.
    groups : mapping of str to Source
        The groups or sources "pre" and "post".

    Raises
    ------
    ArgumentError
    """
    every = tuple(e for e in system.events if e.side == "every")
    for event in every:
        _check_every(owner, system, event)
    system = replace(system, events=tuple(e for e in system.events if e.side != "every"))
    for side, group in groups.items():
        known = known_of(group)
        for name in sorted(_read_of(system, side)):
            if name not in known:
                near = did_you_mean(name, known)
                raise ArgumentError(
                    f"{owner}: '{system.name}' uses {side}.{name}, which {group.name} does not have.",
                    location=_place_of_name(system, f"{side}_{name}"),
                    advice=near or f"{group.name} has: {', '.join(known) or 'spikes alone'}.",
                )
    for event in system.events:
        if not event.side:
            raise ArgumentError(
                f"{owner}: the event '{event.name}' is one of the connection itself; a synapse waits for "
                "spikes of its two sides so far.",
                location=_place(system, event.span),
                advice="Write when pre.spike: or when post.spike:",
            )
        group = groups[event.side]
        watched = event_name(event)
        if watched not in group.events:
            raise ArgumentError(
                f"{owner}: '{system.name}' waits for {event.side}.{watched}, an event that {group.name} does not have.",
                location=_place(system, event.span),
                advice=did_you_mean(watched, group.events) or "Write one in the model: when V >= V_th:",
            )
    _check_couplings(owner, system, groups["post"])
    _check_blocks(owner, system, groups)


def _check_every(owner: str, system: System, event: Event) -> None:
    """Refuse a block that runs every T and reads or sets more than what rests between spikes."""
    plastic = {s.name for s in system.states if s.drift is None}
    known = plastic | {*system.parameter_names, *(d.name for d in system.derived)}
    known |= {f"post_sum_{name}" for name in known}
    for action in event.actions:
        read = names_in(action.value) - {"pi"} if isinstance(action, Assign) else set()
        strange = sorted(read - known)
        if not isinstance(action, Assign) or action.target not in plastic:
            raise ArgumentError(
                f"{owner}: a block `when every(...)` sets variables of connections without an equation.",
                advice=f"It can set: {', '.join(sorted(plastic)) or 'none; write weight(0) = ... to have one'}.",
            )
        if strange or action.value is None:
            raise ArgumentError(
                f"{owner}: a block `when every(...)` reads '{strange[0].replace('_', '.', 1)}'.",
                advice="It reads parameters, what has no equation, and sums over the connections of a target: "
                "post.sum(weight).",
            )


def _check_couplings(owner: str, system: System, group: Source) -> None:
    """Refuse what is added to something else than a parameter of the target."""
    for coupling in system.couplings:
        if coupling.side == "pre":
            raise ArgumentError(
                f"{owner}: it adds to pre.{coupling.target}.",
                location=_place(system, coupling.span),
                advice="Connect the other way round, too.",
            )
        parameters = group.system.parameter_names if isinstance(group, NeuGroup) else ()
        if coupling.target in parameters:
            continue
        target = coupling.target
        if target in known_of(group):
            what = "is no parameter of"
            advice: str | None = f"A state is added to at spikes: when pre.spike: post.{target} += ..."
        else:
            what, advice = "is missing in", did_you_mean(target, parameters)
        raise ArgumentError(
            f"{owner}: it adds to post.{target}, which {what} {group.name}.",
            location=_place(system, coupling.span),
            advice=advice or f"Give the model of {group.name} the line `{target} = 0`.",
        )


def _check_blocks(owner: str, system: System, groups: Mapping[str, Source]) -> None:
    """Refuse blocks that set what is no state of a side."""
    for event in system.events:
        for action in event.actions:
            target = action.target if isinstance(action, Assign) else action.state
            side, _, name = target.partition("_")
            if target in system.state_names or side not in ("pre", "post"):
                continue
            other = groups[side]
            states = other.system.state_names if isinstance(other, NeuGroup) else ()
            if name not in states:
                raise ArgumentError(
                    f"{owner}: a block sets {side}.{name}, which is no state of {other.name}.",
                    location=_place(system, action.span),
                    advice=did_you_mean(name, states) or f"Its states are: {', '.join(states) or 'none'}.",
                )


def _read_of(system: System, side: str) -> set[str]:
    """Names of a side that the model reads."""
    own = {*system.state_names, *system.parameter_names}
    own |= {d.name for d in system.derived + system.intermediates}
    spikes = {e.condition for e in system.events if e.side}
    read = {n for e in system.expressions() if e not in spikes for n in system.names_read(e)} - own
    return {n.removeprefix(f"{side}_") for n in read if n.startswith(f"{side}_")}


def reads_in_each_step(system: System, group: Source) -> set[str]:
    """The states and definitions of the presynaptic side that a synapse reads in each step."""
    if not isinstance(group, NeuGroup):
        return set()
    drifts = (s.drift for s in system.states if s.drift is not None)
    read = system.names_read(*drifts, *(c.value for c in system.couplings))
    return {n for n in known_of(group) if f"pre_{n}" in read and n not in group.parameters}


def _place(system: System, span: Span | None) -> Location | None:
    return system.place(span) if span is not None else None


def _place_of_name(system: System, name: str) -> Location | None:
    """Where a name of a side is read first."""
    found = (n for e in system.expressions() for n in ast.walk(e) if isinstance(n, ast.Name) and n.id == name)
    return next((system.place(n) for n in found if hasattr(n, "lineno")), None)


def event_name(event: Event) -> str:
    """The event of the other cell that a block waits for."""
    name = event.condition
    return str(getattr(name, "id", event.name))


def known_of(group: Source, *, definitions: bool = True) -> tuple[str, ...]:
    """Names that a synapse can read of a group, with its definitions or without."""
    if not isinstance(group, NeuGroup):
        return ()
    system: System = group.system
    if not definitions:
        return (*system.state_names, *system.parameter_names)
    return (*system.state_names, *system.parameter_names, *(d.name for d in system.derived + system.intermediates))
