"""Spikes of Poisson processes, from uniform numbers that have an address: see `random_draws`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from brainpy_lab.drivers.feeds.random_draws import uniforms

#: First stream of Poisson sources; those of noise count from 0.
STREAMS = 2**29
#: Above this mean the sum over all smaller counts loses its tails; the quantile is taken from SciPy.
LARGE = 30.0
_BLOCK = 1 << 14  # numbers that are made at once

#: Those of some steps in which there is a spike: the step, counted from the first, the cell, and how many.
Counts = tuple[np.ndarray, np.ndarray, np.ndarray]
#: Puts the spikes of such in rounds: see `in_rounds`.
Rounds = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class PoissonSpikes:
    """The spikes of a source in a run, ``(first step, n) -> (offsets, cells)``.

    Attributes
    ----------
    size : int
        Number of cells.
    mean : callable
        ``(first step, n)``: mean numbers of spikes in a step, (n, cells), or (1, cells) where they are alike in all.
    seed : int
    stream : int
        Number of the source in the network.
    """

    size: int
    mean: Callable[[int, int], np.ndarray]
    seed: int
    stream: int

    def __call__(self, first: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Spikes of ``n`` steps."""
        return self.spikes(first, n, self.counts, in_rounds, _BLOCK)

    def spikes(
        self, first: int, n: int, counts: Callable[[np.ndarray, int, int], Counts], rounds: Rounds, block: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same, with ``counts`` called for steps that have about ``block`` numbers."""
        length = max(2, block // max(1, self.size))
        found = []
        for begin in range(first, first + n, length):
            some = min(length, first + n - begin)
            step, cell, count = counts(self.mean(begin, some), begin, some)
            found.append((step + (begin - first), cell, count))
        step, cell, count = (np.concatenate(column).astype(np.int64) for column in zip(*found, strict=True))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(step, count, minlength=n).astype(np.int64))])
        return offsets, rounds(step, cell, count) if count.size and count.max() > 1 else cell

    def counts(self, mean: np.ndarray, first: int, n: int) -> Counts:
        """The numbers of spikes in ``n`` steps from step ``first`` on, with NumPy."""
        pairs = np.arange(first // 2, (first + n + 1) // 2, dtype=np.int64)[:, None]
        with np.errstate(over="ignore"):
            both = uniforms(np.arange(self.size)[None, :], STREAMS + self.stream, pairs, self.seed)
        u = 1.0 - np.stack(both, axis=1).reshape(-1, self.size)[first % 2 : first % 2 + n]
        step, cell = np.nonzero((u >= np.exp(-mean)) | (mean > LARGE))
        count = poisson(u[step, cell], np.broadcast_to(mean, u.shape)[step, cell])
        return (step, cell, count) if count.all() else (step[count > 0], cell[count > 0], count[count > 0])


def poisson(u: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Poisson numbers of ``mean`` from uniform ones in [0, 1), by inversion: one for each of ``u``."""
    is_large = mean > LARGE
    if is_large.any():
        from scipy.special import pdtrik

        count = np.zeros(u.shape, np.int64)
        quantile = pdtrik(np.maximum(u[is_large], 2.0**-53), mean[is_large])
        count[is_large] = np.ceil(np.maximum(quantile, 0.0) - 1e-12)
        count[~is_large] = poisson(u[~is_large], mean[~is_large])
        return count
    count = np.zeros(u.shape, np.int64)
    term = np.exp(-mean) * np.ones_like(u)
    total = term.copy()
    k = 0
    while True:
        above = u >= total
        if not above.any() or k > 400:
            return count
        k += 1
        count += above
        term = term * mean / k
        total = total + term


def in_rounds(step: np.ndarray, cell: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The spikes of cells, in each step in rounds: all that spike, those that do so twice once more, and so on."""
    n = int(step[-1]) + 1 if len(step) else 0
    total = np.bincount(step, count, minlength=n).astype(np.int64)
    place = np.cumsum(total) - total  # where the next round of each step begins
    cells = np.empty(int(total.sum()), cell.dtype)
    while len(step):
        own = np.bincount(step, minlength=n)
        cells[place[step] + np.arange(len(step)) - (np.cumsum(own) - own)[step]] = cell
        place += own
        left = count > 1
        step, cell, count = step[left], cell[left], count[left] - 1
    return cells
