"""Gates: variables that are seen, from the equations alone, to be drawn to a value between 0 and 1.

The drift of a gate x is k*(a*(1 - x) - b*x) with a and b positive whatever the states and parameters are, as the rates
of ion channels are: sums, products, quotients and powers of positive numbers and of exponentials. It has the fixed
point a/(a + b), whatever k is.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from brainpy_lab.equations.system import System
from brainpy_lab.symbolic.convert import symbol
from brainpy_lab.symbolic.degree import polynomial
from brainpy_lab.symbolic.functions import Expit, ExpRel, Phi2, Phi3
from brainpy_lab.symbolic.printing import to_ast
from brainpy_lab.symbolic.view import view, working

if TYPE_CHECKING:
    from brainpy_lab.symbolic.view import SymbolicView

_POSITIVE = (sympy.exp, sympy.cosh, ExpRel, Expit, Phi2, Phi3)


@dataclass(frozen=True)
class Gate:
    """The drift ``factor*(opening*(1 - x) - closing*x)`` with ``total = opening + closing``."""

    opening: ast.expr
    total: ast.expr
    factor: ast.expr | None


def gate(system: System, state: str) -> Gate | None:
    """The gate that ``state`` is, or None where that is not seen.

    Parameters
    ----------
    system : System
    state : str

    Raises
    ------
    AnalysisError
        When the drift cannot be differentiated.
    """
    seen = view(system)
    with working():
        return _gate(seen, seen.drifts[state], state)


def _gate(seen: SymbolicView, drift: Any, state: str) -> Gate | None:
    x = symbol(state)
    if any(seen.reads(name, state) for name in (s.name for s in drift.free_symbols) if name != state):
        return None
    factor, inner = drift.as_independent(x, as_Add=False)
    letters: dict[Any, Any] = {}
    short = polynomial(inner, x, letters)
    if short is None:
        return None
    opening, total = short.xreplace({x: sympy.S.Zero}), -short.diff(x)
    closing = sympy.expand(total - opening)
    written = {letter: expr for expr, letter in letters.items()}
    if total.has(x) or not all(_is_positive(part.xreplace(written), seen) for part in (opening, closing)):
        return None
    total = sympy.expand(total)
    return Gate(
        to_ast(opening.xreplace(written)), to_ast(total.xreplace(written)), None if factor == 1 else to_ast(factor)
    )


def _is_positive(expr: Any, seen: SymbolicView) -> bool:
    """Whether an expression is seen to be above 0 for all real states and parameters."""
    if expr.is_number:
        return bool(expr.is_positive)
    if expr.is_Symbol:
        return expr.name in seen.definitions and _is_positive(seen.definitions[expr.name], seen)
    if expr.is_Add or expr.is_Mul:
        return all(_is_positive(part, seen) for part in expr.args)
    if expr.is_Pow:
        return _is_positive(expr.base, seen)
    return isinstance(expr, _POSITIVE)
