"""How far the delays of a run reach, and the rings that fixed-step runs read them from."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.past import COEFFICIENTS, Past
from brainpy_lab.equations.system import Delay, System, names_reached
from brainpy_lab.errors import ArgumentError, MemoryLimitError
from brainpy_lab.simulation.run_defaults import is_finite, is_number
from brainpy_lab.simulation.runs.clock import Clock
from brainpy_lab.simulation.runs.record_size import SHARE, available_bytes, format_bytes
from brainpy_lab.simulation.solution.remembered import Remembered
from brainpy_lab.simulation.values.history import (
    Bounded,
    History,
    Recalled,
    expression_history,
    known_since,
    sampled_steps,
    with_lanes,
)
from brainpy_lab.simulation.values.problem import Drive, Problem
from brainpy_lab.symbolic.compiling import Compiler

_MOST_TIMES, _MOST_VALUES = 100_001, 4_000_000
_SMALL = 1e-9  # of a step, or of the time: delays this much below zero are rounding
_SMALL_RING = 2**25
_MOST_STEPS = 2**53


@dataclass(frozen=True)
class DelayRange:
    """Least and largest delay of a run; ``longest`` is None where it depends on states and no bound is known.

    ``is_steady`` says whether no delay changes in the run. Where ``longest`` is None, ``known`` is the largest of the
    delays that no state moves, and the histories are made for ``back`` before the start; they can be had for
    ``known_back``, and are asked for at most for ``most_back``, see `brainpy_lab.simulation.runs.further`.
    """

    shortest: float
    longest: float | None
    is_steady: bool = False
    known: float = 0.0
    back: float = 0.0
    known_back: float = math.inf
    most_back: float = math.inf


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
def _kinds(system: System, driven: frozenset[str]) -> tuple[tuple[Delay, ...], tuple[Delay, ...], bool]:
    """Delays that stay as they are in a run, those that t or an input moves, and whether others depend on states."""
    known = [d for d in system.delays if not system.is_state_dependent(d)]
    steady = tuple(d for d in known if _is_steady(system, d, driven))
    moving = tuple(d for d in known if d not in steady)
    return steady, moving, len(known) < len(system.delays)


def _is_steady(system: System, delay: Delay, driven: frozenset[str]) -> bool:
    """Whether a delay is written ``t - tau`` with a tau that neither t nor an input moves."""
    match delay.time:
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Sub(), right=tau):
            named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
            seen = names_reached([tau], named)
            return "t" not in seen and not seen & driven
    return False


@lru_cache(maxsize=64)
def _times_read(system: System, names: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
    """A function of states, parameters and t that gives the times at which delays read."""
    return Compiler(system).compile([d.time for d in system.delays if d.name in names])


def delay_values(
    problem: Problem, delays: tuple[Delay, ...], times: Any, states: Mapping[str, Any] | None = None
) -> list[Any]:
    """``delays`` at a time or at ``times``: t minus the time at which each reads its state, times first.

    Drives are as they are then; delays that depend on states need ``states``.
    """
    system = problem.system
    parameters = problem.parameters
    if problem.traced:
        parameters = {n: concrete(v) for n, v in parameters.items()}
    if problem.drives:
        parameters = parameters | {
            n: _over_time(drive, np.atleast_1d(times), problem) for n, drive in problem.drives.items()
        }
    column = times.reshape(-1, *(1,) * len(problem.shape)) if isinstance(times, np.ndarray) else times
    given = [0.0 if states is None else states[s] for s in system.state_names]
    given += [parameters[p] for p in system.parameter_names]
    with np.errstate(all="ignore"):
        try:
            read = _times_read(system, tuple(d.name for d in delays))(*given, column)
        except OverflowError:
            names = ", ".join(d.written for d in delays)
            raise ArgumentError(f"The time of {names} cannot be computed: it is too large a number.") from None
    return [column - value for value in read]


def _over_time(drive: Drive, times: np.ndarray, problem: Problem) -> np.ndarray:
    """A moving parameter's values, times first, with axes for the run's shape."""
    return with_lanes(drive.at(times), problem.shape)


def reach_of(problem: Problem, t0: float, duration: float, dt: float, max_delay: float | None) -> DelayRange:
    """Least and largest delay over the times of a run.

    Raises
    ------
    ArgumentError
        A delay is negative, no number, or longer than ``max_delay``.
    """
    if max_delay is not None and (not is_number(max_delay) or not is_finite(max_delay) or max_delay < 0):
        raise ArgumentError(f"max_delay must be a positive number, not {max_delay!r}.")
    steady, moving, has_others = _kinds(problem.system, frozenset(problem.drives))
    shortest, longest = math.inf, 0.0
    for delays in (steady, moving):
        if not delays:
            continue
        times = t0 if delays is steady else _times(problem, t0, duration, dt)
        for delay, values in zip(delays, delay_values(problem, delays, times), strict=True):
            least, most = (values,) * 2 if isinstance(values, float) else (float(values.min()), float(values.max()))
            if problem.traced and math.isnan(least):
                return DelayRange(0.0, max_delay)
            if not (least >= 0.0 and most < math.inf and (max_delay is None or most <= max_delay)):
                _check(delay, np.atleast_1d(values), np.atleast_1d(times), dt, max_delay)
            # what moves may be longer between the times looked at
            shortest, longest = min(shortest, least), max(longest, most if delays is steady else most + dt)
    if max_delay is not None:  # a run that goes on from this one may have longer delays
        longest = max(longest, float(max_delay))
    if not has_others:
        return DelayRange(max(0.0, shortest), longest, not moving)
    return DelayRange(0.0, None if max_delay is None else longest, known=longest)


def _times(problem: Problem, t0: float, duration: float, dt: float) -> np.ndarray:
    """Times at which delays that move are looked at."""
    most = max(1001, min(_MOST_TIMES, _MOST_VALUES // max(1, problem.lanes)))
    return np.linspace(t0, t0 + duration, min(2 * math.ceil(duration / dt - 1e-9) + 1, most))


def _check(delay: Delay, values: np.ndarray, times: np.ndarray, dt: float, max_delay: float | None) -> None:
    """Raise ArgumentError where a delay is negative, no number or too long by more than rounding."""
    rows = values.reshape(len(times), -1)
    for bad, what in (
        (~np.isfinite(rows), "is not a finite number"),
        (rows < -_SMALL * max(dt, float(np.abs(times).max())), "is negative: the state would be read ahead of time"),
    ):
        if bad.any():
            row, lane = (int(i) for i in np.argwhere(bad)[0])
            cell = f" in cell {lane}" if rows.shape[1] > 1 else ""
            raise ArgumentError(
                f"The delay of {delay.written} {what}. It is {rows[row, lane]:g} at t = {times[row]:g}{cell}.",
                advice="A delayed state is written x(t - tau) with tau >= 0.",
            )
    if max_delay is not None and rows.max() > max_delay * (1 + _SMALL):
        raise ArgumentError(
            f"The delay of {delay.written} is {rows.max():g}, longer than max_delay = {max_delay:g}.",
            advice="Raise max_delay; or leave it out, for a delay that does not depend on states is known beforehand.",
        )


def make_past(problem: Problem, histories: Mapping[str, History], clock: Clock, reach: DelayRange, sweeps: int) -> Past:
    """The rings at the start of a fixed-step run: as long as the largest delay.

    Where that is unknown, all of the run and of the histories as far as ``reach.back`` is kept.
    """
    n_steps, dt = clock.n_steps, clock.dt
    system = problem.system
    sources = all_histories(problem, histories)
    if reach.longest is None:
        earlier = max(1, math.floor(min(reach.back / dt, _MOST_STEPS) + _SMALL)) if sources else n_steps
        window = n_steps + earlier + 1
    else:
        earlier = window = math.ceil(reach.longest / dt - _SMALL) + 1
    earlier = earlier if sources else 1
    kept = min(window, n_steps + earlier)
    slots = 1 << math.ceil(math.log2(kept + 2))
    _check_memory(problem, slots, dt, reach)
    before = {s: _before(problem, s, sources.get(s), clock, earlier) for s in system.delayed_states}
    if problem.shape and not problem.mixes and not problem.traced:
        before = {s: b if b is None else b.reshape(*b.shape[:2], -1) for s, b in before.items()}
    is_short = reach.shortest < dt * (1 - _SMALL)
    is_steady = reach.is_steady and not is_short
    return Past(slots, window, before, sweeps if is_short else 1, is_steady, clock.first)


def _before(problem: Problem, state: str, history: History | None, clock: Clock, n: int) -> np.ndarray | None:
    """The last ``n`` steps of a state before a run: as the run it continues has taken them, or from its history."""
    if history is None:
        return None
    shape = problem.shape_of(state)
    if clock.first and isinstance(history, Recalled):
        steps = history.remembered.last_steps(state, n)
        if steps is None:
            raise ArgumentError(
                f"The run that is continued remembers '{state}' from t = {history.since:g} on, and the delays of this "
                "one reach further back.",
                advice=f"Run the first part with max_delay={n * clock.dt:.3g}, or give its Solution: "
                f"history={{'{state}': sol}}.",
            )
        own = steps.shape[2:]
        steps = steps.reshape(*steps.shape[:2], *(1,) * (len(shape) - len(own)), *own)
        return np.broadcast_to(steps, (*steps.shape[:2], *shape))
    return sampled_steps(state, history, clock.origin + clock.first * clock.dt, clock.dt, n, shape)


def all_histories(problem: Problem, histories: Mapping[str, History]) -> dict[str, History]:
    """The histories of the delayed states that have one: those handed to the run, then those of the model's text."""
    found = {}
    for state in problem.system.states:
        if state.name not in problem.system.delayed_states:
            continue
        if state.name in histories:
            found[state.name] = _aligned(problem, state.name, histories[state.name])
        elif state.history is not None:
            found[state.name] = expression_history(state, problem)
    return found


def _aligned(problem: Problem, state: str, history: History) -> History:
    """A history with axes for the elements where its values have those of the ensemble; what a run remembers has."""
    if isinstance(history, Recalled):
        return history

    def at(times: np.ndarray) -> np.ndarray:
        values = np.asarray(history(times), dtype=float)
        return values.reshape(len(times), *problem.axes.padded(state, values.shape[1:]))

    return Bounded(at, known_since(history))


def _check_memory(problem: Problem, slots: int, dt: float, reach: DelayRange) -> None:
    needed = 2 * 8 * COEFFICIENTS * slots * problem.lanes * len(problem.system.delayed_states)
    if needed <= _SMALL_RING:
        return
    room = int(SHARE * available_bytes())
    if needed > room:
        what = (
            f"the whole run and {reach.back:g} before it" if reach.longest is None else f"a delay of {reach.longest:g}"
        )
        advice = "Take a larger dt"
        advice += ", or say how far back it reaches: max_delay=..." if reach.longest is None else ""
        raise MemoryLimitError(
            f"The delayed states' history over {what} at dt = {dt:g} takes {format_bytes(needed)}; "
            f"{format_bytes(room)} are free for it.",
            advice=f"{advice}.",
        )


def remember(rings: Mapping[str, np.ndarray], past: Past, problem: Problem, clock: Clock, done: int) -> Remembered:
    """The part of a run's rings that a run can need that continues it with step ``done``."""
    first = max(past.first, done - past.window)
    numbers = np.arange(first, done)
    shape = problem.shape
    coefficients = {}
    for state, ring in rings.items():
        steps = ring.take(numbers, axis=0, mode="wrap")
        coefficients[state] = steps if problem.mixes else steps.reshape(len(numbers), COEFFICIENTS, *shape)
    length = np.full(len(numbers), clock.dt)
    return Remembered(clock.origin + clock.dt * numbers, length, coefficients, past.is_constant and first == -1)


def misread(
    problem: Problem,
    delays: tuple[Delay, ...],
    longest: float,
    time: float,
    slack: float,
    values: Mapping[str, Any],
    lane: int,
) -> str | None:
    """What is wrong with one of ``delays`` at the last finite values of a run: a sentence, or None when nothing is.

    They may be up to ``longest``; the bounds are watched at stages of a step, and so ``slack`` earlier.
    """
    found = delay_values(problem, delays, np.array([time]), values)
    for delay, at_once in zip(delays, found, strict=True):
        whole = np.ravel(at_once)
        value = float(whole[lane] if whole.size > 1 else whole[0])
        name = f"The delay of {delay.written}"
        if value < slack:
            return f"{name} turns negative, from {value:g}: a state cannot be read ahead of time."
        if value > longest - slack:
            return f"{name} is {value:g} and the run remembers {longest:g}: raise max_delay."
    return None
