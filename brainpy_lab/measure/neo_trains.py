"""Spikes in the words of Neo."""

from __future__ import annotations

from typing import Any

from brainpy_lab.measure.reading import of_spikes
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.neo_form import spike_trains


@of_spikes
def to_neo(train: EventTrain, name: str = "spike") -> list[Any]:
    """A ``neo.SpikeTrain`` for each cell, for elephant and other packages; ``sol.to_neo()`` gives a whole run.

    Needs the package neo.

    Parameters
    ----------
    spikes, index, size, t_start, t_stop
        As in `spikes`.
    name : str
        What the trains are called: ``spike[3]`` is that of cell 3, whose number is the annotation ``cell`` too.

    Returns
    -------
    list of neo.SpikeTrain
        In ms, in the order of the cells, those without spikes too.

    Examples
    --------
    >>> trains = to_neo(sol.events["spike"])  # doctest: +SKIP
    """
    return spike_trains(name, train)
