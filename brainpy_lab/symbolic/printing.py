"""SymPy to normal-form AST, the way back: sums, quotients and powers as a person writes them."""

from __future__ import annotations

import ast
from functools import reduce
from typing import Any

import sympy

from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic.functions import TO_NAME, Remainder


def to_ast(expr: Any) -> ast.expr:
    """The normal-form AST of a SymPy expression made by `to_sympy` and differentiation.

    Raises
    ------
    AnalysisError
        When the expression has a part that the model language cannot say.
    """
    return _print(sympy.sympify(expr))


def _print(expr: Any) -> ast.expr:
    if expr.is_Symbol:
        return ast.Name(id=expr.name, ctx=ast.Load())
    if expr is sympy.pi:
        return ast.Name(id="pi", ctx=ast.Load())
    if expr is sympy.E:  # exp(1), which SymPy writes so; the language has no name for it
        return _call("exp", sympy.S.One)
    if expr.is_Integer or expr.is_Float:
        return _number(int(expr) if expr.is_Integer else float(expr))
    if expr.is_Rational:
        numerator, denominator = expr.as_numer_denom()
        return _binary(_print(numerator), ast.Div(), _print(denominator))
    if expr in (sympy.true, sympy.false):
        return ast.Constant(bool(expr))
    if expr.is_Add:
        return _sum(expr)
    if expr.is_Mul:
        return _product(expr)
    if expr.is_Pow:
        return _power(expr)
    if expr.is_Piecewise:
        return _piecewise(expr)
    if expr.is_Relational or expr.is_Boolean:
        return _condition(expr)
    if expr.func is Remainder:
        return _binary(_print(expr.args[0]), ast.Mod(), _print(expr.args[1]))
    if expr.func in TO_NAME:
        return _call(TO_NAME[expr.func], *expr.args)
    if expr in (sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise AnalysisError(
            "A derivative of the equations has no finite value anywhere: something in them divides by zero.",
            advice="Look for a denominator that is always zero, such as x - x.",
        )
    raise AnalysisError(f"The expression {expr} has no form in the model language.")


def _number(value: float) -> ast.expr:
    """Negative numbers as the negation of a positive one, as Python parses them."""
    return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left=left, op=op, right=right)


def _call(name: str, *arguments: Any) -> ast.expr:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[_print(a) for a in arguments], keywords=[])


def _sum(expr: Any) -> ast.expr:
    """Terms in SymPy's printing order; a positive one first where there is one, so that no sum starts with a minus."""
    terms = sorted(expr.as_ordered_terms(), key=lambda term: bool(term.could_extract_minus_sign()))
    result = _print(terms[0])
    for term in terms[1:]:
        if term.could_extract_minus_sign():
            result = _binary(result, ast.Sub(), _print(-term))
        else:
            result = _binary(result, ast.Add(), _print(term))
    return result


def _product(expr: Any) -> ast.expr:
    """Numerator over denominator; a negative coefficient becomes the sign of the first factor."""
    coefficient, rest = expr.as_coeff_Mul()
    negative = bool(coefficient.is_number and coefficient < 0)
    over: list[Any] = []
    under: list[Any] = []
    for factor in sympy.Mul.make_args(-coefficient * rest if negative else expr):
        if factor.is_Rational and not factor.is_Integer:
            over += [] if factor.p == 1 else [sympy.Integer(factor.p)]
            under.append(sympy.Integer(factor.q))
        elif factor.is_Pow and factor.exp.is_number and factor.exp.is_negative:
            under.append(factor.base ** (-factor.exp))
        else:
            over.append(factor)
    numerator = _times(over or [sympy.S.One], negative)
    return _binary(numerator, ast.Div(), _times(under)) if under else numerator


def _times(factors: list[Any], negative: bool = False) -> ast.expr:
    """The product of ``factors``, with a minus before the first one if ``negative``."""
    trees = [_print(f) for f in factors]
    if negative:
        trees[0] = ast.UnaryOp(op=ast.USub(), operand=trees[0])
    return reduce(lambda a, b: _binary(a, ast.Mult(), b), trees)


def _power(expr: Any) -> ast.expr:
    """sqrt(x), 1/x**n or x**n, as a person writes it; sqrt is faster than a power besides."""
    base, exponent = expr.base, expr.exp
    if exponent == sympy.Rational(1, 2):
        return _call("sqrt", base)
    if exponent.is_number and exponent.is_negative:
        return _binary(ast.Constant(1), ast.Div(), _print(base ** (-exponent)))
    return _binary(_print(base), ast.Pow(), _print(exponent))


def _piecewise(expr: Any) -> ast.expr:
    """Nested conditional expressions; a last piece with a condition is taken to hold everywhere else."""
    *pieces, (result, _) = expr.args
    tree = _print(result)
    for value, condition in reversed(pieces):
        tree = ast.IfExp(test=_print(condition), body=_print(value), orelse=tree)
    return tree


_RELATIONS: dict[Any, type[ast.cmpop]] = {
    sympy.StrictLessThan: ast.Lt,
    sympy.LessThan: ast.LtE,
    sympy.StrictGreaterThan: ast.Gt,
    sympy.GreaterThan: ast.GtE,
    sympy.Equality: ast.Eq,
    sympy.Unequality: ast.NotEq,
}


def _condition(expr: Any) -> ast.expr:
    """Comparisons and logic; SymPy keeps the parts of And and Or in sets: sorted, they give equal code each time."""
    if expr.func in _RELATIONS:
        return ast.Compare(left=_print(expr.lhs), ops=[_RELATIONS[expr.func]()], comparators=[_print(expr.rhs)])
    if expr.func is sympy.Not:
        return ast.UnaryOp(op=ast.Not(), operand=_print(expr.args[0]))
    if expr.func in (sympy.And, sympy.Or):
        op: ast.boolop = ast.And() if expr.func is sympy.And else ast.Or()
        return ast.BoolOp(op=op, values=[_print(a) for a in sorted(expr.args, key=str)])
    raise AnalysisError(f"The condition {expr} has no form in the model language.")
