"""Products in the form that drivers take: ``W @ x`` of a matrix by its name, ``dot(x, y)`` of arrays.

Which one ``a @ b`` or ``dot(a, b)`` means is told by what is a matrix in the text, and not by how many axes a value has
in a run: those of an ensemble come before an array's own. A matrix that is computed is taken apart: ``(k*W) @ x`` is
``W @ (k*x)``.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import FUNCTIONS, Function, System

#: Functions whose results are no matrices, whatever they are given.
_NARROWING = frozenset({"sum", "mean", "dot", "part", "interp"})


def with_products(system: System, source: Source) -> System:
    """``system`` with its products in normal form.

    Raises
    ------
    ModelSyntaxError
        For a product that has no such form: two matrices, or an array times a matrix.
    """
    if not system.mixes_elements:
        return system
    matrices = {p.name for p in system.parameters if np.ndim(p.value) == 2}
    known = _Matrices(matrices, {d.name: d.expr for d in (*system.derived, *system.intermediates)})
    system = replace(
        system,
        derived=tuple(d for d in system.derived if not known(d.expr)),
        intermediates=tuple(d for d in system.intermediates if not known(d.expr)),
    )
    functions = {f.name: f for f in system.functions}
    local = _matrix_arguments(functions, known, list(system.expressions()))
    inside = {name: _Products(_Matrices(names, {}), source) for name, names in local.items()}
    products = _Products(known, source)
    result: System = _mapped(system, lambda tree, function: (inside[function] if function else products).visit(tree))
    for tree in result.expressions():
        _check_places(tree, known, source)
    return result


def _check_places(tree: ast.AST, is_matrix: _Matrices, source: Source) -> None:
    """A matrix stands in products and in the arguments of helper functions alone."""
    match tree:
        case ast.Name(id=name) if is_matrix(tree):
            advice = "It stands in products such as W @ x, and in the arguments of helper functions."
            raise source.error(f"'{name}' is a matrix.", tree, advice)
        case ast.BinOp(op=ast.MatMult(), right=right):
            inside: list[ast.AST] = [right]
        case ast.Call(func=ast.Name(id=name), args=args) if name not in FUNCTIONS and name != "part":
            inside = [a for a in args if not isinstance(a, ast.Name)]
        case _:
            inside = list(ast.iter_child_nodes(tree))
    for child in inside:
        _check_places(child, is_matrix, source)


class _Matrices:
    """Whether an expression is a matrix; ``names`` are, and ``computed`` names stand for expressions."""

    def __init__(self, names: set[str], computed: Mapping[str, ast.expr]) -> None:
        self.names, self.computed = names, computed

    def __call__(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.names or (name in self.computed and self(self.computed[name]))
            case ast.BinOp(op=ast.MatMult(), right=right):
                return self(node.left) and self(right)
            case ast.Call(func=ast.Name(id=name), args=args):
                return name in FUNCTIONS and name not in _NARROWING and any(map(self, args))
            case ast.BinOp(left=left, right=right):
                return self(left) or self(right)
            case ast.UnaryOp(operand=operand):
                return self(operand)
            case ast.IfExp(body=body, orelse=orelse):
                return self(body) or self(orelse)
        return False


class _Products(ast.NodeTransformer):
    """Writes the products of an expression or of a function's body anew."""

    def __init__(self, is_matrix: _Matrices, source: Source) -> None:
        self.is_matrix, self.source = is_matrix, source

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.MatMult):
            return self._product(node, node.left, node.right)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id == "dot":
            return self._product(node, *node.args)
        self.generic_visit(node)
        return node

    def _product(self, node: ast.expr, left: ast.expr, right: ast.expr) -> ast.expr:
        if not self.is_matrix(left):
            if self.is_matrix(right):
                advice = "Write the matrix first, transposed: Wt @ x, with Wt = W.T in the notebook."
                raise self.source.error("A product has its matrix on the left.", node, advice)
            func = ast.copy_location(ast.Name("dot", ast.Load()), node)
            return ast.copy_location(ast.Call(func, [self.visit(left), self.visit(right)], []), node)
        if self.is_matrix(right):
            advice = "Compute it in the notebook, or write W @ (V @ x)."
            raise self.source.error("Two matrices cannot be multiplied here.", node, advice)
        return self._applied(node, left, self.visit(right))

    def _applied(self, node: ast.expr, matrix: ast.expr, to: ast.expr) -> ast.expr:
        """``matrix @ to``, the matrix by its name."""

        def made(new: ast.expr) -> ast.expr:
            return ast.copy_location(new, node)

        match matrix:
            case ast.Name(id=name) if name in self.is_matrix.names:
                return made(ast.BinOp(matrix, ast.MatMult(), to))
            case ast.Name(id=name):
                return self._applied(node, copy.deepcopy(self.is_matrix.computed[name]), to)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                return made(ast.UnaryOp(sign, self._applied(node, operand, to)))
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self._applied(node, left, self._applied(node, right, to))
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                if self.is_matrix(left) and self.is_matrix(right):
                    other = copy.deepcopy(to)
                    return made(ast.BinOp(self._applied(node, left, to), op, self._applied(node, right, other)))
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if not self.is_matrix(left):
                return self._applied(node, right, made(ast.BinOp(self.visit(left), ast.Mult(), to)))
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if not self.is_matrix(right):
                return self._applied(node, left, made(ast.BinOp(self.visit(right), ast.Mult(), to)))
            case ast.BinOp(left=left, op=ast.Div(), right=right) if not self.is_matrix(right):
                return self._applied(node, left, made(ast.BinOp(to, ast.Div(), self.visit(right))))
        raise self.source.error(
            "A product takes a matrix by its name, or sums and multiples of such.",
            node,
            "Compute the matrix in the notebook and give it a name.",
        )


def _matrix_arguments(
    functions: Mapping[str, Function], known: _Matrices, trees: list[ast.expr]
) -> dict[str, set[str]]:
    """The arguments and local names of each function that are matrices, from how it is called."""
    found: dict[str, set[str]] = {name: set() for name in functions}
    scopes: list[tuple[ast.AST, _Matrices]] = [(tree, known) for tree in trees]
    scopes += [(f.node, _Matrices(found[name], {})) for name, f in functions.items()]
    while True:
        count = sum(map(len, found.values()))
        for tree, is_matrix in scopes:
            for node in ast.walk(tree):
                match node:
                    case ast.Call(func=ast.Name(id=name), args=args) if name in functions:
                        names = [a.arg for a in functions[name].node.args.args]
                        found[name] |= {n for n, a in zip(names, args, strict=False) if is_matrix(a)}
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_matrix(value):
                        is_matrix.names.add(name)
        if sum(map(len, found.values())) == count:
            return found


def _mapped(part: Any, change: Callable[[Any, str], Any], function: str = "") -> Any:
    """A part of a System with every syntax tree in it changed; ``change`` takes a copy, and the function it is of."""
    if isinstance(part, ast.AST):
        return change(copy.deepcopy(part), function)
    if isinstance(part, tuple):
        return tuple(_mapped(p, change, function) for p in part)
    if is_dataclass(part) and not isinstance(part, type):
        name = part.name if isinstance(part, Function) else ""
        new = {f.name: _mapped(getattr(part, f.name), change, name) for f in fields(part)}
        return part if all(getattr(part, n) is v for n, v in new.items()) else replace(part, **new)
    return part
