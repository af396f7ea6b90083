"""The order in which a step of whole arrays is computed: loops over the elements, and what stands between them.

Rows whose elements do not mix share a loop, so that few arrays are kept; sums and products with matrices part the
loops. Names that hold one number are computed once, outside.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from brainpy_lab.codegen.printing import copy_of
from brainpy_lab.drivers.numba_rows import LINEAR, LOOKUPS, Functions, NotNativeError, check_rows, results_of

_MIXING = ("sum", "mean", "dot", "matvec")
Row = tuple[str, ast.expr]


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


Part = Scalar | Loop | Total | Product


def reads(expr: ast.AST) -> set[str]:
    """Names read, without those of functions."""
    called = {id(n.func) for n in ast.walk(expr) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(expr) if isinstance(n, ast.Name) and id(n) not in called}


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
        self._count = 0
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        for statement in body[:-1]:
            match statement:
                case ast.Assign(targets=[ast.Name(id=target)], value=value):
                    self._assign(target, self._without_mixing(copy_of(value)))
                case _:
                    raise NotNativeError(type(statement).__name__)
        self.results = [self._named(self._without_mixing(copy_of(r)), "k_result") for r in results_of(function)]
        self._flush()
        self._find_kept()

    def _is_wide(self, expr: ast.AST) -> bool:
        return not self.wide.isdisjoint(reads(expr))

    def _named(self, expr: ast.expr, stem: str = "k_part") -> tuple[str, bool]:
        """A name for ``expr``, and whether it is wide."""
        if isinstance(expr, ast.Name) and stem != "k_result":
            return expr.id, expr.id in self.wide
        self._count += 1
        name = f"{stem}_{self._count}"
        self._assign(name, expr)
        return name, name in self.wide

    def _assign(self, target: str, expr: ast.expr) -> None:
        check_rows(self.functions, [ast.Assign([ast.Name(target, ast.Store())], expr)], ())
        called = {n.func.id for n in ast.walk(expr) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        if not self.matrices.isdisjoint(reads(expr)) or not called.isdisjoint(LOOKUPS + LINEAR):
            raise NotNativeError(target)
        if self._is_wide(expr):
            self.wide.add(target)
            self._rows.append((target, expr))
        else:
            self._before([target], [])
            self.wide.discard(target)
            self.parts.append(Scalar(target, expr))

    def _before(self, targets: list[str], sources: list[str]) -> None:
        """End the loop when what comes next cannot stand before it."""
        stored = {target for target, _ in self._rows}
        read = {name for _, expr in self._rows for name in reads(expr)}
        if not (stored | read).isdisjoint(targets) or not stored.isdisjoint(sources):
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self.parts.append(Loop(self._rows))
            self._rows = []

    def _without_mixing(self, expr: ast.expr) -> ast.expr:
        """``expr`` with names for its sums and products, which are computed before."""
        for name, value in list(ast.iter_fields(expr)):
            if isinstance(value, ast.expr):
                setattr(expr, name, self._without_mixing(value))
            elif isinstance(value, list):
                setattr(expr, name, [self._without_mixing(v) if isinstance(v, ast.expr) else v for v in value])
        if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id in _MIXING:
            return ast.Name(self._mixed(expr.func.id, expr.args), ast.Load())
        return expr

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
                    part.kept = [n for n in dict.fromkeys(t for t, _ in part.rows) if n in later]
                    later |= {name for _, expr in part.rows for name in reads(expr)}
                case Scalar():
                    later |= reads(part.expr)
                case Total() | Product():
                    later.add(part.source)

    @property
    def kept(self) -> list[str]:
        """Names of the arrays that are kept for a while."""
        found = [n for p in self.parts for n in (p.kept if isinstance(p, Loop) else [])]
        return list(dict.fromkeys([*found, *(p.target for p in self.parts if isinstance(p, Product))]))
