"""Noise: an equation f + g*xi split into its drift f and the amplitude g of each source, by walking the AST."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from brainpy_lab.equations.names import is_noise, names_in
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import NoiseTerm


@dataclass(frozen=True)
class Split:
    """``drift + sum(amplitude * source)``; None is zero."""

    drift: ast.expr | None = None
    amplitudes: dict[str, ast.expr] = field(default_factory=dict)

    def terms(self) -> tuple[NoiseTerm, ...]:
        return tuple(NoiseTerm(source, amplitude) for source, amplitude in self.amplitudes.items())


class NoiseSplitter:
    """Splits expressions; ``noisy`` holds the splits of intermediates that contain noise."""

    def __init__(self, source: Source, noisy: Mapping[str, Split]) -> None:
        self.source = source
        self.noisy = noisy

    def is_noisy(self, node: ast.expr) -> bool:
        """True when the expression reads noise, itself or through an intermediate."""
        return any(is_noise(name) or name in self.noisy for name in names_in(node))

    def __call__(self, node: ast.expr) -> Split:
        """Split ``node``; raises ModelSyntaxError when it is not of the form f + g*xi."""
        if not self.is_noisy(node):
            return Split(node)
        match node:
            case ast.Name(id=name):
                return self.noisy[name] if name in self.noisy else Split(None, {name: _at(node, ast.Constant(1.0))})
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self(operand)
                return _each(inner, lambda e: _at(node, ast.UnaryOp(ast.USub(), e)))
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                return self._sum(node, self(left), op, self(right))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self._product(node, left, right)
            case ast.BinOp(left=left, op=ast.Div(), right=right) if not self.is_noisy(right):
                return _each(self(left), lambda e: _at(node, ast.BinOp(e, ast.Div(), right)))
            case ast.IfExp(test=test, body=body, orelse=orelse) if not self.is_noisy(test):
                return self._choice(node, test, self(body), self(orelse))
            case ast.Call(func=ast.Name(id="where"), args=[test, body, orelse]) if not self.is_noisy(test):
                return self._choice(node, test, self(body), self(orelse))
        raise self._nonlinear(node)

    def _sum(self, node: ast.expr, left: Split, op: ast.operator, right: Split) -> Split:
        def combine(a: ast.expr | None, b: ast.expr | None) -> ast.expr | None:
            if b is None:
                return a
            if a is None:
                return b if isinstance(op, ast.Add) else _at(node, ast.UnaryOp(ast.USub(), b))
            return _at(node, ast.BinOp(a, op, b))

        amplitudes: dict[str, ast.expr] = {}
        for source in [*left.amplitudes, *right.amplitudes]:
            amplitude = combine(left.amplitudes.get(source), right.amplitudes.get(source))
            assert amplitude is not None
            amplitudes[source] = amplitude
        return Split(combine(left.drift, right.drift), amplitudes)

    def _product(self, node: ast.expr, left: ast.expr, right: ast.expr) -> Split:
        if self.is_noisy(left) and self.is_noisy(right):
            raise self.source.error(
                "White noise cannot be multiplied with white noise.", node, "Write the equation as f + g*xi."
            )
        if self.is_noisy(left):
            return _each(self(left), lambda e: right if _is_one(e) else _at(node, ast.BinOp(e, ast.Mult(), right)))
        return _each(self(right), lambda e: left if _is_one(e) else _at(node, ast.BinOp(left, ast.Mult(), e)))

    def _choice(self, node: ast.expr, test: ast.expr, body: Split, orelse: Split) -> Split:
        def choose(a: ast.expr | None, b: ast.expr | None) -> ast.expr | None:
            if a is None and b is None:
                return None
            zero = _at(node, ast.Constant(0.0))
            return _at(node, ast.IfExp(test, a or zero, b or zero))

        amplitudes: dict[str, ast.expr] = {}
        for source in dict.fromkeys([*body.amplitudes, *orelse.amplitudes]):
            amplitude = choose(body.amplitudes.get(source), orelse.amplitudes.get(source))
            assert amplitude is not None
            amplitudes[source] = amplitude
        return Split(choose(body.drift, orelse.drift), amplitudes)

    def _nonlinear(self, node: ast.expr) -> Exception:
        names = sorted(name for name in names_in(node) if is_noise(name) or name in self.noisy)
        match node:
            case ast.Call(func=ast.Name(id=function)):
                where = f"inside '{function}'"
            case ast.BinOp(op=ast.Pow()):
                where = "in a power"
            case ast.BinOp(op=ast.Div()):
                where = "in a denominator"
            case ast.Compare() | ast.BoolOp() | ast.IfExp():
                where = "in a condition"
            case _:
                where = "here"
        return self.source.error(
            f"The noise '{names[0]}' cannot stand {where}.",
            node,
            "Noise enters linearly: write the equation as f + g*xi.",
        )


def _each(split: Split, change: object) -> Split:
    assert callable(change)
    drift = None if split.drift is None else change(split.drift)
    return Split(drift, {source: change(amplitude) for source, amplitude in split.amplitudes.items()})


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1.0


def _at(node: ast.expr, new: ast.expr) -> ast.expr:
    return ast.copy_location(new, node)
