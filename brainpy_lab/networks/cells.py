"""The two sides of a connection: how many cells, where they stand, and what a function of them sees."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import whole

#: Cells of one side.
MOST_CELLS = 2**31 - 1


class Cells:
    """The cells of one side, as rules of connection see them.

    Parameters
    ----------
    size : int or tuple of int
        How many, or the shape of a grid, whose cells count in C order.
    positions : array, optional
        Where they stand: (number of cells, dimension).
    members : array of int, optional
        Where they are a part of a group: the number of each in the group. Indices of connections count within the part.
    owner : str
        Whose cells they are, for messages.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> Cells((64, 64)).size
    4096
    """

    def __init__(self, size: Any, positions: Any = None, members: Any = None, *, owner: str = "Cells") -> None:
        self.owner = owner
        sizes = size if isinstance(size, tuple | list) else (size,)
        if not len(sizes):
            raise ArgumentError(f"{owner}: size is {size!r}; it must be a number of cells, or the shape of a grid.")
        self.shape = tuple(whole(owner, "size", n, 0, MOST_CELLS) for n in sizes)
        self.size = math.prod(self.shape)
        if self.size > MOST_CELLS:
            raise ArgumentError(f"{owner}: {self.size:,} cells are more than {MOST_CELLS:,}.")
        self.positions = None if positions is None else self._checked_positions(positions)
        self.members = None if members is None else self._checked_members(members)

    @property
    def where_to_get_positions(self) -> str:
        """Advice where they are missing."""
        if len(self.shape) == 1:
            return "Give them some: an array (number of cells, dimension)."
        return f"Give them some, such as those of the grid: positions=np.argwhere(np.ones({self.shape}))."

    def __repr__(self) -> str:
        return f"Cells({self.shape if len(self.shape) != 1 else self.size})"

    def _checked_positions(self, positions: Any) -> np.ndarray:
        advice = "Positions are an array of numbers, (number of cells, dimension)."
        try:
            values = np.array(positions, dtype=float)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"{self.owner}: positions are no numbers: {error}.", advice=advice) from None
        if values.ndim == 1 and len(values) == self.size:
            advice = "Cells on a line have one coordinate each: positions[:, np.newaxis]."
        if values.ndim != 2 or len(values) != self.size or values.shape[1] == 0:
            raise ArgumentError(
                f"{self.owner}: {self.size:,} cells have no positions of shape {values.shape}.", advice=advice
            )
        if not np.isfinite(values).all():
            raise ArgumentError(
                f"{self.owner}: the position of cell {_first(~np.isfinite(values).all(axis=1))} is not finite."
            )
        return values

    def _checked_members(self, members: Any) -> np.ndarray:
        values = np.array(members)
        if values.shape != (self.size,) or (self.size and values.dtype.kind not in "iu"):
            raise ArgumentError(f"{self.owner}: members are {self.size:,} whole numbers, one a cell.")
        values = values.astype(np.int64)
        if len(np.unique(values)) < self.size or (self.size and values.min() < 0):
            raise ArgumentError(f"{self.owner}: members are different numbers from 0 on.")
        return values


def _first(mask: np.ndarray) -> int:
    return int(np.flatnonzero(mask)[0])


class Part:
    """Some cells of one side, as a function ``f(pre, post)`` sees them.

    Attributes
    ----------
    index : array of int
        Their numbers: a block has the shapes (n, 1) on the presynaptic side and (m,) on the other, a list of pairs
        (n,) on both.
    position : array of float
        Where they stand, with the dimension as a last axis.
    """

    def __init__(self, cells: Cells, index: np.ndarray, side: str) -> None:
        self.index = index.view()
        self.index.flags.writeable = False  # a function that writes into it would move the connections
        self._cells, self._side = cells, side

    @property
    def position(self) -> np.ndarray:
        """Where the cells stand."""
        if self._cells.positions is None:
            raise ArgumentError(
                f"The {self._side}synaptic cells have no positions.", advice=self._cells.where_to_get_positions
            )
        found: np.ndarray = self._cells.positions[self.index]
        return found


def distance(pre: Any, post: Any, periodic: Any = None) -> np.ndarray:
    """Euclidean distance between cells, in functions of them: ``lambda pre, post: bp.distance(pre, post) < 0.1``.

    Parameters
    ----------
    pre, post
        The two arguments of the function; they have ``.position``.
    periodic : float or sequence of float, optional
        Length of the space that closes on itself, one for all dimensions or one each; ``inf`` leaves one open.

    Returns
    -------
    array of float

    Raises
    ------
    ArgumentError
        Cells have no positions, or positions of different dimensions, or a length is not above 0.
    """
    try:
        here, there = np.asarray(pre.position, dtype=float), np.asarray(post.position, dtype=float)
    except AttributeError:
        raise ArgumentError(
            "distance takes the two arguments of a function of cells.",
            advice="For example lambda pre, post: bp.distance(pre, post) < 0.1.",
        ) from None
    if here.shape[-1] != there.shape[-1]:
        raise ArgumentError(f"distance: the positions have {here.shape[-1]} and {there.shape[-1]} dimensions.")
    lengths = lengths_of("distance", periodic)
    if lengths is not None and lengths.size not in (1, here.shape[-1]):
        raise ArgumentError(
            f"distance: periodic has {lengths.size} lengths; the positions have {here.shape[-1]} dimensions."
        )
    total: Any = 0.0
    for axis in range(here.shape[-1]):
        apart = here[..., axis] - there[..., axis]
        if lengths is not None:
            length = lengths[axis % lengths.size]
            if np.isfinite(length):
                apart = apart - length * np.round(apart / length)
        total = total + apart * apart
    return np.asarray(np.sqrt(total))


def lengths_of(owner: str, periodic: Any) -> np.ndarray | None:
    """The lengths of a periodic space, or None."""
    if periodic is None or periodic is False:
        return None
    try:
        lengths = np.atleast_1d(np.asarray(periodic))
        if lengths.dtype.kind not in "iuf" or lengths.ndim != 1 or not (lengths > 0).all() or not lengths.size:
            raise ValueError
    except ValueError:
        raise ArgumentError(
            f"{owner}: periodic is the length of the space, above 0, or one a dimension; got {periodic!r:.60}.",
            advice="For example periodic=1.0 or periodic=(1.0, 2.0).",
        ) from None
    return lengths.astype(float)
