"""Spike counts in bins of equal length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.measure.reading import of_spikes, window_of
from brainpy_lab.networks.arguments import above_zero
from brainpy_lab.networks.room import check_room
from brainpy_lab.simulation.solution.events import EventTrain

if TYPE_CHECKING:
    import xarray

#: A time this part of a bin behind a border is at the border: times of steps carry rounding.
_ROUNDING = 1e-6


def binned(owner: str, train: EventTrain, bin: Any, name: str = "bin") -> tuple[np.ndarray, np.ndarray, int]:
    """The bin and the cell of each spike, and the number of bins.

    A bin holds its end and not its start. What is left of the record behind the last whole bin is left out.
    """
    width = above_zero(owner, name, bin)
    start, stop = window_of(owner, train)
    n_bins = int((stop - start) / width + _ROUNDING)
    if n_bins < 1:
        raise ArgumentError(f"{owner}: {name} is {width:g} ms, and the record has {stop - start:g} ms.")
    places = np.ceil((train.t - start) / width - _ROUNDING).astype(np.int64) - 1
    inside = places < n_bins
    return np.maximum(places[inside], 0), train.index[inside].astype(np.int64), n_bins


def centres(train: EventTrain, bin: float, n_bins: int) -> np.ndarray:
    """Times in the middle of the bins, in ms."""
    start, _ = window_of("bins", train)
    return start + (np.arange(n_bins) + 0.5) * bin


def cell_dimensions(train: EventTrain) -> list[str]:
    """Names of the axes of the cells."""
    n_axes = len(train.ensemble_shape)
    return ["cell"] if n_axes == 1 else [f"cell_{axis}" for axis in range(n_axes)]


def dense_counts(owner: str, train: EventTrain, bin: Any, room: float = 16.0) -> np.ndarray:
    """Counts (n_bins, n_cells); refused where they, and what is made of them, do not fit: ``room`` bytes each."""
    places, cells, n_bins = binned(owner, train, bin)
    n_cells = train.n_cells
    what = f"{owner}: counts of {n_cells:,} cells in {n_bins:,} bins"
    check_room(what, room * n_bins * n_cells, "Take a larger bin, or fewer cells.")
    counts = np.bincount(places * n_cells + cells, minlength=n_bins * n_cells)
    return counts.reshape(n_bins, n_cells)


def pooled_counts(owner: str, train: EventTrain, bin: Any) -> np.ndarray:
    """Counts of all cells together (n_bins,)."""
    places, _, n_bins = binned(owner, train, bin)
    check_room(f"{owner}: {n_bins:,} bins", 64.0 * n_bins, "Take a larger bin.")
    return np.bincount(places, minlength=n_bins)


@of_spikes
def counts(train: EventTrain, bin: float = 1.0) -> xarray.DataArray:
    """Spikes of each cell in bins of equal length.

    A bin holds its end and not its start, as a step of a run does; a last bin that is cut by the end of the record is
    left out.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    bin : float
        Length of a bin in ms.

    Returns
    -------
    xarray.DataArray (time, *cells) of int
        ``time`` is the middle of the bins, in ms.

    Examples
    --------
    >>> counts([0.5, 1.0, 1.2, 2.0], bin=1.0, t_stop=3.0).values
    array([2, 2, 0])
    """
    import xarray

    table = dense_counts("counts", train, bin)
    values = table.reshape(len(table), *train.ensemble_shape)
    time = ("time", centres(train, bin, len(table)), {"units": "ms"})
    return xarray.DataArray(values, {"time": time}, ["time", *cell_dimensions(train)], name="count")
