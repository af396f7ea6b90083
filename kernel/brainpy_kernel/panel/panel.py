"""The kernel half of the panel: what it is told, and what it asks for (`protocol.schema.json`).

It pushes and is never polled; while nobody listens it sends nothing. A client says which view it shows, and only that
view is computed and sent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from brainpy_kernel.panel import messages
from brainpy_kernel.panel.networks import NETWORK_VIEWS, NetworkPages
from brainpy_kernel.panel.protocol import fault
from brainpy_kernel.panel.run_news import RunNews
from brainpy_kernel.sessions.frame import Frame
from brainpy_kernel.sessions.runtime import Run, Ticket
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets.bifurcation import Bifurcation
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.controls import slider_ranges
from brainpy_kernel.widgets.phase_figure import PhaseFigure
from brainpy_kernel.widgets.view import View
from brainpy_kernel.workspace import Workspace
from brainpy_lab.errors import BrainPyLabError

if TYPE_CHECKING:
    from brainpy_lab import Model

Message = dict[str, Any]

_LOG = logging.getLogger(__name__)


class Client(Protocol):
    """Somebody who shows the panel's views: the browser behind a comm, or widgets in an output."""

    def send(self, message: Message) -> None:
        """Deliver a message."""


class Panel:
    """The panel's kernel half; an observer of the session whose model is the current one."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._views: dict[Client, str | None] = {}
        self._session: Session | None = None
        self._figure: PhaseFigure | None = None
        self._diagram: Bifurcation | None = None
        self._networks = NetworkPages(workspace)
        self._last: dict[Client, Message] = {}  # of the view that a client shows, what it was told of a network
        self._lock = threading.RLock()  # reentrant: what a message changes comes back through `update`
        self._news = RunNews()
        self._handlers: dict[str, Callable[[Client, Message], None]] = {
            "hello": self._on_hello,
            "select": self._on_select,
            "configure": self._on_configure,
            "apply": self._on_apply,
            "revert": self._on_revert,
            "show": self._on_show,
            "cancel": self._on_cancel,
        }
        workspace.listeners.append(self.update)
        workspace.runtime.observers.append(self._on_run)

    @property
    def is_open(self) -> bool:
        """True while somebody listens."""
        return bool(self._views)

    @property
    def needs_phase(self) -> bool:
        """True while a client shows the phase plane."""
        return "phase" in self._views.values()

    @property
    def _needs_diagram(self) -> bool:
        return "bifurcation" in self._views.values()

    @property
    def marks(self) -> tuple[()]:
        """No marks: the phase figure is an observer of its own and gives its marks itself."""
        return ()

    @property
    def needs_fixed_points(self) -> bool:
        """True while a client shows the table of fixed points."""
        return "fixed_points" in self._views.values()

    def handle(self, client: Client, message: Any) -> None:
        """Do what a client's message says; whatever is wrong goes back as an error message, and nothing is raised."""
        wrong = fault(message, "PanelMessage")
        if wrong is not None:
            self._send(client, messages.refusal(wrong))
            return
        with self._lock:
            try:
                self._handlers[message["type"]](client, message)
            except BrainPyLabError as error:
                self._send(client, messages.refusal(error, model=message.get("model")))
            except Exception as error:  # a fault of ours: the panel says so, and the comm lives on
                _LOG.exception("the message %r of a panel failed", message["type"])
                self._send(client, messages.refusal(f"The kernel failed at this: {type(error).__name__}: {error}"))

    def forget(self, client: Client) -> None:
        """The client has gone: send it nothing more, compute nothing for it."""
        with self._lock:
            self._views.pop(client, None)
            self._last.pop(client, None)
            self._follow()

    def update(self) -> None:
        """Models have changed: tell every client."""
        if not self.is_open:
            return
        with self._lock:
            self._follow()
            state = messages.state(self._workspace, self._networks)
            for client in list(self._views):
                self._send(client, state)
                self._push(client)

    def after_cell(self) -> None:
        """A cell may have run a network, or changed it: tell those who look at it, where there is news."""
        name = self._workspace.current
        if self._news.take():
            self._send_to("runs", messages.runs(self._workspace))
        if not self.is_open or name not in self._workspace.networks:
            return
        with self._lock:
            for client, view in list(self._views.items()):
                if view is not None:
                    self._push_network(client, view, name, news=True)

    def show(self, frame: Frame) -> None:
        """A new picture is there; the figure draws itself, and its failure is told."""
        if frame.settings.axes and frame.phase is None and frame.message:
            self._send_to("phase", messages.refusal(frame.message, model=self._name(), view="phase"))

    def show_fixed_points(self, frame: Frame) -> None:
        """The table of fixed points is there."""
        with self._lock:
            session = self._session
        if session is not None:
            self._send_to("fixed_points", messages.fixed_points(session, frame))

    def close(self) -> None:
        """Forget all clients: nothing more is sent or computed for them."""
        with self._lock:
            self._views.clear()
            self._last.clear()
            self._follow()

    def _on_hello(self, client: Client, message: Message) -> None:
        self._views.setdefault(client, None)
        self._workspace.scan()
        self._follow()
        self._send(client, messages.state(self._workspace, self._networks))
        self._push(client)

    def _on_show(self, client: Client, message: Message) -> None:
        view = message["view"]
        self._views[client] = view if view in messages.VIEWS else None
        self._follow()
        self._push(client)

    def _on_select(self, client: Client, message: Message) -> None:
        if not self._workspace.select(message["model"]):
            self._model(message)  # says that there is none
        self.update()

    def _on_configure(self, client: Client, message: Message) -> None:
        name = message["model"]
        if name in self._workspace.networks:
            self._networks.choose(name, message.get("backend", ""))
            self.update()
            return
        model = self._model(message)
        before = model.backend, model.method
        try:
            if "backend" in message:
                model.backend = message["backend"]
            if "method" in message:
                model.method = message["method"]
            model.code()  # refuses a pair that does not go together
        except BrainPyLabError:
            model.backend, model.method = before
            self._push(client)
            raise
        self._workspace.changed(model)

    def _on_apply(self, client: Client, message: Message) -> None:
        name, text = message["model"], message["text"]
        net = self._workspace.networks.get(name)
        subject = net or self._model(message)

        def work(ticket: Ticket) -> None:
            """On the worker: the edit is compiled and tried, which must not meet a run."""
            try:
                if net is not None:
                    net.edit(text, backend=self._networks.backend(name))
                else:
                    model = self._model(message)
                    model.edit(text, backend=model.backend, method=model.method)
            except BrainPyLabError as error:
                self._send(client, messages.refusal(error, model=name, view="code"))
                return
            self._workspace.changed(subject)

        self._workspace.runtime.put(("edit", id(subject)), work)

    def _on_revert(self, client: Client, message: Message) -> None:
        name = message["model"]
        if name in self._workspace.networks:
            net = self._workspace.networks[name]
            net.revert(backend=self._networks.backend(name))
            self._workspace.changed(net)
            return
        model = self._model(message)
        model.revert()
        self._workspace.changed(model)

    def _on_cancel(self, client: Client, message: Message) -> None:
        self._workspace.runtime.cancel(message["run"])

    def _on_run(self, run: Run) -> None:
        shown = self._views.values()
        if "runs" in shown and self._news.is_due(run):
            self._send_to("runs", messages.runs(self._workspace))
        if "activity" in shown and run.cell is None and run.model in self._workspace.networks:
            self._show_activity(run.model)  # the sliders move again, after a cell had run the network

    def _show_activity(self, name: str) -> None:
        with self._lock:
            for client, view in list(self._views.items()):
                if view == "activity" and name == self._workspace.current:
                    self._push_network(client, view, name, news=True)

    def _model(self, message: Message) -> Model:
        name = message["model"]
        if name not in self._workspace.models:
            raise BrainPyLabError(
                f"There is no model '{name}' in this notebook.", advice="Run the cell that defines it."
            )
        return self._workspace.models[name]

    def _name(self) -> str | None:
        return self._workspace.current

    def _follow(self) -> None:
        """Observe the current model's session while a view needs it, and no other."""
        current = self._workspace.current
        model = self._workspace.models.get(current) if current else None
        wanted = model is not None and (self.needs_phase or self.needs_fixed_points or self._needs_diagram)
        session = self._workspace.session_of(model, current) if model is not None and wanted else None
        if "activity" not in self._views.values():
            self._networks.drop()
        if session is not self._session or not self._needs_diagram:
            self._drop_diagram()
        if session is not self._session:
            self._drop_figure()
            if self._session is not None:
                self._session.remove(self)
            self._session = session
        if session is None:
            return
        if not self.needs_phase:
            self._drop_figure()
        session.add(self)

    def _push(self, client: Client) -> None:
        """Send a client the data of the view it shows."""
        view, name = self._views.get(client), self._workspace.current
        if view == "runs":
            self._send(client, messages.runs(self._workspace))
        if name is None or view is None:
            return
        if name in self._workspace.networks:
            self._push_network(client, view, name)
            return
        model = self._workspace.models[name]
        try:
            if view == "code":
                self._send(client, messages.code(name, model))
            if view == "phase":
                self._send(client, {"type": "phase", "model": name, "model_id": self._phase_id()})
            if view == "bifurcation":
                self._send(client, {"type": "bifurcation", "model": name, "model_id": self._diagram_id()})
        except BrainPyLabError as error:
            self._send(client, messages.refusal(error, model=name, view=view))

    def _push_network(self, client: Client, view: str, name: str, *, news: bool = False) -> None:
        """The same for a network; ``news`` alone, where the client has been told before."""
        if view not in NETWORK_VIEWS:
            return
        try:
            message = self._networks.page(view, name, self._workspace.networks[name])
        except BrainPyLabError as error:
            message = messages.refusal(error, model=name, view=view)
        if not news or message != self._last.get(client):
            self._send(client, message)
        self._last[client] = message

    def _phase_id(self) -> str | None:
        """The widget that shows the phase plane: the one of the cell's output where there is one, else our own."""
        session = self._session
        if session is None or not session.has_phase_plane:
            return None
        view = self._workspace.view_of(session)
        if isinstance(view, View) and view.phase is not None:
            self._drop_figure()
            return str(view.phase.widget.model_id)
        if self._figure is None:
            self._figure = PhaseFigure(session)
            session.add(self._figure)
        return str(self._figure.widget.model_id)

    def _drop_figure(self) -> None:
        if self._figure is not None and self._session is not None:
            self._session.remove(self._figure)
            close_tree(self._figure.widget)
        self._figure = None

    def _diagram_id(self) -> str | None:
        """The widget with the bifurcation diagram: the one of the cell's output where there is one, else our own."""
        session = self._session
        if session is None or not session.params:
            return None
        view = self._workspace.view_of(session)
        if isinstance(view, View) and view.bifurcation is not None:
            self._drop_diagram()
            return str(view.bifurcation.widget.model_id)
        if self._diagram is None:
            ranges = slider_ranges(session)
            self._diagram = Bifurcation(self._workspace.continuation_of(session, ranges), ranges)
            session.add(self._diagram.work)
        return str(self._diagram.widget.model_id)

    def _drop_diagram(self) -> None:
        """Close our own widget; the diagram is kept for the next look."""
        if self._diagram is not None:
            self._diagram.close()
            if not self._diagram.work.listeners:
                self._diagram.work.session.remove(self._diagram.work)
        self._diagram = None

    def _send(self, client: Client, message: Message) -> None:
        """Deliver a message; one that is outside the protocol is not sent, and that is said."""
        wrong = fault(message, "KernelMessage")
        if wrong is not None:
            _LOG.error("a message to the panel was held back: %s", wrong)
            message = messages.refusal(f"The kernel's answer cannot be shown. {wrong}")
        client.send(message)

    def _send_to(self, view: str, message: Message) -> None:
        for client, shown in list(self._views.items()):
            if shown == view:
                self._send(client, message)
