"""The method of a group: the one that was named, or what suits its equations with all that synapses write into them."""

from __future__ import annotations

from collections.abc import Iterable

from brainpy_lab import solvers
from brainpy_lab.equations.system import Assign, System
from brainpy_lab.errors import MethodError
from brainpy_lab.networks.code.composed import composed_system, gathered_couplings
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.solvers.fractional import FractionalMethod, default_fractional


def method_of(group: NeuGroup, synapses: Iterable[Synapses]) -> str:
    """The name of a group's method in a network of these synapses.

    Where neither the group nor its model names one, it is "exact" for linear equations with constant coefficients
    that are not coupled to other cells in each step.
    """
    named: str | None = group.method
    if named is not None:
        return named
    synapses = tuple(synapses)
    system = composed_system(group.system, [s for s in synapses if s.post_group is group])
    return chosen(group, system, synapses)


def coupled(synapses: Iterable[Synapses], *, at_once: bool = False) -> dict[str, NeuGroup]:
    """The groups that take sums over connections in each step, or are read by such, by name.

    ``at_once`` leaves those out that are read with a delay alone.
    """
    some = [s for s in synapses if gathered_couplings(s)]
    both = [s.post_group for s in some] + [s.pre_group for s in some if not (at_once and s.is_late)]
    return {g.name: g for g in both if isinstance(g, NeuGroup)}


def chosen(group: NeuGroup, system: System, synapses: Iterable[Synapses]) -> str:
    """The method of a group whose equations are ``system``, with all that synapses write into them."""
    named: str | None = group.method
    if named is not None:
        return named
    if system.is_fractional:
        return default_fractional(system, set_by_spikes(group, synapses))
    return solvers.default_method(system) if group.name in coupled(synapses) else _default(system)


def set_by_spikes(group: NeuGroup, synapses: Iterable[Synapses]) -> frozenset[str]:
    """The states of a group's cells that blocks of synapses set."""
    found = set()
    for syn in synapses:
        actions = [a for e in syn.system.events for a in e.actions if isinstance(a, Assign)]
        for side, cells in (("pre_", syn.pre_group), ("post_", syn.post_group)):
            if cells is group:
                found |= {a.target.removeprefix(side) for a in actions if a.target.startswith(side)}
    return frozenset(found & {*group.system.state_names})


def is_staged(synapses: tuple[Synapses, ...]) -> bool:
    """Whether groups that are coupled advance stage by stage together, so that couplings are gathered before each.

    They do under one explicit method without noise, where what is gathered reads nothing else that moves.
    """
    groups = coupled(synapses, at_once=True)
    methods = {method_of(group, synapses) for group in groups.values()}
    if len(methods) != 1 or any(g.system.is_stochastic for g in groups.values()):
        return False
    method = solvers.get(methods.pop())
    if method.stages == 1 or method.is_implicit:
        return False
    for syn in synapses:
        read = {n for c in gathered_couplings(syn) for n in syn.system.names_read(c.value)}
        moving = {s.name for s in syn.system.states if s.drift is not None}
        if read & ({"t"} | moving):
            return False
    return True


def _default(system: System) -> str:
    try:
        solvers.get("exact").check(system)
    except MethodError:
        return solvers.default_method(system)
    return "exact"


def stepped_method(system: System, target: Source, *, is_closed: bool, is_constant: bool) -> str:
    """What advances the states that a synapse keeps: exact for what is linear without noise, alone or together.

    ``is_closed`` says that their equations read nothing else that moves within a step, ``is_constant`` nothing that
    changes in a run. Other such equations advance with the method that the ``target`` names; those that read cells have
    their values of the step's start, and no order to keep.
    """
    if system.is_stochastic:
        return solvers.default_method(system)
    if not is_closed:
        return "exponential_euler"
    if _default(system) == "exact" and (is_constant or len(system.states) == 1):
        return "exact" if len(system.states) > 1 else "exponential_euler"  # exact for one that is linear
    named = target.method if isinstance(target, NeuGroup) else None
    return named if named is not None and _advances(named, system) else "exponential_euler"


def _advances(name: str, system: System) -> bool:
    """Whether a method takes fixed steps of plain equations by formulas alone."""
    method = solvers.get(name)
    if method.is_implicit or method.is_adaptive or method.handles_noise or isinstance(method, FractionalMethod):
        return False
    try:
        solvers.check(method, system)
    except MethodError:
        return False
    return True
