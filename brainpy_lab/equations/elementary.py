"""The functions of the language as NumPy computes them: NumPy's own, and those it lacks.

SciPy is imported by the functions that need it, so that models without them do not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import factorial
from typing import Any

import numpy as np

from brainpy_lab.equations.system import END, FUNCTIONS

Array = Any


def exprel(x: Array) -> Array:
    """(exp(x) - 1)/x, with its limit 1 at 0; of the shape of ``x``."""
    x = np.asarray(x)
    is_zero = x == 0.0
    with np.errstate(all="ignore"):
        if not is_zero.any():
            return np.expm1(x) / x
        return np.where(is_zero, 1.0, np.expm1(x) / np.where(is_zero, 1.0, x))


def phi2(x: Array) -> Array:
    """(exprel(x) - 1)/x, with its limit 1/2 at 0."""
    return phi(x, 2)


def phi3(x: Array) -> Array:
    """(phi2(x) - 1/2)/x, with its limit 1/6 at 0."""
    return phi(x, 3)


def phi(x: Array, order: int) -> Array:
    """The functions exprel, phi2, phi3, ... from order 2 on: Taylor's series for |x| < 1, the recurrence elsewhere.

    The recurrence divides by x once for each order, and each division enlarges the rounding error before it.
    """
    near = np.abs(x) < 1.0
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    first, *others = taylor(order)
    series = np.full_like(small, first)
    for coefficient in others:
        series *= small
        series += coefficient
    with np.errstate(all="ignore"):
        value = np.expm1(large) / large
        for k in range(1, order):
            value = (value - 1.0 / factorial(k)) / large
    return np.where(near, series, value)


@lru_cache(maxsize=16)
def taylor(order: int) -> tuple[float, ...]:
    """The coefficients of phi's series, for Horner's rule; the first term left out is below 1/20! = 4e-19."""
    return tuple(1.0 / factorial(k + order) for k in range(17, -1, -1))


def erf(x: Array) -> Array:
    """The error function."""
    from scipy import special

    return special.erf(x)


def erfc(x: Array) -> Array:
    """1 - erf(x), without cancellation for large x."""
    from scipy import special

    return special.erfc(x)


def expit(x: Array) -> Array:
    """The logistic function 1/(1 + exp(-x))."""
    from scipy import special

    return special.expit(x)


def gammaln(x: Array) -> Array:
    """Logarithm of the absolute value of the gamma function."""
    from scipy import special

    return special.gammaln(x)


def part(x: Array, start: int, stop: int) -> Array:
    """Elements from ``start`` up to ``stop`` of the last axis; one of them as a number."""
    chosen = np.asarray(x)[..., start:stop] if stop != END or start != -1 else np.asarray(x)[..., -1:]
    is_one = stop - start == 1 or (start, stop) == (-1, END)
    return chosen[..., 0] if is_one and chosen.ndim == 1 else chosen  # of an ensemble, it stands beside arrays


def roll(x: Array, shift: int) -> Array:
    """Elements moved along the last axis, round its end."""
    return np.roll(x, shift, axis=-1) if np.ndim(x) else x


#: The functions that NumPy lacks, by name.
_OWN = (exprel, phi2, phi3, erf, erfc, expit, gammaln, part, roll)
OWN: dict[str, Callable[..., Any]] = {f.__name__: f for f in _OWN}

#: All functions of the language, and those that only derivatives and methods use, by name.
NUMPY_FUNCTIONS: dict[str, Callable[..., Any]] = {n: getattr(np, n) for n in FUNCTIONS if n not in OWN} | OWN
