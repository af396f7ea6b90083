"""Curves of cycles in a box of two parameters: each point has a mesh of its own, which follows the orbit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_curve import INTERVALS, CycleCurve, Orbit
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.collocation import Collocation
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.cycles.zeros import CycleZeros
from brainpy_lab.analysis.two_parameters.cycle_conditions import Condition, kernel
from brainpy_lab.analysis.two_parameters.cycle_surface import OnIt, OnSurface
from brainpy_lab.analysis.two_parameters.in_box import InBox
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Cycles of a curve at most.
MOST = 250

#: Parameters stand still where in so many steps they move by less than this part of them, while the cycles change.
STANDING, STILL = 8, 1e-4


@dataclass(frozen=True, repr=False)
class PlaneOrbit(Orbit):
    """A cycle as it stands on a curve; ``second`` is the second parameter."""

    second: float = 0.0

    @property
    def place(self) -> tuple[float, ...]:
        """Both parameters."""
        return self.parameter, self.second


@dataclass
class CyclePlaneCurve(InBox, CycleCurve):
    """A curve of cycles that fulfil a condition.

    Attributes
    ----------
    condition : Condition
    """

    #: Points of these curves are to be as exact as the special points of branches.
    least_intervals: ClassVar[int] = 2 * INTERVALS

    #: Steep parts of an orbit move along it: the tangent turns much where the curve in the plane hardly does.
    most_turn: ClassVar[float] = 0.6
    easy_iterations: ClassVar[int] = 4
    most_iterations: ClassVar[int] = 8
    smooth: ClassVar[float] = np.inf

    condition: Condition = None  # type: ignore[assignment]
    _ways: Array | None = field(default=None, repr=False)
    _standing: int = field(default=0, repr=False)

    @classmethod
    def along(
        cls,
        flow: VectorField,
        names: tuple[str, str],
        search: Search,
        condition: Condition,
        least: Array,
        longest_period: float,
    ) -> CyclePlaneCurve:
        """A curve that has no point yet."""
        mesh = Mesh.uniform(INTERVALS)
        problem = Collocation(flow, names, mesh, least, np.zeros((len(least), mesh.intervals, mesh.degree)))
        ones = np.ones(problem.size)
        zeros = OnSurface(CycleZeros(problem, ones), condition, np.eye(2, problem.size))
        first, second = search.ranges
        made = cls(zeros, second, ones, search.longest, search.tolerance, first_range=first, condition=condition)
        made.least, made.longest_period, made.most = least, longest_period, MOST
        return made

    @property
    def collocation(self) -> Collocation:
        """The equations on the present mesh."""
        assert isinstance(self.problem, OnSurface)
        return self.problem.zeros.collocation

    def orbit(self, point: CurvePoint) -> PlaneOrbit:
        """The cycle at a point on the present mesh."""
        found = self.collocation
        period, first, second = (float(v) for v in point.u[-3:])
        return PlaneOrbit(found.mesh, found.profile(point.u), period, first, second)

    def begin(self, orbit: PlaneOrbit, fixed: int) -> CurvePoint | None:
        """The curve's point near ``orbit`` at which one parameter, -2 or -1, has the orbit's value."""
        size = orbit.profile.size + 3
        count = max(self.least_intervals, orbit.mesh.intervals)
        mesh = adapted(orbit.mesh, orbit.profile, self.scales(orbit.profile), count)
        guess = self.take(orbit, np.eye(1, size, size - 1)[0], mesh)
        across = np.eye(len(guess.u))[fixed]
        u = self.corrected(guess.u, across)
        if u is None:
            return None
        for place, border in self.borders(u):
            u[place] = border
        point = self.with_tangent(u, self._level(u))
        self.here = point  # type: ignore[assignment]
        return point

    def _level(self, u: Array) -> Array:
        """A way along the curve to begin with: the one on the surface that is across the condition."""
        z = u / self.units
        problem = self.scaled
        assert isinstance(problem, OnSurface)
        along = problem.basis @ problem.both(z)[1].rows[0]
        result: Array = (-along[1] * problem.basis[0] + along[0] * problem.basis[1]) * self.units
        return result

    def steps(self, start: CurvePoint) -> Iterator[CurvePoint]:
        """Points from ``start`` on; see `Curve.steps`."""
        self._standing = 0
        return super().steps(start)

    def _reached(self, point: CurvePoint) -> str:
        way = np.linalg.norm(self._scale(point.tangent)[-2:])
        # folds of cycles come out of such a stretch again, where a long cycle has slid from one orbit to another
        is_still = way < STILL and self.condition.is_linear
        self._standing = self._standing + 1 if is_still else 0
        return "still" if self._standing >= STANDING else super()._reached(point)

    def _renewed(self, point: CurvePoint) -> CurvePoint:
        if isinstance(point.slopes, OnIt):
            self._ways = point.slopes.ways * self.units
        return super()._renewed(point)

    def _zeros(self, problem: Collocation, u: Array) -> OnSurface:
        zeros = CycleZeros(problem, self.units)
        if self._ways is None:
            return OnSurface(zeros, self.condition, _along(zeros, u))
        # two rows nearly along the surface will do: those of the point on its old mesh
        old, ways, self._ways = self.collocation, self._ways, None
        moved = [problem.pack(old.mesh.at(old.profile(way), problem.mesh.nodes), *way[-3:]) for way in ways]
        return OnSurface(zeros, self.condition, np.linalg.qr((np.array(moved) / self.units).T)[0].T)


def _along(zeros: CycleZeros, u: Array) -> Array:
    """Two orthonormal rows along the surface of cycles at ``u``, in units."""
    slopes = zeros.collocation.both(u)[1]
    # nearly no two rows are across the surface: any will do to find it
    rows = np.random.default_rng(1).standard_normal((2, len(u)))
    result: Array = np.linalg.qr(kernel(slopes, rows, zeros.units)[0].T)[0].T
    return result
