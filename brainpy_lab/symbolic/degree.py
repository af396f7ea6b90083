"""Whether an expression is linear in one symbol, without expanding what the symbol does not stand in.

A voltage-dependent rate in its closed form has hundreds of terms when it is multiplied out. Parts that are free of the
symbol are therefore taken as one letter each, and only powers and products of the symbol itself are expanded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

#: Polynomials of a higher degree, before terms cancel, are not multiplied out: nobody writes a linear one like that,
#: and the terms of products of sums grow with a power of the degree.
HIGHEST = 40


def is_linear(expr: sympy.Expr, symbol: sympy.Symbol) -> bool:
    """True when ``expr`` is seen to be of first degree in ``symbol``, or free of it.

    Terms that cancel are seen where their coefficients are written alike, as in ``(x + a)**2 - x**2``.
    """
    from sympy import expand

    letters: dict[Any, Any] = {}
    short = polynomial(expr, symbol, letters)
    if short is None:
        return False
    degree = _degree(short, symbol)
    if degree <= 1:
        return True
    if degree > HIGHEST:
        return False
    return not expand(short.diff(symbol)).has(symbol)


def polynomial(expr: Any, symbol: Any, letters: dict[Any, Any]) -> Any:
    """``expr`` as a polynomial in ``symbol`` whose coefficients are letters; None when it is none."""
    from sympy import Dummy

    if not expr.has(symbol):
        return expr if expr.is_number else letters.setdefault(expr, Dummy())
    if expr == symbol:
        return expr
    if expr.is_Add:
        free = [a for a in expr.args if not a.has(symbol)]
        bound = [a for a in expr.args if a.has(symbol)]
        return _rebuilt(expr.func, [*bound, expr.func(*free)], symbol, letters)
    if expr.is_Mul:
        return _rebuilt(expr.func, expr.args, symbol, letters)
    if expr.is_Pow and expr.exp.is_Integer and expr.exp.is_positive:
        base = polynomial(expr.base, symbol, letters)
        return None if base is None else base**expr.exp
    return None


def _rebuilt(func: Any, args: Iterable[Any], symbol: Any, letters: dict[Any, Any]) -> Any:
    parts = [polynomial(a, symbol, letters) for a in args]
    return None if None in parts else func(*parts)


def _degree(expr: Any, symbol: Any) -> int:
    """The degree of a polynomial in ``symbol``, before terms cancel."""
    if expr == symbol:
        return 1
    if expr.is_Add:
        return max(_degree(a, symbol) for a in expr.args)
    if expr.is_Mul:
        return sum(_degree(a, symbol) for a in expr.args)
    if expr.is_Pow:
        return int(expr.exp) * _degree(expr.base, symbol) if expr.has(symbol) else 0
    return 0
