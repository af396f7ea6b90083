"""One call of a helper function, followed statement by statement to the first value that is not finite."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.equations.system import Function
from brainpy_lab.simulation.values.initial import value_of

_MOST_TURNS = 10_000  # of all loops of a call: what takes longer is not followed

#: Looks for the operation of an expression, at values of names, that gives the first value that is not finite.
Look = Callable[[ast.expr, Mapping[str, Any]], str | None]


class NotFollowed(Exception):
    """A call of a kind that is not followed: one that takes very long."""


class _Returned(Exception):
    """The function has come to its return."""


class _Found(Exception):
    """An expression of the body has a value that is not finite; the text says which, the line where."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.text, self.line = text, line


def first_in_call(
    function: Function, arguments: Iterable[Any], known: Mapping[str, Any], look: Look
) -> tuple[str, int] | None:
    """The operation in a helper's body that gives the first value that is not finite, and its line in the source.

    Raises
    ------
    NotFollowed
    """
    names = [a.arg for a in function.node.args.args]
    call = _Call({**known, **dict(zip(names, map(np.asarray, arguments), strict=True))}, look)
    try:
        call.block(function.node.body)
    except _Found as found:
        return found.text, found.line
    except _Returned:
        return None
    return None


class _Call:
    """The names of one call, and the statements that change them."""

    def __init__(self, values: dict[str, Any], look: Look) -> None:
        self.values, self.look, self.turns = values, look, 0

    def value(self, expr: ast.expr) -> Any:
        """The value of an expression; raises _Found where it is not finite."""
        found = self.look(expr, self.values)
        if found is not None:
            raise _Found(found, expr.lineno)
        return np.asarray(value_of(expr, self.values))

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Do what one statement does; _Returned and _Found leave the call, NotFollowed says that it is not followed."""
        match node:
            case ast.Return(value=ast.expr() as value):
                self.value(value)
                raise _Returned
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.values[name] = self.value(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                found = [self.value(value) for value in values]
                self.values.update({n.id: v for n, v in zip(names, found, strict=True) if isinstance(n, ast.Name)})
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                whole = ast.copy_location(ast.BinOp(ast.Name(target.id, ast.Load()), op, value), node)
                self.values[name] = self.value(whole)
            case ast.If():
                self.block(node.body if self.value(node.test) else node.orelse)
            case ast.While():
                while self.value(node.test):
                    self._count_turn()
                    self.block(node.body)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds)):
                for number in range(*(int(self.value(bound)) for bound in bounds)):
                    self._count_turn()
                    self.values[name] = number
                    self.block(node.body)
            case ast.Expr() | ast.Pass():
                pass
            case _:
                raise NotFollowed

    def _count_turn(self) -> None:
        self.turns += 1
        if self.turns > _MOST_TURNS:
            raise NotFollowed
