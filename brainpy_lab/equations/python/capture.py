"""What a cell takes from the notebook: numbers and arrays as parameters, Python functions as helper functions."""

from __future__ import annotations

import ast
import types
from collections.abc import Mapping

import numpy as np

from brainpy_lab.equations.constants import literal
from brainpy_lab.equations.expressions import ALIASES, PREFIXES, Normaliser
from brainpy_lab.equations.python.helpers import Helper, read_head, read_helper
from brainpy_lab.equations.python.numpy_forms import NumpyForms
from brainpy_lab.equations.python.outside import (
    Surroundings,
    number_defaults,
    number_or_array,
    python_function,
    unfolded,
    without_filled,
)
from brainpy_lab.equations.python.source import function_source
from brainpy_lab.equations.source import Source
from brainpy_lab.equations.system import FUNCTIONS, Parameter
from brainpy_lab.equations.text.tables import lookup
from brainpy_lab.errors import ModelError, UnknownNameError

#: Modules whose functions are those of the language.
_NUMERIC_MODULES = frozenset({"numpy", "math", "jax.numpy", "torch", "autograd.numpy", "cupy"})


class Capture:
    """Looks names up in ``namespace`` and remembers what was taken.

    Parameters
    ----------
    namespace : mapping, optional
        Variables of the notebook, or those a function sees.
    """

    def __init__(self, namespace: Mapping[str, object] | None = None) -> None:
        self.namespace = namespace or {}
        self.helpers: dict[str, Helper] = {}
        self.objects: dict[str, object] = {}
        self.notes: list[str] = []
        self.tables: dict[str, None] = {}  # arrays of the model that are the points of tables
        self.prefixes = PREFIXES | module_names(self.namespace)

    def parameter(self, name: str) -> Parameter | None:
        """A number or an array of that name, as a parameter."""
        value = number_or_array(self.namespace.get(name))
        if value is None:
            return None
        kind = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"{value:g}"
        self.notes.append(f"{name} = {kind} was taken from the notebook")
        return Parameter(name, value, captured=True)

    def points(self, name: str, parameters: Mapping[str, Parameter]) -> np.ndarray | float | None:
        """The points of a table by their name: an array of the model, or one around it."""
        if name in parameters:
            self.tables[name] = None
            return parameters[name].value
        return self.array(name)

    def array(self, name: str) -> np.ndarray | float | None:
        """The points of a table, which are part of the equations."""
        value = number_or_array(self.namespace.get(name))
        note = f"{name}, the points of a table, was taken from the notebook"
        if value is not None and note not in self.notes:
            self.notes.append(note)
        return value

    def function(self, name: str) -> Helper | None:
        """A Python function of that name, as a helper function."""
        if name in self.helpers:
            return self.helpers[name]
        value = self.namespace.get(name)
        if python_function(value) is None:
            return None
        self.notes.append(f"function {name} was taken from the notebook")
        return self.read(name, value)

    def alias(self, name: str) -> str | None:
        """The name in the language of a NumPy function that the notebook calls otherwise."""
        value = self.namespace.get(name)
        own = getattr(value, "__name__", None)
        module = str(getattr(value, "__module__", None) or "").partition(".")[0]
        known = isinstance(own, str) and ALIASES.get(own, own) in FUNCTIONS and own != name
        return own if known and (isinstance(value, np.ufunc) or module in ("numpy", "math")) else None

    def check_readable(self, source: Source, node: ast.Call, name: str) -> None:
        """Raise when ``name`` is something to call in the notebook whose source is not Python's."""
        value = self.namespace.get(name)
        if callable(value) and name not in FUNCTIONS and ALIASES.get(name, name) not in FUNCTIONS:
            message = f"'{name}' is of type {type(value).__name__} in the notebook: it has no source to read."
            raise source.error(message, node.func, f"Write it as a function: def {name}(x): return ...")

    def names(self) -> list[str]:
        """Names that could be taken."""
        numbers = (int, float, np.number, np.ndarray, types.FunctionType)
        return [n for n, value in self.namespace.items() if isinstance(value, numbers) and not n.startswith("_")]

    def unusable(self, name: str) -> str | None:
        """What stands under ``name`` when it is nothing a model can use."""
        if name not in self.namespace or name.startswith("_"):
            return None
        value = self.namespace[name]
        if python_function(value) is not None:
            return "is a function of the notebook: its argument is missing"
        return f"is of type {type(value).__name__} in the notebook"

    def read(self, name: str, value: object) -> Helper:
        """Read a Python function's source as a helper function; numbers from around it become constants in it.

        Raises
        ------
        ModelError
            When it has no source, or says what the language does not have.
        """
        found = unfolded(value)
        if found is None:
            raise ModelError(f"'{name}' is no Python function.")
        function, given = found
        source, node = function_source(function, name)
        node.name = name
        node.args = without_filled(node.args, given, number_defaults(function))
        world = Surroundings(function, given)
        forms = NumpyForms(world, node)
        node = forms.read()
        self.notes += [f"{taken} was written into the function {name}" for taken in forms.outside.taken]
        self.objects[name] = value
        self.helpers[name] = read_head(source, node)  # a function that calls itself finds its head
        outer = _Constants(self, source, name, world)
        called = _Called(self, source, world)
        helper = read_helper(
            source, node, called, outer.constant, captured=True, prefixes=PREFIXES | module_names(world.names)
        )
        self.helpers.pop(name)  # to join behind the functions that it calls, as generated code defines them
        self.helpers[name] = helper
        return helper


class _Constants:
    """Names around a captured function: numbers, written into it."""

    def __init__(self, capture: Capture, source: Source, function: str, world: Surroundings) -> None:
        self.capture = capture
        self.source = source
        self.function = function
        self.world = world

    def constant(self, node: ast.Name) -> ast.expr:
        value = number_or_array(self.world.names.get(node.id))
        if isinstance(value, float):
            self.capture.notes.append(f"{node.id} = {value:g} was written into the function {self.function}")
            return ast.copy_location(literal(value), node)
        if value is not None:
            raise self.source.error(
                f"The function reads the array '{node.id}' from around it.", node, "Hand it in as an argument."
            )
        raise self.source.error(
            f"The name '{node.id}' is defined nowhere around the function.", node, kind=UnknownNameError
        )


class _Called(dict[str, Helper]):
    """Functions that a captured function calls, read when asked for."""

    def __init__(self, capture: Capture, source: Source, world: Surroundings) -> None:
        super().__init__()
        self.capture = capture
        self.source = source
        self.world = world

    def lookup(self, node: ast.Call, normalise: Normaliser) -> ast.expr:
        """A table in a captured function."""
        return lookup(normalise, node, lambda name: number_or_array(self.world.names.get(name)), self.capture.helpers)

    def get(self, name: str, default: Helper | None = None) -> Helper | None:  # type: ignore[override]
        found = None if name in FUNCTIONS else self.world.names.get(name)
        if python_function(found) is None:
            return default
        if name in self.capture.helpers:
            if self.capture.objects.get(name) is not found:
                raise ModelError(
                    f"Two different functions are called '{name}'.", advice="Give one of them another name."
                )
            return self.capture.helpers[name]
        return self.capture.read(name, found)


def module_names(names: Mapping[str, object]) -> frozenset[str]:
    """Names under which the numeric modules are imported."""
    return frozenset(
        name
        for name, value in names.items()
        if isinstance(value, types.ModuleType) and value.__name__ in _NUMERIC_MODULES
    )
