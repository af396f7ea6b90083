"""Helper functions that read elements of an array state in loops, as rows of whole arrays that every driver runs.

``for i in range(3): s = s + sin(x[i] - x)`` becomes three rows, each with a part of ``x``, for analysis and for step
code that cannot keep the loop (see `element_loops`). This needs counts that stand in the text; a loop of another kind
stays as it is; where it reads elements, no driver runs it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from brainpy_lab.equations import constants
from brainpy_lab.equations.names import functions_in, substitute
from brainpy_lab.equations.python.element_loops import elements_read, with_loops_kept
from brainpy_lab.equations.python.helpers import PYTHON_FUNCTIONS, definition, straighten
from brainpy_lab.equations.system import END, Function, System
from brainpy_lab.errors import ModelError

#: Rows that a function may have, written out: SymPy and compilers take each of them by itself. A longer function keeps
#: its loops (`element_loops`), or runs on no driver.
MOST_ROWS = 600


def with_rows(system: System) -> System:
    """``system`` with those functions written out that read elements of arrays."""
    if all(f.vectorizable for f in system.functions):
        return system
    functions = (f if f.vectorizable or not _reads_elements(f.node) else _of_elements(f) for f in system.functions)
    return replace(system, functions=tuple(functions))


def _reads_elements(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Subscript) for n in ast.walk(node))


def _of_elements(function: Function) -> Function:
    """The function written out, and with its loops kept; as it is where it can have neither form."""
    rows = _written_out(function)
    if _python_functions(function.node, function.name):
        return function
    loops = with_loops_kept(function.node)
    if rows is None:
        # written out it is too long: then its branches are not known, and elements in them may not be there
        if loops is None or any(isinstance(n, ast.If | ast.IfExp) for n in ast.walk(function.node)):
            return function
        return replace(function, loops=loops)
    if loops is not None and not elements_read(loops.body) <= elements_read(rows.node.body):
        loops = None  # some branch keeps it from elements that are not there
    return replace(rows, loops=loops)


def _python_functions(node: ast.AST, own: str) -> bool:
    """Whether a function calls itself or Python's functions, but for ``range`` of loops."""
    ranges = sum(isinstance(n, ast.For) for n in ast.walk(node))
    called = [n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    return sum(name in PYTHON_FUNCTIONS or name == own for name in called) > ranges


def _written_out(function: Function) -> Function | None:
    """The function without loops and indices; None where something in it is not known before it runs."""
    try:
        rows = _block(function.node.body, [MOST_ROWS])
        body = [_Parts().visit(row) for row in rows]
    except _NotStatic:
        return None
    if {name for row in body for name in functions_in(row)} & (PYTHON_FUNCTIONS | {function.name}):
        return None
    node = definition(function.node.name, function.node.args, body, function.node)
    plain = replace(function, node=node, vectorizable=True, obstacle="")
    try:
        straighten(plain)
    except ModelError:
        return None
    return plain


_COMPARISONS: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


class _NotStatic(Exception):
    """Something is not known before the function runs."""


def _block(body: Iterable[ast.stmt], left: list[int]) -> list[ast.stmt]:
    """The statements with loops written out; ``left`` counts the rows that may still come."""
    rows: list[ast.stmt] = []
    for statement in body:
        match statement:
            case ast.For(target=ast.Name(id=name), iter=iterated, body=inner):
                for number in _range(iterated):
                    rows += _block([_put(s, {name: constants.literal(float(number))}) for s in inner], left)
            case ast.If(test=test, body=yes, orelse=no) if (known := _truth(test)) is not None:
                rows += _block(yes if known else no, left)
            case ast.If(test=test, body=yes, orelse=no):
                rows.append(ast.copy_location(ast.If(test, _block(yes, left), _block(no, left)), statement))
            case ast.Assign(targets=targets) if any(isinstance(t, ast.Subscript) for t in targets):
                raise _NotStatic
            case ast.AugAssign(target=ast.Subscript()):
                raise _NotStatic
            case ast.While() | ast.Break() | ast.Continue():
                raise _NotStatic
            case _:
                rows.append(statement)
        left[0] -= 1
        if left[0] < 0 or len(rows) > MOST_ROWS:
            raise _NotStatic
    return rows


def _truth(test: ast.expr) -> bool | None:
    """Whether a condition of numbers alone holds; None for any other."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            try:
                return bool(_COMPARISONS[type(op)](_whole(left), _whole(right)))
            except _NotStatic:
                return None
    return None


def _put(statement: ast.stmt, values: Mapping[str, ast.expr]) -> ast.stmt:
    """``statement`` with numbers in the place of loop variables, which nothing else may set."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in values:
            raise _NotStatic

    class Putter(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            fields = {
                name: [self.visit(v) if isinstance(v, ast.AST) else v for v in value]
                if isinstance(value, list)
                else self.visit(value)
                if isinstance(value, ast.AST)
                else value
                for name, value in ast.iter_fields(node)
            }
            return ast.copy_location(type(node)(**fields), node)

        def visit_Name(self, node: ast.Name) -> ast.expr:
            return substitute(node, values) if isinstance(node.ctx, ast.Load) else node

    result = Putter().visit(statement)
    assert isinstance(result, ast.stmt)
    return result


def _range(node: ast.expr) -> range:
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[_, *_] as args) if len(args) <= 3:
            found = range(*(_whole(a) for a in args))
            if len(found) <= MOST_ROWS:
                return found
    raise _NotStatic


def _whole(node: ast.expr) -> int:
    try:
        value = constants.evaluate(node)
    except (constants.NotConstant, constants.BadConstant):
        raise _NotStatic from None
    if not isinstance(value, float) or value != int(value):
        raise _NotStatic
    return int(value)


class _Parts(ast.NodeTransformer):
    """``x[2]`` as the part of ``x`` from 2 to 3."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or not isinstance(node.value, ast.Name):
            raise _NotStatic
        first = _whole(node.slice)
        last = first + 1 or END
        bounds = [constants.literal(bound) for bound in (first, last)]
        return ast.copy_location(ast.Call(ast.Name("part", ast.Load()), [node.value, *bounds], []), node)
