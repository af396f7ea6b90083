"""All branches of cycles that begin at Hopf points, at period doublings, and at simulated orbits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch, extremes_of
from brainpy_lab.analysis.continuation.cycle_curve import INTERVALS, CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_ends import of_long_period, shrinks_to
from brainpy_lab.analysis.continuation.cycle_starts import at_doubling, at_hopf
from brainpy_lab.analysis.continuation.cycle_stations import (
    CycleGap,
    CycleStation,
    cycle_station,
    gaps,
    located,
    on_finer_mesh,
)
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.continuation.tracing import Tracer
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.closing import Guess, settled
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.solving import solved
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.errors import AnalysisError

#: A branch ends where its period is so many times the longest one at its Hopf points, if the user says nothing.
LONG = 60.0

#: Cycles at one value whose periods differ by less than this are one; each is known to the second.
SAME, RELATIVE = 1e-7, 1e-10

#: Evaluations of the equations, at most, to find a cycle by simulation.
EVALUATIONS = 20_000

#: The end of a branch this near to a period doubling, relative to the range and to the period, is at it.
MET = 0.02

#: Multipliers this near to one, as logarithms, are not counted where a branch begins.
BORN = 1e-5

#: Cycles of a usual branch, of which progress is told.
USUAL_CYCLES = 60

#: Cycles along a branch, with what was counted there.
Found = list[tuple[Orbit, CycleStation]]


@dataclass
class CycleTracer:
    """Follows branches of cycles, each once.

    Attributes
    ----------
    equilibria : Tracer
        When it has followed those: its Hopf points and folds, its parameter and its steps are taken.
    longest_period : float
        Where branches end; None: by the periods at Hopf points.
    looked_at : tuple of float
        Values at which an orbit is simulated where nothing stable is known.
    doublings : int
        How many times period doublings are followed to the cycles of twice the period.
    heard : callable
        Called with the value of the parameter; True ends the work.
    """

    equilibria: Tracer
    longest_period: float | None = None
    looked_at: tuple[float, ...] = ()
    doublings: int = 1
    heard: Callable[[float], bool] = field(default=lambda value: False)
    branches: list[CycleBranch] = field(default_factory=list)
    points: list[SpecialPoint] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    is_stopped: bool = False
    _met: list[Located] = field(default_factory=list)
    _switched: set[int] = field(default_factory=set)
    _growing: list[Found] = field(default_factory=list)
    _begun: int = 0

    @property
    def so_far(self) -> list[CycleBranch]:
        """The branches, and what there is of the one being followed."""
        return [*self.branches, *(self._branch(piece, ("", "")) for piece in self._growing if len(piece) > 1)]

    @property
    def part(self) -> float:
        """About which part of the work is done: branches from Hopf points, doubled ones, and others, all alike."""
        count = sum(map(len, self._growing))
        return min(1.0, (max(0, self._begun - 1) + count / (count + USUAL_CYCLES)) / (len(self.hopfs) + 2))

    @property
    def name(self) -> str:
        """Of the free parameter."""
        return self.equilibria.problem.name

    @property
    def flow(self) -> VectorField:
        """The field whose cycles are followed."""
        return self.equilibria.problem.field

    @property
    def hopfs(self) -> list[Located]:
        """Hopf points of equilibria, with their periods."""
        return [p for p in self.equilibria.located if p.point.kind == "hopf" and p.point.period]

    @property
    def _longest_at_hopf(self) -> float:
        return max((h.point.period or 0.0 for h in self.hopfs), default=0.0)

    @property
    def _width(self) -> float:
        low, high = self.equilibria.range
        return high - low

    def follow(self) -> None:
        """Follow all branches that are found."""
        if len(self.flow.free) < 2:
            return
        for hopf in self.hopfs:
            self._begun += 1
            if not self.is_stopped and hopf not in self._met:
                self._met.append(hopf)
                curve = self._curve(hopf.u, self._longest_at_hopf)
                self._grow(curve, at_hopf(curve, hopf), "Hopf point")
        self._begun += 1
        for _ in range(self.doublings):
            self._double()
        self._begun += 1
        for value in self.looked_at:
            u = None if self.is_stopped else self._restless(value)
            orbit = None if u is None else self._simulated(u, value)
            if u is not None and orbit is not None:
                try:
                    self._both_ways(orbit, u)
                except (np.linalg.LinAlgError, ValueError):
                    self.remarks.append(f"The cycles at {self.name} = {value:.6g} were not followed.")

    def _restless(self, value: float) -> Array | None:
        """Where to begin at a value at which no equilibrium is stable and no stable cycle is known; None elsewhere."""
        beside = self.equilibria.at(value)
        field = self.flow.moved(self.name, value)
        if any((np.linalg.eigvals(field.jacobian(u[:-1])).real < 0).all() for u in beside):
            return None
        if not beside or any(cycle.stable for cycle in self.at(value)):
            return None
        return beside[0]

    def _simulated(self, u: Array, value: float) -> Orbit | None:
        """The cycle to which the orbit from beside an equilibrium settles."""
        field = self.flow.moved(self.name, value)
        try:
            beside = u[:-1] + 1e-3 * np.maximum(1e-3, np.abs(u[:-1]))
            guess = settled(field, beside, evaluations=EVALUATIONS).on(INTERVALS)
        except AnalysisError:
            return None
        found = solved(field, guess, 1e-6)
        if found is None or found.is_unstable:
            return None
        mesh = adapted(found.mesh, found.profile, guess.scales, INTERVALS)
        return Orbit(mesh, found.mesh.at(found.profile, mesh.nodes), found.period, value)

    def at(self, value: float) -> list[Cycle]:
        """The cycles of all branches at one value of the parameter."""
        found: list[Cycle] = []
        for branch in self.branches:
            values = branch[self.name]
            for i in np.flatnonzero((values[:-1] - value) * (values[1:] - value) <= 0).tolist():
                cycle = self._between(branch.orbits[i], branch.orbits[i + 1], value)
                if cycle is not None and not any(_is_same(cycle, c) for c in found):
                    found.append(cycle)
        return found

    def _between(self, a: Orbit, b: Orbit, value: float) -> Cycle | None:
        part = (value - a.parameter) / (b.parameter - a.parameter) if b.parameter != a.parameter else 0.0
        profile = (1 - part) * a.profile + part * b.mesh.at(b.profile, a.mesh.nodes)
        period = a.period + part * (b.period - a.period)
        guess = Guess(a.mesh, profile, period, nonzero(np.ptp(profile, axis=1)))
        field = self.flow.moved(self.name, value)
        with np.errstate(all="ignore"):
            found = solved(field, guess, RELATIVE)
        return None if found is None else Cycle(field, found.mesh, found.profile, found.period)

    def _curve(self, u: Array, period: float) -> CycleCurve:
        """A curve of cycles near the state ``u``; it ends at many times ``period``, if the user says nothing."""
        most = self.longest_period or LONG * period
        steps, least = self.equilibria, self.equilibria.sizes(u)
        return CycleCurve.of(self.flow, self.name, steps.range, steps.longest, steps.tolerance, least, most)

    def _grow(self, curve: CycleCurve, here: CurvePoint, what: str) -> None:
        """Follow the branch that begins at ``here``, a Hopf point or a period doubling."""
        begin = curve.orbit(here)
        found, end = self._one_way(curve, here)
        place = f"{self.name} = {begin.parameter:.6g}"
        if not found:
            self._growing = []
            self.remarks.append(f"The cycles from the {what} at {place} were not followed: {end}.")
            return
        first = replace(found[0][1], point=here)
        self._keep([(begin, first), *found], (f"{place}, a {what}", self._ending(end, found)))

    def _double(self) -> None:
        """Follow the cycles of twice the period from every period doubling that has not been met."""
        for point in [p for p in self.points if p.kind == "period doubling"]:
            if self.is_stopped or id(point) in self._switched or self._is_met(point):
                continue
            self._switched.add(id(point))
            orbit = point.data["orbit"]
            mean = np.append(orbit.profile.mean(axis=1), orbit.parameter)
            curve = self._curve(mean, max(2 * orbit.period, self._longest_at_hopf))
            self._grow(curve, at_doubling(curve, orbit), "period doubling")

    def _is_met(self, point: SpecialPoint) -> bool:
        """Whether a branch of cycles of twice the period ends at a period doubling."""
        for branch in self.branches:
            for words, orbit in zip(branch.ends, (branch.orbits[0], branch.orbits[-1]), strict=True):
                is_near = abs(orbit.parameter - point.parameter) < MET * self._width
                is_twice = abs(orbit.period / (2 * (point.period or np.inf)) - 1) < MET
                if is_near and is_twice and words.endswith("a period doubling"):
                    return True
        return False

    def _both_ways(self, start: Orbit, u: Array) -> None:
        """The branch through a cycle, beside the equilibrium ``u``."""
        pieces, ends = [], []
        for side in (-1.0, 1.0):
            curve = self._curve(u, start.period)
            along = np.zeros(start.profile.size + 2)
            along[-1] = side
            guess = curve.take(start, along)
            u_there = curve.at_parameter(guess.u)
            here = None if u_there is None else curve.with_tangent(u_there, guess.tangent)
            if here is None or self.is_stopped:
                return
            curve.here = here
            first = (curve.orbit(here), cycle_station(curve, here))  # before the mesh moves on
            found, end = self._one_way(curve, here)
            pieces.append([first, *found])
            ends.append(self._ending(end, pieces[-1]))
        self._keep([*reversed(pieces[0][1:]), *pieces[1]], (ends[0], ends[1]))

    def _one_way(self, curve: CycleCurve, start: CurvePoint) -> tuple[Found, str]:
        """Cycles from ``start`` on, and why they end; special points are kept on the way."""
        found: Found = []
        self._growing.append(found)
        try:
            return found, self._stepped(curve, start, found)
        except (np.linalg.LinAlgError, ValueError):  # a matrix that is singular to the last bit, or not finite
            return found, "steps"

    def _stepped(self, curve: CycleCurve, start: CurvePoint, found: Found) -> str:
        """Add the cycles from ``start`` on to ``found``; why they end."""
        last: CycleStation | None = None
        for point in curve.steps(start):
            if found and (end := shrinks_to(curve, curve.here, point)):
                return end
            there = cycle_station(curve, point)
            if last is not None:
                before = replace(last, point=curve.here)
                for gap in gaps(curve, before, there):
                    self._add(curve, gap)
            found.append((curve.orbit(point), there))
            # where cycles begin all multipliers that leave one do so slowly: a count of them would be one of errors
            if last is not None or np.abs(np.log(np.abs(there.multipliers))).min() > BORN:
                last = there
            if self.heard(point.parameter):
                self.is_stopped = True
                return "stopped"
        return curve.end

    def _add(self, curve: CycleCurve, gap: CycleGap) -> None:
        fine = on_finer_mesh(curve, gap)
        at = None if fine is None else located(*fine)
        where, note = (curve if fine is None or at is None else fine[0]), ""
        if at is None:
            at, note = located(curve, gap) or gap.after, "found on the mesh of the branch"
        orbit = where.orbit(at.point)
        low, high = extremes_of(orbit)
        names = self.flow.free
        data = {
            "multipliers": np.append(at.multipliers, 1.0), "orbit": orbit,
            "min": dict(zip(names, low.tolist(), strict=True)), "max": dict(zip(names, high.tolist(), strict=True)),
        }  # fmt: skip
        values = dict(zip(names, high.tolist(), strict=True))
        self.points.append(SpecialPoint(gap.kind, {self.name: orbit.parameter}, values, orbit.period, data, note))

    def _ending(self, end: str, found: Found) -> str:
        if not found:
            return "not followed"
        orbit = found[-1][0]
        place = f"{self.name} = {orbit.parameter:.6g}"
        if end == "hopf":
            nearest = min(self.hopfs, key=lambda h: abs(h.point.parameter - orbit.parameter))
            self._met.append(nearest)
            return f"{self.name} = {nearest.point.parameter:.6g}, a Hopf point"
        if end == "period":
            return self._long([o for o, _ in found])
        known = {"doubling": f"{place}, a period doubling", "border": f"{place}, the border of the range"}
        if end in (*known, "stopped"):
            return known.get(end, end)
        reason = "steps became too short" if end == "steps" else f"it has more than {len(found)} cycles"
        self.remarks.append(
            f"A branch of cycles is followed as far as {place}, period {orbit.period:.4g}: {reason}. A smaller range "
            "or another max_period may show what lies there."
        )
        return f"{place}: {reason}"

    def _long(self, orbits: list[Orbit]) -> str:
        """What a branch comes to as its period grows."""
        folds = [p for p in self.equilibria.located if p.point.kind == "fold"]
        point = of_long_period(self.flow, self.name, self._width, orbits, folds)
        if point is None:
            last = orbits[-1]
            place = f"{self.name} = {last.parameter:.6g}"
            return f"{place}: the period is {last.period:.6g}, and longer ones are not followed"
        self.points.append(point)
        what = "a saddle-node on an invariant circle" if point.kind == "snic" else "a homoclinic orbit"
        return f"{self.name} = {point.parameter:.6g}, {what}"

    def _keep(self, found: Found, ends: tuple[str, str]) -> None:
        self._growing = []
        self.branches.append(self._branch(found, ends))

    def _branch(self, found: Found, ends: tuple[str, str]) -> CycleBranch:
        multipliers = np.array([s.multipliers for _, s in found])
        unstable = np.array([s.unstable for _, s in found])
        return CycleBranch("cycle", self.name, self.flow.free, tuple(o for o, _ in found), multipliers, unstable, ends)


def _is_same(a: Cycle, b: Cycle) -> bool:
    first, last = (np.ptp(c.profile, axis=1) for c in (a, b))
    return abs(a.period / b.period - 1) < SAME and bool(np.allclose(first, last, rtol=1e-3, atol=0.0))
