"""Conditions and choices as Python functions write them: which expressions are conditions, ``& | ^ ~`` between them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence, Set

_BETWEEN = ast.BitAnd | ast.BitOr | ast.BitXor
_OF_CONDITIONS = frozenset(
    {"logical_and", "logical_or", "logical_not", "logical_xor", "greater", "greater_equal", "less", "less_equal",
     "equal", "not_equal", "any", "all", "bool"}
)  # fmt: skip


class NotAChoice(Exception):
    """An expression is no choice between whole numbers that are written out."""


def is_condition(node: ast.expr, names: Set[str]) -> bool:
    """Whether an expression is true or false; ``names`` are those that hold such values."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
            return True
        case ast.Name(id=name):
            return name in names
        case ast.BoolOp(values=parts):
            return all(is_condition(part, names) for part in parts)
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _BETWEEN):
            return is_condition(left, names) and is_condition(right, names)
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return is_condition(operand, names)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _OF_CONDITIONS
        case ast.IfExp(body=body, orelse=orelse):
            return is_condition(body, names) and is_condition(orelse, names)
    return False


def condition_names(body: Iterable[ast.stmt]) -> set[str]:
    """Local names that are given conditions only."""
    given: dict[str, list[ast.expr | None]] = {}
    for statement in body:
        for node in ast.walk(statement):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    given.setdefault(name, []).append(value)
                case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                    given.setdefault(name, []).append(value if isinstance(op, _BETWEEN) else None)
                case ast.Name(id=name, ctx=ast.Store()):
                    given.setdefault(name, [])
    stores = [n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = {name for name, values in given.items() if len(values) == stores.count(name)}
    while True:  # until those that are left hold each other up
        kept = {n for n in names if all(v is not None and is_condition(v, names) for v in given[n])}
        if kept == names:
            return names
        names = kept


def joined(op: ast.operator, parts: Sequence[ast.expr], names: Set[str]) -> ast.expr | None:
    """Conditions with ``& | ^`` between them by ``and`` and ``or``; None for anything else."""
    if not isinstance(op, _BETWEEN) or not all(is_condition(part, names) for part in parts):
        return None
    if isinstance(op, ast.BitXor):
        left, right = parts
        one, other = [left, negated(right)], [negated(left), right]
        return ast.BoolOp(ast.Or(), [ast.BoolOp(ast.And(), one), ast.BoolOp(ast.And(), other)])
    return ast.BoolOp(ast.And() if isinstance(op, ast.BitAnd) else ast.Or(), list(parts))


def negated(node: ast.expr) -> ast.expr:
    """``not node``: true where the condition ``node`` is not."""
    return ast.UnaryOp(ast.Not(), node)


def all_of(parts: Sequence[ast.expr]) -> ast.expr:
    """Whether several conditions are true."""
    return parts[0] if len(parts) == 1 else ast.BoolOp(ast.And(), list(parts))


def first_true(tests: Sequence[ast.expr], values: Sequence[ast.expr], default: ast.expr) -> ast.expr:
    """The value beside the first condition that is true."""
    result = default
    for test, value in zip(reversed(tests), reversed(values), strict=True):
        result = ast.IfExp(test, value, result)
    return result


def mapped(node: ast.expr, value_of: Callable[[int], ast.expr]) -> ast.expr:
    """A choice between whole numbers with a value in place of each of them.

    Raises
    ------
    NotAChoice
        When it is none; IndexError comes from ``value_of``.
    """
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, mapped(body, value_of), mapped(orelse, value_of))
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return ast.IfExp(node, value_of(1), value_of(0))
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            shift = _whole(right)
            sign = 1 if isinstance(op, ast.Add) else -1
            return mapped(left, lambda k: value_of(k + sign * shift))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner, *bounds], keywords=[]):
            numbers = [_whole(bound) for bound in bounds]
            match name, numbers:
                case "min" | "minimum", [high]:
                    return mapped(inner, lambda k: value_of(min(k, high)))
                case "max" | "maximum", [low]:
                    return mapped(inner, lambda k: value_of(max(k, low)))
                case "clip", [low, high]:
                    return mapped(inner, lambda k: value_of(min(max(k, low), high)))
    return value_of(_whole(node))


def _whole(node: ast.expr) -> int:
    """A whole number that is written out."""
    match node:
        case ast.Constant(value=bool() | int() | float() as value) if value == int(value):
            return int(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_whole(operand)
    raise NotAChoice
