"""Currents of synapses and definitions of cells for records: computed from what is recorded, or summed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.drivers.loaded import load_functions
from brainpy_lab.drivers.network import NetworkSetup
from brainpy_lab.drivers.tensor.network import TensorNetwork
from brainpy_lab.drivers.tensor.network_arrays import NetworkArrays
from brainpy_lab.networks.code.currents import Current
from brainpy_lab.networks.code.definitions import Defined
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.runs.values import drive_of, scalar_of


def computed(plan: Plan, current: Current | Defined, columns: np.ndarray, step: int, cells: np.ndarray) -> np.ndarray:
    """A current, or a definition, of which all that it reads lives with the cells, (records, cells).

    ``columns`` are the rows that it reads, one after the other; ``step`` is that of the first record.
    """
    code, dt = plan.reading, plan.state.dt
    assert code is not None
    steps = step + plan.every * np.arange(len(columns))
    scalars = _of_cells(plan, steps, cells) if isinstance(current, Defined) else _scalars(plan, steps)
    parts = iter(np.split(columns, max(1, sum(bool(f.axis) for f in code.functions[current.function].arguments)), 1))
    given: list[Any] = []
    for f in code.functions[current.function].arguments:
        match f.role:
            case "time":
                given.append(((steps - 1) * dt)[:, None])  # the function is for the end of a step
            case "step":
                given.append(dt)
            case _:
                given.append(next(parts) if f.axis else scalars(f.of))
    with np.errstate(all="ignore"):
        return np.asarray(load_functions(code)[current.function](*given))


def _of_cells(plan: Plan, steps: np.ndarray, cells: np.ndarray) -> Callable[[str], Any]:
    """Parameters of cells at the end of some steps: numbers, rows of cells, or columns of times."""

    def of(key: str) -> Any:
        owner, _, name = key.partition(".")
        group = plan.network.by_name[owner]
        if isinstance(group, NeuGroup) and name in group.moving:
            course = group.moving[name]
            values = np.asarray(course.drive.at(steps * plan.state.dt), dtype=float).reshape(len(steps), -1)
            return values[:, cells] if course.size else values
        if isinstance(group, NeuGroup) and isinstance(group.parameters[name], np.ndarray):
            return group.parameters[name][cells]
        return scalar_of(plan, key)

    return of


def _scalars(plan: Plan, steps: np.ndarray) -> Callable[[str], Any]:
    """Numbers for a whole axis at the end of some steps; those that move as columns."""
    driven = plan.code.driven

    def of(key: str) -> Any:
        if key not in driven:
            return scalar_of(plan, key)
        first = max(int(steps[0]) - 1, 0)
        table = drive_of(plan, first, int(steps[-1]) - first + 1)
        return table[np.maximum(steps - 1, 0) - first, driven.index(key)][:, None]

    return of


def set_at_start(plan: Plan, setup: NetworkSetup) -> None:
    """Sums over connections that are recorded, of the values with which a run begins."""
    if not plan.code.at_end:
        return
    code = plan.reading
    assert code is not None
    rows = {a.name: {r: setup.rows[a.name].get(r, np.zeros(())) for r in a.rows} for a in code.axes}
    flow = TensorNetwork(code, NetworkArrays, nullcontext).start(replace(setup, rows=rows))
    flow.observe()
    for axis, row in plan.code.observed:
        setup.rows[axis][row] = flow.values(axis, row)  # type: ignore[index]
