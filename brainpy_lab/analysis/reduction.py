"""Fewer unknowns before the search for fixed points: states that an equation gives in closed form are put in place.

A gating variable at rest is a function of the voltage, ``m = m_inf(V)``; so the fixed points of Hodgkin and Huxley's
four equations are the zeros of one function of one variable. An equation can give a state when it is linear in it. The
coefficient must keep its sign; where it vanishes, other branches of solutions could hide.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.cache.findings import found
from brainpy_lab.equations.system import System
from brainpy_lab.errors import AnalysisError
from brainpy_lab.symbolic import view

#: A coefficient that comes this near to zero, relative to its largest value, is taken to vanish.
VANISHES = 1e-5

#: Over one unknown a coefficient is compared with its neighbours instead: rates that grow exponentially with voltage
#: span many orders. Of two even samples beside a double zero one is a ninth of those on both sides of them, or less.
DIPS = 0.2

#: Reductions to more unknowns than this gain nothing: the search in three and more dimensions is the same.
MOST_UNKNOWNS = 2


@dataclass(frozen=True)
class Elimination:
    """Which unknowns remain, and which equation gives each of the others, in order.

    Attributes
    ----------
    core : tuple of int
        The free states that remain unknown.
    steps : tuple of (int, int)
        Pairs (equation, state): that equation, solved for that state.
    residuals : tuple of int
        The equations that are left for the core to satisfy.
    rounds : tuple of tuple
        The steps again, those together whose equations read nothing of each other.
    """

    core: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    residuals: tuple[int, ...]
    rounds: tuple[tuple[tuple[int, int], ...], ...] = ()


@dataclass(frozen=True)
class Reduced:
    """A field with some states put in place; a function of the core alone."""

    field: VectorField
    elimination: Elimination

    def fill(self, core: Array) -> Array:
        """All free states, shape (n_free, ...), from the core, shape (n_core, ...)."""
        return self._solve(core)[0]

    def residual(self, core: Array) -> Array:
        """The drifts left over, shape (n_core, ...); their common zeros are the fixed points."""
        result: Array = self.field.rhs(self.fill(core))[list(self.elimination.residuals)]
        return result

    def is_safe(self, core: Array) -> bool:
        """True when no coefficient divided by vanishes or changes its sign over the sample ``core``."""
        is_line = len(core) == 1
        if is_line:
            core = np.linspace(core.min(), core.max(), core.size)[None]
        for coefficient in self._solve(core)[1]:
            finite = coefficient[np.isfinite(coefficient)]
            if not finite.size or finite.min() <= 0 <= finite.max():
                return False
            if _dips(np.abs(finite)) if is_line else np.abs(finite).min() <= VANISHES * np.abs(finite).max():
                return False
        return True

    def _solve(self, core: Array) -> tuple[Array, list[Array]]:
        y = np.zeros((len(self.field.free), *core.shape[1:]))
        for row, values in zip(self.elimination.core, core, strict=True):
            y[row] = values
        coefficients = []
        for together in self.elimination.rounds:
            # linear in the state: its values at 0 and 1 say the line, and so where it is zero
            equations, states = (list(which) for which in zip(*together, strict=True))
            at_zero = self.field.rhs(y)[equations]
            y[states] = 1.0
            slopes = self.field.rhs(y)[equations] - at_zero
            with np.errstate(all="ignore"):
                y[states] = -at_zero / slopes
            coefficients += list(slopes)
        return y, coefficients


def _dips(sizes: Array) -> bool:
    """Whether a coefficient comes near zero between neighbours: two of them are far below those on both sides."""
    pairs = np.minimum(sizes[1:-2], sizes[2:-1])
    return bool((pairs <= DIPS * np.minimum(sizes[:-3], sizes[3:])).any())


def reduce_field(field: VectorField, sample: Array) -> Reduced:
    """``field`` with as few unknowns as its equations allow.

    Parameters
    ----------
    field : VectorField
    sample : array, shape (n_free, n_points)
        Points of the region searched: over them the coefficients must keep their signs.
    """
    for elimination in eliminations(field.system, field.free):
        reduced = Reduced(field, elimination)
        if not elimination.steps or reduced.is_safe(sample[list(elimination.core)]):
            return reduced
    raise AssertionError("the last elimination has no steps")


@lru_cache(maxsize=256)
def eliminations(system: System, free: tuple[str, ...]) -> tuple[Elimination, ...]:
    """Every elimination worth trying, those with the smallest core first; the last one leaves the system as it is.

    ``own_first`` comes before its opposite: a gate is given by its own equation, whose coefficient is its rate.
    """
    everything = tuple(range(len(free)))
    identity = Elimination(everything, (), everything)
    try:
        reads, linear = _structure(system, free)
    except AnalysisError:  # SymPy cannot tell what is linear: nothing is eliminated
        return (identity,)
    worth = [
        elimination
        for size in range(1, min(MOST_UNKNOWNS, len(free) - 1) + 1)
        for core in combinations(everything, size)
        for own_first in (True, False)
        if (elimination := _elimination(core, len(free), reads, linear, own_first)) is not None
    ]
    return (*dict.fromkeys(worth), identity)


def linear_pairs(system: System, free: tuple[str, ...]) -> frozenset[tuple[int, int]]:
    """The pairs (equation, state) in which the drift is linear in the state; none where SymPy cannot tell."""
    try:
        return frozenset(_structure(system, free)[1])
    except AnalysisError:
        return frozenset()


@lru_cache(maxsize=256)
def _structure(system: System, free: tuple[str, ...]) -> tuple[list[set[int]], set[tuple[int, int]]]:
    """Which free states each equation reads, and the pairs (equation, state) in which it is linear in the state."""
    known = found(system, f"what equations of {free} read and are linear in", lambda: _asked(system, free))
    return [set(read) for read in known["reads"]], {(i, j) for i, j in known["linear"]}


def _asked(system: System, free: tuple[str, ...]) -> dict[str, list[list[int]]]:
    symbols = view(system)
    delayed = {d.state for d in system.delays}
    reads: list[list[int]] = []
    linear: list[list[int]] = []
    for i, equation in enumerate(free):
        read = symbols.states_read(equation)
        reads.append([j for j, name in enumerate(free) if name in read or name in delayed])
        for j, name in enumerate(free):
            if name in read and name not in delayed and symbols.is_linear_in(name, equation):
                linear.append([i, j])
    return {"reads": reads, "linear": linear}


def _elimination(
    core: tuple[int, ...], n: int, reads: list[set[int]], linear: set[tuple[int, int]], own_first: bool
) -> Elimination | None:
    """Solve equations one after another for what they say of a state not known yet; None when that leaves some unknown.

    ``own_first`` decides whether a state's own equation or another one is taken when both would do.
    """
    known, unused = set(core), list(range(n))
    steps: list[tuple[int, int]] = []
    rounds: list[list[tuple[int, int]]] = []
    given_in = dict.fromkeys(core, 0)
    while len(known) < n:
        ready = [(i, j) for i in unused for j in reads[i] - known if (i, j) in linear and reads[i] <= known | {j}]
        if not ready:
            return None
        equation, state = min(ready, key=lambda pair: ((pair[0] == pair[1]) != own_first, pair))
        steps.append((equation, state))
        given_in[state] = 1 + max((given_in[j] for j in reads[equation] - {state}), default=0)
        rounds += [[] for _ in range(given_in[state] - len(rounds))]
        rounds[given_in[state] - 1].append((equation, state))
        known.add(state)
        unused.remove(equation)
    return Elimination(core, tuple(steps), tuple(unused), tuple(map(tuple, rounds)))
