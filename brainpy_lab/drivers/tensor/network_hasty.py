"""Steps of cells without the cases that hardly ever occur: what they give is taken where it is finite.

An exponential step divides by its rate, and has another term where that is 0. Leaving out the choice makes nan of such
a case, which the look at the results finds; the whole function is called then.
"""

from __future__ import annotations

import ast
import copy

from brainpy_lab.codegen.network import Advance, NetworkCode
from brainpy_lab.drivers.tensor.common_divisors import without_common_divisors


def hasty_steps(code: NetworkCode) -> dict[str, ast.FunctionDef]:
    """By their names those functions of steps that have a shorter form."""
    found: dict[str, ast.FunctionDef] = {}
    for operation in code.schedule:
        if isinstance(operation, Advance):
            shorter = without_rare_cases(code.function(operation.function))
            if shorter is not None:
                taken = code.functions[operation.function].arguments
                numbers = [f.name for f in taken if not f.axis and f.role == "parameter"]
                found[operation.function] = without_common_divisors(shorter, numbers)
    return found


def without_rare_cases(function: ast.FunctionDef) -> ast.FunctionDef | None:
    """A function of assignments that gives the same wherever all it gives is finite; None where it is no shorter."""
    *lines, last = body = copy.deepcopy(function.body)
    if not (isinstance(last, ast.Return) and last.value is not None):
        return None
    given = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    names, is_shorter = {n.id for n in given if isinstance(n, ast.Name)}, False
    for line in reversed(lines):
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]):
                if name in names:
                    names.discard(name)
                    before = ast.dump(line.value)
                    line.value = _hasty(line.value)
                    is_shorter |= ast.dump(line.value) != before
            case _:
                return None
    return ast.FunctionDef(**{**vars(function), "body": body}) if is_shorter else None


def _hasty(value: ast.expr) -> ast.expr:
    """An expression whose terms are nan in the rare case: nan of a term or factor is nan of the whole."""
    match value:
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult()):
            value.left, value.right = _hasty(value.left), _hasty(value.right)
        case ast.UnaryOp(op=ast.USub()):
            value.operand = _hasty(value.operand)
        case ast.Call(ast.Name("where"), [condition, term, _]) if _is_nan_unless(condition, term):
            return term
    return value


def _is_nan_unless(condition: ast.expr, term: ast.expr) -> bool:
    """Whether it reads ``rate != 0`` and ``x / rate * expm1(rate * dt)``, which is infinity times 0, or nan, for 0."""
    match condition, term:
        case (
            ast.Compare(ast.Name(rate), [ast.NotEq()], [ast.Constant(0)]),
            ast.BinOp(
                ast.BinOp(_, ast.Div(), ast.Name(divisor)),
                ast.Mult(),
                ast.Call(ast.Name("expm1"), [ast.BinOp(ast.Name(factor), ast.Mult(), ast.Name("dt"))]),
            ),
        ):
            return rate == divisor == factor
    return False
