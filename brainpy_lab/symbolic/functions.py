"""SymPy functions of the model language that SymPy lacks, or differentiates to Dirac deltas.

Each has the derivative that holds almost everywhere: a jump has slope 0, a kink the slope of the side it is on.
This module imports SymPy; only modules that are themselves imported lazily import it.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.codegen.cfunctions import expm1, log1p, log10

from brainpy_lab.errors import AnalysisError


class Step(sympy.Function):
    """A function that is constant between jumps: its derivative is zero."""

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the argument of that number, counted from 1."""
        return sympy.S.Zero


class SignOf(Step):
    """The sign of its argument."""

    nargs = 1


class FloorOf(Step):
    """The largest whole number that is not above its argument."""

    nargs = 1


class CeilOf(Step):
    """The smallest whole number that is not below its argument."""

    nargs = 1


class HeavisideOf(Step):
    """0 below zero, 1 above, and the second argument at zero."""

    nargs = 2


class Magnitude(sympy.Function):
    """The absolute value; its slope is the sign."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the argument of that number, counted from 1."""
        return SignOf(self.args[0])


def choose(condition: Any, body: Any, orelse: Any) -> Any:
    """``body`` where ``condition`` holds, else ``orelse``, unevaluated beyond constant conditions."""
    if condition == sympy.true:
        return sympy.sympify(body)
    if condition == sympy.false:
        return sympy.sympify(orelse)
    return sympy.Piecewise((body, condition), (orelse, sympy.true), evaluate=False)


class Smaller(sympy.Function):
    """The smaller of two numbers."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the argument of that number, counted from 1."""
        a, b = self.args
        return choose(a <= b, *((1, 0) if argindex == 1 else (0, 1)))


class Larger(sympy.Function):
    """The larger of two numbers."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the argument of that number, counted from 1."""
        a, b = self.args
        return choose(a >= b, *((1, 0) if argindex == 1 else (0, 1)))


class Remainder(sympy.Function):
    """``x % y`` with the sign of ``y``, as Python has it."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the argument of that number, counted from 1."""
        x, y = self.args
        return sympy.S.One if argindex == 1 else -FloorOf(x / y)


class Phi(sympy.Function):
    """phi_k(x) as Phi(k, x): phi_1 is exprel; the model language has names for k = 1, 2, 3 alone.

    phi_(k+1)(x) = (phi_k(x) - 1/k!)/x with phi_0 = exp; and phi_k' = phi_k - k*phi_(k+1).
    """

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by x: phi_k' = phi_k - k*phi_(k+1)."""
        k, x = self.args
        return Phi(k, x) - k * Phi(k + 1, x)


class Phi3(sympy.Function):
    """(phi2(x) - 1/2)/x."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """phi3' = phi3 - 3*phi_4, of which the last can be evaluated by the numeric view alone."""
        return Phi3(self.args[0]) - 3 * Phi(sympy.Integer(4), self.args[0])


class Phi2(sympy.Function):
    """(exprel(x) - 1)/x."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """phi2' = phi2 - 2*phi3."""
        return Phi2(self.args[0]) - 2 * Phi3(self.args[0])


class ExpRel(sympy.Function):
    """(exp(x) - 1)/x."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """exprel' = exprel - phi2: the quotient's own derivative cancels near 0."""
        return ExpRel(self.args[0]) - Phi2(self.args[0])


class Expit(sympy.Function):
    """The logistic function, 1/(1 + exp(-x))."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """expit(x)*expit(-x): 1 - expit(x) would cancel for large x."""
        return Expit(self.args[0]) * Expit(-self.args[0])


class LogAddExp(sympy.Function):
    """log(exp(x) + exp(y))."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by the argument of that number, counted from 1."""
        a, b = self.args
        return Expit(a - b) if argindex == 1 else Expit(b - a)


class GammaLn(sympy.Function):
    """Logarithm of the gamma function; its derivative, digamma, is no function of the language."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Refused by name."""
        raise AnalysisError("No derivative of gammaln(): digamma is no function of the language.")


#: Name in the model language -> SymPy function.
TO_SYMPY: dict[str, Any] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "log10": log10,
    "log1p": log1p,
    "expm1": expm1,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "abs": Magnitude,
    "sign": SignOf,
    "floor": FloorOf,
    "ceil": CeilOf,
    "heaviside": HeavisideOf,
    "exprel": ExpRel,
    "phi2": Phi2,
    "phi3": Phi3,
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "expit": Expit,
    "logaddexp": LogAddExp,
    "gammaln": GammaLn,
    "minimum": Smaller,
    "maximum": Larger,
}

#: Class of a SymPy function -> its name in the model language.
TO_NAME: dict[Any, str] = {f: name for name, f in TO_SYMPY.items() if name != "sqrt"}  # SymPy's sqrt is a power
