"""The total current that each target takes in from a synapse: ``post.I``, what its connections add to ``I``."""

from __future__ import annotations

from dataclasses import dataclass

from brainpy_lab.equations.system import Coupling
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.code.composed import by_target, lumped_couplings
from brainpy_lab.networks.synapses import Synapses


@dataclass(frozen=True)
class Current:
    """What a synapse adds to an input of its targets.

    Attributes
    ----------
    synapses : str
    target : str
        The input.
    coupling : Coupling
        What a connection adds; where all it reads lives with the target, all its connections together.
    is_lumped : bool
        Which of the two it is.
    """

    synapses: str
    target: str
    coupling: Coupling
    is_lumped: bool

    @property
    def function(self) -> str:
        """What computes it in the step's code."""
        return f"current_{self.synapses}_{self.target}"

    @property
    def row(self) -> str:
        """Where it stands, with the target, if it is summed over connections."""
        return current_row(self.synapses, self.target)


def current_row(synapses: str, target: str) -> str:
    """Where a current that is summed over connections stands, with the target."""
    return f"{synapses}_{target}_current"


def currents_of(syn: Synapses) -> tuple[Current, ...]:
    """What a synapse adds to each input of its targets; not what is summed in two ways."""
    lumped, found = lumped_couplings(syn), []
    for target in dict.fromkeys(c.target for c in syn.system.couplings if c.side == "post"):
        couplings = [c for c in syn.system.couplings if c.target == target]
        kinds = {c in lumped for c in couplings}
        if len(kinds) == 1:
            (total,) = by_target(couplings)
            found.append(Current(syn.name, target, total, kinds.pop()))
    return tuple(found)


def current_of(syn: Synapses, target: str) -> Current:
    """What a synapse adds to an input of its targets.

    Raises
    ------
    ArgumentError
        It adds nothing to it, or what cannot be recorded.
    """
    targets = tuple(dict.fromkeys(f"post.{c.target}" for c in syn.system.couplings))
    if f"post.{target}" not in targets:
        raise ArgumentError(
            f"record: {syn.name} adds nothing to post.{target} in each step.",
            advice=did_you_mean(f"post.{target}", targets) or f"It adds to: {', '.join(targets) or 'nothing'}.",
        )
    current = next((c for c in currents_of(syn) if c.target == target), None)
    if current is None:
        why = "is added to in two ways, by sums in the target's equations and by connections"
    elif syn.is_late and any(n.startswith("pre_") for n in syn.system.names_read(current.coupling.value)):
        why = "reads its presynaptic cells a delay before"
    else:
        return current
    raise ArgumentError(
        f"record: post.{target} of {syn.name} {why}; it is not recorded.",
        advice=f"Record the states of {syn.pre_group.name} and {syn.post_group.name} that it is made of.",
    )
