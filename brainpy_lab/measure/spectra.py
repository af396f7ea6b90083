"""Power spectra and coherence by Welch's method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.measure.rates import HZ
from brainpy_lab.measure.traces import Traces, read_traces, same_times
from brainpy_lab.networks.arguments import above_zero

if TYPE_CHECKING:
    import xarray


@in_words("power_spectrum")
def power_spectrum(trace: Any, *, dt: float | None = None, segment: float | None = None) -> xarray.DataArray:
    """Power spectral density by Welch's method: Hann windows that overlap by half, each freed of its mean.

    The area under the density is the variance of the trace. Source: Welch 1967 (doi:10.1109/TAU.1967.1161901); computed
    by ``scipy.signal.welch``. Of spikes, give `population_rate` or `counts`.

    Parameters
    ----------
    trace : array (n_times, ...) or xarray.DataArray with a coordinate ``time``
        Time first: ``sol.V``, ``population_rate(...)``, ``sol.to_xarray()["V"]``.
    dt : float, optional
        Time step of an array in ms.
    segment : float, optional
        Length of a segment in ms: frequencies are ``1000/segment`` Hz apart. Eight segments fit into the record unless
        said otherwise.

    Returns
    -------
    xarray.DataArray (frequency, ...)
        ``frequency`` in Hz; values in the trace's unit squared per Hz.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(0.0, 4000.0, 1.0)
    >>> found = power_spectrum(np.sin(2*np.pi*0.040*t), dt=1.0, segment=500.0)      # 40 cycles a second
    >>> float(found.idxmax())
    40.0
    """
    from scipy.signal import welch

    traces = read_traces("power_spectrum", trace, dt)
    n = _segment("power_spectrum", traces, segment, least=1)
    frequencies, power = welch(traces.values, fs=HZ / traces.dt, nperseg=n, axis=0)
    return _by_frequency(frequencies, power, traces, "power", "unit^2/Hz")


@in_words("coherence")
def coherence(first: Any, second: Any, *, dt: float | None = None, segment: float | None = None) -> xarray.DataArray:
    """Magnitude-squared coherence of two traces by Welch's method, from 0 to 1.

    Of n segments it is about 1/n where the traces have nothing in common, and of one segment it is 1 whatever they are:
    at least two are asked for. Source: Carter, Knapp and Nuttall 1973 (doi:10.1109/TAU.1973.1162496); computed by
    ``scipy.signal.coherence``.

    Parameters
    ----------
    first, second : array (n_times, ...) or xarray.DataArray with a coordinate ``time``
        Traces at the same times.
    dt, segment
        As in `power_spectrum`.

    Returns
    -------
    xarray.DataArray (frequency, ...)
        ``frequency`` in Hz; nan where a trace has no power.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(1).normal(size=4000)
    >>> bool((coherence(x, -2*x, dt=1.0) > 1 - 1e-9).all())
    True
    """
    from scipy.signal import coherence as welch_coherence

    one, other = (read_traces("coherence", trace, dt) for trace in (first, second))
    same_times("coherence", one, other)
    n = _segment("coherence", one, segment, least=2)
    with np.errstate(invalid="ignore", divide="ignore"):  # no power: the nan that is promised
        frequencies, values = welch_coherence(one.values, other.values, fs=HZ / one.dt, nperseg=n, axis=0)
    return _by_frequency(frequencies, values, one, "coherence", "1")


def _segment(owner: str, traces: Traces, segment: Any, least: int) -> int:
    """Values in a segment, so that ``least`` of them fit into the record."""
    n_times = len(traces.values)
    eighth = int(n_times / 4.5)  # overlapping by half
    n = eighth if segment is None else round(above_zero(owner, "segment", segment) / traces.dt)
    longest = n_times if least == 1 else int(n_times / (1 + (least - 1) / 2))
    if not 2 <= n <= longest:
        raise ArgumentError(
            f"{owner}: a segment of {n * traces.dt:g} ms; it has two values at least and, "
            f"for {'one' if least == 1 else 'two'} in the record, {longest * traces.dt:g} ms at most.",
            advice="Give another segment=, or a longer record.",
        )
    return n


def _by_frequency(
    frequencies: np.ndarray, values: np.ndarray, traces: Traces, name: str, units: str
) -> xarray.DataArray:
    import xarray

    frequency = ("frequency", frequencies, {"units": "Hz"})
    return xarray.DataArray(
        values, {"frequency": frequency}, ["frequency", *traces.axes], name=name, attrs={"units": units}
    )
