"""Exponentials with commensurate arguments become powers of one.

Rates of ion channels are full of them: in Hodgkin-Huxley five of six are powers of exp(-V/80). One exponential and a
few products replace five exponentials; the result differs from the original by a few units in the last place.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from brainpy_lab.codegen.builder import Line, Remark
from brainpy_lab.codegen.printing import parse

LARGEST_POWER = 16


@dataclass(frozen=True)
class _Linear:
    """slope * variable + offset, with exact rational numbers; no variable for a constant."""

    variable: str | None
    slope: Fraction
    offset: Fraction


def _number(node: ast.expr) -> Fraction | None:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Fraction(str(node.value))
    return None


def _linear(node: ast.expr) -> _Linear | None:
    number = _number(node)
    if number is not None:
        return _Linear(None, Fraction(0), number)
    if isinstance(node, ast.Name):
        return _Linear(node.id, Fraction(1), Fraction(0))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _linear(node.operand)
        sign = -1 if isinstance(node.op, ast.USub) else 1
        return inner and _Linear(inner.variable, sign * inner.slope, sign * inner.offset)
    if isinstance(node, ast.BinOp):
        left, right = _linear(node.left), _linear(node.right)
        return _combine(left, node.op, right) if left and right else None
    return None


def _combine(left: _Linear, op: ast.operator, right: _Linear) -> _Linear | None:
    variable = left.variable or right.variable
    if isinstance(op, ast.Add | ast.Sub):
        if left.variable and right.variable and left.variable != right.variable:
            return None
        sign = 1 if isinstance(op, ast.Add) else -1
        return _Linear(variable, left.slope + sign * right.slope, left.offset + sign * right.offset)
    if isinstance(op, ast.Mult) and not (left.variable and right.variable):
        factor, term = (left.offset, right) if right.variable else (right.offset, left)
        return _Linear(variable, factor * term.slope, factor * term.offset)
    if isinstance(op, ast.Div) and not right.variable and right.offset:
        return _Linear(left.variable, left.slope / right.offset, left.offset / right.offset)
    return None


def _exponentials(line: Line) -> list[tuple[ast.Call, _Linear]]:
    found = []
    for node in ast.walk(line.expr):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exp":
            argument = _linear(node.args[0])
            if argument and argument.variable and argument.slope:
                found.append((node, argument))
    return found


def _bases(slopes: set[Fraction]) -> dict[Fraction, Fraction]:
    """Slope -> the base slope it is a small whole multiple of; only bases that serve two slopes or more."""
    chosen: dict[Fraction, Fraction] = {}
    left = sorted(slopes, key=lambda s: (abs(s), s < 0))
    while left:
        base = left[0]
        family = [s for s in left if (s / base).denominator == 1 and abs(s / base) <= LARGEST_POWER]
        if len(family) > 1:
            chosen.update(dict.fromkeys(family, base))
        left = [s for s in left if s not in family]
    return chosen


class _Replace(ast.NodeTransformer):
    def __init__(self, new: dict[int, ast.expr]) -> None:
        self.new = new

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if id(node) in self.new:
            return self.new[id(node)]
        self.generic_visit(node)
        return node


def _argument(variable: str, slope: Fraction) -> str:
    sign = "-" if slope < 0 else ""
    size = abs(slope)
    if size.numerator == 1 and size.denominator > 1:
        return f"{sign}{variable}/{size.denominator}"
    return f"{float(slope)!r}*{variable}"


def _power(base: str, power: int, offset: Fraction) -> ast.expr:
    scale = f"exp({float(offset)!r})" if offset else ""
    if power == 1:
        term = base
    elif power > 1:
        term = f"{base}**{power}"
    else:
        return parse(f"{scale or '1.0'}/{base}**{-power}" if power < -1 else f"{scale or '1.0'}/{base}")
    return parse(f"{scale}*{term}" if scale else term)


def share_exponentials(body: list[Line | Remark], fresh: object) -> list[Line | Remark]:
    """``body`` with exponentials of commensurate arguments written as powers of one exponential.

    ``fresh(name)`` must give an unused name. Lines keep their order; each new exponential stands before its first use.
    """
    assert callable(fresh)
    slopes: dict[str, set[Fraction]] = defaultdict(set)
    for line in body:
        if isinstance(line, Line):
            for _, argument in _exponentials(line):
                assert argument.variable
                slopes[argument.variable].add(argument.slope)
    bases = {variable: _bases(found) for variable, found in slopes.items()}
    made: dict[tuple[str, Fraction], str] = {}
    result: list[Line | Remark] = []
    for line in body:
        if isinstance(line, Line):
            new: dict[int, ast.expr] = {}
            for node, argument in _exponentials(line):
                variable = argument.variable
                assert variable
                base = bases[variable].get(argument.slope)
                if base is None:
                    continue
                key = (variable, base)
                if key not in made:
                    made[key] = fresh(f"{variable}_exp")
                    first = parse(f"exp({_argument(variable, base)})")
                    result.append(Line(made[key], first, f"exponentials of {variable} below are its powers"))
                new[id(node)] = _power(made[key], int(argument.slope / base), argument.offset)
            if new:
                line = Line(line.target, _Replace(new).visit(line.expr), line.comment, line.cell_line)
        result.append(line)
    return result
