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

#: The arguments whose zeros, or whole values, are corners of a function.
_ZEROS: Mapping[str, tuple[int, ...]] = {"heaviside": (0,), "sign": (0,), "abs": (0,)}
_WHOLES = ("floor", "ceil")


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
    inner : tuple of Corner
        Corners of the expression itself.
    """

    kind: Kind
    evaluate: Callable[[Mapping[str, Any], np.ndarray], Any]
    parameters: frozenset[str]
    inner: tuple[Corner, ...]


@lru_cache(maxsize=64)
def corners(system: System, driven: frozenset[str] = frozenset()) -> tuple[Corner, ...]:
    """The corners of a system's derivatives and of its events' conditions.

    Parameters
    ----------
    system : System
    driven : frozenset of str
        Parameters that an input moves: the corners of inputs are known from the inputs.
    """
    finder = _Finder(system, driven)
    expressions = [s.drift for s in system.states if s.drift is not None]
    expressions += [d.expr for d in system.intermediates] + [e.condition for e in system.events]
    return finder.of(*expressions)


class _Finder:
    """Finds the corners of one system's expressions."""

    def __init__(self, system: System, driven: frozenset[str]) -> None:
        self.system, self.compiler = system, Compiler(system)
        self.named = {d.name: d.expr for d in (*system.derived, *system.intermediates)}
        self.moving = {*system.state_names, *(d.name for d in system.delays), *driven}
        timed = [d for d in system.intermediates if self._is_timed(d.expr)]
        self.written: dict[str, ast.expr] = {}  # intermediates of t alone, in terms of t and parameters
        for definition in timed:
            self.written[definition.name] = substitute(definition.expr, self.written)

    def _is_timed(self, expr: ast.expr) -> bool:
        """Whether an expression depends on t, and on parameters at most besides."""
        reached = names_reached([expr], self.named)
        return "t" in reached and not reached & self.moving and not reached & ARRAY_FUNCTIONS

    def of(self, *expressions: ast.expr) -> tuple[Corner, ...]:
        """The corners in some expressions, each once."""
        found: dict[tuple[Kind, str], Corner] = {}
        for expr in expressions:
            try:
                whole = inline(expr, self.system.functions)
            except NotStraightError:
                whole = expr
            for kind, part in self._parts(whole):
                if not self._is_timed(part) or any(isinstance(n, ast.MatMult) for n in ast.walk(part)):
                    continue
                part = substitute(part, self.written)
                key = (kind, ast.dump(part))
                if key not in found:
                    found[key] = self._corner(kind, part)
        return tuple(found.values())

    def _corner(self, kind: Kind, part: ast.expr) -> Corner:
        reached = names_reached([part], self.named)
        inner = self.of(part) if kind != "opaque" else ()
        parameters = reached & set(self.system.parameter_names)
        compiled = self.compiler.compile([part])

        def evaluate(values: Mapping[str, Any], times: np.ndarray) -> Any:
            given = [0.0] * len(self.system.state_names) + [values.get(p, 0.0) for p in self.system.parameter_names]
            return compiled(*given, times)[0]

        return Corner(kind, evaluate, frozenset(parameters), inner)

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
                    elif name in _WHOLES:
                        found.append(("whole", arguments[0]))
                    else:
                        found += [("zero", arguments[i]) for i in _ZEROS.get(name, ())]
        return found


def _minus(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, ast.Sub(), right)
