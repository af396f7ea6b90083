"""The functions of the model language for array states in Numba kernels: one-dimensional arrays, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy import (  # noqa: F401
    abs,
    arccos,
    arcsin,
    arctan,
    ceil,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    heaviside,
    log,
    log1p,
    log10,
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
    where,
)

Array = Any


@njit(error_model="numpy")
def clip(x: Array, low: Array, high: Array) -> Array:
    """x limited to [low, high]."""
    return np.minimum(np.maximum(x, low), high)


@njit(error_model="numpy")
def sum(x: Array) -> Array:
    """Sum over the elements, as an array of one number."""
    return np.array([np.sum(x)])


@njit(error_model="numpy")
def mean(x: Array) -> Array:
    """Mean over the elements, as an array of one number."""
    return np.array([np.sum(x) / x.size])


@njit(error_model="numpy")
def dot(x: Array, y: Array) -> Array:
    """Inner product, as an array of one number."""
    return np.array([np.sum(x * y)])


@njit(error_model="numpy")
def matvec(matrix: Array, x: Array) -> Array:
    """``matrix @ x``."""
    return np.dot(matrix, x)
