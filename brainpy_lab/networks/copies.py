"""A network with values of its own: views run it, and the user's network stays where it stands."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from brainpy_lab.networks.parts import Parts
from brainpy_lab.networks.source import Source, View
from brainpy_lab.networks.synapses import Synapses

if TYPE_CHECKING:
    from brainpy_lab.networks.network import Network


def copied(net: Network) -> Network:
    """A network of the same parts, connections and values, at its start; what is set or run in one leaves the other.

    Tables of connections, their orders and what has been compiled are shared.
    """
    groups = {id(group): _copied(group, ("parameters", "initial", "state")) for group in net.groups}
    made = copy.copy(net)
    made.groups = tuple(groups[id(group)] for group in net.groups)
    made.synapses = tuple(_on(groups, syn) for syn in net.synapses)
    made._parts = Parts(net.name, made.groups, made.synapses)
    made._assemblies, made._wirings = dict(net._assemblies), dict(net._wirings)
    made.last = None
    made.reset()
    return made


def _on(groups: dict[int, Source], syn: Synapses) -> Synapses:
    """Synapses between the copied groups."""
    made: Synapses = _copied(syn, ("values", "start", "state"))
    for side in ("pre", "post"):
        group = groups[id(getattr(syn, f"{side}_group"))]
        given = getattr(syn, side)
        if isinstance(given, View):
            given = _copied(given, ())
            given.__dict__["group"] = group
        else:
            given = group
        made.__dict__.update({side: given, f"{side}_group": group})
    return made


def _copied(part: Any, own: tuple[str, ...]) -> Any:
    """A copy with dictionaries of its own; past the part's way of setting values, which checks and builds."""
    made = object.__new__(type(part))
    made.__dict__.update(part.__dict__)
    made.__dict__.update({name: dict(part.__dict__[name]) for name in own if name in part.__dict__})
    return made
