"""Errors of BrainPy Lab as a user meets them: the place in the cell and the advice, without the engine's frames."""

from __future__ import annotations

import linecache
import traceback
from typing import Any

from brainpy_lab.errors import BrainPyLabError


def install(shell: Any) -> None:
    """Let IPython print errors of BrainPy Lab short; ``%xmode Verbose`` brings the whole traceback."""

    def render(error: BrainPyLabError) -> list[str]:
        if shell.InteractiveTB.mode == "Verbose":
            found: list[str] = shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
            return found
        return short(shell, error)

    BrainPyLabError._render_traceback_ = render  # type: ignore[attr-defined]


def uninstall() -> None:
    """Print errors like all others again."""
    if hasattr(BrainPyLabError, "_render_traceback_"):
        del BrainPyLabError._render_traceback_


def short(shell: Any, error: BrainPyLabError) -> list[str]:
    """Lines of the report: the user's own line that led to the error, and the error with its place and advice."""
    red, plain = "\x1b[0;31m", "\x1b[0m"
    lines = [f"{red}{type(error).__name__}{plain}: {error}"]
    cell_line = None if error.location is not None else _user_line(shell, error)
    return [cell_line, *lines] if cell_line else lines


def _user_line(shell: Any, error: BrainPyLabError) -> str | None:
    """The innermost line of a notebook cell on the way to the error."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        name = shell.compile.format_code_name(frame.filename)
        if name is None or frame.lineno is None:
            continue
        source = linecache.getline(frame.filename, frame.lineno).strip()
        if source.startswith("get_ipython().run_"):
            continue
        return f"{' '.join(name)}, line {frame.lineno}\n----> {frame.lineno} {source}\n"
    return None
