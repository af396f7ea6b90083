"""Bursts: runs of spikes of a cell that follow each other closely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brainpy_lab.measure.reading import by_cell, of_spikes
from brainpy_lab.networks.arguments import above_zero, whole
from brainpy_lab.simulation.solution.events import EventTrain

if TYPE_CHECKING:
    import pandas


#: Part by which the interval of two sums of steps may miss its length.
_ROUNDING = 1e-9


@of_spikes
def bursts(train: EventTrain, max_isi: float = 10.0, min_spikes: int = 3) -> pandas.DataFrame:
    """Bursts of each cell: at least so many spikes, none more than ``max_isi`` behind the one before.

    The method of one threshold (Chiappalone, Novellino, Vajda, Vato, Martinoia and van Pelt 2005,
    doi:10.1016/j.neucom.2004.10.094). A burst that the window cuts is counted with the spikes within it.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    max_isi : float
        Longest interval within a burst in ms.
    min_spikes : int
        Fewest spikes of a burst.

    Returns
    -------
    pandas.DataFrame
        One row a burst, by cell, then time: ``cell``, ``start`` and ``stop`` (its first and last spike, in ms), and the
        number of its ``spikes``.

    Examples
    --------
    >>> bursts([1.0, 3.0, 5.0, 50.0, 80.0, 84.0, 87.0, 91.0])[["start", "stop", "spikes"]].values.tolist()
    [[1.0, 5.0, 3.0], [80.0, 91.0, 4.0]]
    """
    import pandas

    longest, fewest = above_zero("bursts", "max_isi", max_isi), whole("bursts", "min_spikes", min_spikes, 2)
    times, cells = by_cell(train)
    begins = np.flatnonzero(np.diff(times, prepend=-np.inf) > longest + _ROUNDING * longest)
    begins = np.union1d(begins, np.flatnonzero(np.diff(cells, prepend=-1)))
    number = np.diff(np.append(begins, len(times)))
    first, number = begins[number >= fewest], number[number >= fewest]
    last = first + number - 1
    return pandas.DataFrame({"cell": cells[first], "start": times[first], "stop": times[last], "spikes": number})
