"""What the panel shows of a network: its structure, the code of its step, spikes and rates of its latest run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brainpy_kernel.panel.structure import structure
from brainpy_kernel.sessions.network_session import NetworkFrame, NetworkSettings
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.network_pictures import NetworkPictures
from brainpy_kernel.widgets.network_view import NetworkView
from brainpy_kernel.workspace import Workspace

if TYPE_CHECKING:
    from brainpy_lab import Network
    from brainpy_lab.networks.solution import NetworkSolution

Message = dict[str, Any]

#: Of a network whose groups have no events.
NO_SPIKES = "none of its groups spikes; what was recorded is drawn by sol['E'].plot('V')"

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
        pages = {"code": self.code, "structure": structure, "activity": self.activity}
        return pages[view](name, net)

    def choose(self, name: str, backend: str) -> None:
        """Show the code of another driver; runs take that of the session all the same."""
        from brainpy_lab import drivers

        self._backends[name] = drivers.get(backend).name

    def code(self, name: str, net: Network) -> Message:
        """The code of a step on the driver chosen here."""
        from brainpy_lab.networks.code.methods import method_of
        from brainpy_lab.networks.group import NeuGroup

        backend = self.backend(name)
        in_force = net.code(backend)
        methods = dict.fromkeys(method_of(g, net.synapses) for g in net.groups if isinstance(g, NeuGroup))
        return {
            "type": "code", "model": name, "backend": backend, "method": ", ".join(methods),
            "text": str(in_force), "generated": str(net.generated_code(backend)),
            "edited": self._is_edited(name, net), "file": str(in_force.file),
        }  # fmt: skip

    def activity(self, name: str, net: Network) -> Message:
        """The figure of the latest run: that of an open view, which sliders move, or our own of a run of a cell."""
        view = self._workspace.latest_view(net)
        latest = next((run for run in self._workspace.runs() if run.model == name), None)
        of_cell = latest is not None and latest.cell is not None and latest.steps is not None
        if isinstance(view, NetworkView) and not of_cell:
            self.drop()
            return _activity(name, view.pictures, "The run that the sliders show.")
        if net.last is None:
            self.drop()
            return _activity(name, None, "")
        if self._drawn is not net.last:
            self.drop()
            self._drawn, self._pictures = net.last, NetworkPictures()
            duration = net.last.end - float(net.last.t[0])
            self._pictures.show(NetworkFrame(NetworkSettings({}, duration), net.last))
        return _activity(name, self._pictures, caption(net.last, latest.cell if latest and of_cell else None))

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


def _activity(name: str, pictures: NetworkPictures | None, text: str) -> Message:
    model_id = None if pictures is None else str(pictures.widget.model_id)
    return {"type": "activity", "model": name, "model_id": model_id, "caption": text}


def caption(solution: NetworkSolution, cell: str | None) -> str:
    """Which run it is, and its spikes, in a line."""
    start, whence = float(solution.t[0]), f"{cell}: " if cell else ""
    said = [f"{whence}t = {start:g} to {solution.end:g} ms"]
    said += [f"{len(solution.members)} members of an ensemble"] if solution.members else []
    said += [f"{name}: {train.count():,} spikes" for name, train in solution.trains().items()] or [NO_SPIKES]
    return " · ".join(said)
