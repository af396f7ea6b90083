"""From a guess of a cycle to the cycle: Newton's method, on meshes that adapt and grow until the period stays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.closing import Guess
from brainpy_lab.analysis.cycles.collocation import Collocation
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.cycles.zeros import CycleZeros
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.scaling import swings
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Meshes at most; the number of intervals doubles from one to the next when the mesh has settled.
MOST_MESHES = 9

#: The last step of Newton's method, relative to the range of each state.
TOLERANCE = 1e-10

#: An orbit smaller than this part of the guess is an equilibrium.
SHRUNK = 1e-4

#: A multiplier is outside the unit circle when it is so by more than its error.
OUTSIDE = 1e-5

#: The turns of a closed orbit differ by less than this part of its range; so many are looked for: an orbit may pass a
#: section once in many turns of a fast state.
ALIKE, MOST_TURNS = 1e-5, 40

#: So far from the period guessed a cycle is another one.
OTHER = 3.0


@dataclass(frozen=True)
class Solved:
    """A cycle on a mesh.

    Attributes
    ----------
    mesh : Mesh
    profile : ndarray, shape (n, n_nodes)
    period : float
    error : float
        Of the period, relative, as the last two meshes tell.
    is_unstable : bool
        Whether a multiplier is outside the unit circle.
    """

    mesh: Mesh
    profile: Array
    period: float
    error: float
    is_unstable: bool


def solved(field: VectorField, guess: Guess, rtol: float) -> Solved | None:
    """The cycle near ``guess``, its period to ``rtol``; None where Newton's method fails."""
    mesh, profile, period = guess.mesh, guess.profile, guess.period
    before = np.nan
    for number in range(MOST_MESHES):
        found = on_mesh(field, mesh, profile, period, guess.scales)
        if found is None:
            return None
        error = abs(found.period / before - 1)
        if (number > 1 and error <= rtol) or number == MOST_MESHES - 1:
            return replace(found, error=error)
        before = period = found.period
        # the second mesh is as long as the first: only then it follows the orbit itself and not the guess
        finer = adapted(mesh, found.profile, guess.scales, mesh.intervals * (2 if number else 1))
        profile, mesh = mesh.at(found.profile, finer.nodes), finer
    return None


def closed(field: VectorField, guess: Guess, rtol: float) -> Solved | None:
    """The cycle near a piece of an orbit that nearly closes, and may do so after several turns: the cycle of one."""
    found = solved(field, guess, rtol)
    return None if found is None else of_one_turn(field, found, rtol)[1]


def of_one_turn(field: VectorField, found: Solved, rtol: float) -> tuple[int, Solved]:
    """How many turns a closed orbit makes, and the cycle of one."""
    turns = 1
    while (parts := turns_of(found)) > 1:
        mesh = Mesh.uniform(found.mesh.intervals)
        profile = found.mesh.at(found.profile, mesh.nodes / parts)
        one = solved(field, Guess(mesh, profile, found.period / parts, swings(profile)), rtol)
        if one is None:
            break
        turns, found = turns * parts, one
    return turns, found


def turns_of(found: Solved) -> int:
    """Into how many parts that are alike a closed orbit falls."""
    scales = swings(found.profile)[:, None]
    for parts in range(MOST_TURNS, 1, -1):
        apart = np.abs(found.mesh.at(found.profile, found.mesh.nodes + 1 / parts) - found.profile)
        if (apart < ALIKE * scales).all():
            return parts
    return 1


def on_mesh(field: VectorField, mesh: Mesh, profile: Array, period: float, scales: Array) -> Solved | None:
    """The cycle near a profile, on its mesh."""
    problem = Collocation(field, (), mesh, scales, np.empty(0)).referring_to(profile)
    units = problem.pack(np.broadcast_to(scales[:, None], profile.shape), period)
    zero = newton(CycleZeros(problem, units), problem.pack(profile, period) / units, TOLERANCE)
    if not zero.converged:
        return None
    found, length = problem.profile(zero.point * units), float(zero.point[-1] * units[-1])
    if not 1 / OTHER < length / period < OTHER or (np.ptp(found, axis=1) < SHRUNK * scales).all():
        return None
    sizes = np.abs(problem.multipliers(zero.point * units, zero.slopes.slopes).values)
    return Solved(mesh, found, length, np.inf, bool((sizes > 1 + OUTSIDE).any()))
