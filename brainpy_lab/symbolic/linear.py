"""Expressions that are linear in names, with exact rational coefficients."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Linear:
    """Sum of slopes times names, plus an offset; all numbers exact."""

    slopes: tuple[tuple[str, Fraction], ...]
    offset: Fraction

    @property
    def variable(self) -> str | None:
        """The only name, or None when there is none or more than one."""
        return self.slopes[0][0] if len(self.slopes) == 1 else None

    @property
    def slope(self) -> Fraction:
        """Slope of the only name."""
        return self.slopes[0][1]

    def times(self, factor: Fraction) -> Linear:
        """The form multiplied by a number."""
        return Linear(tuple((n, s * factor) for n, s in self.slopes if s * factor), self.offset * factor)

    def plus(self, other: Linear) -> Linear:
        """The sum of two forms."""
        total = dict(self.slopes)
        for name, slope in other.slopes:
            total[name] = total.get(name, Fraction(0)) + slope
        return Linear(tuple(sorted((n, s) for n, s in total.items() if s)), self.offset + other.offset)


def linear(node: ast.expr) -> Linear | None:
    """The linear form of an expression, or None when it is none (with numbers as coefficients)."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return Linear((), Fraction(str(node.value)))  # by its digits: 0.1 is 1/10, as its writer meant
        case ast.Name():
            return Linear(((node.id, Fraction(1)),), Fraction(0))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            inner = linear(node.operand)
            return inner and inner.times(Fraction(-1 if isinstance(node.op, ast.USub) else 1))
        case ast.BinOp():
            left, right = linear(node.left), linear(node.right)
            return _combine(left, node.op, right) if left and right else None
    return None


def _combine(left: Linear, op: ast.operator, right: Linear) -> Linear | None:
    match op:
        case ast.Add():
            return left.plus(right)
        case ast.Sub():
            return left.plus(right.times(Fraction(-1)))
        case ast.Mult() if not left.slopes:
            return right.times(left.offset)
        case ast.Mult() if not right.slopes:
            return left.times(right.offset)
        case ast.Div() if not right.slopes and right.offset:
            return left.times(1 / right.offset)
    return None
