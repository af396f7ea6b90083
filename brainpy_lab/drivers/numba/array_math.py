"""The functions of the model language for array states in Numba kernels: one-dimensional arrays, element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy import (  # noqa: F401
    abs,
    ceil,
    floor,
    heaviside,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    pi,
    sign,
    where,
)

from brainpy_lab.drivers.numba import math as numba_math
from brainpy_lab.drivers.numba.past import before, past  # noqa: F401

Array = Any


def _over_elements(name: str) -> Callable[[Array], Array]:
    """A function of `numba.math` over the elements of an array.

    As a function of NumPy's it would be fused with the expression around it, and of one number among arrays be taken
    anew for every element.
    """
    of_number = getattr(numba_math, name)

    def function(x: Array) -> Array:
        raise NotImplementedError

    def typed(x: Array) -> Array:
        def of_array(x: Array) -> Array:
            values = np.empty_like(x)
            for j in range(x.size):
                values.flat[j] = of_number(x.flat[j])
            return values

        def of_one(x: Array) -> Array:
            return of_number(float(x))

        return of_array if isinstance(x, types.Array) else of_one

    function.__name__ = name
    overload(function)(typed)
    return function


exp, expm1, exprel, phi2, phi3 = (_over_elements(n) for n in ("exp", "expm1", "exprel", "phi2", "phi3"))
log, log1p, log10, sqrt = (_over_elements(n) for n in ("log", "log1p", "log10", "sqrt"))
sin, cos, tan, arcsin, arccos, arctan = (_over_elements(n) for n in ("sin", "cos", "tan", "arcsin", "arccos", "arctan"))
erf, erfc, expit, gammaln = (_over_elements(n) for n in ("erf", "erfc", "expit", "gammaln"))
sinh, cosh, tanh = (_over_elements(n) for n in ("sinh", "cosh", "tanh"))


@njit(error_model="numpy")
def clip(x: Array, low: Array, high: Array) -> Array:
    """x limited to [low, high]."""
    return np.minimum(np.maximum(x, low), high)


@njit(error_model="numpy")
def logaddexp(x: Array, y: Array) -> Array:
    """log(exp(x) + exp(y))."""
    return np.maximum(x, y) + log1p(exp(-np.abs(x - y)))


@njit(error_model="numpy")
def exprel_of(power: Array, x: Array) -> Array:
    """exprel(x) where ``power``, exp(x), is known."""
    return exprel(x)


@njit(error_model="numpy")
def sum(x: Array) -> Array:
    """Sum over the elements, as an array of one number."""
    total = 0.0
    for j in range(x.size):
        total += x[j]
    return np.full(1, total)


@njit(error_model="numpy")
def mean(x: Array) -> Array:
    """Mean over the elements, as an array of one number."""
    return sum(x) / x.size


@njit(error_model="numpy")
def roll(x: Array, shift: int) -> Array:
    """Elements moved round the end of the array."""
    moved = np.empty_like(x)
    for j in range(x.size):
        moved[(j + shift) % x.size] = x[j]
    return moved


@njit(error_model="numpy")
def matvec(matrix: Array, x: Array) -> Array:
    """``matrix @ x``."""
    return np.dot(matrix, x)


@njit(error_model="numpy")
def dot(x: Array, y: Array) -> Array:
    """Inner product, as an array of one number."""
    return sum(x * y)
