"""What a Python function reads from around it: its closure, its module, and the arguments that have their values."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Mapping

import numpy as np

from brainpy_lab.equations.constants import literal
from brainpy_lab.equations.python.source import passes_on


class Surroundings:
    """The names a Python function sees outside itself: arguments with arrays as defaults, its closure, its module.

    Parameters
    ----------
    function : function
    given : mapping of str to object
        Arguments that ``functools.partial`` has filled.
    """

    def __init__(self, function: types.FunctionType, given: Mapping[str, object] | None = None) -> None:
        closure: dict[str, object] = {}
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                closure[name] = cell.cell_contents
            except ValueError:  # not assigned yet
                continue
        self.names: dict[str, object] = {**function.__globals__, **closure, **(given or {})}

    def value(self, node: ast.expr, local: frozenset[str] | set[str]) -> object:
        """What a name, an attribute, an element or a length stands for; raises LookupError where that is not known.

        Attributes are looked up in instances and modules, elements in dicts, lists, tuples and arrays: nothing that
        Python would have to compute.
        """
        match node:
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.Name(id=name) if name not in local and name in self.names:
                return self.names[name]
            case ast.Attribute(value=inner, attr=attr):
                return vars_of(self.value(inner, local))[attr]
            case ast.Subscript(value=inner, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                holder = self.value(inner, local)
                bounds = [None if b is None else self.value(b, local) for b in (lower, upper)]
                if type(holder) in (list, tuple, np.ndarray) and all(b is None or type(b) is int for b in bounds):
                    return holder[slice(*bounds)]  # type: ignore[index]
            case ast.Subscript(value=inner, slice=index):
                holder, place = self.value(inner, local), self.value(index, local)
                if type(holder) in (dict, list, tuple, np.ndarray) and isinstance(place, (str, int)):
                    return holder[place]  # type: ignore[index]
            case ast.Call(func=ast.Name(id="len"), args=[inner], keywords=[]) if "len" not in local:
                holder = self.value(inner, local)
                if type(holder) in (dict, list, tuple, np.ndarray):
                    return len(holder)  # type: ignore[arg-type]
        raise LookupError


def vars_of(holder: object) -> Mapping[str, object]:
    """The attributes that an instance, a class or a module holds itself."""
    own = getattr(holder, "__dict__", None)
    if not isinstance(own, Mapping):
        raise LookupError
    return own


def number_or_array(value: object) -> float | np.ndarray | None:
    """``value`` as a parameter's value, or None when it is neither number nor array of numbers."""
    if isinstance(value, (bool, int, float, np.number, np.bool_)) and not isinstance(
        value, (complex, np.complexfloating)
    ):
        try:
            return float(value)
        except OverflowError:  # a whole number of more than 308 digits
            return None
    if isinstance(value, (list, tuple)) or (hasattr(value, "__array__") and not isinstance(value, type)):
        try:
            array = np.asarray(value)
        except Exception:  # an object that only looks like an array
            return None
        if array.dtype.kind in "buif" and array.size:
            return np.array(array, dtype=float) if array.ndim else float(array)
    return None


def python_function(value: object) -> types.FunctionType | None:
    """The plain Python function behind a function, a decorated one, a compiled one, or a method."""
    found = unfolded(value)
    return None if found is None else found[0]


def unfolded(value: object) -> tuple[types.FunctionType, dict[str, object]] | None:
    """The plain Python function behind something to call, and the arguments that have their values already.

    It is found in functions that Numba, JAX or ``functools.cache`` have wrapped, in methods, in objects whose class has
    a ``__call__``, in ``functools.partial``, and behind decorators that hand on what it gives. Another decorator's
    function is itself the one to read: it may change what it gives. Arguments whose default is no number count as
    filled: the language has no arguments that hold arrays or other objects.
    """
    places: tuple[object, ...] = ()
    words: dict[str, object] = {}
    while not isinstance(value, types.FunctionType) or hasattr(value, "__wrapped__"):
        inner = getattr(value, "py_func", None) or getattr(value, "__wrapped__", None)
        if isinstance(value, types.FunctionType):
            if not passes_on(value, inner):
                break
            value = inner
        elif isinstance(value, functools.partial):
            places, words, value = (*value.args, *places), {**value.keywords, **words}, value.func
        elif isinstance(value, types.MethodType):
            places, value = (value.__self__, *places), value.__func__
        elif inner is not None:
            value = inner
        elif isinstance(value, type) or not isinstance(vars(type(value)).get("__call__"), types.FunctionType):
            return None
        else:
            places, value = (value, *places), type(value).__call__
    parameters = inspect.signature(value, follow_wrapped=False).parameters
    defaults = {n: p.default for n, p in parameters.items() if p.default is not inspect.Parameter.empty}
    given = {n: d for n, d in defaults.items() if not isinstance(number_or_array(d), float)}
    return value, {**given, **dict(zip(parameters, places, strict=False)), **words}


def number_defaults(function: types.FunctionType) -> dict[str, float]:
    """Default values of arguments that are numbers."""
    parameters = inspect.signature(function, follow_wrapped=False).parameters
    numbers = {n: number_or_array(p.default) for n, p in parameters.items() if p.default is not inspect.Parameter.empty}
    return {n: value for n, value in numbers.items() if isinstance(value, float)}


def without_filled(
    arguments: ast.arguments, given: Mapping[str, object], numbers: Mapping[str, float]
) -> ast.arguments:
    """The arguments that are left to fill, with numbers as defaults."""

    def default(argument: ast.arg) -> ast.expr | None:
        return literal(numbers[argument.arg]) if argument.arg in numbers else None

    places = [a for a in (*arguments.posonlyargs, *arguments.args) if a.arg not in given]
    words = [a for a in arguments.kwonlyargs if a.arg not in given]
    return ast.arguments(
        posonlyargs=[],
        args=places,
        vararg=arguments.vararg,
        kwonlyargs=words,
        kw_defaults=[default(a) for a in words],
        kwarg=arguments.kwarg,
        defaults=[d for a in places if (d := default(a)) is not None],
    )
