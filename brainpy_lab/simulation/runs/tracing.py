"""Python errors inside step code, told at the user's own line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from brainpy_lab.codegen.code_text import CodeText, line_in, place
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.equations.system import Span, System
from brainpy_lab.errors import BrainPyLabError, RunError


@contextmanager
def user_line(
    name: str, code: CodeText, system: System | None = None, retrace: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Turn an error raised in a line of ``code`` into a RunError at that line, or that of the cell that it came from.

    Compiled code does not say in which line it failed: ``retrace`` then does the same where lines are known.
    """
    try:
        yield
    except (BrainPyLabError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        line = line_in(error, str(code.file))
        if line is None:
            retrace()
            raise
        cell_line = code.line_map.get(line) if isinstance(code, StepCode) else None
        said = str(error).strip().partition("\n")[0]
        too_large = isinstance(error, OverflowError)
        message = "a number in it is too large." if too_large else f"{type(error).__name__}: {said}"
        if cell_line is None or system is None:
            where = place(code.text, line, file="edited step code" if code.edited else "step code")
            raise RunError(f"The step of '{name}' failed: {message}", location=where) from error
        source = system.text.splitlines()[cell_line - 1]
        column = len(source) - len(source.lstrip())
        span = Span(cell_line, column, cell_line, len(source.rstrip()))
        location = system.place(span)
        raise RunError(f"The model '{name}' failed: {message}", location=location) from error
