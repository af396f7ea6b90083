"""Quotients of polynomials in names, with exact coefficients: enough to see that two expressions are proportional."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

#: Names or other expressions, as text, with their powers.
Monomial = tuple[tuple[str, int], ...]
Polynomial = dict[Monomial, Fraction]

_LARGEST = 40  # terms of a polynomial: rates have a few
_LARGEST_POWER = 4  # an activation curve has m**4 at the most


@dataclass(frozen=True)
class Ratio:
    """``coefficient`` times powers of names or other expressions."""

    coefficient: Fraction
    powers: Monomial


@dataclass(frozen=True)
class Rational:
    """A quotient of two polynomials."""

    over: Polynomial
    under: Polynomial

    @property
    def is_constant(self) -> bool:
        """Whether it is a number."""
        return all(set(part) <= {()} for part in (self.over, self.under))


def rational(node: ast.expr, expand: Callable[[ast.expr], ast.expr | None]) -> Rational | None:
    """An expression as a quotient of polynomials; what is none counts as a name of its own, None where it grows large.

    ``expand(node)`` gives what a name stands for, or None.
    """
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return _fitting({(): Fraction(str(value))} if value else {}, {(): Fraction(1)})
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            inner = rational(operand, expand)
            if inner is None or isinstance(sign, ast.UAdd):
                return inner
            return Rational({m: -c for m, c in inner.over.items()}, inner.under)
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=int() as power)) if (
            not isinstance(power, bool) and 0 <= power <= _LARGEST_POWER
        ):
            inner = rational(base, expand)
            return None if inner is None else _power(inner, power)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            a, b = rational(left, expand), rational(right, expand)
            return None if a is None or b is None else _combined(a, op, b)
        case ast.Name():
            meant = expand(node)
            inner = None if meant is None else rational(meant, expand)
            if inner is not None:
                return inner
    return _fitting({((ast.unparse(node), 1),): Fraction(1)}, {(): Fraction(1)})


def ratio(a: Rational, b: Rational) -> Ratio | None:
    """a/b where that is a number times powers, and a is zero where b is; None otherwise."""
    over, under = _product(a.over, b.under), _product(b.over, a.under)
    if not over or not under:
        return None
    shared_over, first = _split(over)
    shared_under, second = _split(under)
    if set(first) != set(second):
        return None
    some = next(iter(first))
    factor = first[some] / second[some]
    if any(first[m] != factor * second[m] for m in first):
        return None
    # quotients of single terms cancel always, 0/0 or not; only a zero that both share makes one to be filled
    if len(first) == 1 and not _zeros(shared_over) & _zeros(_split(b.over)[0]):
        return None
    powers = dict(shared_over)
    for name, power in shared_under:
        powers[name] = powers.get(name, 0) - power
    return Ratio(factor, tuple((name, power) for name, power in powers.items() if power))


def _zeros(monomial: Monomial) -> set[str]:
    return {name for name, _ in monomial}


def _split(polynomial: Polynomial) -> tuple[Monomial, Polynomial]:
    """The powers that all terms share, and the polynomial without them."""
    terms = [dict(m) for m in polynomial]
    shared = {name: min(t.get(name, 0) for t in terms) for name in terms[0]}
    shared = {name: power for name, power in shared.items() if power}
    rest = {
        tuple(sorted((n, p - shared.get(n, 0)) for n, p in m if p > shared.get(n, 0))): c for m, c in polynomial.items()
    }
    return tuple(sorted(shared.items())), rest


def _combined(a: Rational, op: ast.operator, b: Rational) -> Rational | None:
    if isinstance(op, ast.Mult):
        return _fitting(_product(a.over, b.over), _product(a.under, b.under))
    if isinstance(op, ast.Div):
        return _fitting(_product(a.over, b.under), _product(a.under, b.over)) if b.over else None
    sign = Fraction(1 if isinstance(op, ast.Add) else -1)
    if a.under == b.under:
        return _fitting(_sum(a.over, b.over, sign), a.under)
    return _fitting(_sum(_product(a.over, b.under), _product(b.over, a.under), sign), _product(a.under, b.under))


def _power(base: Rational, power: int) -> Rational | None:
    result: Rational | None = Rational({(): Fraction(1)}, {(): Fraction(1)})
    for _ in range(power):
        result = result and _fitting(_product(result.over, base.over), _product(result.under, base.under))
    return result


def _sum(a: Polynomial, b: Polynomial, sign: Fraction) -> Polynomial:
    total = dict(a)
    for monomial, coefficient in b.items():
        total[monomial] = total.get(monomial, Fraction(0)) + sign * coefficient
    return {m: c for m, c in total.items() if c}


def _product(a: Polynomial, b: Polynomial) -> Polynomial:
    total: Polynomial = {}
    for m, c in a.items():
        for n, d in b.items():
            powers = dict(m)
            for name, power in n:
                powers[name] = powers.get(name, 0) + power
            key = tuple(sorted(powers.items()))
            total[key] = total.get(key, Fraction(0)) + c * d
    return {m: c for m, c in total.items() if c}


def _fitting(over: Polynomial, under: Polynomial) -> Rational | None:
    return Rational(over, under) if max(len(over), len(under)) <= _LARGEST else None
