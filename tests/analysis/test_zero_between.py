"""The zero of a function of one number, found between two points of different sign."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from scipy.optimize import bisect

from brainpy_lab.analysis.roots import zero_between

FUNCTIONS: list[tuple[Callable[[float], float], float, float]] = [
    (lambda x: math.cos(x) - x, 0, 1),
    (lambda x: (x - 0.3) ** 3, 0, 1),
    (lambda x: math.exp(30 * x) - 2, 0, 1),
    (lambda x: -1.0 if x < 0.123 else 1.0, 0, 1),
    (lambda x: 0.7 - x**2, 1, 0),
    (lambda x: math.inf if x > 0.5 else x - 0.4, 0, 1),
    (lambda x: 1e-300 * (x - 0.2), 0, 1),
    (lambda x: x - 1e8, 0, 1e9),
]


@pytest.mark.parametrize(("function", "low", "high"), FUNCTIONS)
def test_it_is_where_bisection_finds_it_with_no_more_evaluations(function, low, high):
    asked: list[float] = []

    def counted(x: float) -> float:
        asked.append(x)
        return function(x)

    zero = zero_between(counted, low, high, xtol=1e-12)
    assert zero == pytest.approx(bisect(function, low, high, xtol=1e-14, rtol=1e-15), rel=1e-14, abs=1e-12)
    assert zero in asked  # callers keep what they computed there
    assert len(asked) <= 45  # bisection takes 42


def test_a_smooth_function_takes_few_evaluations():
    asked: list[float] = []
    zero_between(lambda x: asked.append(x) or math.cos(x) - x, 0.0, 1.0, xtol=1e-12)  # type: ignore[func-returns-value]
    assert len(asked) <= 9


def test_ends_that_are_zeros_are_given():
    assert zero_between(lambda x: x, 0.0, 1.0) == 0.0
    assert zero_between(lambda x: x - 1, 0.0, 1.0) == 1.0


@pytest.mark.parametrize(
    "function", [lambda x: 1 + x, lambda x: math.nan, lambda x: math.nan if 0 < x < 1 else x - 0.5]
)
def test_what_has_no_change_of_sign_is_refused(function):
    with pytest.raises(ValueError, match="one sign|not a number"):
        zero_between(function, 0.0, 1.0)
