"""Helper functions that read elements of an array in loops, with their loops kept: for step code.

``for i in range(100): s = s + sin(x[i] - x)`` stays a loop of 100 turns whose body is a row of assignments, as in
`brainpy_lab.equations.straight`; the same function written out row by row (`unrolled`) is for symbolic analysis.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from brainpy_lab.equations import constants
from brainpy_lab.equations.names import functions_in, names_in, substitute
from brainpy_lab.equations.python.helpers import plain_definition
from brainpy_lab.equations.straight import Straightener, always_returns, assigned_names
from brainpy_lab.equations.system import END, FUNCTIONS

_MOST_PLACES = 100_000  # that one index may take: each is computed once, to know the first and the last


class NotKeptError(Exception):
    """The loop is none of those that step code takes over."""


@dataclass
class _Turns:
    """A loop: its variable, its numbers, its rows."""

    name: str
    numbers: range
    rows: list[_Row]


_Row = tuple[str, ast.expr] | _Turns


def with_loops_kept(node: ast.FunctionDef) -> ast.FunctionDef | None:
    """``node`` as rows and loops of rows; None where a loop holds more than step code takes over."""
    if not any(isinstance(n, ast.For) for n in ast.walk(node)) or not always_returns(node.body):
        return None
    arguments = [a.arg for a in node.args.args]
    local = assigned_names(node.body) - set(arguments)
    keeper = _Keeper({*arguments, *FUNCTIONS, *functions_in(node)}, local, arguments)
    try:
        result = keeper.run(node.body, {name: ast.Name(name, ast.Load()) for name in arguments})
        if result is None:
            return None
        body = _statements(keeper.kept, {})
        body.append(ast.Return(_parts(result, {})))
    except NotKeptError:
        return None
    return plain_definition(node.name, arguments, body, node)


def elements_read(body: Iterable[ast.stmt], numbers: Mapping[str, range] | None = None) -> set[tuple[str, int]]:
    """The lowest and the highest element that each ``part`` of a name takes."""
    found: set[tuple[str, int]] = set()
    numbers = numbers or {}
    for statement in body:
        if isinstance(statement, ast.For) and isinstance(statement.target, ast.Name):
            found |= elements_read(statement.body, {**numbers, statement.target.id: range_of(statement.iter)})
            continue
        for node in ast.walk(statement):
            match node:
                case ast.Call(func=ast.Name(id="part"), args=[ast.Name(id=name), start, _]):
                    taken = places(start, numbers)
                    found |= {(name, taken[0]), (name, taken[-1])}
    return found


def places(index: ast.expr, numbers: Mapping[str, range]) -> range:
    """The lowest to the highest place that an index takes over all turns of the loops around it."""
    names = sorted(names_in(index) & set(numbers))
    count = 1
    for name in names:
        count *= len(numbers[name])
    if count > _MOST_PLACES:
        raise NotKeptError
    turns = itertools.product(*(numbers[n] for n in names))
    found = [_whole(index, dict(zip(names, turn, strict=True))) for turn in turns]
    return range(min(found), max(found) + 1)


def _whole(index: ast.expr, turn: Mapping[str, int]) -> int:
    try:
        value = constants.evaluate(substitute(index, {n: constants.literal(float(v)) for n, v in turn.items()}))
    except (constants.NotConstant, constants.BadConstant):
        raise NotKeptError from None
    if not isinstance(value, float) or value != int(value):
        raise NotKeptError
    return int(value)


class _Keeper(Straightener):
    """Rows of a function's body with loops among them."""

    def __init__(self, taken: Iterable[str], local: Iterable[str], arguments: Iterable[str]) -> None:
        super().__init__(taken, local, lambda message, node, advice: NotKeptError())
        self.arguments = set(arguments)
        self.kept: list[_Row] = []
        self._around: list[str] = []  # variables of the loops around
        self._variables: set[str] = set()

    def run(self, body: Sequence[ast.stmt], environment: dict[str, ast.expr]) -> ast.expr | None:
        """The returned expression; the rows are in ``kept``."""
        result = super().run(body, environment)
        self._collect()
        return result

    def _collect(self) -> None:
        self.kept += self.rows
        self.rows = []

    def _block(self, body: list[ast.stmt], env: dict[str, ast.expr], *, named: bool) -> ast.expr | None:
        place = next((i for i, s in enumerate(body) if any(isinstance(n, ast.For) for n in ast.walk(s))), None)
        if place is None:
            return super()._block(body, env, named=named)
        loop = body[place]
        if not named or not isinstance(loop, ast.For) or _leaves(body[: place + 1]):
            raise NotKeptError
        super()._block(body[:place], env, named=True)
        self._loop(loop, env)
        return self._block(body[place + 1 :], env, named=True)

    def _loop(self, loop: ast.For, env: dict[str, ast.expr]) -> None:
        assert isinstance(loop.target, ast.Name)
        numbers, own = range_of(loop.iter), self._variable(loop.target.id)
        self._collect()
        outer, self.kept = self.kept, []
        inner = {**env, loop.target.id: ast.Name(own, ast.Load())}
        self._around.append(own)
        self._block(loop.body, inner, named=True)
        self._around.pop()
        self._collect()
        rows, self.kept = self.kept, outer
        for name in sorted(assigned_names(loop.body)):
            if name == loop.target.id or name not in env:
                env.pop(name, None)  # of one turn alone
                continue
            before, after = env[name], inner.get(name)
            if not isinstance(before, ast.Name) or not isinstance(after, ast.Name) or before.id in self.arguments:
                raise NotKeptError  # an argument that the loop changes, at best
            if after.id != before.id:
                rows = _carried(rows, before.id, after.id)
        env.pop(loop.target.id, None)
        self.kept.append(_Turns(own, numbers, rows))

    def _variable(self, name: str) -> str:
        own = name if name in self._variables and name not in self._around else self._fresh(name)
        self._variables.add(own)
        return own


def _leaves(body: list[ast.stmt]) -> bool:
    ends = ast.Return, ast.Break, ast.Continue, ast.While
    return any(isinstance(n, ends) for statement in body for n in ast.walk(statement))


def _carried(rows: list[_Row], name: str, last: str) -> list[_Row]:
    """The rows of a loop, the last value of a name under the name it has before the loop."""
    place = next((i for i, row in enumerate(rows) if not isinstance(row, _Turns) and row[0] == last), None)
    later = set().union(*(_reads(row) for row in rows[place + 1 :])) if place is not None else {name}
    if name in later or any(isinstance(r, _Turns) and last in _writes(r) for r in rows):
        return [*rows, (name, ast.Name(last, ast.Load()))]
    return [_renamed(row, last, name) for row in rows]


def _reads(row: _Row) -> set[str]:
    return set().union(*map(_reads, row.rows)) if isinstance(row, _Turns) else names_in(row[1])


def _writes(row: _Row) -> set[str]:
    return set().union(*map(_writes, row.rows)) if isinstance(row, _Turns) else {row[0]}


def _renamed(row: _Row, old: str, new: str) -> _Row:
    if isinstance(row, _Turns):
        return _Turns(row.name, row.numbers, [_renamed(r, old, new) for r in row.rows])
    return new if row[0] == old else row[0], substitute(row[1], {old: ast.Name(new, ast.Load())})


def _statements(rows: Iterable[_Row], numbers: Mapping[str, range]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for row in rows:
        if isinstance(row, _Turns):
            target = ast.Name(row.name, ast.Store())
            start, stop, step = row.numbers.start, row.numbers.stop, row.numbers.step
            bounds = [start, stop, step] if step != 1 else [start, stop] if start else [stop]
            turns = ast.Call(ast.Name("range", ast.Load()), [constants.literal(bound) for bound in bounds], [])
            found.append(ast.For(target, turns, _statements(row.rows, {**numbers, row.name: row.numbers}), []))
        else:
            found.append(ast.Assign([ast.Name(row[0], ast.Store())], _parts(row[1], numbers)))
    return found


def _parts(expr: ast.expr, numbers: Mapping[str, range]) -> ast.expr:
    """``expr`` with ``x[i]`` as the part of ``x`` from i to i + 1."""

    class Parts(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            if not isinstance(node.value, ast.Name):
                raise NotKeptError
            found = places(node.slice, numbers)
            if len(found) == 1:
                bounds = [constants.literal(bound) for bound in (found.start, found.stop or END)]
            elif found.start < 0:
                raise NotKeptError  # of both ends of the array
            else:
                index = _whole_index(node.slice)
                bounds = [index, ast.BinOp(index, ast.Add(), ast.Constant(1))]
            return ast.copy_location(ast.Call(ast.Name("part", ast.Load()), [node.value, *bounds], []), node)

    result = Parts().visit(copy.deepcopy(expr))
    assert isinstance(result, ast.expr)
    return result


def _whole_index(node: ast.expr) -> ast.expr:
    """An index as an expression of whole numbers."""
    match node:
        case ast.Name():
            return node
        case ast.Constant(value=int() | float() as value) if value == int(value):
            return ast.Constant(int(value))
        case ast.UnaryOp(op=ast.USub() as op, operand=operand):
            return ast.UnaryOp(op, _whole_index(operand))
        case ast.BinOp(
            left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv() | ast.Mod() as op, right=right
        ):
            return ast.BinOp(_whole_index(left), op, _whole_index(right))
    raise NotKeptError


def range_of(node: ast.expr) -> range:
    """The numbers of a loop, at least one."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[_, *_] as args) if len(args) <= 3:
            bounds = [_whole(a, {}) for a in args]
            if len(bounds) < 3 or bounds[2]:
                found = range(*bounds)
                if found:
                    return found
    raise NotKeptError
