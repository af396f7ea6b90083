"""Firing rates: of each cell, of a population, and smoothed in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.measure.bins import cell_dimensions, centres, dense_counts, pooled_counts
from brainpy_lab.measure.kernels import weights
from brainpy_lab.measure.reading import of_spikes, per_cell, window_of
from brainpy_lab.networks.arguments import above_zero, truth
from brainpy_lab.simulation.solution.events import EventTrain

if TYPE_CHECKING:
    import xarray

#: Milliseconds in a second: spikes per ms times this are Hz.
HZ = 1000.0


@of_spikes
def rate(train: EventTrain) -> Any:
    """Mean firing rate of each cell over the window, in Hz.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.

    Returns
    -------
    array of the cells' shape, or a number for one cell
        Spikes per second; 0 for a silent cell. ``.mean()`` is the rate of the population.

    Examples
    --------
    >>> rate([10.0, 20.0, 30.0], [0, 1, 0], size=3, t_stop=100.0)
    array([20., 10.,  0.])
    """
    start, stop = window_of("rate", train)
    return per_cell(train, np.bincount(train.index, minlength=train.n_cells) * (HZ / (stop - start)))


@of_spikes
def population_rate(
    train: EventTrain, bin: float = 1.0, kernel: str | None = None, sigma: float | None = None, border: bool = True
) -> xarray.DataArray:
    """Rate of a population in time: spikes per cell and second.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    bin : float
        Length of a bin in ms.
    kernel, sigma, border
        As in `smoothed_rate`; without a kernel the counts are not smoothed.

    Returns
    -------
    xarray.DataArray (time)
        Hz; ``time`` is the middle of the bins, in ms.

    Examples
    --------
    >>> population_rate([1.0, 2.0, 2.0, 4.0], [0, 0, 1, 1], size=2, bin=2.0, t_stop=4.0).values
    array([750., 250.])
    """
    counts = pooled_counts("population_rate", train, bin)
    values = counts * (HZ / (bin * train.n_cells))
    if kernel is not None or sigma is not None:
        values = _smoothed("population_rate", values, bin, "gaussian" if kernel is None else kernel, sigma, border)
    return _in_time(train, values, bin, [])


@of_spikes
def smoothed_rate(
    train: EventTrain, kernel: str = "gaussian", sigma: float = 20.0, bin: float = 1.0, border: bool = True
) -> xarray.DataArray:
    """Rate of each cell in time: its spikes, each replaced by a kernel of area 1.

    Kernels are told by their standard deviation, as in elephant: ``rectangular`` reaches ``sqrt(3)*sigma`` to either
    side, ``exponential`` decays with ``tau = sigma`` and ``alpha`` with ``tau = sigma/sqrt(2)``; the last two look back
    alone, so that a rate never rises before its spikes (Nawrot, Aertsen and Rotter 1999,
    doi:10.1016/S0165-0270(99)00127-2). Spikes are counted in bins first, and a kernel's mass in each bin is exact.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    kernel : 'gaussian', 'rectangular', 'exponential' or 'alpha'
    sigma : float
        Standard deviation of the kernel in ms.
    bin : float
        Time step of the result in ms.
    border : bool
        Whether rates near both ends are divided by the part of the kernel that lies within the record. Otherwise they
        come out too low there (elephant's default).

    Returns
    -------
    xarray.DataArray (time, *cells)
        Hz; ``time`` is the middle of the bins, in ms.

    Examples
    --------
    >>> smoothed = smoothed_rate([50.0], sigma=5.0, t_stop=100.0)
    >>> round(float(smoothed.sum()), 6)      # one spike: Hz times bins of 1 ms
    1000.0
    """
    counts = dense_counts("smoothed_rate", train, bin, room=80.0)
    values = _smoothed("smoothed_rate", counts * (HZ / bin), bin, kernel, sigma, border)
    return _in_time(train, values.reshape(len(values), *train.ensemble_shape), bin, cell_dimensions(train))


def _smoothed(owner: str, values: np.ndarray, bin: float, kernel: object, sigma: Any, border: Any) -> np.ndarray:
    """``values`` (n_bins, ...) under a kernel, along time."""
    from scipy.signal import oaconvolve

    n_bins = len(values)
    width = above_zero(owner, "sigma", sigma)
    if width > n_bins * bin:
        raise ArgumentError(f"{owner}: sigma is {width:g} ms, and the record has {n_bins * bin:g} ms.")
    mass, n_before = weights(kernel, width, bin)
    column = mass.reshape(-1, *(1,) * (values.ndim - 1))
    smooth = oaconvolve(values, column, axes=0)[n_before : n_before + n_bins]
    smooth = np.maximum(smooth, 0.0)  # sums by Fourier transform carry rounding of either sign
    if truth(owner, "border", border):
        reached = np.concatenate([[0.0], np.cumsum(mass)])  # bin i hears of bins i + n_before - k
        here = np.arange(n_bins) + n_before
        inside = reached[np.minimum(here + 1, len(mass))] - reached[np.clip(here - n_bins + 1, 0, len(mass))]
        smooth /= inside.reshape(-1, *(1,) * (values.ndim - 1))
    return smooth


def _in_time(train: EventTrain, values: np.ndarray, bin: float, cells: list[str]) -> xarray.DataArray:
    import xarray

    time = ("time", centres(train, bin, len(values)), {"units": "ms"})
    return xarray.DataArray(values, {"time": time}, ["time", *cells], name="rate", attrs={"units": "Hz"})
