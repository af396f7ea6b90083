"""Equations of array states as a list of definitions, each either element by element or a linear mix of elements.

``W @ tanh(g*x)`` becomes ``mixed 0 = tanh(g*x)`` and ``mixed 1 = matvec(W, mixed 0)``: SymPy differentiates what acts
on each element alone, and a mix of elements is its own derivative.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.equations.elementary import part
from brainpy_lab.equations.system import ARRAY_FUNCTIONS, Definition, System
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic.compiling import call
from brainpy_lab.symbolic.inline import NotStraightError, inline

Array = Any

#: In a product of so many multiplications it is worth to look for zeros; and where of so many numbers at most one is
#: not zero, it is worth to leave them out.
MANY, FEW = 10_000_000, 16

#: Names of what is linear in one argument, and where that stands.
LINEAR = {"sum": 0, "mean": 0, "roll": 0, "part": 0, "matvec": 1}


def widened(value: Array, like: Array) -> Array:
    """``value`` for each element of ``like``: the last axis holds elements, the others points."""
    return np.broadcast_to(value, np.broadcast_shapes(np.shape(value), np.shape(like)))


def _total(x: Array) -> Array:
    return np.sum(x, axis=-1, keepdims=True)


def _mean(x: Array) -> Array:
    return np.mean(x, axis=-1, keepdims=True)


def _dot(x: Array, y: Array) -> Array:
    return np.sum(x * y, axis=-1, keepdims=True)


def _roll(x: Array, shift: int) -> Array:
    return np.roll(x, shift, axis=-1)


def _part(x: Array, start: int, stop: int) -> Array:
    chosen = part(x, start, stop)
    return chosen if np.ndim(chosen) == np.ndim(x) else np.asarray(chosen)[..., None]


def _matvec(matrix: Array, x: Array) -> Array:
    if np.shape(x)[-1] == 1 != matrix.shape[1]:
        x = np.broadcast_to(x, (*np.shape(x)[:-1], matrix.shape[1]))
    if not isinstance(matrix, np.ndarray) or np.ndim(x) < 2 or x.size * len(matrix) < MANY:
        return x @ matrix.T
    if np.iscomplexobj(x) and not np.iscomplexobj(matrix):  # the matrix would be made complex each time
        result = np.empty((*x.shape[:-1], len(matrix)), complex)
        result.real, result.imag = _product(matrix, x.real), _product(matrix, x.imag)
        return result
    return _product(matrix, x)


def _product(matrix: Array, x: Array) -> Array:
    """``x @ matrix.T``, of many numbers."""
    kept = x != 0
    if np.count_nonzero(kept) * FEW < x.size:
        return _few_times(matrix, x, kept)
    return x @ matrix.T


def _few_times(matrix: Array, x: Array, kept: Array) -> Array:
    """``x @ matrix.T`` where few of ``x`` are not zero: derivatives by each element come as a diagonal matrix."""
    from scipy.sparse import csr_array

    rows, width = x.size // x.shape[-1], x.shape[-1]
    places = np.flatnonzero(kept)
    begins = np.searchsorted(places, np.arange(rows + 1) * width)
    few = csr_array((x[kept], places % width, begins), shape=(rows, width))
    return np.reshape(few @ matrix.T, (*x.shape[:-1], len(matrix)))


#: The functions of compiled code whose last axis holds elements.
FUNCTIONS: Mapping[str, Any] = {
    "sum": _total, "mean": _mean, "dot": _dot, "roll": _roll, "part": _part, "matvec": _matvec, "widened": widened,
}  # fmt: skip


@dataclass(frozen=True)
class Mixed:
    """A system's definitions in their order, and the drifts, with all that mixes elements as definitions of its own."""

    definitions: tuple[Definition, ...]
    drifts: tuple[ast.expr, ...]

    @staticmethod
    def is_mix(expr: ast.expr) -> bool:
        """Whether a definition mixes the elements of names."""
        return isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id in {*LINEAR, "dot"}


def mixed(system: System) -> Mixed:
    """The equations of ``system``, ready to be differentiated.

    Raises
    ------
    AnalysisError
        For helper functions with loops.
    """
    taking = _Taking()
    for definition in (*system.derived, *system.intermediates):
        taking.define(definition.name, _straight(definition.expr, system, definition.name))
    zero = ast.Constant(0.0)
    drifts = [zero if s.drift is None else _straight(s.drift, system, s.name) for s in system.states]
    found = tuple(taking.visit(drift) for drift in drifts)
    return Mixed(tuple(taking.definitions), found)


def _straight(expr: ast.expr, system: System, name: str) -> ast.expr:
    try:
        return inline(expr, system.functions)
    except NotStraightError as obstacle:
        raise AnalysisError(f"No exact derivative of '{name}': a helper function in it has {obstacle}.") from obstacle


class _Taking(ast.NodeTransformer):
    """Takes each mix of elements, innermost first, out of an expression."""

    def __init__(self) -> None:
        self.definitions: list[Definition] = []

    def define(self, name: str, expr: ast.expr) -> None:
        """Add a definition of the system."""
        self.definitions.append(Definition(name, self.visit(expr)))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        # the reader has brought every product into the form W @ x
        if not isinstance(node.op, ast.MatMult):
            return node
        return self._taken(call("matvec", node.left, self._named(node.right)))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        assert isinstance(node.func, ast.Name)
        match node.func.id, node.args:
            case "dot", [left, right]:
                return self._taken(call("dot", self._named(left), self._named(right)))
            case name, [first, *others] if name in ARRAY_FUNCTIONS:
                return self._taken(call(name, self._named(first), *others))
        return node

    def _named(self, node: ast.expr) -> ast.expr:
        return node if isinstance(node, ast.Name) else self._taken(node)

    def _taken(self, node: ast.expr) -> ast.expr:
        name = f"mixed {len(self.definitions)}"  # a space: no clash with the model's names
        self.definitions.append(Definition(name, node))
        return ast.Name(id=name, ctx=ast.Load())
