"""From simulated orbits, and from cycles that are given, to cycles with which branches begin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from brainpy_lab.analysis.continuation.branches_of_cycles.scattered import Sizes, Wanderer
from brainpy_lab.analysis.continuation.cycle_curve import INTERVALS, Orbit
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.closing import EscapeError, Guess, RestError, settled
from brainpy_lab.analysis.cycles.solving import solved
from brainpy_lab.analysis.vector_field import VectorField
from brainpy_lab.errors import AnalysisError

#: Evaluations of the equations, at most, to find a cycle by simulation, and orbits for which that is tried: where
#: nothing known is stable, and elsewhere.
EVALUATIONS = {False: 20_000, True: 8_000}
MOST_TRIES = {False: 4, True: 2}


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
        Tries that are left, beside what is stable and elsewhere.
    unsettled : set of float
        Values at which orbits did not settle.
    """

    flow: VectorField
    name: str
    sizes: Sizes
    left: dict[bool, int] = field(default_factory=lambda: dict(MOST_TRIES))
    unsettled: set[float] = field(default_factory=set)

    def is_worth(self, w: Wanderer) -> bool:
        """Whether an orbit is to be simulated for longer."""
        return self.left[w.is_beside_rest] > 0 and w.value not in self.unsettled

    def settled(self, w: Wanderer) -> Orbit | None:
        """The cycle to which an orbit settles, if it does."""
        self.left[w.is_beside_rest] -= 1
        try:
            piece = settled(self.flow.moved(self.name, w.value), w.y, evaluations=EVALUATIONS[w.is_beside_rest])
        except (RestError, EscapeError):
            return None
        except AnalysisError:
            if not w.is_beside_rest:
                self.unsettled.add(w.value)
            return None
        guess = piece.on(INTERVALS)
        return self.solved(replace(guess, scales=self.sizes(guess.profile)), w.value, stable=True)

    def near(self, given: Orbit) -> Orbit | None:
        """The cycle near one that is given."""
        scales = self.sizes(given.profile)
        return self.solved(Guess(given.mesh, given.profile, given.period, scales), given.parameter)

    def solved(self, guess: Guess, value: float, stable: bool = False) -> Orbit | None:
        """The cycle near a guess, on the mesh with which branches begin; None, too, where it ought to be stable."""
        found = solved(self.flow.moved(self.name, value), guess, 1e-6)
        if found is None or (stable and found.is_unstable):
            return None
        mesh = adapted(found.mesh, found.profile, guess.scales, INTERVALS)
        return Orbit(mesh, found.mesh.at(found.profile, mesh.nodes), found.period, value)
