"""What step code may hold that is lowered straight to LLVM: rows of assignments of float64 expressions.

Whatever goes beyond them (other loops than those of Newton's iteration, other functions, edited code of any kind)
raises `NotNativeError` and is left to Numba.
"""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Container, Mapping
from typing import TypeGuard

from brainpy_lab.drivers.numba import math as numba_math

Functions = Mapping[str, ast.FunctionDef]

_ROWS_AHEAD = 8  # rows among which exponentials are looked for that can be computed at once

_MODULES = ("brainpy_lab.drivers.numba.math", "brainpy_lab.drivers.numba.array_math")
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
#: Functions of the language that are calls of the C library or of LLVM.
CALLS = {
    "sin": "llvm.sin", "cos": "llvm.cos", "log10": "llvm.log10", "sqrt": "llvm.sqrt", "floor": "llvm.floor",
    "ceil": "llvm.ceil", "abs": "llvm.fabs",
}  # fmt: skip
LOOKUPS = ("past", "before")
#: One element of an array that is kept: ``k_element(x, i)``, which is written x[..., i:i + 1] in step code.
ELEMENT = "k_element"
#: Choices and logic of whole arrays, as functions.
SELECTS = ("where", "logical_and", "logical_or", "logical_not")
LINEAR = ("factor", "solve", "converged", "solved", "expm", "entry")
LIBRARY = {
    "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "log1p": "log1p", "erf": "erf", "erfc": "erfc",
    "gammaln": "lgamma",
}  # fmt: skip


class NotNativeError(Exception):
    """The function holds something that is left to Numba."""


@functools.lru_cache(maxsize=8)
def functions_of(text: str) -> Functions:
    """The functions of a step code's text."""
    tree = ast.parse(text)
    for node in tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_mathematics = isinstance(node, ast.ImportFrom) and node.module in _MODULES
        if is_mathematics:
            assert isinstance(node, ast.ImportFrom)
            if any(a.asname not in (None, a.name) for a in node.names):
                raise NotNativeError("renamed imports")
        if not (is_text or is_mathematics or isinstance(node, ast.FunctionDef)):
            raise NotNativeError(f"'{ast.unparse(node)}' at the top")
    return {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}


def results_of(function: ast.FunctionDef) -> list[ast.expr]:
    """The expressions that a function returns."""
    last = function.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        raise NotNativeError("no return at the end")
    return list(last.value.elts) if isinstance(last.value, ast.Tuple) else [last.value]


def loop_of(statement: ast.For) -> tuple[list[ast.stmt], int, ast.expr]:
    """Rows, largest number of turns and end of ``for _ in range(n): ...; if test: break``."""
    match statement:
        case ast.For(
            target=ast.Name(),
            iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(times))]),
            body=[*rows, ast.If(test=until, body=[ast.Break()], orelse=[])],
            orelse=[],
        ):
            return rows, times, until
    raise NotNativeError("loop")


def check(functions: Functions, function: ast.FunctionDef, within: tuple[str, ...] = ()) -> None:
    """Raise NotNativeError for the first thing that is no row of assignments of known expressions."""
    if function.name in within:
        raise NotNativeError("recursion")
    results_of(function)
    check_rows(functions, function.body, (*within, function.name))


def check_rows(functions: Functions, body: list[ast.stmt], within: tuple[str, ...]) -> None:
    """The same for rows of a function."""
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.For():
                rows, _, until = loop_of(statement)
                check_rows(functions, rows, within)
                _check_nodes(functions, until, within)
                continue
            case ast.Assign(targets=[ast.Name()]) | ast.Return():
                pass
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call(func=ast.Name(id="solve"))):
                if not all(isinstance(t, ast.Name) for t in targets):
                    raise NotNativeError("target")
            case _:
                raise NotNativeError(type(statement).__name__)
        _check_nodes(functions, statement, within)


def _check_nodes(functions: Functions, tree: ast.AST, within: tuple[str, ...]) -> None:
    for node in ast.walk(tree):
        _check_node(functions, node, within)


def _check_node(functions: Functions, node: ast.AST, within: tuple[str, ...]) -> None:
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, int | float | bool):
            raise NotNativeError(f"constant {node.value!r}")
    elif isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise NotNativeError("call")
        name = node.func.id
        if name in functions:
            check(functions, functions[name], within)
        elif not _known(name):
            raise NotNativeError(name)
    elif isinstance(node, ast.Compare):
        if len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
            raise NotNativeError("comparison")
    elif not isinstance(
        node,
        ast.Name | ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.IfExp | ast.Assign | ast.Return | ast.Expr | ast.Tuple
        | ast.operator | ast.unaryop | ast.boolop | ast.cmpop | ast.expr_context,
    ):  # fmt: skip
        raise NotNativeError(type(node).__name__)


def _known(name: str) -> bool:
    own = (*LOOKUPS, *LINEAR, *SELECTS, ELEMENT)
    return name in CALLS or name in LIBRARY or name in numba_math.EMITTERS or name in own


def exponential_increment(node: ast.IfExp) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """(slope, rate, dt) of ``slope/rate*expm1(rate*dt) if rate != 0 else dt*slope``, or None."""
    match node:
        case ast.IfExp(
            test=ast.Compare(left=ast.Name(id=rate), ops=[ast.NotEq()], comparators=[ast.Constant(value=0)]),
            body=ast.BinOp(
                left=ast.BinOp(left=ast.Name(id=slope), op=ast.Div(), right=ast.Name(id=rate_2)),
                op=ast.Mult(),
                right=ast.Call(
                    func=ast.Name(id="expm1"),
                    args=[ast.BinOp(left=ast.Name(id=rate_3), op=ast.Mult(), right=ast.Name(id=dt))],
                ),
            ),
            orelse=ast.BinOp(left=ast.Name(id=dt_2), op=ast.Mult(), right=ast.Name(id=slope_2)),
        ) if rate == rate_2 == rate_3 and slope == slope_2 and dt == dt_2:
            return ast.Name(slope, ast.Load()), ast.Name(rate, ast.Load()), ast.Name(dt, ast.Load())
    return None


def ready_exponentials(body: list[ast.stmt], known: Container[str]) -> list[ast.Call]:
    """The calls of exp in the first row and those after it whose arguments are made of ``known`` names as they are."""
    found: list[ast.Call] = []
    assigned: set[str] = set()
    for row in body[:_ROWS_AHEAD]:
        if not isinstance(row, ast.Assign) or not isinstance(row.targets[0], ast.Name):
            break
        calls = [n for n in ast.walk(row.value) if _is_exp(n)]
        if not found and not calls:
            break
        for call in calls:
            inside = list(ast.walk(call.args[0]))
            functions = {id(n.func) for n in inside if isinstance(n, ast.Call)}
            names = {n.id for n in inside if isinstance(n, ast.Name) and id(n) not in functions}
            if names and not any(map(_is_exp, inside)) and all(n in known and n not in assigned for n in names):
                found.append(call)
        assigned.add(row.targets[0].id)
    return found


def _is_exp(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exp"


def constant(name: str) -> float:
    """The value of a constant of the language."""
    if name == "pi":
        return math.pi
    raise NotNativeError(name)


def is_zero(node: ast.expr) -> bool:
    """Whether an expression is the number 0."""
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value == 0


def half_number(node: ast.expr) -> int | None:
    """Twice the number that an expression is, when it is a whole one or half of one."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool) and isinstance(node.value, int | float):
        return sign * int(2 * node.value) if float(2 * node.value).is_integer() else None
    return None
