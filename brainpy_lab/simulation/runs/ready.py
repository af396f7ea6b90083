"""What a model keeps of its runs: the kinds that it is ready for."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

_KEPT = 16  # kinds of runs


class Ready(dict[Hashable, Any]):
    """Tasks by the kind of their run; the latest are kept."""

    def keep(self, kind: Hashable, task: Any) -> None:
        """Keep a task in the place of the oldest, where there are too many."""
        if len(self) >= _KEPT:
            self.pop(next(iter(self), None), None)
        self[kind] = task

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return Ready, ()  # compiled functions are neither pickled nor copied
