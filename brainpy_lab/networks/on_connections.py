"""Values of connections from what users give: functions of two cells, sparse matrices, tables of xarray."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.cells import Part
from brainpy_lab.networks.connections import Connections


def called(owner: str, name: str, function: Callable[..., Any], pre: Part, post: Part) -> np.ndarray:
    """What a function of ``pre`` and ``post`` gives for each connection.

    Raises
    ------
    ArgumentError
        It cannot be called, or gives something else.
    """
    n = len(pre.index)
    try:
        found = np.asarray(function(pre, post))
        return np.broadcast_to(found, n)
    except ArgumentError as error:
        error.message = f"{owner}: the function for '{name}': {error.message}"
        raise
    except Exception as error:  # whatever the user's function raises
        raise ArgumentError(
            f"{owner}: the function for '{name}' gives no number for each of {n:,} connections "
            f"({type(error).__name__}: {error}).",
            advice="It takes pre and post: lambda pre, post: 0.1*bp.distance(pre, post).",
        ) from error


def of_matrix(owner: str, name: str, matrix: Any, table: Connections) -> np.ndarray:
    """The entries of a sparse matrix (pre, post), one a connection.

    Raises
    ------
    ArgumentError
        Its entries are not those of the connections.
    """
    _check_shape(owner, name, matrix.shape, table)
    entries = matrix.tocoo()
    own = table.pre_index.astype(np.int64) * table.n_post + table.post_index
    keys = entries.row.astype(np.int64) * table.n_post + entries.col
    order, own_order = np.argsort(keys, kind="stable"), np.argsort(own, kind="stable")
    if not np.array_equal(keys[order], own[own_order]):
        for here, there, what in (
            (own, keys, "has no entry for the connection of {} to {}"),
            (keys, own, "has an entry for {} to {}, which are not connected"),
        ):
            only = np.setdiff1d(here, there)
            if len(only):
                cells = what.format(*divmod(int(only[0]), table.n_post))
                raise ArgumentError(
                    f"{owner}: the matrix '{name}' {cells}.",
                    advice=f"{owner}.to_scipy() has the entries that it needs.",
                )
        raise ArgumentError(f"{owner}: the matrix '{name}' has other numbers of entries for a pair than connections.")
    values = np.empty(len(own))
    values[own_order] = np.asarray(entries.data)[order]
    return values


def of_array(owner: str, name: str, given: np.ndarray, table: Connections) -> np.ndarray:
    """The values of an array (pre, post) at the connections; what it has of other pairs is not read.

    Raises
    ------
    ArgumentError
        It has another shape.
    """
    _check_shape(owner, name, given.shape, table)
    found: np.ndarray = given[table.pre_index, table.post_index]
    return found


def of_xarray(owner: str, name: str, given: Any, table: Connections) -> np.ndarray:
    """The values of a DataArray over connections, or over pre and post.

    Raises
    ------
    ArgumentError
        It has other axes, sizes or cells.
    """
    dims = tuple(given.dims)
    if set(dims) == {"pre", "post"}:
        values = given.transpose("pre", "post").values
        _check_shape(owner, name, values.shape, table)
        return np.asarray(values[table.pre_index, table.post_index])
    if len(dims) != 1 or given.shape != (len(table),):
        axes = ", ".join(f"{d} ({n})" for d, n in zip(dims, given.shape, strict=True))
        raise ArgumentError(
            f"{owner}: '{name}' has the axes {axes}; there are {len(table):,} connections.",
            advice=f"Its axes are pre and post, or one of connections as in {owner}.to_xarray().",
        )
    for side, cells in (("pre", table.pre_index), ("post", table.post_index)):
        if side in given.coords and not np.array_equal(given.coords[side].values, cells):
            raise ArgumentError(
                f"{owner}: '{name}' has its connections in another order, or others: its {side} is not "
                f"{owner}.{side}_index."
            )
    return np.asarray(given.values)


def _check_shape(owner: str, name: str, shape: tuple[int, ...], table: Connections) -> None:
    if tuple(shape) != (table.n_pre, table.n_post):
        raise ArgumentError(
            f"{owner}: '{name}' is a matrix of shape {tuple(shape)}; the sides have {table.n_pre:,} and "
            f"{table.n_post:,} cells.",
            advice=f"Give a matrix (pre, post), a number, or an array of {len(table):,} numbers, one a connection.",
        )
