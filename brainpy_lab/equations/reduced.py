"""Parts of a system: some of its states, with what their equations read."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from brainpy_lab.equations.system import State, System


def reading(system: System, names: set[str]) -> System:
    """A system without the parameters and definitions that are not among ``names``."""
    return replace(
        system,
        parameters=tuple(p for p in system.parameters if p.name in names),
        derived=tuple(d for d in system.derived if d.name in names),
        intermediates=tuple(d for d in system.intermediates if d.name in names),
    )


def equations_of(states: Iterable[State]) -> list[ast.expr]:
    """The right sides of their equations: drifts, and amplitudes of noise."""
    found = [s.drift for s in states if s.drift is not None]
    return found + [term.amplitude for s in states for term in s.noise]


def alone(system: System, states: Iterable[State]) -> System:
    """The equations of some states, and what these read."""
    chosen = tuple(states)
    read = system.names_read(*equations_of(chosen))
    return replace(reading(system, read), states=chosen, events=(), couplings=(), delays=())
