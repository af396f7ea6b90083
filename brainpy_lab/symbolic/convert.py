"""Normal-form AST to SymPy, by a visitor over the tree: no text is parsed and nothing is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import sympy

from brainpy_lab.equations.system import ARRAY_FUNCTIONS, CONSTANTS
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic.functions import TO_SYMPY, FloorOf, Larger, Remainder, Smaller, choose


def symbol(name: str) -> Any:
    """The real symbol that stands for a name of the model."""
    return sympy.Symbol(name, real=True)


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.FloorDiv: lambda a, b: FloorOf(a / b),
    ast.Mod: Remainder,
}

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: sympy.Lt,
    ast.LtE: sympy.Le,
    ast.Gt: sympy.Gt,
    ast.GtE: sympy.Ge,
    ast.Eq: sympy.Eq,
    ast.NotEq: sympy.Ne,
}


class _ToSymPy(ast.NodeVisitor):
    """Each node of the normal form as the SymPy expression that means the same."""

    def generic_visit(self, node: ast.AST) -> Any:
        raise AnalysisError(f"No derivative of an expression with {type(node).__name__}.")

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool):
            return sympy.true if node.value else sympy.false
        return sympy.sympify(node.value)  # a Python number, never text

    def visit_Name(self, node: ast.Name) -> Any:
        # pi as SymPy knows it: sin(pi) is then exactly 0; other constants stay names
        return sympy.pi if node.id == "pi" and node.id in CONSTANTS else symbol(node.id)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return sympy.Not(_as_condition(operand))
        return -operand if isinstance(node.op, ast.USub) else operand

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        if type(node.op) not in _BINARY:
            raise AnalysisError("A matrix product has no derivative in scalar form.")
        return _BINARY[type(node.op)](_as_number(self.visit(node.left)), _as_number(self.visit(node.right)))

    def visit_Compare(self, node: ast.Compare) -> Any:
        return _COMPARE[type(node.ops[0])](
            _as_number(self.visit(node.left)), _as_number(self.visit(node.comparators[0]))
        )

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        join = sympy.And if isinstance(node.op, ast.And) else sympy.Or
        return join(*(_as_condition(self.visit(v)) for v in node.values))

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self._choose(node.test, node.body, node.orelse)

    def visit_Call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name == "where":
            return self._choose(*node.args)
        arguments = [_as_number(self.visit(a)) for a in node.args]
        if name == "clip":
            return Smaller(Larger(arguments[0], arguments[1]), arguments[2])
        if name in TO_SYMPY:
            return TO_SYMPY[name](*arguments)
        kind = "mixes the elements of an array" if name in ARRAY_FUNCTIONS else "is not known to SymPy"
        raise AnalysisError(f"No derivative of {name}(): it {kind}.")

    def _choose(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Any:
        condition = _as_condition(self.visit(test))
        return choose(condition, _as_number(self.visit(body)), _as_number(self.visit(orelse)))


def _as_condition(value: Any) -> Any:
    """A number in the place of a condition: true where it is not zero."""
    return value if value.is_Boolean or value.is_Relational else sympy.Ne(value, 0)


def _as_number(value: Any) -> Any:
    """A condition in the place of a number: 1 where it holds."""
    if value.is_Boolean or value.is_Relational:
        return choose(value, sympy.S.One, sympy.S.Zero)
    return value


def to_sympy(expr: ast.expr) -> Any:
    """The SymPy expression of a normal-form AST without calls of helper functions.

    Raises
    ------
    AnalysisError
        For array operations and unknown functions.
    """
    return _as_number(_ToSymPy().visit(expr))
