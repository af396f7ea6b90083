"""Which operation of an expression gives the first value that is not finite; and whether a step was too long."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brainpy_lab.errors import ModelError
from brainpy_lab.simulation.initial import value_of
from brainpy_lab.solvers import Method
from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta
from brainpy_lab.symbolic.numeric import numeric

#: Length of the interval of stability on the negative real axis, by order.
_LIMITS = {1: 2.0, 2: 2.0, 3: 2.51, 4: 2.79}


def culprit(expr: ast.expr, known: Mapping[str, Any]) -> str | None:
    """The innermost operation whose operands are finite and whose value is not; None where there is none."""
    for operand in _operands(expr, known):
        found = culprit(operand, known)
        if found is not None:
            return found
    value = _value(expr, known)
    return None if np.isfinite(value).all() else _described(expr, known, value)


def _operands(expr: ast.expr, known: Mapping[str, Any]) -> list[ast.expr]:
    if isinstance(expr, ast.IfExp):
        test = _value(expr.test, known)
        chosen = [expr.body, expr.orelse] if test.ndim else [expr.body if test else expr.orelse]
        return [expr.test, *chosen]
    if isinstance(expr, ast.Call):
        return expr.args
    return [node for node in ast.iter_child_nodes(expr) if isinstance(node, ast.expr)]


def _value(expr: ast.expr, known: Mapping[str, Any]) -> np.ndarray:
    try:
        return np.asarray(value_of(expr, known), dtype=float)
    except ArithmeticError:
        return np.asarray(np.nan)


def _described(expr: ast.expr, known: Mapping[str, Any], value: np.ndarray) -> str:
    text = ast.unparse(expr)
    if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Div) and (_value(expr.right, known) == 0).any():
        over = (np.asarray(_value(expr.left, known)) == 0).any()
        return f"{text} is 0/0" if over else f"{text} divides by zero"
    kind = "nan" if np.isnan(value).any() else "infinite"
    operands = [] if isinstance(expr, ast.Name | ast.Constant) else _operands(expr, known)
    numbers = [_value(operand, known) for operand in operands]
    if len(numbers) == 1 and numbers[0].ndim == 0:
        return f"{text} is {kind}, its argument {float(numbers[0]):g}"
    return f"{text} is {kind}"


def too_long(
    problem: Any, states: Sequence[Mapping[str, Any]], known: Mapping[str, Any], method: Method | None, dt: float
) -> str | None:
    """That an explicit method's step lies beyond its limit of stability at one of ``states``, where that is so."""
    system = problem.system
    if not isinstance(method, ExplicitRungeKutta) or problem.mixes or system.is_delayed or system.is_fractional:
        return None
    limit = _LIMITS.get(int(method.order), 2.79)
    for state in states:
        y = np.array([float(state[s]) for s in system.state_names])
        try:
            matrix = numeric(system).jacobian(y, {p: known[p] for p in system.parameter_names}, known["t"])
            fastest = min(np.linalg.eigvals(matrix), key=lambda value: value.real)
        except (ModelError, ArithmeticError, ValueError, np.linalg.LinAlgError):
            continue
        if fastest.real < -abs(fastest.imag) and abs(fastest) * dt > limit:
            return (
                f"The model is stiff for '{method.name}': an eigenvalue is {fastest.real:.3g}, and steps are stable "
                f"below {limit / abs(fastest):.3g} (dt is {dt:g}). Take method='exponential_euler', 'backward_euler' "
                "or 'rodas4', or such a dt."
            )
    return None
