"""What a run looks at between chunks: stop flag, finiteness, progress; and how long the next chunk may be."""

from __future__ import annotations

import sys
import time
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


class TextProgress:
    """A bar on the standard error, redrawn in place."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, fraction: float) -> None:
        done = int(30 * fraction)
        seconds = time.monotonic() - self._start
        end = "\n" if fraction >= 1 else ""
        bar = f"{'=' * done}{' ' * (30 - done)}"
        print(f"\r[{bar}] {fraction:4.0%}  {seconds:.1f} s", end=end, file=sys.stderr, flush=True)


def reporter(progress: Any) -> Progress:
    """The progress report asked for: a function of the fraction done, a bar (True), or none."""
    if callable(progress):
        report: Progress = progress
        return report
    return TextProgress() if progress else _no_report


def _no_report(fraction: float) -> None:
    """No report."""
