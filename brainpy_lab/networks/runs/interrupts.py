"""Interrupts that wait for the end of a chunk: in its midst a network stands between two steps' values."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Within the block an interrupt (Ctrl-C, the stop button) raises nothing; it is noted in the list.

    Only the main thread is interrupted, and only where interrupts are not ignored.
    """
    noted: list[int] = []
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield noted
        return

    def note(number: int, frame: Any) -> None:
        noted.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, handler)
