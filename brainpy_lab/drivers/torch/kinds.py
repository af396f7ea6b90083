"""What the names of a function's text stand for, as far as it can be told before it is called."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

#: Functions that give a number for each number of an array.
ELEMENTWISE = {"exp", "expm1", "log", "sqrt", "tanh", "sin", "cos", "abs", "minimum", "maximum"}


class Kinds:
    """Knows of names whether they are arrays of one length, numbers, truth values of all places, or (``""``) others.

    Parameters
    ----------
    arrays, numbers : collections of str
        The arguments.
    given : mapping of str to str
        What functions give: a new array, or a number.
    """

    def __init__(self, arrays: Collection[str], numbers: Collection[str], given: Mapping[str, str]) -> None:
        self.of_names = {**dict.fromkeys(arrays, "array"), **dict.fromkeys(numbers, "number")}
        self.given = given

    def of(self, node: ast.expr) -> str:
        """What an expression gives."""
        match node:
            case ast.Constant(value=value) if type(value) in (int, float):
                return "number"
            case ast.Name(id=name):
                return self.of_names.get(name, "")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._together([operand])
            case ast.BinOp(left=left, right=right):
                return self._together([left, right])
            case ast.Compare(left=left, comparators=[right]) if self._together([left, right]) == "array":
                return "flags"
            case ast.Call(ast.Name(name), args) if name in ELEMENTWISE:
                return self._together(args)
            case ast.Call(ast.Name(name)) if name in self.given:
                return self.given[name]
            case ast.Call(ast.Name("where"), [_, yes, no]) if "array" in (self.of(yes), self.of(no)):
                return self._together([yes, no])
        return ""

    def _together(self, nodes: list[ast.expr]) -> str:
        kinds = {self.of(node) for node in nodes}
        return "" if kinds & {"", "flags"} else "array" if "array" in kinds else "number"

    def are_arrays(self, *nodes: ast.expr) -> bool:
        """Whether all of them give arrays."""
        return all(self.of(node) == "array" for node in nodes)

    def is_number(self, node: ast.expr) -> bool:
        """Whether it gives a number."""
        return self.of(node) == "number"

    def is_new(self, node: ast.expr) -> bool:
        """Whether it gives an array that no name stands for."""
        if self.of(node) != "array":
            return False
        return not isinstance(node, ast.Name) and not (isinstance(node, ast.Call) and _name(node) == "where")


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""
