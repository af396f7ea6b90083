"""All curves of special cycles that lead through some starting points in the plane of two parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branches_of_cycles.ends import shrinks_to
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import extremes_of
from brainpy_lab.analysis.continuation.cycle_stations import OUTSIDE
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.continuation.special import NAMES, SpecialPoint
from brainpy_lab.analysis.continuation.tracing import OF_BOX
from brainpy_lab.analysis.roots import zero_between
from brainpy_lab.analysis.two_parameters.codimension_two import Found as FoundEquilibrium
from brainpy_lab.analysis.two_parameters.cycle_conditions import Condition, critical
from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
from brainpy_lab.analysis.two_parameters.cycle_plane_curve import MOST, CyclePlaneCurve, PlaneOrbit
from brainpy_lab.analysis.two_parameters.cycle_surface import OnIt
from brainpy_lab.analysis.vector_field import Array, VectorField

#: A curve ends where the period is so many times that at its start.
LONG = 30.0

#: A start is corrected by less than this, in parts of the ranges of the parameters.
NEAR = 0.05

#: A start this near to a curve, in parts of the way between two of its points and absolutely, is on it.
ASIDE, SAME = 0.1, 2e-3

#: A curve that shrinks to an equilibrium ends at a point of codimension two this near, in parts of the ranges.
AT = 0.05

#: An orbit whose range is less than this part of that of the box is an equilibrium.
AT_REST = 1e-4

#: Where steps become too short with an orbit smaller than this part of the box, it shrinks to an equilibrium.
SMALL = 0.01

#: A multiplier above this moves an orbit so much that Newton's method finds it from very near alone.
HUGE = 1e3

#: How exactly a cusp is found in the way between two cycles.
PART = 1e-9

#: At which points of codimension two curves end as their cycles shrink to an equilibrium.
ENDS = {
    "fold of cycles": ("bautin",), "homoclinic": ("bogdanov-takens",), "heteroclinic": ("bogdanov-takens",),
    "torus": ("zero-hopf", "double hopf"), "period doubling": ("zero-hopf",),
}  # fmt: skip


@dataclass(frozen=True)
class CycleStart:
    """A cycle that a curve leads through; ``fixed`` is the parameter that was constant where it was found, -2 or -1."""

    kind: str
    orbit: PlaneOrbit
    fixed: int = -1


@dataclass(frozen=True)
class Station:
    """A cycle of a curve and its multipliers."""

    orbit: PlaneOrbit
    multipliers: NDArray[np.complex128]
    unstable: int


@dataclass
class CyclePlaneTracer:
    """Follows curves of cycles, each once.

    Attributes
    ----------
    flow : VectorField
    names : (str, str)
        Of the parameters.
    search : Search
        Of both parameters.
    known : sequence of Found
        The points of codimension two of equilibria, at which curves may end.
    """

    flow: VectorField
    names: tuple[str, str]
    search: Search
    known: Sequence[FoundEquilibrium] = ()
    branches: list[CycleCurveBranch] = field(default_factory=list)
    points: list[SpecialPoint] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    met: list[FoundEquilibrium] = field(default_factory=list)

    def follow(self, starts: Iterable[CycleStart]) -> None:
        """Follow the curves through ``starts`` that are not known yet."""
        for start in starts:
            if self.search.is_stopped:
                return
            if not any(self._leads_through(branch, start) for branch in self.branches if branch.kind == start.kind):
                reason = self._from(start)
                if reason:
                    self.remarks.append(f"The {start.kind} at {self._place(start.orbit)} is not followed: {reason}.")

    def orbits_near(self, values: tuple[float, float]) -> list[PlaneOrbit]:
        """Of each curve the cycle whose parameters are nearest to some values."""
        aim = PlaneOrbit(None, None, 0.0, *values)  # type: ignore[arg-type]
        found = [min(branch.orbits, key=lambda o: self._distance(o, aim)) for branch in self.branches]
        return sorted(found, key=lambda o: self._distance(o, aim))

    def _from(self, start: CycleStart) -> str:
        """Follow the curve through a start; why it is not followed, if it is not."""
        curve = self._curve(start)
        try:
            first = curve.begin(start.orbit, start.fixed)
        except (np.linalg.LinAlgError, ValueError):
            first = None
        if first is None:
            return "Newton's method finds no point of its curve"
        here = curve.orbit(first)
        if self._distance(here, start.orbit) > NEAR:
            return "no curve leads through it"
        pieces: list[list[Station]] = []
        ends: list[str] = []
        for side in (-1.0, 1.0):
            if pieces and (curve.end == "closed" or self.search.is_stopped):
                break
            begin = curve.take(here, side * first.tangent)
            pieces.append([_station(curve, begin)])
            ends.append(self._one_way(curve, begin, pieces[-1]))
        stations = pieces[0] if len(pieces) == 1 else [*reversed(pieces[0][1:]), *pieces[1]]
        if len(stations) < 2:
            return ends[-1]
        self.branches.append(
            CycleCurveBranch.of(
                start.kind, self.names, self.flow.free, [s.orbit for s in stations],
                np.array([s.multipliers for s in stations]), np.array([s.unstable for s in stations]),
                (ends[0], ends[-1]),
            )
        )  # fmt: skip
        return ""

    def _one_way(self, curve: CyclePlaneCurve, first: CurvePoint, found: list[Station]) -> str:
        """Add the cycles from ``first`` on to ``found``; why they end."""
        curve.here = first
        try:
            for point in curve.steps(first):
                end = "rest" if self._rests(curve, point) else shrinks_to(curve, curve.here, point)
                if end:
                    return self._shrunk(curve, end, found)
                there = _station(curve, point)
                if np.isnan(there.multipliers).any():
                    break
                self._cusp(curve, curve.here, point)
                found.append(there)
                if self.search.tell(point.u):
                    return "stopped"
        except (np.linalg.LinAlgError, ValueError):  # a matrix that is singular to the last bit, or not finite
            curve.end = "steps"
        return self._ending(curve, found)

    def _cusp(self, curve: CyclePlaneCurve, a: CurvePoint, b: CurvePoint) -> None:
        """Keep the cusp between two folds of cycles, where the curve turns back in both parameters at once."""
        if curve.condition.kind != "fold of cycles":
            return
        widths = curve.units[-2:]
        way = a.tangent[-2:] / widths

        def turn(part: float) -> float:
            between = {0.0: a, 1.0: b}.get(part) or curve.between(a, b, part)
            if between is None:
                raise LookupError
            seen[part] = between
            return float(way @ (between.tangent[-2:] / widths))

        seen: dict[float, CurvePoint] = {}
        try:
            if turn(0.0) * turn(1.0) >= 0:
                return
            part = zero_between(turn, 0.0, 1.0, xtol=PART)
            turn(part)
        except LookupError:
            self.remarks.append(f"The cusp of cycles near {self._place(curve.orbit(b))} was not located.")
            return
        orbit = curve.orbit(seen[part])
        low, high = extremes_of(orbit)
        values = dict(zip(self.flow.free, high.tolist(), strict=True))
        data = {"orbit": orbit, "min": dict(zip(self.flow.free, low.tolist(), strict=True)), "max": values}
        place = dict(zip(self.names, (orbit.parameter, orbit.second), strict=True))
        self.points.append(SpecialPoint("cusp of cycles", place, values, orbit.period, data))

    def _rests(self, curve: CyclePlaneCurve, point: CurvePoint) -> bool:
        swing = np.ptp(curve.collocation.profile(point.u), axis=1)
        return bool((swing < AT_REST * self.search.widths).all())

    def _is_small(self, orbit: PlaneOrbit) -> bool:
        return bool((np.ptp(orbit.profile, axis=1) < SMALL * self.search.widths).all())

    def _shrunk(self, curve: CyclePlaneCurve, end: str, found: list[Station]) -> str:
        """Where the cycles have shrunk to: a known point, at which the curve ends exactly, if there is one."""
        last = found[-1]
        if end == "doubling":
            if curve.condition.kind == "period doubling":  # such a curve has no end there
                return f"{self._place(last.orbit)}, where its cycles cannot be told from those of half the period"
            return f"{self._place(last.orbit)}, a cycle of half the period"
        kinds = ENDS[curve.condition.kind]
        near = [k for k in self.known if k.point.kind in kinds and self._distance(_rest(k), last.orbit) < AT]
        if not near:
            return f"{self._place(last.orbit)}, an equilibrium"
        nearest = min(near, key=lambda k: self._distance(_rest(k), last.orbit))
        place = f"{NAMES[nearest.point.kind]} at {self._place(_rest(nearest))}"
        if nearest.point.kind == "bogdanov-takens":  # the curve of one period ends beside it, at a Hopf point
            return f"{self._place(last.orbit)}, a Hopf point near {place}"
        self.met.append(nearest)
        profile = np.repeat(nearest.u[:-2, None], last.orbit.profile.shape[1], axis=1)
        period = nearest.point.period or last.orbit.period
        first, second = nearest.u[-2:].tolist()
        found.append(replace(last, orbit=PlaneOrbit(last.orbit.mesh, profile, period, first, second)))
        return place

    def _ending(self, curve: CyclePlaneCurve, found: list[Station]) -> str:
        orbit = found[-1].orbit
        place = self._place(orbit)
        borders = curve.borders(np.array([orbit.parameter, orbit.second]))
        if curve.end == "border" and borders:
            names = dict(zip((-2, -1), self.names, strict=True))
            return " and ".join(f"{names[k]} = {value:.6g}" for k, value in borders) + ", the border of the range"
        if curve.end == "period":
            return f"{place}: the period is {orbit.period:.6g}, near a homoclinic orbit or a fold of equilibria"
        if curve.end == "closed":
            return "closed"
        if curve.end == "still":
            how = "while its cycles change, as where a second homoclinic orbit meets it"
            return f"{place}, where its parameters stand still {how}"
        if curve.end == "steps" and self._is_small(orbit):
            return self._shrunk(curve, "rest", found)
        if curve.condition.kind == "torus" and not critical("torus", found[-1].multipliers):
            reason = "its multipliers meet"
        else:
            reason = _too_many(found[-1].multipliers) if curve.end == "points" else "steps became too short"
        self.remarks.append(f"A curve of kind {curve.condition.kind} is followed as far as {place}: {reason}.")
        return f"{place}: {reason}"

    def _leads_through(self, branch: CycleCurveBranch, start: CycleStart) -> bool:
        """Whether a curve passes a start: in the parameters and in the extreme values of the orbit."""
        along = np.array([self._numbers(o) for o in branch.orbits])
        aim = self._numbers(start.orbit)
        ways = np.diff(along, axis=0)
        lengths = np.maximum((ways**2).sum(axis=1), 1e-300)
        part = np.clip(((aim - along[:-1]) * ways).sum(axis=1) / lengths, 0, 1)
        aside = np.linalg.norm(along[:-1] + part[:, None] * ways - aim, axis=1)
        return bool((aside < ASIDE * np.sqrt(lengths) + SAME).any())

    def _numbers(self, orbit: PlaneOrbit) -> Array:
        low, high = extremes_of(orbit)
        extremes = np.concatenate([low, high]) / np.tile(self.search.widths, 2)
        parameters = np.array([orbit.parameter, orbit.second])
        return np.append(extremes, parameters / self.search.spans)

    def _distance(self, a: PlaneOrbit, b: PlaneOrbit) -> float:
        """Of the parameters of two cycles, in parts of the ranges."""
        ways = np.array([a.parameter - b.parameter, a.second - b.second])
        return float(np.linalg.norm(ways / self.search.spans))

    def _curve(self, start: CycleStart) -> CyclePlaneCurve:
        period = start.orbit.period
        return CyclePlaneCurve.along(
            self.flow, self.names, self.search, Condition(start.kind, period), OF_BOX * self.search.widths,
            LONG * period,
        )  # fmt: skip

    def _place(self, orbit: PlaneOrbit) -> str:
        values = zip(self.names, (orbit.parameter, orbit.second), strict=True)
        return ", ".join(f"{name} = {value:.6g}" for name, value in values)


def _too_many(multipliers: NDArray[np.complex128]) -> str:
    """Why a curve is not followed farther after as many steps as one may take."""
    largest = float(np.abs(multipliers).max(initial=0.0))
    short = f": they are short beside a multiplier of size {largest:.2g}" if largest > HUGE else ""
    return f"it goes on, but {MOST} steps have been tried{short}"


def _rest(found: FoundEquilibrium) -> PlaneOrbit:
    """The parameters of an equilibrium."""
    first, second = found.u[-2:].tolist()
    return PlaneOrbit(None, None, 0.0, first, second)  # type: ignore[arg-type]


def _station(curve: CyclePlaneCurve, point: CurvePoint) -> Station:
    """The cycle at a point, and what is counted there."""
    known = point.slopes.slopes if isinstance(point.slopes, OnIt) else None
    values = curve.collocation.multipliers(point.u, known).values
    on = critical(curve.condition.kind, values)
    return Station(curve.orbit(point), values, int((np.abs(np.delete(values, on)) > 1 + OUTSIDE).sum()))
