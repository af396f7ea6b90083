"""Calls of helper functions as expressions: arguments and locals are put in place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from brainpy_lab.equations.python.helpers import straighten
from brainpy_lab.equations.system import Function


class NotStraightError(Exception):
    """The function cannot be written as one expression; the argument says what stands in the way."""


class _Substitution(ast.NodeTransformer):
    """Puts expressions in place of names; the inserted trees are copies, so that results share nothing."""

    def __init__(self, replacements: Mapping[str, ast.expr]) -> None:
        self.replacements = replacements

    def visit_Name(self, node: ast.Name) -> ast.expr:
        replacement = self.replacements.get(node.id)
        return node if replacement is None else copy.deepcopy(replacement)


class _Inliner(ast.NodeTransformer):
    """Replaces calls of helper functions by their expressions."""

    def __init__(self, functions: tuple[Function, ...]) -> None:
        self.functions = {f.name: f for f in functions}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)  # arguments first: they may call helpers themselves
        if isinstance(node.func, ast.Name) and node.func.id in self.functions:
            expanded = self.visit(expression_of(self.functions[node.func.id], node.args))
            assert isinstance(expanded, ast.expr)
            return expanded
        return node


def substitute(expr: ast.expr, replacements: Mapping[str, ast.expr]) -> ast.expr:
    """``expr`` with each name of ``replacements`` replaced by its expression; ``expr`` itself is left alone."""
    result = _Substitution(replacements).visit(copy.deepcopy(expr))
    assert isinstance(result, ast.expr)
    return result


def expression_of(function: Function, arguments: list[ast.expr]) -> ast.expr:
    """The value of ``function`` at ``arguments`` as one expression.

    Raises
    ------
    NotStraightError
        When the function has loops or other statements that no expression stands for.
    """
    if not function.vectorizable:
        raise NotStraightError(function.obstacle)
    straight = straighten(function)
    values = dict(zip((a.arg for a in straight.args.args), arguments, strict=True))
    for statement in straight.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = substitute(value, values)
            case ast.Return(value=ast.expr() as value):
                return substitute(value, values)
    raise AssertionError("a straightened function ends with a return")


def inline(expr: ast.expr, functions: tuple[Function, ...]) -> ast.expr:
    """``expr`` with every call of a helper function replaced by what it computes.

    Raises
    ------
    NotStraightError
        When one of the functions called cannot be written as an expression.
    """
    result = _Inliner(functions).visit(copy.deepcopy(expr))
    assert isinstance(result, ast.expr)
    return result
