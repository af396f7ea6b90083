"""Where a model's equations are not smooth in t: conditions, rounding and the like that depend on time alone.

Adaptive methods end a step there: a step across it would lose its order, and a short pulse could be passed over unseen.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from brainpy_lab.equations.system import ARRAY_FUNCTIONS, System, names_reached
from brainpy_lab.symbolic.compiling import Compiler
from brainpy_lab.symbolic.inline import NotStraightError, inline, substitute

Kind = Literal["zero", "whole", "opaque"]

#: Functions whose corners are the zeros, or the whole values, of their first argument.
_AT_ZEROS, _AT_WHOLES = ("heaviside", "sign", "abs"), ("floor", "ceil")


@dataclass(frozen=True, eq=False)
class Corner:
    """An expression of t and parameters at whose zeros or whole values the equations are not smooth.

    Attributes
    ----------
    kind : {"zero", "whole", "opaque"}
        What makes the corner; of "opaque" ones, helper functions with loops, the jumps have to be looked for.
    evaluate : callable
        Values of the expression: ``evaluate(parameters, times)``.
    parameters : frozenset of str
        Parameters that it depends on.
    is_linear : bool
        Whether it is a linear function of t between the corners of its own, and between the jumps of inputs.
    inner : tuple of Corner
        Corners of the expression itself.
    """

    kind: Kind
    evaluate: Callable[[Mapping[str, Any], np.ndarray], Any]
    parameters: frozenset[str]
    is_linear: bool
    inner: tuple[Corner, ...]


@lru_cache(maxsize=64)
def corners(
    system: System, driven: frozenset[str] = frozenset(), bent: frozenset[str] = frozenset()
) -> tuple[Corner, ...]:
    """The corners of a system's derivatives, of its delays and of its events' conditions.

    Parameters
    ----------
    system : System
    driven : frozenset of str
        Parameters that inputs move.
    bent : frozenset of str
        Those of them that are not constant between jumps.
    """
    expressions = [s.drift for s in system.states if s.drift is not None]
    expressions += [d.expr for d in system.intermediates] + [e.condition for e in system.events]
    return Finder(system, driven, bent).of(*expressions, *(d.time for d in system.delays))


@lru_cache(maxsize=64)
def history_corners(system: System) -> tuple[Corner, ...]:
    """The corners of the histories that stand in a system's text."""
    return Finder(system).of(*(s.history for s in system.states if s.history is not None))


class Finder:
    """Finds the corners of one system's expressions."""

    def __init__(
        self, system: System, driven: frozenset[str] = frozenset(), bent: frozenset[str] = frozenset()
    ) -> None:
        self.system, self.compiler = system, Compiler(system)
        self.timed, self.bent = {"t", *driven}, bent
        self.named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
        self.moving = {*system.state_names, *(d.name for d in system.delays)}
        timed = [d for d in system.intermediates if self.is_timed(d.expr)]
        self.written: dict[str, ast.expr] = {}  # intermediates of t alone, in terms of t and parameters
        for definition in timed:
            self.written[definition.name] = substitute(definition.expr, self.written)

    def is_timed(self, expr: ast.expr) -> bool:
        """Whether an expression depends on t or on inputs, and on parameters at most besides."""
        reached = names_reached([expr], self.named)
        return bool(reached & self.timed) and not reached & self.moving and not reached & ARRAY_FUNCTIONS

    def of(self, *expressions: ast.expr) -> tuple[Corner, ...]:
        """The corners in some expressions, each once."""
        found: dict[tuple[Kind, str], Corner] = {}
        for expr in expressions:
            try:
                whole = inline(expr, self.system.functions)
            except NotStraightError:  # a helper with loops: its call is an opaque corner
                whole = expr
            for kind, part in self._parts(whole):
                if not self.is_timed(part) or any(isinstance(n, ast.MatMult) for n in ast.walk(part)):
                    continue
                part = substitute(part, self.written)
                key = (kind, ast.dump(part))
                if key not in found:
                    found[key] = self.corner(kind, part)
        return tuple(found.values())

    def corner(self, kind: Kind, part: ast.expr) -> Corner:
        """The corner that ``part``, an expression of t and parameters, makes, with those within it."""
        reached = names_reached([part], self.named)
        inner = self.of(part) if kind != "opaque" else ()
        parameters = reached & set(self.system.parameter_names)
        compiled = self.compiler.compile([part])

        def evaluate(values: Mapping[str, Any], times: np.ndarray) -> Any:
            # no state is in it, and a parameter that is not given is none of its own
            given = [0.0] * len(self.system.state_names) + [values.get(p, 0.0) for p in self.system.parameter_names]
            return compiled(*given, times)[0]

        return Corner(kind, evaluate, frozenset(parameters), self.degree(part) <= 1, inner)

    def degree(self, expr: ast.expr) -> int:
        """Between corners and jumps: 0 for a constant, 1 for a linear function of t, 2 for any other."""
        match expr:
            case ast.Name(id=name):
                return 1 if name == "t" else 2 if name in self.bent else 0
            case ast.Constant() | ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return 0
            case ast.UnaryOp(operand=operand):
                return self.degree(operand)
            case ast.IfExp(body=body, orelse=orelse):
                return max(self.degree(body), self.degree(orelse))
            case ast.BinOp(left=left, op=operation, right=right):
                return self._degree_of(operation, self.degree(left), self.degree(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                degrees = [self.degree(a) for a in arguments]
                if name in ("floor", "ceil", "sign", "heaviside") or not any(degrees):
                    return 0
                known = ("abs", "minimum", "maximum", "clip", "where")
                return max(degrees[1:] if name == "where" else degrees) if name in known else 2
        return 2

    @staticmethod
    def _degree_of(operation: ast.operator, left: int, right: int) -> int:
        """Degree of ``left operation right`` from theirs; between jumps x // y is constant and x % y moves with x."""
        match operation:
            case ast.Add() | ast.Sub():
                return max(left, right)
            case ast.Mult():
                return min(2, left + right)
            case ast.FloorDiv():
                return 0
            case ast.Div() | ast.Mod():
                return left if right == 0 else 2
        return 0 if left == right == 0 else 2

    def _parts(self, expr: ast.expr) -> list[tuple[Kind, ast.expr]]:
        """Expressions whose zeros or whole values are corners of ``expr``."""
        helpers = {f.name for f in self.system.functions}
        found: list[tuple[Kind, ast.expr]] = []
        for node in ast.walk(expr):
            match node:
                case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()], comparators=[right]):
                    found.append(("zero", _minus(left, right)))
                case ast.BinOp(left=left, op=ast.Mod() | ast.FloorDiv(), right=right):
                    found.append(("whole", ast.BinOp(left, ast.Div(), right)))
                case ast.Call(func=ast.Name(id=name), args=arguments):  # of the helpers, those with loops are left
                    if name in helpers:
                        found.append(("opaque", node))
                    elif name in ("minimum", "maximum"):
                        found.append(("zero", _minus(*arguments)))
                    elif name == "clip":
                        found += [("zero", _minus(arguments[0], limit)) for limit in arguments[1:]]
                    elif name in _AT_WHOLES:
                        found.append(("whole", arguments[0]))
                    elif name in _AT_ZEROS:
                        found.append(("zero", arguments[0]))
        return found


def _minus(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, ast.Sub(), right)
