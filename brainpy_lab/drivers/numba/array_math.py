"""The functions of the model language for array states in Numba kernels: one-dimensional arrays, element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload
from numba.np.numpy_support import as_dtype
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


def where(condition: Array, x: Array, y: Array) -> Array:
    """``x`` where the condition holds, else ``y``. NumPy's takes seconds to compile, for the shapes it may be given."""
    raise NotImplementedError


@overload(where)
def _where(condition: Array, x: Array, y: Array) -> Array:
    def of_numbers(condition: Array, x: Array, y: Array) -> Array:
        return x if condition else y

    def of_arrays(condition: Array, x: Array, y: Array) -> Array:
        size = 1
        for given in (_size(condition), _size(x), _size(y)):
            if given != size and given != 1:
                if size != 1:
                    raise ValueError("arrays of different sizes")
                size = given
        values = np.empty(size, kind)
        for j in range(size):
            values[j] = _element(x, j) if _element(condition, j) else _element(y, j)
        return values

    if not any(isinstance(given, types.Array) for given in (condition, x, y)):
        return of_numbers
    kind = np.promote_types(*(as_dtype(getattr(given, "dtype", types.unliteral(given))) for given in (x, y)))
    return of_arrays


def _size(x: Array) -> Array:
    raise NotImplementedError


@overload(_size)
def _typed_size(x: Array) -> Array:
    def of_array(x: Array) -> Array:
        return x.size

    def of_number(x: Array) -> Array:
        return 1

    return of_array if isinstance(x, types.Array) else of_number


def _element(x: Array, j: int) -> Array:
    raise NotImplementedError


@overload(_element)
def _typed_element(x: Array, j: int) -> Array:
    def of_array(x: Array, j: int) -> Array:
        return x.flat[0 if x.size == 1 else j]

    def of_number(x: Array, j: int) -> Array:
        return x

    return of_array if isinstance(x, types.Array) else of_number


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
