"""Expressions as text: one printer, with the few constructs in which drivers differ described by a `Dialect`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from brainpy_lab.equations.python.helpers import PYTHON_FUNCTIONS
from brainpy_lab.equations.system import END

_MATRIX_PRODUCT = "matvec"
EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Dialect:
    """How one driver's step code is spelled.

    Attributes
    ----------
    module : str
        Module from which the functions of the model language are imported, by their language names.
    selects : bool
        True: conditionals and logic are functions on whole arrays (``where``, ``logical_and`` ...).
        False: they are Python's own, on one number at a time.
    constants : mapping of str to str
        Spelling of named constants.
    """

    module: str
    selects: bool
    constants: Mapping[str, str] = field(default_factory=dict)


N = TypeVar("N", bound=ast.AST)


def copy_of(node: N) -> N:
    """A copy of a tree, ten times as fast as ``copy.deepcopy``: step code is made of very many.

    Only what belongs to a node is copied: tools that show tracebacks hang the parents on it, in a circle.
    """
    new = node.__class__()
    own = vars(node)
    for name in (*node._fields, *node._attributes):
        if name not in own:
            continue
        value = own[name]
        if isinstance(value, list):
            value = [copy_of(v) if isinstance(v, ast.AST) else v for v in value]
        setattr(new, name, copy_of(value) if isinstance(value, ast.AST) else value)
    return new


class _Speller(ast.NodeTransformer):
    """Rewrites normal-form nodes into a dialect's own, and notes which functions are called."""

    def __init__(self, dialect: Dialect, functions: Mapping[str, str], taken: frozenset[str]) -> None:
        self.dialect = dialect
        self.functions = functions
        self.taken = taken
        self.imports: dict[str, str] = {}

    def _call(self, name: str, *args: ast.expr) -> ast.Call:
        spelled = name
        while spelled in self.taken:
            spelled += "_"
        self.imports[name] = spelled
        return ast.Call(ast.Name(spelled, ast.Load()), list(args), [])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test, body, orelse = self.visit(node.test), self.visit(node.body), self.visit(node.orelse)
        if self.dialect.selects:
            return self._call("where", test, body, orelse)
        return ast.IfExp(test, body, orelse)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        values: list[ast.expr] = [self.visit(v) for v in node.values]
        if not self.dialect.selects:
            return ast.BoolOp(node.op, values)
        name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
        result = values[0]
        for value in values[1:]:
            result = self._call(name, result, value)
        return result

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not) and self.dialect.selects:
            return self._call("logical_not", operand)
        return ast.UnaryOp(node.op, operand)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.MatMult):
            return self._call(_MATRIX_PRODUCT, left, right)
        return ast.BinOp(left, node.op, right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        args = [self.visit(a) for a in node.args]
        name = node.func.id
        if name in self.functions or name in PYTHON_FUNCTIONS:
            return ast.Call(ast.Name(self.functions.get(name, name), ast.Load()), args, [])
        if name == "part":
            return _part(args[0], *args[1:])
        if name == "where" and not self.dialect.selects:
            return ast.IfExp(args[0], args[1], args[2])
        return self._call(name, *args)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.functions.get(node.name, node.name)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "pi":
            self.imports["pi"] = "pi"
        return node


def _part(array: ast.expr, start: ast.expr, stop: ast.expr) -> ast.expr:
    """``x[..., 1:]``: elements of the last axis, which stays."""
    to_end = isinstance(stop, ast.Constant) and stop.value == END
    from_start = isinstance(start, ast.Constant) and start.value == 0
    bounds = ast.Slice(None if to_end and from_start else start, None if to_end else stop)
    return ast.Subscript(array, ast.Tuple([ast.Constant(...), bounds], ast.Load()), ast.Load())


class Printer:
    """Prints expressions of one step in one dialect and remembers what must be imported.

    Parameters
    ----------
    dialect : Dialect
        The driver's spelling.
    functions : mapping of str to str
        Helper functions defined in the step's own file, with the names they have there.
    taken : frozenset of str
        The model's own names: functions of the module that are called so are imported under others.
    """

    def __init__(
        self, dialect: Dialect, functions: Mapping[str, str] = EMPTY, taken: frozenset[str] = frozenset()
    ) -> None:
        self._speller = _Speller(dialect, functions, taken)
        self.dialect = dialect

    def expression(self, expr: ast.expr) -> str:
        """``expr`` as Python text in the dialect."""
        return ast.unparse(self._speller.visit(copy_of(expr)))

    def function(self, node: ast.FunctionDef) -> str:
        """A helper function as text, its calls spelled in the dialect."""
        return ast.unparse(ast.fix_missing_locations(self._speller.visit(copy_of(node))))

    @property
    def imports(self) -> tuple[str, ...]:
        """Names to import from the dialect's module, sorted."""
        made = self._speller.imports.items()
        return tuple(sorted(name if name == spelled else f"{name} as {spelled}" for name, spelled in made))


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str | ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        new = self.names.get(node.id)
        if new is None:
            return node
        return ast.Name(new, ast.Load()) if isinstance(new, str) else new

    def visit_Call(self, node: ast.Call) -> ast.Call:
        return ast.Call(node.func, [self.visit(a) for a in node.args], [])


def rename(expr: ast.expr, names: Mapping[str, str | ast.expr]) -> ast.expr:
    """``expr`` with Names replaced by other names or expressions; function names stay."""
    renamed: ast.expr = _Renamer(names).visit(copy_of(expr))
    return renamed


def parse(text: str) -> ast.expr:
    """A template of the code generator, made of checked identifiers, as an expression."""
    return ast.parse(text, mode="eval").body


@lru_cache(maxsize=1024)
def names_used(expr: ast.AST) -> frozenset[str]:
    """Names read in an expression, without the names of the functions it calls."""
    functions = {id(n.func) for n in ast.walk(expr) if isinstance(n, ast.Call)}
    return frozenset(n.id for n in ast.walk(expr) if isinstance(n, ast.Name) and id(n) not in functions)
