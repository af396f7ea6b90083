"""Error tolerances of adaptive runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.run_defaults import is_finite, is_number
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.values.problem import Problem, check_names

_DEFAULT_RTOL, _DEFAULT_ATOL = 1e-6, 1e-9
_SMALLEST_RTOL = 4 * np.finfo(float).eps


@dataclass
class Tolerances:
    """Error tolerances: a step's error in each state is kept below atol + rtol*|state|."""

    rtol: float
    atol: np.ndarray
    max_step: float

    @staticmethod
    def of(request: Request, problem: Problem) -> Tolerances:
        """From the arguments of a run, checked."""
        rtol = _DEFAULT_RTOL if request.rtol is None else request.rtol
        if not is_number(rtol) or not is_finite(rtol) or not rtol >= _SMALLEST_RTOL:
            raise ArgumentError(
                f"rtol must be at least {_SMALLEST_RTOL:.1e}, four units of rounding; it is {rtol!r}.",
                advice="Tighter tolerances cannot be met in double precision.",
            )
        moving = [s.name for s in problem.system.states if s.drift is not None]
        atol = _DEFAULT_ATOL if request.atol is None else request.atol
        if isinstance(atol, Mapping):
            check_names(atol, tuple(moving), "state", problem.system.name)
            values = [_number("atol", atol.get(s, _DEFAULT_ATOL)) for s in moving]
        else:
            values = [_number("atol", atol)] * len(moving)
        if not all(0 <= value < math.inf for value in values):
            raise ArgumentError(f"atol must not be negative; it is {atol!r}.")
        max_step = np.inf if request.max_step is None else _number("max_step", request.max_step)
        if not max_step > 0:
            raise ArgumentError(f"max_step must be positive; it is {request.max_step!r}.")
        return Tolerances(float(rtol), np.array(values, dtype=float), max_step)


def _number(name: str, value: object) -> float:
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise ArgumentError(f"{name} must be a number, not {value!r}.")
    return float(value) if is_finite(value) else math.inf if value > 0 else -math.inf
