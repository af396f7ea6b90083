"""Arithmetic on intervals: a result holds every value that the operation takes on its arguments.

Rounding goes outwards: sums, products and quotients, which floating-point numbers round to the nearest, by one unit in
the last place; functions of NumPy and SciPy by more, as their errors are bounded by some units only. Many intervals are
computed at once: low and high ends are arrays.

Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud (2009). Introduction to Interval Analysis.
doi:10.1137/1.9780898717716
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array

#: Errors of NumPy's functions are below four units in the last place, those of SciPy's below some hundreds.
NUMPY, SCIPY = 8.0, 1000.0

_EPS = float(np.finfo(float).eps)
_TINY = float(np.finfo(float).tiny)


class Interval(NamedTuple):
    """Low and high ends; arrays of one shape, or of shapes that broadcast."""

    low: Array
    high: Array


def point(value: float | Array) -> Interval:
    """The interval that holds one number."""
    array = np.asarray(value, dtype=float)
    return Interval(array, array)


def everything(like: Array) -> Interval:
    """From minus infinity to infinity."""
    return Interval(np.full(like.shape, -np.inf), np.full(like.shape, np.inf))


def outward(low: Array, high: Array) -> Interval:
    """Ends moved outwards by one unit in the last place; what is not known is everything."""
    return Interval(np.nextafter(np.fmax(low, -np.inf), -np.inf), np.nextafter(np.fmin(high, np.inf), np.inf))


def widened(low: Array, high: Array, units: float) -> Interval:
    """Ends moved outwards by so many units in the last place."""
    with np.errstate(all="ignore"):
        low, high = low - (units * _EPS * np.abs(low) + _TINY), high + (units * _EPS * np.abs(high) + _TINY)
    return outward(low, high)


def add(a: Interval, b: Interval) -> Interval:
    """a + b."""
    return outward(a.low + b.low, a.high + b.high)


def negative(a: Interval) -> Interval:
    """-a."""
    return Interval(-a.high, -a.low)


def subtract(a: Interval, b: Interval) -> Interval:
    """a - b."""
    return outward(a.low - b.high, a.high - b.low)


def multiply(a: Interval, b: Interval) -> Interval:
    """a times b; zero times infinity is zero, as no product of numbers is anything else."""
    if a.low is a.high or b.low is b.high:  # a number
        products = [a.low * b.low, a.high * b.high]
    else:
        products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
    if np.isnan(sum(products)).any():
        products = [np.where(np.isnan(p), 0.0, p) for p in products]
    return outward(reduce(np.minimum, products), reduce(np.maximum, products))


def reciprocal(a: Interval) -> Interval:
    """1/a; everything where ``a`` holds zero."""
    holds_zero = (a.low <= 0) & (a.high >= 0)
    found = outward(1.0 / np.where(holds_zero, 1.0, a.high), 1.0 / np.where(holds_zero, 1.0, a.low))
    return Interval(np.where(holds_zero, -np.inf, found.low), np.where(holds_zero, np.inf, found.high))


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval that holds both."""
    return Interval(np.minimum(a.low, b.low), np.maximum(a.high, b.high))


def chosen(first: NDArray[np.bool_], a: Interval, b: Interval) -> Interval:
    """``a`` where ``first`` is true, else ``b``."""
    return Interval(np.where(first, a.low, b.low), np.where(first, a.high, b.high))


def rising(function: Callable[[Array], Array], a: Interval, units: float = NUMPY) -> Interval:
    """The values of a function that rises."""
    return widened(function(a.low), function(a.high), units)


def falling(function: Callable[[Array], Array], a: Interval, units: float = NUMPY) -> Interval:
    """The values of a function that falls."""
    return widened(function(a.high), function(a.low), units)


def within(a: Interval, low: float, high: float) -> Interval:
    """``a`` cut to the range of a function."""
    return Interval(np.clip(a.low, low, high), np.clip(a.high, low, high))


def power(a: Interval, n: int) -> Interval:
    """a to the whole power n."""
    if n < 0:
        return reciprocal(power(a, -n))
    if n % 2:
        return rising(lambda x: x**n, a)
    small = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    found = widened(small**n, np.maximum(np.abs(a.low), np.abs(a.high)) ** n, NUMPY)
    return Interval(np.maximum(found.low, 0.0), found.high)


def cosine(a: Interval) -> Interval:
    """The cosine; an extreme value is taken to be in where rounding leaves that open."""
    ends = np.cos(a.low), np.cos(a.high)
    slack = 1e-12 * (1 + np.maximum(np.abs(a.low), np.abs(a.high)))
    turns = (a.low - slack) / (2 * np.pi), (a.high + slack) / (2 * np.pi)
    has_top = np.ceil(turns[0]) <= np.floor(turns[1])
    has_bottom = np.ceil(turns[0] - 0.5) <= np.floor(turns[1] - 0.5)
    found = within(widened(np.minimum(*ends), np.maximum(*ends), NUMPY), -1.0, 1.0)
    is_wide = ~(np.maximum(np.abs(a.low), np.abs(a.high)) < 1e8)
    return Interval(np.where(has_bottom | is_wide, -1.0, found.low), np.where(has_top | is_wide, 1.0, found.high))


def shifted(a: Interval, by: float) -> Interval:
    """a + by."""
    return add(a, point(by))
