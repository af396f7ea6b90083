"""Expressions and conditions as arguments of functions: read as lines of a cell, and told as the user wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from brainpy_lab.equations.system import System
from brainpy_lab.equations.text.cell import read_text
from brainpy_lab.errors import ArgumentError, Location, ModelError, UnknownNameError, did_you_mean


@dataclass(frozen=True)
class Phrase:
    """What a user wrote, and the line of a cell that it becomes.

    Attributes
    ----------
    what : str
        What messages call it: "The event 'T36'".
    written : str
        By the user.
    before, inside, after : str
        The line: the phrase stands in it as ``inside``.
    """

    what: str
    written: str
    before: str
    inside: str
    after: str = ""

    @property
    def line(self) -> str:
        """The line of the cell."""
        return f"{self.before}{self.inside}{self.after}\n"


def check_phrase(what: str, written: Any, kind: str = "expression") -> None:
    """Refuse what is no text on one line, or an empty one."""
    if not isinstance(written, str) or "\n" in written or not written.strip():
        raise ArgumentError(f"{what} is {written!r:.80}; it must be an {kind} on one line.")


def read_phrases(phrases: Sequence[Phrase], rest: str, known: Iterable[str], **options: Any) -> System:
    """Phrases as the first lines of a cell, with ``rest`` behind them.

    Raises
    ------
    ModelError
        At the place in what the user wrote; of an unknown name it says which there are, of ``known``.
    """
    try:
        return read_text("".join(p.line for p in phrases) + rest, **options)
    except ModelError as error:
        where = error.location
        if where is None or where.line > len(phrases):
            raise
        phrase = phrases[where.line - 1]
        error.location = _placed(where, phrase)
        if isinstance(error, UnknownNameError):
            name = where.source_line[where.column : where.column + where.width]
            error.advice = did_you_mean(name, known) or f"There are: {', '.join(known)}."
        is_of_cell = phrase.before.strip() in error.message or " line " in f" {error.message.lower()}"
        if is_of_cell:  # it tells of a line that the user has not written
            error.message, error.advice = f"{phrase.what} is no expression.", None
        raise


def _placed(where: Location, phrase: Phrase) -> Location:
    """A place in the line as one in what the user wrote; all of it, where that stands otherwise in the line."""
    column, n = where.column - len(phrase.before), len(phrase.written)
    width = max(1, min(where.width, n - column))
    if phrase.inside != phrase.written or not 0 <= column < n:
        column, width = 0, n
    return replace(where, line=1, column=column, width=width, source_line=phrase.written, file=phrase.what)
