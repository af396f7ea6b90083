"""Where on a cycle its phase is zero: at the model's first event, else where the first state is largest."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.equations.system import Event, System
from brainpy_lab.symbolic.compiling import Compiler

#: Places of each interval at which the orbit is looked at.
PLACES = np.linspace(0, 1, 17)[:-1]

#: Halvings of the phase in which the zero lies: to rounding.
HALVINGS = 50


def zero_of_phase(cycle: Cycle) -> tuple[float, str]:
    """The phase on the mesh of ``cycle``, from 0 to 1, that counts as zero, and what happens there."""
    mesh = cycle.mesh
    phases = (mesh.edges[:-1, None] + mesh.widths[:, None] * PLACES).ravel()
    for event in cycle.field.system.events:
        found = _begin(phases, lambda at, event=event: _holds(cycle, event, at))
        if found is not None:
            return found, f"event {event.name}"
    name = cycle.names[0]
    top = int(np.argmax(mesh.at(cycle.profile, phases)[0]))
    near = phases[[top - 1, (top + 1) % len(phases)]]
    low, high = float(near[0]), float(near[1])
    high += low > high

    def falls(at: Array) -> Array:
        return np.asarray(cycle.field.rhs(mesh.at(cycle.profile, at))[0] <= 0)

    return _halved(low, high, falls) % 1.0, f"maximum of {name}"


def _begin(phases: Array, holds: Any) -> float | None:
    """Where a condition becomes true, after the longest time without; None where it does not."""
    true = holds(phases)
    at = np.flatnonzero(true & ~np.roll(true, 1))
    if not len(at):
        return None
    crossings = np.array([_halved(float(phases[k - 1]) - (k == 0), float(phases[k]), holds) for k in at]) % 1.0
    crossings.sort()
    gaps = np.diff(crossings, prepend=crossings[-1] - 1)  # of a burst's spikes, the first counts
    return float(crossings[int(np.argmax(gaps))])


def _halved(low: float, high: float, holds: Any) -> float:
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if holds(np.array([middle]))[0]:
            high = middle
        else:
            low = middle
    return high


def _holds(cycle: Cycle, event: Event, phases: Array) -> Array:
    field = cycle.field
    states = field.complete(cycle.mesh.at(cycle.profile, phases))
    with np.errstate(all="ignore"):
        parameters = (np.float64(field.params[p]) for p in field.system.parameter_names)
        (result,) = _condition(field.system, event)(*states, *parameters, np.float64(field.t))
    return np.broadcast_to(np.asarray(result, dtype=bool), phases.shape)


@lru_cache(maxsize=64)
def _condition(system: System, event: Event) -> Any:
    return Compiler(system).compile([event.condition])
