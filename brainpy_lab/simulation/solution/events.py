"""Events of a run: when, and in which cell."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import spelled
from brainpy_lab.simulation.solution.arrays import as_numpy


class UnknownEventError(ArgumentError, KeyError):
    """A run has no event of this name."""


class Counts(np.ndarray):
    """How many events each entry of a train stands for, (n_entries,) of int; what it gives when called is their sum.

    ``train.count`` is this array, ``train.count()`` the number of all events, and ``train.count(per_cell=True)`` that
    of each cell.
    """

    _cells: tuple[Any, tuple[int, ...]] | None

    @classmethod
    def of(cls, train: EventTrain) -> Counts:
        """Those of a train: one each where it does not say how many."""
        given = train.multiplicity
        values = np.broadcast_to(np.int64(1), (len(train),)) if given is None else as_numpy(given).astype(np.int64)
        found = values.view(cls)
        found._cells = train.index, train.ensemble_shape
        return found

    def __array_finalize__(self, other: Any) -> None:
        self._cells = None

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return np.asarray(array)[()]

    def __getitem__(self, key: Any) -> Any:
        return np.asarray(self)[key]

    def __call__(self, per_cell: bool = False) -> Any:
        """Number of events: of all cells together (int), or of each (array of the ensemble's shape)."""
        numbers = np.asarray(self)
        are_ones = not numbers.strides[0] or not len(numbers)
        if not per_cell:
            return len(numbers) if are_ones else int(numbers.sum())
        if self._cells is None:
            raise ArgumentError("These are counts of some entries, and nothing says which cells they are of.")
        index, shape = self._cells
        n_cells = int(np.prod(shape, dtype=int))
        weights = None if are_ones else numbers
        found = np.bincount(np.asarray(index, dtype=np.intp), weights, n_cells).astype(np.int64, copy=False)
        return found.reshape(shape)


@dataclass(eq=False)
class EventTrain:
    """The times at which an event happened, sorted, and the cell it happened in.

    A source may spike several times in a step of a network: such an arrival is one entry, whose ``count`` says how many
    spikes it is.

    Parameters
    ----------
    t : array (n_entries,)
        Times, in the model's unit of time, rising.
    index : array of int (n_entries,)
        Which cell: its place in the ensemble and, of an array state, among its elements, counted flat (0 in a single
        run).
    ensemble_shape : tuple of int
        Shape of the ensemble, then of the array state; ``()`` is a single run.
    window : (float, float), optional
        Start and end of the observation, for rates.
    multiplicity : array of int (n_entries,), optional
        How many events each entry stands for; one where it is not given.

    Examples
    --------
    >>> train = EventTrain(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 0]), (2,), (0.0, 10.0))
    >>> train.of(0)
    array([1., 4.])
    >>> train.rate(per_cell=True)
    array([0.2, 0.1])
    >>> poisson = EventTrain(np.array([1.0, 2.0]), np.array([0, 1]), (2,), (0.0, 10.0), np.array([3, 1]))
    >>> poisson.count[0], poisson.count(), poisson.of(0)
    (np.int64(3), 4, array([1., 1., 1.]))
    """

    t: Any
    index: Any
    ensemble_shape: tuple[int, ...] = ()
    window: tuple[float, float] | None = field(default=None)
    multiplicity: Any = None

    @staticmethod
    def of_found(t: np.ndarray, index: np.ndarray, shape: tuple[int, ...]) -> EventTrain:
        """Events in the order in which they were found, sorted by time, then cell."""
        order = np.lexsort((index, t))
        return EventTrain(t[order], index[order], shape)

    def __len__(self) -> int:
        """Number of entries; ``count()`` is that of events."""
        return len(self.t)

    def __repr__(self) -> str:
        return f"EventTrain({self.count()} events in {self.n_cells} cell{'s' if self.n_cells != 1 else ''})"

    @property
    def n_cells(self) -> int:
        """Number of cells the events come from."""
        return int(np.prod(self.ensemble_shape, dtype=int))

    @property
    def count(self) -> Counts:
        """How many events each entry stands for, (n_entries,).

        ``count()`` is their number in all cells together (int), and ``count(per_cell=True)`` that of each (array of the
        ensemble's shape).
        """
        return Counts.of(self)

    def one_by_one(self) -> EventTrain:
        """The same events with an entry for each."""
        if self.multiplicity is None:
            return self
        number = np.asarray(self.count)
        t, index = np.repeat(as_numpy(self.t), number), np.repeat(as_numpy(self.index), number)
        return EventTrain(t, index, self.ensemble_shape, self.window)

    def rate(self, per_cell: bool = False) -> Any:
        """Events per cell and unit of the model's time: the mean over cells, or of each cell.

        A model in milliseconds gives events per millisecond; times 1000 that is hertz.
        """
        if self.window is None or not self.window[1] > self.window[0]:
            raise ArgumentError("These events have no duration, so they have no rate.")
        duration = self.window[1] - self.window[0]
        if per_cell:
            return self.count(per_cell=True) / duration
        return self.count() / (duration * max(1, self.n_cells))

    def of(self, index: int | tuple[int, ...]) -> np.ndarray:
        """Times of one cell, one for each event: its flat index, or its index in the ensemble (a tuple)."""
        if isinstance(index, tuple):
            if len(index) != len(self.ensemble_shape):
                raise ArgumentError(f"{index} has {len(index)} indices; the ensemble's shape is {self.ensemble_shape}.")
            index = tuple(map(self._whole, index))
            try:
                flat = int(np.ravel_multi_index(index, self.ensemble_shape)) if index else 0
            except ValueError as error:
                raise ArgumentError(f"{index} is outside the ensemble of shape {self.ensemble_shape}.") from error
        else:
            flat = self._whole(index)
            if not -self.n_cells <= flat < self.n_cells:
                raise ArgumentError(f"There is no cell {flat}: the run has {self.n_cells}.")
            flat %= self.n_cells
        own = np.asarray(self.index) == flat
        times: np.ndarray = np.asarray(self.t)[own]
        return times if self.multiplicity is None else np.repeat(times, self.count[own])

    @staticmethod
    def _whole(index: Any) -> int:
        """A place among the cells as a whole number."""
        if isinstance(index, bool | np.bool_) or not hasattr(index, "__index__"):
            raise ArgumentError(f"A cell has a whole number, or one for each axis of the ensemble, not {index!r:.40}.")
        try:
            return operator.index(index)
        except TypeError:
            raise ArgumentError(f"A cell has a whole number, not {index!r:.40}.") from None


class Events(dict[str, EventTrain]):
    """Event trains by name; a wrong name says which events there are."""

    @in_words("events")
    def __getitem__(self, name: str) -> EventTrain:
        return super().__getitem__(spelled(name))

    def __missing__(self, name: object) -> EventTrain:
        if not self:
            message = f"There is no event '{name}': the model has no events."
            raise UnknownEventError(message, advice="Write one in the model: when V > 0 as spike: ...")
        known = ", ".join(self)
        raise UnknownEventError(f"There is no event '{name}'. Events: {known}.", advice=did_you_mean(str(name), self))

    @classmethod
    def of_run(
        cls, trains: Mapping[str, EventTrain], ensemble_shape: tuple[int, ...], window: tuple[float, float] | None
    ) -> Events:
        """The trains of a run, each told the run's ensemble and duration where it does not know them."""
        events = cls(trains)
        for train in events.values():
            if not train.ensemble_shape:
                train.ensemble_shape = tuple(ensemble_shape)
            if train.window is None:
                train.window = window
        return events
