"""The symbolic view of a System: rates, and derivatives by states and parameters, exact by SymPy.

Derivatives are total: an intermediate that depends on the variable is differentiated by the chain rule, one that does
not stays a name. So results stay as compact as the model was written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError, ArgumentError, did_you_mean
from brainpy_lab.symbolic.inline import NotStraightError, inline
from brainpy_lab.symbolic.singularities import filled_system

if TYPE_CHECKING:
    import sympy

_lock = RLock()  # reentrant: views call each other


@contextmanager
def working() -> Iterator[None]:
    """One thread at a time in SymPy, whose cache is shared; factors stay before their sums, as the user wrote them."""
    from sympy.core.parameters import distribute

    with _lock, distribute(False), _fractions_that_end():
        yield


@contextmanager
def _fractions_that_end() -> Iterator[None]:
    """Without distribution SymPy writes exp(-x - 2) as 1/exp(-(-x - 2)), that as 1/exp(-x - 2), and so without end."""
    from sympy import Add
    from sympy.functions.elementary.exponential import ExpBase

    usual = ExpBase.as_numer_denom

    def parted(self: Any) -> tuple[Any, Any]:
        above, below = usual(self)
        if below != 1 and self.exp.is_Add:
            below = self.func(Add(*(-term for term in self.exp.args)))
        return above, below

    ExpBase.as_numer_denom = parted
    try:
        yield
    finally:
        ExpBase.as_numer_denom = usual


class SymbolicView:
    """SymPy's view of one System; make it with `view`.

    Delayed states are independent of the present state here, and noise is left out: derivatives are those of the drift.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system = filled_system(system)
        self._derivatives: dict[tuple[str, str], Any] = {}

    @cached_property
    def definitions(self) -> dict[str, sympy.Expr]:
        """Derived parameters and intermediates by name, each in terms of the names it was written with."""
        with working():
            return {d.name: self._convert(d.expr, d.name) for d in self.system.derived + self.system.intermediates}

    @cached_property
    def drifts(self) -> dict[str, sympy.Expr]:
        """The drift of each state, in terms of the names it was written with; 0 for a state that only events change."""
        from sympy import S

        with working():
            return {s.name: S.Zero if s.drift is None else self._convert(s.drift, s.name) for s in self.system.states}

    def rate(self, state: str) -> ast.expr:
        """How fast the drift of ``state`` changes with ``state`` itself, as normal-form AST.

        Parameters
        ----------
        state : str

        Returns
        -------
        ast.expr
            In terms of states, parameters and intermediates.

        Raises
        ------
        AnalysisError
            When the drift cannot be differentiated, for example because a helper function has loops.

        Examples
        --------
        For ``dm/dt = alpha*(1 - m) - beta*m`` with intermediates ``alpha`` and ``beta`` of other states, the rate of
        ``m`` is ``-alpha - beta``.
        """
        from brainpy_lab.symbolic.printing import to_ast

        with working():
            return to_ast(self.drift_derivative(state, state))

    def is_linear_in(self, state: str, equation: str | None = None) -> bool:
        """True when the drift of ``equation`` (by default of ``state`` itself) is linear in ``state``."""
        from brainpy_lab.symbolic.convert import symbol
        from brainpy_lab.symbolic.degree import is_linear

        with working():
            return is_linear(self.substituted(self._drift(equation or state)), symbol(state))

    def is_proportional_to(self, state: str) -> bool:
        """True when the drift of ``state`` is seen to be its rate times ``state``, and that rate does not read it."""
        from sympy import S

        from brainpy_lab.symbolic.convert import symbol

        drift = self.drifts[state]
        if symbol(state) not in drift.free_symbols or any(
            self.reads(n, state) for n in (s.name for s in drift.free_symbols) if n != state
        ):
            return False
        with working():
            return self.is_linear_in(state) and drift.xreplace({symbol(state): S.Zero}) == 0

    def reads(self, name: str, state: str) -> bool:
        """Whether the definition ``name``, if there is one, depends on ``state``."""
        from brainpy_lab.symbolic.convert import symbol

        with working():
            expr = self.definitions.get(name)
            return expr is not None and symbol(state) in self.substituted(expr).free_symbols

    def states_read(self, equation: str) -> frozenset[str]:
        """The states that the drift of ``equation`` depends on, itself among them or not."""
        with working():
            names = {s.name for s in self.substituted(self.drifts[equation]).free_symbols}
        return frozenset(names & set(self.system.state_names))

    def drift_derivative(self, state: str, name: str) -> Any:
        """The total derivative of the drift of ``state`` by ``name``, with intermediates kept as symbols."""
        with working():
            return self._total(self._drift(state), name)

    def derivative_of(self, expr: ast.expr, label: str, name: str) -> Any:
        """The total derivative of any expression of the model by ``name``, with intermediates kept as symbols.

        ``label`` is how an error calls the expression.
        """
        with working():
            return self._total(self._convert(expr, label), name)

    def substituted(self, expr: Any) -> Any:
        """``expr`` with all derived parameters and intermediates written out."""
        from brainpy_lab.symbolic.convert import symbol

        for name, value in reversed(self.definitions.items()):  # each reads those before it: from the last to the first
            expr = expr.xreplace({symbol(name): value})
        return expr

    def _drift(self, state: str) -> sympy.Expr:
        if state not in self.drifts:
            raise ArgumentError(
                f"'{state}' is no state of {self.system.name}.", advice=did_you_mean(state, self.system.state_names)
            )
        return self.drifts[state]

    def _total(self, expr: Any, name: str) -> Any:
        """d(expr)/d(name) by the chain rule over the definitions that ``expr`` reads."""
        from brainpy_lab.symbolic.convert import symbol
        from brainpy_lab.symbolic.differentiate import differentiate

        result = differentiate(expr, symbol(name))
        for inner in sorted(n for n in (s.name for s in expr.free_symbols) if n in self.definitions):
            slope = self._definition_derivative(inner, name)
            if slope != 0:
                result += differentiate(expr, symbol(inner)) * slope
        return result

    def _definition_derivative(self, definition: str, name: str) -> Any:
        key = (definition, name)
        if key not in self._derivatives:
            self._derivatives[key] = self._total(self.definitions[definition], name)
        return self._derivatives[key]

    def _convert(self, expr: ast.expr, name: str) -> Any:
        """The SymPy expression of ``expr``, helper functions written out; errors call it ``name``."""
        from sympy import nan, zoo

        from brainpy_lab.symbolic.convert import to_sympy

        try:
            converted = to_sympy(inline(expr, self.system.functions))
        except NotStraightError as obstacle:
            raise AnalysisError(
                f"No exact derivative of '{name}': a helper function in it has {obstacle}."
            ) from obstacle
        if converted.has(zoo, nan):
            raise self._never_finite(name)
        return converted

    def _never_finite(self, name: str) -> AnalysisError:
        system = self.system
        spans = {d.name: d.span for d in system.derived + system.intermediates} | {
            s.name: s.span for s in system.states
        }
        span = spans.get(name)
        what = f"d{name}/dt" if name in system.state_names else name
        return AnalysisError(
            f"'{what}' has no finite value, whatever the states are: something in it divides by zero.",
            location=system.place(span) if span else None,
            advice="Look for a denominator, or the argument of a logarithm, that is always zero, such as x - x.",
        )


@lru_cache(maxsize=256)
def view(system: System) -> SymbolicView:
    """The symbolic view of ``system``, made once for each fingerprint.

    Parameters
    ----------
    system : System

    Returns
    -------
    SymbolicView
    """
    return SymbolicView(system)
