"""What the kernel knows: the models of the user's namespace, the current one, and what is displayed of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from brainpy_kernel.sessions.runtime import Run, Runtime
from brainpy_kernel.sessions.session import Session

if TYPE_CHECKING:
    from brainpy_kernel.widgets.view import View
    from brainpy_lab import Model


class Workspace:
    """Models, sessions and views of one kernel.

    Parameters
    ----------
    shell : InteractiveShell, optional
        Whose namespace is looked through.
    """

    def __init__(self, shell: Any = None, runtime: Runtime | None = None) -> None:
        self.shell = shell
        self.runtime = runtime or Runtime()
        self.models: dict[str, Model] = {}
        self.current: str | None = None
        self.listeners: list[Callable[[], None]] = []
        self._sessions: dict[int, Session] = {}
        self._views: list[tuple[str, str | None, View]] = []
        self._lock = threading.RLock()

    def define(self, name: str, model: Model) -> None:
        """Bind ``name`` in the user's namespace to ``model``, and close what showed the model it replaces."""
        if self.shell is not None:
            self.shell.user_ns[name] = model
        self.close_views(name)
        self._take(name, model)
        self._tell()

    def scan(self) -> None:
        """Bring the list of models up to date with the user's namespace; tell the listeners when it has changed."""
        simulation = sys.modules.get("brainpy_lab.simulation.model")
        if simulation is None or self.shell is None:  # not imported: there can be no model
            return
        hidden = self.shell.user_ns_hidden
        found = {
            name: value
            for name, value in list(self.shell.user_ns.items())
            if isinstance(value, simulation.Model) and not name.startswith("_") and name not in hidden
        }
        with self._lock:
            if {k: id(v) for k, v in found.items()} == {k: id(v) for k, v in self.models.items()}:
                return
            for name, model in found.items():
                if self.models.get(name) is not model:
                    self._take(name, model)
            for name in set(self.models) - set(found):
                del self.models[name]
            if self.current not in self.models:
                self.current = next(reversed(self.models), None)
            kept = {id(m) for m in self.models.values()} | {id(v.session.model) for _, _, v in self._views}
            self._sessions = {k: s for k, s in self._sessions.items() if k in kept}
        self._tell()

    def select(self, name: str) -> bool:
        """Make ``name`` the current model; False when there is none of that name."""
        with self._lock:
            if name not in self.models:
                return False
            self.current = name
        return True

    def session_of(self, model: Model, name: str | None = None) -> Session:
        """The session that shows ``model``, the latest when there are several."""
        with self._lock:
            session = self._sessions.get(id(model))
            if session is None:
                session = self._sessions[id(model)] = Session(model, self.runtime, name)
            return session

    def show(self, session: Session, build: Callable[[Session, Callable[[View], None]], View], name: str) -> View:
        """A new view of ``session``; the one that this cell made of the same model before is closed."""
        cell = self.cell_id()
        self.close_views(name, cell)
        with self._lock:
            self._sessions[id(session.model)] = session
        view = build(session, self._forget)
        with self._lock:
            self._views.append((name, cell, view))
        self._tell()
        return view

    def close_views(self, name: str | None = None, cell: str | None = None) -> None:
        """Close views: all, those of one model, or those that one cell made of it."""
        with self._lock:
            doomed = [
                v for n, c, v in self._views if (name is None or n == name) and (cell is None or c is None or c == cell)
            ]
        for view in doomed:
            view.close()

    def view_of(self, session: Session) -> View | None:
        """The open view of ``session``, when there is one."""
        with self._lock:
            return next((v for _, _, v in self._views if v.session is session), None)

    def changed(self, model: Model) -> None:
        """Run again what shows ``model``: its step code, driver or method has changed."""
        with self._lock:
            sessions = {id(s): s for s in (*self._sessions.values(), *(v.session for _, _, v in self._views))}
        for session in sessions.values():
            if session.model is model:
                session.request()
        self._tell()

    def close(self) -> None:
        """Close every view and end the worker; the models stay the user's."""
        self.close_views()
        self.runtime.close()
        self.listeners.clear()
        self._sessions.clear()
        self.models.clear()

    def runs(self) -> list[Run]:
        """The simulations of the views, newest first."""
        return sorted(self.runtime.runs.values(), key=lambda run: run.started, reverse=True)

    def cell_id(self) -> str | None:
        """The id of the cell being run, where the front end gives one."""
        try:
            return str(self.shell.get_parent()["metadata"]["cellId"])
        except (AttributeError, KeyError, TypeError):
            return None

    def _take(self, name: str, model: Model) -> None:
        with self._lock:
            self.models.pop(name, None)  # to stand last: the latest model becomes the current one when that goes
            self.models[name] = model
            self.current = name

    def _forget(self, view: View) -> None:
        with self._lock:
            self._views = [entry for entry in self._views if entry[2] is not view]

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()


_made: list[Workspace] = []


def workspace() -> Workspace:
    """The workspace of this kernel, made on first use."""
    if not _made:
        from IPython.core.getipython import get_ipython

        _made.append(Workspace(get_ipython()))
    return _made[0]


def discard() -> None:
    """Close the kernel's workspace, if there is one."""
    while _made:
        _made.pop().close()
