"""Intermediates at recorded times, from the recorded states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.simulation.values.history import with_lanes
from brainpy_lab.simulation.values.mixing_expressions import intermediates_of
from brainpy_lab.simulation.values.problem import Problem


def intermediates(
    problem: Problem, t: np.ndarray, records: Mapping[str, np.ndarray], wanted: tuple[str, ...], index: Any = ()
) -> dict[str, np.ndarray]:
    """Intermediates by name, times first.

    Parameters
    ----------
    t : array (n_times,)
    records : mapping of str to array (n_times, *part)
        All states.
    wanted : tuple of str
        Where elements mix, all intermediates are given.
    index : tuple
        Where the part that ``records`` hold stands among the values of one time.
    """
    if problem.mixes:
        return intermediates_of(problem, t, records)
    from brainpy_lab.symbolic import numeric

    y = np.stack(list(records.values()))
    inner = y.shape[2:]

    def part(value: Any) -> Any:
        array = np.asarray(value)
        return array if array.ndim == 0 else np.broadcast_to(array, problem.shape)[index][None]

    parameters = {n: part(v) for n, v in problem.parameters.items()}
    for name, drive in problem.drives.items():
        values = with_lanes(drive.at(t), problem.shape)
        parameters[name] = np.broadcast_to(values, (len(t), *problem.shape))[(slice(None), *index)]
    computed = numeric(problem.system).intermediates(y, parameters, t.reshape((-1,) + (1,) * len(inner)))
    return {name: np.array(np.broadcast_to(computed[name], y.shape[1:])) for name in wanted if name in computed}
