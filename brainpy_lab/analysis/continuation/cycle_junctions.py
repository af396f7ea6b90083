"""Where branches of cycles cross: which of the four ways on have been followed.

A crossing is met from each branch on a mesh and with a phase of its own. What tells one way from another in all of them
are quantities of the orbit that know of neither: parameter, period, means and mean squares.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.vector_field import Array

#: Orbits whose quantities differ by less than this are one.
SAME = 1e-5

#: How far along a way an orbit is looked at to tell where it leads.
LENGTH = 1e-3

#: An orbit that lies off the steep branch of a pitchfork by more than this part of its distance is on an arm.
ASIDE = 1e-3


@dataclass(eq=False)
class Junction:
    """A crossing of two branches.

    Attributes
    ----------
    orbit : Orbit
        At the crossing.
    ways : tuple of ndarray, shape (n_nodes * n + 2,)
        The tangents of both branches, on its mesh.
    is_pitchfork : bool
        The second one is that of the two arms.
    scales : ndarray, shape (n,)
        Units of the states.
    width : float
        That of the parameter.
    left : set
        What has not been followed: which tangent, and +1 or -1 for its direction.
    """

    orbit: Orbit
    ways: tuple[Array, Array]
    is_pitchfork: bool
    scales: Array
    width: float
    left: set[tuple[int, int]] = field(default_factory=lambda: {(k, side) for k in (0, 1) for side in (1, -1)})

    def is_at(self, orbit: Orbit) -> bool:
        """Whether an orbit is that of the crossing."""
        gaps = quantities(self.orbit, self.scales, self.width) - quantities(orbit, self.scales, self.width)
        return bool((np.abs(gaps) < SAME).all())

    def came_by(self, orbit: Orbit) -> None:
        """Strike off the way on which a nearby ``orbit`` lies."""
        there = quantities(orbit, self.scales, self.width) - quantities(self.orbit, self.scales, self.width)
        first, second = (self._leads_to(way) for way in self.ways)
        if self.is_pitchfork:  # its arms bend towards the steep branch, away from their own tangent
            along, aside = np.linalg.lstsq(np.column_stack([first, second]), there, rcond=None)[0]
            is_aside = abs(aside) * np.linalg.norm(second) > ASIDE * np.linalg.norm(there)
            way = (1, int(np.sign(aside))) if is_aside else (0, int(np.sign(along)))
        else:
            likeness = np.array([there @ to / np.linalg.norm(to) for to in (first, second)])
            k = int(np.argmax(np.abs(likeness)))
            way = (k, int(np.sign(likeness[k])))
        self.left.discard(way)

    def _leads_to(self, way: Array) -> Array:
        """How the quantities begin to change along a tangent."""
        states = way[:-2].reshape(-1, len(self.scales)).T
        size = LENGTH / float(max(np.abs(states / self.scales[:, None]).max(), abs(way[-1]) / self.width))
        here = self.orbit
        moved = Orbit(
            here.mesh, here.profile + size * states, here.period + size * float(way[-2]),
            here.parameter + size * float(way[-1]),
        )  # fmt: skip
        return quantities(moved, self.scales, self.width) - quantities(here, self.scales, self.width)


def quantities(orbit: Orbit, scales: Array, width: float) -> Array:
    """What an orbit has whatever its mesh and phase, in units of states and parameter."""
    means = moments(orbit.mesh, orbit.profile, scales)
    return np.concatenate([[orbit.parameter / width, np.log(orbit.period)], means])


def moments(mesh: Mesh, profile: Array, scales: Array) -> Array:
    """Means of the states, and mean squares about them, in units, (2 n,)."""
    values = mesh.at_points(profile) / scales[:, None, None]
    means = (values * mesh.weights).sum(axis=(1, 2))
    squares = ((values - means[:, None, None]) ** 2 * mesh.weights).sum(axis=(1, 2))
    return np.concatenate([means, squares])
