"""How late the values are that cells read of their own past, and what was before the start."""

from __future__ import annotations

import numpy as np

from brainpy_lab.drivers.feeds.past import COEFFICIENTS
from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.simulation.runs.delays import delay_values, reach_of
from brainpy_lab.simulation.values.axes import Axes
from brainpy_lab.simulation.values.history import expression_history, sampled_steps
from brainpy_lab.simulation.values.problem import Problem

#: What a delay may be shorter than a step by rounding, in steps.
_ROUNDING = 1e-9


def own_lags(group: NeuGroup, dt: float) -> dict[str, np.ndarray]:
    """How many steps, and parts of one, the values are late that cells read of themselves: one for each cell.

    Raises
    ------
    ArgumentError
        A delay is negative, shorter than a step, or moves in time.
    """
    system = group.system
    if not system.is_delayed:
        return {}
    problem = problem_of(group)
    try:
        reach = reach_of(problem, 0.0, dt, dt, None)
    except ArgumentError as error:
        error.message = f"{group.name}: {error.message}"
        raise
    if not reach.is_steady:
        raise ArgumentError(
            f"{group.name}: its delays move in time; networks do not run such equations so far.",
            advice="Run the model by itself, as an ensemble.",
        )
    found = {}
    for delay, value in zip(system.delays, delay_values(problem, system.delays, 0.0), strict=True):
        lags = np.broadcast_to(np.asarray(value, dtype=float) / dt, group.size)
        if lags.size and float(lags.min()) < 1 - _ROUNDING:
            raise ArgumentError(
                f"{group.name}: the delay of {delay.written}, {float(lags.min()) * dt:g}, is shorter than a step of "
                f"{dt:g}.",
                advice="Run with a smaller dt, or the model by itself.",
            )
        found[f"{group.name}.{delay.name}"] = lags
    return found


def first_past(group: NeuGroup, state: str, value: np.ndarray, slots: int, dt: float) -> np.ndarray:
    """The steps before the start: from the history in the model's text, else what the state is at the start."""
    described = next(s for s in group.system.states if s.name == state)
    if described.history is not None:
        return sampled_steps(state, expression_history(described, problem_of(group)), 0.0, dt, slots, (group.size,))
    found = np.zeros((slots, COEFFICIENTS, group.size))
    found[:, 0] = value
    return found


def problem_of(group: NeuGroup) -> Problem:
    """The group's numbers as those of a run of its model."""
    drives = {name: driven.drive for name, driven in group.moving.items()}
    axes = Axes({}, (), {})
    return Problem(group.system, (group.size,), (), {}, {}, group.at_start(), axes, drives)
