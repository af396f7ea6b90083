"""Who follows the runs that a user starts: a panel that lists them, shows how far they are, and can stop them.

The engine knows no panel: whoever wants to follow puts a function into `watchers`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, TypeVar

from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.runs.progress_bar import ProgressBar

Solved = TypeVar("Solved")


class Follower(Protocol):
    """Follows one run. A run that is refused for its arguments asks and reports nothing, and is ended all the same."""

    def is_set(self) -> bool:
        """Whether the run is to stop; asked before each chunk of steps, on the thread that computes it."""

    def report(self, fraction: float) -> None:
        """Hear how much of the run is done."""

    def end(self, solution: Any, error: BaseException | None) -> None:
        """Hear what the run gave, or what it raised."""


#: Called with each model or network that is run, and for how long; gives a follower, or None for a run of no interest.
watchers: list[Callable[[Any, Any], Follower | None]] = []


class Following:
    """A run with what follows it besides the caller: a bar where ``progress=True`` asks for one, and a watcher.

    ``with Following(model, duration, stop, progress) as run:`` gives ``run.stop`` and ``run.progress``, which the run
    takes in place of its caller's; ``run.gave(solution)`` hands on what it gave.
    """

    def __init__(self, subject: Any, duration: Any, stop: Any, progress: Any) -> None:
        self.stop, self.progress = stop, progress
        self._bar = ProgressBar(subject.name) if progress is True else None
        self._follower = next((f for watch in watchers if (f := watch(subject, duration)) is not None), None)
        self._solution: Any = None
        if self._bar is not None:
            self.progress = self._bar
        if self._follower is None:
            return
        if stop is None or hasattr(stop, "is_set"):  # else it is refused where arguments are checked
            self.stop = _Either(stop, self._follower)
        if callable(self.progress):
            self.progress = _both(self._follower.report, self.progress)
        elif self.progress is False:
            self.progress = self._follower.report

    def __enter__(self) -> Following:
        return self

    def gave(self, solution: Solved) -> Solved:
        """Note the solution of the run, and give it back."""
        self._solution = solution
        return solution

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._follower is not None:
            self._follower.end(self._solution, error)


class _Either:
    """A stop flag that is set where one of two is."""

    def __init__(self, first: Any, second: Follower) -> None:
        self._first, self._second = first, second

    def is_set(self) -> bool:
        return (self._first is not None and self._first.is_set()) or self._second.is_set()


def _both(first: Progress, second: Progress) -> Progress:
    def report(fraction: float) -> None:
        first(fraction)
        second(fraction)

    return report
