"""Correlograms: how often spikes follow other spikes at a given lag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean, in_words
from brainpy_lab.measure.bins import binned
from brainpy_lab.measure.rates import HZ
from brainpy_lab.measure.reading import of_spikes, two_trains
from brainpy_lab.networks.arguments import above_zero
from brainpy_lab.networks.room import check_room
from brainpy_lab.simulation.solution.events import EventTrain

if TYPE_CHECKING:
    import xarray

_FORMS = ("rate", "counts", "coefficient")

#: Pairs that are looked at one by one; of more, counts in all bins are multiplied by Fourier transform.
_MOST_PAIRS = 2e7


@in_words("cross_correlogram")
def cross_correlogram(
    a: Any,
    b: Any,
    *,
    bin: float = 1.0,
    max_lag: float = 50.0,
    form: str = "rate",
    t_start: float | None = None,
    t_stop: float | None = None,
) -> xarray.DataArray:
    """Cross-correlogram: spikes of ``b`` around spikes of ``a``, by lag; positive lags are those of ``b`` later.

    Spikes are counted in bins first, and the lag of two spikes is the difference of their bins, as in elephant's
    ``cross_correlation_histogram``: the correlogram of b and a is that of a and b reversed.
    Source: Perkel, Gerstein and Moore 1967 (doi:10.1016/S0006-3495(67)86597-4).

    Parameters
    ----------
    a, b : EventTrain, Solution, or array of times in ms
        As in `spikes`; spikes of all cells are pooled. ``sol.events["spike"].of(3)`` gives those of one.
    bin : float
        Length of a bin in ms.
    max_lag : float
        Largest lag in ms, at most the record.
    form : 'rate', 'counts' or 'coefficient'
        ``rate``: spikes of ``b`` per second at a lag from a spike of ``a``, in Hz, corrected for the lags that lead out
        of the record; the mean rate of ``b`` where the two are independent. ``counts``: pairs. ``coefficient``: the
        correlation of the counts, from -1 to 1, over the bins that both reach.
    t_start, t_stop : float, optional
        As in `spikes`.

    Returns
    -------
    xarray.DataArray (lag)
        ``lag`` in ms. nan where ``a`` has no spikes (rate), or counts do not change (coefficient).

    Examples
    --------
    >>> found = cross_correlogram([10.0, 30.0], [12.0, 32.0], max_lag=3.0, form="counts", t_stop=40.0)
    >>> found.values
    array([0, 0, 0, 0, 0, 2, 0])
    """
    first, second = two_trains("cross_correlogram", a, b, t_start, t_stop)
    _check_form("cross_correlogram", form)
    x, _, n_bins = binned("cross_correlogram", first, bin)
    y, _, _ = binned("cross_correlogram", second, bin)
    n_lags = _lags("cross_correlogram", max_lag, bin, n_bins)
    pairs = _pairs(x, y, n_bins, n_lags)
    if form == "coefficient":
        return _by_lag(_coefficient(x, y, n_bins, pairs), bin, n_lags, form)
    return _by_lag(_in_form(form, pairs, len(x), bin, n_bins), bin, n_lags, form)


@of_spikes
def autocorrelogram(train: EventTrain, bin: float = 1.0, max_lag: float = 50.0, form: str = "rate") -> xarray.DataArray:
    """Autocorrelogram: spikes around other spikes of the same cell, by lag, summed over the cells.

    Lags and forms are those of `cross_correlogram`; a spike is no pair with itself. Pairs are looked up in each cell's
    own spikes: of several cells the work goes with the spikes times the most that a cell has within ``max_lag``.
    Source: Perkel, Gerstein and Moore 1967 (doi:10.1016/S0006-3495(67)86596-2).

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    bin : float
        Length of a bin in ms.
    max_lag : float
        Largest lag in ms, at most the record.
    form : 'rate' or 'counts'
        ``rate``: Hz, the mean rate of a cell's spikes where they are independent. ``counts``: ordered pairs.

    Returns
    -------
    xarray.DataArray (lag)
        Symmetric; ``lag`` in ms. nan where there are no spikes (rate).

    Examples
    --------
    >>> autocorrelogram([10.0, 12.0, 14.0], max_lag=4.0, bin=2.0, form="counts", t_stop=20.0).values
    array([1, 2, 0, 2, 1])
    """
    _check_form("autocorrelogram", form, _FORMS[:2])
    places, cells, n_bins = binned("autocorrelogram", train, bin)
    n_lags = _lags("autocorrelogram", max_lag, bin, n_bins)
    if train.n_cells == 1:
        pairs = _pairs(places, places, n_bins, n_lags)
        pairs[n_lags] -= len(places)  # of each spike with itself
    else:
        pairs = _pairs_within_cells(places, cells, n_lags)
    return _by_lag(_in_form(form, pairs, len(places), bin, n_bins), bin, n_lags, form)


def _pairs_within_cells(places: np.ndarray, cells: np.ndarray, n_lags: int) -> np.ndarray:
    """Ordered pairs of spikes of one cell by the difference of their bins."""
    order = np.argsort(cells, kind="stable")
    places, cells = places[order], cells[order]
    found = np.zeros(n_lags + 1, dtype=np.int64)
    earlier = np.arange(len(places))
    for ahead in range(1, len(places)):  # each spike and the one so many places behind it, while any are near
        earlier = earlier[: np.searchsorted(earlier, len(places) - ahead)]
        lags = places[earlier + ahead] - places[earlier]
        near = (cells[earlier + ahead] == cells[earlier]) & (lags <= n_lags)
        earlier = earlier[near]  # a spike whose neighbour is too far has none nearer behind it
        if not earlier.size:
            break
        found += np.bincount(lags[near], minlength=n_lags + 1)
    return np.concatenate([found[:0:-1], [2 * found[0]], found[1:]])


def _check_form(owner: str, form: object, forms: tuple[str, ...] = _FORMS) -> None:
    if form not in forms:
        advice = did_you_mean(str(form), forms) or f"Forms: {', '.join(forms)}."
        raise ArgumentError(f"{owner}: there is no form {form!r:.40}.", advice=advice)


def _lags(owner: str, max_lag: Any, bin: float, n_bins: int) -> int:
    n_lags = int(above_zero(owner, "max_lag", max_lag) / bin + 1e-6)
    if n_lags < 1 or n_lags >= n_bins:
        raise ArgumentError(
            f"{owner}: max_lag is {max_lag:g} ms; it is at least a bin of {bin:g} ms, "
            f"and below the record of {n_bins * bin:g} ms."
        )
    return n_lags


def _pairs(x: np.ndarray, y: np.ndarray, n_bins: int, n_lags: int) -> np.ndarray:
    """Number of pairs of the rising bins ``x`` and ``y`` by lag, from -n_lags to n_lags."""
    low = np.searchsorted(y, x - n_lags, side="left")
    found = np.searchsorted(y, x + n_lags, side="right") - low
    if found.sum() > _MOST_PAIRS:
        check_room(f"Counts in {n_bins:,} bins", 48.0 * n_bins, "Take a larger bin.")
        return _pairs_by_counts(np.bincount(x, minlength=n_bins), np.bincount(y, minlength=n_bins), n_lags)
    nearest = np.arange(found.sum()) + np.repeat(low - np.cumsum(found) + found, found)
    lags = y[nearest] - np.repeat(x, found)
    return np.bincount(lags + n_lags, minlength=2 * n_lags + 1)


def _pairs_by_counts(x: np.ndarray, y: np.ndarray, n_lags: int) -> np.ndarray:
    """Sums of ``x[i]*y[i + lag]``, block by block: whole numbers small enough that rounding loses no pair."""
    from scipy.signal import oaconvolve

    block = 2**16
    pairs = np.zeros(2 * n_lags + 1)
    padded = np.pad(y, n_lags).astype(float)
    for first in range(0, len(x), block):
        part = x[first : first + block].astype(float)
        around = padded[first : first + len(part) + 2 * n_lags]
        pairs += np.rint(oaconvolve(around, part[::-1], mode="valid"))
    return pairs.astype(np.int64)


def _in_form(form: str, pairs: np.ndarray, n_spikes: int, bin: float, n_bins: int) -> np.ndarray:
    if form == "counts":
        return pairs
    if not n_spikes:
        return np.full(len(pairs), np.nan)
    n_lags = len(pairs) // 2
    reached = 1 - np.abs(np.arange(-n_lags, n_lags + 1)) / n_bins  # the part of the record that has a bin at this lag
    return pairs * (HZ / (bin * n_spikes)) / reached


def _coefficient(x: np.ndarray, y: np.ndarray, n_bins: int, pairs: np.ndarray) -> np.ndarray:
    """Covariance over the bins that overlap at each lag, by the deviations of the whole trains."""
    n_lags = len(pairs) // 2
    lags = np.arange(-n_lags, n_lags + 1)
    part_x = _between(x, np.maximum(0, -lags), np.minimum(n_bins, n_bins - lags))
    part_y = _between(y, np.maximum(0, lags), np.minimum(n_bins, n_bins + lags))
    mean_x, mean_y = len(x) / n_bins, len(y) / n_bins
    covariance = (pairs - mean_y * part_x - mean_x * part_y) / (n_bins - np.abs(lags)) + mean_x * mean_y
    scale = np.sqrt(_variance(x, n_bins) * _variance(y, n_bins))
    return covariance / scale if scale > 0 else np.full(len(pairs), np.nan)


def _between(places: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Number of rising ``places`` from ``first`` to before ``end``."""
    return np.searchsorted(places, end) - np.searchsorted(places, first)


def _variance(places: np.ndarray, n_bins: int) -> float:
    """Variance of the counts in all bins."""
    _, counts = np.unique(places, return_counts=True)
    mean = len(places) / n_bins
    return float((((counts - mean) ** 2).sum() + (n_bins - len(counts)) * mean**2) / n_bins)


def _by_lag(values: np.ndarray, bin: float, n_lags: int, form: str) -> xarray.DataArray:
    import xarray

    lag = ("lag", np.arange(-n_lags, n_lags + 1) * float(bin), {"units": "ms"})
    units = {"rate": "Hz", "counts": "pairs", "coefficient": "1"}[form]
    return xarray.DataArray(values, {"lag": lag}, ["lag"], name="correlogram", attrs={"units": units})
