"""The functions of the language on plain numbers: for one point they take a tenth of the time of NumPy's.

They raise where NumPy gives infinity or nan; who calls them goes back to NumPy then.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from brainpy_lab.equations.elementary import taylor

#: Below this, exprel is its series to the second order: expm1(x)/x is exact down to it.
_SMALL = 1e-5


def _exprel(x: float) -> float:
    return 1.0 + x / 2 + x * x / 6 if abs(x) < _SMALL else math.expm1(x) / x


def _phi(x: float, order: int) -> float:
    if abs(x) < 1.0:
        value = 0.0
        for coefficient in taylor(order):
            value = value * x + coefficient
        return value
    value = math.expm1(x) / x
    for k in range(1, order):
        value = (value - 1.0 / math.factorial(k)) / x
    return value


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


def _where(condition: Any, if_true: float, if_false: float) -> float:
    return if_true if condition else if_false


_SAME = ("exp", "log", "log10", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc")

#: By the names under which compiled functions reach those of NumPy.
PLAIN: dict[str, Callable[..., Any]] = {
    **{name: getattr(math, name) for name in _SAME},
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "abs": abs,
    "exprel": _exprel,
    "phi2": lambda x: _phi(x, 2),
    "phi3": lambda x: _phi(x, 3),
    "expit": _expit,
    "where": _where,
    "numpy where": _where,
    "logical and": lambda a, b: a and b,
    "logical or": lambda a, b: a or b,
    "logical not": lambda a: not a,
}
