"""Functions of assignments, with other operations in them that give the same."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from brainpy_lab.drivers.torch.kinds import Kinds


def with_values(
    function: ast.FunctionDef, kinds: Kinds, value_of: Callable[[str, ast.expr], ast.expr]
) -> ast.FunctionDef:
    """The function with what ``value_of`` makes of each name and its value; itself where it has lines of other forms.

    ``kinds`` learns what the names stand for.
    """
    body = copy.deepcopy(function.body)
    for line in body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]):
                line.value = value_of(name, line.value)
                kinds.of_names[name] = kinds.of(line.value)
            case ast.Return():
                pass
            case _:
                return function
    return ast.fix_missing_locations(ast.FunctionDef(**{**vars(function), "body": body}))


def call(name: str, *arguments: ast.expr) -> ast.Call:
    """A call of a function by its name."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
