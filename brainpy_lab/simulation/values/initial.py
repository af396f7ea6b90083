"""Initial values: expressions of parameters and of other initial values, evaluated in an order that can be computed."""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.drivers.numpy import math as numpy_math
from brainpy_lab.equations.system import CONSTANTS, System
from brainpy_lab.errors import ArgumentError, ModelError
from brainpy_lab.symbolic.compiling import helper_functions
from brainpy_lab.symbolic.singularities import filled_system

#: What to write in place of an array of booleans.
INSTEAD = "Say which number each of them means: np.where(mask, 1.0, 0.0)."


def shape_of(value: Any) -> tuple[int, ...]:
    """Shape of a number or of any library's array."""
    return () if isinstance(value, float) else tuple(value.shape) if hasattr(value, "shape") else np.shape(value)


def default_values(system: System) -> dict[str, Any]:
    """The system's own initial values, of its own parameters; each has the shape of its state in one cell."""
    return _evaluate(system, {p.name: p.value for p in system.parameters}, {})


def initial_values(
    system: System,
    parameters: Mapping[str, Any],
    given: Mapping[str, Any],
    defaults: Mapping[str, Any],
    is_traced: Callable[[Any], bool],
) -> dict[str, Any]:
    """Initial values of all states by name; ``given`` ones take the place of the system's own, ``defaults``."""
    own = {p.name: p.value for p in system.parameters}
    # by identity: parameters that a run leaves alone are the system's own objects
    changed = {*given, *(n for n, value in parameters.items() if value is not own[n])}
    if not changed & system.initial_inputs:
        return {**defaults, **given}
    # expressions are computed by NumPy, through which no derivative is taken
    plain = not any(is_traced(v) for v in parameters.values())
    return _evaluate(system, parameters if plain else own, given)


def initial_number(name: str, value: Any) -> Any:
    """An initial value as a float or a float64 array.

    Raises
    ------
    ArgumentError
        When it is neither, or not finite.
    """
    if type(value) is float and math.isfinite(value):
        return float(value)
    try:
        if np.asarray(value).dtype == bool:
            raise TypeError
        array = np.asarray(value, dtype=float)
    except (
        TypeError,
        ValueError,
        OverflowError,
        RuntimeError,
    ):  # RuntimeError: a torch tensor through which a derivative is taken
        raise ArgumentError(f"The initial value of '{name}' must be a number or an array of numbers.") from None
    if not np.isfinite(array).all():
        raise ArgumentError(f"The initial value of '{name}' is not finite.")
    return float(array) if array.ndim == 0 else array


def _evaluate(system: System, parameters: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    system = filled_system(system)
    helpers = helper_functions(system) if system.functions else {}
    known: dict[str, Any] = {**CONSTANTS, **helpers, **parameters, "t": 0.0}
    for definition in system.derived:
        known[definition.name] = computed(f"'{definition.name}'", definition.expr, known, system)
    for name, value in given.items():
        known[name] = value
    waiting = {s.name: s.initial for s in system.states if s.name not in given}
    for name, expr in list(waiting.items()):
        if isinstance(expr, ast.Constant):  # the usual case
            known[name] = initial_number(name, expr.value)
            del waiting[name]
    while waiting:
        ready = [name for name, expr in waiting.items() if expr is None or not (names_used(expr) & set(waiting))]
        if not ready:
            raise ModelError(f"The initial values of {', '.join(waiting)} depend on each other in a circle.")
        for name in ready:
            expr = waiting.pop(name)
            known[name] = (
                0.0
                if expr is None
                else initial_number(name, computed(f"the initial value of '{name}'", expr, known, system))
            )
    return {s.name: known[s.name] for s in system.states}


def computed(what: str, expr: ast.expr, known: Mapping[str, Any], system: System) -> Any:
    """The value of an expression of the model, which messages call ``what``.

    Raises
    ------
    ModelError
        Where the expression stands: it has no value, as a division by zero.
    """
    try:
        with np.errstate(all="ignore"):  # what is not finite is refused with its name
            return value_of(expr, known)
    except (ArithmeticError, ValueError, TypeError) as error:
        place = None
        if hasattr(expr, "lineno") and system.text:
            place = system.place(expr)
        values = ", ".join(f"{n} = {known[n]:g}" for n in sorted(names_used(expr)) if isinstance(known.get(n), float))
        reason = "it is too large a number" if isinstance(error, OverflowError) else error
        message = f"{what[0].upper()}{what[1:]} cannot be computed: {reason}."
        raise ModelError(message, location=place, advice=f"Here {values}." if values else None) from None


def _power(base: Any, exponent: Any) -> Any:
    """A power of floating-point numbers: those of whole numbers may have more digits than there is memory."""
    base = float(base) if isinstance(base, int) else base
    try:
        return base**exponent
    except OverflowError:
        return math.inf


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: _power, ast.MatMult: operator.matmul,
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: np.logical_not,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.And: np.logical_and, ast.Or: np.logical_or,
}  # fmt: skip


def value_of(expr: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a normal-form expression with NumPy, at the given values of its names."""
    match expr:
        case ast.Constant():
            return expr.value
        case ast.Name():
            return names[expr.id]
        case ast.BinOp():
            return _OPERATORS[type(expr.op)](value_of(expr.left, names), value_of(expr.right, names))
        case ast.UnaryOp():
            return _OPERATORS[type(expr.op)](value_of(expr.operand, names))
        case ast.Compare():
            return _OPERATORS[type(expr.ops[0])](value_of(expr.left, names), value_of(expr.comparators[0], names))
        case ast.BoolOp():
            values = [value_of(v, names) for v in expr.values]
            return functools.reduce(_OPERATORS[type(expr.op)], values)
        case ast.IfExp():  # both branches: the test may be an array
            return np.where(value_of(expr.test, names), value_of(expr.body, names), value_of(expr.orelse, names))
        case ast.Call(func=ast.Name(id=name)) if hasattr(numpy_math, name):
            return getattr(numpy_math, name)(*(value_of(a, names) for a in expr.args))
        case ast.Call(func=ast.Name(id=name)) if name in names:
            return names[name](*(value_of(a, names) for a in expr.args))
    raise ModelError(f"An initial value cannot be computed from '{ast.unparse(expr)}'.")
