"""Where the records of a run go: whole variables where they stay, or pages from which monitors keep their part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_PAGE = 1 << 20  # numbers of a page: 8 MB


class Sheet:
    """Records of whole variables, all at the same times, written where they stay. Steps count from the run's start.

    Parameters
    ----------
    rows : array (variables, times, *lanes)
        The first time is the start.
    every : int
        Steps from one record to the next.
    """

    def __init__(self, rows: np.ndarray, every: int) -> None:
        self.rows, self.every = rows, every

    def begin(self, values: list[np.ndarray]) -> None:
        """Write down the start."""
        for row, value in zip(self.rows, values, strict=True):
            if len(row):
                row[0] = value

    def room(self, done: int) -> int | None:
        """How many steps may follow step ``done`` before records are looked at; None for any number."""
        return None

    def page(self, done: int) -> tuple[np.ndarray, int]:
        """Where the records of the steps after step ``done`` go, and into which of its rows the first of them."""
        return self.rows, done // self.every + 1

    def taken(self, done: int, n: int) -> None:
        """``n`` steps after step ``done`` were taken, and their records stand in the page."""

    def last_page(self) -> np.ndarray:
        """Room for the record of one step."""
        return np.empty((len(self.rows), 1, *self.rows.shape[2:]))

    def taken_last(self, page: np.ndarray, whole: int) -> None:
        """A shorter step after ``whole`` ones was the last; its record stands in ``page``."""
        if len(self.rows) and self.rows.shape[1] > whole // self.every + 1:
            self.rows[:, -1] = page[:, 0]


@dataclass
class Monitor:
    """What is kept of one variable.

    Attributes
    ----------
    variable : int
        Its place among those that the flow records.
    every : int
        Steps from one record to the next.
    index : tuple
        Where its part stands among the values of one time.
    rows : array (times, *part)
    """

    variable: int
    every: int
    index: tuple[Any, ...]
    rows: np.ndarray


class Pages(Sheet):
    """Monitors, each with its part of a variable and its interval; a page of whole variables is all that is held.

    Parameters
    ----------
    monitors : list of Monitor
    variables : int
        How many the flow records.
    lanes, shape : tuple of int
        Shape of a variable's values as the flow writes them, and as the monitors' indices count.
    every : int
        Steps between records of the flow: it divides the interval of each monitor.
    """

    def __init__(
        self, monitors: list[Monitor], variables: int, lanes: tuple[int, ...], shape: tuple[int, ...], every: int
    ) -> None:
        size = max(1, variables * int(np.prod(lanes, dtype=int)))
        longest = max((len(m.rows) * m.every // every for m in monitors), default=0)
        super().__init__(np.empty((variables, max(1, min(longest + 1, _PAGE // size)), *lanes)), every)
        self.monitors, self.shape = monitors, shape

    def begin(self, values: list[np.ndarray]) -> None:
        """Write down the start."""
        for row, value in zip(self.rows, values, strict=True):
            row[0] = value
        for m in self.monitors:
            m.rows[:1] = self._part(m, self.rows[m.variable, :1])

    def room(self, done: int) -> int | None:
        """As many steps as fill the page."""
        rows: int = self.rows.shape[1]
        return (done // self.every + rows + 1) * self.every - 1 - done

    def page(self, done: int) -> tuple[np.ndarray, int]:
        """The page, from its first row on."""
        return self.rows, 0

    def taken(self, done: int, n: int) -> None:
        """Let each monitor keep its part of the page."""
        first = done // self.every
        count = (done + n) // self.every - first
        for m in self.monitors:
            ratio = m.every // self.every
            due = self.rows[m.variable, -(first + 1) % ratio : count : ratio]
            start = first // ratio + 1
            m.rows[start : start + len(due)] = self._part(m, due)

    def taken_last(self, page: np.ndarray, whole: int) -> None:
        """Monitors of every step keep the end."""
        for m in self.monitors:
            if m.every == 1:
                m.rows[-1:] = self._part(m, page[m.variable])

    def _part(self, m: Monitor, rows: np.ndarray) -> np.ndarray:
        """A monitor's part of some rows of its variable."""
        part: np.ndarray = rows.reshape(len(rows), *self.shape)[(slice(None), *m.index)]
        return part
