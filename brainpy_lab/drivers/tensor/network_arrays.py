"""What networks do with whole arrays besides computing: sums at places, choices of places, copies. This is NumPy's."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

#: An array of the driver's library.
Array = Any


class NetworkArrays:
    """Arrays of float64 and of numbers of places, on NumPy; other libraries take its place method by method."""

    #: What functions that `fused` has made read besides their arguments.
    known: Mapping[str, Any] = {}

    def fused(self, function: ast.FunctionDef, arrays: Collection[str], numbers: Collection[str]) -> ast.FunctionDef:
        """A function that does the same with fewer operations of the library, should it have such."""
        return function

    def floats(self, values: np.ndarray) -> Array:
        """An array of numbers, a copy."""
        return np.array(values, dtype=float)

    def numbers(self, values: np.ndarray) -> Array:
        """An array of numbers of places."""
        return np.asarray(values)

    def to_numpy(self, values: Array) -> np.ndarray:
        """A NumPy array."""
        return np.asarray(values)

    def whole(self, value: Any, n: int) -> Array:
        """What a function gave, as ``n`` numbers."""
        if isinstance(value, np.ndarray) and value.dtype == float and value.shape == (n,):
            return value
        return np.array(np.broadcast_to(value, n), dtype=float)

    def copy(self, values: Array) -> Array:
        """A copy."""
        return values.copy()

    def zeros(self, n: int) -> Array:
        """Zeros."""
        return np.zeros(n)

    def raised(self, flags: Any, n: int) -> Array:
        """The places of ``n`` at which a flag holds, ascending."""
        return (flags if np.shape(flags) else np.full(n, bool(flags))).nonzero()[0]

    def any(self, flags: Any) -> bool:
        """Whether a flag holds anywhere."""
        return bool(flags.any() if isinstance(flags, np.ndarray) else flags)

    def all_finite(self, rows: Sequence[Array]) -> bool:
        """Whether there is neither nan nor infinity in rows."""
        # a sum of products is not finite where a factor is not; where it is for its size alone, each one is looked at
        signs = NetworkArrays.signs(self, rows)
        return math.isfinite(sum(signs)) or all(bool(np.isfinite(row).all()) for row in rows)

    def signs(self, rows: Sequence[Array]) -> list[Any]:
        """Numbers of which one is not finite where something in rows is not; values that are very large do the same."""
        return [a.dot(b) for a, b in zip(rows[::2], [*rows[1::2], rows[0]], strict=False)]

    def all_signs_finite(self, signs: Sequence[Any]) -> bool:
        """Whether all such numbers are finite."""
        return math.isfinite(sum(signs))

    def at(self, values: Array, at: Any) -> Array:
        """Numbers at places; of several axes, at a tuple of them."""
        return values[at]

    def repeated(self, values: Array, counts: Array, total: int) -> Array:
        """Each value as often as its count says, ``total`` in all."""
        return np.repeat(values, counts)

    def stretches(self, values: Array, borders: Sequence[int], some: Array) -> Array:
        """Some stretches of an array of numbers of places, one after the other, by the borders of all."""
        return np.concatenate([values[borders[i] : borders[i + 1]] for i in some.tolist()])

    def sequence(self, n: int) -> Array:
        """0, 1, ..., n - 1."""
        return np.arange(n)

    def joined(self, parts: Sequence[Array]) -> Array:
        """Arrays one after the other."""
        return np.concatenate(parts)

    def add(self, into: Array, at: Array, value: Any) -> None:
        """Add to places, one after the other where a place is named again."""
        np.add.at(into, at, value)

    def put(self, into: Array, at: Array, value: Any) -> None:
        """Set places."""
        into[at] = value
