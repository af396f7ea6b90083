"""The order in which a step of whole arrays is computed: loops over the elements, and what stands between them.

Rows whose elements do not mix share a loop, so that few arrays are kept; sums and products with matrices part the
loops. Names that hold one number are computed once, outside. A helper function that reads elements of an array is put
in place of its call; its loops become turns, taken for each element.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from brainpy_lab.codegen.printing import copy_of
from brainpy_lab.drivers.numba.array_turns import (
    MIXING,
    Row,
    Turns,
    element_call,
    elements_in,
    elements_of,
    inlined,
    needs_arrays,
    read_by,
    reads,
    targets_of,
    turns_of,
    wide_targets_of,
)
from brainpy_lab.drivers.numba.rows import LINEAR, LOOKUPS, Functions, NotNativeError, check_rows, results_of


@dataclass
class Scalar:
    """``target = expr`` of single numbers."""

    target: str
    expr: ast.expr


@dataclass
class Loop:
    """Rows of array elements; those that are ``kept`` are needed later."""

    rows: list[Row]
    kept: list[str] = field(default_factory=list)


@dataclass
class Total:
    """The sum or mean of an array's elements."""

    target: str
    source: str
    is_mean: bool


@dataclass
class Product:
    """A matrix times an array."""

    target: str
    matrix: str
    source: str


Part = Scalar | Loop | Turns | Total | Product


class ArrayPlan:
    """The parts of one function.

    Parameters
    ----------
    functions : mapping
        The functions of the step code.
    function : ast.FunctionDef
    wide : iterable of str
        Arguments that hold a number for each element.
    matrices : iterable of str
        Arguments that are matrices.

    Attributes
    ----------
    parts : list of Part
    results : list of (name, bool)
        What is returned, and whether it is wide.
    """

    def __init__(
        self, functions: Functions, function: ast.FunctionDef, wide: Iterable[str], matrices: Iterable[str]
    ) -> None:
        self.functions, self.wide, self.matrices = functions, set(wide) - set(matrices), frozenset(matrices)
        self.parts: list[Part] = []
        self._rows: list[Row] = []  # of the loop that is being made
        self._given = {a.arg for a in function.args.args}  # names that have a value
        self._count = 0
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        self._statements(body[:-1])
        self.results = [self._named(self._without_mixing(copy_of(r)), "k_result") for r in results_of(function)]
        self._flush()
        self._find_kept()

    def _statements(self, body: list[ast.stmt]) -> None:
        for statement in body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=target)], value=value):
                    self._assign(target, self._without_mixing(copy_of(value)))
                case ast.For():
                    self._turns(turns_of(statement))
                case _:
                    raise NotNativeError(type(statement).__name__)

    def _is_wide(self, expr: ast.AST) -> bool:
        return not self.wide.isdisjoint(reads(expr, elements=False))

    def _named(self, expr: ast.expr, stem: str = "k_part") -> tuple[str, bool]:
        """A name for ``expr``, and whether it is wide."""
        if isinstance(expr, ast.Name) and stem != "k_result":
            return expr.id, expr.id in self.wide
        self._count += 1
        name = f"{stem}_{self._count}"
        self._assign(name, expr)
        return name, name in self.wide

    def _assign(self, target: str, expr: ast.expr) -> None:
        self._check(target, expr)
        sources = elements_in(expr)
        self._place_elements(sources)
        self._given.add(target)
        if self._is_wide(expr):
            self._before_change([target], sources)
            self.wide.add(target)
            self._rows.append((target, expr))
        else:
            self._before([target], [])
            self.wide.discard(target)
            self.parts.append(Scalar(target, expr))

    def _check(self, target: str, expr: ast.expr) -> None:
        """Raise NotNativeError where ``target = expr`` is no row."""
        check_rows(self.functions, [ast.Assign([ast.Name(target, ast.Store())], expr)], ())
        called = {n.func.id for n in ast.walk(expr) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        if not self.matrices.isdisjoint(reads(expr)) or not called.isdisjoint(LOOKUPS + LINEAR):
            raise NotNativeError(target)

    def _turns(self, turns: Turns) -> None:
        """A loop of rows: for each element what is wide, once what is one number."""
        for target, expr in turns.assignments():
            self._check(target, expr)
        sources, targets = turns.elements(), turns.targets()
        turns.find_carried(self._given)
        self._place_elements(sources)
        self._given |= targets
        if not sources.isdisjoint(targets):
            raise NotNativeError("elements of an array that changes")
        wide = turns.wide(self.wide)
        if wide & targets:
            self._before_change(targets, sources)
            self._rows.append(turns)
        narrow = turns.without(wide)
        if narrow.rows:
            self._before(narrow.targets(), sources)
            self.parts.append(narrow)
        self.wide = self.wide - targets | wide

    def _place_elements(self, sources: set[str]) -> None:
        """Arrays whose elements are read stand in memory."""
        if not sources <= self.wide:
            raise NotNativeError("elements of a number or of a matrix")
        self._before([], sources)

    def _before(self, targets: Iterable[str], sources: Iterable[str]) -> None:
        """End the loop when what comes next cannot stand before it."""
        stored = {target for row in self._rows for target in targets_of(row)}
        read = {name for row in self._rows for name in read_by(row)}
        if not (stored | read).isdisjoint(targets) or not stored.isdisjoint(sources):
            self._flush()

    def _before_change(self, targets: Iterable[str], sources: set[str]) -> None:
        """End the loop when it reads elements of what the next row changes."""
        if not sources.isdisjoint(targets):
            raise NotNativeError("elements of an array that changes")
        if not {name for row in self._rows for name in elements_of(row)}.isdisjoint(targets):
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self.parts.append(Loop(self._rows))
            self._rows = []

    def _without_mixing(self, expr: ast.expr) -> ast.expr:
        """``expr`` with names for its sums, products and functions of elements, which are computed before."""
        for name, value in list(ast.iter_fields(expr)):
            if isinstance(value, ast.expr) and not isinstance(expr, ast.Subscript):
                setattr(expr, name, self._without_mixing(value))
            elif isinstance(value, list):
                setattr(expr, name, [self._without_mixing(v) if isinstance(v, ast.expr) else v for v in value])
        if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name):
            if expr.func.id in self.functions:
                if needs_arrays(self.functions, expr.func.id):
                    return self._in_place(self.functions[expr.func.id], expr.args)
            elif expr.func.id in MIXING:
                return ast.Name(self._mixed(expr.func.id, expr.args), ast.Load())
        return element_call(expr)

    def _in_place(self, function: ast.FunctionDef, arguments: list[ast.expr]) -> ast.expr:
        """The result of a function whose statements are put here."""
        names = [self._named(a)[0] for a in arguments]
        self._count += 1
        own = inlined(function, names, f"k_{self._count}_")
        self._statements(own.body[:-1])
        (result,) = results_of(own)
        return ast.Name(self._named(self._without_mixing(result))[0], ast.Load())

    def _mixed(self, function: str, arguments: list[ast.expr]) -> str:
        first = arguments[0]
        if function == "matvec" or (isinstance(first, ast.Name) and first.id in self.matrices):
            if not (isinstance(first, ast.Name) and first.id in self.matrices):
                raise NotNativeError("matrix")
            source, is_wide = self._named(arguments[1])
            if not is_wide:
                raise NotNativeError("a matrix times one number")
            return self._part(lambda name: Product(name, first.id, source), source, True)
        expr = ast.BinOp(first, ast.Mult(), arguments[1]) if function == "dot" else first
        source, is_wide = self._named(expr)
        if not is_wide:
            return source
        return self._part(lambda name: Total(name, source, function == "mean"), source, False)

    def _part(self, make: object, source: str, is_wide: bool) -> str:
        assert callable(make)
        self._count += 1
        name = f"k_part_{self._count}"
        self._before([name], [source])
        self.parts.append(make(name))
        if is_wide:
            self.wide.add(name)
        return name

    def _find_kept(self) -> None:
        """Which names each loop hands on."""
        later = {name for name, _ in self.results}
        for part in reversed(self.parts):
            match part:
                case Loop():
                    stored = dict.fromkeys(t for row in part.rows for t in wide_targets_of(row))
                    part.kept = [n for n in stored if n in later]
                    later |= {name for row in part.rows for name in read_by(row)}
                case Turns():
                    later |= part.read()
                case Scalar():
                    later |= reads(part.expr)
                case Total() | Product():
                    later.add(part.source)

    @property
    def kept(self) -> list[str]:
        """Names of the arrays that are kept for a while."""
        found = [n for p in self.parts for n in (p.kept if isinstance(p, Loop) else [])]
        return list(dict.fromkeys([*found, *(p.target for p in self.parts if isinstance(p, Product))]))
