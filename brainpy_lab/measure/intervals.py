"""Intervals between the spikes of a cell, and how they vary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.measure.reading import by_cell, of_spikes, per_cell
from brainpy_lab.networks.arguments import real
from brainpy_lab.simulation.solution.events import EventTrain

if TYPE_CHECKING:
    import xarray


@of_spikes
def isi(train: EventTrain) -> xarray.DataArray:
    """Inter-spike intervals of all cells, in ms.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.

    Returns
    -------
    xarray.DataArray (interval)
        Sorted by cell, then time; the coordinate ``cell`` says whose they are.

    Examples
    --------
    >>> found = isi([1.0, 2.0, 4.0, 9.0], [0, 1, 0, 1], size=2)
    >>> found.values, found.cell.values
    (array([3., 7.]), array([0, 1]))
    """
    import xarray

    gaps, cells = _gaps(train)
    return xarray.DataArray(gaps, {"cell": ("interval", cells)}, ["interval"], name="isi", attrs={"units": "ms"})


@of_spikes
def cv(train: EventTrain) -> Any:
    """Coefficient of variation of the inter-spike intervals: standard deviation by mean, no unit.

    1 for a Poisson process, ``1/sqrt(k)`` for a gamma process of order k, 0 for a clock. The deviation is that of the
    intervals at hand (divided by n, not n - 1), as in elephant and SciPy's ``variation``.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.

    Returns
    -------
    array of the cells' shape, or a number for one cell
        nan for a cell with fewer than two intervals.

    Examples
    --------
    >>> cv([0.0, 1.0, 4.0])
    np.float64(0.5)
    """
    gaps, cells = _gaps(train)
    n = np.bincount(cells, minlength=train.n_cells)
    mean = _mean(gaps, cells, train.n_cells)
    variance = _mean((gaps - mean[cells]) ** 2, cells, train.n_cells)
    known = (n >= 2) & (mean > 0)
    return per_cell(train, np.divide(np.sqrt(variance), mean, where=known, out=np.full(train.n_cells, np.nan)))


@of_spikes
def cv2(train: EventTrain) -> Any:
    """CV2: the mean of ``2 |I[i+1] - I[i]| / (I[i+1] + I[i])`` over adjacent inter-spike intervals, no unit.

    1 for a Poisson process, whatever slow change its rate has (Holt, Softky, Koch and Douglas 1996,
    doi:10.1152/jn.1996.75.5.1806). Two intervals of no length count as equal.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.

    Returns
    -------
    array of the cells' shape, or a number for one cell
        nan for a cell with fewer than two intervals.

    Examples
    --------
    >>> cv2([0.0, 1.0, 4.0])
    np.float64(1.0)
    """
    first, second, cells = _adjacent(train)
    return per_cell(train, _mean(2 * np.abs(_contrast(first, second)), cells, train.n_cells))


@of_spikes
def local_variation(train: EventTrain, refractory: float = 0.0) -> Any:
    """Local variation: the mean of ``3 ((I[i+1] - I[i]) / (I[i+1] + I[i]))**2``, no unit.

    1 for a Poisson process, 0 for a clock, above 1 for bursts: Lv of Shinomoto, Shima and Tanji 2003
    (doi:10.1162/089976603322518759). With a refractory time R each term is multiplied by ``1 + 4R/(I[i+1] + I[i])``:
    LvR of Shinomoto et al. 2009 (doi:10.1371/journal.pcbi.1000433), who take 5 ms.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    refractory : float
        R in ms; 0 gives Lv.

    Returns
    -------
    array of the cells' shape, or a number for one cell
        nan for a cell with fewer than two intervals.

    Examples
    --------
    >>> local_variation([0.0, 1.0, 4.0])
    np.float64(0.75)
    """
    first, second, cells = _adjacent(train)
    terms = 3 * _contrast(first, second) ** 2
    held = real("local_variation", "refractory", refractory, 0.0)
    if held:
        whole = first + second
        terms *= 1 + np.divide(4 * held, whole, where=whole > 0, out=np.zeros_like(whole))
    return per_cell(train, _mean(terms, cells, train.n_cells))


def _gaps(train: EventTrain) -> tuple[np.ndarray, np.ndarray]:
    """Intervals and their cells, sorted by cell, then time."""
    times, cells = by_cell(train)
    same = cells[1:] == cells[:-1]
    return np.diff(times)[same], cells[1:][same]


def _adjacent(train: EventTrain) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each interval, the one behind it of the same cell, and the cell."""
    gaps, cells = _gaps(train)
    same = cells[1:] == cells[:-1]
    return gaps[:-1][same], gaps[1:][same], cells[1:][same]


def _contrast(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Difference by sum; 0 where both are 0."""
    whole = first + second
    contrast: np.ndarray = np.divide(second - first, whole, where=whole > 0, out=np.zeros_like(whole))
    return contrast


def _mean(values: np.ndarray, cells: np.ndarray, n_cells: int) -> np.ndarray:
    """Mean of each cell's values; nan for a cell that has none."""
    n = np.bincount(cells, minlength=n_cells)
    sums = np.bincount(cells, weights=values, minlength=n_cells)
    mean: np.ndarray = np.divide(sums, n, where=n > 0, out=np.full(n_cells, np.nan))
    return mean
