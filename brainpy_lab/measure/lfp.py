"""Proxies of the local field potential: what networks of point neurons have in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.measure.traces import read_traces, same_times
from brainpy_lab.networks.arguments import real

if TYPE_CHECKING:
    import xarray


@in_words("lfp_mean_potential")
def lfp_mean_potential(potential: Any, *, dt: float | None = None) -> xarray.DataArray:
    """LFP proxy: the mean membrane potential of the cells, in the unit of the potential.

    The simplest of the proxies that Mazzoni et al. 2015 (doi:10.1371/journal.pcbi.1004584) compare, and one that misses
    much of the LFP; `lfp_weighted_sum` is theirs.

    Parameters
    ----------
    potential : array (n_times, n_cells) or xarray.DataArray with a coordinate ``time``
    dt : float, optional
        Time step of an array in ms.

    Returns
    -------
    xarray.DataArray (time)
        ``time`` in ms.

    Examples
    --------
    >>> lfp_mean_potential([[-60.0, -70.0], [-50.0, -70.0]], dt=0.1).values
    array([-65., -60.])
    """
    traces = read_traces("lfp_mean_potential", potential, dt)
    return _in_time(traces.flat.mean(axis=1), traces.time)


@in_words("lfp_summed_currents")
def lfp_summed_currents(*currents: Any, dt: float | None = None) -> xarray.DataArray:
    """LFP proxy: the sum of the absolute values of all synaptic currents, in their unit.

    Currents of either sign make dipoles that add (Mazzoni et al. 2008, doi:10.1371/journal.pcbi.1000239).

    Parameters
    ----------
    *currents : arrays (n_times, n_cells) or xarray.DataArray with a coordinate ``time``
        One for each kind of synapse: the absolute value is that of each, before they are added.
    dt : float, optional
        Time step of arrays in ms.

    Returns
    -------
    xarray.DataArray (time)
        ``time`` in ms.

    Examples
    --------
    >>> lfp_summed_currents([[1.0, 2.0], [0.0, 1.0]], [[-3.0, 0.0], [-1.0, -1.0]], dt=0.1).values
    array([6., 3.])
    """
    if not currents:
        raise ArgumentError("lfp_summed_currents: there are no currents.", advice="Give one for each kind of synapse.")
    read = [read_traces("lfp_summed_currents", current, dt) for current in currents]
    for other in read[1:]:
        same_times("lfp_summed_currents", read[0], other)
    total = np.sum([np.abs(traces.flat).sum(axis=1) for traces in read], axis=0)
    return _in_time(total, read[0].time)


@in_words("lfp_weighted_sum")
def lfp_weighted_sum(
    ampa: Any, gaba: Any, *, dt: float | None = None, delay: float = 6.0, alpha: float = 1.65
) -> xarray.DataArray:
    """LFP proxy: the weighted sum of AMPA and GABA currents onto pyramidal cells, in their unit.

    ``sum(I_AMPA(t - delay)) - alpha*sum(I_GABA(t))``, with currents of opposite signs: the reference weighted sum of
    Mazzoni et al. 2015 (doi:10.1371/journal.pcbi.1004584), which explains about 90 % of the variance of the LFP of
    their three-dimensional network. They bring both proxy and LFP to mean 0 and variance 1.

    Parameters
    ----------
    ampa, gaba : array (n_times, n_cells) or xarray.DataArray with a coordinate ``time``
        Synaptic currents of the pyramidal cells with their signs.
    dt : float, optional
        Time step of arrays in ms.
    delay : float
        By how much AMPA currents are late, in ms; it is rounded to whole steps.
    alpha : float
        Weight of the GABA currents.

    Returns
    -------
    xarray.DataArray (time)
        ``time`` in ms; it begins ``delay`` behind the record.

    Examples
    --------
    >>> lfp_weighted_sum([1.0, 2.0, 3.0], [-1.0, -1.0, -2.0], dt=6.0).values
    array([2.65, 5.3 ])
    """
    read = [read_traces("lfp_weighted_sum", current, dt) for current in (ampa, gaba)]
    same_times("lfp_weighted_sum", *read)
    sums = [traces.flat.sum(axis=1) for traces in read]
    if sums[0].mean() * sums[1].mean() > 0:
        raise ArgumentError(
            "lfp_weighted_sum: the AMPA and the GABA currents have the same sign.",
            advice="Give them with the signs that they have in dV/dt: if both are sizes, give -gaba.",
        )
    step = read[0].dt
    late = round(real("lfp_weighted_sum", "delay", delay, 0.0) / step)
    if late >= len(sums[0]):
        raise ArgumentError(f"lfp_weighted_sum: the record of {len(sums[0]) * step:g} ms is shorter than the delay.")
    values = sums[0][: len(sums[0]) - late] - real("lfp_weighted_sum", "alpha", alpha) * sums[1][late:]
    return _in_time(values, read[0].time[late:])


def _in_time(values: np.ndarray, time: np.ndarray) -> xarray.DataArray:
    import xarray

    return xarray.DataArray(values, {"time": ("time", time, {"units": "ms"})}, ["time"], name="lfp")
