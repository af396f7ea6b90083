"""Loading and unloading: everything that the extension adds to a shell, and takes away again."""

from __future__ import annotations

import importlib
import threading
from typing import Any

from brainpy_kernel import workspace
from brainpy_kernel.cells import body, completion, reports
from brainpy_kernel.cells.magics import BrainPyMagics
from brainpy_kernel.cells.quiet import PictureHook
from brainpy_kernel.cells.status import CellStatus
from brainpy_kernel.panel.channel import Channel
from brainpy_kernel.panel.panel import Panel
from brainpy_kernel.sessions.runtime import Ticket
from brainpy_lab.simulation.runs import following

MAGICS = {"cell": ("brainpy_model", "brainpy"), "line": ("brainpy_model", "brainpy")}
EVENT = "post_run_cell"

#: Seconds after loading at which the heavy packages load in the background: the kernel is up and has answered by then.
WARM_AFTER = 1.0


class Extension:
    """What is loaded into one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        workspace.discard()  # of an extension that was not unloaded: its worker would run on
        self.workspace = workspace.workspace()
        self.workspace.shell = shell
        self.panel = Panel(self.workspace)
        has_kernel = getattr(shell, "kernel", None) is not None
        self.channel = Channel(self.panel) if has_kernel else None
        self.status = CellStatus(shell) if has_kernel else None
        self.pictures = PictureHook(shell)
        self.magics = BrainPyMagics(shell, self.workspace, self.channel, self.bp_panel)
        self._given: dict[str, Any] = {}
        self._inline: list[Any] = []
        self._warming: threading.Timer | None = None

    def load(self) -> None:
        """Add magics, completion, short error reports, the panel's comm target, and `bp_panel`."""
        self.shell.register_magics(self.magics)
        completion.install(self.shell)
        reports.install(self.shell)
        self.pictures.load()
        following.watchers.append(self.workspace.follow)
        self.shell.events.register(EVENT, self._after_cell)
        self.shell.input_transformers_cleanup.append(body.help_needs_no_body)
        if "bp_panel" not in self.shell.user_ns:  # a user's own name is left alone
            self._given["bp_panel"] = self.bp_panel
            self.shell.push(dict(self._given), interactive=False)
        if self.channel is not None:
            self.channel.register()
            self._start_warming()
        if self.status is not None:
            self.status.load()

    def stop(self) -> None:
        """End what runs besides cells."""
        if self._warming is not None:
            self._warming.cancel()
        self.workspace.runtime.close()
        self.workspace.background.close()

    def unload(self) -> None:
        """Take all of it away; the user's variables stay."""
        self.stop()
        for inline in self._inline:
            inline.close()
        if self.channel is not None:
            self.channel.unregister()
        if self.status is not None:
            self.status.unload()
        self.shell.events.unregister(EVENT, self._after_cell)
        self.shell.input_transformers_cleanup.remove(body.help_needs_no_body)
        self.pictures.unload()
        reports.uninstall()
        completion.uninstall(self.shell)
        self._unregister_magics()
        for name, value in self._given.items():
            if self.shell.user_ns.get(name) == value:
                del self.shell.user_ns[name]
            self.shell.user_ns_hidden.pop(name, None)
        workspace.discard()

    def _start_warming(self) -> None:
        """Load the heavy packages while the user reads the notebook, once the kernel is up."""
        self._warming = threading.Timer(WARM_AFTER, self.workspace.runtime.put, ("warming", warm))
        self._warming.daemon = True
        try:
            self._warming.start()
        except RuntimeError:  # no threads on this platform: they load when they are needed
            self._warming = None

    def bp_panel(self) -> Any:
        """The panel's views as a widget in the output, for front ends that have no panel."""
        from brainpy_kernel.panel.inline import InlinePanel

        self._inline.append(InlinePanel(self.workspace, self.panel))
        return self._inline[-1].widget

    def _after_cell(self, result: Any) -> None:
        """A cell may have made, replaced or deleted a model."""
        self.workspace.scan()
        self.panel.after_cell()

    def _unregister_magics(self) -> None:
        manager = self.shell.magics_manager
        for kind, names in MAGICS.items():
            for name in names:
                manager.magics[kind].pop(name, None)
        manager.registry.pop(type(self.magics).__name__, None)
        if self.magics in self.shell.configurables:
            self.shell.configurables.remove(self.magics)


def warm(ticket: Ticket) -> None:
    """Load what the first model cell needs: the widgets, and a driver with a small model run on it."""
    from brainpy_lab.equations import read_text

    for name in ("bqplot", "brainpy_kernel.widgets.view", "brainpy_lab.analysis.phase_plane"):
        importlib.import_module(name)
    from brainpy_lab.simulation.model import Model

    Model(read_text("dx/dt = -x", name="Warming")).run(0.1)


_loaded: dict[int, Extension] = {}


def load(shell: Any) -> None:
    """Load into ``shell``; loading twice does nothing."""
    if id(shell) not in _loaded:
        extension = Extension(shell)
        extension.load()
        _loaded[id(shell)] = extension


def unload(shell: Any) -> None:
    """Unload from ``shell``, under whichever name it was loaded."""
    extension = _loaded.pop(id(shell), None)
    if extension is not None:
        extension.unload()


def stop(shell: Any) -> None:
    """End what runs, as the process ends; what is shown goes with the kernel, and front ends know without a word."""
    extension = _loaded.get(id(shell))
    if extension is not None:
        extension.stop()
