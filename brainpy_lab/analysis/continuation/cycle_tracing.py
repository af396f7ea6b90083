"""All branches of cycles that begin at Hopf points, at period doublings, and at simulated orbits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from brainpy_lab.analysis.continuation.branches_of_cycles import ends, words
from brainpy_lab.analysis.continuation.branches_of_cycles.doublings import doubling_near, is_met
from brainpy_lab.analysis.continuation.branches_of_cycles.locating import Place, along, places
from brainpy_lab.analysis.continuation.branches_of_cycles.lookup import cycles_at, is_among
from brainpy_lab.analysis.continuation.branches_of_cycles.saddles import without_end
from brainpy_lab.analysis.continuation.branches_of_cycles.scattered import Known, wanderers
from brainpy_lab.analysis.continuation.branches_of_cycles.simulated import Beginnings
from brainpy_lab.analysis.continuation.branches_of_cycles.starts import at_doubling, at_hopf
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch, point_of_cycles
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_junctions import Junction
from brainpy_lab.analysis.continuation.cycle_stations import (
    NOISE,
    CycleGap,
    CycleStation,
    Tally,
    cycle_station,
    gaps,
    grown,
    turns_back,
)
from brainpy_lab.analysis.continuation.locating import JumpError, Located
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.continuation.tracing import OF_BOX, SHORTER, Tracer
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.vector_field import Array, VectorField

#: A branch ends where its period is so many times the longest one at its Hopf points, if the user says nothing.
LONG = 60.0

#: One that begins at a cycle of longer period is followed to so many times that divided by this at least.
LONGER = 6.0

#: Multipliers this near to one, as logarithms, are not counted where a branch begins.
BORN = 1e-5

#: A branch has come back to its beginning after so many cycles at the soonest.
ROUND = 6

#: So often a branch is followed anew with shorter steps where one led to another branch.
MOST_JUMPS = 6

#: Cycles of a usual branch, of which progress is told.
USUAL_CYCLES = 60

#: A cycle with what was counted there, and those along a branch.
Counted = tuple[Orbit, CycleStation]
Found = list[Counted]


@dataclass
class CycleTracer:
    """Follows branches of cycles, each once.

    Attributes
    ----------
    equilibria : Tracer
        When it has followed those: its Hopf points and folds and its parameter are taken.
    search : Search
        Of one parameter.
    longest_period : float
        Where branches end; None: by the periods at Hopf points.
    looked_at : tuple of float
        Values at which orbits are simulated.
    doublings : int
        How many times period doublings are followed to the cycles of twice the period.
    initial : ndarray, shape (n,)
        The model's own start.
    """

    equilibria: Tracer
    search: Search
    longest_period: float | None = None
    looked_at: tuple[float, ...] = ()
    doublings: int = 1
    initial: Array = field(default_factory=lambda: np.empty(0))
    branches: list[CycleBranch] = field(default_factory=list)
    points: list[SpecialPoint] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    _met: list[Located] = field(default_factory=list)
    _junctions: list[Junction] = field(default_factory=list)
    _doubled: list[tuple[int, SpecialPoint]] = field(default_factory=list)
    _hidden: list[float] = field(default_factory=list)
    _level: int = 0
    _growing: list[Found] = field(default_factory=list)
    _begun: int = 0

    @property
    def so_far(self) -> list[CycleBranch]:
        """The branches, and what there is of the one being followed."""
        return [*self.branches, *(self._branch(piece, ("", "")) for piece in self._growing if len(piece) > 1)]

    @property
    def part(self) -> float:
        """About which part of the work is done: branches from each Hopf point, and others, all alike."""
        count = sum(map(len, self._growing))
        return min(1.0, (max(0, self._begun - 1) + count / (count + USUAL_CYCLES)) / (len(self.hopfs) + 1))

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
        """Hopf points of equilibria at which one pair of eigenvalues crosses, with a known period."""
        found = [p for p in self.equilibria.located if p.point.kind == "hopf" and p.point.period]
        return [p for p in found if p.point.data.get("crossing", 1) == 1]

    @property
    def _longest_at_hopf(self) -> float:
        return max((h.point.period or 0.0 for h in self.hopfs), default=0.0)

    @property
    def _width(self) -> float:
        return float(self.search.spans[0])

    def follow(self) -> None:
        """Follow all branches that are found."""
        if len(self.flow.free) < 2:
            return
        for hopf in self.hopfs:
            self._begun += 1
            if not self.search.is_stopped and hopf not in self._met:
                self._met.append(hopf)
                curve = self._curve(hopf.u, self._longest_at_hopf)
                self._grow(curve, at_hopf(curve, hopf), "Hopf point")
                self._further()
        self._begun += 1
        self._follow_wanderers()

    def _follow_wanderers(self) -> None:
        """Follow the cycles to which orbits from scattered starts come, and which are not known."""
        if self.search.is_stopped or not self.looked_at:
            return
        rests = self.equilibria
        known = Known(rests.at, rests.branches, self.branches, self._scales, rests.turns[:-1])
        beginnings = Beginnings(self.flow, self.name, self._scales)
        for w in wanderers(self.flow, self.name, self.looked_at, known, self.initial, self.search.widths):
            if self.search.is_stopped or not beginnings.is_worth(w) or known.is_cycle(w):
                continue
            orbit = beginnings.cycle(w)
            if orbit is None or is_among(orbit, self.at(w.value), self._scales(orbit.profile)):
                beginnings.fails(w)
                continue
            try:
                self._both_ways(orbit, np.append(w.y, w.value))
            except (np.linalg.LinAlgError, ValueError):
                self.remarks.append(f"The cycles at {self.name} = {w.value:.6g} were not followed.")
            self._further()
        self.remarks += words.unsettled_at(self.name, beginnings.unsettled)

    def follow_through(self, orbits: list[Orbit]) -> None:
        """Follow the branches through the first of some cycles that is one, and what hangs together with them."""
        name = self.name
        for given in orbits:
            if (orbit := Beginnings(self.flow, name, self._scales).near(given)) is not None:
                self._both_ways(orbit, np.append(orbit.profile.mean(axis=1), orbit.parameter))
                self._further()
                return
        places = " or ".join(f"{o.parameter:.6g}" for o in orbits)
        self.remarks.append(f"No cycle was found from the start given, at {name} = {places}: nothing was followed.")

    def _further(self) -> None:
        """Follow what crosses the branches found so far, and the cycles of twice the period."""
        while not self.search.is_stopped:
            crossed = next((j for j in self._junctions if j.left), None)
            if crossed is not None:
                k, side = min(crossed.left)
                crossed.left.remove((k, side))
                if self._is_one_of_many(crossed.orbit):
                    continue
                curve = self.curve_beside(crossed.orbit, crossed.orbit.period)
                self._grow(curve, curve.take(crossed.orbit, side * crossed.ways[k]), "branch point of cycles")
                continue
            if not self._doubled:
                break
            self._level, point = self._doubled.pop(0)
            orbit = point.data["orbit"]
            if not is_met(point, self.branches, self._scales, self._width) and not self._is_one_of_many(orbit):
                curve = self.curve_beside(orbit, 2 * orbit.period)
                self._grow(curve, at_doubling(curve, orbit), "period doubling")
        self._level = 0

    def _is_one_of_many(self, orbit: Orbit) -> bool:
        """Whether so many branches begin beside a cycle that they are not followed, which is said."""
        said = without_end(self.flow, orbit, self.points, self._width)
        self.remarks += [text for text in said if text not in self.remarks]
        return bool(said)

    def at(self, value: float) -> list[Cycle]:
        """The cycles of all branches at one value of the parameter."""
        return cycles_at(self.branches, self.flow.moved(self.name, value), value, self._scales, self._along)

    def _along(self, a: Orbit, b: Orbit, value: float) -> Orbit | None:
        return along(self.curve_beside(b, max(a.period, b.period)), a, b, value)

    def _scales(self, profile: Array) -> Array:
        """The sizes in which the states of an orbit are measured: one that does not move has that of the box."""
        return np.asarray(np.maximum(np.ptp(profile, axis=1), OF_BOX * self.search.widths))

    def _curve(self, u: Array, period: float) -> CycleCurve:
        """A curve of cycles near the state ``u``; it ends at many times ``period``, if the user says nothing."""
        most = self.longest_period or LONG * period
        return CycleCurve.of(self.flow, self.name, self.search, self.equilibria.sizes(u), most)

    def curve_beside(self, orbit: Orbit, period: float) -> CycleCurve:
        """A curve of cycles that begins at an orbit."""
        u, usual = np.append(orbit.profile.mean(axis=1), orbit.parameter), self._longest_at_hopf
        return self._curve(u, max(usual, period / LONGER) if usual else period)

    def _grow(self, curve: CycleCurve, here: CurvePoint, what: str) -> None:
        """Follow the branch that begins at ``here``, a special point."""
        begin = curve.orbit(here)
        found, end = self._one_way(curve, here)
        place = f"{self.name} = {begin.parameter:.6g}"
        if not found:
            self._growing = []
            self.remarks.append(words.not_begun(what, place, end))
            return
        first = replace(found[0][1], point=here)
        self._keep([(begin, first), *found], (f"{place}, a {what}", self._ending(end, found)))

    def _both_ways(self, start: Orbit, u: Array) -> None:
        """The branch through a cycle, beside the equilibrium ``u``."""
        pieces, why = [], []
        for side in (-1.0, 1.0):
            curve = self._curve(u, start.period)
            along = np.zeros(start.profile.size + 2)
            along[-1] = side
            guess = curve.take(start, along)
            u_there = curve.at_parameter(guess.u)
            if u_there is not None:
                u_there[-1] = start.parameter
            here = None if u_there is None else curve.with_tangent(u_there, guess.tangent)
            if here is None or self.search.is_stopped:
                return
            curve.here = here
            first = (curve.orbit(here), cycle_station(curve, here))  # before the mesh moves on
            found, end = self._one_way(curve, here, first)
            pieces.append([first, *found])
            if end == "closed":
                self._keep([first, *found, first], (end, end))
                return
            why.append(self._ending(end, pieces[-1]))
        self._keep([*reversed(pieces[0][1:]), *pieces[1]], (why[0], why[1]))

    def _one_way(self, curve: CycleCurve, start: CurvePoint, first: Counted | None = None) -> tuple[Found, str]:
        """Cycles from ``start`` on, and why they end; special points are kept on the way.

        ``first`` is the cycle at the start with what was counted there, if it is one to which a branch may come back.
        """
        found: Found = []
        self._growing.append(found)
        try:
            return found, self._stepped(curve, start, found, first)
        except (np.linalg.LinAlgError, ValueError):  # a matrix that is singular to the last bit, or not finite
            return found, "steps"

    def _stepped(self, curve: CycleCurve, start: CurvePoint, found: Found, first: Counted | None) -> str:
        """Add the cycles from ``start`` on to ``found``; why they end."""
        earlier, step, last = None, np.inf, None if first is None else first[1]
        tally = Tally(None if last is None or last.is_blind else last)
        steps, jumps = curve.steps(start), 0
        while (point := next(steps, None)) is not None:
            if found and (end := ends.shrinks_to(curve, curve.here, point)):
                return end
            there = cycle_station(curve, point)
            if last is not None:
                length = float(np.linalg.norm((point.u - curve.here.u) / curve.units))
                is_near = earlier is not None and turns_back(earlier, last, there, length / step, grown(curve, point))
                between = gaps(curve, replace(last, point=curve.here), there, is_near=is_near)
                try:
                    found_in_step = places(between, is_sure=jumps >= MOST_JUMPS)
                except JumpError as led:
                    jumps, steps = jumps + 1, curve.resumed(curve.here, start, SHORTER * led.length)
                    continue
                for gap, at in found_in_step:
                    tally.told.append(gap)
                    if (crossed := self._add(gap, at)) is not None:
                        found.append(crossed)
                        return "crossing"
                earlier, step = last, length
            found.append((curve.orbit(point), there))
            latest = [o for o, _ in found[-2:]]
            if (
                first is not None
                and len(found) > ROUND
                and ends.comes_round(first[0], latest, self._scales, self._width)
            ):
                return "closed"
            # where cycles begin all multipliers that leave one do so slowly: a count of them would be one of errors
            if last is not None or np.abs(there.logarithms).min() > BORN:
                last = there
                self._check(tally, found)
            if self.search.tell(point.u[-1:]):
                return "stopped"
        return curve.end

    def _add(self, gap: CycleGap, at: Place | None) -> tuple[Orbit, CycleStation] | None:
        """Keep what happens in a gap; where the branch ends there, its last cycle."""
        if at is None:
            self._hidden.append(gap.after.point.parameter)
            self.remarks = words.with_hidden(self.remarks, self.name, self._hidden)
            return None
        there, note = at.gap, at.note
        orbit = there.curve.orbit(at.station.point)
        note = words.TOGETHER.format(gap.count) if gap.count > 1 else note
        point = point_of_cycles(gap.kind, self.name, self.flow, orbit, at.station.multipliers, note)
        point.data.update({"crossing": gap.count} if gap.count > 1 else {})
        if at.crossing is None:
            self.points.append(point)
            if gap.kind == "period doubling" and gap.count == 1 and self._level < self.doublings:
                self._doubled.append((self._level + 1, point))
            return None
        met = next((j for j in self._junctions if j.is_at(orbit)), None)
        if met is None:
            met = Junction(orbit, at.crossing.ways, at.crossing.is_pitchfork, self._scales(orbit.profile), self._width)
            self._junctions.append(met)
            point.data["type"] = "pitchfork" if met.is_pitchfork else "transcritical"
            self.points.append(point)
        # through a turn a branch would run on into its mirror image, which has a branch of its own
        is_end = gap.before.turn != gap.after.turn
        for s in (there.before,) if is_end else (there.before, there.after):
            met.came_by(there.curve.orbit(s.point))
        return (orbit, at.station) if is_end else None

    def _check(self, tally: Tally, found: Found) -> None:
        """Tell what the counts show at the latest cycle, and nothing found explains."""
        latest, width = found[-1][1], self._width
        way = found[-tally.passed - 2 :]
        orbit, station = min(way, key=lambda c: c[0].parameter * latest.turn)
        *away, is_away = (abs(orbit.parameter - o.parameter) > NOISE * width for o, _ in found)
        # before a cycle that is beside the turn it may be one of rounding errors
        is_turned, is_crossed = tally.hides(latest, is_beside=is_away)
        if is_turned and any(away):
            point = point_of_cycles("fold of cycles", self.name, self.flow, orbit, station.multipliers, words.FLAT)
            self.points.append(point)
        if is_crossed:
            self._hidden.append(latest.point.parameter)
            self.remarks = words.with_hidden(self.remarks, self.name, self._hidden)

    def _ending(self, end: str, found: Found) -> str:
        if not found:
            return "not followed"
        orbit = found[-1][0]
        place = f"{self.name} = {orbit.parameter:.6g}"
        if end == "hopf":
            if (nearest := ends.hopf_near(orbit, self.hopfs, self._width)) is None:
                return f"{place}, an equilibrium"
            self._met.append(nearest)
            place = f"{self.name} = {nearest.point.parameter:.6g}"
        if end == "doubling" and (point := doubling_near(orbit, self.points, self._scales, self._width)) is not None:
            place = f"{self.name} = {point.parameter:.6g}"
        if end in ("stopped", "closed"):
            return end
        if end in words.ENDS:
            return f"{place}, {words.ENDS[end]}"
        return self._outgrown(end, [o for o, _ in found])

    def _outgrown(self, end: str, orbits: list[Orbit]) -> str:
        """What a branch comes to as its period grows, or why it is not followed further."""
        folds = [p for p in self.equilibria.located if p.point.kind == "fold"]
        is_long, last = end == "period", orbits[-1]
        point = ends.of_long_period(self.flow, self.name, self._width, orbits, folds, is_long=is_long)
        if point is not None:
            if not is_long:
                point = ends.on_finer_mesh(point, self.curve_beside(last, last.period), orbits)
            self.points.append(point)
            return f"{self.name} = {point.parameter:.6g}, {words.LONG[point.kind]}"
        place = f"{self.name} = {last.parameter:.6g}"
        if is_long:
            return f"{place}: the period is {last.period:.6g}, and longer ones are not followed"
        reason = "steps became too short" if end == "steps" else f"it has more than {len(orbits)} cycles"
        self.remarks.append(words.followed_so_far(place, last.period, reason))
        return f"{place}: {reason}"

    def _keep(self, found: Found, ends: tuple[str, str]) -> None:
        self._growing = []
        self.branches.append(self._branch(found, ends))

    def _branch(self, found: Found, ends: tuple[str, str]) -> CycleBranch:
        multipliers = np.array([s.multipliers for _, s in found])
        unstable = np.array([s.unstable for _, s in found])
        return CycleBranch("cycle", self.name, self.flow.free, tuple(o for o, _ in found), multipliers, unstable, ends)
