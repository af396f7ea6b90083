"""When a state became nan or infinite: in which cell, and from which line of the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from brainpy_lab.simulation.endings.cause import Past, Standing
from brainpy_lab.simulation.endings.ending import GROWN, beyond, largest, too_long, why_it_ended
from brainpy_lab.simulation.endings.reference import reference
from brainpy_lab.simulation.values.problem import Problem

_MODERATE = 1e3  # times the values at the start: a state that a noisy run may come to, and far from overflow
_WITHIN = (0.01, 0.25, 0.5, 1.0)  # of a step: where its stages lie, about


@dataclass
class BlowUp:
    """The last finite values, the step that left them, and the variable and cell it happened in."""

    step: int
    values: dict[str, np.ndarray]
    variable: str
    lane: int
    delay: str | None = None  # what is wrong with a delay, when that is the cause
    past: Past | None = None  # of delayed states

    def summary(self, plan: Any) -> dict[str, Any]:
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
        stand = Standing(problem, self.values, self.lane, float(plan.times(self.step)), self.past)
        if stand.cause is None:
            return f"{text}\n  {self._of_the_step(stand, plan)}"
        if largest(self.values) > GROWN:
            return f"{text}\n  {stand.cause}\n  {self._of_the_step(stand, plan)}"
        advice = "A smaller dt does not make it finite: change the equation there, or what leads to it."
        return f"{text}\n  {stand.cause}\n  {advice}"

    def _of_the_step(self, stand: Standing, plan: Any) -> str:
        """What to do where the equations are finite where the step began: it is too long, or the solution ends."""
        problem = stand.problem
        system = problem.system
        start = replace(stand, values=problem.states, time=float(plan.t0))
        stiff = too_long([stand, start], plan.method, plan.dt)
        if stiff is not None:
            return stiff
        if system.is_stochastic and (runaway := _runaway(stand, start, plan.dt)) is not None:
            return runaway
        is_plain = not (system.is_delayed or system.is_stochastic or system.is_fractional)
        if is_plain and any(map(system.is_reset, system.events)):
            return (
                "The equations are finite where the step began: it passed the event that resets the state. An "
                "adaptive method, or crossing='exact', finds the event inside the step."
            )
        solution = reference(start, plan.t0 + plan.duration)
        if solution is not None:
            ends = why_it_ended(solution, start.time, None) or f"The solution itself ends at t = {solution.time:.6g}."
            if solution.time <= float(plan.times(self.step + 1)):
                return ends
            return f"To come to t = {solution.time:.6g}, take a smaller dt (it is {plan.dt:g}). {ends}"
        further = None if largest(self.values) > GROWN else beyond(stand, [plan.dt * part for part in _WITHIN])
        if further is not None:
            return f"{further}\n  Take a smaller dt (it is {plan.dt:g}); if that ends there too, change the equation."
        return f"The equations are finite at smaller values: take a smaller dt (it is {plan.dt:g})."


def _runaway(stand: Standing, start: Standing, dt: float) -> str | None:
    """That the equations without their noise lead from a moderate state to infinity within one step."""
    system = stand.problem.system
    bounds = {s: _MODERATE * max(1.0, float(np.abs(start.known[s]).max())) for s in system.state_names}
    values = {s: np.clip(stand.known[s], -bounds[s], bounds[s]) for s in system.state_names}
    begin = replace(stand, values=values)
    end = reference(begin, stand.time + dt, without_noise=True)
    if end is None:
        return None
    name = max(values, key=lambda s: float(np.abs(end.known[s])))
    return (
        f"Without its noise too, {name} grows from {float(values[name]):g} beyond all bounds within "
        f"{end.time - stand.time:.1g}: neither a smaller dt nor another method gets past it. End the run before, or "
        f"bound {name} in its equation."
    )
