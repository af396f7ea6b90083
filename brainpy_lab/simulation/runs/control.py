"""What a run looks at between chunks: stop flag, finiteness, progress; and how long the next chunk may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CHUNK_SECONDS = 0.05

Progress = Callable[[float], None]


class ChunkSize:
    """Length of the next chunk, so that one takes about `CHUNK_SECONDS`.

    The first has at most ``most`` steps, fewer where a step computes many numbers (``work``).
    """

    def __init__(self, work: int, most: int) -> None:
        self.steps = max(1, min(most, 200_000 // max(1, work)))

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a chunk of ``steps`` steps that took ``seconds``."""
        if steps < self.steps // 2:
            return
        wanted = steps * CHUNK_SECONDS / max(seconds, 1e-6)
        self.steps = max(1, int(min(wanted, 16 * steps)))


def reporter(progress: Any) -> Progress:
    """The progress report asked for: a function of the fraction done, or none."""
    report: Progress = progress if callable(progress) else _no_report
    return report


def _no_report(fraction: float) -> None:
    """No report."""
