"""From what a run's loop gave back to the Solution that the user holds."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from brainpy_lab import drivers
from brainpy_lab.simulation.records.intermediates import intermediates
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.solution.interpolation import LocalCubic
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.mixing_expressions import slopes_of
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.solvers import Method


def add_intermediates(result: Record, problem: Problem, wanted: tuple[str, ...]) -> None:
    """Compute the recorded intermediates from the recorded states, and drop what was recorded for them alone."""
    states = problem.system.state_names
    if all(name in states for name in wanted):
        return
    records = {name: np.asarray(result.data[name]) for name in states}
    result.data |= intermediates(problem, np.asarray(result.t), records, wanted)
    for name in list(result.data):
        if name not in wanted:
            del result.data[name]


def solution_of(
    request: Request, result: Record, problem: Problem, wanted: tuple[str, ...], method: Method, seed: int
) -> Solution:
    """The Solution of a run: its result with all that was asked for."""
    model = request.model
    shape = problem.shape

    def whole(name: str, value: Any) -> Any:
        if problem.traced or not shape:
            return value
        own = problem.shape_of(name)
        whole = np.broadcast_to(value, own)
        return whole.reshape(problem.ensemble) if name in problem.narrow else whole

    is_whole = wanted == model.system.state_names and not result.own_times
    checkpoint = replace(
        result.checkpoint,
        numbers={**result.checkpoint.numbers, "method": method.name},
        seed=seed,
        model_name=model.name,
        ensemble_shape=problem.ensemble,
    )
    params = {p: request.parameters.get(p, problem.parameters.get(p)) for p in model.system.parameter_names}
    return Solution(
        t=result.t,
        own_times=result.own_times,
        data={name: result.data[name] for name in wanted},
        params=params,
        initial={n: whole(n, v) for n, v in problem.states.items()} if shape else dict(problem.states),
        events=result.events,
        seed=seed,
        outcome=result.outcome,
        stats={
            **result.stats,
            "backend": request.backend,
            "method": method.name,
            "dt": result.stats.get("dt", float(request.dt)),
            "threads": _threads(request, method),
        },
        model_name=model.name,
        model_text=model.system.text,
        ensemble_shape=problem.ensemble,
        ensemble_params=problem.varying_names,
        checkpoint=checkpoint,
        interpolant=result.interpolant or (_between_records(result, problem, wanted) if is_whole else None),
        derivative=_derivative(problem) if is_whole and _has_slopes(problem) else None,
    )


def _has_slopes(problem: Problem) -> bool:
    """Whether the right-hand sides at recorded times are the slopes of the path."""
    return not problem.drives and not problem.system.is_fractional


def _between_records(result: Record, problem: Problem, wanted: tuple[str, ...]) -> Any:
    """Interpolation between records where no derivative can be computed from them: delay equations."""
    system = problem.system
    if problem.traced or not system.is_delayed or system.is_stochastic:
        return None
    return LocalCubic(result.t, {n: np.asarray(result.data[n]) for n in wanted})


def _threads(request: Request, method: Method) -> int:
    """Threads that the run used: those asked for where the driver can share a fixed-step ensemble, else one."""
    if request.threads == 1 or method.is_adaptive:
        return 1
    return request.threads if drivers.Capability.THREADS in drivers.get(request.backend).capabilities else 1


def _derivative(problem: Problem) -> Any:
    """The states' derivatives at recorded times, for interpolation between them."""
    if problem.traced or problem.system.is_stochastic or problem.system.is_delayed:
        return None
    return partial(_slopes, problem)  # no function of its own: solutions are pickled


def _slopes(problem: Problem, t: np.ndarray, values: dict[str, Any]) -> dict[str, Any]:
    if problem.mixes:
        return slopes_of(problem, np.asarray(t), values)
    from brainpy_lab.symbolic import numeric

    states = problem.system.state_names
    y = np.stack([values[s] for s in states])
    times = np.asarray(t).reshape((-1,) + (1,) * len(problem.shape))
    slopes = numeric(problem.system).rhs(y, problem.parameters, times)
    return dict(zip(states, slopes, strict=True))
