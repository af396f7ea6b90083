"""Where branches of cycles cross, and the ways that lead on from there.

Where two branches cross the equations of a cycle are short of one direction: F(u) + eta c = 0, with a direction c that
they do not reach, has a solution for all small (a, b), the distances from a point along two ways across. Branches are
the lines on which eta(a, b) vanishes; they cross where eta and its gradient do, along the directions in which its
second derivative is zero (Lyapunov and Schmidt's reduction; Keller 1977, see `curve`). The extended equations are
regular at the crossing, where those of a branch are not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve
from brainpy_lab.analysis.continuation.defining import null_lines
from brainpy_lab.analysis.cycles.zeros import CycleZeros, InUnits
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.vector_field import Array

#: Steps of Newton's method to the crossing, and the length of the last one, in units of the curve.
MOST_STEPS, LAST = 12, 1e-9

#: Distances at which the gradient of eta is taken for its second derivative: on the way, and at the crossing.
WAY, FINE_WAY = 1e-4, 1e-3

#: Branches that pass each other at less than this, in units of the curve, cross.
MISS = 1e-4

#: An orbit that moves by less than this part of those beside it is an equilibrium; one whose halves are nearer to each
#: other by as much has half the period.
AT_REST = 1e-3

#: A parameter below this, in units, is zero but for rounding errors.
ROUNDING = 1e-14

#: A way whose part along the parameter is below this is that of a pitchfork's two arms.
FLAT = 1e-3


@dataclass(frozen=True)
class Crossing:
    """A cycle at which two branches cross.

    Attributes
    ----------
    u : ndarray, shape (size,)
        The cycle, on the mesh of the curve that came there.
    ways : tuple of ndarray, shape (size,)
        The tangents of both branches, of length one in units of the curve, the steeper one in the parameter first.
    is_pitchfork : bool
        The second one is across the parameter.
    """

    u: Array
    ways: tuple[Array, Array]
    is_pitchfork: bool


@dataclass(frozen=True)
class _Place:
    """What holds at one (a, b): cycle and eta, the gradient of eta, and how the cycle moves with a and with b."""

    z: Array
    gradient: Array
    ways: Array


@dataclass(frozen=True)
class _Unfolded:
    """F(u) + eta c = 0 and the distances from ``at`` along two ``rows``; unknowns are u, in units, and eta."""

    problem: CycleZeros
    column: Array
    rows: Array
    at: Array
    aim: Array

    def both(self, z: Array) -> tuple[Array, InUnits]:
        """The residual, and its derivatives."""
        units = self.problem.units
        value, slopes = self.problem.collocation.both(z[:-1] * units, self.column)
        value = np.append(value + z[-1] * self.column, self.rows @ (z[:-1] - self.at) - self.aim)
        wide = np.concatenate([self.rows / units, np.zeros((2, 1))], axis=1)
        return value, InUnits(slopes.with_rows(wide), np.append(units, 1.0))

    def place(self, aim: Array, guess: Array) -> _Place | None:
        """The solution at (a, b) = ``aim``."""
        zero = newton(replace(self, aim=aim), guess)
        if not zero.converged:
            return None
        moved = zero.slopes.solve(np.eye(len(guess), 2, 2 - len(guess)))
        return _Place(zero.point, moved[-1], moved[:-1].T)

    def bend(self, here: _Place, aim: Array, way: float) -> Array | None:
        """The second derivative of eta at ``aim``, (2, 2), by central differences of its gradient."""
        columns = []
        for k in range(2):
            aside = way * np.eye(2)[k]
            guesses = [here.z + side * way * np.append(here.ways[k], here.gradient[k]) for side in (1, -1)]
            ahead, behind = self.place(aim + aside, guesses[0]), self.place(aim - aside, guesses[1])
            if ahead is None or behind is None:
                return None
            columns.append((ahead.gradient - behind.gradient) / (2 * way))
        found = np.array(columns)
        return np.asarray((found + found.T) / 2)


def crossing(curve: CycleCurve, a: CurvePoint, b: CurvePoint) -> Crossing | None:
    """The crossing near the piece of a branch from ``a`` to ``b``; None where there is none."""
    try:
        found = _found(_unfolded(curve, a, b), curve, float(np.linalg.norm((b.u - a.u) / curve.units)))
    except np.linalg.LinAlgError:
        return None
    if found is None:
        return None
    # at a Hopf point cycles cross the equilibrium, which is a cycle of any period; and at a period doubling those of
    # twice the period cross the cycle that they grow from, run through twice
    ends = any(size(curve, found.u) <= AT_REST * max(size(curve, p.u) for p in (a, b)) for size in (_swing, _parting))
    return None if ends else found


def _swing(curve: CycleCurve, u: Array) -> float:
    return float((np.ptp(curve.collocation.profile(u), axis=1) / curve.collocation.scales).max())


def _parting(curve: CycleCurve, u: Array) -> float:
    """How far the two halves of an orbit are apart."""
    parting = curve.collocation.mesh.parting(curve.collocation.profile(u))
    return float((np.abs(parting).max(axis=1) / curve.collocation.scales).max())


def _unfolded(curve: CycleCurve, a: CurvePoint, b: CurvePoint) -> _Unfolded:
    problem = curve.scaled
    assert isinstance(problem, CycleZeros)
    z, along = (a.u + b.u) / 2 / curve.units, (b.u - a.u) / curve.units
    along = along / np.linalg.norm(along)
    # what the equations nearly miss grows most when they are solved; nearly no direction is one that they reach, so
    # that any will do for c
    random = np.random.default_rng(1)
    slopes = problem.bordered(along[None], z).both(z)[1]
    aside = slopes.solve(random.standard_normal(len(z)))
    aside = aside - (aside @ along) * along
    mesh, scales = curve.collocation.mesh, curve.collocation.scales
    sizes = np.append(np.tile(scales, mesh.intervals * mesh.degree), 1.0)
    column = random.standard_normal(len(z) - 1) * sizes / np.sqrt(len(z))
    return _Unfolded(problem, column, np.array([along, aside / np.linalg.norm(aside)]), z, np.zeros(2))


def _found(unfolded: _Unfolded, curve: CycleCurve, length: float) -> Crossing | None:
    aim, here = np.zeros(2), unfolded.place(np.zeros(2), np.append(unfolded.at, 0.0))
    for _ in range(MOST_STEPS):
        bend = None if here is None else unfolded.bend(here, aim, WAY)
        if here is None or bend is None:
            return None
        step = -np.linalg.solve(bend, here.gradient)
        aim = aim + step
        if not np.linalg.norm(aim) < 2 * length + 10 * WAY:
            return None
        here = unfolded.place(aim, here.z + np.append(step @ here.ways, step @ here.gradient))
        if np.linalg.norm(step) < LAST:
            break
    else:
        return None
    return None if here is None else _described(unfolded, curve, here, aim)


def _described(unfolded: _Unfolded, curve: CycleCurve, here: _Place, aim: Array) -> Crossing | None:
    bend = unfolded.bend(here, aim, FINE_WAY)
    if bend is None or np.sqrt(2 * abs(here.z[-1]) / np.abs(bend).max()) > MISS:
        return None
    ways = [x * here.ways[0] + y * here.ways[1] for x, y in null_lines(bend[0, 0], bend[0, 1], bend[1, 1])]
    if len(ways) < 2:
        return None
    steep, flat = sorted((way / np.linalg.norm(way) for way in ways), key=lambda way: -abs(float(way[-1])))
    z = here.z[:-1]
    z[-1] = 0.0 if abs(z[-1]) < ROUNDING else z[-1]
    return Crossing(z * curve.units, (steep * curve.units, flat * curve.units), bool(abs(flat[-1]) < FLAT))
