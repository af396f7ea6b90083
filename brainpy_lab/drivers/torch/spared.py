"""Operations on tensors that make no new ones, and take numbers as torch likes them; the text that is read stays."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection
from typing import Any

import torch

from brainpy_lab.drivers.torch.kinds import ELEMENTWISE, Kinds
from brainpy_lab.drivers.torch.rewriting import call, with_values

_OPERATIONS = {ast.Add: "_k_add_", ast.Sub: "_k_sub_", ast.Mult: "_k_mul_", ast.Div: "_k_div_"}
_ELEMENTWISE = ELEMENTWISE - {"minimum", "maximum"}
_METHODS = ("masked_fill_", "add_", "sub_", "mul_", "div_", "addcmul_", *(f"{name}_" for name in sorted(_ELEMENTWISE)))
#: What spared functions call, by names that no model has.
SPARED: dict[str, Any] = {
    **{f"_k_{name}": getattr(torch.Tensor, name) for name in _METHODS},
    "_k_where": torch.where,
    "_k_float": float,  # torch takes NumPy's numbers in twice the time
}
_GIVEN = {**dict.fromkeys(("_k_addcmul", "_k_rsub", *SPARED), "array"), "_k_float": "number"}


def spared(function: ast.FunctionDef, arrays: Collection[str], numbers: Collection[str]) -> ast.FunctionDef:
    """A function of assignments that gives the same bit for bit; what one line alone reads is changed in its place.

    ``arrays`` and ``numbers`` are arguments. Those are left as they are.
    """
    spare, once = _Spare(Kinds(arrays, numbers, _GIVEN)), _read_once(function.body)

    def value_of(name: str, value: ast.expr) -> ast.expr:
        spared_value: ast.expr = spare.visit(value)
        if name in once and spare.is_free(spared_value):
            spare.free.add(name)
        return spared_value

    return with_values(function, spare.kinds, value_of)


def _read_once(lines: list[ast.stmt]) -> set[str]:
    """Names that are set in one place and read in one."""
    names = [n for line in lines for n in ast.walk(line) if isinstance(n, ast.Name)]
    read = Counter(n.id for n in names if isinstance(n.ctx, ast.Load))
    made = Counter(n.id for n in names if isinstance(n.ctx, ast.Store))
    return {name for name, count in read.items() if count == made[name] == 1}


class _Spare(ast.NodeTransformer):
    """Puts operations in place where their first term is an array that nothing else reads."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds, self.free = kinds, set[str]()

    def is_free(self, node: ast.expr) -> bool:
        """Whether it gives an array that nothing else reads."""
        return node.id in self.free if isinstance(node, ast.Name) else self.kinds.is_new(node)

    def _plain(self, node: ast.expr) -> ast.expr:
        """A number as Python's own."""
        is_written = isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)
        return call("_k_float", node) if self.kinds.is_number(node) and not is_written else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if self.kinds.of(node) != "array":
            return node
        method = _OPERATIONS.get(type(node.op))
        if method and self.is_free(node.left):
            return call(method, node.left, self._plain(node.right))
        if isinstance(node.op, ast.Add | ast.Mult) and method and self.is_free(node.right):
            return call(method, node.right, self._plain(node.left))
        node.left, node.right = self._plain(node.left), self._plain(node.right)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if self.kinds.of(node) == "flags":
            node.left, node.comparators = self._plain(node.left), [self._plain(c) for c in node.comparators]
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("where"), [flags, yes, no]) if self._chooses(node):
                if self.kinds.is_number(yes) and self.is_free(no):
                    return call("_k_masked_fill_", no, flags, self._plain(yes))
                return call("_k_where", flags, self._plain(yes), self._plain(no))
            case ast.Call(ast.Name("_k_rsub"), [array, number]):
                return call("_k_rsub", array, self._plain(number))
            case ast.Call(ast.Name(name), [argument]) if name in _ELEMENTWISE and self.is_free(argument):
                return call(f"_k_{name}_", argument)
            case ast.Call(ast.Name("_k_addcmul"), [term, *_]) if self.is_free(term):
                node.func = ast.Name("_k_addcmul_", ast.Load())
        return node

    def _chooses(self, node: ast.Call) -> bool:
        """Whether truth values of all places choose between arrays, or an array and a number."""
        return self.kinds.of(node.args[0]) == "flags" and self.kinds.of(node) == "array"
