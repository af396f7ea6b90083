"""Sources of spikes: Poisson processes, and spikes at given times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.poisson_points import PoissonPoints
from brainpy_lab.drivers.feeds.poisson_spikes import PoissonSpikes, in_rounds
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import whole
from brainpy_lab.networks.cells import Cells
from brainpy_lab.networks.runs.driven import of_time
from brainpy_lab.networks.source import Source, Spikes, check_name
from brainpy_lab.networks.values import Values, values_of_cells

#: Of a time, as a part of a step: nearer to the grid than this it lies on it.
_ON_GRID = 1e-6


class PoissonGroup(Source):
    """Cells that spike at random: each is a sum of ``sources`` independent Poisson processes.

    In each step a cell has a Poisson number of spikes of mean ``sources*rate*dt``, and what a spike does is done as
    often as that number says. The numbers depend on the run's seed and the group's place in the
    network alone. Where a cell is one process at a rate that does not move in time, the work goes with the spikes; else
    one number is drawn for each cell and step.

    Parameters
    ----------
    size : int or tuple of int
    rate : number, array, distribution, function of ``index`` or ``position``, or function of ``t``
        Spikes per unit of the models' time: 20 Hz in milliseconds is 0.02. A function of ``t`` gives a number or one
        for each cell, and is taken at the start of each step.
    sources : int
        How many processes a cell stands for.
    name : str, optional
    positions : array (number of cells, dimension), optional

    Raises
    ------
    ArgumentError
    """

    def __init__(
        self,
        size: int | tuple[int, ...],
        *,
        rate: Any,
        sources: int = 1,
        name: str | None = None,
        positions: Any = None,
    ) -> None:
        self.name, self.is_named = check_name("PoissonGroup", "Poisson" if name is None else name), name is not None
        self.cells = Cells(size, positions, owner=self.name)
        self.sources = whole(self.name, "sources", sources, 1)
        self.rate_function: Callable[[float], Any] | None = None
        self.rate: Values = 0.0
        if of_time(rate):
            self.rate_function = rate
        else:
            self.rate = values_of_cells(self.name, "rate", rate, self.cells)
            self._check(np.asarray(self.rate))

    def _check(self, rate: np.ndarray) -> None:
        if rate.size and rate.min() < 0:
            raise ArgumentError(f"{self.name}: a rate is at least 0; got {rate.min():g}.")

    def spikes(self, t0: float, dt: float, seed: int, stream: int) -> Callable[[int, int], Spikes]:
        """The spikes of a run, by steps."""
        scale = self.sources * dt
        constant = np.atleast_1d(np.asarray(self.rate, dtype=float)) * scale
        if self.rate_function is None and self.sources == 1:
            return PoissonPoints(self.size, constant, seed, stream)
        constant = np.broadcast_to(constant, (1, self.size))

        def mean(first: int, n: int) -> np.ndarray:
            if self.rate_function is None:
                return constant
            return np.array(
                [np.broadcast_to(self._rate_at(t0 + (first + i) * dt) * scale, self.size) for i in range(n)]
            )

        return PoissonSpikes(self.size, mean, seed, stream)

    def _rate_at(self, t: float) -> np.ndarray:
        assert self.rate_function is not None
        try:
            rate = np.asarray(self.rate_function(t), dtype=float)
            rate = rate if rate.ndim == 0 else rate.reshape(self.size)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"{self.name}: rate({t:g}) is not one number for each cell: {error}.") from None
        if not np.isfinite(rate).all():
            raise ArgumentError(f"{self.name}: rate({t:g}) is not finite.")
        self._check(rate)
        return rate

    def __repr__(self) -> str:
        return f"<PoissonGroup {self.name}: {self.size:,} cells>"


class SpikeSource(Source):
    """Cells that spike at given times.

    A spike belongs to the step in which it lies and is recorded at the end of that step; a time on the grid of steps
    keeps its value.

    Parameters
    ----------
    times : array (n,)
        In the models' unit of time.
    index : array of int (n,), optional
        Which cell; by default 0.
    size : int or tuple of int, optional
        Number of cells; by default as many as ``index`` needs.
    name : str, optional
    positions : array (number of cells, dimension), optional

    Raises
    ------
    ArgumentError
    """

    def __init__(
        self,
        times: Any,
        index: Any = None,
        size: int | tuple[int, ...] | None = None,
        *,
        name: str | None = None,
        positions: Any = None,
    ) -> None:
        self.name, self.is_named = check_name("SpikeSource", "Spikes" if name is None else name), name is not None
        t, cells = self._read(times, index)
        self.cells = Cells(
            int(cells.max()) + 1 if size is None and len(cells) else 1 if size is None else size,
            positions,
            owner=self.name,
        )
        if len(cells) and (cells.min() < 0 or cells.max() >= self.size):
            raise ArgumentError(f"{self.name}: there is no cell {cells.max()}; it has {self.size:,} cells.")
        order = np.lexsort((cells, t))
        self.times, self.index = t[order], cells[order]

    def _read(self, times: Any, index: Any) -> tuple[np.ndarray, np.ndarray]:
        try:
            t = np.atleast_1d(np.asarray(times, dtype=float))
        except (TypeError, ValueError):
            raise ArgumentError(f"{self.name}: times are numbers; got {times!r:.60}.") from None
        cells = np.zeros(t.shape, np.int64) if index is None else np.atleast_1d(np.asarray(index))
        if t.ndim != 1 or cells.shape != t.shape:
            raise ArgumentError(
                f"{self.name}: there is one cell for each time; got {t.size:,} times and {cells.size:,} cells."
            )
        if cells.size and cells.dtype.kind not in "iu":
            raise ArgumentError(f"{self.name}: index is made of whole numbers.")
        if not np.isfinite(t).all():
            raise ArgumentError(f"{self.name}: a time is not finite.")
        return t, cells.astype(np.int64)

    def spikes(self, t0: float, dt: float, seed: int, stream: int) -> Callable[[int, int], Spikes]:
        """The spikes of a run, by steps."""
        ratio = (self.times - t0) / dt
        nearest = np.round(ratio)
        steps = np.where(np.abs(ratio - nearest) <= _ON_GRID, nearest, np.ceil(ratio)).astype(np.int64) - 1

        def counted(first: int, n: int) -> Spikes:
            low, high = np.searchsorted(steps, [first, first + n])
            own, cells = steps[low:high] - first, self.index[low:high]
            offsets = np.concatenate([[0], np.cumsum(np.bincount(own, minlength=n))])
            numbers, count = np.unique(own * self.size + cells, return_counts=True)
            return offsets, in_rounds(numbers // self.size, numbers % self.size, count)[1]

        return counted

    def check_start(self, start: float) -> None:
        """Refuse spikes at or before the start of a fresh run."""
        if len(self.times) and self.times[0] <= start:
            raise ArgumentError(
                f"{self.name}: it spikes at {self.times[0]:g}, which is not after the start of the run at {start:g}."
            )

    def __repr__(self) -> str:
        return f"<SpikeSource {self.name}: {len(self.times):,} spikes of {self.size:,} cells>"
