"""Curves of cycles: each point has a mesh of its own, which follows the orbit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from brainpy_lab.analysis.continuation.curve import FIRST, LONGER, Curve, CurvePoint, Followed
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.collocation import Collocation
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.cycles.zeros import CycleZeros
from brainpy_lab.analysis.newton import length_of
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Intervals of the first mesh, and at most; special points are found on twice as many.
INTERVALS, MOST_INTERVALS = 60, 240

#: Cycles of a branch at most, with steps of the first length: near a homoclinic orbit of a focus it turns for ever.
MOST_CYCLES, USUAL_STEP = 250, 0.1

#: A mesh gets twice as many intervals where the error of the equations on one is above the first, and half as many
#: where it is below the second, relative to the range of the orbit.
COARSE, FINE = 1e-3, 1e-7

#: The part of the most by which the tangent is to turn in a step. Where it bends more and more, it is expected to go
#: on so, by a factor of the second at most. A step is shorter than the one before by the third at most.
WANTED, FASTER, SHORTER = 0.6, 2.0, 0.5

#: No turn is as small.
TINY = 1e-12

#: An orbit whose halves differ by less than this part of its range has a mesh of equal halves.
PARTED = 0.2


@dataclass(frozen=True, repr=False)
class Orbit:
    """A cycle as it stands on a branch.

    Attributes
    ----------
    mesh : Mesh
    profile : ndarray, shape (n, n_nodes)
    period, parameter : float
    """

    mesh: Mesh
    profile: Array
    period: float
    parameter: float

    @property
    def place(self) -> tuple[float, ...]:
        """The free parameters."""
        return (self.parameter,)

    def __repr__(self) -> str:
        states, nodes = self.profile.shape
        place = ", ".join(f"{value:.6g}" for value in self.place)
        return f"<orbit of period {self.period:.6g} at {place}: {states} states at {nodes} times>"


@dataclass
class CycleCurve(Curve):
    """A curve of cycles.

    Attributes
    ----------
    least : ndarray, shape (n,)
        The least scales of the states; those of larger orbits are their ranges.
    longest_period : float
        Where the curve ends.
    here : CurvePoint
        The last point, on the mesh on which the next one will be.
    """

    #: Intervals of its meshes at least.
    least_intervals: ClassVar[int] = INTERVALS

    #: From a cubic one or two steps with slopes of their own are enough: where there are more, it is a solution of the
    #: equations on the mesh alone that is found, as beside a homoclinic orbit.
    most_iterations: ClassVar[int] = 4

    #: A cubic that comes no nearer than this, relative to the straight way, makes errors of meshes larger.
    smooth: ClassVar[float] = 0.3

    least: Array = None  # type: ignore[assignment]
    longest_period: float = np.inf
    here: CurvePoint = None  # type: ignore[assignment]
    _before: CurvePoint | None = field(default=None, repr=False)
    _bend: float = field(default=0.0, repr=False)
    _guesses: tuple[Array, Array] | None = field(default=None, repr=False)
    _is_smooth: bool = field(default=True, repr=False)

    @classmethod
    def of(
        cls,
        flow: VectorField,
        name: str,
        search: Search,
        least: Array,
        longest_period: float,
    ) -> CycleCurve:
        """A curve that has no point yet."""
        mesh = Mesh.uniform(INTERVALS)
        problem = Collocation(flow, (name,), mesh, least, np.zeros((len(least), mesh.intervals, mesh.degree)))
        ones, (within,) = np.ones(problem.size), search.ranges
        made = cls(CycleZeros(problem, ones), within, ones, search.longest, search.tolerance)
        made.least, made.longest_period = least, longest_period
        made.most = int(MOST_CYCLES * max(1.0, USUAL_STEP / search.longest))
        return made

    @property
    def collocation(self) -> Collocation:
        """The equations on the present mesh."""
        problem = self.problem
        assert isinstance(problem, CycleZeros)
        return problem.collocation

    def scales(self, profile: Array) -> Array:
        """The sizes in which the states of an orbit are measured, (n,)."""
        result: Array = np.maximum(self.least, np.ptp(profile, axis=1))
        return result

    def orbit(self, point: CurvePoint) -> Orbit:
        """The cycle at a point on the present mesh."""
        found = self.collocation
        return Orbit(found.mesh, found.profile(point.u), float(point.u[-2]), point.parameter)

    def take(
        self, orbit: Orbit, tangent: Array, mesh: Mesh | None = None, reference: Array | None = None
    ) -> CurvePoint:
        """Make ``orbit`` the point from which the next step goes, along ``tangent``.

        Parameters
        ----------
        orbit : Orbit
        tangent : ndarray
            On the orbit's mesh, of the size of its unknowns.
        mesh : Mesh, optional
            To go over to.
        reference : ndarray, shape (n, n_nodes), optional
            The profile that fixes the phase; by default the orbit.
        """
        old = replace(self.collocation, mesh=orbit.mesh)
        mesh = mesh or orbit.mesh
        further = [] if reference is None else [reference]
        profile, way, *others = orbit.mesh.carried([orbit.profile, old.profile(tangent), *further], mesh)
        scales = self.scales(profile)
        problem = replace(old, mesh=mesh, scales=scales).referring_to(others[0] if others else profile)
        states = scales[:, None] * np.sqrt(len(scales)) / np.sqrt(mesh.shares)
        self.units = problem.pack(states, abs(orbit.period), *self.spans)
        u = problem.pack(profile, orbit.period, *orbit.place)
        self.problem, self._scaled = self._zeros(problem, u), None
        along = problem.pack(way, *tangent[-1 - self.parameters :])
        self.here = CurvePoint(u, along / float(np.linalg.norm(along / self.units)))
        return self.here

    def _zeros(self, problem: Collocation, u: Array) -> Followed:
        """What is followed, on a mesh that has been taken for the cycle ``u``."""
        return CycleZeros(problem, self.units)

    @property
    def first(self) -> float:
        """Of the first step: near their beginning cycles change fast, whatever the longest step."""
        return FIRST * min(self.longest, USUAL_STEP)

    def steps(self, start: CurvePoint) -> Iterator[CurvePoint]:
        """Points from ``start`` on; see `Curve.steps`."""
        self._before, self._bend, self._guesses, self._is_smooth = None, 0.0, None, True
        return super().steps(start)

    def _guess(self, here: CurvePoint, step: float) -> Array:
        """On the cubic through the last two points and their tangents.

        Where a multiplier changes much within a thousandth of the units, as that of a period doubling beside a fold of
        cycles, Newton's method finds the way back to the curve from that near alone. Where the cubic came hardly
        nearer the last time, as beside a homoclinic orbit, the guess is straight.
        """
        straight = super()._guess(here, step)
        if self._before is None:
            return straight
        cubic = self.cubic(self._before, here, 1 + step / length_of(self._scale(here.u - self._before.u)))
        self._guesses = straight, cubic
        return cubic if self._is_smooth else straight

    def _growth(self, step: float, turn: float) -> float:
        """So that the tangent turns by `WANTED` of the most, with a bend that changes as it did on this step."""
        bend, before = turn / step, self._bend
        self._bend = bend
        ahead = bend * min(max(bend / before, 1.0), FASTER) if before else bend
        return min(max(WANTED * self.most_turn / max(ahead * step, TINY), SHORTER), LONGER)

    def _renewed(self, point: CurvePoint) -> CurvePoint:
        if self._guesses is not None:
            straight, cubic = (length_of(self._scale(point.u - guess)) for guess in self._guesses)
            self._is_smooth = cubic < self.smooth * straight
        old, before = self.collocation, self.here
        here = self._on_new_mesh(point)
        there, last = self.collocation, -1 - self.parameters
        profiles = old.mesh.carried([old.profile(before.u), old.profile(before.tangent)], there.mesh)
        u, tangent = (
            there.pack(profile, *v[last:]) for profile, v in zip(profiles, (before.u, before.tangent), strict=True)
        )
        self._before = CurvePoint(u, tangent / length_of(self._scale(tangent)))
        return here

    def _on_new_mesh(self, point: CurvePoint) -> CurvePoint:
        """The point from which the next step goes, on the mesh that fits it."""
        orbit = self.orbit(point)
        count = orbit.mesh.intervals
        error = self.collocation.defect(point.u)
        if error > COARSE and count < MOST_INTERVALS:
            count *= 2
        elif error < FINE and count >= 2 * self.least_intervals:
            count //= 2
        scales = self.scales(orbit.profile)
        mesh = adapted(orbit.mesh, orbit.profile, scales, count)
        # with halves that differ the equations on the mesh have no period doubling where doubled cycles end; in a plane
        # there is none
        if len(scales) > 2 and (np.abs(orbit.mesh.parting(orbit.profile)) < PARTED * scales[:, None]).all():
            mesh = mesh.with_equal_halves
        return self.take(orbit, point.tangent, mesh)

    def _reached(self, point: CurvePoint) -> str:
        period = float(point.u[-1 - self.parameters])
        if not 0 < period <= self.longest_period:
            return "period"
        return "" if np.isfinite(point.u).all() else "far"

    def _passes(self, start: CurvePoint, a: CurvePoint, b: CurvePoint) -> bool:
        return False  # points stand on meshes of their own: a closed curve ends where its tracer sees it
