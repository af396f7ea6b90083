"""All branches of cycles that begin at Hopf points."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch, extremes_of
from brainpy_lab.analysis.continuation.cycle_curve import INTERVALS, CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_stations import CycleGap, CycleStation, cycle_station, gaps, located
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.continuation.tracing import Tracer, at
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.closing import Guess, settled
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.cycles.solving import solved
from brainpy_lab.analysis.vector_field import Array, Range, VectorField
from brainpy_lab.errors import AnalysisError

#: A branch ends where its period is so many times the longest one at its Hopf points, if the user says nothing.
LONG = 60.0

#: Cycles at one value whose periods differ by less than this are one; each is known to the second.
SAME, RELATIVE = 1e-7, 1e-10

#: Where the last doubling of the period moves the parameter by less than this part of the range, the period grows to
#: infinity at that value.
SETTLED = 1e-3


#: Evaluations of the equations, at most, to find a cycle by simulation.
EVALUATIONS = 20_000

#: The end of a branch this near to a period doubling, relative to the range and to the period, is at it.
MET = 0.02

#: Multipliers this near to one, as logarithms, are not counted where a branch begins.
BORN = 1e-5

#: Cycles along a branch, with what was counted there.
Found = list[tuple[Orbit, CycleStation]]


@dataclass
class CycleTracer:
    """Follows branches of cycles, each once.

    Attributes
    ----------
    flow : VectorField
    name : str
        Of the free parameter.
    range : (float, float)
    longest, tolerance : float
        See `Curve`.
    longest_period : float
        Where branches end; None: by the periods at Hopf points.
    looked_at : tuple of float
        Values at which an orbit is simulated where nothing stable is known.
    doublings : int
        How many times period doublings are followed to the cycles of twice the period.
    heard : callable
        Called with the value of the parameter; True ends the work.
    """

    flow: VectorField
    name: str
    range: Range
    longest: float
    tolerance: float
    longest_period: float | None = None
    looked_at: tuple[float, ...] = ()
    heard: Callable[[float], bool] = field(default=lambda value: False)
    branches: list[CycleBranch] = field(default_factory=list)
    points: list[SpecialPoint] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    is_stopped: bool = False
    doublings: int = 1
    _met: list[Located] = field(default_factory=list)
    _switched: set[int] = field(default_factory=set)

    def follow(self, equilibria: Tracer) -> None:
        """Follow the branch of each Hopf point of these."""
        if len(self.flow.free) < 2:
            return
        hopfs = [p for p in equilibria.located if p.point.kind == "hopf" and p.point.period]
        folds = [p for p in equilibria.located if p.point.kind == "fold"]
        for hopf in hopfs:
            if not self.is_stopped and hopf not in self._met:
                self._met.append(hopf)
                self._from(hopf, hopfs, folds, equilibria.sizes(hopf.u))
        for _ in range(self.doublings):
            self._double(hopfs, folds, equilibria)
        for value in self.looked_at:
            u = None if self.is_stopped else self._restless(equilibria, value)
            orbit = None if u is None else self._simulated(u, value)
            if u is not None and orbit is not None:
                try:
                    self._from_orbit(orbit, hopfs, folds, equilibria.sizes(u))
                except (np.linalg.LinAlgError, ValueError):
                    self.remarks.append(f"The cycles at {self.name} = {value:.6g} were not followed.")

    def _restless(self, equilibria: Tracer, value: float) -> Array | None:
        """Where to begin at a value at which no equilibrium is stable and no stable cycle is known; None elsewhere."""
        beside: list[Array] = []
        for branch, curve in zip(equilibria.branches, equilibria.curves, strict=True):
            beside += at(branch, curve, value)
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
        scales = np.ptp(profile, axis=1)
        guess = Guess(a.mesh, profile, a.period + part * (b.period - a.period), np.where(scales > 0, scales, 1.0))
        field = self.flow.moved(self.name, value)
        with np.errstate(all="ignore"):
            found = solved(field, guess, RELATIVE)
        return None if found is None else Cycle(field, found.mesh, found.profile, found.period)

    def _from(self, hopf: Located, hopfs: list[Located], folds: list[Located], least: Array) -> None:
        most = self.longest_period or LONG * max(h.point.period or 0.0 for h in hopfs)
        curve = CycleCurve.of(self.flow, self.name, self.range, self.longest, self.tolerance, least, most)
        here = _beginning(curve, hopf)
        begin = curve.orbit(here)
        found, end = self._one_way(curve, here)
        if not found:
            place = f"{self.name} = {begin.parameter:.6g}"
            self.remarks.append(f"The cycles from the Hopf point at {place} were not followed: {end}.")
            return
        first = replace(found[0][1], point=here)
        self._keep([(begin, first), *found], (self._at_hopf(hopf), self._ending(end, found, hopfs, folds)))

    def _double(self, hopfs: list[Located], folds: list[Located], equilibria: Tracer) -> None:
        """Follow the cycles of twice the period from every period doubling that has not been met."""
        for point in [p for p in self.points if p.kind == "period doubling"]:
            orbit = point.data["orbit"]
            if self.is_stopped or id(point) in self._switched or self._is_met(point):
                continue
            self._switched.add(id(point))
            rest = np.append(orbit.profile.mean(axis=1), orbit.parameter)
            most = self.longest_period or LONG * max(2 * orbit.period, *(h.point.period or 0.0 for h in hopfs))
            curve = CycleCurve.of(
                self.flow, self.name, self.range, self.longest, self.tolerance, equilibria.sizes(rest), most
            )
            here = _doubled(curve, orbit)
            begin = curve.orbit(here)
            found, end = self._one_way(curve, here)
            place = f"{self.name} = {orbit.parameter:.6g}"
            if not found:
                self.remarks.append(f"The cycles from the period doubling at {place} were not followed: {end}.")
                continue
            first = replace(found[0][1], point=here)
            ends = (f"{place}, a period doubling", self._ending(end, found, hopfs, folds))
            self._keep([(begin, first), *found], ends)

    def _is_met(self, point: SpecialPoint) -> bool:
        """Whether a branch of cycles of twice the period ends at a period doubling."""
        width = self.range[1] - self.range[0]
        for branch in self.branches:
            for words, orbit in zip(branch.ends, (branch.orbits[0], branch.orbits[-1]), strict=True):
                is_near = abs(orbit.parameter - point.parameter) < MET * width
                is_twice = abs(orbit.period / (2 * (point.period or np.inf)) - 1) < MET
                if is_near and is_twice and words.endswith("a period doubling"):
                    return True
        return False

    def _from_orbit(self, start: Orbit, hopfs: list[Located], folds: list[Located], least: Array) -> None:
        """The branch through a cycle, both ways."""
        most = self.longest_period or LONG * start.period
        pieces, ends = [], []
        for side in (-1.0, 1.0):
            curve = CycleCurve.of(self.flow, self.name, self.range, self.longest, self.tolerance, least, most)
            along = np.zeros(start.profile.size + 2)
            along[-1] = side
            guess = curve.take(start, along)
            u = curve.at_parameter(guess.u)
            here = None if u is None else curve.with_tangent(u, guess.tangent)
            if here is None or self.is_stopped:
                return
            curve.here = here
            first = (curve.orbit(here), cycle_station(curve, here))  # before the mesh moves on
            found, end = self._one_way(curve, here)
            pieces.append([first, *found])
            ends.append(self._ending(end, pieces[-1], hopfs, folds))
        self._keep([*reversed(pieces[0][1:]), *pieces[1]], (ends[0], ends[1]))

    def _one_way(self, curve: CycleCurve, start: CurvePoint) -> tuple[Found, str]:
        """Cycles from ``start`` on, and why they end; special points are kept on the way."""
        found: Found = []
        try:
            return found, self._stepped(curve, start, found)
        except (np.linalg.LinAlgError, ValueError):  # a matrix that is singular to the last bit, or not finite
            return found, "steps"

    def _stepped(self, curve: CycleCurve, start: CurvePoint, found: Found) -> str:
        """Add the cycles from ``start`` on to ``found``; why they end."""
        last: CycleStation | None = None
        for point in curve.steps(start):
            if found and _turns_over(curve, curve.here, point, _swing):
                return "hopf"
            if found and _turns_over(curve, curve.here, point, _difference_of_halves):
                return "doubling"
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
        fine = _on_finer_mesh(curve, gap)
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

    def _at_hopf(self, hopf: Located) -> str:
        return f"{self.name} = {hopf.point.parameter:.6g}, a Hopf point"

    def _ending(self, end: str, found: Found, hopfs: list[Located], folds: list[Located]) -> str:
        if not found:
            return "not followed"
        orbit = found[-1][0]
        place = f"{self.name} = {orbit.parameter:.6g}"
        if end == "hopf":
            nearest = min(hopfs, key=lambda h: abs(h.point.parameter - orbit.parameter))
            self._met.append(nearest)
            return self._at_hopf(nearest)
        if end == "doubling":
            return f"{place}, a period doubling"
        if end == "border":
            return f"{place}, the border of the range"
        if end == "stopped":
            return "stopped"
        if end == "period":
            return self._long(orbit, found, folds)
        reason = "steps became too short" if end == "steps" else f"it has more than {len(found)} cycles"
        self.remarks.append(
            f"A branch of cycles is followed as far as {place}, period {orbit.period:.4g}: {reason}. A smaller range "
            "or another max_period may show what lies there."
        )
        return f"{place}: {reason}"

    def _long(self, orbit: Orbit, found: Found, folds: list[Located]) -> str:
        """What a branch comes to as its period grows."""
        width = self.range[1] - self.range[0]
        half = [o.parameter for o, _ in found if o.period > orbit.period / 2]
        place = f"{self.name} = {orbit.parameter:.6g}"
        names = self.flow.free
        low, high = extremes_of(orbit)
        values = dict(zip(names, high.tolist(), strict=True))
        slow = np.argmin(np.abs(self._speed(orbit)).max(axis=0))
        rest = orbit.profile[:, slow]
        for fold in folds:
            is_there = (np.abs(fold.u[:-1] - rest) < 0.05 * (high - low) + 1e-9).all()
            if is_there and abs(fold.point.parameter - orbit.parameter) < 0.02 * width:
                self.points.append(
                    SpecialPoint("snic", fold.point.parameters, fold.point.values, np.inf, {"orbit": orbit})
                )
                return f"{self.name} = {fold.point.parameter:.6g}, a saddle-node on an invariant circle"
        if max(half) - min(half) < SETTLED * width:
            saddle = dict(zip(names, rest.tolist(), strict=True))
            data = {"orbit": orbit, "saddle": saddle}
            self.points.append(SpecialPoint("homoclinic", {self.name: orbit.parameter}, values, orbit.period, data))
            return f"{place}, a homoclinic orbit"
        return f"{place}: the period is {orbit.period:.6g}, and longer ones are not followed"

    def _speed(self, orbit: Orbit) -> Array:
        """The drift at the nodes relative to the range of each state, (n, n_nodes)."""
        drift = self.flow.moved(self.name, orbit.parameter).rhs(orbit.profile)
        ranges = np.ptp(orbit.profile, axis=1)
        result: Array = drift / np.where(ranges > 0, ranges, 1.0)[:, None]
        return result

    def _keep(self, found: Found, ends: tuple[str, str]) -> None:
        multipliers = np.array([s.multipliers for _, s in found])
        unstable = np.array([s.unstable for _, s in found])
        orbits = tuple(o for o, _ in found)
        self.branches.append(CycleBranch("cycle", self.name, self.flow.free, orbits, multipliers, unstable, ends))


def _is_same(a: Cycle, b: Cycle) -> bool:
    first, last = (np.ptp(c.profile, axis=1) for c in (a, b))
    return abs(a.period / b.period - 1) < SAME and bool(np.allclose(first, last, rtol=1e-3, atol=0.0))


def _beginning(curve: CycleCurve, hopf: Located) -> CurvePoint:
    """The cycle of amplitude zero at a Hopf point, and the way along which cycles grow out of it."""
    problem = curve.collocation
    period = hopf.point.period
    assert period is not None
    moved = problem.field.moved(problem.names[0], hopf.point.parameter)
    values, vectors = np.linalg.eig(moved.jacobian(hopf.u[:-1]))
    q = vectors[:, int(np.argmin(np.abs(values - 2j * np.pi / period)))]
    turning = np.real(q[:, None] * np.exp(2j * np.pi * problem.mesh.nodes))
    rest = np.repeat(hopf.u[:-1, None], turning.shape[1], axis=1)
    orbit = Orbit(problem.mesh, rest, period, hopf.point.parameter)
    return curve.take(orbit, problem.pack(turning, 0.0, 0.0), reference=turning)


def _turns_over(curve: CycleCurve, a: CurvePoint, b: CurvePoint, part: Callable[[Mesh, Array], Array]) -> bool:
    """Whether a part of the orbit has shrunk to nothing between two points: it grows again with its sign turned."""
    mesh = curve.collocation.mesh
    first, last = (part(mesh, curve.collocation.profile(p.u)) for p in (a, b))
    scales = np.maximum(curve.least, np.ptp(last, axis=1))
    return float(((first * last) @ mesh.shares / scales**2).sum()) < 0


def _swing(mesh: Mesh, profile: Array) -> Array:
    """What an orbit has beside its mean: nothing at a Hopf point."""
    result: Array = profile - (profile @ mesh.shares)[:, None]
    return result


def _difference_of_halves(mesh: Mesh, profile: Array) -> Array:
    """How the two halves of an orbit differ: not at all where its period has been doubled."""
    result: Array = profile - mesh.at(profile, mesh.nodes + 0.5)
    return result


def _doubled(curve: CycleCurve, orbit: Orbit) -> CurvePoint:
    """The orbit run through twice, and the way along which its two halves part."""
    along = np.zeros(orbit.profile.size + 2)
    point = curve.take(orbit, np.append(along[:-1], 1.0))
    aside = curve.collocation.both(point.u)[1].turned_over()
    mesh = Mesh(np.concatenate([orbit.mesh.edges[:-1] / 2, (1 + orbit.mesh.edges) / 2]), orbit.mesh.degree)
    twice = Orbit(mesh, np.tile(orbit.profile, 2), 2 * orbit.period, orbit.parameter)
    return curve.take(twice, np.concatenate([np.concatenate([aside, -aside], axis=1).T.ravel(), [0.0, 0.0]]))


def _on_finer_mesh(curve: CycleCurve, gap: CycleGap) -> tuple[CycleCurve, CycleGap] | None:
    """The same piece of the branch on a mesh of twice as many intervals."""
    fine = copy(curve)
    first, last = curve.orbit(gap.before.point), curve.orbit(gap.after.point)
    scales = np.maximum(curve.least, np.ptp(last.profile, axis=1))
    mesh = adapted(last.mesh, last.profile, scales, 2 * last.mesh.intervals)
    points = []
    for orbit, point in ((first, gap.before.point), (last, gap.after.point)):
        guess = fine.take(orbit, point.tangent, mesh, reference=last.profile)
        u = fine.corrected(guess.u, guess.tangent / fine.units)
        found = None if u is None else fine.with_tangent(u, guess.tangent)
        if found is None:
            return None
        points.append(found)
    before, after = (cycle_station(fine, p) for p in points)
    return fine, CycleGap(gap.kind, before, after)
