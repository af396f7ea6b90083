"""What Python functions say in NumPy's ways, in the words of the language: choices ``a if c else b``, ``and``, ``or``.

``np.where((t > 1) & (t < 2), 1, 0)``, ``np.select``, ``np.piecewise``, ``levels[np.searchsorted(edges, t)]`` and sums
over a list of pulses become conditions in the text, whose switches are then found. What is not known here stays as it
stands: the reader that follows refuses it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np

from brainpy_lab.equations.constants import literal
from brainpy_lab.equations.names import names_in, substitute
from brainpy_lab.equations.python.conditions import (
    NotAChoice,
    all_of,
    condition_names,
    first_true,
    is_condition,
    joined,
    mapped,
    negated,
)
from brainpy_lab.equations.python.known import MOST_ROWS, Known, NotKnown, Row, stored_names
from brainpy_lab.equations.python.outside import Surroundings

_OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "true_divide": ast.Div,
    "floor_divide": ast.FloorDiv, "mod": ast.Mod, "remainder": ast.Mod, "logical_xor": ast.BitXor,
    "bitwise_xor": ast.BitXor, "bitwise_and": ast.BitAnd, "bitwise_or": ast.BitOr,
}  # fmt: skip
_COMPARISONS: dict[str, type[ast.cmpop]] = {
    "greater": ast.Gt, "greater_equal": ast.GtE, "less": ast.Lt, "less_equal": ast.LtE, "equal": ast.Eq,
    "not_equal": ast.NotEq,
}  # fmt: skip
_AS_THEY_ARE = frozenset({"asarray", "array", "float64", "asanyarray", "float"})  # of a number: the number
_Node = TypeVar("_Node", ast.expr, ast.stmt)


_NOT_KNOWN = (NotKnown, NotAChoice, LookupError)


class NumpyForms(ast.NodeTransformer):
    """Rewrites one function.

    Parameters
    ----------
    world : Surroundings
        What the function sees around it.
    node : ast.FunctionDef

    Attributes
    ----------
    outside : Known
        What was taken from around the function.
    """

    def __init__(self, world: Surroundings, node: ast.FunctionDef) -> None:
        self.node = node
        arguments = {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}  # those of lambdas inside too
        stores = stored_names(node)
        loops = {name for n in ast.walk(node) if isinstance(n, ast.For | ast.While) for name in stored_names(n)}
        self.outside = Known(world, arguments | set(stores))
        self.fixed = (arguments - set(stores)) | ({n for n in stores if stores.count(n) == 1} - arguments - loops)
        self.conditions = condition_names(node.body) - arguments
        self.steps: dict[str, ast.expr] = {}  # names of choices between whole numbers

    def read(self) -> ast.FunctionDef:
        """The function in the words of the language."""
        self.node.body = self.block(self.node.body)
        return ast.fix_missing_locations(self.node)

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """``statements`` in the words of the language; a loop over a known list gives several for one."""
        written: list[ast.stmt] = []
        for statement in statements:
            new = self.visit(statement)
            written += new if isinstance(new, list) else [new]
        return written

    def visit(self, node: ast.AST) -> Any:
        """``node`` rewritten, standing where it stood."""
        new = super().visit(node)
        if isinstance(new, ast.AST) and new is not node:
            ast.copy_location(new, node)
            ast.fix_missing_locations(new)
        return new

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return joined(node.op, [node.left, node.right], self.conditions) or node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        is_not = isinstance(node.op, ast.Invert) and is_condition(node.operand, self.conditions)
        return negated(node.operand) if is_not else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            old = ast.Name(node.target.id, ast.Load())
            both = joined(node.op, [old, node.value], self.conditions)
            if both is not None:
                return ast.Assign([node.target], both)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        match node.targets:
            case [ast.Name(id=name)] if name in self.fixed and names_in(node.value) & self.outside.local <= self.fixed:
                with suppress(*_NOT_KNOWN):
                    self.steps[name] = mapped(node.value, literal)
        return node

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.AST]:
        """A loop over a list that is known, written out."""
        leaves = any(isinstance(n, ast.Break | ast.Continue) for n in ast.walk(node))
        is_range = isinstance(node.iter, ast.Call) and self.outside.called(node.iter.func) == "range"
        if node.orelse or leaves or is_range:
            return self.generic_visit(node)
        try:
            rows = self.outside.rows(node.target, node.iter, node.body)
        except _NOT_KNOWN:
            return self.generic_visit(node)
        return [new for row in rows for new in self.block([_put(row, statement) for statement in node.body])]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.outside.number(node) or self.generic(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        known = self.outside.number(node)
        if known is not None:
            return known
        self.generic_visit(node)
        try:
            values = self.outside.array(node.value)
            if values.ndim == 1:
                return mapped(substitute(node.slice, self.steps), lambda place: literal(float(values[place])))
        except _NOT_KNOWN:
            pass
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        known = self.outside.number(node)
        if known is not None:
            return known
        name = self.outside.called(node.func)
        if name in ("any", "all", "sum") and len(node.args) == 1 and not node.keywords:
            try:
                return self.over_rows(name, node.args[0])
            except _NOT_KNOWN:
                pass
        new = self.generic(node)
        assert isinstance(new, ast.Call)
        try:
            return self.translated(name, new)
        except _NOT_KNOWN:
            return new

    def generic(self, node: ast.expr) -> ast.expr:
        """``node`` with its parts rewritten."""
        self.generic_visit(node)
        return node

    def translated(self, name: str, node: ast.Call) -> ast.expr:
        """A call whose arguments are rewritten already."""
        options = {str(k.arg): k.value for k in node.keywords}
        match name, node.args:
            case "select", [ast.List() | ast.Tuple() as tests, ast.List() | ast.Tuple() as values, *rest]:
                default = rest[0] if rest else options.get("default", literal(0.0))
                if len(tests.elts) == len(values.elts) and set(options) <= {"default"}:
                    return first_true(tests.elts, values.elts, default)
            case "piecewise", [at, tests, ast.List() | ast.Tuple() as values] if not options:
                return self.piecewise(at, tests, values.elts)
            case "searchsorted" | "bisect_left", [edges, at] if set(options) <= {"side"}:
                side = options.get("side", ast.Constant("left"))
                if isinstance(side, ast.Constant) and side.value in ("left", "right"):
                    return self.count(edges, at, includes=side.value == "right")
            case "bisect" | "bisect_right", [edges, at] if not options:
                return self.count(edges, at, includes=True)
            case "digitize", [at, edges, *rest] if set(options) <= {"right"}:
                right = rest[0] if rest else options.get("right", ast.Constant(False))
                if isinstance(right, ast.Constant):
                    return self.count(edges, at, includes=not right.value)
            case "", [at] if isinstance(node.func, ast.Attribute) and node.func.attr == "searchsorted":
                if set(options) <= {"side"}:
                    side = options.get("side", ast.Constant("left"))
                    return self.count(node.func.value, at, includes=ast.unparse(side) == "'right'")
            case "interp", [at, xs, ys] if set(options) <= {"left", "right"}:
                return self.table_of(at, xs, ys, options)
            case _, [left, right] if name in _OPERATORS and not options:
                op = _OPERATORS[name]()
                return joined(op, [left, right], self.conditions) or ast.BinOp(left, op, right)
            case _, [left, right] if name in _COMPARISONS and not options:
                return ast.Compare(left, [_COMPARISONS[name]()], [right])
            case "negative", [value] if not options:
                return ast.UnaryOp(ast.USub(), value)
            case "int", [value] if not options and is_condition(value, self.conditions):
                return ast.IfExp(value, ast.Constant(1), ast.Constant(0))
            case "int", [value] if not options:
                return mapped(value, literal)
            case "bool", [value] if not options and is_condition(value, self.conditions):
                return value
            case "astype", [_] if isinstance(node.func, ast.Attribute):
                if is_condition(node.func.value, self.conditions):
                    return self.number(node.func.value)
            case _, [value] if name in _AS_THEY_ARE and set(options) <= {"dtype"} and not isinstance(value, ast.List):
                return self.number(value)
        return node

    def number(self, value: ast.expr) -> ast.expr:
        """A condition as 1 or 0, anything else as it is."""
        one, zero = ast.Constant(1.0), ast.Constant(0.0)
        return ast.IfExp(value, one, zero) if is_condition(value, self.conditions) else value

    def piecewise(self, at: ast.expr, tests: ast.expr, values: Sequence[ast.expr]) -> ast.expr:
        """The last condition that is true decides."""
        conditions = tests.elts if isinstance(tests, ast.List | ast.Tuple) else [tests]
        if not len(conditions) <= len(values) <= len(conditions) + 1:
            raise NotKnown
        results = [self.applied(value, at) for value in values]
        default = results[len(conditions)] if len(values) > len(conditions) else literal(0.0)
        return first_true(conditions[::-1], results[: len(conditions)][::-1], default)

    def table_of(self, at: ast.expr, xs: ast.expr, ys: ast.expr, options: Mapping[str, ast.expr]) -> ast.expr:
        """``np.interp`` with its points written out where no name holds them, and what holds beyond them."""
        points = [part if isinstance(part, ast.Name | ast.List) else self.outside.written(part) for part in (xs, ys)]
        result: ast.expr = ast.Call(ast.Name("interp", ast.Load()), [at, *points], [])
        ends = self.outside.array(xs) if options else np.zeros(2)
        if "right" in options:
            result = ast.IfExp(ast.Compare(at, [ast.Gt()], [literal(float(ends[-1]))]), options["right"], result)
        if "left" in options:
            result = ast.IfExp(ast.Compare(at, [ast.Lt()], [literal(float(ends[0]))]), options["left"], result)
        return result

    def applied(self, value: ast.expr, at: ast.expr) -> ast.expr:
        """What a value of ``np.piecewise`` gives: itself, or its function of the place."""
        match value:
            case ast.Lambda(args=ast.arguments(args=[argument], defaults=[], kwonlyargs=[]), body=body):
                return substitute(body, {argument.arg: at})
            case ast.Name() | ast.Attribute():
                try:
                    is_function = callable(self.outside.world.value(value, self.outside.local))
                except LookupError:
                    is_function = False
                return ast.Call(value, [at], []) if is_function else value
        return value

    def count(self, edges: ast.expr, at: ast.expr, *, includes: bool) -> ast.expr:
        """How many of some edges lie below a place, or at it where ``includes``."""
        values = self.outside.array(edges)
        if values.ndim != 1 or len(values) > MOST_ROWS or np.any(np.diff(values) < 0.0):
            raise NotKnown

        def between(low: int, high: int) -> ast.expr:
            if low == high:
                return ast.Constant(low)
            middle = (low + high) // 2
            below = ast.Compare(at, [ast.Lt() if includes else ast.LtE()], [literal(float(values[middle]))])
            return ast.IfExp(below, between(low, middle), between(middle + 1, high))

        return between(0, len(values))

    def over_rows(self, name: str, node: ast.expr) -> ast.expr:
        """``any``, ``all`` or ``sum`` of a list, or of an expression for each row of one."""
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items) if items:
                parts = [self.expression(item) for item in items]
            case ast.GeneratorExp(elt=part, generators=[loop]) | ast.ListComp(elt=part, generators=[loop]):
                rows = self.outside.rows(loop.target, loop.iter)
                whole = _where(name, part, loop.ifs)
                parts = [self.expression(_put(row, whole)) for row in rows]
            case _:
                raise NotKnown
        if name == "sum":
            total = self.number(parts[0])
            for part in parts[1:]:
                total = ast.BinOp(total, ast.Add(), self.number(part))
            return total
        if not all(is_condition(part, self.conditions) for part in parts):
            raise NotKnown
        return parts[0] if len(parts) == 1 else ast.BoolOp(ast.Or() if name == "any" else ast.And(), parts)

    def expression(self, node: ast.expr) -> ast.expr:
        """``node`` in the words of the language."""
        new = self.visit(node)
        assert isinstance(new, ast.expr)
        return new


class _Put(ast.NodeTransformer):
    """Numbers in place of names."""

    def __init__(self, row: Row) -> None:
        self.row = row

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(copy.deepcopy(self.row[node.id]), node) if node.id in self.row else node


def _put(row: Row, node: _Node) -> _Node:
    """A copy of a node with numbers in place of names."""
    new: _Node = ast.fix_missing_locations(_Put(row).visit(copy.deepcopy(node)))
    return new


def _where(name: str, part: ast.expr, tests: Sequence[ast.expr]) -> ast.expr:
    """One part of ``any``, ``all`` or ``sum`` where some conditions hold, and one that changes nothing elsewhere."""
    if not tests:
        return part
    if name == "sum":
        return ast.IfExp(all_of(tests), part, literal(0.0))
    if name == "any":
        return all_of([*tests, part])
    return ast.BoolOp(ast.Or(), [negated(all_of(tests)), part])
