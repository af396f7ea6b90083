"""The method of a group: the one that was named, or what suits its equations with all that synapses write into them."""

from __future__ import annotations

from collections.abc import Iterable

from brainpy_lab import solvers
from brainpy_lab.equations.system import System
from brainpy_lab.errors import MethodError
from brainpy_lab.networks.code.composed import composed_system
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.synapses import Synapses


def method_of(group: NeuGroup, synapses: Iterable[Synapses]) -> str:
    """The name of a group's method in a network of these synapses.

    Where neither the group nor its model names one, it is "exact" for linear equations with constant coefficients.
    """
    named: str | None = group.method
    return named or default_of(composed_system(group.system, [s for s in synapses if s.post_group is group]))


def default_of(system: System) -> str:
    """The method of cells for which none is named."""
    try:
        solvers.get("exact").check(system)
    except MethodError:
        return solvers.default_method(system)
    return "exact"


def stepped_method(system: System, *, is_closed: bool) -> str:
    """What advances the states that a synapse keeps: exact for what is linear, alone or together.

    ``is_closed`` says that their equations read nothing else that moves.
    """
    if is_closed and len(system.states) > 1:
        found = default_of(system)
        return found if found == "exact" else "exponential_euler"
    return "exponential_euler"  # exact for each state that is linear in itself
