"""Exponential steps without a divisor that slope and rate share: of ``p/n`` and ``q/n`` the step takes ``p/q`` alone.

The text of a membrane is mostly ``dV/dt = (...)/tau``: two divisions of whole arrays fall away.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator


def without_common_divisors(function: ast.FunctionDef, numbers: Collection[str]) -> ast.FunctionDef:
    """A function of assignments that does the same with fewer divisions.

    Parameters
    ----------
    function : ast.FunctionDef
        With ``slope / rate * expm1(rate * dt)`` in its lines.
    numbers : collection of str
        Its arguments that are one number. Where such a divisor is 0 or infinite the step is nan, as it was before.
    """
    function = copy.deepcopy(function)
    lines = dict(_assignments(function))
    if len(lines) < len(function.body) - 1:  # a name is set twice, or there are other lines
        return function
    read = Counter(n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    for slope, rate, exponent in list(_steps(function)):
        if slope in lines and rate in lines and (read[slope], read[rate]) == (1, 2):
            above, below = _quotient(lines[slope].value), _quotient(lines[rate].value)
            number = above and below and ast.unparse(above.right)
            if above and below and number in numbers and number == ast.unparse(below.right):
                lines[slope].value, lines[rate].value = _numerator(lines[slope].value), below.left
                exponent.right = ast.parse(f"dt / {number} * ({number} / {number})", mode="eval").body
    return ast.fix_missing_locations(function)


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[str, ast.Assign]]:
    """The lines that set one name, by it."""
    for line in function.body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name, line


def _steps(function: ast.FunctionDef) -> Iterator[tuple[str, str, ast.BinOp]]:
    """Slope, rate and the product ``rate * dt`` of each exponential step."""
    for node in ast.walk(function):
        match node:
            case ast.BinOp(
                ast.BinOp(ast.Name(slope), ast.Div(), ast.Name(rate)),
                ast.Mult(),
                ast.Call(ast.Name("expm1"), [ast.BinOp(ast.Name(factor), ast.Mult(), ast.Name("dt")) as exponent]),
            ) if rate == factor:
                yield slope, rate, exponent


def _quotient(value: ast.expr) -> ast.BinOp | None:
    """The quotient that an expression is, at least where a state is not held."""
    match value:
        case ast.BinOp(op=ast.Div()):
            return value
        case ast.Call(ast.Name("where"), [_, ast.Constant(0.0), ast.BinOp(op=ast.Div()) as quotient]):
            return quotient
    return None


def _numerator(value: ast.expr) -> ast.expr:
    """The same without its divisor."""
    match value:
        case ast.BinOp(left=left):
            return left
        case ast.Call(args=[condition, zero, ast.BinOp(left=left)]) as call:
            call.args = [condition, zero, left]
    return value
