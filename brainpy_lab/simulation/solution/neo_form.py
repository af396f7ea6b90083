"""A Solution and its spikes in the words of Neo, which other packages for electrophysiology read."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, package
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.events import EventTrain
from brainpy_lab.simulation.solution.record import Record


def spike_trains(name: str, train: EventTrain) -> list[Any]:
    """A ``neo.SpikeTrain`` for each cell, those without spikes too."""
    neo, train = package("neo", "to_neo"), train.one_by_one()
    if train.window is None:
        raise ArgumentError("to_neo: nothing says when the record ends.", advice="Give t_stop=, in ms.")
    order = np.argsort(as_numpy(train.index), kind="stable")
    times, borders = as_numpy(train.t)[order], np.cumsum(train.count(per_cell=True).ravel())
    start, stop = train.window
    stop = max(stop, float(train.t[-1])) if len(train) else stop  # a sum of steps may end behind it by its rounding
    return [
        neo.SpikeTrain(own, t_start=start, t_stop=stop, units="ms", name=f"{name}[{cell}]", cell=cell)
        for cell, own in enumerate(np.split(times, borders[:-1]))
    ]


def segment(sol: Record) -> Any:
    """``sol`` as a ``neo.Segment``; see `Solution.to_neo`."""
    neo = package("neo", "to_neo")
    made = neo.Segment(name=sol.model_name)
    for name, values in sol.data.items():
        made_signal = _signal(neo, name, as_numpy(sol.times(name)), as_numpy(values))
        kind = "analogsignals" if isinstance(made_signal, neo.AnalogSignal) else "irregularlysampledsignals"
        getattr(made, kind).append(made_signal)
    for name, train in sol.events.items():
        made.spiketrains.extend(spike_trains(name, train))
    return made


def _signal(neo: Any, name: str, times: np.ndarray, values: np.ndarray) -> Any:
    """Columns are cells and elements, counted flat."""
    columns = values.reshape(len(times), -1)
    steps = np.diff(times)
    if len(steps) and np.allclose(steps, steps[0], rtol=1e-6, atol=0.0):
        from quantities import Quantity  # a part of neo

        start, period = (Quantity(number, "ms") for number in (times[0], (times[-1] - times[0]) / len(steps)))
        return neo.AnalogSignal(columns, units="dimensionless", t_start=start, sampling_period=period, name=name)
    return neo.IrregularlySampledSignal(times, columns, units="dimensionless", time_units="ms", name=name)
