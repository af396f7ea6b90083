"""A run from the user's arguments to a Solution: check, plan, run fixed or adaptive, and its result as a Solution."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab import drivers, solvers
from brainpy_lab.codegen.builder import memory_names
from brainpy_lab.codegen.generate import Crossing
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.levy_areas import terms_for
from brainpy_lab.drivers.random_draws import Noise
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.simulation.adaptive import Tolerances, run_adaptive
from brainpy_lab.simulation.brownian import BrownianPath
from brainpy_lab.simulation.captured import capture_inputs
from brainpy_lab.simulation.chosen import choice
from brainpy_lab.simulation.control import Progress, reporter
from brainpy_lab.simulation.delays import make_past, reach_of
from brainpy_lab.simulation.dress import add_intermediates, solution_of
from brainpy_lab.simulation.fractional import is_memory, memory_of, mesh_of
from brainpy_lab.simulation.generated import generated
from brainpy_lab.simulation.history import History, expression_history, initial_from, read_histories
from brainpy_lab.simulation.outcome import Outcome
from brainpy_lab.simulation.pieces import parameters_of, with_polynomials
from brainpy_lab.simulation.problem import Problem, check_names, resolve
from brainpy_lab.simulation.run import Plan, run_fixed
from brainpy_lab.simulation.solution import Solution
from brainpy_lab.simulation.tracing import user_line
from brainpy_lab.simulation.warning import warn
from brainpy_lab.solvers import Method
from brainpy_lab.solvers.auto import AUTO

if TYPE_CHECKING:
    from brainpy_lab.simulation.model import Model


_LAST_STEP = 2.0**60  # numbers of steps fit 64 bits


@dataclass
class Request:
    """The arguments of `Model.run`."""

    model: Model
    code: StepCode | None
    backend: str
    method: str
    duration: float
    dt: float
    initial: Mapping[str, Any] | None = None
    seed: int | None = None
    record: list[str] | tuple[str, ...] | None = None
    record_every: float | None = None
    progress: bool | Progress = False
    rtol: float | None = None
    atol: float | Mapping[str, float] | None = None
    max_step: float | None = None
    threads: int = 1
    start: float | Solution | None = None
    history: Mapping[str, Any] | None = None
    max_delay: float | None = None
    stop: threading.Event | None = None
    noise: BrownianPath | None = None
    grading: float | None = None
    memory: float | None = None
    crossing: Crossing | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


def simulate(request: Request) -> Solution:
    """Run what was asked for."""
    if request.method == AUTO:
        return _simulate_chosen(request)
    model = request.model
    system = model.system
    driver, method = drivers.get(request.backend), solvers.get(request.method)
    _check_numbers(request, method)
    t0, initial, memory = _start(request)
    past = memory_of(method, system, request)
    check_names(request.parameters, system.parameter_names, "parameter", system.name)
    code, parameters = request.code, request.parameters
    if code is None and not model.has_edit(driver.name, method.name):
        system, parameters = capture_inputs(system, parameters)
        crossing = request.crossing or model.crossing
        if system is not model.system or crossing != model.crossing:
            code = generated(system, method.name, driver.name, model.share_exponentials, crossing)
    histories = _histories(request, system, t0)
    initial = {**initial_from(histories, t0), **initial}
    problem = resolve(system, parameters, initial, memory, driver.is_traced)
    smooth = {n: parameters_of(n, system) for n, d in problem.drives.items() if d.change_times is None}
    if method.is_adaptive and smooth:
        if code is None and model.has_edit(driver.name, method.name):
            raise ArgumentError(
                f"The edited code of '{method.name}' has no place for an input of '{next(iter(smooth))}' that moves.",
                advice="Use a fixed-step method, or revert the code: m.revert().",
            )
        whole = with_polynomials(system, smooth)
        code = generated(whole, method.name, driver.name, model.share_exponentials)
    _start_histories(problem, initial, t0)
    wanted, states = _record(request, problem)
    every = _record_steps(request) if not method.is_adaptive else 1
    plan = Plan(
        t0=t0,
        duration=float(request.duration),
        dt=float(request.dt),
        record=states,
        every=every,
        threads=request.threads,
        noise=_noise(request, t0),
        stop=request.stop,
        report=reporter(request.progress),
        method=method,
        memory=past,
        mesh=mesh_of(past, float(request.duration), float(request.dt)),
    )
    code = code or model.code(driver.name, method.name)
    delays = None
    if system.is_delayed:
        reach = reach_of(problem, t0, plan.duration, plan.dt, request.max_delay)
        delays = (histories, reach)
        if not method.is_adaptive:
            sweeps = 2 + math.ceil(method.order)
            plan.past = make_past(problem, histories, t0, plan.n_steps, plan.dt, reach, sweeps)
    with user_line(system, code, lambda: _on_reference(request)):
        if method.is_adaptive:
            tolerances = Tolerances.of(request, problem)
            result = run_adaptive(code, driver, problem, plan, tolerances, request.record_every, delays)
        else:
            result = run_fixed(code, driver, problem, plan)
    if code.edited:
        result.stats["edited"] = True
    if result.outcome is Outcome.INTERRUPTED:
        warn(f"The run of {model.name} was interrupted at t = {result.stats['end']:g}. {result.outcome.advice}")
    add_intermediates(result, problem, wanted)
    return solution_of(request, result, problem, wanted, method, _seed(request))


def _histories(request: Request, system: System, t0: float) -> dict[str, History]:
    """What the delayed states were before the start: as handed in, or as a Solution that is continued left them."""
    start = request.start
    remembered = start.remembered if isinstance(start, Solution) else None
    given = request.history
    if remembered is None and (given is None or isinstance(given, Mapping)):
        course = _course(start, system) if isinstance(start, Solution) else request.model.history
        given = {**course, **(given or {})}
    if request.max_delay is not None and not system.is_delayed:
        raise ArgumentError(f"The model '{system.name}' has no delays, and so no max_delay.")
    return read_histories(system, given, t0, remembered)


def _course(start: Solution, system: System) -> dict[str, Solution]:
    """The records of a Solution that remembers nothing else, loaded from a file say, as histories of delayed states."""
    return dict.fromkeys(system.delayed_states, start)


def _start_histories(problem: Problem, initial: Mapping[str, Any], t0: float) -> None:
    """Initial values that the text's histories give for a start at another time than 0."""
    if t0 == 0.0:
        return
    for state in problem.system.states:
        if state.history is not None and state.name not in initial:
            value = expression_history(state, problem)(np.array([t0]))[0]
            problem.states[state.name] = value if value.ndim else float(value)


def _simulate_chosen(request: Request) -> Solution:
    """Run with the method that suits the model and the run's values."""
    t0, initial, _ = _start(request)
    system = request.model.system
    check_names(request.parameters, system.parameter_names, "parameter", system.name)
    system, parameters = capture_inputs(system, request.parameters)
    is_traced = drivers.get(request.backend).is_traced
    numbers = {"start": t0, "duration": float(request.duration)}
    found = choice(system, parameters, initial, is_traced, **numbers, rtol=request.rtol)
    chosen = replace(request, method=found.method)
    if not solvers.get(found.method).is_adaptive:
        chosen = replace(chosen, rtol=None, atol=None, max_step=None)
    solution = simulate(chosen)
    solution.stats["why"] = found.why
    return solution


def _on_reference(request: Request) -> None:
    """One step on the NumPy driver, whose errors know their line."""
    if request.code is None and request.backend != "numpy":
        simulate(replace(request, backend="numpy", duration=request.dt, record=[], record_every=None, progress=False))


def _check_numbers(request: Request, method: Method) -> None:
    for name in ("duration", "dt"):
        value = getattr(request, name)
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not is_number or not np.isfinite(value) or value <= 0:
            raise ArgumentError(f"{name} must be a positive number, not {value!r}.")
    if request.initial is not None and not isinstance(request.initial, Mapping):
        raise ArgumentError(
            f"initial takes values by state, not {request.initial!r}.", advice="For example initial={'V': -65.0}."
        )
    if request.crossing is not None:
        _check_crossing(request, method)
    if request.stop is not None and not hasattr(request.stop, "is_set"):
        raise ArgumentError(f"stop must be a threading.Event, not {request.stop!r}.")
    if not (callable(request.progress) or isinstance(request.progress, bool)):
        raise ArgumentError(
            f"progress must be True, False or a function of the fraction done, not {request.progress!r}."
        )
    if not isinstance(request.threads, int) or request.threads < 1:
        raise ArgumentError(f"threads must be a positive whole number, not {request.threads!r}.")
    if request.seed is not None and (not isinstance(request.seed, int | np.integer) or request.seed < 0):
        raise ArgumentError(f"seed must be a whole number from 0 on, not {request.seed!r}.")
    for name in ("rtol", "atol", "max_step"):
        if getattr(request, name) is not None and not method.is_adaptive:
            raise ArgumentError(
                f"'{method.name}' takes steps of fixed length and has no {name}.",
                advice="Choose an adaptive method, for example method='rkdp', or set dt.",
            )


def _check_crossing(request: Request, method: Method) -> None:
    if request.crossing not in ("step", "bridge"):
        raise ArgumentError(f"crossing must be 'step' or 'bridge', not {request.crossing!r}.")
    if request.model.has_edit(request.backend, method.name) and request.crossing != request.model.crossing:
        raise ArgumentError(
            "crossing changes the step code, and this model's was edited.", advice="Revert it first: m.revert()."
        )
    if request.crossing == "bridge" and not request.model.system.is_stochastic:
        raise ArgumentError(f"'{request.model.name}' has no noise, and so no crossing='bridge'.")


def _start(request: Request) -> tuple[float, dict[str, Any], dict[str, Any]]:
    """Start time, initial values and hidden variables: fresh, or those at the end of a Solution."""
    initial = dict(request.initial or {})
    start = request.start
    if start is None:
        return 0.0, initial, {}
    if isinstance(start, Solution):
        states = request.model.system.state_names
        if not set(states) <= set(start.final):
            message = f"The solution of '{start.model_name}' cannot be continued with '{request.model.name}'."
            raise ArgumentError(message)
        known = memory_names(request.model.system)
        memory = {n: v for n, v in start.memory.items() if n in known or is_memory(n, request.model.system)}
        return float(start.stats.get("end", start.t[-1])), {**{s: start.final[s] for s in states}, **initial}, memory
    if not isinstance(start, int | float | np.number) or not np.isfinite(start):
        raise ArgumentError(f"start must be a time or a Solution, not {start!r}.")
    return float(start), initial, {}


def _noise(request: Request, t0: float) -> Noise:
    """Whence random draws come: the step that begins at t takes number t/dt of each stream.

    A run that continues a Solution goes on where its steps ended, with its seed by default.
    """
    start = request.start
    if request.noise is not None:
        if not isinstance(request.noise, BrownianPath):
            raise ArgumentError(f"noise must be a BrownianPath, not {request.noise!r}.")
        return request.noise.noise(float(request.dt), t0)
    first = round(min(max(t0 / request.dt, -_LAST_STEP), _LAST_STEP))
    first = start.stats.get("noise_steps", first) if isinstance(start, Solution) else first
    return Noise(_seed(request), first, terms=terms_for(float(request.dt)))


def _seed(request: Request) -> int:
    if request.seed is not None:
        return int(request.seed)
    if request.noise is not None:
        return request.noise.seed
    return request.start.seed if isinstance(request.start, Solution) else 0


def _record(request: Request, problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables asked for, and the states that must be recorded to have them."""
    system = problem.system
    if request.record is None:
        return system.state_names, system.state_names
    if isinstance(request.record, str):
        raise ArgumentError("record takes a list of names.", advice=f"Write record=['{request.record}'].")
    known = system.state_names + tuple(d.name for d in system.intermediates)
    for name in request.record:
        if name not in known:
            raise ArgumentError(
                f"The model '{system.name}' has no variable '{name}' to record.",
                advice=did_you_mean(str(name), known) or f"It has: {', '.join(known)}.",
            )
    wanted = tuple(dict.fromkeys(request.record))
    if all(name in system.state_names for name in wanted):
        return wanted, wanted
    return wanted, system.state_names


def _record_steps(request: Request) -> int:
    if request.record_every is None:
        nothing = request.record is not None and not len(request.record)
        return max(1, math.ceil(request.duration / request.dt - 1e-9)) if nothing else 1  # start and end alone
    every = request.record_every
    if not isinstance(every, int | float | np.number) or not np.isfinite(every) or every <= 0:
        raise ArgumentError(f"record_every must be a positive number, not {every!r}.")
    steps = round(every / request.dt)
    if steps < 1 or abs(steps * request.dt - every) > 1e-6 * every:
        raise ArgumentError(
            f"record_every ({every:g}) must be a whole multiple of dt ({request.dt:g}).",
            advice=f"For example record_every={max(1, steps) * request.dt:g}.",
        )
    return steps
