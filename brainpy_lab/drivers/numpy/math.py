"""The functions of the model language for NumPy arrays: NumPy's own, and the few it lacks."""

from __future__ import annotations

from math import factorial, isqrt
from typing import Any

import numpy as np
from numpy import (  # noqa: F401
    abs,
    arccos,
    arcsin,
    arctan,
    ceil,
    clip,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    heaviside,
    log,
    log1p,
    log10,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from brainpy_lab.drivers.feeds import addressed
from brainpy_lab.drivers.matrix_exponential import MOST_HALVINGS, exponential
from brainpy_lab.drivers.negligible import is_negligible
from brainpy_lab.equations.elementary import erf, erfc, expit, exprel, gammaln, part, phi2, phi3, roll  # noqa: F401

Array = Any


def where(condition: Any, yes: Any, no: Any) -> Any:
    """``yes`` where the condition holds, else ``no``."""
    if isinstance(condition, bool) and not np.ndim(yes) and not np.ndim(no):  # nothing is chosen place by place
        return yes if condition else no
    return np.where(condition, yes, no)


def exprel_of(power: Array, x: Array) -> Array:
    """exprel(x) where ``power``, exp(x), is known: Taylor's series near 0."""
    near = np.abs(x) < 0.1
    series = np.zeros_like(np.asarray(x, dtype=float))
    for k in range(8, -1, -1):
        series = series * x + 1.0 / factorial(k + 1)
    return np.where(near, series, (power - 1.0) / np.where(near, 1.0, x))


def sum(x: Array) -> Array:
    """Sum over the elements of an array state (its last axis), kept so that it broadcasts against the state."""
    return np.sum(x, axis=-1, keepdims=True) if np.ndim(x) else x


def mean(x: Array) -> Array:
    """Mean over the elements of an array state (its last axis), kept so that it broadcasts against the state."""
    return np.mean(x, axis=-1, keepdims=True) if np.ndim(x) else x


def dot(x: Array, y: Array) -> Array:
    """Inner product over the last axis, kept so that it broadcasts against the state."""
    return sum(x * y)


def matvec(matrix: Array, x: Array) -> Array:
    """``matrix @ x`` along the last axis of ``x``, whatever ensemble axes stand before it."""
    return np.einsum("ij,...j->...i", matrix, x)


def past(history: Any, t: Any) -> Any:
    """A delayed state at the time ``t``."""
    return history.at(t, "past")


def before(history: Any, t: Any) -> Any:
    """A delayed state just before the time ``t``, should it jump there."""
    return history.at(t, "before")


def factor(*entries: Array) -> Array:
    """A matrix given row by row, its axes last, for `solve`."""
    n, shape = isqrt(len(entries)), np.broadcast_shapes(*map(np.shape, entries))
    matrix = np.empty((*shape, n * n))
    for place, value in enumerate(entries):  # NumPy broadcasts no more than 64 arrays at once
        matrix[..., place] = value
    return matrix.reshape(*shape, n, n)


def solve(matrix: Array, *right: Array) -> tuple[Array, ...]:
    """Solution of the linear system by LU factors with partial pivoting (LAPACK); nan where the matrix is singular."""
    b = np.stack(np.broadcast_arrays(*right), axis=-1)[..., None]
    try:
        x = np.linalg.solve(matrix, b)
    except np.linalg.LinAlgError:
        x = np.full(np.broadcast_shapes(matrix[..., :1].shape, b.shape), np.nan)
    return tuple(x[..., i, 0] for i in range(len(right)))


def expm(*entries: Array) -> Array:
    """The exponential of a matrix given row by row, its axes last."""
    matrix = factor(*entries)
    norm = np.abs(matrix).sum(axis=-1).max(axis=-1)[..., None, None]
    halvings = np.maximum(np.floor(np.log2(np.maximum(norm, 1e-300))) + 2.0, 0.0)
    turns = np.max(halvings, initial=0.0)
    turns = int(turns) if turns <= MOST_HALVINGS else MOST_HALVINGS
    return np.eye(matrix.shape[-1]) + exponential(matrix, halvings, np.where, turns)


def entry(matrix: Array, row: int, column: int) -> Array:
    """One number of each matrix."""
    return matrix[..., row, column]


def converged(*pairs: Array) -> bool:
    """Whether every change of Newton's iteration is negligible; changes and values in turn."""
    return all(bool(np.all(is_negligible(*pair))) for pair in zip(pairs[::2], pairs[1::2], strict=True))


def solved(change: Array, value: Array) -> Array:
    """``value`` where its last change was negligible, nan elsewhere."""
    return np.where(is_negligible(change, value), value, np.nan)


def rand_at(seed: float, call: int, place: Array, number: Array) -> Array:
    """Uniform numbers in (0, 1] by their address."""
    return addressed.uniform(np.float64, int(seed), call, _whole(place), _whole(number))


def randn_at(seed: float, call: int, place: Array, number: Array) -> Array:
    """Standard normal numbers by their address."""
    return addressed.normal(np, np.float64, int(seed), call, _whole(place), _whole(number))


def _whole(numbers: Array) -> Array:
    return np.asarray(numbers).astype(np.int64)
