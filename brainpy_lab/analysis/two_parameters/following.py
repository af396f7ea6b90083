"""All curves of folds and Hopf points that lead through some starting points, or through points found on others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.branches_of_equilibria.on_branch import SAME, leads_through
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.defining import InUnits
from brainpy_lab.analysis.continuation.search import Search
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.continuation.tracing import LEAST, OF_BOX
from brainpy_lab.analysis.scaling import power_of_two
from brainpy_lab.analysis.two_parameters.codimension_two import Found, locate
from brainpy_lab.analysis.two_parameters.conditions import Along, Fold, Hopf
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
from brainpy_lab.analysis.two_parameters.delayed import hopf_of
from brainpy_lab.analysis.two_parameters.detection import Detector
from brainpy_lab.analysis.two_parameters.invariant_circles import HALVED, circles
from brainpy_lab.analysis.two_parameters.plane_curve import PlaneCurve
from brainpy_lab.analysis.two_parameters.stations import Station, fold_station, hopf_station
from brainpy_lab.analysis.vector_field import Array

#: What messages call the kinds of curves.
NAMES = {"fold": "fold", "hopf": "Hopf point"}

#: A start is corrected by less than this, in units of the curve.
NEAR = 0.05

#: Which curves lead through a point of codimension two: the kind, and which of its frequencies; folds have none.
THROUGH = {
    "bogdanov-takens": (("fold", 0), ("hopf", 0)), "zero-hopf": (("fold", 0), ("hopf", 0)),
    "double hopf": (("hopf", 0), ("hopf", 1)), "cusp": (("fold", 0),), "bautin": (("hopf", 0),),
}  # fmt: skip


@dataclass(frozen=True)
class Start:
    """A fold or Hopf point that a curve leads through; ``kappa`` is the square of its angular frequency."""

    kind: str
    u: Array
    kappa: float = 0.0


def _leads_through(branch: CurveBranch, curve: PlaneCurve, start: Start) -> bool:
    """Whether a curve leads through a start: with the same frequency, as two of them may cross."""
    kappas = branch.omega**2
    for i in leads_through(branch.points, curve, start.u, lambda i: curve.aim(float(kappas[i]))):
        near = kappas[i : i + 2]
        if np.abs(near - start.kappa).min() <= 0.05 * (near.max() + start.kappa) + 2 * np.ptp(near):
            return True
    return False


def starts_at(found: Found) -> list[Start]:
    """The curves through a point of codimension two."""
    kappas = found.kappas or (0.0,)
    return [Start(kind, found.u, kappas[k] if kind == "hopf" else 0.0) for kind, k in THROUGH[found.point.kind]]


@dataclass
class PlaneTracer:
    """Follows curves, each once.

    Attributes
    ----------
    problem : EquilibriumProblem
        With two parameters.
    search : Search
        Of both parameters.
    """

    problem: EquilibriumProblem
    search: Search
    branches: list[CurveBranch] = field(default_factory=list)
    located: list[Found] = field(default_factory=list)
    _curves: list[PlaneCurve] = field(default_factory=list)
    _stations: list[list[Station]] = field(default_factory=list)
    _left: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _ended: list[str] = field(default_factory=list)

    def follow_from(self, starts: Iterable[Start]) -> None:
        """Follow the curves through ``starts``, and those through what is found on them."""
        left, known = list(starts), len(self.located)
        while left and not self.search.is_stopped:
            start = left.pop(0)
            if not self._is_known(start):
                self._say(start.u, NAMES[start.kind], self._from(start))
            left += [s for found in self.located[known:] for s in starts_at(found)]
            known = len(self.located)

    def follow_given(self, starts: Iterable[Start]) -> None:
        """Follow the curves through ``starts`` alone, wherever Newton's method leads from there."""
        for start in starts:
            self._say(start.u, NAMES[start.kind], self._from(start, np.inf))

    def follow_crossings(self, crossings: Iterable[Array]) -> None:
        """Follow the curves of folds through points where two branches cross, as one curve turns along a parameter."""
        for u in crossings:
            start = Start("fold", u)
            if not self.search.is_stopped and not self._is_known(start):
                self._say(u, "branch point", self._from(start))

    def ask_for_circles(self) -> list[SpecialPoint]:
        """Find out which folds are on invariant circles; the saddle-node loops where such parts of curves end."""
        loops: list[SpecialPoint] = []
        for k, (branch, curve) in enumerate(zip(self.branches, self._curves, strict=True)):
            if branch.kind == "fold" and not self.search.is_stopped:
                found = circles(self._stations[k], self._detector(curve))
                self.branches[k] = self._branch("fold", found.stations, branch.ends, found.on_circle)
                loops += [self._loop(s) for s in found.loops]
        return loops

    def _loop(self, s: Station) -> SpecialPoint:
        n = self.problem.n
        states = dict(zip(self.problem.field.free, s.point.u[:n].tolist(), strict=True))
        place = dict(zip(self.problem.names, s.point.u[n:].tolist(), strict=True))
        return SpecialPoint("saddle-node loop", place, states, None, {"eigenvalues": s.eigenvalues}, HALVED)

    @property
    def remarks(self) -> list[str]:
        """What was not followed, in sentences: each reason once, with one of its places."""
        said = []
        for (what, reason), places in self._left.items():
            others = f", and {len(places) - 1} more," if len(places) > 1 else ""
            verb = "are" if others else "is"
            said.append(f"The {what} at {places[0]}{others} {verb} not followed in two parameters: {reason}.")
        return said + self._ended

    def _say(self, u: Array, what: str, reason: str) -> None:
        if reason:
            self._left.setdefault((what, reason), []).append(self._place(u))

    def _is_known(self, start: Start) -> bool:
        for branch, curve in zip(self.branches, self._curves, strict=True):
            if branch.kind == start.kind and _leads_through(branch, curve, start):
                return True
        return False

    def _from(self, start: Start, near: float = NEAR) -> str:
        """Follow the curve through a start; why it is not followed, if it is not."""
        try:
            return self._followed(start, near)
        except np.linalg.LinAlgError:
            return "a derivative is not finite on it"

    def _followed(self, start: Start, near: float) -> str:
        curve = self._curve(start)
        point = curve.start(start.u)
        if point is None or not curve.is_within(point.u):
            return "Newton's method finds no point on it"
        if np.linalg.norm((point.u - start.u) / curve.units) > near:
            return "no curve leads through it"
        if not curve.is_regular(point):
            return "several curves meet there, as in symmetric models"
        first, said = self._one_way(curve, start, point)
        second: list[Station] = []
        ends = (said, said)
        if curve.end != "closed" and not self.search.is_stopped:
            curve.aim(start.kappa)
            second, other = self._one_way(curve, start, CurvePoint(point.u, -point.tangent))
            ends = (other, said)
        stations = [*reversed(second[1:]), *first]
        if len(stations) > 1:
            self._keep(curve, start.kind, stations, ends)
        return ""

    def _one_way(self, curve: PlaneCurve, start: Start, first: CurvePoint) -> tuple[list[Station], str]:
        """Stations from ``first`` on, and why they end."""
        detector = self._detector(curve)
        here = detector.station(first, None)
        if start.kind == "hopf" and here.kappa <= 0:
            # a curve of Hopf points begins here: the other way saddles follow, which the first step shows
            here = replace(here, signs={**here.signs, "bogdanov-takens": 1.0})
        found, steps = [here], [here]
        for point in curve.steps(first):
            steps.append(detector.station(point, steps[-1]))
            ended = self._join(curve, detector, found, steps)
            if ended:
                return found, ended
            curve.aim(steps[-1].kappa)
            if self.search.tell(point.u):
                return found, "stopped"
        return found, self._ending(curve, found[-1])

    def _join(self, curve: PlaneCurve, detector: Detector, found: list[Station], steps: list[Station]) -> str:
        """Add the last of ``steps`` to ``found``, with what lies before it; why the curve ends, if it does."""
        tail = steps[-2:]
        if len(steps) > 2:
            looked = detector.looked_into(steps[-3], steps[-2], steps[-1])
            if len(looked) > 1:
                tail = [steps[-3], *looked, steps[-1]]
                del found[next(i for i, s in enumerate(found) if s is steps[-3]) + 1 :]
        for a, b in pairwise(tail):
            for gap in detector.gaps(a, b):
                special = locate(self.problem, detector, gap)
                if special is None:
                    continue
                self._add(curve, special)
                at = CurvePoint(special.u, gap.before.point.tangent)
                if gap.kind == "bogdanov-takens" and a.kernel is None:
                    if np.linalg.norm((special.u - found[-1].point.u) / curve.units) > SAME:
                        found.append(replace(detector.station(at, gap.before), kappa=0.0, l1=float("nan")))
                    curve.end = "bogdanov-takens"
                    return f"Bogdanov-Takens at {self._place(special.u)}; beyond it the curve is one of neutral saddles"
                found.append(detector.station(at, gap.before))
            found.append(b)
        return ""

    def _ending(self, curve: PlaneCurve, last: Station) -> str:
        borders = curve.borders(last.point.u)
        if curve.end == "border" and borders:
            names = dict(zip((-2, -1), self.problem.names, strict=True))
            return " and ".join(f"{names[k]} = {value:.6g}" for k, value in borders) + ", the border of the range"
        if curve.end == "closed":
            return "closed"
        place = self._place(last.point.u)
        n = self.problem.n
        if curve.end == "far":
            far = int(np.argmax(np.abs(last.point.u[:n] / curve.units[:n])))
            return f"{self.problem.field.free[far]} leaves for infinity near {place}"
        reason = "it turns without an end" if curve.end == "points" else "steps became too short"
        self._ended.append(f"A curve is followed as far as {place}: {reason}.")
        return f"{place}: {reason}"

    def _add(self, curve: PlaneCurve, found: Found) -> None:
        for other in self.located:
            is_same = np.linalg.norm((other.u - found.u) / curve.units) < SAME
            if is_same and other.point.kind == found.point.kind:
                return
        self.located.append(found)

    def _detector(self, curve: PlaneCurve) -> Detector:
        system = curve.along.system
        (condition,) = curve.along.conditions
        if isinstance(condition, Hopf):
            return Detector(curve, lambda point, before: hopf_station(system, condition, point, before))
        return Detector(curve, lambda point, before: fold_station(system, point, before))

    def _curve(self, start: Start) -> PlaneCurve:
        """A curve with units guessed at its start."""
        units = power_of_two(np.append(self._sizes(start.u) * np.sqrt(self.problem.n), self.search.spans))
        system = InUnits(self.problem, units)
        condition = hopf_of(system, start.kappa) if start.kind == "hopf" else Fold(system)
        return PlaneCurve.of(Along(system, (condition,)), self.search)

    def _sizes(self, u: Array) -> Array:
        """How far each state may move near ``u`` while the parameters move over their ranges, (n,)."""
        n = self.problem.n
        slopes = self.problem.slopes(u)
        rates = np.abs(np.linalg.lstsq(slopes[:, :n], -slopes[:, n:], rcond=None)[0]) @ self.search.spans
        least = np.maximum(LEAST * np.abs(u[:n]), OF_BOX * self.search.widths)
        return np.asarray(np.maximum(least, np.minimum(0.1 * rates, self.search.widths)))

    def _place(self, u: Array) -> str:
        return ", ".join(f"{k} = {v:.6g}" for k, v in zip(self.problem.names, u[-2:].tolist(), strict=True))

    def _keep(self, curve: PlaneCurve, kind: str, stations: list[Station], ends: tuple[str, str]) -> None:
        self.branches.append(self._branch(kind, stations, ends))
        self._curves.append(curve)
        self._stations.append(stations)

    def _branch(self, kind: str, stations: list[Station], ends: tuple[str, str], on_circle: Any = ()) -> CurveBranch:
        first, second = self.problem.names
        shown = min(len(s.eigenvalues) for s in stations)
        return CurveBranch(
            kind, (first, second), self.problem.field.free,
            np.array([s.point.u for s in stations]), np.array([s.eigenvalues[:shown] for s in stations]),
            np.array([s.unstable for s in stations]), np.sqrt([max(s.kappa, 0.0) for s in stations]),
            np.array([s.l1 for s in stations]), ends, np.array(on_circle, dtype=bool),
        )  # fmt: skip
