"""Warnings of runs, told at the line of the user's that asked for the run."""

from __future__ import annotations

import sys
import threading
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent)


class RunWarning(UserWarning):
    """A run ended otherwise than asked."""


def warn(message: str) -> None:
    """Warn of how a run ended, on the main thread: views run on other threads and show the outcome themselves."""
    if threading.current_thread() is not threading.main_thread():
        return
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(RunWarning(message), stacklevel=level)
