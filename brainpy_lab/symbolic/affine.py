"""Equations that are linear in the states, as sums of coefficient times state and a rest, read off as they are written.

No SymPy is needed for that: coefficients are made of the model's own parts, by the rules of sums, products with what is
free of the states, and choices. A product that only happens to be linear, such as ``(x + a)**2 - x**2``, is not seen.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from brainpy_lab.equations.system import State, System, names_reached
from brainpy_lab.symbolic.inline import NotStraightError, inline, substitute

_ZERO = ast.Constant(0.0)


class NotLinearError(Exception):
    """An equation is not linear in the states; the argument says what it has that is not."""


@dataclass(frozen=True)
class Form:
    """Sum of coefficient times state, plus a rest that is free of the states."""

    slopes: Mapping[str, ast.expr] = field(default_factory=dict)
    rest: ast.expr | None = None

    def mapped(self, change: Callable[[ast.expr], ast.expr]) -> Form:
        """All parts changed alike."""
        return Form({n: change(s) for n, s in self.slopes.items()}, None if self.rest is None else change(self.rest))

    def without(self, state: str) -> Form:
        """The form where a state counts as one of the rest."""
        slopes = dict(self.slopes)
        slope = slopes.pop(state, None)
        more = None if slope is None else _product(slope, ast.Name(state, ast.Load()))
        return Form(slopes, _sum(self.rest, more))

    def plus(self, other: Form) -> Form:
        """The sum of two forms."""
        names = dict.fromkeys((*self.slopes, *other.slopes))
        slopes = {n: _sum(self.slopes.get(n), other.slopes.get(n)) for n in names}
        return Form({n: s for n, s in slopes.items() if s is not None}, _sum(self.rest, other.rest))


def forms(system: System) -> dict[str, Form]:
    """The drift of each state that has one, in terms of states, parameters and derived parameters.

    Raises
    ------
    NotLinearError
        A drift is not seen to be linear in the states that move, or a coefficient depends on t.
    """
    moving = {s.name for s in system.states if s.drift is not None}
    reader = _Reader(system, moving)
    found = {}
    for state in system.states:
        if state.drift is not None:
            found[state.name] = _constant(state, reader.form(reader.inlined(state.drift)))
    return found


def _constant(state: State, form: Form) -> Form:
    for name, slope in form.slopes.items():
        if "t" in names_reached([slope], {}):
            raise NotLinearError(f"d{state.name}/dt has {name} with a coefficient that depends on t")
    return form


class _Reader:
    def __init__(self, system: System, moving: set[str]) -> None:
        self.system, self.moving = system, moving
        self.named = {d.name: d.expr for d in system.intermediates}
        self.known: dict[str, Form] = {}

    def inlined(self, expr: ast.expr) -> ast.expr:
        """``expr`` with the helper functions that read states written out."""
        if not self.system.functions:
            return expr
        try:
            return inline(expr, self.system.functions)
        except NotStraightError as obstacle:
            raise NotLinearError(f"it calls a helper function with {obstacle}") from None

    def form(self, expr: ast.expr) -> Form:
        """The linear form of an expression."""
        if not self._reads(expr):
            return Form(rest=self._written_out(expr))
        match expr:
            case ast.Name(id=name) if name in self.named:
                if name not in self.known:
                    self.known[name] = self.form(self.inlined(self.named[name]))
                return self.known[name]
            case ast.Name(id=name):
                return Form({name: ast.Constant(1.0)})
            case ast.UnaryOp(op=ast.USub()):
                return self.form(expr.operand).mapped(_negative)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.form(expr.operand)
            case ast.BinOp(op=ast.Add()):
                return self.form(expr.left).plus(self.form(expr.right))
            case ast.BinOp(op=ast.Sub()):
                return self.form(expr.left).plus(self.form(expr.right).mapped(_negative))
            case ast.BinOp(op=ast.Mult()) if not self._reads(expr.right):
                factor = self._written_out(expr.right)
                return self.form(expr.left).mapped(lambda part: _product(part, factor))
            case ast.BinOp(op=ast.Mult()) if not self._reads(expr.left):
                factor = self._written_out(expr.left)
                return self.form(expr.right).mapped(lambda part: _product(factor, part))
            case ast.BinOp(op=ast.Div()) if not self._reads(expr.right):
                divisor = self._written_out(expr.right)
                return self.form(expr.left).mapped(lambda part: ast.BinOp(part, ast.Div(), divisor))
            case ast.IfExp() if not self._reads(expr.test):
                return self._choice(self._written_out(expr.test), self.form(expr.body), self.form(expr.orelse))
        raise NotLinearError(f"it has {ast.unparse(expr)}")

    def _choice(self, test: ast.expr, body: Form, other: Form) -> Form:
        def chosen(yes: ast.expr | None, no: ast.expr | None) -> ast.expr:
            return ast.IfExp(test, yes or _ZERO, no or _ZERO)

        names = dict.fromkeys((*body.slopes, *other.slopes))
        slopes = {n: chosen(body.slopes.get(n), other.slopes.get(n)) for n in names}
        has_rest = body.rest is not None or other.rest is not None
        return Form(slopes, chosen(body.rest, other.rest) if has_rest else None)

    def _reads(self, expr: ast.expr) -> bool:
        return not self.moving.isdisjoint(self.system.names_read(expr))

    def _written_out(self, expr: ast.expr) -> ast.expr:
        """An expression that is free of the states, with its intermediates, which may depend on t, in their place."""
        while inner := names_reached([expr], {}) & self.named.keys():
            expr = substitute(expr, {name: self.named[name] for name in inner})
        return expr


def _is_number(expr: ast.expr, value: float) -> bool:
    return isinstance(expr, ast.Constant) and not isinstance(expr.value, bool) and expr.value == value


def _negative(expr: ast.expr) -> ast.expr:
    match expr:
        case ast.UnaryOp(op=ast.USub()):
            return expr.operand
        case ast.BinOp(op=ast.Mult() | ast.Div()):
            return ast.BinOp(_negative(expr.left), expr.op, expr.right)
    return ast.UnaryOp(ast.USub(), expr)


def _product(left: ast.expr, right: ast.expr) -> ast.expr:
    if _is_number(left, 1.0):
        return right
    if _is_number(right, 1.0):
        return left
    return ast.BinOp(left, ast.Mult(), right)


def _sum(left: ast.expr | None, right: ast.expr | None) -> ast.expr | None:
    if left is None or right is None:
        return right if left is None else left
    if isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.USub):
        return ast.BinOp(left, ast.Sub(), right.operand)
    return ast.BinOp(left, ast.Add(), right)
