"""Values of presynaptic cells that a synapse with a delay reads in every step: they are those of that time before."""

from __future__ import annotations

from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.code.cells_read import with_definitions_of_cells
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.synapses import Synapses


def late_states(syn: Synapses, synapses: tuple[Synapses, ...]) -> tuple[str, ...]:
    """The states of the presynaptic cells that a synapse reads a delay later, in every step.

    Raises
    ------
    ArgumentError
        It reads something else of them that moves, of which no past is kept.
    """
    group = syn.pre_group
    if not (syn.is_late and isinstance(group, NeuGroup)):
        return ()
    system = with_definitions_of_cells(syn, synapses)
    read = {n.removeprefix("pre_") for n in _read(system) if n.startswith("pre_")}
    if moving := sorted(read & group.moving.keys()):
        raise _refused(syn, moving[0], "which moves in time by itself")
    for definition in group.system.derived + group.system.intermediates:
        if definition.name in read and "t" in group.system.names_read(definition.expr):
            raise _refused(syn, definition.name, "which depends on the time")
    return tuple(s for s in group.system.state_names if s in read)


def _read(system: System) -> set[str]:
    """What is read in every step."""
    drifts = [s.drift for s in system.states if s.drift is not None]
    return system.names_read(*drifts, *(c.value for c in system.couplings))


def _refused(syn: Synapses, name: str, why: str) -> ArgumentError:
    return ArgumentError(
        f"{syn.name}: it reads pre.{name} with a delay, {why}: its past is not kept.",
        advice=f"Make it a state of {syn.pre_group.name}, or give delay=0.",
    )


def remembered_states(group: NeuGroup, synapses: tuple[Synapses, ...]) -> frozenset[str]:
    """The states of a group that synapses read later."""
    return frozenset(n for s in synapses if s.pre_group is group for n in late_states(s, synapses))
