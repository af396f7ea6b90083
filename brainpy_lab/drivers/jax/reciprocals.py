"""Division by what does not change within a run, as multiplication by its reciprocal.

LLVM does this for the Numba kernels; XLA does not, and divides every element in every stage.
"""

from __future__ import annotations

import ast
import copy


def with_reciprocals(function: ast.FunctionDef, constant: frozenset[str]) -> tuple[ast.FunctionDef, tuple[str, ...]]:
    """``function`` with divisions by numbers and by the arguments in ``constant`` made products.

    Returns the function, which takes the reciprocals as further arguments, and the names they are the reciprocals of.
    """
    taken = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    changed = copy.deepcopy(function)
    rewriter = _Rewriter(constant - stored, taken)
    changed = rewriter.visit(changed)
    changed.args.args += [ast.arg(new) for new in rewriter.reciprocals.values()]
    return ast.fix_missing_locations(changed), tuple(rewriter.reciprocals)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, constant: frozenset[str], taken: set[str]) -> None:
        self.constant, self.taken = constant, taken
        self.reciprocals: dict[str, str] = {}

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        match node.right:
            case ast.Constant(value=int() | float() as number) if number and not isinstance(number, bool):
                return ast.copy_location(ast.BinOp(node.left, ast.Mult(), ast.Constant(1.0 / number)), node)
            case ast.Name(id=name) if name in self.constant:
                reciprocal = ast.Name(self._reciprocal(name), ast.Load())
                return ast.copy_location(ast.BinOp(node.left, ast.Mult(), reciprocal), node)
        return node

    def _reciprocal(self, name: str) -> str:
        if name not in self.reciprocals:
            new = f"one_by_{name}"
            while new in self.taken:
                new += "_"
            self.taken.add(new)
            self.reciprocals[name] = new
        return self.reciprocals[name]
