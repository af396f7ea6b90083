"""The method of a run that names ``method="auto"``: the values of its first cell decide, see `solvers.auto`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.equations.system import System
from brainpy_lab.simulation.runs.fractional import orders_of
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.problem import resolve
from brainpy_lab.solvers.auto import Choice, Situation, choose


def method_before(request: Request) -> str:
    """The method of a run that named ``"auto"`` and goes on as it was; "" where another may be better."""
    checkpoint, start = request.checkpoint, request.start
    if checkpoint is None or request.initial or not checkpoint.numbers.get("auto"):
        return ""
    if isinstance(start, Solution):
        own = {p.name: p.value for p in request.model.system.parameters} | dict(request.parameters)
        if not all(name in start.params and _is_same(start.params[name], value) for name, value in own.items()):
            return ""
    return str(checkpoint.numbers["method"])


def _is_same(one: Any, other: Any) -> bool:
    return one is other or (not callable(one) and not callable(other) and np.array_equal(one, other))


def choice(
    system: System,
    parameters: Mapping[str, Any],
    initial: Mapping[str, Any],
    is_traced: Callable[[Any], bool],
    *,
    start: float,
    duration: float,
    rtol: float | None = None,
    dt: float | None = None,
) -> Choice:
    """The method for a run with these values, and why; ``dt`` is the longest step of fixed-step methods."""
    problem = resolve(system, parameters, initial, {}, is_traced)

    def first(values: Mapping[str, Any]) -> dict[str, float]:
        if problem.traced:
            return {}
        return {name: float(np.ravel(np.asarray(value, dtype=float))[0]) for name, value in values.items()}

    states, numbers = first(problem.states), first(problem.parameters)
    orders = first(orders_of(problem))
    return choose(system, Situation(states, numbers, start, duration, rtol, problem.traced, dt, orders))
