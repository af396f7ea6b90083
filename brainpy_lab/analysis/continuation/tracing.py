"""All branches of equilibria that hang together with some starting points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from brainpy_lab.analysis.continuation import defining
from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.branches_of_equilibria import corners
from brainpy_lab.analysis.continuation.branches_of_equilibria.centres import said_of_centres, stay_on_axis
from brainpy_lab.analysis.continuation.branches_of_equilibria.flat import is_multiple, said_of_zeros, zeros_between
from brainpy_lab.analysis.continuation.branches_of_equilibria.merging import merged, omega
from brainpy_lab.analysis.continuation.branches_of_equilibria.on_branch import BESIDE, at, leads_through
from brainpy_lab.analysis.continuation.branches_of_equilibria.third_order import flattest, of_third_order
from brainpy_lab.analysis.continuation.curve import Curve, CurvePoint
from brainpy_lab.analysis.continuation.defining import InUnits
from brainpy_lab.analysis.continuation.detection import MANY, Detector, EndlessError, Station, station, without_zeros
from brainpy_lab.analysis.continuation.locating import JumpError, Located, at_border, locate
from brainpy_lab.analysis.continuation.many_states.crossings import explained
from brainpy_lab.analysis.continuation.many_states.mirrored import Arm, arm_of
from brainpy_lab.analysis.continuation.many_states.pairing import arriving
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.cycles.rotations import copies, turns, whole_turns
from brainpy_lab.analysis.scaling import power_of_two
from brainpy_lab.analysis.vector_field import Array, Range

#: Branches of a model with many states, at most: symmetric networks have thousands.
MOST_BRANCHES = 24

#: A piece of a step on each side of a known branch point, as a part of the step, in which nothing else is looked for.
PASSED = 1e-3

#: A pair beside an eigenvalue that stays zero turns faster than this part of the largest.
SLOW = 1e-6

#: So often a branch is followed anew, with shorter steps, where one led to another branch: a part of the jump.
MOST_JUMPS, SHORTER = 20, 0.1

#: A start this far outside the range, in parts of it, is on its border but for rounding errors.
BORDER = 1e-9

#: How far from a branch point the other branch is looked for, in steps of the curve.
ASIDE = 0.1

#: A unit of a state is at least this part of its value, and of the box.
LEAST, OF_BOX = 0.05, 0.01


@dataclass
class Tracer:
    """Follows branches, each once.

    Attributes
    ----------
    problem : EquilibriumProblem
    search : Search
        Of one parameter.
    """

    problem: EquilibriumProblem
    search: Search
    branches: list[Branch] = field(default_factory=list)
    located: list[Located] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    _jumps: list[float] = field(default_factory=list)
    _growing: list[list[Station]] = field(default_factory=list)

    @property
    def range(self) -> Range:
        """Of the parameter."""
        return self.search.ranges[0]

    @property
    def so_far(self) -> list[Branch]:
        """The branches, and what there is of the one being followed."""
        return [*self.branches, *(self._branch(piece, ("", "")) for piece in self._growing if len(piece) > 1)]

    def follow_from(self, starts: Iterable[Array]) -> None:
        """Follow the branches through ``starts``, and those that cross them."""
        for u in starts:
            if not self.search.is_stopped and not self.is_known(u):
                self._from(u, None)

    def in_middle(self, starts: list[Array], box: Mapping[str, Range]) -> list[Array]:
        """Starts in order: where states are angles those in the middle of the box first, whose copies are left out."""
        middle = np.array([sum(box[name]) / 2 for name in self.problem.field.free])
        angles = self.turns[:-1] > 0
        return sorted(starts, key=lambda u: float(np.abs(u[:-1] - middle)[angles].sum()))

    def is_known(self, u: Array) -> bool:
        """Whether a branch leads through ``u``, or a copy of it some turns further."""
        return any(
            True
            for branch, curve in zip(self.branches, self.curves, strict=True)
            for v in copies(u, branch.points, self.turns)
            for _ in leads_through(branch.points, curve, v)
        )

    def at(self, parameter: float) -> list[Array]:
        """The points of all branches at which the parameter has a value, each once."""
        found: list[Array] = []
        for branch, curve in zip(self.branches, self.curves, strict=True):
            for u in at(branch, curve, parameter):
                if not any(np.allclose(u - whole_turns(u - v, self.turns), v, rtol=1e-7, atol=1e-9) for v in found):
                    found.append(u)
        return found

    def _from(self, u: Array, tangent: Array | None) -> None:
        if len(self.branches) >= MOST_BRANCHES and self.problem.n >= MANY:
            self.remarks.append(f"There are more than {MOST_BRANCHES} branches of equilibria: others are not followed.")
            return
        if not np.isfinite(self.problem.slopes(u)).all():
            place = f"{self.problem.name} = {u[-1]:.6g}"
            self.remarks.append(f"A branch through {place} was not followed: a derivative is not finite there.")
            return
        curve = self._curve(u)
        along = np.zeros(len(u))
        along[-1] = 1.0
        start = curve.point(u, along) if tangent is None else curve.with_tangent(u, tangent)
        place = f"{self.problem.name} = {u[-1]:.6g}"
        if start is None:
            self.remarks.append(f"A branch through {place} was not followed: Newton's method finds no point there.")
            return
        beyond = BORDER * self.search.spans[0]
        if not self.range[0] - beyond <= start.parameter <= self.range[1] + beyond:
            self.remarks.append(
                f"Near the start at {place} there is no equilibrium: Newton's method leads to {self.problem.name} = "
                f"{start.parameter:.6g}, outside the range. Nothing was followed from there."
            )
            return
        if jumps := corners.kind_at(self.problem, curve, start.u):
            self.remarks.append(corners.said_along(jumps, self.problem.name, start.parameter))
        before, earlier = len(self.located), [*self.located]
        first, said = self._one_way(curve, start)
        second: list[Station] = []
        ends = (said, said)
        if curve.end != "closed" and not self.search.is_stopped:
            back = CurvePoint(start.u, -start.tangent)
            arm = arm_of(self.problem, curve, first, self._on(curve, first, earlier), earlier)
            second, other = self._one_way(curve, back, arm)
            ends = (other or said, said)
        stations = [*reversed(second[1:]), *first]
        self._keep(curve, stations, ends)
        for end in (stations[0], stations[-1]) if curve.end != "closed" else ():
            special = None if end.zeros else at_border(self.problem, curve, end)
            # where no step leads from it, a branch point is a multiple root
            if special is not None and (len(stations) > 1 or special.point.kind != "branch point"):
                self._take(curve, special)
        if not any(s.zeros for s in stations):
            for cusp in flattest(self.problem, curve, [s.point for s in stations]):
                self._take(curve, cusp)
        if not any("centres" in text for text in self.remarks) and (
            said := said_of_centres(self.problem.name, stations)
        ):
            self.remarks.append(said)
        for found in self.located[before:]:
            if found.point.kind == "branch point":
                self._switch(curve, found)

    def _on(self, curve: Curve, way: list[Station], earlier: list[Located]) -> list[Located]:
        """What has been located on a way; what was so earlier may be on it too, as where branches cross."""
        points = np.array([s.point.u for s in way])
        old = {id(p) for p in earlier}
        return [p for p in self.located if id(p) not in old or any(True for _ in leads_through(points, curve, p.u))]

    def _one_way(self, curve: Curve, start: CurvePoint, arm: Arm | None = None) -> tuple[list[Station], str]:
        """Stations from ``start`` on, and why they end: at an ``arm`` that is known, as that does, which is ""."""
        here = station(self.problem, curve, start)
        found = [here]
        self._growing.append(found)
        steps, jumps = curve.steps(start), 0
        while (point := next(steps, None)) is not None:
            there = arriving(curve, here, station(self.problem, curve, point))
            is_sure = jumps >= MOST_JUMPS
            flat = zeros_between(self.problem, curve, here, there)
            try:
                for before, after in [] if flat else self._pieces(curve, here, there):
                    found.extend(self._special(curve, before, after, is_sure=is_sure))
                found.extend(self._beside_zeros(curve, here, there, flat) if flat else ())
            except JumpError as jump:
                jumps, here = jumps + 1, jump.before or here
                steps = curve.resumed(here.point, start, SHORTER * jump.length)
                found.append(here)
                continue
            if len(found) == 1:
                found[0] = _flat(found[0], flat)
            found.append(_flat(there, flat))
            here = there
            if self.search.tell(point.u):
                return found, "stopped"
            if arm is not None and arm.has_come(there):
                for special in arm.points:
                    self.located = merged(self.located, curve, special)
                return [*found, *arm.beyond(there)], ""
        return found, self._ending(curve, here)

    def _special(
        self, curve: Curve, before: Station, after: Station, halvings: int = 3, *, is_sure: bool = False
    ) -> Iterator[Station]:
        """Add what lies between two stations, one after the other; stations there."""
        points = explained(self.problem, curve, before, after)
        if points is None and halvings and self.problem.n >= MANY:
            middle = curve.between(before.point, after.point, 0.5)
            m = None if middle is None else station(self.problem, curve, middle)
            if m is not None and m.turn and m.crossing:
                m = arriving(curve, before, m)
                for ends in ((before, m), (m, arriving(curve, m, after))):
                    yield from self._special(curve, *ends, halvings - 1, is_sure=is_sure)
                return
        pairs: Iterable[tuple[Station, Located]]
        if points is not None:
            pairs = [(before, p) for p in points]
        else:
            detector = Detector(self.problem, curve)
            try:
                gaps = detector.gaps(before, after)
            except EndlessError:
                yield from self._beside_zeros(curve, before, after, 1)
                return
            stays = stay_on_axis(before, after)
            pairs = (
                (gap.before, locate(detector, gap, is_sure=is_sure)) for gap in gaps if gap.kind != "hopf" or not stays
            )
        for s, special in pairs:
            self._take(curve, special)
            yield replace(s, point=CurvePoint(special.u, s.point.tangent))

    def _take(self, curve: Curve, found: Located) -> None:
        """Add a point, or say that it is at a corner or a pole."""
        is_fold, jumps = found.point.kind == "fold", corners.kind_at(self.problem, curve, found.u)
        if not jumps:
            self.located = merged(self.located, curve, of_third_order(self.problem, curve, found) if is_fold else found)
        elif is_fold and jumps == "corner":
            self.located = merged(self.located, curve, corners.noted(found))
        elif not any(abs(p - found.point.parameter) < corners.ONE_PLACE * self.search.spans[0] for p in self._jumps):
            self._jumps.append(found.point.parameter)
            self.remarks.append(corners.said_at(jumps, self.problem.name, found.point.parameter))

    def _beside_zeros(self, curve: Curve, before: Station, after: Station, zeros: int) -> Iterator[Station]:
        """Add the Hopf points between two stations at which some eigenvalues stay zero; stations there."""
        if not any("stays zero" in text for text in self.remarks):
            self.remarks.append(said_of_zeros(self.problem.name, before.point.parameter))
        detector = Detector(self.problem, curve, zeros)
        start, end = (without_zeros(s, zeros) for s in (before, after))
        least = SLOW * float(np.abs(before.eigenvalues).max(initial=0.0))
        try:
            gaps = [gap for gap in detector.gaps(start, end) if gap.kind == "hopf"]
        except EndlessError:
            return
        for gap in gaps:
            found = locate(detector, gap)
            if omega(found) > least:  # two that come to zero are a pair of rounding errors
                self.located = merged(self.located, curve, found)
                at = station(self.problem, curve, CurvePoint(found.u, gap.before.point.tangent))
                yield replace(at, unstable=gap.before.unstable, zeros=zeros)

    def _pieces(self, curve: Curve, a: Station, b: Station) -> list[tuple[Station, Station]]:
        """The way between two stations without the surroundings of branch points that are known.

        There an eigenvalue touches zero and both signs change: a second branch would find the point anew, as a fold.
        """
        way = (b.point.u - a.point.u) / curve.units
        square = float(way @ way)
        parts = []
        for known in self.located:
            aside = (known.u - a.point.u) / curve.units
            part = float(aside @ way) / square
            is_near = -PASSED < part < 1 + PASSED and np.linalg.norm(aside - part * way) < BESIDE * np.sqrt(square)
            if known.point.kind == "branch point" and is_near:
                met = curve.between(a.point, b.point, float(np.clip(part, 0, 1)))
                if met is not None and np.linalg.norm((met.u - known.u) / curve.units) < PASSED * np.sqrt(square):
                    parts.append(part)
        pieces, here = [], a
        for part in sorted(parts):
            ends = [curve.between(a.point, b.point, part + side * PASSED) for side in (-1, 1)]
            stations = [None if p is None else station(self.problem, curve, p) for p in ends]
            if part - PASSED > 0 and stations[0] is not None:
                pieces.append((here, stations[0]))
            here = b if part + PASSED >= 1 or stations[1] is None else stations[1]
        return [*pieces, (here, b)] if here is not b or not parts else pieces

    def _ending(self, curve: Curve, last: Station) -> str:
        place = f"{self.problem.name} = {last.point.parameter:.6g}"
        if curve.end == "border":
            return f"{place}, the border of the range"
        if curve.end == "closed":
            return "closed"
        if curve.end == "far":
            far = int(np.argmax(np.abs(last.point.u[:-1] / curve.units[:-1])))
            return f"{self.problem.field.free[far]} leaves for infinity near {place}"
        reason = "steps became too short: a derivative jumps there or is infinite"
        if is_multiple(self.problem, curve, last):
            reason = "steps became too short: the equilibrium is a multiple root there"
        if curve.end == "points":
            reason = "it turns without an end"
        self.remarks.append(f"A branch is followed as far as {place}: {reason}.")
        return f"{place}: {reason}"

    def _switch(self, curve: Curve, found: Located) -> None:
        """Follow what crosses the branch at a branch point."""
        if found.point.data.get("crossing", 1) > 1:
            return
        system = InUnits(self.problem, curve.units)
        z = found.u / curve.units
        if found.point.data.get("type") == "line of equilibria":
            place = f"{self.problem.name} = {found.point.parameter:.6g}"
            self.remarks.append(f"At {place} there are equilibria all along a line, which is not followed.")
            return
        for tangent in defining.directions(system, z):
            for side in (1.0, -1.0):
                guess = z + side * ASIDE * curve.longest * tangent
                u = curve.corrected(guess * curve.units, tangent)
                if u is None or self.search.is_stopped or not self.range[0] <= u[-1] <= self.range[1]:
                    continue
                if not self.is_known(u):
                    self._from(u, side * tangent * curve.units)

    def _curve(self, u: Array) -> Curve:
        """A curve with units guessed at ``u``."""
        scaled = power_of_two(np.append(self.sizes(u) * np.sqrt(self.problem.n), self.search.spans))
        curve = Curve(self.problem.zeros, self.range, scaled, self.search.longest, self.search.tolerance)
        curve.turns = self.turns
        return curve

    @cached_property
    def turns(self) -> Array:
        """Of states that are angles over the whole range, what a turn is."""
        return turns(self.problem.field, self.problem.name, self.range)

    def sizes(self, u: Array) -> Array:
        """How far each state may move near ``u`` while the parameter moves over its range, (n,)."""
        n = self.problem.n
        slopes = self.problem.slopes(u)
        rate = np.abs(np.linalg.lstsq(slopes[:, :n], -slopes[:, n], rcond=None)[0]) * self.search.spans[0]
        least = np.maximum(LEAST * np.abs(u[:-1]), OF_BOX * self.search.widths)
        return np.asarray(np.maximum(least, np.minimum(0.1 * rate, self.search.widths)))

    def _keep(self, curve: Curve, stations: list[Station], ends: tuple[str, str]) -> None:
        self._growing = []
        self.branches.append(self._branch(stations, ends))
        self.curves.append(curve)

    def _branch(self, stations: list[Station], ends: tuple[str, str]) -> Branch:
        shown = min(len(s.eigenvalues) for s in stations)
        return Branch(
            "equilibrium", self.problem.name, self.problem.field.free,
            np.array([s.point.u for s in stations]), np.array([s.eigenvalues[:shown] for s in stations]),
            np.array([s.unstable for s in stations]), ends,
        )  # fmt: skip


def _flat(s: Station, zeros: int) -> Station:
    """A station of a branch along which some eigenvalues stay zero: its stability is that by the others."""
    return replace(s, zeros=zeros, unstable=without_zeros(s, zeros).unstable) if zeros else s
