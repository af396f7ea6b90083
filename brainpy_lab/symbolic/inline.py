"""Helper functions as expressions: locals are put in place, branches become conditional expressions.

What has loops of unknown length, or other statements, has no expression; `expression_of` then raises `NotStraightError`
and the callers fall back on running the function as it is.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from brainpy_lab.equations.system import Function

#: Longest `for i in range(...)` with constant bounds that is unrolled.
LONGEST_UNROLLED_LOOP = 64


class NotStraightError(Exception):
    """The function cannot be written as one expression; the argument says what stands in the way."""


class Substitution(ast.NodeTransformer):
    """Puts expressions in place of names; the inserted trees are copies, so that results share nothing."""

    def __init__(self, replacements: Mapping[str, ast.expr]) -> None:
        self.replacements = replacements

    def visit_Name(self, node: ast.Name) -> ast.expr:
        replacement = self.replacements.get(node.id)
        return node if replacement is None else copy.deepcopy(replacement)


def substitute(expr: ast.expr, replacements: Mapping[str, ast.expr]) -> ast.expr:
    """``expr`` with each name of ``replacements`` replaced by its expression; ``expr`` itself is left alone."""
    result = Substitution(replacements).visit(copy.deepcopy(expr))
    assert isinstance(result, ast.expr)
    return result


def expression_of(function: Function, arguments: list[ast.expr]) -> ast.expr:
    """The value of ``function`` at ``arguments`` as one expression.

    Raises
    ------
    NotStraightError
        When the function has loops of unknown length or other statements that no expression stands for.
    """
    signature = function.node.args
    names = [a.arg for a in signature.posonlyargs + signature.args]
    defaults = dict(zip(names[len(names) - len(signature.defaults) :], signature.defaults, strict=True))
    values: dict[str, ast.expr] = dict(zip(names, arguments, strict=False))
    for name in names[len(arguments) :]:
        if name not in defaults:
            raise NotStraightError(f"{function.name}() misses its argument '{name}'")
        values[name] = defaults[name]
    result = _run(list(function.node.body), values)
    if result is None:
        raise NotStraightError(f"{function.name}() may end without a return")
    return result


def _run(statements: list[ast.stmt], values: dict[str, ast.expr]) -> ast.expr | None:
    """The expression returned by ``statements`` when the names in ``values`` stand for those expressions."""
    for position, statement in enumerate(statements):
        rest = statements[position + 1 :]
        if isinstance(statement, ast.Return):
            if statement.value is None:
                raise NotStraightError("a return without a value")
            return substitute(statement.value, values)
        if isinstance(statement, ast.If):
            return _branch(statement, rest, values)
        if isinstance(statement, ast.For):
            return _run(_unrolled(statement) + rest, values)
        _assign(statement, values)
    return None


def _branch(statement: ast.If, rest: list[ast.stmt], values: dict[str, ast.expr]) -> ast.expr:
    body = _run(list(statement.body) + rest, dict(values))
    orelse = _run(list(statement.orelse) + rest, dict(values))
    if body is None or orelse is None:
        raise NotStraightError("a branch that ends without a return")
    return ast.IfExp(test=substitute(statement.test, values), body=body, orelse=orelse)


def _assign(statement: ast.stmt, values: dict[str, ast.expr]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            values[name] = substitute(value, values)
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=sources)) if len(targets) == len(
            sources
        ):
            new = [substitute(source, values) for source in sources]
            for target, value in zip(targets, new, strict=True):
                if not isinstance(target, ast.Name):
                    raise NotStraightError("an assignment to something other than a name")
                values[target.id] = value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            values[name] = substitute(value, values)
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
            if name not in values:
                raise NotStraightError(f"'{name}' changed before it has a value")
            values[name] = ast.BinOp(left=copy.deepcopy(values[name]), op=op, right=substitute(value, values))
        case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
            pass
        case _:
            raise NotStraightError(f"a {type(statement).__name__.lower()} statement")


def _unrolled(loop: ast.For) -> list[ast.stmt]:
    """The statements of a loop over a range with constant bounds, one copy a turn."""
    match loop:
        case ast.For(
            target=ast.Name(id=name),
            iter=ast.Call(func=ast.Name(id="range"), args=args, keywords=[]),
            orelse=[],
        ) if all(isinstance(a, ast.Constant) and isinstance(a.value, int) for a in args):
            turns = range(*(int(a.value) for a in args if isinstance(a, ast.Constant)))  # type: ignore[arg-type]
        case _:
            raise NotStraightError("a loop whose number of turns is not written as a number")
    if len(turns) > LONGEST_UNROLLED_LOOP:
        raise NotStraightError("a long loop")
    if any(isinstance(n, ast.Break | ast.Continue) for s in loop.body for n in ast.walk(s)):
        raise NotStraightError("a loop that is left early")
    statements: list[ast.stmt] = []
    for turn in turns:
        statements.append(ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=ast.Constant(turn), lineno=1))
        statements += loop.body
    return statements


class Inliner(ast.NodeTransformer):
    """Replaces calls of helper functions by their expressions."""

    def __init__(self, functions: tuple[Function, ...]) -> None:
        self.functions = {f.name: f for f in functions}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self.functions:
            expanded = self.visit(expression_of(self.functions[node.func.id], node.args))
            assert isinstance(expanded, ast.expr)
            return expanded
        return node


def inline(expr: ast.expr, functions: tuple[Function, ...]) -> ast.expr:
    """``expr`` with every call of a helper function replaced by what it computes.

    Raises
    ------
    NotStraightError
        When one of the functions called cannot be written as an expression.
    """
    result = Inliner(functions).visit(copy.deepcopy(expr))
    assert isinstance(result, ast.expr)
    return result
