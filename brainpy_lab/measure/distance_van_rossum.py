"""Van Rossum's distance between spike trains."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from brainpy_lab.errors import in_words
from brainpy_lab.measure.reading import spikes
from brainpy_lab.networks.arguments import above_zero


@in_words("van_rossum")
def van_rossum(
    a: Any, b: Any, *, tau: float = 10.0, t_start: float | None = None, t_stop: float | None = None
) -> float:
    """Van Rossum's distance of two spike trains, no unit.

    ``D**2`` is the integral of ``(f - g)**2 / tau``, where each spike adds ``exp(-(t - t_i)/tau)`` to f or g. One spike
    more gives ``D**2 = 1/2``, and two spikes d apart ``1 - exp(-d/tau)``, as in the paper (van Rossum 2001,
    doi:10.1162/089976601300014321); elephant's distance is ``sqrt(2)`` times as large. The integral runs beyond the end
    of the record. The work goes with the number of spikes.

    Parameters
    ----------
    a, b : EventTrain, Solution, or array of times in ms
        As in `spikes`; spikes of all cells are pooled.
    tau : float
        Time constant in ms: much shorter, and D counts spikes that do not coincide; much longer, and it compares their
        numbers.
    t_start, t_stop : float, optional
        As in `spikes`.

    Returns
    -------
    float
        D.

    Examples
    --------
    >>> round(van_rossum([10.0], [15.0], tau=10.0)**2, 6)       # 1 - exp(-1/2)
    0.393469
    """
    width = above_zero("van_rossum", "tau", tau)
    first, second = (spikes(train, t_start=t_start, t_stop=t_stop).t for train in (a, b))
    times = np.concatenate([first, second]) / width
    sign = np.repeat([1.0, -1.0], [len(first), len(second)])
    order = np.argsort(times, kind="stable")
    times, sign = times[order], sign[order]
    if not len(times):
        return 0.0
    # the integral of the product of two kernels is exp(-distance)/2
    squared = 0.5 * len(times) + float(sign @ _earlier(times, sign))
    return float(np.sqrt(max(squared, 0.0)))


def _earlier(times: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """For each spike the sum of ``sign*exp(-distance)`` over those before it."""
    steps = zip(sign[:-1].tolist(), np.exp(-np.diff(times)).tolist(), strict=True)
    sums = accumulate(steps, lambda before, step: (before + step[0]) * step[1], initial=0.0)
    return np.fromiter(sums, float, len(times))
