"""Warnings, told at the line of the user's that led to them."""

from __future__ import annotations

import functools
import sys
import threading
import warnings
from pathlib import Path
from types import FrameType

#: Files whose lines are not the user's; cached properties are functools'.
_OURS = (str(Path(__file__).resolve().parent), str(functools.__file__))


class CacheWarning(UserWarning):
    """The folder for generated and compiled code is not as asked for."""


def tell(warning: Warning) -> bool:
    """Warn on the main thread, where the user reads; returns whether it was told."""
    if threading.current_thread() is not threading.main_thread():
        return False
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _is_ours(frame):
        frame, level = frame.f_back, level + 1
    warnings.warn(warning, stacklevel=level)
    return True


def _is_ours(frame: FrameType) -> bool:
    """Whether a line is not the user's: in a file of ours, or in a function that tracebacks leave out, too."""
    return frame.f_code.co_filename.startswith(_OURS) or "__tracebackhide__" in frame.f_code.co_varnames
