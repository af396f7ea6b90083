"""Removable singularities of rate functions are filled: u/(1 - exp(-u/k)) at u = 0.

Rates of ion channels are often written as a quotient that is 0/0 at one voltage (Hodgkin and Huxley's alpha_m at
V = -40). Close to it the first two terms of the Taylor series take its place, exact to about 1e-11.
"""

from __future__ import annotations

import ast
from fractions import Fraction

from brainpy_lab.symbolic.linear import Linear, linear

_NEAR = 1e-5  # in units of the exponent


def filled(expr: ast.expr) -> ast.expr:
    """``expr``, changed in place, with every quotient of the form above guarded."""
    result = _Fill().visit(expr)
    assert isinstance(result, ast.expr)
    return result


class _Fill(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        numerator, exponent = linear(node.left), _exponent(node.right)
        if numerator is None or exponent is None:
            return node
        sign, form = exponent
        ratio = numerator.ratio(form)
        if ratio is None:
            return node
        # numerator = ratio*z and denominator = sign*(1 - exp(z)): the quotient is -sign*ratio*(1 - z/2 + z²/12 ...)
        scale = form.slopes[0][1]
        distance = _text(form.times(1 / scale))
        limit = -sign * ratio
        correction = -limit * scale / 2
        near = _parsed(f"abs({distance}) < {_NEAR / abs(float(scale))!r}")
        operator = "+" if correction > 0 else "-"
        series = _parsed(f"{float(limit)!r} {operator} {float(abs(correction))!r}*({distance})")
        return ast.IfExp(near, series, node)


def _exponent(node: ast.expr) -> tuple[int, Linear] | None:
    """(sign, z) of a denominator sign*(1 - exp(z)) with z linear in a name."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add)):
        return None
    left, right = node.left, node.right
    if isinstance(node.op, ast.Add):
        if isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.USub):
            right = right.operand
        elif _is_one(right, -1):
            right = ast.Constant(1)
        else:
            return None
    for sign, one, exponential in ((1, left, right), (-1, right, left)):
        if _is_one(one, 1) and isinstance(exponential, ast.Call) and isinstance(exponential.func, ast.Name):
            form = linear(exponential.args[0]) if exponential.func.id == "exp" else None
            if form is not None and form.slopes:
                return sign, form
    return None


def _is_one(node: ast.expr, value: int) -> bool:
    form = linear(node)
    return form is not None and not form.slopes and form.offset == value


def _text(form: Linear) -> str:
    text = ""
    for name, slope in form.slopes:
        term = name if abs(slope) == 1 else f"{float(abs(slope))!r}*{name}"
        sign = "-" if slope < 0 else "+" if text else ""
        text += f" {sign} {term}" if text else f"{sign}{term}"
    if form.offset:
        text += f" {'+' if form.offset > 0 else '-'} {_number(abs(form.offset))}"
    return text


def _number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
