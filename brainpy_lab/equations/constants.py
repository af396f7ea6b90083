"""Values that need no model: numbers, arithmetic of numbers, arrays written out or made by a few NumPy constructors.

Computed by walking the AST; nothing is evaluated by Python itself.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence

import numpy as np

from brainpy_lab.equations.elementary import NUMPY_FUNCTIONS
from brainpy_lab.equations.system import CONSTANTS, FUNCTIONS

Value = float | np.ndarray

#: More elements than anyone writes into a model; a slip of the pen must not fill the memory.
MAX_ELEMENTS = 10_000_000

CONSTRUCTORS = frozenset(
    {"array", "asarray", "linspace", "logspace", "arange", "zeros", "ones", "full", "eye", "identity", "geomspace"}
)

_BINARY: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}


class NotConstant(Exception):
    """The expression reads a name, or is not of the kinds computed here."""


class BadConstant(Exception):
    """The expression is constant but has no finite value; the text says why."""


def evaluate(node: ast.expr) -> Value:
    """Value of a constant expression: a float, or a float array; raises NotConstant or BadConstant."""
    with np.errstate(all="ignore"):
        try:
            value = _value(node)
        except OverflowError:
            raise BadConstant("it is too large a number") from None
        except (ArithmeticError, ValueError, TypeError, MemoryError) as error:
            raise BadConstant(str(error) or type(error).__name__) from None
    if isinstance(value, complex) or (isinstance(value, np.ndarray) and value.dtype.kind == "c"):
        raise BadConstant("it is a complex number")
    if not np.all(np.isfinite(value)):
        raise BadConstant("it is not finite")
    return value if isinstance(value, np.ndarray) and value.ndim else float(value)


def overflows(node: ast.expr) -> bool:
    """Whether an expression of numbers alone has a value beyond the largest number there is."""
    try:
        evaluate(node)
    except NotConstant:
        return False
    except BadConstant as bad:
        return str(bad) in ("it is too large a number", "it is not finite")
    return False


def literal(value: float) -> ast.expr:
    """A number as an expression: a negative one is a minus sign before a positive one, as Python itself reads it."""
    number = ast.Constant(abs(value))
    return ast.UnaryOp(ast.USub(), number) if value < 0 else number


def _value(node: ast.expr) -> Value:
    """The value of a node and of all within it; raises NotConstant for what is not computed here."""
    match node:
        case ast.Constant(value=bool() | int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Attribute(value=ast.Name(id="np" | "numpy" | "math"), attr="pi"):
            return CONSTANTS["pi"]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left), _value(right))
        case ast.List(elts=items):
            return _array([_value(item) for item in items])
        case ast.Call(func=func, args=args, keywords=keywords):
            return _call(_function_name(func), args, keywords)
    raise NotConstant


def _array(items: Sequence[Value]) -> np.ndarray:
    if not items:  # np.array makes an array of no elements, and an array of lists of different lengths
        raise BadConstant("the array is empty")
    if len({np.shape(item) for item in items}) > 1:
        raise BadConstant("the rows of the array have different lengths")
    return np.array(items, dtype=float)


def _function_name(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="np" | "numpy" | "math"), attr=name):
            return name
    raise NotConstant


def _call(name: str, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> Value:
    """The value of a function of the language, or of one of the `CONSTRUCTORS` of arrays."""
    if name in FUNCTIONS and len(args) == FUNCTIONS[name] and not keywords:
        result = NUMPY_FUNCTIONS[name](*(_value(argument) for argument in args))
        return result if isinstance(result, np.ndarray) else float(result)
    if name not in CONSTRUCTORS:
        raise NotConstant
    values = [
        _shape(argument) if name in ("zeros", "ones", "full") and i == 0 else _value(argument)
        for i, argument in enumerate(args)
    ]
    # dtype is passed over: all numbers of a model are floating-point numbers
    options = {k.arg: _value(k.value) for k in keywords if k.arg is not None and k.arg not in ("dtype",)}
    if name in ("linspace", "logspace", "geomspace"):
        if len(values) > 2:
            values[2] = _count(values[2])
        options = {k: _count(v) if k == "num" else v for k, v in options.items()}
    elif name in ("eye", "identity"):
        values = [_count(v) for v in values]
    _check_size(name, values, options)
    return np.asarray(getattr(np, name)(*values, **options), dtype=float)


def _shape(node: ast.expr) -> object:
    items = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]
    return tuple(_count(_value(item)) for item in items)


def _count(value: object) -> int:
    if isinstance(value, float) and value == int(value) and 0 <= value <= MAX_ELEMENTS:
        return int(value)
    raise ValueError("a number of elements must be a whole number, not negative, and not huge")


def _check_size(name: str, values: Sequence[object], options: dict[str, Value]) -> None:
    """Refuse an array of more than `MAX_ELEMENTS` before NumPy takes the memory for it."""
    size = 0.0
    if name == "arange":
        numbers = [float(v) for v in values if isinstance(v, float)] + [
            float(options[k]) for k in ("stop", "step") if k in options
        ]
        start, stop = (0.0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
        size = abs((stop - start) / (numbers[2] if len(numbers) > 2 else 1.0))
    elif name in ("zeros", "ones", "full"):
        size = float(np.prod(np.array(values[0], dtype=float)))
    elif name in ("eye", "identity"):
        size = float(np.prod([float(str(v)) for v in values[:2]])) ** (2 if len(values) == 1 else 1)
    if size > MAX_ELEMENTS:
        raise ValueError(f"more than {MAX_ELEMENTS} elements")
