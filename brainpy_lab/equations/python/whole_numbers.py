"""Whole numbers of helper functions as floating-point numbers, but where they count: Python's own grow without bound.

``n = 10`` and then ``n**n**n`` is a number of ten thousand million digits in Python, and another, wrong one in the
integers of machines; in floating-point numbers it is infinite, and a run says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from brainpy_lab.equations.constants import BadConstant, NotConstant, evaluate, literal, overflows
from brainpy_lab.equations.expressions import has_no_name, with_floats
from brainpy_lab.equations.names import functions_in, substitute
from brainpy_lab.equations.source import Source

_COUNTING = frozenset({"range", "int", "round", "len"})


def with_float_numbers(statements: Sequence[ast.stmt], source: Source) -> list[ast.stmt]:
    """A body whose names hold floating-point numbers, those apart that count turns or elements."""
    _check_sizes(statements, source)
    numbers = _Numbers(_counted(statements))
    return [ast.fix_missing_locations(numbers.visit(statement)) for statement in statements]


def _counted(statements: Iterable[ast.stmt]) -> set[str]:
    """Names that are used to count: in range(...), in an index, as the variable of a loop, or by such names."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    used: list[ast.AST] = [n.slice for n in nodes if isinstance(n, ast.Subscript)]
    used += [n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) in _COUNTING]
    used += [n.target for n in nodes if isinstance(n, ast.For)]
    found = {name for node in used for name in _names(node)}
    while True:
        more = {
            name
            for n in nodes
            if isinstance(n, ast.Assign | ast.AugAssign)
            for target in (n.targets if isinstance(n, ast.Assign) else [n.target])
            if not _names(target).isdisjoint(found)
            for name in _names(n.value)
        }
        if more <= found:
            return found
        found |= more


def _check_sizes(statements: Sequence[ast.stmt], source: Source) -> None:
    """Refuse a power or a product of numbers, or of names that are numbers, beyond the largest number there is."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    stored = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    known: dict[str, ast.expr] = {}
    for statement in statements:
        for node in ast.walk(statement):
            is_growing = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Mult)
            if isinstance(node, ast.BinOp) and is_growing and overflows(substitute(node, known)):
                raise source.error("This number is too large.", node)
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if stored.count(name) == 1:
                try:
                    number = evaluate(substitute(value, known))
                except (NotConstant, BadConstant):  # not known before the function runs
                    continue
                if isinstance(number, float):
                    known[name] = literal(number)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


class _Numbers(ast.NodeTransformer):
    """Writes whole numbers as floating-point numbers where a name, a result or an argument holds them."""

    def __init__(self, counted: set[str]) -> None:
        self.counted = counted

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        if not any(isinstance(t, ast.Name) and t.id in self.counted for t in node.targets):
            node.value = _held(node.value)
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        self.generic_visit(node)
        node.value = None if node.value is None else _held(node.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and not _names(node.left).isdisjoint(self.counted):
            node.left = ast.copy_location(ast.BinOp(ast.Constant(1.0), ast.Mult(), node.left), node.left)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return node  # elements are counted

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if not functions_in(node).isdisjoint(_COUNTING):
            return node
        self.generic_visit(node)
        node.args = [_held(argument) for argument in node.args]
        return node


def _held(value: ast.expr) -> ast.expr:
    """A value that is made of whole numbers alone, in its branches too, in floating-point numbers."""
    match value:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.copy_location(ast.IfExp(test, _held(body), _held(orelse)), value)
        case ast.Tuple(elts=items):
            return ast.copy_location(ast.Tuple([_held(item) for item in items], ast.Load()), value)
    return with_floats(value) if has_no_name(value) else value
