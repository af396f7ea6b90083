"""Supplies: the part of a feed that belongs to one run, on every driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Supply:
    """What a run's feed has ready, and what it carries from step to step; each driver says how steps come by it."""

    def prepare(self, first: int, n: int) -> int:
        """Get ready for ``n`` steps from step ``first`` of the run on, or fewer; returns for how many."""
        return n

    def state(self, step: int) -> dict[str, Any]:
        """What the steps from ``step`` on depend on, see `Flow.state`."""
        return {}

    def load(self, state: Mapping[str, Any], step: int) -> None:
        """Go to ``state`` at ``step``."""
