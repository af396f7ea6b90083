"""Borders of events as functions that cross zero, and the test whether a noisy path crossed one within a step."""

from __future__ import annotations

import ast

from brainpy_lab.codegen.builder import StepBuilder
from brainpy_lab.codegen.printing import parse, rename
from brainpy_lab.equations.system import Event


def distance(condition: ast.expr) -> ast.expr:
    """A function that is positive where ``condition`` holds and crosses zero at its border."""
    if isinstance(condition, ast.Compare):
        left, right = condition.left, condition.comparators[0]
        if isinstance(condition.ops[0], ast.Gt | ast.GtE):
            return ast.BinOp(left, ast.Sub(), right)
        if isinstance(condition.ops[0], ast.Lt | ast.LtE):
            return ast.BinOp(right, ast.Sub(), left)
    if isinstance(condition, ast.BoolOp):
        name = "minimum" if isinstance(condition.op, ast.And) else "maximum"
        result = distance(condition.values[0])
        for value in condition.values[1:]:
            result = ast.Call(ast.Name(name, ast.Load()), [result, distance(value)], [])
        return result
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return ast.UnaryOp(ast.USub(), distance(condition.operand))
    return ast.IfExp(condition, ast.Constant(1.0), ast.Constant(-1.0))


def crossed_between(step: StepBuilder, event: Event, new: dict[str, str], time: str) -> ast.expr | None:
    """Whether the path crossed the event's border and came back within the step, as an expression; None without noise.

    Between the distances a and b from the border, both on its near side, a Brownian path of variance v over the step
    crossed with the probability exp(-2 a b/v): the event happens when a uniform draw is below it. The variance is that
    of the linearised distance at the step's start.

    R. Mannella, Physics Letters A 254, 257-262, 1999. doi:10.1016/S0375-9601(99)00117-6
    """
    if not isinstance(event.condition, ast.Compare):
        return None
    border = distance(event.condition)
    spread = _variance(step, event, border)
    if spread is None:
        return None
    before = step.line(f"{event.name}_before", step.at_stage(border, ""), "distance from the border")
    names = step.definitions([border], f"_{event.name}", new, time)
    after = step.line(f"{event.name}_after", rename(border, names))
    variance = step.line(f"{event.name}_variance", f"dt*({spread})")
    chance = step.line(f"{event.name}_chance", f"exp(-2*{before}*{after}/{variance})", "that the path crossed between")
    return parse(f"{before} < 0 and {after} < 0 and {step.uniform(event)} < {chance}")


def _variance(step: StepBuilder, event: Event, border: ast.expr) -> str | None:
    """Rate of the variance of the distance from the border: a sum of squares over the sources."""
    from brainpy_lab.symbolic import view
    from brainpy_lab.symbolic.printing import to_ast

    amplitudes = step.diffusion("")
    terms: dict[str, list[str]] = {}
    for state, own in amplitudes.items():
        slope = view(step.system).derivative_of(border, f"the border of {event.name}", state)
        if slope == 0:
            continue
        factor = step.named(f"{event.name}_by_{state}", step.at_stage(to_ast(slope), ""))
        for source, amplitude in own.items():
            terms.setdefault(source, []).append(amplitude if factor in ("1", "1.0") else f"({factor})*{amplitude}")
    if not terms:
        return None
    return " + ".join(f"({' + '.join(sums)})**2" for sums in terms.values())
