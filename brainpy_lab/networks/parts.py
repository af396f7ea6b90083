"""The parts of a network, and what is refused of them: names that clash, groups that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses


@dataclass(frozen=True)
class Parts:
    """What a network is made of.

    Attributes
    ----------
    name : str
    groups : tuple of Source
        Groups and sources, in the order given.
    synapses : tuple of Synapses
    schedule : str
        The name of the order within a step.
    """

    name: str
    groups: tuple[Source, ...]
    synapses: tuple[Synapses, ...]
    schedule: str

    @property
    def by_name(self) -> dict[str, Source | Synapses]:
        """All of them by name."""
        found: dict[str, Source | Synapses] = {g.name: g for g in self.groups}
        return found | {s.name: s for s in self.synapses}


def named_parts(groups: Sequence[Source], synapses: Sequence[Synapses]) -> None:
    """Give parts that the user did not name a number where two would have one name.

    Raises
    ------
    ArgumentError
        Two parts were given one name.
    """
    parts: list[Source | Synapses] = [*groups, *synapses]
    taken: dict[str, Source | Synapses] = {}
    for part in parts:
        if part.is_named and part.name in taken:
            raise ArgumentError(
                f"Two parts of the network are called '{part.name}'.", advice="Give each a name of its own: name='...'."
            )
        if part.is_named:
            taken[part.name] = part
    for part in (p for p in parts if not p.is_named):
        name, number = part.name, 2
        while name in taken:
            name, number = f"{part.name}_{number}", number + 1
        if name != part.name:
            object.__setattr__(part, "name", name)
        taken[name] = part


def check_parts(groups: Sequence[Source], synapses: Iterable[Synapses]) -> None:
    """Refuse synapses whose groups are not in the network, and a network without groups."""
    if not groups:
        raise ArgumentError(
            "A network has at least one group.",
            advice="bp.Network(E, I, exc, inh); in a %%brainpy cell, bp.Network() takes those assigned to names there.",
        )
    for syn in synapses:
        for side, group in (("pre", syn.pre_group), ("post", syn.post_group)):
            if group not in groups:
                raise ArgumentError(
                    f"{syn.name}: its {side} group '{group.name}' is not in the network.",
                    advice=f"Give it too: bp.Network(..., {group.name}, {syn.name}).",
                )
