"""Copies of a network that differ in a few values, and share connections and code with it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.networks.parts import Parts
from brainpy_lab.networks.source import Source, View
from brainpy_lab.networks.synapses import Synapses

#: What a part holds that a run or a new value changes.
_OWN = ("parameters", "initial", "values", "start", "state", "at_cells", "returns")


class Twin:
    """A network of its own, at its start, with the groups, synapses and code of another.

    Attributes
    ----------
    network : Network
    """

    def __init__(self, network: Any) -> None:
        self._moved: dict[int, Any] = {}
        groups = tuple(self._copied(group) for group in network.groups)
        synapses = tuple(self._copied(syn) for syn in network.synapses)
        for syn in synapses:
            for name in ("pre", "post", "pre_group", "post_group"):
                syn.__dict__[name] = self.moved(syn.__dict__[name])
        self.network = copy.copy(network)
        self.network.groups, self.network.synapses = groups, synapses
        self.network._parts = Parts(network.name, groups, synapses, network._schedule)
        self.network._wirings = dict(network._wirings)
        self.network.last = None
        self.network.reset()

    def _copied(self, part: Any) -> Any:
        found = object.__new__(type(part))
        found.__dict__.update(part.__dict__)
        found.__dict__.update({name: dict(part.__dict__[name]) for name in _OWN if name in part.__dict__})
        self._moved[id(part)] = found
        return found

    def moved(self, item: Any) -> Any:
        """The twin's own of a part, or of a part of a group; all else as it is."""
        if isinstance(item, View) and id(item.group) in self._moved:
            found = object.__new__(View)
            found.__dict__.update(item.__dict__, group=self._moved[id(item.group)])
            return found
        return self._moved.get(id(item), item) if isinstance(item, Source | Synapses) else item

    def set(self, key: str, value: float) -> None:
        """Give one number to all cells or connections of a part, ``E.I``."""
        part, name = part_of(self.network.parts, key)
        setattr(part, name, value)


def part_of(parts: Mapping[str, Source | Synapses], key: Any) -> tuple[Source | Synapses, str]:
    """The part and the name of a parameter that is written ``E.I``.

    Raises
    ------
    ArgumentError
    """
    owner, dot, name = key.partition(".") if isinstance(key, str) else ("", "", "")
    if not dot:
        raise ArgumentError(f"parameters: {key!r:.60} names no parameter of a part.", advice="For example 'E.I'.")
    if owner not in parts:
        raise ArgumentError(
            f"parameters: the network has no '{owner}'.",
            advice=did_you_mean(owner, parts) or f"It has: {', '.join(parts)}.",
        )
    part = parts[owner]
    known = parameters_of(part)
    if name not in known:
        raise ArgumentError(
            f"parameters: {owner} has no parameter '{name}'.",
            advice=did_you_mean(name, known) or f"It has: {', '.join(known) or 'none that are numbers'}.",
        )
    return part, name


def parameters_of(part: Source | Synapses) -> tuple[str, ...]:
    """What may be given to a run for a part: numbers of all its cells or connections."""
    if isinstance(part, Synapses):
        weight = ("weight",) if "weight" in part.system.state_names else ()
        return (*part.system.parameter_names, *weight)
    own: Mapping[str, Any] = part.__dict__.get("parameters", {})
    return (*own, *(("rate",) if hasattr(type(part), "rate") else ()))
