"""Connections by a function of two cells: its values are probabilities, evaluated block by block for all pairs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.networks.cells import Part
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Sides

_FORM = "It takes two arguments, the presynaptic and the postsynaptic cells, with .index and .position."
#: Pairs that are looked at to say how many connections there will be, and how many pairs are worth it.
_SAMPLE, _MANY = 2**16, 2**22
#: Pairs that are looked at alone too, to see that each value depends on its own pair.
_ALONE = 32


def check_function(owner: str, argument: str, function: Any) -> None:
    """Refuse what cannot be called with the two sides."""
    if callable(function):
        try:
            inspect.signature(function).bind(None, None)
            return
        except ValueError:  # a built-in function that does not say what it takes
            return
        except TypeError:
            pass
    raise ArgumentError(f"{owner}: {argument} is no function of two sides; got {function!r:.60}.", advice=_FORM)


def connect_by_function(
    owner: str,
    argument: str,
    function: Callable[[Any, Any], Any],
    sides: Sides,
    space: PairSpace,
    building: Building,
    buffer: RowBuffer,
) -> None:
    """Connect each pair with the probability that ``function`` gives.

    Raises
    ------
    ArgumentError
        The function fails, or gives no probabilities, or looks at other pairs than the one that a value is for.
    """
    asked = _Asked(f"{owner}: {argument}(pre, post)", function, sides)
    if space.total > _MANY:
        rows, columns = space.pairs(np.sort(building.draws.below(space.total, 0, 0, _SAMPLE)))
        buffer.expect(float(asked.checked(rows, columns, rows.shape).mean()) * space.total)
    for rows, columns in _blocks(space.n_pre, space.n_post, building.chunk):
        values = asked.block(rows, columns)
        if space.own is not None:
            values = np.where(columns == space.own[rows, None], 0.0, values)
        taken = building.draws.uniform_rows(rows, int(columns[0]), len(columns)) <= values
        targets = np.nonzero(taken)[1]
        buffer.add(int(rows[0]), taken.sum(axis=1), targets + columns[0])


def _blocks(n_pre: int, n_post: int, chunk: int) -> Any:
    """Rows and columns of blocks of at most ``chunk`` pairs, row by row."""
    if not n_post:
        return
    height, width = max(1, chunk // n_post), min(chunk, n_post)
    for row in range(0, n_pre, height):
        for column in range(0, n_post, width):
            yield np.arange(row, min(n_pre, row + height)), np.arange(column, min(n_post, column + width))


class _Asked:
    """A function of the user's, whose answers are looked at."""

    def __init__(self, what: str, function: Callable[[Any, Any], Any], sides: Sides) -> None:
        self.what, self.function, self.sides = what, function, sides
        self.is_known = False

    def block(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Its values for all pairs of these cells."""
        values = self.checked(rows[:, None], columns, (len(rows), len(columns)))
        if not self.is_known:
            self._check_alone(values, rows, columns)
            self.is_known = True
        return values

    def checked(self, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Its values, which are probabilities."""
        values = self._values(rows, columns, shape)
        wrong = ~((values >= 0.0) & (values <= 1.0))
        if wrong.any():
            i, j = (int(np.broadcast_to(side, shape)[wrong][0]) for side in (rows, columns))
            raise ArgumentError(
                f"{self.what} is a probability from 0 to 1; it gives {values[wrong][0]:g} for cells {i} and {j}."
            )
        return values

    def _check_alone(self, values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> None:
        """Refuse a function whose values depend on what else is in a block, such as its maximum."""
        places = np.unique(np.linspace(0, values.size - 1, _ALONE).astype(int))
        for i, j in zip(*np.unravel_index(places[[0, -1]], values.shape), strict=True):
            self._check_same(values[i : i + 1, j], rows[i : i + 1], columns[j : j + 1])
        i, j = np.unravel_index(places, values.shape)
        self._check_same(values[i, j], rows[i], columns[j])

    def _check_same(self, values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> None:
        alone = self._values(rows, columns, rows.shape)
        differ = ~np.isclose(alone, values, rtol=1e-9, atol=1e-12, equal_nan=True)
        if differ.any():
            k = int(np.flatnonzero(differ)[0])
            raise ArgumentError(
                f"{self.what} gives {values[k]:g} for cells {rows[k]} and {columns[k]} among others, and {alone[k]:g} "
                "with fewer of them.",
                advice="It is called for blocks and for lists of pairs: each value depends on its own pair alone.",
            )

    def _values(self, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        pre, post = Part(self.sides.pre, rows, "pre"), Part(self.sides.post, columns, "post")
        try:
            given = np.asarray(self.function(pre, post))
        except BrainPyLabError:
            raise
        except Exception as error:
            raise ArgumentError(f"{self.what} fails: {type(error).__name__}: {error}", advice=_FORM) from error
        if given.dtype.kind not in "biuf":
            raise ArgumentError(f"{self.what} gives no numbers.", advice=_FORM)
        try:
            return np.broadcast_to(given.astype(float), shape)
        except ValueError:
            raise ArgumentError(
                f"{self.what} gives an array of shape {given.shape} where {shape} is needed.",
                advice="pre.index and post.index have shapes that go together: use both as they are.",
            ) from None
