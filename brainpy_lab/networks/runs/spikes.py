"""The spikes of a run: kept as they are found, in eight bytes each, or drawn again when they are read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.drivers.network import Event, NetworkChunk
from brainpy_lab.simulation.solution.events import EventTrain

#: About how many spikes are drawn at once, and the fewest steps.
_AT_ONCE, _STEPS = 1 << 18, 1024

#: From the first step and a number of steps to offsets and cells: see `NetworkSetup.sources`.
Draw = Callable[[int, int], tuple[np.ndarray, np.ndarray]]


class Spikes:
    """Spikes by event, in the order of steps, then cells.

    Parameters
    ----------
    events : tuple of (str, str)
    first : int
        The run's first step.
    drawn : set of str
        Sources whose spikes are not kept: a Poisson group for 1,000 processes a cell has more of them than there is
        memory for, and they can be drawn again.
    """

    def __init__(self, events: tuple[Event, ...], first: int, drawn: set[str]) -> None:
        self.first = first
        self._found: dict[int, list[np.ndarray]] = {
            number: [] for number, (axis, _) in enumerate(events) if axis not in drawn
        }

    def take(self, chunk: NetworkChunk) -> None:
        """Keep what a chunk brought."""
        words = _words(chunk.step - self.first, chunk.cell)
        for number, parts in self._found.items():
            chosen = chunk.event == number
            if chosen.any():
                parts.append(_in_order(words if chosen.all() else words[chosen]))

    def of(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Steps, counted from the start of the network's time, and cells of an event."""
        step, cell = _steps_and_cells(self._found[number])
        return step + self.first, cell

    def drop(self, number: int) -> None:
        """Forget those of an event."""
        self._found[number] = []


def arrivals(step: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spikes in the order of steps, then cells, with those of a cell in a step as one entry; and how many they are."""
    new = np.ones(len(step), bool)
    new[1:] = (step[1:] != step[:-1]) | (cell[1:] != cell[:-1])
    if new.all():
        return step, cell, np.ones(len(step), np.int64)
    first = np.flatnonzero(new)
    return step[first], cell[first], np.diff(first, append=len(step))


def _words(step: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Both in a word, whose order is theirs."""
    words: np.ndarray = (np.asarray(step, np.int64) << 32) | cell
    return words


def _in_order(words: np.ndarray) -> np.ndarray:
    """Sorted: most are in order as they are found."""
    return words if (words[1:] >= words[:-1]).all() else np.sort(words)


def _steps_and_cells(parts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    words = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return words >> 32, words & 0xFFFFFFFF


class DrawnTrain(EventTrain):
    """The spikes of a source that are drawn when they are read: they are those that the run had.

    Parameters
    ----------
    draw : callable
    first, last : int
        The run's first step, and the one after its last.
    dt : float
    shape : tuple of int
    rate : float
        How many spikes of all cells there are about in a unit of time.
    """

    def __init__(self, draw: Draw, first: int, last: int, dt: float, shape: tuple[int, ...], rate: float) -> None:
        self._draw, self._first, self._last, self._dt = draw, first, last, dt
        self.expected = rate * (last - first) * dt
        self.ensemble_shape = shape
        self.window = (first * dt, last * dt)

    @cached_property
    def _drawn(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        parts = []
        at_once = max(_STEPS, int(_AT_ONCE * (self._last - self._first) / (self.expected + 1.0)))
        for begin in range(self._first, self._last, at_once):
            n = min(at_once, self._last - begin)
            offsets, cells = self._draw(begin, n)
            steps = begin + 1 + np.repeat(np.arange(n), np.diff(offsets))
            parts.append(_in_order(_words(steps, cells)))
        steps, cells, count = arrivals(*_steps_and_cells(parts))
        return steps * self._dt, cells, count

    @cached_property
    def t(self) -> Any:
        """Times."""
        return self._drawn[0]

    @cached_property
    def index(self) -> Any:
        """Cells."""
        return self._drawn[1]

    @cached_property
    def multiplicity(self) -> Any:
        """How many spikes each entry stands for."""
        return self._drawn[2]

    @property
    def size_in_words(self) -> str:
        """How many they are: about, as long as nobody has read them."""
        return f"{self.count():,}" if "_drawn" in self.__dict__ else f"about {self.expected:,.0f}"
