"""Rosenbrock methods: linearly implicit stages with one matrix a step, an error estimate and a continuous extension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.written import Written
from brainpy_lab.equations.system import System
from brainpy_lab.solvers.linear import (
    check_differentiable,
    write_jacobian,
    write_matrix,
    write_solve,
    write_time_slopes,
)
from brainpy_lab.solvers.method import Method


@dataclass(frozen=True)
class RosenbrockTableau:
    """Coefficients in the form of Hairer and Wanner (1996), section IV.7, that needs no product with the Jacobian.

    Stage i solves (1/(gamma dt) - J) u_i = f(t + c_i dt, y + sum a_ij u_j) + sum c_ij u_j/dt + d_i dt df/dt; the last
    stage is the error estimate, and the new state that stage's own argument plus it.

    Attributes
    ----------
    gamma : the diagonal
    a, c : rows of the stages after the first
    nodes, d : of all stages
    dense : rows of the two vectors that bend the dense output
    """

    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    nodes: tuple[float, ...]
    d: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...]


class Rosenbrock(Method):
    """Base of the adaptive Rosenbrock methods; a subclass gives its `tableau`."""

    is_adaptive = True
    is_implicit = True
    needs_jacobian = True
    tableau: RosenbrockTableau

    def check(self, system: System) -> None:
        """Raise MethodError when the method cannot solve ``system``."""
        super().check(system)
        check_differentiable(system, self.name)

    def write(self, step: StepBuilder) -> Written:
        """Write the matrix, the stages, the new state with its slope, and the error."""
        table = self.tableau
        states = [s.name for s in step.moving]
        step.drift_holds()
        step.stage("Jacobian and matrix at the start of the step")
        jacobian = write_jacobian(step)
        by_time = write_time_slopes(step)
        matrix = write_matrix(step, jacobian, f"{1 / table.gamma!r}/dt")
        stages: list[dict[str, str]] = []
        slopes: Mapping[str, str] = step.first
        argument: dict[str, str] = {}
        for number, (node, d) in enumerate(zip(table.nodes, table.d, strict=True), start=1):
            time = "t" if node == 0 else "t + dt" if node == 1 else f"t + {node!r}*dt"
            step.stage(f"stage {number}, at {time}")
            if number > 1:
                row = table.a[number - 2]
                argument = {s: step.line(f"{s}_{number}", f"{s}{_sum(row, s, stages)}") for s in states}
                slopes = step.drift(f"_{number}", {**{s: s for s in step.system.state_names}, **argument}, time)
            earlier = table.c[number - 2] if number > 1 else ()
            # a dictionary of texts first: all right-hand sides of a stage are written before its one solve
            right = {}
            for s in states:
                text = slopes[s]
                if any(earlier):
                    text += f" + ({_sum(earlier, s, stages).strip().removeprefix('+ ')})/dt"
                if d and s in by_time:
                    text += f" + {d!r}*dt*{by_time[s]}"
                right[s] = text if number == 1 and text == slopes[s] else step.line(f"{s}_r{number}", text)
            stages.append(write_solve(step, matrix, right, f"{{}}_u{number}"))
        step.stage("new state: the last stage corrects its own argument; it is the error, too")
        error = stages[-1]
        new = {s: step.line(f"{s}_new", f"{argument[s]} + {error[s]}") for s in states}
        step.stage("slopes at the new state: the next step's first")
        last = step.drift("_new", {**{s: s for s in step.system.state_names}, **new}, "t + dt")
        kept = {number: stages[number - 1] for number in range(1, len(table.dense[0]) + 1)}
        return Written(new, error, None, last, kept)

    def write_dense(self, step: StepBuilder, end: Written) -> list[dict[str, str]]:
        """Write the cubic y(t + s*dt) = (1 - s)*y + s*(y_new + (1 - s)*(y_b1 + s*y_b2)) by powers of s."""
        states = [s.name for s in step.moving]
        stages = list(end.kept.values())
        step.stage("dense output: y(t + s*dt) = (1 - s)*y + s*(y_new + (1 - s)*(y_b1 + s*y_b2))")
        bends = [
            {s: step.line(f"{s}_b{i}", _sum(row, s, stages).strip().removeprefix("+ ")) for s in states}
            for i, row in enumerate(self.tableau.dense, start=1)
        ]
        step.stage("the same by powers: y + dt*(s*y_q1 + s**2*y_q2 + s**3*y_q3)")
        one, two = bends
        return [
            {s: step.line(f"{s}_q1", f"({end.new[s]} - {s} + {one[s]})/dt") for s in states},
            {s: step.line(f"{s}_q2", f"({two[s]} - {one[s]})/dt") for s in states},
            {s: step.line(f"{s}_q3", f"-{two[s]}/dt") for s in states},
        ]


def _sum(weights: Sequence[float], state: str, stages: Sequence[Mapping[str, str]]) -> str:
    """`` + w1*u1 - w2*u2 ...`` of the stages' values for one state."""
    text = ""
    for weight, stage in zip(weights, stages, strict=False):
        if weight:
            factor = "" if abs(weight) == 1 else f"{abs(weight)!r}*"
            text += f" {'-' if weight < 0 else '+'} {factor}{stage[state]}"
    return text
