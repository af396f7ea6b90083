"""The noise of a System seen by SymPy: derivatives of its amplitudes, and what kind of noise it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

from brainpy_lab.equations.system import System
from brainpy_lab.symbolic.view import view, working


class DiffusionView:
    """Amplitudes g[i, k] of the noise sources k in the states i; make it with `diffusion_view`.

    Every property raises `AnalysisError` when an amplitude cannot be differentiated.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.amplitudes = {(s.name, n.source): n.amplitude for s in system.states for n in s.noise}
        self._derivatives: dict[tuple[str, str, str], Any] = {}
        self._commuting: dict[tuple[str, str, str], bool] = {}

    def derivative(self, state: str, source: str, name: str) -> Any:
        """d(g[state, source])/d(name), with intermediates kept as symbols."""
        key = (state, source, name)
        if key not in self._derivatives:
            label = f"the amplitude of {source} in d{state}/dt"
            self._derivatives[key] = view(self.system).derivative_of(self.amplitudes[state, source], label, name)
        return self._derivatives[key]

    def slope(self, state: str, source: str, name: str) -> ast.expr | None:
        """d(g[state, source])/d(name) as normal-form AST; None where it is zero."""
        from brainpy_lab.symbolic.printing import to_ast

        derivative = self.derivative(state, source, name)
        with working():
            return None if derivative == 0 else to_ast(derivative)

    def states_of(self, source: str) -> tuple[str, ...]:
        """The states that a source drives."""
        return tuple(s for s in self.system.state_names if (s, source) in self.amplitudes)

    def sources_of(self, state: str) -> tuple[str, ...]:
        """The sources that drive a state."""
        return tuple(k for k in self.system.noise_sources if (state, k) in self.amplitudes)

    def differentiate(self) -> None:
        """Take every derivative, for those who need them all to know that there are."""
        for _ in self._dependences():
            pass

    @cached_property
    def is_additive(self) -> bool:
        """Whether no amplitude depends on a state."""
        return not any(True for _ in self._dependences())

    @cached_property
    def is_separate(self) -> bool:
        """Whether each state has one source at most, and each amplitude depends on states of its own source alone.

        Scalar noise (one source) and diagonal noise (one source for each state) are the usual cases.
        """
        if any(len(self.sources_of(s)) > 1 for s in self.system.state_names):
            return False
        return all(set(self.sources_of(name)) <= {source} for _, source, name in self._dependences())

    @cached_property
    def is_commutative(self) -> bool:
        """Whether sum_j g[j,k] dg[i,l]/dx_j is the same with k and l exchanged, for all states and pairs of sources."""
        sources = self.system.noise_sources
        pairs = [(k, m) for a, k in enumerate(sources) for m in sources[a + 1 :]]
        return all(self.commute(state, k, m) for state in self.system.state_names for k, m in pairs)

    def commute(self, state: str, k: str, m: str) -> bool:
        """Whether in one state the amplitude of source m changes along that of k as that of k does along that of m."""
        import sympy

        key = (state, k, m)
        if key not in self._commuting:  # simplify takes seconds for long amplitudes
            whole = view(self.system)
            with working():
                difference = whole.substituted(self._along(state, k, m) - self._along(state, m, k))
                self._commuting[key] = bool(sympy.simplify(difference) == 0)
        return self._commuting[key]

    def _along(self, state: str, k: str, m: str) -> Any:
        """Derivative of g[state, m] along the amplitudes of source k."""
        from brainpy_lab.symbolic.convert import to_sympy
        from brainpy_lab.symbolic.inline import inline

        total: Any = 0
        if (state, m) not in self.amplitudes:
            return total
        for other in self.states_of(k):
            slope = self.derivative(state, m, other)
            if slope != 0:
                total += slope * to_sympy(inline(self.amplitudes[other, k], self.system.functions))
        return total

    def _dependences(self) -> Iterator[tuple[str, str, str]]:
        """(state, source, name) for every amplitude and state it depends on."""
        for state, source in self.amplitudes:
            for name in self.system.state_names:
                if self.derivative(state, source, name) != 0:
                    yield state, source, name


@lru_cache(maxsize=256)
def diffusion_view(system: System) -> DiffusionView:
    """The view of the noise of ``system``, made once for each fingerprint.

    Parameters
    ----------
    system : System

    Returns
    -------
    DiffusionView
    """
    return DiffusionView(system)
