"""Helper functions that read elements of an array state in loops, as rows of whole arrays that every driver runs.

``for i in range(3): s = s + sin(x[i] - x)`` becomes three rows, each with a part of ``x``. This needs counts that stand
in the text; a loop of another kind stays as it is, and runs on the drivers that loop over numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace

from brainpy_lab.equations import constants
from brainpy_lab.equations.functions import PYTHON_FUNCTIONS, straighten
from brainpy_lab.equations.names import functions_in, substitute
from brainpy_lab.equations.system import END, Assign, Function, System
from brainpy_lab.errors import ModelError

#: Rows that a function may have; more are no text that anyone reads.
MOST_ROWS = 600


def with_rows(system: System) -> System:
    """``system`` with those functions written out that read elements of a state which an expression hands them."""
    if all(f.vectorizable for f in system.functions):
        return system
    given = _given_states(_expressions(system), set(system.state_names))
    functions = (
        (_written_out(f) or f) if _reads_elements(f, given.get(f.name, set())) else f for f in system.functions
    )
    return replace(system, functions=tuple(functions))


def _expressions(system: System) -> list[ast.expr]:
    found = [s.drift for s in system.states if s.drift is not None]
    found += [n.amplitude for s in system.states for n in s.noise]
    found += [d.expr for d in system.intermediates]
    found += [e.condition for e in system.events]
    return found + [a.value for e in system.events for a in e.actions if isinstance(a, Assign)]


def _given_states(expressions: list[ast.expr], states: set[str]) -> dict[str, set[int]]:
    """Function -> the places of its arguments at which a call hands it a state."""
    found: dict[str, set[int]] = {}
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                places = {i for i, a in enumerate(node.args) if isinstance(a, ast.Name) and a.id in states}
                found.setdefault(node.func.id, set()).update(places)
    return found


def _reads_elements(function: Function, places: set[int]) -> bool:
    names = {a.arg for i, a in enumerate(function.node.args.args) if i in places}
    subscripts = (n.value for n in ast.walk(function.node) if isinstance(n, ast.Subscript))
    return not function.vectorizable and any(isinstance(v, ast.Name) and v.id in names for v in subscripts)


def _written_out(function: Function) -> Function | None:
    """The function without loops and indices; None where something in it is not known before it runs."""
    try:
        rows = _block(function.node.body, [MOST_ROWS])
        body = [_Parts().visit(row) for row in rows]
    except _NotStatic:
        return None
    if {name for row in body for name in functions_in(row)} & (PYTHON_FUNCTIONS | {function.name}):
        return None
    node = ast.fix_missing_locations(ast.copy_location(_with_body(function.node, body), function.node))
    plain = replace(function, node=node, vectorizable=True, obstacle="")
    try:
        straighten(plain)
    except ModelError:
        return None
    return plain


class _NotStatic(Exception):
    """Something is not known before the function runs."""


def _with_body(node: ast.FunctionDef, body: list[ast.stmt]) -> ast.FunctionDef:
    new = ast.parse("def f(): pass").body[0]
    assert isinstance(new, ast.FunctionDef)
    new.name, new.args, new.body = node.name, node.args, body
    return new


def _block(body: Iterable[ast.stmt], left: list[int]) -> list[ast.stmt]:
    """The statements with loops written out; ``left`` counts the rows that may still come."""
    rows: list[ast.stmt] = []
    for statement in body:
        match statement:
            case ast.For(target=ast.Name(id=name), iter=iterated, body=inner):
                for number in _range(iterated):
                    rows += _block([_put(s, {name: constants.literal(float(number))}) for s in inner], left)
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
