"""Two operations on tensors as one of torch's own, which passes over memory once; the text that is read stays."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

import torch

from brainpy_lab.drivers.torch.kinds import Kinds
from brainpy_lab.drivers.torch.rewriting import call, with_values

#: What fused functions call, by names that no model has.
FUSED: dict[str, Any] = {"_k_addcmul": torch.addcmul, "_k_rsub": torch.rsub}


def fused(function: ast.FunctionDef, arrays: Collection[str], numbers: Collection[str]) -> ast.FunctionDef:
    """A function of assignments with sums and products in one; ``arrays`` and ``numbers`` are arguments.

    A product is not rounded before it is added: the last digit may differ from that of two operations.
    """
    fuse = _Fuse(Kinds(arrays, numbers, dict.fromkeys(FUSED, "array")))
    return with_values(function, fuse.kinds, lambda name, value: fuse.visit(value))


class _Fuse(ast.NodeTransformer):
    """Puts one operation in the place of two."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(term, ast.Add(), ast.BinOp(a, ast.Mult(), b)) if self.kinds.are_arrays(term, a, b):
                return call("_k_addcmul", term, a, b)
            case ast.BinOp(ast.BinOp(a, ast.Mult(), b), ast.Add(), term) if self.kinds.are_arrays(term, a, b):
                return call("_k_addcmul", term, a, b)
            case ast.BinOp(term, ast.Sub(), ast.BinOp(a, ast.Mult(), b)) if self.kinds.are_arrays(term, a, b):
                found = call("_k_addcmul", term, a, b)
                found.keywords = [ast.keyword("value", ast.Constant(-1))]
                return found
            case ast.BinOp(number, ast.Sub(), array) if self.kinds.are_arrays(array) and self.kinds.is_number(number):
                return call("_k_rsub", array, number)
            case ast.BinOp(ast.UnaryOp(ast.USub(), a), ast.Sub(), b) if self.kinds.are_arrays(a):
                if self.kinds.are_arrays(b):
                    return ast.UnaryOp(ast.USub(), ast.BinOp(a, ast.Add(), b))
                if self.kinds.is_number(b):
                    return call("_k_rsub", a, ast.UnaryOp(ast.USub(), b))
        return node
