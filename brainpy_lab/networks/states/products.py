"""Expressions as sums of products, each of what a presynaptic cell has with what its target has."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from brainpy_lab.codegen.printing import names_used
from brainpy_lab.equations.system import RANDOM

#: A factor that is not there.
ONE = ast.Constant(1.0)
#: Products into which an expression is multiplied out, at most.
_MOST = 6


@dataclass(frozen=True)
class Product:
    """``pre*post``: of the presynaptic cell alone, and of the target alone or shared by all."""

    pre: ast.expr
    post: ast.expr


@dataclass(frozen=True)
class Products:
    """Takes expressions apart.

    Attributes
    ----------
    sides : mapping of str to str
        "pre", "post" or "shared" for each name that has one such value; a name that is not there belongs to a
        connection.
    named : mapping of str to expr
        What definitions stand for.
    """

    sides: Mapping[str, str]
    named: Mapping[str, ast.expr]

    def of(self, expr: ast.expr) -> tuple[Product, ...] | None:
        """The products whose sum an expression is; None where it is none, or of too many."""
        found = self._products(expr)
        if found is None or len(found) > _MOST:
            return None
        merged: dict[str, Product] = {}
        for product in found:
            key = ast.dump(product.pre)
            if key in merged:
                product = Product(product.pre, ast.BinOp(merged[key].post, ast.Add(), product.post))
            merged[key] = product
        return tuple(merged.values())

    def _read(self, expr: ast.expr) -> set[str]:
        """Whose values an expression reads, by itself or through definitions; "" is a connection."""
        read: set[str] = set()
        for name in names_used(expr):
            read |= self._read(self.named[name]) if name in self.named else {self.sides.get(name, "")}
        calls = {n.func.id for n in ast.walk(expr) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        return read | ({""} if calls & RANDOM else set())

    def _products(self, expr: ast.expr) -> list[Product] | None:
        read = self._read(expr)
        if "" in read:
            return None
        if "pre" not in read:
            return [Product(ONE, expr)]
        match expr:
            case ast.BinOp(op=ast.Mult()) if "post" not in read:  # factors that all share are taken out of the sum
                return _multiplied(self._products(expr.left), self._products(expr.right))
            case ast.UnaryOp(op=ast.USub()):
                return _negative(self._products(expr.operand))
            case _ if "post" not in read:
                return [Product(expr, ONE)]
            case ast.Name(id=name):
                return self._products(self.named[name])
            case ast.BinOp(op=ast.Add()):
                return _joined(self._products(expr.left), self._products(expr.right))
            case ast.BinOp(op=ast.Sub()):
                return _joined(self._products(expr.left), _negative(self._products(expr.right)))
            case ast.BinOp(op=ast.Mult()):
                return _multiplied(self._products(expr.left), self._products(expr.right))
            case ast.BinOp(op=ast.Div()):
                return self._divided(expr)
        return None

    def _divided(self, expr: ast.BinOp) -> list[Product] | None:
        found, read = self._products(expr.left), self._read(expr.right)
        if found is None or ("pre" in read and "post" in read):
            return None
        by = expr.right
        if "pre" in read:
            return [Product(ast.BinOp(p.pre, ast.Div(), by), p.post) for p in found]
        return [Product(p.pre, ast.BinOp(p.post, ast.Div(), by)) for p in found]


_Found = list[Product] | None


def _negative(found: _Found) -> _Found:
    return found and [Product(p.pre, ast.UnaryOp(ast.USub(), p.post)) for p in found]


def _joined(left: _Found, right: _Found) -> _Found:
    return None if left is None or right is None else left + right


def _multiplied(left: _Found, right: _Found) -> _Found:
    if left is None or right is None:
        return None
    return [Product(times(a.pre, b.pre), times(a.post, b.post)) for a in left for b in right]


def times(left: ast.expr, right: ast.expr) -> ast.expr:
    """The product of two factors, of which one may be `ONE`."""
    if left is ONE or right is ONE:
        return right if left is ONE else left
    return ast.BinOp(left, ast.Mult(), right)
