"""A run from the user's arguments to a Solution: make it ready, run it fixed or adaptive, and dress its result."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

from brainpy_lab import drivers, solvers
from brainpy_lab.drivers.driver import Program
from brainpy_lab.simulation.records.parts import take_parts
from brainpy_lab.simulation.records.picks import longer_than_run
from brainpy_lab.simulation.runs.adaptive.code import AdaptiveCode
from brainpy_lab.simulation.runs.adaptive.run import run_adaptive
from brainpy_lab.simulation.runs.assemble import add_intermediates, solution_of
from brainpy_lab.simulation.runs.auto_method import choice, method_before
from brainpy_lab.simulation.runs.checks import with_picks
from brainpy_lab.simulation.runs.delays import DelayRange, all_histories, make_past, reach_of
from brainpy_lab.simulation.runs.fixed import compiled, run_fixed
from brainpy_lab.simulation.runs.further import first_reach, with_enough
from brainpy_lab.simulation.runs.record_at import picked
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.runs.task import Task, keep, make_task, seed_of, start_of
from brainpy_lab.simulation.runs.tracing import user_line
from brainpy_lab.simulation.runs.warning import warn
from brainpy_lab.simulation.solution.outcome import Outcome
from brainpy_lab.simulation.solution.record import Record
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.input_functions import Captured, capture_inputs
from brainpy_lab.simulation.values.problem import Problem, check_names
from brainpy_lab.simulation.values.switches import with_averages
from brainpy_lab.solvers.auto import AUTO, Choice


def simulate(request: Request) -> Solution:
    """Run what was asked for."""
    request = with_picks(request)
    solution = _simulate_chosen(request) if request.method == AUTO else _simulate(request)
    if solution.outcome is Outcome.INTERRUPTED:
        _interrupted(request, solution)
    return solution


def _interrupted(request: Request, solution: Solution) -> None:
    """Say where the user interrupted a run, and let the interrupt go on unless the Solution is to be returned."""
    text = f"The run of {solution.model_name} was interrupted at t = {solution.checkpoint.time:g}."
    if request.on_interrupt == "return":
        warn(f"{text} {solution.outcome.advice}")
        return
    request.model.last = solution
    try:
        warn(f"{text} What it had computed is in its model's 'last': go on with m.run(..., start=m.last).")
    finally:  # also where warnings are errors
        raise KeyboardInterrupt


def _simulate(request: Request, captured: Captured | None = None) -> Solution:
    """Run with the method that the request names."""
    task = make_task(request, captured)
    problem = task.problem
    with user_line(problem.system.name, task.code, problem.system, lambda: _on_reference(request, problem)):
        result = _solve(task, request)
    keep(task, request.model)
    every, duration = request.record_every, float(request.duration)
    if every is not None and every > duration * (1 + 1e-9) and task.wanted:
        warn(longer_than_run(every, duration))
    if task.code.edited:
        result.stats["edited"] = True
    if task.unread:
        result.stats["unread_inputs"] = list(task.unread)
    if task.plan.at is not None:
        picked(result, task.plan.at, task.plan.t0)
    if not task.plan.picks:
        add_intermediates(result, problem, task.wanted)
    elif task.tolerances is not None:
        take_parts(result, problem, task.plan)
    return solution_of(request, result, problem, task.wanted, task.method, seed_of(request))


def _solve(task: Task, request: Request) -> Record:
    """Compile what is not compiled yet, and run it."""
    problem, plan = task.problem, task.plan
    if not problem.system.is_delayed:
        return _run(task, request)
    reach = reach_of(problem, plan.t0, plan.duration, plan.dt, request.max_delay)
    sources = all_histories(problem, task.histories)
    return with_enough(
        first_reach(problem, sources, reach, plan.t0, plan.duration), lambda found: _run(task, request, found)
    )


def _run(task: Task, request: Request, reach: DelayRange | None = None) -> Record:
    """The run, with delays that reach so far back."""
    problem, plan = task.problem, task.plan
    plan.reach = reach
    if task.tolerances is not None:
        if not isinstance(task.compiled, AdaptiveCode):
            started = time.perf_counter()
            task.compiled = AdaptiveCode.of(task.code, task.driver, problem, task.tolerances, request.record_every)
            task.compile_time = time.perf_counter() - started
        delays = None if reach is None else (task.histories, reach)
        return run_adaptive(task.compiled, problem, plan, delays, task.compile_time)
    if reach is not None:
        sweeps = 2 + math.ceil(task.method.order)
        plan.past = make_past(problem, task.histories, plan, reach, sweeps)
    if task.is_averaged:
        problem = with_averages(problem, plan.t0, plan.t0 + plan.duration)
    if not isinstance(task.compiled, Program) or reach is not None:  # the lengths of delays decide the code
        started = time.perf_counter()
        task.compiled = compiled(task.compiled, task.code, task.driver, problem, plan)
        task.compile_time = time.perf_counter() - started
    return run_fixed(task.compiled, task.driver, problem, plan, task.compile_time)


def _simulate_chosen(request: Request) -> Solution:
    """Run with the method that suits the model and the run's values."""
    t0, initial, _ = start_of(request)
    system = request.model.system
    check_names(request.parameters, system.parameter_names, "parameter", system.name)
    captured = capture_inputs(system, request.parameters, t0, float(request.duration))
    is_traced = drivers.get(request.backend).is_traced
    longest = float(request.dt) * (float(request.grading or 1.0) if request.is_graded else 1.0)
    numbers = {"start": t0, "duration": float(request.duration), "dt": longest}
    before = method_before(request)
    if before:
        found = Choice(before, "the run that goes on began with this method")
    else:
        found = choice(captured[0], captured[1], initial, is_traced, **numbers, rtol=request.rtol)
    if found.warning:
        warn(found.warning)
    chosen = replace(request, method=found.method)
    if not solvers.get(found.method).is_adaptive:
        chosen = replace(chosen, rtol=None, atol=None, max_step=None)
    solution = _simulate(chosen, captured)
    solution.stats["why"] = found.why
    solution.checkpoint = replace(solution.checkpoint, numbers={**solution.checkpoint.numbers, "auto": True})
    return solution


def _on_reference(request: Request, problem: Problem) -> None:
    """One step on the NumPy driver, whose errors know their line; it would refuse what a derivative goes through."""
    if request.code is None and request.backend != "numpy" and not problem.traced:
        once: dict[str, Any] = {"duration": request.dt, "record": [], "record_every": None, "picks": None}
        simulate(replace(request, backend="numpy", progress=False, **once))
