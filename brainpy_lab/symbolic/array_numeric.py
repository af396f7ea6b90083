"""The numeric view of a System with array states: every element is a state of its own, in one flat order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError
from brainpy_lab.symbolic.compiling import Compiler
from brainpy_lab.symbolic.kept import Expressions, kept
from brainpy_lab.symbolic.mixing import FUNCTIONS, Mixed, mixed
from brainpy_lab.symbolic.singularities import filled_system

Array = NDArray[Any]

#: Numbers of one array of derivatives, at most: more points are taken in turns.
MOST_NUMBERS = 20_000_000


@dataclass(frozen=True)
class ArrayLayout:
    """Which states are arrays, and where their elements stand among all.

    Attributes
    ----------
    states : tuple of (str, int or None)
        Each state with its number of elements; None for one number.
    ranks : tuple of (str, int)
        Each parameter that is an array, with its number of axes.
    """

    states: tuple[tuple[str, int | None], ...]
    ranks: tuple[tuple[str, int], ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All elements by name: ``x[0]``, ``x[1]``, ..., and the states of one number."""
        return tuple(name for group in self.groups.values() for name in group)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The elements of each state."""
        return {name: (name,) if n is None else tuple(f"{name}[{k}]" for k in range(n)) for name, n in self.states}

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where the elements of each state stand."""
        ends = np.cumsum([1 if n is None else n for _, n in self.states]).tolist()
        return tuple(slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True))

    def split(self, y: Array) -> list[Array]:
        """Each state from all elements, shape (n_elements, ...); its elements come last."""
        return [np.moveaxis(y[place], 0, -1) for place in self.places]


class ArrayNumeric:
    """NumPy functions of a System with array states; the counterpart of `NumericSystem`.

    Parameters
    ----------
    system : System
    layout : ArrayLayout
    """

    def __init__(self, system: System, layout: ArrayLayout) -> None:
        self.system, self.layout = filled_system(system), layout
        self._parameters = system.parameter_names
        self._ranks = dict(layout.ranks)
        self._functions: dict[tuple[Any, ...], Callable[..., Any]] = {}
        self._units: dict[tuple[Any, ...], list[Array]] = {}
        self._lock = RLock()
        self.derivative = "exact"

    def __reduce__(self) -> tuple[Any, ...]:
        return array_numeric, (self.system, self.layout)  # functions are compiled anew where a copy is used

    @cached_property
    def _parts(self) -> Mixed:
        return mixed(self.system)

    @cached_property
    def _compiler(self) -> Compiler:
        return Compiler(replace(self.system, derived=(), intermediates=()))

    def widths(self, params: Mapping[str, Any]) -> dict[str, int]:
        """How many elements the drift of each state has."""
        found = self._evaluated(("rhs",), self._drifts, np.zeros(len(self.layout.names)), params, 0.0, ())
        return {n: np.shape(v)[-1] if np.ndim(v) else 1 for (n, _), v in zip(self.layout.states, found, strict=True)}

    def rhs(self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0) -> Array:
        """The drift of every element, shape (n_elements, ...), at states of that shape."""
        y = np.asarray(y, dtype=float)
        return self._call(("rhs",), self._drifts, y, params, t, ())

    def jacobian(self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0) -> Array:
        """The derivatives of all drifts by all elements, shape (n_elements, n_elements, ...)."""
        flat, moving, trail = self._each_point(np.asarray(y, dtype=float), params)
        _, slopes = self.at(flat, {**params, **moving}, t, ())
        return slopes.reshape(*slopes.shape[:2], *trail)

    def parameter_jacobian(
        self, y: ArrayLike, params: Mapping[str, Any], t: ArrayLike = 0.0, *, by: Sequence[str]
    ) -> Array:
        """The derivatives of all drifts by parameters that are numbers, shape (n_elements, n_by, ...)."""
        y, n = np.asarray(y, dtype=float), len(self.layout.names)
        directions = np.eye(n + len(by))[:, n:]
        return self._along_each(y, params, t, tuple(by), directions)

    def at(self, y: Array, params: Mapping[str, Any], t: ArrayLike, by: Sequence[str]) -> tuple[Array, Array]:
        """The drift at points, (n_elements, n_points), and its derivatives, (n_elements, n_elements + n_by, n_points).

        Both come from one evaluation. Parameters are numbers, or one for each point.
        """
        self._check(by)
        key, (n, points) = ("at", *by), y.shape
        width = n + len(by)
        if key not in self._units:
            self._units[key] = self._further([np.eye(width)])
        function = self._function(key, lambda: self._along(1, tuple(by), values=True))
        drift, slopes = np.empty((points, n)), np.empty((points, width, n))
        chunk = max(1, MOST_NUMBERS // (n * width))
        for first in range(0, points, chunk):
            part = slice(first, first + chunk)
            # points, directions, elements
            states = (np.ascontiguousarray(y[p, part].T)[:, None] for p in self.layout.places)
            moving = {k: np.asarray(v)[part, None] for k, v in self._moving(params).items()}
            found = function(*states, *self._values({**params, **moving}), t, *self._units[key])
            half = len(found) // 2
            for place, value, along in zip(self.layout.places, found[:half], found[half:], strict=True):
                drift[part, None, place], slopes[part, :, place] = value, along
        return drift.T, slopes.transpose(2, 1, 0)

    def directional(
        self,
        y: ArrayLike,
        directions: Sequence[ArrayLike],
        params: Mapping[str, Any],
        t: ArrayLike = 0.0,
        *,
        by: Sequence[str] = (),
    ) -> Array:
        """A derivative of the drift along directions, each (n_elements + n_by, ...): see `NumericSystem`."""
        self._check(by)
        vectors = [np.asarray(d) for d in directions]
        key = ("along", len(vectors), *by)
        return self._call(key, lambda: self._along(len(vectors), tuple(by)), np.asarray(y), params, t, vectors)

    def at_point(self, names: Sequence[str]) -> None:
        """Plain numbers gain nothing here."""
        return

    def _along_each(
        self, y: Array, params: Mapping[str, Any], t: ArrayLike, by: tuple[str, ...], directions: Array
    ) -> Array:
        """The derivatives along each of ``directions``, shape (n_elements + n_by, count): (n_elements, count, ...)."""
        flat, moving, trail = self._each_point(y, params)
        n, count = len(y), directions.shape[1]
        result = np.empty((n, count, flat.shape[1]))
        chunk = max(1, MOST_NUMBERS // max(1, n * count))
        for first in range(0, flat.shape[1], chunk):
            part = slice(first, first + chunk)
            values = {**params, **{k: v[part, None] for k, v in moving.items()}}
            found = self.directional(flat[:, part, None], [directions[:, None]], values, t, by=by)
            result[:, :, part] = np.moveaxis(np.broadcast_to(found, (n, *found.shape[1:-1], count)), 1, 2)
        return result.reshape(n, count, *trail)

    def _each_point(self, y: Array, params: Mapping[str, Any]) -> tuple[Array, dict[str, Array], tuple[int, ...]]:
        """States and moving parameters, one for each point in one row, and the shape in which the points come."""
        given = self._moving(params)
        trail = np.broadcast_shapes(y.shape[1:], *(np.shape(v) for v in given.values()))
        flat = np.broadcast_to(y, (len(y), *trail)).reshape(len(y), -1)
        return flat, {k: np.broadcast_to(v, trail).reshape(-1) for k, v in given.items()}, trail

    def _moving(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters of one number that have a value for each point."""
        return {k: v for k, v in params.items() if k not in self._ranks and np.ndim(v)}

    def _check(self, by: Sequence[str]) -> None:
        for name in by:
            if name in self._ranks:
                raise ArgumentError(
                    f"'{name}' is an array: no derivative is taken by it.",
                    advice=f"Let a number move: write g*{name} with the parameter g.",
                )

    def _drifts(self) -> Callable[..., tuple[Any, ...]]:
        parts = self._parts
        return self._compiler.compile(parts.drifts, parts.definitions, functions=FUNCTIONS)

    def _along(self, order: int, by: tuple[str, ...], values: bool = False) -> Callable[..., tuple[Any, ...]]:
        def ask() -> Expressions:
            from brainpy_lab.symbolic.directional import directional

            return directional(self.system, order, by, self._parts, values)

        question = f"along {order} directions of elements and {by}{', with values' if values else ''}"
        code = kept(self.system, question, ask)
        return self._compiler.compile(code.results, code.definitions, code.arguments, FUNCTIONS)

    def _function(self, key: tuple[Any, ...], make: Callable[[], Callable[..., tuple[Any, ...]]]) -> Callable[..., Any]:
        with self._lock:
            if key not in self._functions:
                self._functions[key] = make()
            return self._functions[key]

    def _further(self, directions: Sequence[Array]) -> list[Array]:
        """The directions as arguments: for each, the part of each state and of each parameter; elements come last."""
        n = len(self.layout.names)
        return [part for v in directions for part in (*self.layout.split(v[:n]), *(row[..., None] for row in v[n:]))]

    def _values(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters as arguments: elements come last."""
        found = []
        for name in self._parameters:
            value = params[name]
            if isinstance(value, float | int):
                value = np.float64(value)
            elif name not in self._ranks:
                value = np.asarray(value)[..., None]
            found.append(value)
        return found

    def _call(
        self,
        key: tuple[Any, ...],
        make: Callable[[], Callable[..., tuple[Any, ...]]],
        y: Array,
        params: Mapping[str, Any],
        t: ArrayLike,
        directions: Sequence[Array],
    ) -> Array:
        found = self._evaluated(key, make, y, params, t, directions)
        return self._joined(found, np.broadcast_shapes(y.shape[1:], *(v.shape[1:] for v in directions)))

    def _evaluated(
        self,
        key: tuple[Any, ...],
        make: Callable[[], Callable[..., tuple[Any, ...]]],
        y: Array,
        params: Mapping[str, Any],
        t: ArrayLike,
        directions: Sequence[Array],
    ) -> tuple[Any, ...]:
        function = self._function(key, make)
        arguments = [*self.layout.split(y), *self._values(params), np.asarray(t)[..., None], *self._further(directions)]
        with np.errstate(all="ignore"):
            found: tuple[Any, ...] = function(*arguments)
        return found

    def _joined(self, found: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
        """All elements along the first axis."""
        shape = np.broadcast_shapes(shape, *(np.shape(v)[:-1] for v in found))
        result = np.empty((len(self.layout.names), *shape), np.result_type(float, *found))
        for (name, n), place, value in zip(self.layout.states, self.layout.places, found, strict=True):
            width = np.shape(value)[-1] if np.ndim(value) else 1
            if width not in (1, n or 1):
                raise AnalysisError(
                    f"d{name}/dt has {width} elements, but {name} has {n or 'one'}.",
                    advice=f"Give its initial value an entry for each: {name}(0) = [...].",
                )
            result[place] = np.moveaxis(np.broadcast_to(value, (*shape, n or 1)), -1, 0)
        return result


@lru_cache(maxsize=64)
def array_numeric(system: System, layout: ArrayLayout) -> ArrayNumeric:
    """The numeric view of a system with array states, made once for each."""
    return ArrayNumeric(system, layout)
