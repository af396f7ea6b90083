"""Sources of spikes: Poisson processes, and spikes at given times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.poisson_points import PoissonPoints
from brainpy_lab.drivers.feeds.poisson_spikes import PoissonSpikes, in_rounds
from brainpy_lab.errors import ArgumentError
from brainpy_lab.inputs import Input
from brainpy_lab.networks.arguments import told, whole
from brainpy_lab.networks.cells import Cells
from brainpy_lab.networks.room import check_room
from brainpy_lab.networks.runs.driven import Driven, driven, of_time
from brainpy_lab.networks.source import Source, Spikes, check_name
from brainpy_lab.networks.spike_lists import spike_list
from brainpy_lab.networks.values import Values, changed_values
from brainpy_lab.simulation.solution.record import Record

#: Of a time, as a part of a step: nearer to the grid than this it lies on it.
_ON_GRID = 1e-6


#: Bytes that a spike takes while it is drawn.
_BYTES = 64
_UNIT = "Rates are spikes per unit of the models' time: 20 Hz in milliseconds is rate=0.02."


class PoissonGroup(Source):
    """Cells that spike at random: each is a sum of ``sources`` independent Poisson processes.

    In each step a cell has a Poisson number of spikes of mean ``sources*rate*dt``, and what a spike does is done as
    often as that number says; it is the ``count`` of an entry of the events. The numbers depend on the run's seed and
    the group's place in the network alone. Where a cell is one process at a rate that does not move in time, the work
    goes with the spikes; else one number is drawn for each cell and step.

    Parameters
    ----------
    size : int or tuple of int
    rate : number, array, distribution, function of ``index`` or ``position``; function of ``t``, Input or Solution
        Spikes per unit of the models' time: 20 Hz in milliseconds is 0.02. One that moves in time gives a number or one
        for each cell, and is taken at the start of each step. ``P.rate = 0.03`` and ``P[:10].rate = 0.1`` set it
        between runs.
    sources : int
        How many processes a cell stands for.
    name : str, optional
    positions : array (number of cells, dimension), optional

    Raises
    ------
    ArgumentError
    """

    _has = ("rate", "sources")

    @told
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
        self.sources = whole(self.name, "sources", sources, 1)
        self.cells = Cells(size, positions, owner=self.name)
        self._rate: Values = 0.0
        self._moving: Driven | Callable[[float], Any] | None = None
        self.set_values("rate", rate, None)

    @property
    def rate(self) -> Any:
        """Spikes per unit of time, one for each cell; what moves in time as it was given."""
        if self._moving is not None:
            return self._moving.given if isinstance(self._moving, Driven) else self._moving
        return np.array(np.broadcast_to(np.asarray(self._rate, dtype=float), self.size))

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or "cells" not in self.__dict__:
            super().__setattr__(name, value)
        else:
            self.set_values(name, value, None)

    def set_values(self, name: str, value: Any, where: np.ndarray | None) -> None:
        """Set the rate, of all cells or of some."""
        if name != "rate":
            raise ArgumentError(f"{self.name} has no '{name}' to set.", advice="It has: rate.")
        is_course = isinstance(value, Input | Record)  # which can be called with t, too
        is_function = of_time(value) and not is_course
        moving: Any = value if is_function else driven(self.name, name, value, self.size, self.shape)
        if where is not None and (moving is not None or self._moving is not None):
            raise ArgumentError(
                f"{self.name}[...]: 'rate' cannot move in time in some cells and stand still in others.",
                advice=f"Give {self.name}.rate a function of t, or an Input, that has a value for each cell.",
            )
        if moving is None:
            rate = changed_values(self.name, name, value, self.cells, 0.0 if where is None else self._rate, where)
            self._check(np.asarray(rate))
            self._rate = rate
        self._moving = moving

    def _check(self, rate: np.ndarray) -> None:
        if rate.size and rate.min() < 0:
            raise ArgumentError(f"{self.name}: a rate is at least 0; got {rate.min():g}.")

    def steps_of_spikes(self, t0: float, dt: float, seed: int, stream: int) -> Callable[[int, int], Spikes]:
        """The spikes of a run, by steps."""
        scale = self.sources * dt
        constant = np.atleast_1d(np.asarray(self._rate, dtype=float)) * scale
        points = PoissonPoints(self.size, constant, seed, stream)
        if self._moving is None:
            number = self.total_rate * dt * points.steps
            check_room(f"{self.name}: the {number:.3g} spikes of {points.steps} steps", _BYTES * number, _UNIT)
            if self.sources == 1:
                return points
        constant = np.broadcast_to(constant, (1, self.size))

        moving = self._moving  # of this run: another may be set after it, and spikes are drawn again when they are read

        def mean(first: int, n: int) -> np.ndarray:
            if moving is None:
                return constant
            times = t0 + np.arange(first, first + n) * dt
            return np.array([np.broadcast_to(rate * scale, self.size) for rate in self._rates_at(times, moving)])

        return PoissonSpikes(self.size, mean, seed, stream)

    @property
    def is_constant(self) -> bool:
        """Whether the rate stands still in time."""
        return self._moving is None

    @property
    def total_rate(self) -> float:
        """How many spikes of all cells there are about in a unit of time, at a constant rate."""
        return float(np.sum(np.broadcast_to(np.asarray(self._rate, dtype=float), self.size)) * self.sources)

    def _rates_at(self, times: np.ndarray, moving: Driven | Callable[[float], Any]) -> Iterator[np.ndarray]:
        """The rate at each time: a number, or one for each cell."""
        if isinstance(moving, Driven):
            found = np.asarray(moving.drive.at(times), dtype=float)
            yield from (self._checked(t, rate) for t, rate in zip(times.tolist(), found, strict=True))
        else:
            yield from map(self._checked, times.tolist(), map(moving, times.tolist()))

    def _checked(self, t: float, given: Any) -> np.ndarray:
        try:
            rate = np.asarray(given, dtype=float)
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
    times : array (n,), events of a run, or the name of a file
        In the models' unit of time. ``sol["E"].events["spike"]`` has times and cells. So has a file: ``.npz`` with
        arrays ``times`` and ``index``, or ``.csv`` with columns of these names.
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

    times: np.ndarray
    index: np.ndarray
    _has = ("times", "index", "set")

    @told
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
        t, cells, shape = spike_list(self.name, times, index)
        if size is None:
            size = shape or (int(cells.max()) + 1 if len(cells) else 1)
        self.cells = Cells(size, positions, owner=self.name)
        self._take(t, cells)

    def set(self, times: Any, index: Any = None) -> None:
        """Take other spikes, in the forms in which the first ones may come."""
        self._take(*spike_list(self.name, times, index)[:2])

    def _take(self, times: np.ndarray, index: np.ndarray) -> None:
        strange = index[(index < 0) | (index >= self.size)]
        if len(strange):
            raise ArgumentError(f"{self.name}: there is no cell {strange.max()}; it has {self.size:,} cells.")
        self.__dict__.update(times=times, index=index)

    def __setattr__(self, name: str, value: Any) -> None:
        if "times" in self.__dict__:
            raise ArgumentError(
                f"{self.name} has no '{name}' to set.", advice=f"{self.name}.set(times, index) gives it other spikes."
            )
        super().__setattr__(name, value)

    def steps_of_spikes(self, t0: float, dt: float, seed: int, stream: int) -> Callable[[int, int], Spikes]:
        """The spikes of a run, by steps."""
        ratio = (self.times - t0) / dt
        nearest = np.round(ratio)
        steps = np.where(np.abs(ratio - nearest) <= _ON_GRID, nearest, np.ceil(ratio)).astype(np.int64) - 1

        def counted(first: int, n: int) -> Spikes:
            low, high = np.searchsorted(steps, [first, first + n])
            own, cells = steps[low:high] - first, self.index[low:high]
            offsets = np.concatenate([[0], np.cumsum(np.bincount(own, minlength=n))])
            numbers, count = np.unique(own * self.size + cells, return_counts=True)
            return offsets, in_rounds(numbers // self.size, numbers % self.size, count)

        return counted

    def check_start(self, start: float) -> None:
        """Refuse spikes at or before the start of a fresh run."""
        if len(self.times) and self.times[0] <= start:
            raise ArgumentError(
                f"{self.name}: it spikes at {self.times[0]:g}, which is not after the start of the run at {start:g}.",
                advice="A step holds its end, not its start: give later times, of the first step the time dt.",
            )

    def __repr__(self) -> str:
        return f"<SpikeSource {self.name}: {len(self.times):,} spikes of {self.size:,} cells>"
