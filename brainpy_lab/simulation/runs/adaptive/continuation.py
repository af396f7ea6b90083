"""How a run takes up where an earlier one stood, and what it leaves for a run that goes on from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brainpy_lab.drivers.adaptive import control as loop
from brainpy_lab.drivers.adaptive.arguments import Cells
from brainpy_lab.simulation.runs.adaptive.standpoint import Found, Standpoint

_OF_LANES = ("clock", "Y", "F", "R", "G")  # of the Cells, and arrays of a Standpoint


class Continuation:
    """The standpoint that a run began at, and the one that another run will begin at.

    Attributes
    ----------
    earlier : Standpoint or None
        Where the run took up an earlier one.
    waiting : Standpoint or None
        Where the run stood before the first step that its end could change; where nothing has come of a run, where it
        began.
    """

    def __init__(self, earlier: Standpoint | None, t0: float) -> None:
        self.earlier, self._t0 = earlier, t0
        self.waiting: Standpoint | None = None
        self._events_before = 0

    def take_up(self, cells: Cells, grid: np.ndarray, rows: np.ndarray) -> None:
        """Put all lanes where the earlier run has left them: before its end, or a little ahead where it was stopped."""
        earlier = self.earlier
        if earlier is None:
            return
        first = cells.Y.copy()
        for name in _OF_LANES:
            getattr(cells, name)[...] = earlier.arrays[name]
        cells.clock[:, loop.STATUS], cells.clock[:, loop.NEXT_ROW] = loop.RUNNING, 0
        for row in range(int(np.searchsorted(grid, earlier.times.max(), side="right"))):
            passed = earlier.times >= grid[row]
            rows[:, row, passed] = earlier.records_of(first, float(grid[row]), row == 0)[:, passed]
            cells.clock[passed, loop.NEXT_ROW] = row + 1

    def wait(self, standpoint: Standpoint, events: int) -> None:
        """Keep where the run stands, having found so many events."""
        self.waiting, self._events_before = standpoint, events

    def unreported(self, found: Found) -> Found:
        """Of the events that the run has found, those that the earlier run has not reported."""
        return found if self.earlier is None else found.without_seen(self.earlier, self._t0)[0]

    def told(self, found: Found) -> Standpoint | None:
        """The standpoint for a run that goes on from here, told the events that this one has found."""
        waiting = self.waiting
        return waiting and waiting.with_seen(found, self._events_before, self.earlier, self._t0)


def standpoint_of(
    key: str, cells: Cells, grid: np.ndarray, rows: np.ndarray, others: Mapping[str, np.ndarray]
) -> Standpoint:
    """Where all lanes stand, with the rows of the record that some have made ahead of others."""
    made = cells.clock[:, loop.NEXT_ROW]
    least, most = int(made.min()), int(made.max())
    arrays = {name: getattr(cells, name).copy() for name in _OF_LANES}
    arrays["ahead"] = np.where(np.arange(least, most)[:, None] < made, rows[:, least:most], np.nan)
    arrays["ahead_t"] = grid[least:most].copy()
    return Standpoint(key, {**arrays, **others})
