"""When a state became nan or infinite: at which step, in which cell, and from which line of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.drivers.driver import Chunk, Flow
from brainpy_lab.equations.system import CONSTANTS, Span
from brainpy_lab.simulation.initial import value_of
from brainpy_lab.simulation.problem import Problem


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
        cause = _cause(problem, self.values, self.lane, float(plan.times(self.step)))
        if cause is None:
            return f"{text}\n  The equations themselves are finite there: take a smaller dt (it is {plan.dt:g})."
        name, span = cause
        if span is None:
            return f"{text}\n  '{name}' is not finite there."
        location = span.location(problem.system.text, problem.system.origin)
        advice = "Look for a division by zero or a growing exponential."
        return f"{text}\n  '{name}' is not finite there: {location}\n  {advice}"


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


def _cause(problem: Problem, values: dict[str, np.ndarray], lane: int, t: float) -> tuple[str, Span | None] | None:
    """The first definition or derivative that is not finite at the last finite values, in order of computation."""
    system = problem.system
    known: dict[str, Any] = {**CONSTANTS, "t": t}
    for name, value in {**problem.parameters, **{s: values[s] for s in system.state_names}}.items():
        flat = np.ravel(np.broadcast_to(value, problem.shape)) if np.ndim(value) and not problem.mixes else value
        known[name] = flat[lane] if np.ndim(flat) and not problem.mixes else flat
    for name, drive in problem.drives.items():
        known[name] = np.ravel(drive.at(np.array([t])))[0]
    equations = [(d.name, d.expr, d.span) for d in system.derived + system.intermediates]
    equations += [(f"d{s.name}/dt", s.drift, s.span) for s in system.states if s.drift is not None]
    with np.errstate(all="ignore"):
        for name, expr, span in equations:
            if not names_used(expr) <= set(known):
                return None
            try:
                value = np.asarray(value_of(expr, {k: np.asarray(v, dtype=float) for k, v in known.items()}))
            except Exception:  # a helper function: its own text cannot be evaluated here
                return None
            if not np.isfinite(value).all():
                return name, span
            known[name] = value
    return None
