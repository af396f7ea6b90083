"""Expressions in other words: functions and names under others, and inputs with what is added to them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from brainpy_lab.equations.system import RANDOM, System


def random_count(system: System) -> int:
    """How many numbers the random calls of a system's resets take: the first that is free."""
    nodes = (n for expr in system.expressions() for n in ast.walk(expr) if isinstance(n, ast.Call))
    return 1 + max((n for n in map(_random_number, nodes) if n is not None), default=-1)


def _random_number(node: ast.Call) -> int | None:
    """The number of a call rand(0), randn(1); None of any other call."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=int() as number)]) if name in RANDOM:
            return number
    return None


class RenamedCalls(ast.NodeTransformer):
    """Functions under other names, where they are defined and where they are called."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        node.args = [self.visit(a) for a in node.args]
        if isinstance(node.func, ast.Name):
            node.func.id = self.names.get(node.func.id, node.func.id)
        return node


class Renamed(RenamedCalls):
    """Names and functions under other names; random numbers of resets count on from ``random``."""

    def __init__(self, names: Mapping[str, str], random: int) -> None:
        super().__init__(names)
        self.random = random

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        number = _random_number(node)
        if number is None:
            return super().visit_Call(node)
        node.args = [ast.copy_location(ast.Constant(number + self.random), node.args[0])]
        return node


class WithSums(ast.NodeTransformer):
    """Inputs with what is added to them behind; a sum that begins with the input takes it at its end."""

    def __init__(self, added: Mapping[str, str]) -> None:
        self.added = added

    def of(self, expr: ast.expr) -> ast.expr:
        """A changed copy of an expression."""
        changed: ast.expr = self.visit(copy.deepcopy(expr))
        return changed

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        first = node
        while isinstance(first.op, ast.Add) and isinstance(first.left, ast.BinOp):
            first = first.left
        begins = first.left
        if not (isinstance(first.op, ast.Add) and isinstance(begins, ast.Name) and begins.id in self.added):
            self.generic_visit(node)
            return node
        added, hidden = self.added[begins.id], begins.id
        first.left = ast.copy_location(ast.Name("", ast.Load()), begins)
        self.generic_visit(node)
        first.left.id = hidden
        return self._plus(node, added)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._plus(node, self.added[node.id]) if node.id in self.added else node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        node.args = [self.visit(a) for a in node.args]
        return node

    def _plus(self, node: ast.expr, name: str) -> ast.expr:
        added = ast.copy_location(ast.Name(name, ast.Load()), node)
        return ast.copy_location(ast.BinOp(node, ast.Add(), added), node)
