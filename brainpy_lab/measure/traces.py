"""Traces as the measures of signals take them: evenly spaced values, time first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import above_zero
from brainpy_lab.simulation.solution.arrays import as_numpy

#: Part of a time step by which times may miss an even grid.
_EVEN = 1e-3


@dataclass(frozen=True)
class Traces:
    """Values (n_times, ...), the step between them in ms, the time of the first, and names of the other axes."""

    values: np.ndarray
    dt: float
    start: float
    axes: tuple[str, ...]

    @property
    def time(self) -> np.ndarray:
        """Times in ms."""
        return self.start + np.arange(len(self.values)) * self.dt

    @property
    def flat(self) -> np.ndarray:
        """Values (n_times, n_traces)."""
        return self.values.reshape(len(self.values), -1)


def read_traces(owner: str, given: Any, dt: Any = None, *, needs_dt: bool = True) -> Traces:
    """``given`` as traces: an array, time first, with ``dt``; or an xarray.DataArray with a coordinate ``time``."""
    time = None
    axes: tuple[str, ...] = ()
    if hasattr(given, "dims") and hasattr(given, "coords"):
        if "time" in given.dims:
            given = given.transpose("time", ...)
            time = as_numpy(given.coords["time"].values) if "time" in given.coords else None
        axes = tuple(map(str, given.dims[1:]))
        given = given.values
    values = as_numpy(given)
    if values.ndim < 1 or values.dtype.kind not in "iufb" or len(values) < 2:
        raise ArgumentError(f"{owner}: a trace is an array of at least two numbers, time first; got {given!r:.60}.")
    values = values.astype(float, copy=False)
    if not np.isfinite(values).all():
        raise ArgumentError(f"{owner}: a trace holds a value that is not finite.", advice="Cut the record before it.")
    step, start = _step(owner, time, dt, needs_dt)
    return Traces(values, step, start, axes or tuple(f"trace_{i}" for i in range(values.ndim - 1)))


def _step(owner: str, time: np.ndarray | None, dt: Any, needs_dt: bool) -> tuple[float, float]:
    """Step between values and time of the first, in ms."""
    if time is None or len(time) < 2:
        if dt is None:
            if needs_dt:
                raise ArgumentError(f"{owner}: nothing says how far apart the values are.", advice="Give dt=, in ms.")
            return 1.0, 0.0
        return above_zero(owner, "dt", dt), 0.0
    steps = np.diff(time)
    step = float((time[-1] - time[0]) / (len(time) - 1))
    if not step > 0 or np.abs(steps - step).max() > _EVEN * step:
        raise ArgumentError(
            f"{owner}: the values are not evenly spaced in time.",
            advice="Run with fixed steps, or with record_every=; sol(times) gives values at any times.",
        )
    if dt is not None and abs(above_zero(owner, "dt", dt) - step) > _EVEN * step:
        raise ArgumentError(f"{owner}: dt is {dt:g} ms, and the values are {step:g} ms apart.", advice="Leave dt= out.")
    return step, float(time[0])


def same_times(owner: str, first: Traces, second: Traces) -> None:
    """Refuse traces that do not stand at the same times."""
    if first.values.shape != second.values.shape or abs(first.dt - second.dt) > _EVEN * first.dt:
        raise ArgumentError(
            f"{owner}: the traces differ: shapes {first.values.shape} and {second.values.shape}, "
            f"steps {first.dt:g} and {second.dt:g} ms."
        )
    if abs(first.start - second.start) > 0.5 * first.dt:
        raise ArgumentError(f"{owner}: one trace begins at {first.start:g} ms, the other at {second.start:g} ms.")
