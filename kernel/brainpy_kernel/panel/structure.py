"""What a network is made of, as the panel's tables and drawing show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from brainpy_lab import Network

Message = dict[str, Any]

#: Names, in small letters, by which people call synapses and groups of either sign.
_INHIBITORY = re.compile(r"(?<![a-z])(inh|gaba)|^i(?![a-z])")
_EXCITATORY = re.compile(r"(?<![a-z])(exc|ampa|nmda|pyr)|^e(?![a-z])")


def structure(name: str, net: Network) -> Message:
    """Groups and synapses, with their numbers."""
    return {
        "type": "structure", "model": name, "groups": [_group(g, net) for g in net.groups],
        "synapses": [_synapses(s) for s in net.synapses], "memory": net.explain().splitlines()[-1],
    }  # fmt: skip


def _group(group: Any, net: Network) -> Message:
    from brainpy_lab.networks.code.methods import method_of

    system = getattr(group, "system", None)
    return {
        "name": group.name, "kind": type(group).__name__, "model": None if system is None else group.model.name,
        "method": None if system is None else method_of(group, net.synapses),
        "cells": group.size, "shape": list(group.shape),
        "states": [] if system is None else list(system.state_names),
    }  # fmt: skip


def _synapses(syn: Any) -> Message:
    from brainpy_lab.networks.code.described import explained

    delay = np.asarray(syn.delay_given, dtype=float)
    return {
        "name": syn.name, "model": syn.model.name, "pre": syn.pre.name, "post": syn.post.name,
        "pre_group": syn.pre_group.name, "post_group": syn.post_group.name, "sign": sign(syn),
        "connections": len(syn),
        "delay": [float(delay.min()), float(delay.max())] if delay.size else [0.0, 0.0],
        "notes": [line.strip() for line in explained(syn)],
    }  # fmt: skip


def sign(syn: Any) -> str | None:
    """Whether synapses excite or inhibit, as far as weights below 0 or names tell; "coupling" where no spike acts.

    The names are those of the synapses, of their model, and of the group that spikes, in this order.
    """
    system = syn.model.system
    if "pre" not in {event.side for event in system.events}:
        return "coupling"
    if "weight" in (*system.parameter_names, *system.state_names):
        weight = syn.read("weight")
        if weight.max(initial=0.0) <= 0 and weight.min(initial=0.0) < 0:
            return "inhibitory"
    for text in (syn.name, syn.model.name, syn.pre.name):
        found = [bool(pattern.search(text.lower())) for pattern in (_EXCITATORY, _INHIBITORY)]
        if found[0] != found[1]:
            return "excitatory" if found[0] else "inhibitory"
    return None
