"""The phase response by direct perturbation: kicked states are run until they are back on the cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.simulation.model import Model

#: What is left of a kick across the cycle when the phase is read, about.
LEFT = 1e-8

#: Periods that a kicked state is run for, at most, and at least.
MOST_PERIODS, FEWEST = 400, 2

#: Tolerances of the runs; atol is in parts of each state's range.
RTOL, ATOL = 1e-10, 1e-11

#: A state is back on the cycle when it is this near to it, in parts of each state's range.
BACK = 1e-5

#: Places of the orbit at which the nearest one is looked for, and steps of Newton's method from there.
PLACES, STEPS = 2000, 8


def kicked(cycle: Cycle, phases: Array, kick: float | Mapping[str, float]) -> dict[str, Array]:
    """Shifts in time per unit of each kicked state, at ``phases`` of the cycle's mesh.

    Parameters
    ----------
    cycle : Cycle
    phases : ndarray
    kick : float or mapping
        A part of each state's range, both signs averaged; or sizes by state.
    """
    if not set(cycle.names) <= set(cycle.field.system.state_names):
        raise AnalysisError(
            f"{cycle.field.system.name} has array states: they are not kicked one by one.",
            advice='Use method="adjoint", which takes them.',
        )
    sizes, signs = _sizes(cycle, kick)
    rest = np.delete(cycle.log_multipliers, int(np.argmin(np.abs(cycle.log_multipliers)))).real
    slowest = float(rest.max(initial=-np.inf))
    if slowest >= 0:
        raise AnalysisError(
            f"This cycle of {cycle.field.system.name} is unstable: a kicked state does not come back to it.",
            advice='Use method="adjoint", which needs no way back.',
        )
    periods = max(FEWEST, int(np.ceil(np.log(LEFT) / slowest)) + 1) if np.isfinite(slowest) else FEWEST
    if periods > MOST_PERIODS:
        raise AnalysisError(
            f"A kicked state of {cycle.field.system.name} takes {periods} periods back to its cycle: too many to run.",
            advice='Use method="adjoint", which runs nothing.',
        )
    at = np.mod(phases.ravel(), 1.0)
    shape = (len(sizes), len(signs), len(at))
    rows = [cycle.names.index(name) for name in sizes]
    size = np.array(list(sizes.values()))
    start = np.broadcast_to(cycle.mesh.at(cycle.profile, at)[:, None, None], (len(cycle.names), *shape)).copy()
    start[rows, np.arange(len(rows))] += size[:, None, None] * np.array(signs)[:, None]
    before = np.broadcast_to(at, shape).ravel()
    after = _phase_of(cycle, _run(cycle, start.reshape(len(cycle.names), -1), periods), before)
    moved = (np.mod(after - before + 0.5, 1.0) - 0.5) * cycle.period
    per_unit = moved.reshape(shape) / (size[:, None, None] * np.array(signs)[:, None])
    return dict(zip(sizes, per_unit.mean(axis=1), strict=True))


def _sizes(cycle: Cycle, kick: float | Mapping[str, float]) -> tuple[dict[str, float], list[float]]:
    """The size of the kick of each state, and its signs."""
    if not isinstance(kick, Mapping):
        part = float(kick)
        if not 0 < abs(part) <= 1:
            raise ArgumentError(
                f"kick is {kick!r}; as a number it is a part of each state's range, from 0 to 1.",
                advice="For sizes in the units of the states give a mapping: kick={'V': 5.0}.",
            )
        ranges = nonzero(np.ptp(cycle.profile, axis=1))
        return dict(zip(cycle.names, (abs(part) * ranges).tolist(), strict=True)), [1.0, -1.0]
    for name, value in kick.items():
        if name not in cycle.names:
            raise ArgumentError(
                f"kick names '{name}', which is no state of this cycle.",
                advice=did_you_mean(str(name), cycle.names) or f"States: {', '.join(cycle.names)}.",
            )
        if not (np.isfinite(value) and value != 0):
            raise ArgumentError(f"The kick of '{name}' is {value!r}; it must be a number other than zero.")
    if not kick:
        raise ArgumentError("kick names no state.", advice="Give one, kick={'" + cycle.names[0] + "': 0.1}.")
    return {name: float(value) for name, value in kick.items()}, [1.0]


def _run(cycle: Cycle, start: Array, periods: int) -> Array:
    """Where states stand after whole periods; nan where a run ends early."""
    field, ranges = cycle.field, nonzero(np.ptp(cycle.profile, axis=1))
    initial: dict[str, Any] = {**field.held, **dict(zip(field.free, start, strict=True))}
    tolerances = dict(zip(field.free, (ATOL * ranges).tolist(), strict=True))
    tolerances |= dict.fromkeys(field.held, 1.0)
    # blocks of a cycle's model are empty: a run without them need not find where they happen
    sol = Model(replace(field.system, events=())).run(
        periods * cycle.period, initial=initial, method="rkdp", rtol=RTOL, atol=tolerances, record=[],
        parameters=dict(field.params),
    )  # fmt: skip
    if not sol.outcome:
        return np.full(start.shape, np.nan)
    return np.stack([np.broadcast_to(np.asarray(sol.final[name], dtype=float), start.shape[1:]) for name in field.free])


def _phase_of(cycle: Cycle, states: Array, guess: Array) -> Array:
    """The phases of states near the orbit; nan for those that are not near it."""
    mesh, scales = cycle.mesh, nonzero(np.ptp(cycle.profile, axis=1))
    grid = np.arange(PLACES) / PLACES
    orbit = mesh.at(cycle.profile, grid)
    scaled = states / scales[:, None]
    distances = np.stack([((orbit / scales[:, None] - s[:, None]) ** 2).sum(axis=0) for s in scaled.T])
    phases = grid[np.argmin(np.where(np.isfinite(distances), distances, np.inf), axis=1)]
    for _ in range(STEPS):  # to where the way to the orbit is across it
        here = mesh.at(cycle.profile, phases)
        along = cycle.field.rhs(here) / scales[:, None]
        gap = scaled - here / scales[:, None]
        phases = phases + (gap * along).sum(axis=0) / (along**2).sum(axis=0) / cycle.period
    gap = scaled - mesh.at(cycle.profile, phases) / scales[:, None]
    return np.asarray(np.where((np.abs(gap) < BACK).all(axis=0), phases, np.nan))
