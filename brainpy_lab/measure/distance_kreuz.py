"""The ISI- and the SPIKE-distance between spike trains, which have no time constant to choose."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.errors import in_words
from brainpy_lab.measure.reading import two_trains, window_of
from brainpy_lab.simulation.solution.events import EventTrain


@in_words("isi_distance")
def isi_distance(a: Any, b: Any, *, t_start: float | None = None, t_stop: float | None = None) -> float:
    """ISI-distance of two spike trains: how much their intervals differ at a time, from 0 to 1.

    The mean over time of ``|I_a - I_b| / max(I_a, I_b)``, of the intervals that contain the time (Kreuz, Haas, Morelli,
    Abarbanel and Politi 2007, doi:10.1016/j.jneumeth.2007.05.031). Both trains get a spike at either end of the record,
    as there. It depends on rates, not on coincidences; `spike_distance` does.

    Parameters
    ----------
    a, b : EventTrain, Solution, or array of times in ms
        As in `spikes`; spikes of all cells are pooled.
    t_start, t_stop : float, optional
        As in `spikes`.

    Returns
    -------
    float

    Examples
    --------
    >>> isi_distance([10.0, 20.0, 30.0], [20.0], t_stop=40.0)      # intervals of 10 and 20 ms
    0.5
    """
    first, second = two_trains("isi_distance", a, b, t_start, t_stop)
    x, y = _with_ends(first), _with_ends(second)
    middles, lengths = _pieces(x, y)
    one, other = (_around(train, middles)[1] - _around(train, middles)[0] for train in (x, y))
    return float(lengths @ (np.abs(one - other) / np.maximum(one, other)) / lengths.sum())


@in_words("spike_distance")
def spike_distance(a: Any, b: Any, *, t_start: float | None = None, t_stop: float | None = None) -> float:
    """SPIKE-distance of two spike trains: how far apart their spikes are, by the intervals there, from 0 to 1.

    The mean over time of a profile that runs straight between spikes: each spike's distance to the nearest of the other
    train, weighted by nearness in time (Kreuz, Chicharro, Houghton, Andrzejak and Mormann 2013,
    doi:10.1152/jn.00873.2012). Both trains get a spike at either end of the record, as there; so the ends count as
    equal.

    Parameters
    ----------
    a, b : EventTrain, Solution, or array of times in ms
        As in `spikes`; spikes of all cells are pooled.
    t_start, t_stop : float, optional
        As in `spikes`.

    Returns
    -------
    float

    Examples
    --------
    >>> spike_distance([10.0, 20.0, 30.0], [10.0, 20.0, 30.0], t_stop=40.0)
    0.0
    """
    first, second = two_trains("spike_distance", a, b, t_start, t_stop)
    x, y = _with_ends(first), _with_ends(second)
    middles, lengths = _pieces(x, y)  # the profile is straight within a piece: its mean is its middle
    (off_x, gap_x), (off_y, gap_y) = _offset(x, y, middles), _offset(y, x, middles)
    profile = (off_x * gap_y + off_y * gap_x) / (0.5 * (gap_x + gap_y) ** 2)
    return float(lengths @ profile / lengths.sum())


def _with_ends(train: EventTrain) -> np.ndarray:
    """Different times of spikes, and the ends of the record."""
    return np.unique(np.concatenate([train.t, window_of("distance", train)]))


def _pieces(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles and lengths of the pieces between any two spikes."""
    borders = np.union1d(x, y)
    return (borders[1:] + borders[:-1]) / 2, np.diff(borders)


def _around(train: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The spikes before and behind each time."""
    behind = np.searchsorted(train, times)
    return train[behind - 1], train[behind]


def _offset(train: np.ndarray, other: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance of the spikes around each time to the other train, weighted by nearness; and the interval there."""
    place = np.clip(np.searchsorted(other, train), 1, len(other) - 1)
    nearest = np.minimum(np.abs(train - other[place - 1]), np.abs(train - other[place]))
    behind = np.searchsorted(train, times)
    gap = train[behind] - train[behind - 1]
    weighted = nearest[behind - 1] * (train[behind] - times) + nearest[behind] * (times - train[behind - 1])
    return weighted / gap, gap
