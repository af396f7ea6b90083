"""Warnings of runs, told at the line of the user's that asked for the run."""

from __future__ import annotations

from brainpy_lab.warning import tell


class RunWarning(UserWarning):
    """A run ended otherwise than asked, or may have missed something."""


def warn(message: str) -> None:
    """Warn of how a run went, on the main thread: views run on other threads and show the outcome themselves."""
    tell(RunWarning(message))
