"""How spike counts vary: from window to window, and from cell to cell together."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.measure.bins import binned, dense_counts
from brainpy_lab.measure.reading import of_spikes, per_cell
from brainpy_lab.networks.room import check_room
from brainpy_lab.simulation.solution.events import EventTrain


@of_spikes
def fano(train: EventTrain, window: float = 100.0) -> Any:
    """Fano factor of each cell: variance by mean of its spike counts in windows, no unit.

    1 for a Poisson process. Windows follow one another over the record; what is left behind the last whole one is left
    out. The variance is divided by n - 1, so that few windows do not lower it; elephant's ``fanofactor`` divides by n,
    and takes counts of trials in place of windows (Fano 1947, doi:10.1103/PhysRev.72.26).

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    window : float
        Length of a window in ms; the record has to hold two.

    Returns
    -------
    array of the cells' shape, or a number for one cell
        nan for a cell without spikes.

    Examples
    --------
    >>> fano([1.0, 2.0, 3.0, 12.0], window=10.0, t_stop=20.0)       # counts 3 and 1
    np.float64(1.0)
    """
    mean, deviation, n_windows = _moments("fano", train, window, "window")
    if n_windows < 2:
        raise ArgumentError(
            "fano: the record holds one window, and one count has no variance.", advice="Take a shorter one."
        )
    variance = deviation**2 * (n_windows / (n_windows - 1))
    return per_cell(train, np.divide(variance, mean, where=mean > 0, out=np.full(train.n_cells, np.nan)))


@of_spikes
def correlation(train: EventTrain, bin: float = 50.0) -> np.ndarray:
    """Correlation of the spike counts of each two cells: Pearson's coefficient, no unit.

    Cohen and Kohn 2011 (doi:10.1038/nn.2842) say what it depends on, the length of the bins above all.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    bin : float
        Length of the bins in ms.

    Returns
    -------
    array (n_cells, n_cells)
        Cells counted flat. nan in the row and column of a cell whose count never changes.

    Examples
    --------
    >>> correlation([1.0, 2.0, 11.0, 21.0, 22.0], [0, 1, 1, 0, 1], size=2, bin=10.0, t_stop=30.0).shape
    (2, 2)
    """
    n_cells = _several("correlation", train)
    check_room(
        f"correlation: coefficients of {n_cells:,} cells",
        24.0 * n_cells**2,
        "mean_correlation needs no matrix of them.",
    )
    counts = dense_counts("correlation", train, bin).astype(float)
    counts -= counts.mean(axis=0)
    size = np.sqrt((counts**2).sum(axis=0))
    with np.errstate(invalid="ignore"):  # 0/0 of a cell whose count never changes is the nan that is promised
        counts /= size
    matrix: np.ndarray = counts.T @ counts
    np.clip(matrix, -1.0, 1.0, out=matrix)
    changing = np.flatnonzero(size > 0)
    matrix[changing, changing] = 1.0
    return matrix


@of_spikes
def mean_correlation(train: EventTrain, bin: float = 50.0) -> float:
    """Mean of `correlation` over all pairs of different cells, without making the matrix.

    The sum of all coefficients is the variance of the summed z-scores, so that the work goes with the spikes, not with
    the pairs. Cells whose count never changes are left out.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    bin : float
        Length of the bins in ms.

    Returns
    -------
    float
        nan where fewer than two cells have counts that change.

    Examples
    --------
    >>> round(mean_correlation([1.0, 2.0, 21.0, 22.0], [0, 1, 0, 1], size=2, bin=10.0, t_stop=30.0), 12)
    1.0
    """
    _several("mean_correlation", train)
    mean, deviation, n_bins = _moments("mean_correlation", train, bin, "bin")
    changing = deviation > 0
    n = int(changing.sum())
    if n < 2:
        return float("nan")
    check_room(f"mean_correlation: {n_bins:,} bins", 32.0 * n_bins, "Take a larger bin.")
    places, cells, _ = binned("mean_correlation", train, bin)
    weight = np.divide(1.0, deviation, where=changing, out=np.zeros_like(deviation))
    total = np.bincount(places, weights=weight[cells], minlength=n_bins) - (mean * weight).sum()
    return float((np.mean(total**2) - n) / (n * (n - 1)))


def _several(owner: str, train: EventTrain) -> int:
    if train.n_cells < 2:
        raise ArgumentError(f"{owner}: one cell has no other to be correlated with.")
    return train.n_cells


def _moments(owner: str, train: EventTrain, bin: Any, name: str) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean and standard deviation (divided by n) of each cell's counts, and the number of bins.

    Bins without spikes are never stored.
    """
    places, cells, n_bins = binned(owner, train, bin, name)
    keys, found = np.unique(cells * n_bins + places, return_counts=True)
    owners = keys // n_bins
    mean = np.bincount(cells, minlength=train.n_cells) / n_bins
    occupied = np.bincount(owners, minlength=train.n_cells)
    squares = np.bincount(owners, weights=(found - mean[owners]) ** 2, minlength=train.n_cells)
    variance = (squares + (n_bins - occupied) * mean**2) / n_bins
    return mean, np.sqrt(variance), n_bins
