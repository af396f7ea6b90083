"""What stands around a Python function and stays as it is while it runs: numbers, arrays, rows of a loop, functions."""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Mapping, Sequence

import numpy as np

from brainpy_lab.equations import constants
from brainpy_lab.equations.constants import literal
from brainpy_lab.equations.python.outside import Surroundings, number_or_array
from brainpy_lab.equations.system import CONSTANTS

#: Rows over which a loop or a sum is written out, and points of a table of steps: more are no text that anyone reads.
MOST_ROWS = 200

_LIBRARIES = frozenset({"numpy", "jax", "torch", "bisect", "_bisect", "builtins"})
_REDUCED = {"logical_or": "any", "logical_and": "all", "add": "sum"}

Row = Mapping[str, ast.expr]


class NotKnown(Exception):
    """Something is not known before the function runs."""


class Known:
    """Looks up what a function's expressions take from around it.

    Parameters
    ----------
    world : Surroundings
    local : set of str
        Names that are the function's own.

    Attributes
    ----------
    taken : dict
        What was taken, as it stands in the function, in order.
    """

    def __init__(self, world: Surroundings, local: set[str]) -> None:
        self.world = world
        self.local = local
        self.taken: dict[str, None] = {}

    def array(self, node: ast.expr) -> np.ndarray:
        """An array of numbers, written out or from around the function."""
        try:
            value = number_or_array(self.world.value(node, self.local))
            self.taken[ast.unparse(node)] = None
        except LookupError:
            try:
                value = constants.evaluate(_Lists().visit(copy.deepcopy(node)))
            except (constants.NotConstant, constants.BadConstant):
                raise NotKnown from None
        if not isinstance(value, np.ndarray):
            raise NotKnown
        return value

    def written(self, node: ast.expr) -> ast.expr:
        """The numbers of an array, one by one."""
        values = self.array(node)
        if values.ndim != 1 or len(values) > MOST_ROWS:
            raise NotKnown
        return ast.List([literal(float(value)) for value in values], ast.Load())

    def number(self, node: ast.expr) -> ast.expr | None:
        """An attribute, an element or a length from around the function that is a number, as that number."""
        if isinstance(node, ast.Attribute) and node.attr in CONSTANTS:
            return None
        try:
            value = number_or_array(self.world.value(node, self.local))
        except LookupError:
            return None
        if not isinstance(value, float):
            return None
        self.taken[ast.unparse(node)] = None
        return literal(value)

    def rows(self, target: ast.expr, node: ast.expr, body: Sequence[ast.stmt] = ()) -> list[Row]:
        """What the names of a loop are in each of its rounds; raises where that is not known."""
        items = target.elts if isinstance(target, ast.Tuple) else [target]
        names = [item.id for item in items if isinstance(item, ast.Name)]
        values = self.table(node)
        wide = values.reshape(len(values), -1)
        changed = {name for statement in body for name in stored_names(statement)}
        if len(names) != len(items) or changed & set(names) or wide.shape[1] != len(names):
            raise NotKnown
        if not 1 <= len(values) <= MOST_ROWS or not np.all(np.isfinite(wide)):
            raise NotKnown
        return [dict(zip(names, map(literal, row), strict=True)) for row in wide.tolist()]

    def table(self, node: ast.expr) -> np.ndarray:
        """The numbers that a loop runs over."""
        if isinstance(node, ast.Call) and node.args and not node.keywords:
            match self.called(node.func):
                case "zip":
                    columns = [self.array(a) for a in node.args]
                    return np.stack([c[: min(map(len, columns))] for c in columns], axis=1)
                case "enumerate" if len(node.args) == 1:
                    column = self.array(node.args[0])
                    return np.column_stack([np.arange(len(column)), column])
                case "range" if len(node.args) <= 3:
                    bounds = [number for a in node.args if type(number := self.world.value(a, self.local)) is int]
                    if len(bounds) < len(node.args) or max(map(abs, bounds)) > MOST_ROWS:
                        raise NotKnown
                    return np.array(range(*bounds), dtype=float)
        return self.array(node)

    def called(self, func: ast.expr) -> str:
        """What is called, by its name in its library; empty where it is no function that is known here."""
        match func:
            case ast.Attribute(attr="astype"):
                return "astype"
            case ast.Attribute(value=inner, attr="reduce"):
                return _REDUCED.get(self.called(inner), "")
        try:
            value = self.world.value(func, self.local)
        except LookupError:
            is_free = isinstance(func, ast.Name) and func.id not in self.local and func.id not in self.world.names
            return func.id if is_free and isinstance(func, ast.Name) and hasattr(builtins, func.id) else ""
        root = str(getattr(value, "__module__", None) or "").partition(".")[0]
        is_numeric = callable(value) and (isinstance(value, np.ufunc) or root in _LIBRARIES)
        return str(getattr(value, "__name__", "")) if is_numeric else ""


class _Lists(ast.NodeTransformer):
    """Rows written with round brackets as lists."""

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        self.generic_visit(node)
        return ast.copy_location(ast.List(node.elts, ast.Load()), node)


def stored_names(node: ast.AST) -> list[str]:
    """Names that are given values, once for each time."""
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
