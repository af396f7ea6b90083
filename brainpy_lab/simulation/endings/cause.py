"""Why the equations are not finite where a run stood: the first of them that is not, its line and its operation."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.system import CONSTANTS, Delay, Span
from brainpy_lab.errors import ModelError
from brainpy_lab.simulation.endings.culprit import Culprits
from brainpy_lab.simulation.values.initial import value_of
from brainpy_lab.simulation.values.problem import Problem
from brainpy_lab.symbolic.compiling import helper_functions
from brainpy_lab.symbolic.numeric import numeric
from brainpy_lab.symbolic.singularities import filled_system

#: The course of a delayed state: its name and times -> values, times first; nan where nothing is known.
Past = Callable[[str, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Standing:
    """Where a run stood: finite values of the states, the cell that matters, the time, and the delayed states' past."""

    problem: Problem
    values: Mapping[str, Any]
    lane: int
    time: float
    past: Past | None = None

    @cached_property
    def known(self) -> dict[str, Any]:
        """All that the equations begin with, in one cell: states, parameters, helper functions, t."""
        problem = self.problem
        system = problem.system
        known: dict[str, Any] = {**CONSTANTS, "t": self.time}
        for name, value in {**problem.parameters, **{s: self.values[s] for s in system.state_names}}.items():
            known[name] = self._in_cell(value)
        for name, drive in problem.drives.items():
            known[name] = self._in_cell(drive.at(np.array([self.time]))[0])
        values = {k: np.asarray(v, dtype=float) for k, v in known.items()}
        return {**helper_functions(filled_system(system)), **values}

    def _in_cell(self, value: Any) -> Any:
        if self.problem.mixes or not np.ndim(value):
            return value
        flat = np.ravel(value)  # fixed steps hand in all lanes in one row
        return (flat if flat.size == self.problem.lanes else np.ravel(np.broadcast_to(value, self.problem.shape)))[
            self.lane
        ]

    @cached_property
    def found(self) -> tuple[dict[str, Any], str | None]:
        """The values of all equations up to the first that is not finite, and what that one is."""
        with np.errstate(all="ignore"):
            try:
                return self._evaluate()
            except Exception:  # an explanation that fails must not hide the ending it was to explain
                return self.known, None

    @property
    def cause(self) -> str | None:
        """The first equation that is not finite there, with line and operation."""
        return self.found[1]

    def _evaluate(self) -> tuple[dict[str, Any], str | None]:
        """Evaluate what is known enough, delays first, until something is not finite or nothing is left."""
        system = filled_system(self.problem.system)
        known = dict(self.known)
        rows: list[tuple[str, ast.expr, Span | None]]
        rows = [(d.name, d.expr, d.span) for d in system.derived + system.intermediates]
        rows += [(f"d{s.name}/dt", s.drift, s.span) for s in system.states if s.drift is not None]
        rows += [(f"the noise of {s.name}", n.amplitude, s.span) for s in system.states for n in s.noise]
        delays = list(system.delays)
        while rows or delays:
            ready = [d for d in delays if names_used(d.time) <= set(known)]
            for delay in ready:
                known[delay.name] = self._read(delay, known)
            delays = [d for d in delays if d not in ready]
            row = next((r for r in rows if names_used(r[1]) <= set(known)), None)
            if row is None:
                if ready:  # delays that were read in this turn may have made an equation ready
                    continue
                return known, None
            rows.remove(row)
            name, expr, span = row
            known[name] = _or_nan(expr, known)
            if not np.isfinite(known[name]).all():
                return known, self._told(name, expr, span, known)
        return known, None

    def _told(self, name: str, expr: ast.expr, span: Span | None, known: Mapping[str, Any]) -> str | None:
        system = filled_system(self.problem.system)
        operation = Culprits(system).operation(expr, known)
        if operation is None:
            return None
        where = f": {system.place(span)}" if span else "."
        text = f"'{name}' is not finite there{where}\n  {operation}."
        for delay in system.delays:
            if delay.written in operation and delay.name in known:
                then = float(value_of(delay.time, known))
                text += f"\n  {delay.written} is {delay.state} at t = {then:g}, a delay of {self.time - then:g}."
        return text

    def _read(self, delay: Delay, known: Mapping[str, Any]) -> Any:
        """A delayed state; what the run has not stored yet is the present."""
        then = float(value_of(delay.time, known))
        if self.past is None or not then < self.time:
            return known[delay.state]
        return np.asarray(self._in_cell(self.past(delay.state, np.array([then]))[0]), dtype=float)

    def moved(self, step: float) -> Standing:
        """A little further along the derivatives."""
        known = self.found[0]
        values = {s: known[s] + step * known.get(f"d{s}/dt", 0.0) for s in self.problem.system.state_names}
        return replace(self, values=values, time=self.time + step)

    @property
    def slopes(self) -> dict[str, float]:
        """How fast each state changes, without its sign; of an array state, the fastest element."""
        known = self.found[0]
        return {s: float(np.abs(known.get(f"d{s}/dt", 0.0)).max()) for s in self.problem.system.state_names}

    def jacobian(self) -> np.ndarray | None:
        """The derivatives of the right-hand sides by the states; None where they cannot be had so simply."""
        system = self.problem.system
        if self.problem.mixes or system.is_delayed or system.is_fractional:
            return None
        y = np.array([float(self.known[s]) for s in system.state_names])
        try:
            with np.errstate(all="ignore"):
                matrix = numeric(system).jacobian(y, {p: self.known[p] for p in system.parameter_names}, self.time)
        except (ModelError, ArithmeticError, ValueError, TypeError):  # no derivative of these equations: say less
            return None
        return np.asarray(matrix, dtype=float)


def _or_nan(expr: ast.expr, known: Mapping[str, Any]) -> Any:
    try:
        return np.asarray(value_of(expr, known), dtype=float)
    except ArithmeticError:
        return np.asarray(np.nan)
