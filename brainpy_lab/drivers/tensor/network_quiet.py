"""Tests of events in groups in which no condition has been left true: what compares with the last test falls away."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection
from typing import Any

from brainpy_lab.codegen.network import Fire, NetworkCode
from brainpy_lab.drivers.loaded import load_functions


def quiet_tests(code: NetworkCode) -> dict[str, Callable[..., Any]]:
    """By their names and " quiet" the tests of events where the rows that they both take and give are 0 everywhere.

    They take the same arguments. Those that would be no shorter are left out, or that a user has made more than lists
    of assignments.
    """
    shorter: dict[str, ast.FunctionDef] = {}
    for name in {o.test for o in code.schedule if isinstance(o, Fire)}:
        signature = code.functions[name]
        waiting = {f.of for f in signature.results if f.role != "flag"}
        taken = [f.name for f in signature.arguments if f.axis and f.of in waiting]
        found = without_what_waits(code.function(name), taken)
        if found is not None:
            shorter[name] = found
    functions = load_functions(code, shorter)
    return {f"{name} quiet": functions[name] for name in shorter}


def without_what_waits(function: ast.FunctionDef, zeros: Collection[str]) -> ast.FunctionDef | None:
    """A function of assignments with arguments that are 0, and without the lines that it then does not need."""
    fold, body = _Fold(dict.fromkeys(zeros, ast.Constant(0.0))), copy.deepcopy(function.body)
    lines: list[ast.stmt] = []
    for line in body:
        match line:
            case ast.Assign(targets=[ast.Name(id=target)]):
                line.value = fold.visit(line.value)
                fold.known.pop(target, None)
                if isinstance(line.value, ast.Constant):
                    fold.known[target] = line.value
            case ast.Return(value=value) if value is not None:
                line.value = fold.visit(value)
            case _:
                return None
        lines.append(line)
    kept = _needed(lines)
    if len(kept) == len(lines):
        return None
    return ast.fix_missing_locations(ast.FunctionDef(**{**vars(function), "body": kept}))


def _needed(lines: list[ast.stmt]) -> list[ast.stmt]:
    """Lines up to the last, without those whose names none of the later ones reads."""
    kept: list[ast.stmt] = []
    read: set[str] = set()
    for line in reversed(lines):
        if isinstance(line, ast.Assign):
            target = ast.unparse(line.targets[0])
            if target not in read:
                continue
            read.discard(target)
        read |= {n.id for n in ast.walk(line) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        kept.insert(0, line)
    return kept


class _Fold(ast.NodeTransformer):
    """Puts known numbers in the place of their names, and what follows of them in that of conditions."""

    def __init__(self, known: dict[str, ast.Constant]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Compare(ast.Constant(left), [ast.Eq()], [ast.Constant(right)]):
                return ast.Constant(left == right)
            case ast.Compare(ast.Constant(left), [ast.Gt()], [ast.Constant(right)]):
                return ast.Constant(left > right)  # type: ignore[operator]
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("logical_and"), [ast.Constant(False), _] | [_, ast.Constant(False)]):
                return ast.Constant(False)
            case ast.Call(ast.Name("logical_and"), [ast.Constant(True), other] | [other, ast.Constant(True)]):
                return other
            case ast.Call(ast.Name("where"), [_, ast.Constant(yes), ast.Constant(no)]) if yes == no:
                return ast.Constant(yes)
        return node
