"""Derivatives of SymPy expressions that can be evaluated wherever the function has them.

SymPy writes the derivative of x**n by x as n*x**n/x, which is 0/0 at x = 0, where Hill functions have a fixed point.
"""

from __future__ import annotations

from typing import Any

import sympy

from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic.functions import choose


class _Power(sympy.Function):
    """A power whose exponent is no number, while a derivative is taken."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the base (1) or the exponent (2)."""
        base, exponent = self.args
        if argindex == 2:  # at base 0, x**n*log(x) goes to 0 for all n > 0, and its formula gives nan
            return choose(sympy.Ne(base, 0), self * sympy.log(base), 0)
        slope = exponent * _Power(base, exponent - 1)
        # x**(n - 1) is the slope of a power: at n = 1 it is constant, though its own slope is 0 times infinity at x = 0
        is_slope = exponent.as_coeff_Add()[0].is_negative
        return choose(sympy.Ne(exponent, 0), slope, 0) if is_slope else slope


def differentiate(expr: Any, symbol: Any) -> Any:
    """d(expr)/d(symbol).

    Raises
    ------
    AnalysisError
        When there is none that can be written down.
    """
    derivative = sympy.diff(expr.replace(_is_open_power, lambda power: _Power(*power.args)), symbol)
    if derivative.has(sympy.Derivative, sympy.DiracDelta):
        raise AnalysisError(f"The expression {expr} has no derivative by {symbol}.")
    return derivative.replace(_Power, lambda base, exponent: base**exponent)


def _is_open_power(expr: Any) -> bool:
    return bool(expr.is_Pow and not expr.exp.is_number and not expr.base.is_number)
