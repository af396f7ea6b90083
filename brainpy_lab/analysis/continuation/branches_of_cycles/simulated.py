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
    """

    flow: VectorField
    name: str
    sizes: Sizes
    left: dict[bool, int] = field(default_factory=lambda: dict(MOST_FAILURES))
    unsettled: dict[float, bool] = field(default_factory=dict)

    def is_worth(self, w: Wanderer) -> bool:
        """Whether an orbit is to be simulated for longer."""
        return self.left[w.is_beside_rest] > 0 and w.value not in self.unsettled

    def fails(self, w: Wanderer) -> None:
        """Count an orbit that led to nothing; one of those that do not settle is simulated at each value anyway."""
        if w.value not in self.unsettled:
            self.left[w.is_beside_rest] -= 1

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
            run, stable = piece.run, self._closed(piece, w.value, is_stable=True)
        if stable is not None:
            return stable
        passed = self._passed_by(run, w.value)
        if passed is not None or not w.is_beside_rest:
            self.unsettled[w.value] = passed is not None
        return passed

    def near(self, given: Orbit) -> Orbit | None:
        """The cycle near one that is given."""
        guess = Guess(given.mesh, given.profile, given.period, self.sizes(given.profile))
        found = solved(self.flow.moved(self.name, given.parameter), guess, RTOL)
        return None if found is None else self._orbit(found, given.parameter)

    def _passed_by(self, run: Any, value: float) -> Orbit | None:
        pieces = [] if run is None else near_returns(run)
        return next((o for piece in pieces if (o := self._closed(piece, value)) is not None), None)

    def _closed(self, piece: Piece, value: float, is_stable: bool = False) -> Orbit | None:
        """The cycle near a piece of an orbit, run through once; None, too, where it ought to be stable and is not."""
        guess = piece.on(INTERVALS)
        guess = replace(guess, scales=self.sizes(guess.profile))
        found = closed(self.flow.moved(self.name, value), guess, RTOL)
        return None if found is None or (is_stable and found.is_unstable) else self._orbit(found, value)

    def _orbit(self, found: Solved, value: float) -> Orbit:
        """A cycle on the mesh with which branches begin."""
        mesh = adapted(found.mesh, found.profile, self.sizes(found.profile), INTERVALS)
        return Orbit(mesh, found.mesh.at(found.profile, mesh.nodes), found.period, value)
