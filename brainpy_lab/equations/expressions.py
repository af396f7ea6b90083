"""The whitelist: from a parsed expression to the normal form of system.py, every name and call checked."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Callable, Sequence
from typing import Protocol

from brainpy_lab.equations.constants import CONSTRUCTORS, literal, overflows
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import CONSTANTS, END, FUNCTIONS
from brainpy_lab.equations.text.foreign_words import function_elsewhere, name_elsewhere
from brainpy_lab.equations.text.synapses import NO_NETWORKS
from brainpy_lab.errors import ModelError, UnknownNameError, did_you_mean

PREFIXES = frozenset({"np", "numpy", "math"})

#: Other names of the functions of the language.
ALIASES: dict[str, str] = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "fabs": "abs", "absolute": "abs", "fmin": "minimum",
    "fmax": "maximum", "min": "minimum", "max": "maximum", "matmul": "dot",
    "sigmoid": "expit", "logistic": "expit", "lgamma": "gammaln", "loggamma": "gammaln",
}  # fmt: skip

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)

#: From here on whole numbers are written as floating-point numbers: those hold every whole number up to here, and the
#: integers of a machine end at 2**63.
_LARGE = 2**53


class Scope(Protocol):
    """What names mean where an expression stands."""

    def name(self, node: ast.Name) -> ast.expr:
        """The normal form of a name that is read; raises UnknownNameError."""

    def call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> ast.expr | None:
        """The normal form of a call of what is no function of the language; None when there is no such thing."""

    def side(self, node: ast.Attribute, side: str) -> ast.expr:
        """The normal form of ``pre.V`` or ``post.V``."""

    def lookup(self, node: ast.Call, normalise: Normaliser) -> ast.expr:
        """The normal form of a table, ``interp(x, xs, ys)``."""

    def functions(self) -> set[str]:
        """Names that can be called besides those of the language."""


class Normaliser:
    """Checks an expression node by node and builds its normal form.

    Parameters
    ----------
    source : Source
        The text the nodes' positions refer to.
    scope : Scope
        The meaning of names.
    prefixes : set of str
        Names before a dot that mean NumPy's functions: np.exp.
    """

    def __init__(self, source: Source, scope: Scope, prefixes: frozenset[str] = PREFIXES) -> None:
        self.source = source
        self.scope = scope
        self.prefixes = prefixes

    def __call__(self, node: ast.expr) -> ast.expr:
        """Normal form of ``node``; raises ModelSyntaxError or UnknownNameError."""
        return ast.copy_location(self._visit(node), node)

    def _visit(self, node: ast.expr) -> ast.expr:
        method: Callable[[ast.expr], ast.expr] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self._refuse(node)
        return method(node)

    def _name(self, node: ast.Name) -> ast.expr:
        if node.id in CONSTANTS:
            return ast.Name(node.id, ast.Load())
        if node.id in FUNCTIONS or node.id in self.scope.functions():
            raise self.source.error(
                f"'{node.id}' is a function: its argument is missing.", node, f"Write {node.id}(...)."
            )
        return self.scope.name(node)

    def _constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, (bool, int, float)):
            raise self.source.error(f"{node.value!r} is not a number.", node)
        if not isinstance(node.value, bool) and not _is_finite(node.value):
            raise self.source.error("This number is too large.", node)
        large = not isinstance(node.value, bool) and abs(node.value) >= _LARGE
        return ast.Constant(float(node.value) if large else node.value)

    def _binop(self, node: ast.BinOp) -> ast.expr:
        """A sum, product or power; whole numbers that grow past `_LARGE` go on as floating-point numbers."""
        if not isinstance(node.op, _OPERATORS):
            raise self._refuse(node)
        left, right = as_number(self(node.left)), as_number(self(node.right))
        match node.op, left, right:
            case ast.Pow(), ast.Constant(value=int() as base), ast.Constant(value=int() as power):
                if power * math.log2(max(2, abs(base))) >= math.log2(_LARGE):  # too large for the integers of machines
                    left = ast.copy_location(ast.Constant(float(base)), left)
            case ast.Pow(), _, _ if not (is_bare(left) and is_bare(right)) and has_no_name(left) and has_no_name(right):
                left = with_floats(left)  # whole numbers of any length are no numbers of machines
        value = ast.BinOp(left, node.op, right)
        if isinstance(node.op, ast.Pow | ast.Mult) and has_no_name(value) and overflows(value):
            raise self.source.error("This number is too large.", node)
        return value

    def _unaryop(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Invert):
            raise self.source.error("'~' does not belong to the model language.", node, "Write 'not'.")
        operand = self(node.operand)
        return ast.UnaryOp(node.op, operand if isinstance(node.op, ast.Not) else as_number(operand))

    def _boolop(self, node: ast.BoolOp) -> ast.expr:
        return ast.BoolOp(node.op, [self(value) for value in node.values])

    def _compare(self, node: ast.Compare) -> ast.expr:
        """``a < b < c`` as ``a < b and b < c``: every later stage sees one operator at a time."""
        for op, right in zip(node.ops, node.comparators, strict=True):
            if not isinstance(op, _COMPARISONS):
                raise self.source.error("Numbers are compared with < <= > >= == != only.", right)
        sides = [self(value) for value in (node.left, *node.comparators)]
        pairs: list[ast.expr] = [
            ast.copy_location(ast.Compare(left, [op], [right]), node)
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return pairs[0] if len(pairs) == 1 else ast.BoolOp(ast.And(), pairs)

    def _ifexp(self, node: ast.IfExp) -> ast.expr:
        return ast.IfExp(self(node.test), self(node.body), self(node.orelse))

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name):
            if node.value.id in self.prefixes and node.attr in CONSTANTS:
                return ast.Name(node.attr, ast.Load())
            if node.value.id in self.prefixes and node.attr == "e":
                return ast.Constant(math.e)
            if node.value.id in self.prefixes:
                self._check_numpy(node, node.attr)
                raise self.source.error(f"'{ast.unparse(node)}' is a function: its argument is missing.", node)
            if node.value.id in ("pre", "post"):
                return self.scope.side(node, node.value.id)
        raise self.source.error(
            "The model language has no attributes but np.exp and the like, pre.V and post.V.",
            node,
            "Give the value a name of its own in the notebook.",
        )

    def _call(self, node: ast.Call) -> ast.expr:
        """A call by what its name means: a table, a function of model or notebook, then one of the language."""
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="post") as side, attr="sum"), args=[ast.Name() as summed]
            ):
                self(summed)
                return self.scope.side(ast.copy_location(ast.Attribute(side, f"sum_{summed.id}"), node), "post")
        name = self._called(node.func)
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            k.arg is None for k in node.keywords
        ):
            raise self.source.error("Arguments are written out one by one.", node)
        if name == "interp" and name not in self.scope.functions():
            return self.scope.lookup(node, self)
        arguments = [self(argument) for argument in node.args]
        prefixed = isinstance(node.func, ast.Attribute)
        if not prefixed:  # a function of the user's own called square is meant before NumPy's; np.square is NumPy's
            own = self.scope.call(node, name, arguments)
            if own is not None:
                return own
        if name in ("power", "pow") and len(arguments) == 2:
            return ast.BinOp(arguments[0], ast.Pow(), arguments[1])
        if name == "square" and len(arguments) == 1:
            return ast.BinOp(arguments[0], ast.Pow(), ast.Constant(2))
        if name in ("logical_and", "logical_or") and len(arguments) == 2:
            return ast.BoolOp(ast.And() if name == "logical_and" else ast.Or(), arguments)
        if name == "logical_not" and len(arguments) == 1:
            return ast.UnaryOp(ast.Not(), arguments[0])
        name = ALIASES.get(name, name)
        if name not in FUNCTIONS:
            raise self._unknown_function(node, name, prefixed)
        if node.keywords:
            raise self.source.error(f"'{name}' takes its arguments by position.", node.keywords[0])
        if len(arguments) != FUNCTIONS[name]:
            wanted = "1 argument" if FUNCTIONS[name] == 1 else f"{FUNCTIONS[name]} arguments"
            raise self.source.error(f"'{name}' takes {wanted}, not {len(arguments)}.", node)
        if name == "roll" and _whole(node.args[1]) is None:
            raise self.source.error("'roll' moves by a whole number.", node.args[1], "Write roll(x, 1) or roll(x, -1).")
        numbers = [a if name == "where" and i == 0 else as_number(a) for i, a in enumerate(arguments)]
        return ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node.func), numbers, [])

    def _subscript(self, node: ast.Subscript) -> ast.expr:
        """An element or a slice of an array: x[0], x[1:], x[:-1]."""
        if not isinstance(node.value, ast.Name):
            raise self.source.error(
                "Elements are taken of a name.",
                node.value,
                "Give the array a name of its own: y = ..., then y[0].",
            )
        bounds = _bounds(node.slice)
        if bounds is None:
            raise self.source.error(
                "Elements and slices have whole numbers, one after the other: x[0], x[-1], x[1:], x[:-1].",
                node.slice,
                "Neighbours of each element are roll(x, 1) and roll(x, -1).",
            )
        name = ast.copy_location(ast.Name("part", ast.Load()), node)
        return ast.Call(name, [self(node.value), *(literal(bound) for bound in bounds)], [])

    def _called(self, func: ast.expr) -> str:
        if isinstance(func, ast.Name):
            return func.id
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in self.prefixes:
            return func.attr
        if isinstance(func, ast.Constant):
            raise self.source.error(
                "A number cannot be called.", func, f"For a product write {ast.unparse(func)}*(...)."
            )
        if isinstance(func, ast.Attribute):
            if isinstance(func.value, ast.Name) and func.value.id in ("pre", "post"):
                message = f"'{ast.unparse(func)}(...)' reads a side of a synapse at an earlier time."
                raise self.source.error(message, func, NO_NETWORKS)
            raise self.source.error("The model language has no methods.", func, "Functions are written f(x).")
        raise self.source.error("Only a function's name can stand before '('.", func, "For a product write *.")

    def _check_numpy(self, node: ast.expr, name: str) -> None:
        if ALIASES.get(name, name) not in FUNCTIONS:
            raise self.source.error(
                f"The model language has no NumPy function '{name}'.",
                node,
                did_you_mean(name, FUNCTIONS) or _known_functions(),
                UnknownNameError,
            )

    def _unknown_function(self, node: ast.Call, name: str, prefixed: bool) -> ModelError:
        """The error for a name that nobody can call, with what was most likely meant."""
        if name in CONSTRUCTORS:
            return self.source.error(
                f"'{name}' makes an array of numbers only.",
                node,
                f"Give it a line of its own: w = {name}(...) with numbers.",
            )
        if prefixed:
            self._check_numpy(node, name)
        near = function_elsewhere(name, [ast.unparse(argument) for argument in node.args])
        near = near or did_you_mean(name, [*FUNCTIONS, *self.scope.functions()])
        if name in CONSTANTS:
            return self.source.error(
                f"'{name}' is a constant, not a function.", node, f"For a product write {name}*(...)."
            )
        define = f"def {name}({_letters(len(node.args))}): return ..."
        if any(isinstance(n, ast.Name) and n.id == "t" for argument in node.args for n in ast.walk(argument)):
            define += f", or, if it is a delayed state, d{name}/dt = ..."
        advice = f"{near} Otherwise define it: {define}" if near else f"Define it: {define}"
        return self.source.error(f"There is no function '{name}'.", node.func, advice, UnknownNameError)

    def _refuse(self, node: ast.expr) -> ModelError:
        what, advice = _FOREIGN.get(type(node), ("This", None))
        return self.source.error(f"{what} does not belong to the model language.", node, advice)


_FOREIGN: dict[type[ast.expr], tuple[str, str | None]] = {
    ast.Lambda: ("A lambda", "Write a helper function: def f(x): return ..."),
    ast.Tuple: ("A row of values", "Write a line for each value; an array is written [1, 2, 3]."),
    ast.List: ("An array inside an expression", "Give it a name on a line of its own: w = [1, 2, 3]"),
    ast.ListComp: ("A comprehension", "Write a loop in a helper function."),
    ast.GeneratorExp: ("A comprehension", "Write a loop in a helper function."),
    ast.NamedExpr: ("':='", "Write = on a line of its own."),
    ast.Starred: ("'*' before a name", None),
    ast.JoinedStr: ("A text", None),
    ast.Yield: ("'yield'", None),
    ast.Await: ("'await'", None),
}


def _whole(node: ast.expr | None) -> int | None:
    """A whole number as it is written."""
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)) if not isinstance(value, bool):
            return -value
    return None


def _bounds(index: ast.expr) -> tuple[int, int] | None:
    """Start and stop of an index or a slice, both as Python counts them, END for the end."""
    if not isinstance(index, ast.Slice):
        place = _whole(index)
        return None if place is None else (place, END if place == -1 else place + 1)
    start = 0 if index.lower is None else _whole(index.lower)
    stop = END if index.upper is None else _whole(index.upper)
    return None if start is None or stop is None or index.step is not None else (start, stop)


def _known_functions() -> str:
    return "It has: " + " ".join(FUNCTIONS)


def _letters(count: int) -> str:
    return ", ".join(["x", "y", "z", "u", "v", "w"][: max(0, count)]) if count <= 6 else "..."


def is_bare(node: ast.expr) -> bool:
    """Whether an expression is a number as it stands."""
    return isinstance(node, ast.Constant)


def has_no_name(node: ast.expr) -> bool:
    """Whether an expression is made of numbers alone."""
    return not any(isinstance(n, ast.Name) for n in ast.walk(node))


def with_floats(node: ast.expr) -> ast.expr:
    """An expression of numbers with its whole numbers written as floating-point numbers."""
    copied = copy.deepcopy(node)
    for number in ast.walk(copied):
        if isinstance(number, ast.Constant) and isinstance(number.value, int):
            number.value = float(number.value)
    return copied


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def as_number(node: ast.expr) -> ast.expr:
    """A condition that is reckoned with, as 1 or 0: arrays of truth values cannot be added or subtracted."""
    if isinstance(node, (ast.Compare, ast.BoolOp)) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        one, zero = (ast.copy_location(ast.Constant(value), node) for value in (1.0, 0.0))
        return ast.copy_location(ast.IfExp(node, one, zero), node)
    return node


def unknown_name(source: Source, node: ast.Name, known: Sequence[str]) -> ModelError:
    """The error for a name that is defined nowhere."""
    near = name_elsewhere(node.id) or did_you_mean(node.id, known)
    advice = f"{near} Otherwise define it: {node.id} = 1.0" if near else f"Define it: {node.id} = 1.0"
    return source.error(f"The name '{node.id}' is defined nowhere.", node, advice, UnknownNameError)
