"""What is told while a diagram is computed: how far it is, and what there is of it; and when it is to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from brainpy_lab.errors import ArgumentError

#: A diagram, in one parameter or in two.
D = TypeVar("D")

#: Seconds between two diagrams that are shown: as often as somebody sees a curve grow.
PAUSE = 0.1

#: The part of the work that equilibria are taken for, where cycles follow.
EQUILIBRIA = 0.3


@dataclass
class News(Generic[D]):
    """Who hears of a diagram in the making.

    Attributes
    ----------
    progress : callable, optional
        Called with the part of the work that is done: it never falls.
    watch : callable, optional
        Called with the diagram so far.
    stop : threading.Event, optional
        Ends the work.
    """

    progress: Callable[[float], None] | None = None
    watch: Callable[[D], None] | None = None
    stop: threading.Event | None = None
    _part: float = 0.0
    _shown: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        for name, given in (("progress", self.progress), ("watch", self.watch)):
            if given is not None and not callable(given):
                raise ArgumentError(
                    f"{name} is {given!r}; it must be a function.", advice=f"Use {name}=lambda news: print(news)."
                )

    def tell(self, part: float, so_far: Callable[[], D]) -> bool:
        """Tell of another point; True where the work is to stop."""
        self._part = min(1.0, max(self._part, part))
        if self.progress is not None:
            self.progress(self._part)
        if self.watch is not None and time.monotonic() - self._shown > PAUSE:
            self.watch(so_far())
            self._shown = time.monotonic()
        return self.is_stopped

    @property
    def is_stopped(self) -> bool:
        """Whether the user has asked to stop."""
        return self.stop is not None and self.stop.is_set()


_left: list[Any] = []


def leave(diagram: Any) -> None:
    """Keep what an interrupted diagram has come to."""
    _left[:] = [diagram]


def interrupted() -> Any:
    """The diagram that was being computed when the user interrupted one last, as far as it was, or None."""
    return _left[0] if _left else None
