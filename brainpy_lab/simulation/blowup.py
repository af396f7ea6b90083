"""When a state became nan or infinite: at which step, in which cell, and from which line of the model."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.drivers.driver import Chunk, Flow
from brainpy_lab.equations.system import CONSTANTS
from brainpy_lab.simulation.culprit import culprit, too_long
from brainpy_lab.simulation.initial import value_of
from brainpy_lab.simulation.problem import Problem
from brainpy_lab.symbolic.compiling import helper_functions

_GROWN = 1e30  # a state beyond was made by the steps: no model means such a value


@dataclass
class BlowUp:
    """The last finite values, the step that left them, and the variable and cell it happened in."""

    step: int
    values: dict[str, np.ndarray]
    chunk: Chunk
    variable: str
    lane: int
    delay: str | None = None  # what is wrong with a delay, when that is the cause

    def summary(self, problem: Problem, plan: Any) -> dict[str, Any]:
        """Variable, element and time, for the Solution's statistics."""
        time = float(plan.times(self.step + 1))
        return {"variable": self.variable, "element": self.lane, "time": time}

    def message(self, problem: Problem, plan: Any) -> str:
        """One text: what, where, when, from which line, and what to do."""
        where = f"[{self.lane}]" if problem.shape else ""
        time = float(plan.times(self.step + 1))
        text = f"{self.variable}{where} became nan or infinite at t = {time:g}; the run stopped before it."
        if self.delay is not None:
            return f"The run stopped at t = {float(plan.times(self.step)):g}. {self.delay}"
        cause = cause_of(problem, self.values, self.lane, float(plan.times(self.step)))
        if cause is None:
            return f"{text}\n  {self._of_the_step(problem, plan)}"
        if max(float(np.abs(self.values[s]).max()) for s in problem.system.state_names) > _GROWN:
            return f"{text}\n  {cause}\n  {self._of_the_step(problem, plan)}"
        advice = "A smaller dt does not make it finite: change the equation there, or what leads to it."
        return f"{text}\n  {cause}\n  {advice}"

    def _of_the_step(self, problem: Problem, plan: Any) -> str:
        """What to do where the equations are finite at both ends: the step is too long, for one of three reasons."""
        known, states = [], []
        for values in (self.values, problem.states):
            known.append(_known(problem, values, self.lane, float(plan.times(self.step))))
            states.append({s: known[-1][s] for s in problem.system.state_names})
        with np.errstate(all="ignore"):
            stiff = too_long(problem, states, known[0], plan.method, plan.dt)
        if stiff is not None:
            return stiff
        system = problem.system
        is_plain = not (system.is_delayed or system.is_stochastic or system.is_fractional)
        if is_plain and any(map(system.is_reset, system.events)):
            return (
                "The equations are finite where the step began: it passed the event that resets the state. An "
                "adaptive method, or crossing='exact', finds the event inside the step."
            )
        return f"The equations are finite at smaller values: take a smaller dt (it is {plan.dt:g})."


def find_blow_up(
    flow: Flow,
    read: Callable[[], dict[str, np.ndarray]],
    problem: Problem,
    before: dict[str, np.ndarray],
    done: int,
    n: int,
    rows: np.ndarray,
    row: int,
) -> BlowUp:
    """Bisect the chunk of ``n`` steps after step ``done`` for the first step whose result is not finite.

    Steps are deterministic, so that running a part of the chunk again writes the same records again.
    """
    names = problem.system.state_names

    def after(steps: int) -> tuple[dict[str, np.ndarray], Chunk]:
        flow.restore(before, done)
        chunk = flow.advance(steps, rows, row)
        return read(), chunk

    good, bad = 0, n
    while bad - good > 1:
        middle = (good + bad) // 2
        values, _ = after(middle)
        if all(np.isfinite(values[s]).all() for s in names):
            good = middle
        else:
            bad = middle
    broken, _ = after(bad)
    variable = next(s for s in names if not np.isfinite(broken[s]).all())
    lane = int(np.flatnonzero(~np.isfinite(np.ravel(broken[variable])))[0])
    values, chunk = after(good)
    return BlowUp(done + good, values, chunk, variable, lane)


def _known(problem: Problem, values: Mapping[str, Any], lane: int, t: float) -> dict[str, Any]:
    """All names of the equations with their values in one cell, helper functions among them."""
    system = problem.system
    known: dict[str, Any] = {**CONSTANTS, "t": t}
    for name, value in {**problem.parameters, **{s: values[s] for s in system.state_names}}.items():
        flat = np.ravel(np.broadcast_to(value, problem.shape)) if np.ndim(value) and not problem.mixes else value
        known[name] = flat[lane] if np.ndim(flat) and not problem.mixes else flat
    for name, drive in problem.drives.items():
        known[name] = np.ravel(drive.at(np.array([t])))[0]
    return {**helper_functions(system), **{k: np.asarray(v, dtype=float) for k, v in known.items()}}


def cause_of(problem: Problem, values: Mapping[str, Any], lane: int, t: float) -> str | None:
    """The first definition or derivative that is not finite at the given values: its name, line and operation."""
    system = problem.system
    known = _known(problem, values, lane, t)
    equations = [(d.name, d.expr, d.span) for d in system.derived + system.intermediates]
    equations += [(f"d{s.name}/dt", s.drift, s.span) for s in system.states if s.drift is not None]
    with np.errstate(all="ignore"):
        for name, expr, span in equations:
            if not names_used(expr) <= set(known):
                return None
            try:
                value = np.asarray(_or_nan(expr, known))
                found = None if np.isfinite(value).all() else culprit(expr, known)
            except Exception:  # what cannot be evaluated here
                return None
            if found is not None:
                where = f": {span.location(system.text, system.origin)}" if span else "."
                return f"'{name}' is not finite there{where}\n  {found}."
            known[name] = value
    return None


def _or_nan(expr: ast.expr, known: Mapping[str, Any]) -> Any:
    try:
        return value_of(expr, known)
    except ArithmeticError:
        return np.nan
