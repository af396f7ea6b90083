"""Names of what a step carries besides states and parameters: hidden variables, histories of delayed states."""

from __future__ import annotations

from brainpy_lab.equations.system import Event, Hold, System


def hold_name(held: str) -> str:
    """Name of the hidden variable that holds the time at which a state, or an event, is released."""
    return f"{held}_release"


def armed_name(event: Event) -> str:
    """Name of the hidden variable with the last test of an event's condition."""
    return f"{event.name}_on"


def held_states(system: System) -> tuple[str, ...]:
    """States that some event holds, in the order of the states."""
    held = {a.state for e in system.events for a in e.actions if isinstance(a, Hold)}
    return tuple(s for s in system.state_names if s in held)


def held_events(system: System) -> tuple[str, ...]:
    """Events that have a dead time, in the order of the events."""
    held = {a.state for e in system.events for a in e.actions if isinstance(a, Hold)} - {*system.state_names}
    return tuple(e.name for e in system.events if e.name in held)


def hidden_names(system: System) -> tuple[str, ...]:
    """Hidden variables that a step carries besides the states: release times, then the last tests of events."""
    held = (*held_states(system), *held_events(system))
    return tuple(map(hold_name, held)) + tuple(armed_name(e) for e in system.events)


def count_names(system: System) -> tuple[str, ...]:
    """Hidden variables with the numbers of located events so far, which say what random draws are the next ones."""
    return tuple(f"{e.name}_count" for e in system.events) if system.resets_at_random else ()


def past_names(system: System) -> dict[str, str]:
    """Name of the history of each delayed state, as steps take it: ``x_past``."""
    taken = {*system.state_names, *system.parameter_names, *hidden_names(system)}
    taken |= {d.name for d in system.derived + system.intermediates} | {d.name for d in system.delays}
    found = {}
    for state in system.delayed_states:
        name = f"{state}_past"
        while name in taken:
            name += "_"
        found[state] = name
    return found
