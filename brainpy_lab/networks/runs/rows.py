"""Records of a run as they come: all of them in memory, or the latest where a store takes the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: Takes the number of the first of some records, and their rows.
Write = Callable[[int, np.ndarray], None]


class Rows:
    """Rows of records.

    Parameters
    ----------
    count : int
        Records of the whole run.
    width : int
    every : int
        Steps from one record to the next.
    room : int
        How many rows are kept.
    write : callable, optional
        Takes the rows that are kept when they are all filled.

    Attributes
    ----------
    array : array (room, width)
    first : int
        Number of the record that its first row is.
    """

    def __init__(self, count: int, width: int, every: int, room: int | None = None, write: Write | None = None) -> None:
        self.array = np.empty((count if room is None else min(count, room), width))
        self.every, self.write, self.first = every, write, 0

    def steps(self, done: int) -> int:
        """How many steps find room for their records, after ``done`` of them."""
        return (self.first + len(self.array)) * self.every - 1 - done

    def next(self, done: int) -> int:
        """The row of the next record."""
        return done // self.every + 1 - self.first

    def flush(self, done: int, *, at_end: bool = False) -> None:
        """Hand on the rows where they are all filled, or where the run has ended."""
        filled = self.next(done)
        if self.write is not None and (filled == len(self.array) or (at_end and filled)):
            self.write(self.first, self.array[:filled])
            self.first += filled
