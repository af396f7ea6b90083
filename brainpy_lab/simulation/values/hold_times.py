"""Refractory periods and dead times: refused before a run where their lengths are known and negative."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.events import known_before
from brainpy_lab.equations.system import Event, Hold, System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.delays import concrete
from brainpy_lab.simulation.values.history import with_lanes
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.symbolic.compiling import Compiler

_MOST_TIMES = 100_001


@lru_cache(maxsize=64)
def _known(system: System) -> tuple[tuple[tuple[Event, Hold], ...], Callable[..., tuple[Any, ...]] | None]:
    """Holds whose length parameters say, and a function of states, parameters and t that gives it."""
    holds = known_before(system)
    return holds, Compiler(system).compile([hold.duration for _, hold in holds]) if holds else None


def check_hold_times(problem: Problem, owner: str, t0: float, duration: float, dt: float) -> None:
    """Raise ArgumentError where an event would hold for a negative time, at the times of a run.

    ``owner`` is the model or group whose parameters those of ``problem`` are.
    """
    system = problem.system
    holds, lengths = _known(system)
    if lengths is None:
        return
    values = {n: concrete(v) for n, v in problem.parameters.items()}
    times = np.array([t0])
    moving = problem.drives.keys() & {n for _, hold in holds for n in system.names_read(hold.duration)}
    if moving:
        times = np.linspace(t0, t0 + duration, min(2 * math.ceil(duration / dt - 1e-9) + 1, _MOST_TIMES))
        values |= {n: with_lanes(problem.drives[n].at(times), problem.shape) for n in moving}
    with np.errstate(all="ignore"):
        given = [0.0] * len(system.states) + [values[p] for p in system.parameter_names]
        found = lengths(*given, t0)
    for (event, hold), length in zip(holds, found, strict=True):
        wrong = np.argwhere(np.atleast_1d(np.asarray(length, dtype=float)) < 0.0)
        if len(wrong):
            place = tuple(int(i) for i in wrong[0])
            _refuse(owner, system, event, hold, values, length, place, times if moving else None)


def _refuse(
    owner: str, system: System, event: Event, hold: Hold, values: Mapping[str, Any], length: Any,
    place: tuple[int, ...], times: np.ndarray | None,
) -> None:  # fmt: skip
    """Name the event, what it holds, and the parameters that say for how long."""
    shape = np.shape(length)
    text, names = ast.unparse(hold.duration), system.names_read(hold.duration)
    read = [p for p in system.parameter_names if p in names]
    shown = ", ".join(f"{p} = {_there(values[p], shape, place):g}" for p in read)
    value = shown if [text] == read else f"{text} is {_there(length, shape, place):g}"
    value += "" if [text] == read or not shown else f", with {shown}"
    cell = place if times is None else place[1:]
    where = "" if not shape or not cell else f" in cell {cell[0] if len(cell) == 1 else cell}"
    when = "" if times is None else f" at t = {times[place[0]]:g}"
    raise ArgumentError(
        f"{owner}: the event '{event.name}' holds '{hold.state}' for a negative time{where}{when}: {value}.",
        advice=f"Give {read[0]} another value: with 0 nothing is held." if read else "With 0 nothing is held.",
    )


def _there(value: Any, shape: tuple[int, ...], place: tuple[int, ...]) -> float:
    """A value at a place of the shape that it broadcasts to."""
    return float(np.broadcast_to(np.asarray(value, dtype=float), shape or (1,))[place])
