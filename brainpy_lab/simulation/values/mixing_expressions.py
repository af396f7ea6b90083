"""Expressions over a run where elements of array states mix: for one member of the ensemble and one time at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.symbolic.compiling import Compiler


@lru_cache(maxsize=64)
def _intermediates(system: System) -> Callable[..., tuple[Any, ...]]:
    return Compiler(system).compile([d.expr for d in (*system.derived, *system.intermediates)])


@lru_cache(maxsize=64)
def _slopes(system: System) -> Callable[..., tuple[Any, ...]]:
    return Compiler(system).compile([s.drift for s in system.states if s.drift is not None])


def intermediates_of(problem: Problem, t: np.ndarray, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Derived parameters and intermediates by name, (times, *ensemble, *own), from the states' values shaped alike."""
    names = [d.name for d in (*problem.system.derived, *problem.system.intermediates)]
    return dict(zip(names, _over_members(_intermediates(problem.system), problem, t, values), strict=True))


def slopes_of(problem: Problem, t: np.ndarray, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Derivatives by state, shaped like the states' values."""
    found = {n: np.zeros_like(np.asarray(v, dtype=float)) for n, v in values.items()}
    moving = [s.name for s in problem.system.states if s.drift is not None]
    slopes = _over_members(_slopes(problem.system), problem, t, values)
    for name, slope in zip(moving, slopes, strict=True):
        found[name][...] = slope
    return found


def _over_members(
    function: Callable[..., tuple[Any, ...]], problem: Problem, t: np.ndarray, values: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    system, ensemble = problem.system, problem.ensemble
    own = {p.name: np.shape(p.value) for p in system.parameters}
    rows: list[tuple[Any, ...]] = []
    for i, time in enumerate(np.asarray(t, dtype=float).tolist()):
        parameters = dict(problem.parameters)
        parameters |= {n: drive.at(np.array([time]))[0] for n, drive in problem.drives.items()}
        whole = {n: _with_ensemble(v, ensemble, own[n], len(problem.cell)) for n, v in parameters.items()}
        for member in np.ndindex(ensemble):
            states = [values[s][(i, *member)] for s in system.state_names]
            given = [whole[p][member] for p in system.parameter_names]
            with np.errstate(all="ignore"):
                rows.append(function(*states, *given, time))
    columns = [np.array([np.asarray(v, dtype=float) for v in column]) for column in zip(*rows, strict=True)]
    return [column.reshape(len(t), *ensemble, *column.shape[1:]) for column in columns]


def _with_ensemble(value: Any, ensemble: tuple[int, ...], own: tuple[int, ...], n_elements: int) -> np.ndarray:
    """A parameter's value with all axes of the ensemble before its own."""
    array = np.asarray(value, dtype=float)
    if array.ndim and not own:  # one number, with axes for the elements beside it
        array = array.reshape(array.shape[: array.ndim - n_elements])
    return np.broadcast_to(array, (*ensemble, *own))
