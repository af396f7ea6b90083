"""Two operations on tensors as one of torch's own, which passes over memory once; the text that is read stays."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection
from typing import Any

import torch

#: What fused functions call, by names that no model has.
FUSED: dict[str, Any] = {"_k_addcmul": torch.addcmul, "_k_rsub": torch.rsub}
#: Functions that give a number for each number of an array.
_ELEMENTWISE = {"exp", "expm1", "log", "sqrt", "tanh", "sin", "cos", "abs", "minimum", "maximum"}


def fused(function: ast.FunctionDef, arrays: Collection[str], numbers: Collection[str]) -> ast.FunctionDef:
    """A function of assignments with sums and products in one; ``arrays`` and ``numbers`` are arguments.

    A product is not rounded before it is added: the last digit may differ from that of two operations.
    """
    fuse, body = _Fuse({**dict.fromkeys(arrays, "array"), **dict.fromkeys(numbers, "number")}), []
    for line in copy.deepcopy(function.body):
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]):
                line.value = fuse.visit(line.value)
                fuse.kinds[name] = fuse.kind(line.value)
            case ast.Return():
                pass
            case _:
                return function
        body.append(line)
    return ast.fix_missing_locations(ast.FunctionDef(**{**vars(function), "body": body}))


class _Fuse(ast.NodeTransformer):
    """Knows of names whether they are arrays of one length, numbers, or (``""``) something else."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self.kinds = kinds

    def kind(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=value) if type(value) in (int, float):
                return "number"
            case ast.Name(id=name):
                return self.kinds.get(name, "")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.kind(operand)
            case ast.BinOp(left=left, right=right):
                return self._together([left, right])
            case ast.Call(ast.Name(name), args) if name in _ELEMENTWISE:
                return self._together(args)
            case ast.Call(ast.Name(name)) if name in FUSED:
                return "array"
            case ast.Call(ast.Name("where"), [_, yes, no]) if "array" in (self.kind(yes), self.kind(no)):
                return self._together([yes, no])
        return ""

    def _together(self, nodes: list[ast.expr]) -> str:
        kinds = {self.kind(node) for node in nodes}
        return "" if "" in kinds else "array" if "array" in kinds else "number"

    def _are_arrays(self, *nodes: ast.expr) -> bool:
        return all(self.kind(node) == "array" for node in nodes)

    def _is_number(self, node: ast.expr) -> bool:
        return self.kind(node) == "number"

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(term, ast.Add(), ast.BinOp(a, ast.Mult(), b)) if self._are_arrays(term, a, b):
                return _call("_k_addcmul", term, a, b)
            case ast.BinOp(ast.BinOp(a, ast.Mult(), b), ast.Add(), term) if self._are_arrays(term, a, b):
                return _call("_k_addcmul", term, a, b)
            case ast.BinOp(term, ast.Sub(), ast.BinOp(a, ast.Mult(), b)) if self._are_arrays(term, a, b):
                found = _call("_k_addcmul", term, a, b)
                found.keywords = [ast.keyword("value", ast.Constant(-1))]
                return found
            case ast.BinOp(number, ast.Sub(), array) if self._are_arrays(array) and self._is_number(number):
                return _call("_k_rsub", array, number)
            case ast.BinOp(ast.UnaryOp(ast.USub(), a), ast.Sub(), b) if self._are_arrays(a, b):
                return ast.UnaryOp(ast.USub(), ast.BinOp(a, ast.Add(), b))
            case ast.BinOp(ast.UnaryOp(ast.USub(), a), ast.Sub(), b) if self._are_arrays(a) and self._is_number(b):
                return _call("_k_rsub", a, ast.UnaryOp(ast.USub(), b))
        return node


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
