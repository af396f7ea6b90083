"""How far the delays of a run reach, and the rings that fixed-step runs read them from."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.drivers.past import COEFFICIENTS, Past
from brainpy_lab.equations.system import Delay, System
from brainpy_lab.errors import ArgumentError, MemoryLimitError
from brainpy_lab.simulation.history import History, Remembered, expression_history, sampled_steps
from brainpy_lab.simulation.memory import SHARE, available_bytes, format_bytes
from brainpy_lab.simulation.problem import Problem
from brainpy_lab.symbolic.compiling import Compiler

_MOST_TIMES, _MOST_VALUES = 100_001, 4_000_000
_SMALL = 1e-9  # of a step, or of the time: delays this much below zero are rounding
_SMALL_RING = 2**25


@dataclass(frozen=True)
class Reach:
    """Least and largest delay of a run; ``longest`` is None where it depends on states and no bound is known."""

    shortest: float
    longest: float | None


def written(delay: Delay) -> str:
    """A delayed state as the user writes it: ``x(t - tau)``."""
    return f"{delay.state}({ast.unparse(delay.time)})"


def concrete(value: Any) -> Any:
    """A value through which a derivative is taken, as the number it has now; nan where it has none."""
    if isinstance(value, int | float | np.ndarray | np.generic):
        return value
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    while hasattr(value, "primal"):
        value = value.primal
    try:
        return np.asarray(value, dtype=float)
    except Exception:  # within a compiled function there are no numbers yet
        return np.full(np.shape(value), np.nan)


@lru_cache(maxsize=64)
def _times_read(system: System, names: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
    """A function of states, parameters and t that gives the times at which delays read."""
    return Compiler(system).compile([d.time for d in system.delays if d.name in names])


def delay_values(problem: Problem, t: Any, states: Mapping[str, Any] | None = None) -> dict[str, np.ndarray]:
    """Every delay, ``t`` minus the time at which the state is read; drives as at the times ``t``, with times first.

    Delays that depend on states are left out where no states are given.
    """
    system = problem.system
    times = np.asarray(t, dtype=float)
    parameters = {n: concrete(v) for n, v in problem.parameters.items()}
    for name, drive in problem.drives.items():
        values = drive.at(np.atleast_1d(times))
        extra = (1,) * (len(problem.shape) - len(drive.shape))
        parameters[name] = values.reshape(len(values), *extra, *drive.shape)
    column = times.reshape(times.shape + (1,) * (len(problem.shape) if times.ndim else 0))
    chosen = [d for d in system.delays if states is not None or not system.is_state_dependent(d)]
    nothing = dict.fromkeys(system.state_names, 0.0)
    given = [(states or nothing)[s] for s in system.state_names] + [parameters[p] for p in system.parameter_names]
    with np.errstate(all="ignore"):
        read = _times_read(system, tuple(d.name for d in chosen))(*given, column)
    return {d.name: column - np.asarray(value) for d, value in zip(chosen, read, strict=True)}


def reach_of(problem: Problem, t0: float, duration: float, dt: float, max_delay: float | None) -> Reach:
    """Least and largest delay over the times of a run.

    Raises
    ------
    ArgumentError
        A delay is negative, no number, or longer than ``max_delay``.
    """
    system = problem.system
    if max_delay is not None:
        is_number = isinstance(max_delay, int | float | np.number) and not isinstance(max_delay, bool)
        if not is_number or not np.isfinite(max_delay) or max_delay < 0:
            raise ArgumentError(f"max_delay must be a positive number, not {max_delay!r}.")
    shortest, longest = math.inf, 0.0
    known = [d for d in system.delays if not system.is_state_dependent(d)]
    for delay in known:
        times = _times(problem, delay, t0, duration, dt)
        values = delay_values(problem, times)[delay.name]
        if problem.traced and np.isnan(values).any():
            return Reach(0.0, max_delay)
        _check(delay, values, times, dt, max_delay)
        shortest, longest = min(shortest, float(values.min())), max(longest, float(values.max()))
        if len(times) > 3:
            longest += dt  # between the times looked at
    if len(known) == len(system.delays):
        return Reach(max(0.0, shortest), longest)
    return Reach(0.0, None if max_delay is None else max(float(max_delay), longest))


def _times(problem: Problem, delay: Delay, t0: float, duration: float, dt: float) -> np.ndarray:
    """Times at which a delay is looked at: few when it does not change in time."""
    if _is_steady(problem.system, delay, set(problem.drives)):
        return np.array([t0, t0 + 0.5 * duration, t0 + duration])
    most = max(1001, min(_MOST_TIMES, _MOST_VALUES // max(1, problem.lanes)))
    n = min(2 * math.ceil(duration / dt - 1e-9) + 1, most)
    return np.linspace(t0, t0 + duration, n)


def _is_steady(system: System, delay: Delay, driven: set[str]) -> bool:
    """Whether a delay is written ``t - tau`` with a tau that neither t nor an input moves."""
    match delay.time:
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Sub(), right=tau):
            named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
            seen: set[str] = set()
            todo = [tau]
            while todo:
                read = set(names_used(todo.pop()))
                todo += [named[n] for n in read & set(named) - seen]
                seen |= read
            return "t" not in seen and not seen & driven
    return False


def _check(delay: Delay, values: np.ndarray, times: np.ndarray, dt: float, max_delay: float | None) -> None:
    rows = values.reshape(len(times) if values.ndim else 1, -1)
    for bad, what in (
        (~np.isfinite(rows), "is not a finite number"),
        (rows < -_SMALL * max(dt, float(np.abs(times).max())), "is negative: the state would be read ahead of time"),
    ):
        if bad.any():
            row, lane = (int(i) for i in np.argwhere(bad)[0])
            cell = f" in cell {lane}" if rows.shape[1] > 1 else ""
            raise ArgumentError(
                f"The delay of {written(delay)} {what}. It is {rows[row, lane]:g} at t = {times[row]:g}{cell}.",
                advice="A delayed state is written x(t - tau) with tau >= 0.",
            )
    if max_delay is not None and rows.max() > max_delay * (1 + _SMALL):
        raise ArgumentError(
            f"The delay of {written(delay)} is {rows.max():g}, longer than max_delay = {max_delay:g}.",
            advice="Raise max_delay; or leave it out, for a delay that does not depend on states is known beforehand.",
        )


def make_past(
    problem: Problem, histories: Mapping[str, History], t0: float, n_steps: int, dt: float, reach: Reach, sweeps: int
) -> Past:
    """The rings at the start of a fixed-step run: as long as the largest delay, or as the run where that is unknown."""
    system = problem.system
    sources = all_histories(problem, histories)
    window = 2 * n_steps + 1 if reach.longest is None else math.ceil(reach.longest / dt - _SMALL) + 1
    earlier = (n_steps if reach.longest is None else window) if sources else 1
    kept = min(window, n_steps + earlier)
    slots = 1 << math.ceil(math.log2(kept + 2))
    _check_memory(problem, slots, dt, reach)
    shape = problem.shape
    before = {
        s: sampled_steps(s, sources[s], t0, dt, earlier, shape) if s in sources else None for s in system.delayed_states
    }
    if problem.shape and not problem.mixes and not problem.traced:
        before = {s: b if b is None else b.reshape(*b.shape[:2], -1) for s, b in before.items()}
    return Past(slots, window, before, sweeps if reach.shortest < dt * (1 - _SMALL) else 1)


def all_histories(problem: Problem, histories: Mapping[str, History]) -> dict[str, History]:
    """The histories of the delayed states that have one: those handed to the run, then those of the model's text."""
    found = {}
    for state in problem.system.states:
        if state.name not in problem.system.delayed_states:
            continue
        if state.name in histories:
            found[state.name] = histories[state.name]
        elif state.history is not None:
            found[state.name] = expression_history(state, problem)
    return found


def _check_memory(problem: Problem, slots: int, dt: float, reach: Reach) -> None:
    needed = 2 * 8 * COEFFICIENTS * slots * problem.lanes * len(problem.system.delayed_states)
    if needed <= _SMALL_RING:
        return
    room = int(SHARE * available_bytes())
    if needed > room:
        what = "the whole run" if reach.longest is None else f"a delay of {reach.longest:g}"
        advice = "Take a larger dt"
        advice += ", or say how far back it reaches: max_delay=..." if reach.longest is None else ""
        raise MemoryLimitError(
            f"The delayed states' history over {what} at dt = {dt:g} takes {format_bytes(needed)}; "
            f"{format_bytes(room)} are free for it.",
            advice=f"{advice}.",
        )


def remember(
    rings: Mapping[str, np.ndarray], past: Past, problem: Problem, t0: float, done: int, dt: float
) -> Remembered:
    """The part of a run's rings that a run can need that continues it after ``done`` steps."""
    first = max(past.first, done - past.window)
    numbers = np.arange(first, done)
    shape = problem.shape
    coefficients = {}
    for state, ring in rings.items():
        steps = ring[numbers % past.slots]
        coefficients[state] = steps if problem.mixes else steps.reshape(len(numbers), COEFFICIENTS, *shape)
    length = np.full(len(numbers), dt)
    return Remembered(t0 + dt * numbers, length, coefficients, past.is_constant and first == -1)


def misread(
    problem: Problem, longest: float, time: float, slack: float, values: Mapping[str, Any], lane: int
) -> str | None:
    """What is wrong with a delay at the last finite values of a run: a sentence, or None when nothing is.

    Delays may be up to ``longest``; the bounds are watched at stages of a step, and so ``slack`` earlier.
    """
    system = problem.system
    delays = delay_values(problem, np.array([time]), {s: values[s] for s in system.state_names})
    for delay in system.delays:
        whole = np.ravel(delays[delay.name])
        value = float(whole[lane] if whole.size > 1 else whole[0])
        name = f"The delay of {written(delay)}"
        if value < slack:
            return f"{name} turns negative, from {value:g}: a state cannot be read ahead of time."
        if value > longest - slack:
            return f"{name} is {value:g} and the run remembers {longest:g}: raise max_delay."
    return None
