"""From simulated orbits, and from cycles that are given, to cycles with which branches begin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from brainpy_lab.analysis.continuation.branches_of_cycles.scattered import Sizes, Wanderer
from brainpy_lab.analysis.continuation.cycle_curve import INTERVALS, Orbit
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.closing import EscapeError, Guess, Piece, RestError, UnsettledError, settled
from brainpy_lab.analysis.cycles.returns import near_returns
from brainpy_lab.analysis.cycles.solving import Solved, closed, solved
from brainpy_lab.analysis.vector_field import VectorField

#: Evaluations of the equations, at most, to find a cycle by simulation, and orbits for which that may fail: where
#: nothing known is stable, and elsewhere.
EVALUATIONS = {False: 20_000, True: 8_000}
MOST_FAILURES = {False: 4, True: 2}

#: To what the period of a cycle is known with which a branch begins, relative.
RTOL = 1e-6


@dataclass
class Beginnings:
    """Cycles with which branches begin, and what is left to do for more.

    Attributes
    ----------
    flow : VectorField
    name : str
        Of the parameter.
    sizes : callable
    left : dict
        How often an orbit may still lead to nothing, beside what is stable and elsewhere.
    unsettled : dict
        Values at which an orbit did not settle, and whether a cycle was found that it passes by.
    slow : set of float
        Values at which an orbit comes to a stable cycle ever more slowly.
    """

    flow: VectorField
    name: str
    sizes: Sizes
    left: dict[bool, int] = field(default_factory=lambda: dict(MOST_FAILURES))
    unsettled: dict[float, bool] = field(default_factory=dict)
    slow: set[float] = field(default_factory=set)

    def is_worth(self, w: Wanderer) -> bool:
        """Whether an orbit is to be simulated for longer."""
        return self.left[w.is_beside_rest] > 0 and not self._is_done(w.value)

    def fails(self, w: Wanderer) -> None:
        """Count an orbit that led to nothing; one of those that do not settle is simulated at each value anyway."""
        if not self._is_done(w.value):
            self.left[w.is_beside_rest] -= 1

    def _is_done(self, value: float) -> bool:
        return value in self.unsettled or value in self.slow

    def cycle(self, w: Wanderer) -> Orbit | None:
        """The cycle to which an orbit settles; where it does not, the shortest one found that it passes by."""
        stable = None
        try:
            piece = settled(self.flow.moved(self.name, w.value), w.y, evaluations=EVALUATIONS[w.is_beside_rest])
        except (RestError, EscapeError):
            return None
        except UnsettledError as error:
            run = error.run
        else:
            run, stable = piece.run, self._closed(piece, w.value)
        if stable is not None and not stable.is_unstable:
            return self._orbit(stable, w.value)
        passed = self._passed_by(run, w.value)
        is_stable = passed is not None and not passed.is_unstable
        if is_stable and not w.is_beside_rest:
            self.slow.add(w.value)
        elif not is_stable and (passed is not None or not w.is_beside_rest):
            self.unsettled[w.value] = passed is not None
        return None if passed is None else self._orbit(passed, w.value)

    def near(self, given: Orbit) -> Orbit | None:
        """The cycle near one that is given."""
        guess = Guess(given.mesh, given.profile, given.period, self.sizes(given.profile))
        found = solved(self.flow.moved(self.name, given.parameter), guess, RTOL)
        return None if found is None else self._orbit(found, given.parameter)

    def _passed_by(self, run: Any, value: float) -> Solved | None:
        """The shortest cycle found near the returns of an orbit."""
        pieces = [] if run is None else near_returns(run)
        return next((found for piece in pieces if (found := self._closed(piece, value)) is not None), None)

    def _closed(self, piece: Piece, value: float) -> Solved | None:
        """The cycle near a piece of an orbit, run through once."""
        guess = piece.on(INTERVALS)
        guess = replace(guess, scales=self.sizes(guess.profile))
        return closed(self.flow.moved(self.name, value), guess, RTOL)

    def _orbit(self, found: Solved, value: float) -> Orbit:
        """A cycle on the mesh with which branches begin."""
        mesh = adapted(found.mesh, found.profile, self.sizes(found.profile), INTERVALS)
        return Orbit(mesh, found.mesh.at(found.profile, mesh.nodes), found.period, value)
