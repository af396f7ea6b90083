"""Events of a run: when, and in which cell."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean, in_words
from brainpy_lab.simulation.by_name import spelled


class UnknownEventError(ArgumentError, KeyError):
    """A run has no event of this name."""


@dataclass(eq=False)
class EventTrain:
    """The times at which an event happened, sorted, and the cell it happened in.

    Parameters
    ----------
    t : array (n_events,)
        Times, in the model's unit of time, rising.
    index : array of int (n_events,)
        Which cell: its place in the ensemble and, of an array state, among its elements, counted flat (0 in a single
        run).
    ensemble_shape : tuple of int
        Shape of the ensemble, then of the array state; ``()`` is a single run.
    window : (float, float), optional
        Start and end of the observation, for rates.

    Examples
    --------
    >>> train = EventTrain(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 0]), (2,), (0.0, 10.0))
    >>> train.of(0)
    array([1., 4.])
    >>> train.rate(per_cell=True)
    array([0.2, 0.1])
    """

    t: Any
    index: Any
    ensemble_shape: tuple[int, ...] = ()
    window: tuple[float, float] | None = field(default=None)

    @staticmethod
    def of_found(t: np.ndarray, index: np.ndarray, shape: tuple[int, ...]) -> EventTrain:
        """Events in the order in which they were found, sorted by time, then cell."""
        order = np.lexsort((index, t))
        return EventTrain(t[order], index[order], shape)

    def __len__(self) -> int:
        return len(self.t)

    def __repr__(self) -> str:
        return f"EventTrain({len(self)} events in {self.n_cells} cell{'s' if self.n_cells != 1 else ''})"

    @property
    def n_cells(self) -> int:
        """Number of cells the events come from."""
        return int(np.prod(self.ensemble_shape, dtype=int))

    def count(self, per_cell: bool = False) -> Any:
        """Number of events: of all cells together (int), or of each (array of the ensemble's shape)."""
        if not per_cell:
            return len(self)
        counts = np.bincount(np.asarray(self.index, dtype=np.intp), minlength=self.n_cells)
        return counts.reshape(self.ensemble_shape)

    def rate(self, per_cell: bool = False) -> Any:
        """Events per cell and unit of the model's time: the mean over cells, or of each cell.

        A model in milliseconds gives events per millisecond; times 1000 that is hertz.
        """
        if self.window is None or not self.window[1] > self.window[0]:
            raise ArgumentError("These events have no duration, so they have no rate.")
        duration = self.window[1] - self.window[0]
        if per_cell:
            return self.count(per_cell=True) / duration
        return len(self) / (duration * max(1, self.n_cells))

    def of(self, index: int | tuple[int, ...]) -> np.ndarray:
        """Times of one cell: its flat index, or its index in the ensemble (a tuple)."""
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
        times: np.ndarray = np.asarray(self.t)[np.asarray(self.index) == flat]
        return times

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
