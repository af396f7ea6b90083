"""When the list of runs is told again: a cell may run a model thousands of times a second."""

from __future__ import annotations

import threading
import time

from brainpy_kernel.sessions.runtime import Run

#: Seconds between two runs of cells that are told.
PAUSE = 0.1


class RunNews:
    """Runs of views are all told, those of cells now and then; one whose start was told is told until its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._followed: str | None = None  # the run of a cell that is told as running
        self._next = 0.0
        self._is_owed = False

    def is_due(self, run: Run) -> bool:
        """Whether a change of ``run`` is to be told at once."""
        if run.cell is None:
            return True
        with self._lock:
            is_due = run.id == self._followed or time.monotonic() >= self._next
            self._is_owed = not is_due
            if is_due:
                self._next = time.monotonic() + PAUSE
                self._followed = run.id if run.status == "running" else None
            return is_due

    def take(self) -> bool:
        """Whether something is still to be told, at the end of a cell."""
        with self._lock:
            owed, self._is_owed = self._is_owed, False
            return owed
