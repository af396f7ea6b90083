"""A run made ready: from the user's arguments to checked values, code and plan.

What runs that differ in their numbers alone have in common is found for the first of them and kept with the model: a
slider's run, or one of a sweep, begins without it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.hidden import count_names, hidden_names
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Driver, Program
from brainpy_lab.drivers.feeds.levy_areas import terms_for
from brainpy_lab.drivers.feeds.random_draws import Noise
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.generated import generated
from brainpy_lab.simulation.model_code import ModelCode
from brainpy_lab.simulation.records.picks import all_times, in_steps
from brainpy_lab.simulation.run_defaults import is_finite, is_number
from brainpy_lab.simulation.runs.adaptive.code import AdaptiveCode
from brainpy_lab.simulation.runs.adaptive.standpoint import Standpoint
from brainpy_lab.simulation.runs.adaptive.tolerances import Tolerances
from brainpy_lab.simulation.runs.checks import check_options, check_own, record_steps, recorded
from brainpy_lab.simulation.runs.clock import Clock, check_times, steps_of
from brainpy_lab.simulation.runs.control import reporter
from brainpy_lab.simulation.runs.fractional import memory_of, mesh_of
from brainpy_lab.simulation.runs.plan import Memory, Plan
from brainpy_lab.simulation.runs.record_at import chosen_times, on_steps
from brainpy_lab.simulation.runs.request import Request
from brainpy_lab.simulation.solution.checkpoint import Checkpoint
from brainpy_lab.simulation.solution.remembered import Remembered
from brainpy_lab.simulation.solution.solution import Solution
from brainpy_lab.simulation.values.brownian import BrownianPath
from brainpy_lab.simulation.values.end_sampling import with_ends
from brainpy_lab.simulation.values.history import Bounded, History, expression_history, initial_from, read_histories
from brainpy_lab.simulation.values.hold_times import check_hold_times
from brainpy_lab.simulation.values.initial import default_values, initial_values
from brainpy_lab.simulation.values.input_functions import Captured, capture_inputs
from brainpy_lab.simulation.values.input_polynomials import parameters_of, with_polynomials
from brainpy_lab.simulation.values.problem import Problem, check_names, resolve
from brainpy_lab.simulation.values.switches import averaged_system
from brainpy_lab.simulation.values.unread_inputs import say_unread
from brainpy_lab.solvers import Method

_LAST_STEP = 2.0**60  # numbers of steps fit 64 bits

_Thing = TypeVar("_Thing")


@dataclass
class Task:
    """A run that is ready to begin."""

    driver: Driver
    method: Method
    code: StepCode
    problem: Problem
    plan: Plan
    wanted: tuple[str, ...]  # variables to give back
    histories: Mapping[str, History] = field(default_factory=dict)
    tolerances: Tolerances | None = None  # of adaptive methods
    compiled: Program | AdaptiveCode | None = None  # the code, once that is done
    compile_time: float = 0.0
    is_averaged: bool = False  # steps see the averages of conditions in t
    kind: Hashable = None  # what runs share that differ from this one in numbers alone, where it is to be kept
    edit: StepCode | None = None  # the user's, in force when the task was made
    unread: tuple[str, ...] = ()  # parameters that functions drive whose source is not read


def keep(task: Task, model: ModelCode) -> None:
    """Keep a task that has been run with its model, for runs of its kind."""
    problem, plan = task.problem, task.plan
    has_arrays = problem.shape or problem.mixes
    if task.kind is None or has_arrays or problem.drives or problem.traced or problem.system is not model.system:
        return
    plan.past, plan.stop, plan.report = None, None, reporter(False)
    model.ready.keep(task.kind, task)


def make_task(request: Request, captured: Captured | None = None) -> Task:
    """The task of a run: one of its kind that was kept, with this run's numbers, or a new one.

    ``captured`` are the functions given as inputs, where they have been read already.
    """
    model = request.model
    kind = _kind_of(request)
    known = model.ready.get(kind) if kind is not None else None
    edit = model.edit_of(request.backend, request.method)
    if known is not None and known.edit is edit:
        again = _repeated(known, request)
        if again is not None:
            return again
    task = _prepared(request, captured)
    task.kind, task.edit = kind, edit
    return task


def _kind_of(request: Request) -> Hashable | None:
    """What two runs must share to differ in numbers alone; None where a run is handed more than numbers."""
    model, record = request.model, request.record
    if model.history or request.checkpoint is not None or request.is_special:
        return None
    initial = request.initial
    if not (initial is None or type(initial) is dict) or not (record is None or isinstance(record, str | list | tuple)):
        return None
    numbers = tuple(request.parameters), None if initial is None else tuple(initial)
    alike = request.alike
    if bool in map(type, alike) or np.bool_ in map(type, alike):  # equal to 1 and 0, and no number
        return None
    kind = (*alike, tuple(record) if isinstance(record, list) else record, numbers, model.crossing,
            model.share_exponentials)  # fmt: skip
    try:
        hash(kind)
    except TypeError:  # tolerances by state
        return None
    return kind


def _repeated(task: Task, request: Request) -> Task | None:
    """A task with the numbers of another run; None when they are not finite numbers."""
    check_own(request)
    given = {**request.parameters, **(request.initial or {})}
    for value in given.values():
        if not isinstance(value, int | float) or isinstance(value, bool) or not is_finite(value):
            return None
    problem, plan = _twin(task.problem), _twin(task.plan)
    system = problem.system
    if request.parameters:
        problem.parameters = {**problem.parameters, **{n: float(v) for n, v in request.parameters.items()}}
    if not system.initial_inputs.isdisjoint(given):
        given_states = {n: float(v) for n, v in (request.initial or {}).items()}
        defaults, traced = default_values(system), task.driver.is_traced
        problem.states = initial_values(system, problem.parameters, given_states, defaults, traced)
    elif request.initial:
        problem.states = {**problem.states, **{n: float(v) for n, v in request.initial.items()}}
    else:
        problem.states = dict(problem.states)
    _start_histories(problem, request.initial or {}, plan.t0)
    check_hold_times(problem, request.model.name, plan.t0, plan.duration, plan.dt)
    if system.is_random:
        plan.noise = _noise(request, plan)
    plan.stop, plan.report, plan.past = request.stop, reporter(request.progress), None
    again = _twin(task)
    again.problem, again.plan, again.compile_time, again.kind = problem, plan, 0.0, None
    return again


def _twin(thing: _Thing) -> _Thing:
    """A shallow copy, in a fifth of the time that `copy.copy` takes."""
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    return twin


def _prepared(request: Request, captured: Captured | None) -> Task:
    """The task of a run from the beginning."""
    model = request.model
    system = model.system
    driver, method = drivers.get(request.backend), solvers.get(request.method)
    check_options(request, method)
    check_own(request)
    request = replace(request, dt=_dt_of(request))
    t0, initial, hidden = start_of(request)
    past = memory_of(method, system, request)
    check_names(request.parameters, system.parameter_names, "parameter", system.name)
    code, parameters = request.code, request.parameters
    is_edited = code is not None or model.has_edit(driver.name, method.name)
    crossing = request.crossing or model.crossing
    if not is_edited:
        system, parameters = captured or capture_inputs(system, parameters, t0, float(request.duration))
        if system is not model.system or crossing != model.crossing:
            code = generated(system, method.name, driver.name, model.share_exponentials, crossing)
    histories = _histories(request, system, t0)
    initial = {**initial_from(histories, t0), **initial}
    problem = resolve(system, parameters, initial, hidden, driver.is_traced, t0, _ranks(request, histories))
    smooth = {n: parameters_of(n, system) for n, d in problem.drives.items() if d.change_times is None}
    locates = method.is_adaptive or crossing == "exact"
    unread = say_unread(request, problem, method, locates)
    if locates and smooth:
        if code is None and model.has_edit(driver.name, method.name):
            raise ArgumentError(
                f"The edited code of '{method.name}' has no place for an input of '{next(iter(smooth))}' that moves.",
                advice="Use a fixed-step method, or revert the code: m.revert().",
            )
        whole = with_polynomials(system, smooth)
        code = generated(whole, method.name, driver.name, model.share_exponentials, crossing)
    if method.reads_at_ends and smooth and not is_edited and not locates:
        problem = with_ends(problem)
        code = generated(problem.system, method.name, driver.name, model.share_exponentials, crossing)
    is_averaged = not (method.is_adaptive or is_edited or locates or past is not None or problem.traced)
    if is_averaged and (averages := averaged_system(problem)) is not problem.system:
        code = generated(averages, method.name, driver.name, model.share_exponentials, crossing)
    _start_histories(problem, initial, t0)
    check_times(t0, float(request.duration), None if method.is_adaptive else float(request.dt))
    check_hold_times(problem, model.name, t0, float(request.duration), float(request.dt))
    at = chosen_times(request, t0)
    if not method.is_adaptive:
        request = replace(request, dt=_step_length(request, problem, past))
    if at is not None and not locates:
        request = on_steps(request, at, t0)
    wanted, states = recorded(request, system)
    clock = Clock(t0, float(request.duration), float(request.dt), **({} if locates else _counted_on(request)))
    every, picks, interval = record_steps(request) if not method.is_adaptive else 1, request.picks, None
    if picks:
        wanted = tuple(p.key for p in picks)
        for pick in picks:
            pick.index(problem)
        if not locates:
            every, picks = in_steps(picks, every, request.dt)
        elif any(p.every is not None for p in picks):
            at, interval = all_times(picks, request.record_every, t0, request.duration), request.record_every
    plan = Plan(
        t0=t0,
        duration=float(request.duration),
        dt=float(request.dt),
        record=states,
        every=every,
        threads=request.threads,
        noise=_noise(request, clock),
        stop=request.stop,
        report=reporter(request.progress),
        method=method,
        memory=past,
        counts={n: hidden[n] for n in count_names(system) if n in hidden},
        at=at,
        picks=picks,
        interval=interval,
        earlier=_earlier(request),
        mesh=mesh_of(past, float(request.duration), float(request.dt)),
        first=clock.first,
        origin=clock.origin,
    )
    code = code or model.code(driver.name, method.name)
    tolerances = Tolerances.of(request, problem) if locates else None
    return Task(
        driver, method, code, problem, plan, wanted, histories, tolerances, is_averaged=is_averaged, unread=unread
    )


def _step_length(request: Request, problem: Problem, memory: Memory | None) -> float:
    """dt; where all steps must have one length, the largest one up to dt that divides the duration."""
    duration, dt = float(request.duration), float(request.dt)
    whole, rest = steps_of(duration, dt)
    is_meshed = memory is not None and not memory.is_uniform
    system = problem.system
    if not rest or is_meshed or not (system.is_delayed or memory is not None or problem.traced):
        return dt
    is_bound = memory is not None and memory.earlier is not None
    if is_bound or (request.record_every is not None and whole):
        what = "continues with the dt it began with" if is_bound else "takes steps of one length"
        kind = "delayed" if system.is_delayed else "fractional" if memory is not None else "differentiated"
        raise ArgumentError(
            f"duration ({duration:g}) must be a whole multiple of dt ({dt:g}): a {kind} run {what}.",
            advice=f"For example a duration of {max(1, whole) * dt:g}"
            + ("." if is_bound else ", or without record_every, which lets dt be shortened."),
        )
    return duration / (whole + 1)


def _histories(request: Request, system: System, t0: float) -> dict[str, History]:
    """What the delayed states were before the start: as handed in, or as the run that is continued left them."""
    start, checkpoint = request.start, request.checkpoint
    remembered = None if checkpoint is None else Remembered.of(checkpoint)
    given = request.history
    if remembered is None and (given is None or isinstance(given, Mapping)):
        course = _course(start, system) if isinstance(start, Solution) else request.model.history
        given = {**course, **(given or {})}
        missing = sorted(set(system.delayed_states) - set(given))
        if checkpoint is not None and missing:
            name = missing[0]
            raise ArgumentError(
                f"The checkpoint of {checkpoint.model_name} does not hold what '{name}' was before it.",
                advice=f"Say it: history={{'{name}': ...}}; or start from the Solution, whose records tell it.",
            )
    if request.max_delay is not None and not system.is_delayed:
        raise ArgumentError(f"The model '{system.name}' has no delays, and so no max_delay.")
    return read_histories(system, given, t0, remembered)


def _course(start: Solution, system: System) -> dict[str, Solution]:
    """The records of a Solution that remembers nothing else as histories of delayed states."""
    return dict.fromkeys(system.delayed_states, start)


def _start_histories(problem: Problem, initial: Mapping[str, Any], t0: float) -> None:
    """Initial values that the text's histories give for a start at another time than 0."""
    if t0 == 0.0:
        return
    for state in problem.system.states:
        if state.history is not None and state.name not in initial:
            value = expression_history(state, problem)(np.array([t0]))[0]
            problem.states[state.name] = value if value.ndim else float(value)


def _ranks(request: Request, histories: Mapping[str, History]) -> dict[str, int]:
    """How many axes for elements the initial values have that another run left; those given are told by the text."""
    found = {s: h.rank for s, h in histories.items() if isinstance(h, Bounded) and h.rank is not None}
    start = request.checkpoint
    if start is not None:
        members = len(start.ensemble_shape)
        found |= {s: max(0, np.ndim(start.values[s]) - members) for s in request.model.system.state_names}
    return {s: rank for s, rank in found.items() if s not in (request.initial or {})}


def start_of(request: Request) -> tuple[float, dict[str, Any], dict[str, Any]]:
    """Start time, initial values and hidden variables: fresh, or those of a checkpoint."""
    initial = dict(request.initial or {})
    checkpoint = request.checkpoint
    if checkpoint is not None:
        states = request.model.system.state_names
        if not set(states) <= set(checkpoint.values):
            message = f"The solution of '{checkpoint.model_name}' cannot be continued with '{request.model.name}'."
            raise ArgumentError(message)
        known = hidden_names(request.model.system) + count_names(request.model.system)
        hidden = {n: v for n, v in checkpoint.part("hidden").items() if n in known}
        return checkpoint.time, {**{s: checkpoint.values[s] for s in states}, **initial}, hidden
    start = request.start
    if start is None:
        return 0.0, initial, {}
    if isinstance(start, Solution | Checkpoint) or not is_number(start) or not is_finite(start):
        raise ArgumentError(f"start must be a time, a Solution or a Checkpoint, not {start!r}.")
    return float(start), initial, {}


def _dt_of(request: Request) -> float:
    """dt; that of the run that is continued where rounding alone keeps them apart."""
    dt, checkpoint = float(request.dt), request.checkpoint
    known = None if checkpoint is None else checkpoint.numbers.get("dt")
    return known if isinstance(known, float) and abs(known - dt) <= 1e-12 * dt else dt


def _counted_on(request: Request) -> dict[str, Any]:
    """The clock of the run that is continued, with which steps of the same length are counted on."""
    numbers = {} if request.checkpoint is None else request.checkpoint.numbers
    if "step" not in numbers or numbers.get("dt") != float(request.dt):
        return {}
    return {"first": numbers["step"], "origin": numbers["origin"]}


def _earlier(request: Request) -> Standpoint | None:
    """Where the lanes of the adaptive loop stood at the end of the run that is continued."""
    if request.checkpoint is None or request.initial or request.history is not None:
        return None
    return Standpoint.of(request.checkpoint)


def _noise(request: Request, clock: Clock) -> Noise:
    """Whence random draws come: the step that begins at t takes number t/dt of each stream.

    A run that continues another goes on where its steps ended, with its seed by default.
    """
    if request.noise is not None:
        if not isinstance(request.noise, BrownianPath):
            raise ArgumentError(f"noise must be a BrownianPath, not {request.noise!r}.")
        return request.noise.noise(clock.dt, clock.origin)
    first = round(min(max(clock.t0 / clock.dt, -_LAST_STEP), _LAST_STEP))
    checkpoint = request.checkpoint
    if checkpoint is not None and "draws" in checkpoint.numbers:
        first = int(checkpoint.numbers["draws"] or 0) - clock.first
    return Noise(seed_of(request), first, terms=terms_for(clock.dt))


def seed_of(request: Request) -> int:
    """Seed of a run's random numbers."""
    if request.seed is not None:
        return int(request.seed)
    if request.noise is not None:
        return request.noise.seed
    return 0 if request.checkpoint is None else request.checkpoint.seed
