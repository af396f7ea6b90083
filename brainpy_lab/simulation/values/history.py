"""Histories: what delayed states were before the start, from an expression, a function, a number or a Solution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.past import COEFFICIENTS
from brainpy_lab.equations.system import CONSTANTS, State, System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.interpolation import LocalCubic
from brainpy_lab.simulation.solution.remembered import Remembered
from brainpy_lab.simulation.values.initial import computed
from brainpy_lab.simulation.values.problem import Problem, as_numbers, check_names
from brainpy_lab.symbolic.compiling import helper_functions

#: A state before the start: an array of times -> values, times first.
History = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Recalled:
    """The history of one state that an earlier run remembers."""

    remembered: Remembered
    state: str

    @property
    def since(self) -> float:
        """The earliest time at which it is known."""
        return self.remembered.since

    def __call__(self, times: np.ndarray) -> np.ndarray:
        return self.remembered.at(self.state, times)


@dataclass(frozen=True)
class Bounded:
    """A history that is known from a time on."""

    at: History
    since: float
    rank: int | None = None  # axes of its values that are for elements, where known

    def __call__(self, times: np.ndarray) -> np.ndarray:
        return self.at(times)


def known_since(history: History) -> float:
    """The earliest time at which a history is known: functions and numbers are known at all times."""
    return float(getattr(history, "since", -np.inf))


def read_histories(
    system: System, given: Mapping[str, Any] | None, t0: float, remembered: Remembered | None
) -> dict[str, History]:
    """The histories that a run is handed, by state: numbers, functions of t and Solutions made functions of times.

    Raises
    ------
    ArgumentError
        For a name that is no state, or something that cannot be a history.
    """
    if given is not None and not isinstance(given, Mapping):
        advice = "For example history={'x': lambda t: np.cos(t)}."
        raise ArgumentError(f"history takes a course by state, not {given!r}.", advice=advice)
    check_names(given or {}, system.state_names, "state", system.name)
    found: dict[str, History] = {}
    if remembered is not None:
        for state in system.delayed_states:
            if state in remembered.coefficients:
                found[state] = Recalled(remembered, state)
    for state, value in (given or {}).items():
        if hasattr(value, "outcome") and hasattr(value, "final"):
            found[state] = _of_solution(state, value, t0)
        elif callable(value):
            found[state] = _of_function(state, value)
        else:
            found[state] = _of_number(state, value)
    return found


def _of_number(state: str, value: Any) -> History:
    array = np.asarray(as_numbers(f"history of {state}", value))
    return lambda times: np.broadcast_to(array, (len(times), *array.shape))


def _of_function(state: str, function: Callable[[Any], Any]) -> History:
    """A function of time as a history: handed all times at once where it takes arrays, else one after the other."""

    def at(times: np.ndarray) -> np.ndarray:
        try:
            whole = np.asarray(function(times), dtype=float)
            # at one time alone, an array of one number may be the function's own: one for each cell
            if whole.shape == times.shape and len(times) > 1:
                return whole
        except Exception:  # not written for arrays: one time after the other
            pass
        try:
            rows = [np.asarray(function(float(t)), dtype=float) for t in times]
        except Exception as error:
            raise ArgumentError(
                f"The function given as history of '{state}' failed: {type(error).__name__}: {error}",
                advice="It must take a time and give the value that the state had then.",
            ) from error
        return np.stack(rows)

    return at


def _of_solution(state: str, solution: Any, t0: float) -> History:
    """A Solution as a history: its end is moved to ``t0``, and before its start it is not known."""
    if state not in solution.data:
        advice = f"It recorded {', '.join(solution.data) or 'nothing'}; give the history: history={{'{state}': ...}}."
        raise ArgumentError(f"The solution given as history of '{state}' did not record it.", advice=advice)
    begin, end = float(solution.t[0]), float(solution.t[-1])
    has_own = solution.interpolant is not None or solution.derivative is not None
    course = solution if has_own else LocalCubic(solution.t, {state: as_numpy(solution.data[state])})

    def at(times: np.ndarray) -> np.ndarray:
        then = times - t0 + end
        # 1e-9: a delay as long as the solution reaches its first time but for rounding
        if (then < begin - 1e-9 * max(1.0, abs(end - begin))).any():
            raise ArgumentError(
                f"The delays reach back by {t0 - times.min():g}, and the solution given as history of '{state}' is "
                f"{end - begin:g} long.",
                advice="Give a longer solution, or a function of t.",
            )
        return np.asarray(course(np.clip(then, begin, end))[state])

    return Bounded(at, t0 - (end - begin), elements_of(solution, state))


def elements_of(solution: Any, state: str) -> int:
    """How many axes for elements a state has in the records of a Solution."""
    return np.ndim(solution.data[state]) - 1 - len(solution.ensemble_shape)


def initial_from(histories: Mapping[str, History], t0: float) -> dict[str, Any]:
    """The values at t0 that histories end with."""
    found = {}
    for state, history in histories.items():
        value = finite_values(state, history(np.array([t0])), np.array([t0]))[0]
        found[state] = float(value) if value.ndim == 0 else value
    return found


def expression_history(state: State, problem: Problem) -> History:
    """The history that stands in the model's text, ``x(t <= 0) = cos(t)``, with the run's parameters."""
    system = problem.system
    assert state.history is not None
    known: dict[str, Any] = {**CONSTANTS, **helper_functions(system), **problem.parameters}
    for definition in system.derived:
        known[definition.name] = computed(f"'{definition.name}'", definition.expr, known, system)
    expr, what = state.history, f"the history of '{state.name}'"

    def at(times: np.ndarray) -> np.ndarray:
        t = times.reshape(-1, *(1,) * len(problem.shape))
        with np.errstate(all="ignore"):
            value = np.asarray(computed(what, expr, {**known, "t": t}, system), dtype=float)
        whole: np.ndarray = np.broadcast_to(value, np.broadcast_shapes(value.shape, t.shape))
        return whole

    return at


def finite_values(state: str, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The values of a history, times first; raises ArgumentError for the first time at which it is not finite."""
    bad = ~np.isfinite(values.reshape(len(times), -1)).all(axis=1)
    if bad.any():
        raise ArgumentError(
            f"The history of '{state}' is not finite at t = {times[bad][0]:g}.",
            advice="It is read from the longest delay before the start on; a shorter delay needs less of it.",
        )
    return values


#: Chebyshev's points within a step, shape (4,), at which rounding grows least, and the matrix from values there to the
#: coefficients of a cubic polynomial.
_POINTS = 0.5 - 0.5 * np.cos(np.pi * (2 * np.arange(COEFFICIENTS) + 1) / (2 * COEFFICIENTS))
_FIT = np.linalg.inv(_POINTS[:, None] ** np.arange(COEFFICIENTS))


def sampled_steps(state: str, history: History, t0: float, dt: float, n: int, shape: tuple[int, ...]) -> np.ndarray:
    """The last ``n`` steps before t0 as cubic polynomials through four points within each: (n, 4, *shape).

    No point is an end of a step, where histories may jump.
    """
    times = (t0 + dt * (np.arange(-n, 0)[:, None] + _POINTS)).reshape(-1)
    values = finite_values(state, np.asarray(history(times), dtype=float), times)
    whole = np.broadcast_to(with_lanes(values, shape), (len(times), *shape)).reshape(n, COEFFICIENTS, *shape)
    first = whole[:, :1]  # taken off and added again: a constant history stays constant to the last bit
    steps = np.einsum("ij,nj...->ni...", _FIT, whole - first)
    steps[:, 0] += first[:, 0]
    found: np.ndarray = steps
    return found


def with_lanes(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values (times, *part of the shape) with axes added so that they broadcast to (times, *shape)."""
    own = values.shape[1:]
    return values.reshape(len(values), *(1,) * (len(shape) - len(own)), *own)
