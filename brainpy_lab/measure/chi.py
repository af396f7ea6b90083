"""Synchrony of a population."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.measure.traces import read_traces


@in_words("synchrony")
def synchrony(traces: Any) -> float:
    """Golomb and Rinzel's chi: the fluctuation of the population's mean by that of its cells, no unit.

    ``chi**2 = var(mean over cells) / mean over cells of var``: 1 where all cells do the same, about ``1/sqrt(N)`` for N
    independent ones. Sources: Golomb and Rinzel 1994 (doi:10.1016/0167-2789(94)90214-3); Golomb 2007
    (doi:10.4249/scholarpedia.1347), whose chi is the root that is given here.

    Parameters
    ----------
    traces : array (n_times, n_cells) or xarray.DataArray
        Time first: ``sol.V``. Of spikes, give `counts` or `smoothed_rate`.

    Returns
    -------
    float
        nan where no cell's trace changes.

    Examples
    --------
    >>> import numpy as np
    >>> wave = np.sin(np.arange(1000.0)/10)
    >>> round(synchrony(np.column_stack([wave, wave])), 12), round(synchrony(np.column_stack([wave, -wave])), 12)
    (1.0, 0.0)
    """
    flat = read_traces("synchrony", traces, needs_dt=False).flat
    if flat.shape[1] < 2:
        raise ArgumentError(
            "synchrony: one trace has no other to agree with.", advice="Give them as (n_times, n_cells)."
        )
    own = float(flat.var(axis=0).mean())
    return float(np.sqrt(flat.mean(axis=1).var() / own)) if own > 0 else float("nan")
