"""Victor and Purpura's distance between spike trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, in_words
from brainpy_lab.measure.reading import spikes
from brainpy_lab.networks.arguments import real

#: Pairs of spikes near enough to be matched, beyond which it would take minutes.
_MOST = 5e9


@in_words("victor_purpura")
def victor_purpura(
    a: Any, b: Any, *, cost: float = 0.1, t_start: float | None = None, t_stop: float | None = None
) -> float:
    """Victor and Purpura's distance: the least cost of turning one spike train into the other, no unit.

    To add or delete a spike costs 1, to move it by d costs ``cost*d``. With cost 0 it is the difference of the numbers
    of spikes; with a large cost it is the number of spikes that do not coincide (Victor and Purpura 1996,
    doi:10.1152/jn.1996.76.2.1310; elephant gives the same number). Spikes more than ``2/cost`` apart are never matched,
    so that the work goes with the pairs that are nearer; more than 5 000 million are refused.

    Parameters
    ----------
    a, b : EventTrain, Solution, or array of times in ms
        As in `spikes`; spikes of all cells are pooled.
    cost : float
        Cost of moving a spike by 1 ms, per ms.
    t_start, t_stop : float, optional
        As in `spikes`.

    Returns
    -------
    float

    Examples
    --------
    >>> round(victor_purpura([10.0, 50.0], [12.0], cost=0.1), 12)      # a move by 2 ms, and one spike deleted
    1.2
    """
    price = real("victor_purpura", "cost", cost, 0.0)
    x, y = (spikes(train, t_start=t_start, t_stop=t_stop).t for train in (a, b))
    if not price:
        return float(abs(len(x) - len(y)))
    reach = 2.0 / price
    low = np.searchsorted(y, x - reach, side="left")
    high = np.searchsorted(y, x + reach, side="right")
    work = float((high - low).sum())
    if work > _MOST:
        raise ArgumentError(
            f"victor_purpura: {work:.2g} pairs of spikes are less than {reach:g} ms apart: too many to compare.",
            advice="Take shorter trains, or a larger cost.",
        )
    return float(len(x) + len(y) - _saved(x, y, low, high, price))


def _saved(x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray, price: float) -> float:
    """What moving spikes saves, at most, beside deleting all of ``x`` and adding all of ``y``.

    ``best[j]`` is that for the spikes of ``x`` so far and the first j of ``y``. A spike of ``x`` changes it from the
    first spike of ``y`` within reach on; behind the last within reach it is constant.
    """
    best = np.zeros(len(y) + 1)
    known = 0  # behind it `best` has one value
    for time, first, last in zip(x, low, high, strict=True):
        best[known + 1 : last + 1] = best[known]
        known = last  # spikes rise, and so do their reaches
        if first == last:
            continue
        moved = best[first:last] + (2.0 - price * np.abs(y[first:last] - time))
        row = np.maximum(best[first + 1 : last + 1], moved)
        best[first + 1 : last + 1] = np.maximum.accumulate(row)
    return float(best[known])
