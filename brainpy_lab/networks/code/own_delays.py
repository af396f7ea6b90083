"""Cells that read their own past: in a network's step the values of before are inputs, looked up for each stage."""

from __future__ import annotations

from dataclasses import replace

from brainpy_lab.equations.system import Assign, Parameter, System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.solvers.method import Method


def with_values_of_before(system: System) -> System:
    """The equations with an input in the place of each delayed value."""
    if not system.is_delayed:
        return system
    inputs = tuple(Parameter(d.name, 0.0) for d in system.delays)
    states = tuple(replace(s, history=None) for s in system.states)
    return replace(system, states=states, parameters=(*system.parameters, *inputs), delays=())


def check_own_delays(group: NeuGroup, system: System, method: Method) -> None:
    """Refuse what networks do not run of cells that read their own past.

    Raises
    ------
    ArgumentError
    """
    if not system.is_delayed:
        return
    alone = "Run the model by itself, as an ensemble."
    for delay in system.delays:
        if system.is_state_dependent(delay):
            raise ArgumentError(
                f"{group.name}: the delay of {delay.written} depends on states; networks do not run such equations "
                "so far.",
                location=system.place(delay.span) if delay.span else None,
                advice=alone,
            )
    names = {d.name for d in system.delays}
    for event in system.events:
        read = [event.condition, *(a.value if isinstance(a, Assign) else a.duration for a in event.actions)]
        if names & system.names_read(*read):
            raise ArgumentError(
                f"{group.name}: the event '{event.name}' reads the past; networks do not run such equations so far.",
                location=system.place(event.span) if event.span else None,
                advice=alone,
            )
    if method.is_implicit or (system.is_stochastic and method.stages > 1):
        raise ArgumentError(
            f"{group.name}: in networks '{method.name}' does not look up the past at its stages.",
            advice="Take an explicit method, such as method='rk4', or 'euler_maruyama' with noise.",
        )
