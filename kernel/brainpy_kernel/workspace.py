"""What the kernel knows: models and networks of the user's namespace, the current one, and what is shown of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from brainpy_kernel.sessions.cell_runs import CellRun
from brainpy_kernel.sessions.continuation import Continuation, usual_choice
from brainpy_kernel.sessions.runtime import Run, Runtime
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.sessions.shown import Shown
from brainpy_lab.simulation.runs import following

if TYPE_CHECKING:
    from brainpy_kernel.widgets.output import Output
    from brainpy_lab import Model, Network

Subject: TypeAlias = "Model | Network"
AnyShown = TypeVar("AnyShown", bound=Shown)
AnyOutput = TypeVar("AnyOutput", bound="Output")


def is_model(subject: Subject) -> bool:
    """Whether it is a model; else it is a network."""
    return hasattr(subject, "system")


class Workspace:
    """Models, networks, sessions and views of one kernel.

    Parameters
    ----------
    shell : InteractiveShell, optional
        Whose namespace is looked through.
    """

    def __init__(self, shell: Any = None, runtime: Runtime | None = None) -> None:
        self.shell = shell
        self.runtime = runtime or Runtime()
        self.background = Runtime()  # for what takes seconds: sliders do not wait for it
        self.subjects: dict[str, Subject] = {}
        self.current: str | None = None
        self.listeners: list[Callable[[], None]] = []
        self._sessions: dict[int, Shown] = {}
        self._continuations: dict[int, Continuation] = {}
        self._views: list[tuple[str, str | None, Output]] = []
        self._lock = threading.RLock()

    @property
    def models(self) -> dict[str, Model]:
        """The models by name."""
        return {name: cast("Model", found) for name, found in self.subjects.items() if is_model(found)}

    @property
    def networks(self) -> dict[str, Network]:
        """The networks by name."""
        return {name: cast("Network", found) for name, found in self.subjects.items() if not is_model(found)}

    def define(self, name: str, model: Model) -> None:
        """Bind ``name`` in the user's namespace to ``model``, and close what showed the model it replaces."""
        if self.shell is not None:
            self.shell.user_ns[name] = model
        self.close_views(name)
        self._take(name, model)
        self._tell()

    def scan(self) -> None:
        """Bring the lists up to date with the user's namespace; tell the listeners when they have changed."""
        kinds = _kinds()
        if not kinds or self.shell is None:
            return
        found: dict[str, Any] = {name: value for name, value in self._variables() if isinstance(value, kinds)}
        with self._lock:
            if {k: id(v) for k, v in found.items()} == {k: id(v) for k, v in self.subjects.items()}:
                return
            for name, subject in found.items():
                if self.subjects.get(name) is not subject:
                    self._take(name, subject)
            for name in set(self.subjects) - set(found):
                del self.subjects[name]
            if self.current not in self.subjects:
                self.current = next(reversed(self.subjects), None)
            kept = {id(m) for m in self.subjects.values()} | {id(v.session.subject) for _, _, v in self._views}
            self._sessions = {k: s for k, s in self._sessions.items() if k in kept}
        self._tell()

    def follow(self, subject: Subject, duration: float) -> CellRun | None:
        """What follows a run of a model or network that a variable holds; None for others, and for runs of views."""
        if self.shell is None or self.runtime.is_own_thread:
            return None
        name = next((name for name, value in self._variables() if value is subject), None)
        cell = f"In [{self.shell.displayhook.prompt_count}]"
        return None if name is None else CellRun(self.runtime, name, duration, cell)

    def select(self, name: str) -> bool:
        """Make ``name`` the current model or network; False when there is none of that name."""
        with self._lock:
            if name not in self.subjects:
                return False
            self.current = name
        return True

    def name_of(self, subject: Subject) -> str:
        """The variable that holds a model or network, or its own name."""
        self.scan()
        return next((name for name, known in self.subjects.items() if known is subject), subject.name)

    def session_of(self, model: Model, name: str | None = None) -> Session:
        """The session that shows ``model``: the one moved or opened last, when there are several."""
        with self._lock:
            session = self._sessions.get(id(model))
            if not isinstance(session, Session):
                session = self._sessions[id(model)] = Session(model, self.runtime, name)
            return session

    def continuation_of(
        self, session: Session, ranges: Mapping[str, tuple[float, float, float]], parameters: Sequence[str] = ()
    ) -> Continuation:
        """The bifurcation diagram of ``session``, that of one or two ``parameters`` where there is none."""
        with self._lock:
            known = {id(s) for s in (*self._sessions.values(), *(v.session for _, _, v in self._views))}
            self._continuations = {k: c for k, c in self._continuations.items() if k in known}
            if id(session) not in self._continuations:
                choice = usual_choice(session, ranges, parameters)
                self._continuations[id(session)] = Continuation(session, self.background, choice)
            return self._continuations[id(session)]

    def show(
        self, session: AnyShown, build: Callable[[AnyShown, Callable[[Any], None]], AnyOutput], name: str
    ) -> AnyOutput:
        """A new view of ``session``; the one that this cell made of the same model or network before is closed."""
        cell = self.cell_id()
        self.close_views(name, cell)
        with self._lock:
            self._sessions[id(session.subject)] = session
        view = build(session, self._forget)
        with self._lock:
            self._views.append((name, cell, view))
        session.touched = partial(self._touch, session)
        self._tell()
        return view

    def _touch(self, session: Shown) -> None:
        """Have the panel follow the view that the user moved last, where there are several of a model or network."""
        with self._lock:
            if self._sessions.get(id(session.subject)) is session:
                return
            self._sessions[id(session.subject)] = session
            self._views.sort(key=lambda entry: entry[2].session is session)  # the latest one stands last
        self._tell()

    def close_views(self, name: str | None = None, cell: str | None = None) -> None:
        """Close views: all, those of one model or network, or those that one cell made of it."""
        with self._lock:
            doomed = [
                v for n, c, v in self._views if (name is None or n == name) and (cell is None or c is None or c == cell)
            ]
        for view in doomed:
            view.close()

    def view_of(self, session: Shown) -> Output | None:
        """The open view of ``session``, when there is one."""
        with self._lock:
            return next((v for _, _, v in self._views if v.session is session), None)

    def latest_view(self, subject: Subject) -> Output | None:
        """The view of a model or network that was moved or opened last and is still open."""
        with self._lock:
            return next((v for _, _, v in reversed(self._views) if v.session.subject is subject), None)

    def changed(self, subject: Subject) -> None:
        """Run again what shows a model or network: its step code, driver or method has changed."""
        with self._lock:
            sessions = {id(s): s for s in (*self._sessions.values(), *(v.session for _, _, v in self._views))}
        for session in sessions.values():
            if session.subject is subject:
                session.request()
        self._tell()

    def close(self) -> None:
        """Close every view and end the worker; the models stay the user's."""
        self.close_views()
        self.runtime.close()
        self.background.close()
        if self.follow in following.watchers:
            following.watchers.remove(self.follow)
        self.listeners.clear()
        self._sessions.clear()
        self._continuations.clear()
        self.subjects.clear()

    def runs(self) -> list[Run]:
        """The simulations of views and cells, newest first."""
        return sorted(self.runtime.runs.values(), key=lambda run: run.started, reverse=True)

    def cell_id(self) -> str | None:
        """The id of the cell being run, where the front end gives one."""
        try:
            return str(self.shell.get_parent()["metadata"]["cellId"])
        except (AttributeError, KeyError, TypeError):
            return None

    def _variables(self) -> Iterator[tuple[str, Any]]:
        """The user's variables: what IPython puts beside them has a bar before its name, or is hidden."""
        hidden = self.shell.user_ns_hidden
        for name, value in list(self.shell.user_ns.items()):
            if not name.startswith("_") and name not in hidden:
                yield name, value

    def _take(self, name: str, subject: Subject) -> None:
        with self._lock:
            self.subjects.pop(name, None)  # to stand last: the latest becomes the current one when that goes
            self.subjects[name] = subject
            self.current = name

    def _forget(self, view: Output) -> None:
        with self._lock:
            self._views = [entry for entry in self._views if entry[2] is not view]

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()


def _kinds() -> tuple[type, ...]:
    """The classes of models and networks; of what nobody has imported there can be none."""
    modules = {"brainpy_lab.simulation.model": "Model", "brainpy_lab.networks.network": "Network"}
    return tuple(getattr(sys.modules[module], name) for module, name in modules.items() if module in sys.modules)


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
