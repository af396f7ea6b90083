"""The threads of one run: which cells and connections each owns, and the calls of the kernel side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from brainpy_lab.drivers.numba.feed import LANES
from brainpy_lab.drivers.numba.network.arguments import ENDED, FOUND_SPIKES
from brainpy_lab.drivers.numba.network.meeting import FAILED, meeting_place


def bounds(size: int, count: int) -> list[tuple[int, int]]:
    """For each of ``count`` threads the first of its cells, and the one after its last: whole blocks of them."""
    blocks = -(-size // LANES)
    ends = [LANES * (blocks * k // count) for k in range(count + 1)]
    return [(low, min(high, size)) for low, high in pairwise(ends)]


def cuts(start: np.ndarray, cells: np.ndarray, size: int, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each thread where its part of each row of connections begins and ends: those that lead to its cells.

    ``start`` is where the rows begin, ``cells`` the target of each connection, which rise within a row.
    """
    inner = [_below(start, cells, low) for low, _ in bounds(size, count)[1:]]
    borders = [start[:-1], *inner, start[1:]]
    return list(pairwise(borders))


def _below(start: np.ndarray, cells: np.ndarray, border: int) -> np.ndarray:
    """The place in each row of the first cell that is not below a border: all rows are halved side by side."""
    low, high = start[:-1].copy(), start[1:].copy()
    while True:
        open_ = np.flatnonzero(low < high)
        if not len(open_):
            return low
        middle = (low[open_] + high[open_]) // 2
        is_below = cells[middle] < border
        low[open_[is_below]] = middle[is_below] + 1
        high[open_[~is_below]] = middle[~is_below]


class Threads:
    """What the threads of a run share: the place where they meet, and their notes.

    Parameters
    ----------
    count : int
    spikes : int
        As many as one of them may find in a step.
    """

    def __init__(self, count: int, spikes: int) -> None:
        self.count = count
        self.gate = meeting_place(count)
        width = FOUND_SPIKES + 2 * spikes
        self.notes = np.zeros((count, 8 * (1 + width // 8)), np.int64)

    def words(self, number: int) -> tuple[np.ndarray | int, ...]:
        """Those that `arguments.THREAD` names; what is done by one alone takes no notes."""
        return self.notes[number % self.count], self.notes, self.notes.shape[1], self.gate, number, self.count

    def run(self, calls: Sequence[Callable[[], object]], out: np.ndarray) -> None:
        """Call the kernel once for each thread, the first time on this one.

        Where a call fails the others end at the next meeting, and its error is raised.
        """
        errors: list[BaseException] = []

        def guarded(call: Callable[[], object]) -> None:
            try:
                call()
            except BaseException as error:  # raised below, on the caller's thread
                errors.append(error)
                self._release(out)

        begun: list[threading.Thread] = []
        try:
            for number, call in enumerate(calls[1:], 1):
                thread = threading.Thread(target=guarded, args=(call,), name=f"network {number}")
                thread.start()
                begun.append(thread)
            guarded(calls[0])
        except BaseException:
            self._release(out)
            raise
        finally:
            for thread in begun:
                thread.join()
        if errors:
            raise errors[0]

    def _release(self, out: np.ndarray) -> None:
        """Let nobody wait for one that has failed."""
        out[ENDED] = 1
        self.gate[FAILED] = 1
