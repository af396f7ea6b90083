"""Runs of the user's own cells, in the list of runs beside those of the views."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from brainpy_kernel.sessions.runtime import Run, Runtime, Status, Ticket
from brainpy_kernel.sessions.shown import failure
from brainpy_lab.errors import BrainPyLabError

_LOG = logging.getLogger(__name__)


def _harmless(method: Callable[..., None]) -> Callable[..., None]:
    """A fault of ours while we look on must not end the user's run."""

    @wraps(method)
    def attempt(*arguments: Any) -> None:
        try:
            method(*arguments)
        except Exception:
            _LOG.exception("a run of a cell could not be followed")

    return attempt


class CellRun:
    """Follows one `m.run()` or `net.run()` of a cell; its entry stands from the first step on.

    Parameters
    ----------
    runtime : Runtime
        Who keeps the list.
    name : str
        The variable that holds what is run.
    duration : float
    cell : str
        The cell's prompt, ``In [3]``.
    """

    def __init__(self, runtime: Runtime, name: str, duration: float, cell: str) -> None:
        self._runtime, self._name, self._duration, self._cell = runtime, name, duration, cell
        self._ticket = Ticket()
        self._run: Run | None = None

    def is_set(self) -> bool:
        """True where the panel has cancelled the run."""
        self._begin()
        return self._ticket.is_set()

    @_harmless
    def report(self, fraction: float) -> None:
        """Note how far the run is."""
        self._begin()
        if self._run is not None:
            self._runtime.advance(self._run, fraction)

    @_harmless
    def end(self, solution: Any, error: BaseException | None) -> None:
        """Note how the run ended; one that was refused before its first step is no run."""
        if self._run is None:
            return
        steps = None if solution is None else solution.stats.get("steps")
        self._runtime.end(self._run, *how_it_ended(solution, error), steps)

    @_harmless
    def _begin(self) -> None:
        if self._run is None:
            self._run = self._runtime.begin(self._ticket, self._name, float(self._duration), self._cell)


def how_it_ended(solution: Any, error: BaseException | None) -> tuple[Status, str]:
    """The status of a run of a cell, and the word or sentence behind it."""
    if isinstance(error, KeyboardInterrupt):
        return "cancelled", "interrupted"
    if solution is None:
        return "failed", str(error) if isinstance(error, BrainPyLabError) else f"{type(error).__name__}: {error}"
    name = solution.outcome.name.lower()
    if name in ("stopped", "interrupted"):
        return "cancelled", name
    return ("done", name) if solution.outcome else ("failed", failure(solution))
