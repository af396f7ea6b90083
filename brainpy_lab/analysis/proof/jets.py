"""Values and slopes of the language's functions over boxes: intervals with derivatives by the unknowns.

Where a function jumps, has a pole or a kink without bound in a box, its slopes there are not known, and the box is not
``smooth``: nothing is concluded from slopes in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.proof import intervals as iv
from brainpy_lab.analysis.proof.intervals import Interval
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.equations import elementary

Mask = NDArray[np.bool_]

#: Slopes by the unknowns; None stands for zero.
Slopes = tuple[Interval | None, ...]

#: exprel'(x) from two functions that cancel for large x.
_CANCELS = 1e5


@dataclass(frozen=True)
class Jet:
    """A value over boxes.

    Attributes
    ----------
    value : Interval
    slopes : tuple of Interval or None
        One for each unknown.
    smooth : array of bool
        Where the slopes hold for all pairs of points in the box.
    undefined : array of bool
        Where the value is nan in all of the box.
    """

    value: Interval
    slopes: Slopes
    smooth: Mask
    undefined: Mask


_TRUE, _FALSE = np.array(True), np.array(False)


def constant(value: float | Array, unknowns: int) -> Jet:
    """A number."""
    return Jet(iv.point(value), (None,) * unknowns, _TRUE, _FALSE)


def add(a: Jet, b: Jet) -> Jet:
    """a + b."""
    slopes = tuple(
        t if s is None else s if t is None else iv.add(s, t) for s, t in zip(a.slopes, b.slopes, strict=True)
    )
    return Jet(iv.add(a.value, b.value), slopes, a.smooth & b.smooth, a.undefined | b.undefined)


def negative(a: Jet) -> Jet:
    """-a."""
    return replace(a, value=iv.negative(a.value), slopes=tuple(s and iv.negative(s) for s in a.slopes))


def multiply(a: Jet, b: Jet) -> Jet:
    """a times b."""
    by_a, by_b = _scaled(a.slopes, b.value), _scaled(b.slopes, a.value)
    both = add(replace(a, slopes=by_a), replace(b, slopes=by_b))
    return replace(both, value=iv.multiply(a.value, b.value))


def reciprocal(a: Jet) -> Jet:
    """1/a."""
    value = iv.reciprocal(a.value)
    slope = iv.negative(iv.power(value, 2))
    return _through(a, value, slope, np.isfinite(value.low) & np.isfinite(value.high))


def divide(a: Jet, b: Jet) -> Jet:
    """a/b."""
    return multiply(a, reciprocal(b))


def whole_power(a: Jet, n: int) -> Jet:
    """a to the whole power n."""
    if n == 0:
        return constant(1.0, len(a.slopes))
    if n < 0:
        return reciprocal(whole_power(a, -n))
    return _through(a, iv.power(a.value, n), iv.multiply(iv.point(float(n)), iv.power(a.value, n - 1)), _TRUE)


def any_power(a: Jet, b: Jet) -> Jet:
    """a to a power that is no whole number, or not the same everywhere."""
    result = FUNCTIONS["exp"](multiply(b, FUNCTIONS["log"](a)))
    result = replace(result, smooth=result.smooth & (a.value.low > 0))
    if all(s is None for s in b.slopes):
        return result
    # a negative number has powers after all where the exponent is whole
    value = iv.chosen(a.value.low < 0, iv.everything(result.value.low), result.value)
    return replace(result, value=value, undefined=a.undefined | b.undefined)


def smaller(a: Jet, b: Jet) -> Jet:
    """The smaller of two."""
    value = Interval(np.minimum(a.value.low, b.value.low), np.minimum(a.value.high, b.value.high))
    result = picked(a.value.high < b.value.low, b.value.high < a.value.low, a, b, True)
    return replace(result, value=value, undefined=a.undefined | b.undefined)


def larger(a: Jet, b: Jet) -> Jet:
    """The larger of two."""
    return negative(smaller(negative(a), negative(b)))


def picked(is_first: Mask, is_second: Mask, a: Jet, b: Jet, meets: bool) -> Jet:
    """``a`` where that is certain, ``b`` where that is, else what holds for both.

    ``meets``: the two are equal where one takes over from the other, so that slopes hold across.
    """
    is_open = ~(is_first | is_second)
    either = iv.hull(a.value, b.value)
    value = iv.chosen(is_first, a.value, iv.chosen(is_second, b.value, either))
    slopes: list[Interval | None] = []
    for s, t in zip(a.slopes, b.slopes, strict=True):
        if s is None and t is None and meets:
            slopes.append(None)
            continue
        first, second = (iv.point(0.0) if slope is None else slope for slope in (s, t))
        across = iv.hull(first, second) if meets else Interval(np.array(-np.inf), np.array(np.inf))
        slopes.append(iv.chosen(is_first, first, iv.chosen(is_second, second, across)))
    both = a.smooth & b.smooth
    smooth = np.where(is_first, a.smooth, np.where(is_second, b.smooth, both if meets else False))
    undefined = np.where(is_first, a.undefined, np.where(is_second, b.undefined, a.undefined & b.undefined))
    if is_open.any() and not meets:
        smooth = smooth & ~is_open
    return Jet(value, tuple(slopes), smooth, undefined)


def steps(a: Jet, function: Callable[[Array], Array]) -> Jet:
    """A function that rises in steps and is flat between them."""
    value = Interval(np.asarray(function(a.value.low)), np.asarray(function(a.value.high)))
    return _flat(a, value)


def heaviside(a: Jet, at_zero: Jet) -> Jet:
    """0 below zero, 1 above, a value of its own at zero."""
    low, high = a.value
    value = Interval(np.where(low > 0, 1.0, 0.0), np.where(high < 0, 0.0, 1.0))
    touches = (low <= 0) & (high >= 0)
    value = iv.chosen(touches, iv.hull(value, at_zero.value), value)
    return _flat(a, value)


def log_of_sum(a: Jet, b: Jet) -> Jet:
    """log(exp(a) + exp(b))."""
    low, high = (np.logaddexp(x, y) for x, y in zip(a.value, b.value, strict=True))
    share = FUNCTIONS["expit"](add(a, negative(b))).value
    other = FUNCTIONS["expit"](add(b, negative(a))).value
    both = add(replace(a, slopes=_scaled(a.slopes, share)), replace(b, slopes=_scaled(b.slopes, other)))
    return replace(both, value=iv.widened(low, high, iv.SCIPY))


def _flat(a: Jet, value: Interval) -> Jet:
    certain = value.low == value.high
    if bool(np.all(certain)):
        return Jet(value, (None,) * len(a.slopes), a.smooth, a.undefined)
    slope = Interval(np.where(certain, 0.0, -np.inf), np.where(certain, 0.0, np.inf))
    slopes = tuple(None if s is None else slope for s in a.slopes)
    return Jet(value, slopes, a.smooth & certain, a.undefined)


def _scaled(slopes: Slopes, factor: Interval) -> Slopes:
    return tuple(None if s is None else iv.multiply(s, factor) for s in slopes)


def _through(a: Jet, value: Interval, slope: Interval, defined: Mask, nowhere: Mask = _FALSE) -> Jet:
    """A function of ``a`` with the slope given; ``defined`` in all of the box, or ``nowhere`` in it."""
    return Jet(value, _scaled(a.slopes, slope), a.smooth & defined, a.undefined | nowhere)


def _exp(a: Jet) -> Jet:
    value = iv.within(iv.rising(np.exp, a.value), 0.0, np.inf)
    return _through(a, value, value, _TRUE)


def _expm1(a: Jet) -> Jet:
    return _through(a, iv.rising(np.expm1, a.value), _exp(a).value, _TRUE)


def _logarithm(function: Callable[[Array], Array], zero: float, scale: float) -> Callable[[Jet], Jet]:
    def of(a: Jet) -> Jet:
        inside = Interval(np.maximum(a.value.low, zero), np.maximum(a.value.high, zero))
        distance = iv.within(iv.shifted(inside, -zero), 0.0, np.inf)
        slope = iv.multiply(iv.reciprocal(distance), iv.widened(np.array(scale), np.array(scale), iv.NUMPY))
        return _through(a, iv.rising(function, inside), slope, a.value.low > zero, a.value.high < zero)

    return of


def _sqrt(a: Jet) -> Jet:
    inside = Interval(np.maximum(a.value.low, 0.0), np.maximum(a.value.high, 0.0))
    value = iv.within(iv.rising(np.sqrt, inside), 0.0, np.inf)
    slope = iv.reciprocal(iv.multiply(iv.point(2.0), value))
    return _through(a, value, slope, value.low > 0, a.value.high < 0)


def _sin(a: Jet) -> Jet:
    quarter = iv.widened(np.array(np.pi / 2), np.array(np.pi / 2), iv.NUMPY)
    return _through(a, iv.cosine(iv.subtract(a.value, quarter)), iv.cosine(a.value), _TRUE)


def _cos(a: Jet) -> Jet:
    quarter = iv.widened(np.array(np.pi / 2), np.array(np.pi / 2), iv.NUMPY)
    return _through(a, iv.cosine(a.value), iv.cosine(iv.add(a.value, quarter)), _TRUE)


def _arcs(function: Callable[[Array], Array], sign: float) -> Callable[[Jet], Jet]:
    def of(a: Jet) -> Jet:
        inside = iv.within(a.value, -1.0, 1.0)
        root = _sqrt(constant(0.0, 0))  # of 1 - x**2, by its value alone
        rest = iv.within(iv.subtract(iv.point(1.0), iv.power(inside, 2)), 0.0, 1.0)
        root = _sqrt(replace(root, value=rest))
        slope = iv.multiply(iv.point(sign), iv.reciprocal(root.value))
        value = (iv.rising if sign > 0 else iv.falling)(function, inside)
        defined = (a.value.low > -1) & (a.value.high < 1) & (root.value.low > 0)
        return _through(a, value, slope, defined, (a.value.high < -1) | (a.value.low > 1))

    return of


def _arctan(a: Jet) -> Jet:
    slope = iv.reciprocal(iv.shifted(iv.power(a.value, 2), 1.0))
    return _through(a, iv.rising(np.arctan, a.value), slope, _TRUE)


def _cosh_of(a: Interval) -> Interval:
    small = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    return iv.widened(np.cosh(small), np.cosh(np.maximum(np.abs(a.low), np.abs(a.high))), iv.NUMPY)


def _sinh(a: Jet) -> Jet:
    return _through(a, iv.rising(np.sinh, a.value), _cosh_of(a.value), _TRUE)


def _cosh(a: Jet) -> Jet:
    return _through(a, _cosh_of(a.value), iv.rising(np.sinh, a.value), _TRUE)


def _tanh(a: Jet) -> Jet:
    value = iv.within(iv.rising(np.tanh, a.value), -1.0, 1.0)
    return _through(a, value, iv.reciprocal(iv.power(_cosh_of(a.value), 2)), _TRUE)


def _bell(a: Interval) -> Interval:
    scale = iv.widened(np.array(2 / np.sqrt(np.pi)), np.array(2 / np.sqrt(np.pi)), iv.NUMPY)
    return iv.multiply(scale, _exp(Jet(iv.negative(iv.power(a, 2)), (), _TRUE, _FALSE)).value)


def _erf(a: Jet) -> Jet:
    value = iv.within(iv.rising(elementary.erf, a.value, iv.SCIPY), -1.0, 1.0)
    return _through(a, value, _bell(a.value), _TRUE)


def _erfc(a: Jet) -> Jet:
    value = iv.within(iv.falling(elementary.erfc, a.value, iv.SCIPY), 0.0, 2.0)
    return _through(a, value, iv.negative(_bell(a.value)), _TRUE)


def _expit(a: Jet) -> Jet:
    value = iv.within(iv.rising(elementary.expit, a.value, iv.SCIPY), 0.0, 1.0)
    other = iv.within(iv.falling(lambda x: elementary.expit(-x), a.value, iv.SCIPY), 0.0, 1.0)
    return _through(a, value, iv.within(iv.multiply(value, other), 0.0, 0.25), _TRUE)


def _exprel(a: Jet) -> Jet:
    def slope(x: Array) -> Array:
        return np.asarray(elementary.exprel(x) - elementary.phi2(x))

    value = iv.within(iv.rising(elementary.exprel, a.value, iv.SCIPY), 0.0, np.inf)
    # the slope rises from 0 to infinity; its two parts cancel for x far below zero
    ends = [slope(np.maximum(x, -_CANCELS)) for x in a.value]
    error = [1e-12 * (1 + np.abs(np.minimum(x, 0.0))) ** 2 for x in a.value]
    found = iv.widened(ends[0] * (1 - error[0]), ends[1] * (1 + error[1]), iv.SCIPY)
    bounded = Interval(np.where(a.value.low > -1e3, found.low, 0.0), np.where(a.value.high > -1e3, found.high, 1e-5))
    return _through(a, value, iv.within(bounded, 0.0, np.inf), _TRUE)


#: The functions of one argument, by name.
FUNCTIONS: dict[str, Callable[[Jet], Jet]] = {
    "exp": _exp, "expm1": _expm1, "sqrt": _sqrt, "sin": _sin, "cos": _cos,
    "log": _logarithm(np.log, 0.0, 1.0), "log1p": _logarithm(np.log1p, -1.0, 1.0),
    "log10": _logarithm(np.log10, 0.0, 1 / np.log(10)),
    "tan": lambda a: divide(_sin(a), _cos(a)),
    "arcsin": _arcs(np.arcsin, 1.0), "arccos": _arcs(np.arccos, -1.0), "arctan": _arctan,
    "sinh": _sinh, "cosh": _cosh, "tanh": _tanh, "erf": _erf, "erfc": _erfc, "expit": _expit, "exprel": _exprel,
    "abs": lambda a: larger(a, negative(a)),
    "sign": lambda a: steps(a, np.sign), "floor": lambda a: steps(a, np.floor), "ceil": lambda a: steps(a, np.ceil),
}  # fmt: skip
