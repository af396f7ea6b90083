"""The random draws of located events: those of the n-th event of a kind in a cell are the n-th of its streams.

So they depend on nothing else: not on steps, rejected ones, other cells or threads. The loop takes them from a table
that holds those of some events to come, and comes back for more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.feeds.random_draws import generated_from

_MOST_ROWS, _FEWEST_ROWS = 256, 2
_MOST_NUMBERS = 1 << 20  # in the table


class EventDraws:
    """The draws of events to come, in all lanes of a run.

    Parameters
    ----------
    draws : sequence of Draw
    events : sequence of str
        Names of the events, in the order of the loop's numbers for them.
    seed : int
    count : array
        Events of each kind before the run, in each lane: (events, lanes).

    Attributes
    ----------
    taken : array
        How many rows the events of each kind have taken: (events, lanes).
    table : array
        (lanes, rows, draws)
    """

    def __init__(self, draws: Sequence[Draw], events: Sequence[str], seed: int, count: np.ndarray) -> None:
        self.draws, self.seed, self._before = draws, seed, count
        self._kinds = [events.index(d.source) for d in draws]
        lanes = count.shape[1]
        rows = min(_MOST_ROWS, max(_FEWEST_ROWS, _MOST_NUMBERS // max(1, lanes * len(draws))))
        self.taken = np.zeros(count.shape)
        self.table = np.empty((lanes, rows, len(draws)))
        if draws:
            self._fill(np.arange(lanes))

    @property
    def count(self) -> np.ndarray:
        """Events of each kind so far, in each lane."""
        return self._before + self.taken

    def renew(self) -> None:
        """Make the draws of later events, in the lanes where those of some kind are taken."""
        spent = np.flatnonzero((self.taken >= self.table.shape[1]).any(axis=0))
        self._before[:, spent] += self.taken[:, spent]
        self.taken[:, spent] = 0.0
        self._fill(spent)

    def _fill(self, lanes: np.ndarray) -> None:
        first = self._before[:, lanes].astype(np.int64)
        for i, (draw, kind) in enumerate(zip(self.draws, self._kinds, strict=True)):
            self.table[lanes, :, i] = generated_from(draw, self.seed, first[kind], self.table.shape[1], lanes)
