"""Python errors inside the text of a network's step, told at their line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brainpy_lab.codegen.code_text import line_in, place
from brainpy_lab.codegen.network import NetworkCode
from brainpy_lab.errors import BrainPyLabError, RunError


@contextmanager
def code_line(code: NetworkCode) -> Iterator[None]:
    """Turn an error raised in a line of ``code`` into a RunError at that line."""
    try:
        yield
    except (BrainPyLabError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        line = line_in(error, str(code.file))
        if line is None:
            raise
        said = str(error).strip().partition("\n")[0]
        where = place(code.text, line)
        message = f"The step of '{code.name}' failed: {type(error).__name__}: {said}"
        raise RunError(message, location=where) from error
