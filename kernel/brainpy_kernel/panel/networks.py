"""What the panel shows of a network: its structure, the code of its step, spikes and rates of its latest run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_kernel.sessions.network_session import NetworkFrame, NetworkSettings
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.network_pictures import NetworkPictures
from brainpy_kernel.widgets.network_view import NetworkView
from brainpy_kernel.workspace import Workspace

if TYPE_CHECKING:
    from brainpy_lab import Network

Message = dict[str, Any]

#: The tabs whose data depend on the network alone.
NETWORK_VIEWS = ("code", "structure", "activity")


class NetworkPages:
    """The messages about networks, and the figure of their activity."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._backends: dict[str, str] = {}
        self._pictures: NetworkPictures | None = None
        self._drawn: Any = None  # the solution that our own figure shows

    def info(self, name: str, net: Network) -> Message:
        """The network's entry among the models."""
        return {
            "kind": "network", "name": name, "title": repr(net)[1:-1], "states": [g.name for g in net.groups],
            "parameters": {}, "backend": self.backend(name), "method": "", "edited": self._is_edited(name, net),
        }  # fmt: skip

    def page(self, view: str, name: str, net: Network) -> Message:
        """The data of a tab."""
        pages = {"code": self.code, "structure": self.structure, "activity": self.activity}
        return pages[view](name, net)

    def choose(self, name: str, backend: str) -> None:
        """Show the code of another driver; runs take that of the session all the same."""
        from brainpy_lab import drivers

        self._backends[name] = drivers.get(backend).name

    def code(self, name: str, net: Network) -> Message:
        """The code of a step on the driver chosen here."""
        backend = self.backend(name)
        in_force = net.code(backend)
        methods = dict.fromkeys(method for g in net.groups if (method := getattr(g, "method", None)) is not None)
        return {
            "type": "code", "model": name, "backend": backend, "method": ", ".join(methods),
            "text": str(in_force), "generated": str(net.generated_code(backend)),
            "edited": self._is_edited(name, net), "file": str(in_force.file),
        }  # fmt: skip

    def structure(self, name: str, net: Network) -> Message:
        """Groups and synapses, with their numbers."""
        return {
            "type": "structure", "model": name, "groups": [_group(g) for g in net.groups],
            "synapses": [_synapses(s) for s in net.synapses], "memory": net.explain().splitlines()[-1],
        }  # fmt: skip

    def activity(self, name: str, net: Network) -> Message:
        """The figure: that of an open view of the network, which sliders move, else our own of its latest run."""
        view = self._workspace.latest_view(net)
        if isinstance(view, NetworkView):
            self.drop()
            return {"type": "activity", "model": name, "model_id": str(view.pictures.widget.model_id)}
        if net.last is None:
            self.drop()
            return {"type": "activity", "model": name, "model_id": None}
        if self._drawn is not net.last:
            self.drop()
            self._drawn, self._pictures = net.last, NetworkPictures()
            duration = net.last.end - float(net.last.t[0])
            self._pictures.show(NetworkFrame(NetworkSettings({}, duration), net.last))
        assert self._pictures is not None
        return {"type": "activity", "model": name, "model_id": str(self._pictures.widget.model_id)}

    def drop(self) -> None:
        """Close our own figure."""
        if self._pictures is not None:
            close_tree(self._pictures.widget)
        self._pictures = self._drawn = None

    def _is_edited(self, name: str, net: Network) -> bool:
        backend = self.backend(name)
        return str(net.code(backend)) != str(net.generated_code(backend))

    def backend(self, name: str) -> str:
        """The driver whose code is shown."""
        from brainpy_lab import backend

        return self._backends.get(name) or backend.get()


def _group(group: Any) -> Message:
    system = getattr(group, "system", None)
    return {
        "name": group.name, "kind": type(group).__name__, "model": None if system is None else group.model.name,
        "method": None if system is None else group.method, "cells": group.size, "shape": list(group.shape),
        "states": [] if system is None else list(system.state_names),
    }  # fmt: skip


def _synapses(syn: Any) -> Message:
    from brainpy_lab.networks.code.described import explained

    delay = np.asarray(syn.delay_given, dtype=float)
    return {
        "name": syn.name, "model": syn.model.name, "pre": syn.pre.name, "post": syn.post.name,
        "connections": len(syn), "delay": [float(delay.min(initial=np.inf)), float(delay.max(initial=0.0))]
        if delay.size else [0.0, 0.0], "notes": [line.strip() for line in explained(syn)],
    }  # fmt: skip
