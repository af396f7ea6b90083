"""Values of many cells or connections from what users give: a number, an array, a distribution, a function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.cells import Cells, Part
from brainpy_lab.networks.dist import Distribution
from brainpy_lab.simulation.values.initial import INSTEAD

Values = float | np.ndarray


def values_of_cells(owner: str, name: str, given: Any, cells: Cells) -> Values:
    """A number that all cells share, or one for each: (number of cells,).

    Parameters
    ----------
    owner, name : str
        Of the group and its variable, for messages.
    given : number, array, `bp.dist` distribution or function of ``index`` and/or ``position``
        An array has the shape of the group, or one axis.
    cells : Cells

    Raises
    ------
    ArgumentError
    """
    if isinstance(given, Distribution):
        return given.of_variable(f"{owner}.{name}", cells.size)
    if callable(given) and not isinstance(given, np.ndarray):
        given = _called(owner, name, given, cells)
    return numbers(owner, name, given, cells.size, cells.shape, "cells")


def changed_values(owner: str, name: str, given: Any, cells: Cells, old: Any, where: np.ndarray | None) -> Values:
    """A value of all cells, of which those of ``where`` alone may be new."""
    if where is None:
        return values_of_cells(owner, name, given, cells)
    if isinstance(given, Distribution) and given.seed is None:  # each cell has the number that it has among all
        given = given.of_variable(f"{owner}.{name}", cells.size)[where]
    part = Cells(len(where), None if cells.positions is None else cells.positions[where])
    whole = np.array(np.broadcast_to(np.asarray(old, dtype=float), cells.size))
    whole[where] = values_of_cells(f"{owner}[...]", name, given, part)
    return whole


def _called(owner: str, name: str, function: Callable[..., Any], cells: Cells) -> Any:
    part = Part(cells, np.arange(cells.size), "post")
    known: dict[str, Callable[[], Any]] = {"index": lambda: part.index, "position": lambda: part.position}
    try:
        wanted = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        wanted = []
    if not wanted or not set(wanted) <= set(known):
        raise ArgumentError(
            f"{owner}: the function for '{name}' takes {', '.join(wanted) or 'nothing that can be told'}.",
            advice="Its arguments are called index, position, or both: lambda index: -60 + 0.1*index; or t, for values "
            "that move in time.",
        )
    if "position" in wanted and cells.positions is None:
        raise ArgumentError(f"{owner}: its cells have no positions.", advice=cells.where_to_get_positions)
    return function(**{n: known[n]() for n in wanted})


def numbers(owner: str, name: str, given: Any, size: int, shape: tuple[int, ...], what: str) -> Values:
    """``given`` as one finite float, or one for each of ``size`` places.

    Raises
    ------
    ArgumentError
    """
    if isinstance(given, bool | np.bool_):
        raise ArgumentError(f"{owner}: '{name}' is a number; got {given!r}.")
    try:
        if (
            given is None or np.asarray(given).dtype.kind in "US"
        ):  # NumPy would read numbers from text, and nan from None
            raise TypeError
        array = np.asarray(given, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"{owner}: '{name}' cannot be {given!r:.60}.",
            advice=f"Give a number, an array of {size:,} numbers, a distribution of bp.dist, or a function.",
        ) from None
    if np.asarray(given).dtype == bool:
        raise ArgumentError(f"{owner}: '{name}' takes numbers, not True and False.", advice=INSTEAD)
    if array.ndim == 0:
        if not math.isfinite(float(array)):
            raise ArgumentError(f"{owner}: '{name}' is not finite.")
        return float(array)
    if array.shape not in ((size,), shape):
        wanted = f"({size},)" if len(shape) < 2 else f"{shape} or ({size},)"
        raise ArgumentError(
            f"{owner}: '{name}' has the shape {array.shape}; there are {size:,} {what}.",
            advice=f"Give a number, or an array of the shape {wanted}.",
        )
    flat = np.array(array.reshape(size))
    if not np.isfinite(flat).all():
        raise ArgumentError(f"{owner}: '{name}' is not finite at {int(np.flatnonzero(~np.isfinite(flat))[0])}.")
    return flat
