"""Who computes when: one worker for all views of a kernel, with a one-slot mailbox per view.

Slider callbacks arrive on whichever thread the front end's messages are delivered to: the main thread, or a subshell's
thread while a cell runs. They only `put`; the worker computes. A mailbox holds one job: a newer one replaces it, so
nothing queues, and one worker means that nothing runs twice at once.
"""

from __future__ import annotations

import itertools
import logging
import sys
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal

#: A run older than this many seconds is stopped when a newer value waits for its place. Younger ones end by themselves,
#: so that a slider that keeps moving shows some pictures on its way and not the last one alone.
PATIENCE = 0.3

Status = Literal["waiting", "running", "done", "cancelled", "failed"]


class Ticket(threading.Event):
    """The stop flag of one job: set by `cancel`, and by itself when a newer job has waited long enough."""

    def __init__(self, patience: float = PATIENCE) -> None:
        super().__init__()
        self._patience = patience
        self._started = time.monotonic()
        self._replaced = False

    def start(self) -> None:
        """Count the patience from here."""
        self._started = time.monotonic()

    def replace(self) -> None:
        """Say that a newer job waits for this one's place."""
        self._replaced = True

    def is_set(self) -> bool:
        """True when the job should end as soon as it can."""
        if super().is_set():
            return True
        return self._replaced and time.monotonic() - self._started > self._patience


@dataclass
class Run:
    """What the Runs view says about one simulation."""

    model: str
    duration: float
    id: str = ""
    status: Status = "waiting"
    progress: float = 0.0
    started: float = field(default_factory=time.time)
    outcome: str | None = None
    steps: float | None = None
    cell: str | None = None  # the prompt of the cell that runs it, where it is no view's
    ticket: Ticket | None = field(default=None, repr=False)


Work = Callable[[Ticket], None]


class Runtime:
    """Owns every run that does not belong to a cell, and the list of all.

    Parameters
    ----------
    threaded : bool, optional
        False computes inside `put`; the default is a worker thread where the platform has threads.
    """

    def __init__(self, threaded: bool | None = None) -> None:
        self._threaded = sys.platform != "emscripten" if threaded is None else threaded
        self._changed = threading.Condition()
        self._waiting: dict[Hashable, Work] = {}
        self._running: tuple[Hashable, Ticket] | None = None
        self._thread: threading.Thread | None = None
        self._worker: int | None = None  # the thread that does a job, while it does
        self._closed = False
        self._ids = itertools.count(1)
        self.runs: dict[str, Run] = {}
        self.observers: list[Callable[[Run], None]] = []

    def put(self, view: Hashable, work: Work) -> None:
        """Ask for ``work`` on behalf of ``view``; it takes the place of what that view has waiting."""
        with self._changed:
            if self._closed:
                return
            self._waiting[view] = work
            if self._running is not None and self._running[0] == view:
                self._running[1].replace()
            self._changed.notify_all()
            if self._threaded and self._thread is None:
                self._start()
        if not self._threaded:
            self._drain()

    def drop(self, view: Hashable) -> None:
        """Forget what ``view`` has waiting and stop what it runs."""
        with self._changed:
            self._waiting.pop(view, None)
            if self._running is not None and self._running[0] == view:
                self._running[1].set()

    @property
    def is_own_thread(self) -> bool:
        """True where the caller is what the worker does."""
        return self._worker == threading.get_ident()

    def is_waiting(self, view: Hashable) -> bool:
        """True while a newer job of ``view`` waits for the worker."""
        with self._changed:
            return view in self._waiting

    def wait_idle(self, timeout: float | None = None) -> bool:
        """Block until nothing waits or runs; False when ``timeout`` seconds passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and self._running is None, timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Stop everything and end the worker; wait for it ``timeout`` seconds at most.

        A run looks at its ticket every 50 ms or so. One that hangs in the user's own code must not keep the kernel.
        """
        with self._changed:
            self._closed = True
            self._waiting.clear()
            if self._running is not None:
                self._running[1].set()
            thread = self._thread
            self._changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def begin(self, ticket: Ticket, model: str, duration: float, cell: str | None = None) -> Run:
        """Enter a simulation into the list of runs; a model has one entry, its latest."""
        run = Run(model, duration, id=f"run-{next(self._ids)}", status="running", cell=cell, ticket=ticket)
        with self._changed:
            for key, known in list(self.runs.items()):
                if known.status != "running" and known.model == model:
                    del self.runs[key]
            self.runs[run.id] = run
        self._tell(run)
        return run

    def advance(self, run: Run, fraction: float) -> None:
        """Note how far a simulation is."""
        run.progress = fraction
        self._tell(run)

    def end(self, run: Run, status: Status, outcome: str | None = None, steps: float | None = None) -> None:
        """Note how a simulation ended."""
        run.status, run.outcome, run.steps = status, outcome, steps
        run.progress = 1.0 if status == "done" else run.progress
        self._tell(run)

    def cancel(self, run_id: str) -> bool:
        """Stop the simulation ``run_id``; False when it is not running."""
        run = self.runs.get(run_id)
        if run is None or run.status != "running" or run.ticket is None:
            return False
        run.ticket.set()
        return True

    def _tell(self, run: Run) -> None:
        for observer in list(self.observers):
            observer(run)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._serve, name="brainpy-runtime", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no threads on this platform
            self._thread, self._threaded = None, False

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
            self._drain()

    def _drain(self) -> None:
        """Do what waits, oldest first, unless somebody else is doing so."""
        while True:
            with self._changed:
                if self._running is not None or not self._waiting:
                    return
                view = next(iter(self._waiting))
                work = self._waiting.pop(view)
                ticket = Ticket()
                self._running, self._worker = (view, ticket), threading.get_ident()
            try:
                work(ticket)
            except Exception:  # views show their errors themselves: this is a bug, and the worker must outlive it
                logging.getLogger(__name__).exception("a view of the BrainPy Lab kernel failed")
            finally:
                with self._changed:
                    self._running = self._worker = None
                    self._changed.notify_all()
