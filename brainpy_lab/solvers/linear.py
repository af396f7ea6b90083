"""Jacobians and linear systems in step code: what implicit and Rosenbrock methods have in common."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.equations.system import ARRAY_FUNCTIONS, System
from brainpy_lab.errors import MethodError

Jacobian = Mapping[tuple[str, str], str]


def check_differentiable(system: System, method: str) -> None:
    """Raise MethodError when the Jacobian of ``system`` cannot be found symbolically; derivatives are not taken yet."""
    drifts = [(s.name, s.drift) for s in system.states if s.drift is not None]
    for name, expr in [*((d.name, d.expr) for d in system.derived + system.intermediates), *drifts]:
        obstacle = _obstacle(expr, system)
        if obstacle:
            others = "method='caputo_pece' or 'grunwald_letnikov'" if system.is_fractional else "method='rkdp' or 'rk4'"
            raise MethodError(
                f"'{method}' needs the exact Jacobian of '{system.name}', and '{name}' has {obstacle}.",
                advice=f"Use an explicit method, for example {others}.",
            )


def _obstacle(expr: ast.expr, system: System) -> str:
    """What keeps an expression from being differentiated; empty when nothing does."""
    from brainpy_lab.symbolic.inline import NotStraightError, inline

    try:
        written_out = inline(expr, system.functions)
    except NotStraightError as obstacle:
        return f"a helper function with {obstacle}"
    for node in ast.walk(written_out):
        if isinstance(node, ast.MatMult):
            return "a matrix product"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ARRAY_FUNCTIONS:
            return f"{node.func.id}(), which mixes the elements of an array"
    return ""


def _slopes(system: System, by: Sequence[str]) -> dict[tuple[str, str], ast.expr]:
    """d(drift of a state)/d(name) for each name of ``by``, those that are zero left out."""
    from brainpy_lab.symbolic import view
    from brainpy_lab.symbolic.printing import to_ast
    from brainpy_lab.symbolic.view import working

    symbolic = view(system)
    moving = [s.name for s in system.states if s.drift is not None]
    with working():
        found: dict[tuple[str, str], Any] = {(s, x): symbolic.drift_derivative(s, x) for s in moving for x in by}
        return {key: to_ast(slope) for key, slope in found.items() if slope != 0}


def write_jacobian(
    step: StepBuilder, suffix: str = "", values: Mapping[str, str] | None = None, time: str = "t"
) -> Jacobian:
    """Write the Jacobian at ``values`` (default: the step's start); (state, by which) -> name of a nonzero entry."""
    states = [s.name for s in step.moving]
    return _written(step, "J_{}_{}", _slopes(step.system, states), suffix, values, time)


def write_time_slopes(step: StepBuilder) -> dict[str, str]:
    """Write how fast each drift changes with t itself, at the step's start; states whose drift does not are missing."""
    found = _written(step, "dt_{}", _slopes(step.system, ["t"]), "", None, "t")
    return {state: name for (state, _), name in found.items()}


def _written(
    step: StepBuilder,
    name: str,
    slopes: Mapping[tuple[str, str], ast.expr],
    suffix: str,
    values: Mapping[str, str] | None,
    time: str,
) -> dict[tuple[str, str], str]:
    entries = {}
    for (state, by), slope in slopes.items():
        expr = step.at_stage(slope, suffix, values, time)
        if state in step.held:
            expr = ast.IfExp(ast.Name(step.held[state], ast.Load()), ast.Constant(0.0), expr)
        entries[state, by] = step.line(name.format(state, by) + suffix, expr, f"d(d{state}/dt)/d{by}")
    return entries


def write_matrix(step: StepBuilder, jacobian: Jacobian, diagonal: str, scale: str | Mapping[str, str] = "") -> str:
    """Write the matrix ``diagonal`` - ``scale`` * Jacobian, factored; of a single state it is a number.

    ``scale`` ends in ``*`` and may differ from row to row.
    """
    states = [s.name for s in step.moving]

    def entry(row: str, column: str) -> str:
        slope, factor = jacobian.get((row, column)), scale if isinstance(scale, str) else scale[row]
        if slope is None:
            return diagonal if row == column else "0.0"
        return f"{diagonal} - {factor}{slope}" if row == column else f"-{factor}{slope}"

    entries = [entry(row, column) for row in states for column in states]
    if len(states) == 1:
        return step.line("matrix", entries[0])
    return step.line("matrix", f"factor({', '.join(entries)})")


def write_solve(step: StepBuilder, matrix: str, right: Mapping[str, str], name: str) -> dict[str, str]:
    """Write the solution of the system with a matrix of `write_matrix`; ``name`` is formatted with each state."""
    names = [name.format(state) for state in right]
    if len(names) == 1:
        return {state: step.line(names[0], f"({text})/{matrix}") for state, text in right.items()}
    found = step.together(names, f"solve({matrix}, {', '.join(right.values())})")
    return dict(zip(right, found, strict=True))
