"""Loops of step code over numbers, ``for i in range(9): s = s + sin(x[..., i:i + 1] - x)``, in an `ArrayPlan`.

A loop is written once, whatever its count; it is taken for each element where its rows are wide.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from brainpy_lab.codegen.printing import copy_of
from brainpy_lab.drivers.feeds.widths import is_one
from brainpy_lab.drivers.numba.rows import ELEMENT, Functions, NotNativeError

MIXING = ("sum", "mean", "dot", "matvec")


@dataclass
class Turns:
    """Rows that are repeated for each of some numbers.

    Attributes
    ----------
    name : str
        The loop's variable.
    numbers : range
    rows : list of Row
    carried : list of str
        Names that hand a value from turn to turn.
    wide_targets : set of str
        Those that hold a number for each element.
    """

    name: str
    numbers: range
    rows: list[Row]
    carried: list[str] = field(default_factory=list)
    wide_targets: set[str] = field(default_factory=set)

    def assignments(self) -> Iterator[tuple[str, ast.expr]]:
        """All rows, those of inner loops among them."""
        for row in self.rows:
            if isinstance(row, Turns):
                yield from row.assignments()
            else:
                yield row

    def targets(self) -> set[str]:
        """Names that get a value."""
        return {target for target, _ in self.assignments()}

    def read(self) -> set[str]:
        """Names that are read, those carried from before among them."""
        return {name for _, expr in self.assignments() for name in reads(expr)} | set(self.carried)

    def elements(self) -> set[str]:
        """Arrays of which single elements are read."""
        return {name for _, expr in self.assignments() for name in elements_in(expr)}

    def find_carried(self, given: set[str]) -> None:
        """Note what is carried, where the names ``given`` have a value before; it is so in inner loops too."""
        self.carried = sorted(self.targets() & given)
        known = set(given)
        for row in self.rows:
            if isinstance(row, Turns):
                row.find_carried(known)
                known |= row.targets()
            else:
                known.add(row[0])

    def wide(self, wide: set[str]) -> set[str]:
        """Which names are wide when those in ``wide`` are before: these, and what becomes so in some turn."""
        found, before = set(wide), None
        while before != found:
            before = set(found)
            found |= {t for t, expr in self.assignments() if not found.isdisjoint(reads(expr, elements=False))}
        for turns in self._all():
            turns.wide_targets = turns.targets() & found
        return found

    def _all(self) -> Iterator[Turns]:
        yield self
        for row in self.rows:
            if isinstance(row, Turns):
                yield from row._all()

    def without(self, wide: set[str]) -> Turns:
        """The rows of single numbers alone."""
        rows: list[Row] = []
        for row in self.rows:
            if isinstance(row, Turns):
                inner = row.without(wide)
                rows += [inner] if inner.rows else []
            elif row[0] not in wide:
                rows.append(row)
        return replace(self, rows=rows, carried=[n for n in self.carried if n not in wide], wide_targets=set())


Row = tuple[str, ast.expr] | Turns


def reads(expr: ast.AST, elements: bool = True) -> set[str]:
    """Names read, without those of functions; without those of which single elements are read, if told so."""
    skipped = {id(n.func) for n in ast.walk(expr) if isinstance(n, ast.Call)}
    if not elements:
        skipped |= {id(n.args[0]) for n in ast.walk(expr) if _is_element(n)}
    return {n.id for n in ast.walk(expr) if isinstance(n, ast.Name) and id(n) not in skipped}


def elements_in(expr: ast.AST) -> set[str]:
    """Arrays of which single elements are read."""
    arrays = (n.args[0] for n in ast.walk(expr) if _is_element(n))
    return {a.id for a in arrays if isinstance(a, ast.Name)}


def targets_of(row: Row) -> set[str]:
    """Names that a row gives a value."""
    return row.targets() if isinstance(row, Turns) else {row[0]}


def wide_targets_of(row: Row) -> list[str]:
    """Those of them that hold a number for each element."""
    return sorted(row.wide_targets) if isinstance(row, Turns) else [row[0]]


def read_by(row: Row) -> set[str]:
    """Names that a row reads."""
    return row.read() if isinstance(row, Turns) else reads(row[1])


def elements_of(row: Row) -> set[str]:
    """Arrays of which a row reads single elements."""
    return row.elements() if isinstance(row, Turns) else elements_in(row[1])


def _is_element(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == ELEMENT


class _Elements(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return element_call(node)


def element_call(expr: ast.expr) -> ast.expr:
    """``x[..., i:i + 1]`` as a call with the array and the place; any other expression as it is."""
    if not isinstance(expr, ast.Subscript):
        return expr
    match expr:
        case ast.Subscript(
            value=ast.Name() as array, slice=ast.Tuple(elts=[ast.Constant(value=value), ast.Slice() as part])
        ) if value is ... and part.step is None and is_one(part.lower, part.upper):
            return ast.Call(ast.Name(ELEMENT, ast.Load()), [array, part.lower or ast.Constant(0)], [])
    raise NotNativeError(ast.unparse(expr))


def turns_of(statement: ast.For) -> Turns:
    """A loop over a range of numbers, whose body is rows and such loops."""
    match statement:
        case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args), orelse=[]):
            numbers = range(*(_number(a) for a in args))
            return Turns(name, numbers, [_row(s) for s in statement.body])
    raise NotNativeError("loop")


def _number(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
    raise NotNativeError("range")


def _row(statement: ast.stmt) -> Row:
    match statement:
        case ast.For():
            return turns_of(statement)
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            new = _Elements().visit(copy_of(value))
            assert isinstance(new, ast.expr)
            return target, new
    raise NotNativeError(type(statement).__name__)


def needs_arrays(functions: Functions, name: str) -> bool:
    """Whether a function, or one that it calls, reads more of its arguments than one element at its place."""
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.For | ast.Subscript):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != name:
            called = node.func.id
            if called in MIXING or (called in functions and needs_arrays(functions, called)):
                return True
    return False


def inlined(function: ast.FunctionDef, arguments: list[str], prefix: str) -> ast.FunctionDef:
    """The function with the names of its caller for its arguments, and names of its own for all that it stores."""
    own = copy_of(function)
    stored = {n.id for n in ast.walk(own) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    given = [a.arg for a in own.args.args]
    if not stored.isdisjoint(given):
        raise NotNativeError("an argument that changes")
    new = {**{n: prefix + n for n in stored}, **dict(zip(given, arguments, strict=True))}
    for node in ast.walk(own):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    return own


class _WrittenOut(ast.NodeTransformer):
    def visit_For(self, node: ast.For) -> ast.For | list[ast.stmt]:
        self.generic_visit(node)
        if not any(isinstance(n, ast.Slice) for n in ast.walk(node)):
            return node
        turns = turns_of(ast.For(node.target, node.iter, [], []))
        return [_at(s, turns.name, number) for number in turns.numbers for s in node.body]


def _at(statement: ast.stmt, name: str, number: int) -> ast.stmt:
    """A statement with a number in the place of a loop's variable."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Constant(number) if node.id == name else node

    new = Put().visit(copy_of(statement))
    assert isinstance(new, ast.stmt)
    return new


def written_out(function: ast.FunctionDef) -> ast.FunctionDef:
    """``function`` for Numba itself: a name has one type in a loop, be it one number first and an array then.

    Loops over elements are written out, turn by turn.
    """
    try:
        new = _WrittenOut().visit(copy_of(function))
    except NotNativeError:  # a loop of the user's own
        return function
    assert isinstance(new, ast.FunctionDef)
    return ast.fix_missing_locations(new)
