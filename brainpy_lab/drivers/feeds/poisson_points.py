"""Spikes of Poisson processes at rates that stay: points thrown on stretches of steps, at a cost that goes with them.

A stretch is a fixed number of steps, counted from step 0. Its points are a Poisson number of uniform ones, which is
what independent Poisson numbers of all its cells and steps are together. Each number has an address (stretch, and place
within it): see `random_draws`. So the spikes of a step are the same in whatever chunk it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from brainpy_lab.drivers.feeds.poisson_spikes import STREAMS, in_rounds
from brainpy_lab.drivers.feeds.random_draws import uniforms

#: Points come in rows: so many of the even numbers of their elements, then as many of the odd ones.
HALF_ROW = 64
#: The element whose number says how many points a stretch has; no point has it.
_COUNT = 2**32 - 1
_LEAST, _MOST, _PLACES = 16, 1024, 1 << 16  # steps of a stretch, and about how many of cells times steps

#: Places of all points of some stretches, ``stretch's steps before it * cells + cell``, rising.
Points = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class PoissonPoints:
    """The spikes of a source in a run, ``(first step, n) -> (offsets, cells)``.

    Attributes
    ----------
    size : int
        Number of cells.
    mean : array (1,) or (size,)
        Mean numbers of spikes in a step: one that all cells share, or one for each.
    seed : int
    stream : int
        Number of the source in the network.
    """

    size: int
    mean: np.ndarray
    seed: int
    stream: int

    @cached_property
    def steps(self) -> int:
        """Steps of a stretch: a power of two."""
        return int(min(_MOST, max(_LEAST, 1 << int(np.log2(_PLACES / max(1, self.size))))))

    @cached_property
    def shares(self) -> np.ndarray:
        """Where the parts of the cells end in a step that is 1 long; empty where all are alike."""
        if len(self.mean) == 1 or not self.mean.any():
            return np.empty(0)
        ends = np.cumsum(self.mean)
        return np.asarray(ends / ends[-1])

    def __call__(self, first: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Spikes of ``n`` steps."""
        return self.spikes(first, n, self.points)

    def spikes(self, first: int, n: int, points: Points) -> tuple[np.ndarray, np.ndarray]:
        """The same, with ``points`` for the points."""
        stretches = np.arange(first // self.steps, -(-(first + n) // self.steps), dtype=np.int64)
        place = points(stretches, self.counts(stretches))
        begin = (first - int(stretches[0]) * self.steps) * self.size
        low, high = np.searchsorted(place, [begin, begin + n * self.size])
        place = place[low:high] - begin
        step = place // max(1, self.size)
        cell = place - step * self.size
        is_again = np.diff(place) == 0
        if is_again.any():  # in few steps, whose cells are put in rounds
            some = np.zeros(n, bool)
            some[step[1:][is_again]] = True
            chosen = np.flatnonzero(some[step])
            begins = np.flatnonzero(np.diff(place[chosen], prepend=-1))
            count = np.diff(begins, append=len(chosen))
            own = np.cumsum(some) - 1  # the number of a step among those
            cell[chosen] = in_rounds(own[step[chosen][begins]], cell[chosen][begins], count)
        return np.concatenate([[0], np.cumsum(np.bincount(step, minlength=n))]), cell

    def counts(self, stretches: np.ndarray) -> np.ndarray:
        """How many points each stretch has."""
        with np.errstate(over="ignore"):
            u = 1.0 - uniforms(np.array([_COUNT]), STREAMS + self.stream, stretches, self.seed)[0]
        least, chances = self._law
        return np.asarray(least + np.searchsorted(chances, u, side="right"))

    @cached_property
    def _law(self) -> tuple[int, np.ndarray]:
        """The chances that a stretch has at most ``least``, ``least`` + 1, ... points, and ``least``."""
        from scipy.special import pdtr

        mean = self.steps * (float(self.mean[0]) * self.size if len(self.mean) == 1 else float(self.mean.sum()))
        reach = 10.0 * np.sqrt(mean) + 60.0  # the numbers, of 52 bits, reach 9 standard deviations
        least = int(max(0.0, mean - reach))
        return least, pdtr(np.arange(least, int(mean + reach)), mean)

    def points(self, stretches: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Places of the points, with NumPy."""
        own = np.repeat(np.arange(len(stretches)), counts)
        row, within = np.divmod(np.arange(len(own)) - np.repeat(np.cumsum(counts) - counts, counts), 2 * HALF_ROW)
        with np.errstate(over="ignore"):
            element = row * HALF_ROW + within % HALF_ROW
            even, odd = uniforms(element, STREAMS + self.stream, stretches[own], self.seed)
        place = self._placed(1.0 - np.asarray(np.where(within < HALF_ROW, even, odd)))
        return np.sort(place + own * (self.steps * self.size))

    def _placed(self, u: np.ndarray) -> np.ndarray:
        """Places within a stretch of numbers in [0, 1)."""
        if not len(self.shares):
            return (u * (self.steps * self.size)).astype(np.int64)
        step, rest = np.divmod(u * self.steps, 1.0)
        return step.astype(np.int64) * self.size + np.searchsorted(self.shares, rest, side="right")
