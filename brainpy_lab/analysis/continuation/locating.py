"""From a piece of a branch with one thing in it to the special point itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from brainpy_lab.analysis.continuation import defining
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.continuation.defining import InUnits
from brainpy_lab.analysis.continuation.detection import Detector, Gap, Station
from brainpy_lab.analysis.continuation.normal_form import first_lyapunov_coefficient
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError

#: Unknowns below this, in units, are zero but for rounding errors.
ROUNDING = 1e-15

#: A point belongs to a piece that ends so far before it, in parts of its length and in units.
BEYOND, LITTLE = 0.02, 1e-6

#: A branch beside a branch point is followed this far, in units, and twice as far so many times; where the parameter
#: has moved by less than the last, the equilibria there fill a line. Those of a pitchfork move it by the square, or by
#: a higher power.
BESIDE, DOUBLED, LEVEL, BETWEEN = 0.05, 8, 1e-10, 0.38

#: A piece is halved so often between two trials with Newton's method; the last is of 2**-30 of the step.
TRIALS = (0, 2, 4, 8, 16)

#: And so often where Newton's method found nothing.
LAST = 16

#: Ends that halving leaves apart by more than this part of the gap are not on one branch.
JUMP = 1e-3

#: How a point is described that the defining equations did not give.
BISECTED = "found by halving steps: the defining equations do not hold there to 1e-9"


class JumpError(AnalysisError):
    """A step led from one branch to another that passes beside it.

    Attributes
    ----------
    length : float
        Of the jump, in units.
    before : Station, optional
        The last one on the branch itself, of equilibria.
    """

    def __init__(self, length: float, before: Station | None = None) -> None:
        super().__init__("A step led to another branch.")
        self.length, self.before = length, before


#: A point this near to the border, in parts of the range, is on it. A real part below the second, relative to the
#: largest eigenvalue, may be zero.
ON_BORDER, CRITICAL = 1e-9, 1e-6

#: At a fold that near to the border the parameter's part in the direction of the curve is below this; and the fold is
#: off by less than the second, in units: the square root of how near it is.
TURNED, ASIDE = 1e-3, 1e-3


@dataclass(frozen=True)
class Located:
    """A special point and where it stands: (states, parameter)."""

    point: SpecialPoint
    u: Array


def locate(detector: Detector, gap: Gap, *, is_sure: bool = False) -> Located:
    """The special point in ``gap``.

    Raises
    ------
    JumpError
        Where halving leaves the ends of the gap apart: they are on two branches. It may also show another kind of
        point first, such as the fold with which a branch turns back before the other one. Not if the caller is sure
        that they are on one.
    """
    problem, curve = detector.problem, detector.curve
    system = InUnits(problem, curve.units)
    done, first = 0, _length(curve, gap)
    for halvings in TRIALS if gap.is_resolved else (0,):
        kind, gap = gap.kind, _halved(detector, gap, halvings - done)
        done = halvings
        if not is_sure and gap.is_resolved and gap.kind != kind:
            raise JumpError(_length(curve, gap), gap.before)
        found = _solved(system, curve, gap)
        if found is not None:
            return found
    left = _length(curve, gap)
    # a gap that is not resolved has been halved as far as there are points in between
    if not is_sure and left > max(JUMP * first if gap.is_resolved else 0.0, LITTLE):
        raise JumpError(left, gap.before)
    gap = _halved(detector, gap, LAST)
    return described(problem, gap.kind, _guess(curve, gap), omega=_omega(gap), note=BISECTED)


def _length(curve: Curve, gap: Gap) -> float:
    return float(np.linalg.norm((gap.after.point.u - gap.before.point.u) / curve.units))


def _solved(system: InUnits, curve: Curve, gap: Gap) -> Located | None:
    ends = gap.before, gap.after
    return _from(system, curve, ends, gap.kind, _guess(curve, gap), _omega(gap) if gap.kind == "hopf" else 0.0)


def at_border(problem: EquilibriumProblem, curve: Curve, end: Station) -> Located | None:
    """The special point that lies exactly where a branch ends on the border of the range, if there is one.

    No count changes on the way to it: eigenvalues that have come to the axis there tell of it.
    """
    low, high = curve.range
    border = min(curve.range, key=lambda b: abs(b - end.point.parameter))
    if abs(end.point.parameter - border) > ON_BORDER * (high - low):
        return None
    values = end.eigenvalues
    k = int(np.argmin(np.abs(values.real)))
    turned = abs(end.point.tangent[-1] / curve.units[-1]) < TURNED
    # by its rate the eigenvalue says how far off the axis is, where there is no other to compare it with
    if not turned and abs(values[k].real) > CRITICAL * max(np.abs(values).max(), abs(end.rates[k])):
        return None
    rotates = not turned and abs(values[k].imag) > CRITICAL * np.abs(values).max()
    if rotates and abs(end.rates[k].real) <= CRITICAL * np.abs(values).max():
        return None  # a centre, which is one all along its branch
    kinds = ("hopf",) if rotates else ("fold",) if turned else ("branch point", "fold")
    system = InUnits(problem, curve.units)
    for kind in kinds:
        found = _from(system, curve, (end, end), kind, end.point.u, float(abs(values[k].imag)), ASIDE)
        if found is not None and abs(found.u[-1] - border) <= ON_BORDER * (high - low):
            return found
    return None


def solved_from(
    problem: EquilibriumProblem, curve: Curve, ends: tuple[Station, Station], kind: str, part: float, omega: float
) -> Located | None:
    """The special point of a kind near ``part`` of the way between two stations; None where it is not between them."""
    between = curve.between(ends[0].point, ends[1].point, part)
    return None if between is None else _from(InUnits(problem, curve.units), curve, ends, kind, between.u, omega)


def _from(
    system: InUnits,
    curve: Curve,
    ends: tuple[Station, Station],
    kind: str,
    near: Array,
    frequency: float,
    little: float = LITTLE,
) -> Located | None:
    guess = near / curve.units
    omega: float | None = None
    if kind == "hopf":
        both = defining.hopf(system, guess, frequency)
        if both is None or both[1] <= 0:
            return None
        z, omega = both
    else:
        z_or_none = (defining.fold if kind == "fold" else defining.branch_point)(system, guess)
        if z_or_none is None:
            return None
        z = z_or_none
    first, last = (s.point.u / curve.units for s in ends)
    if not _is_between(z, first, last, little):
        return None
    u = np.where(np.abs(z) < ROUNDING, 0.0, z * curve.units)
    located = described(system.problem, kind, u, omega=omega)
    if kind == "branch point":
        tangents = defining.directions(system, z)
        flat = [t for t in tangents if abs(t[-1]) < 1e-6]  # across the parameter: the branches of a pitchfork
        form = "pitchfork" if flat else "transcritical"
        if flat and all(_is_level(curve, z, t) for t in flat):
            form = "line of equilibria"
        if len(tangents) == 2:
            located = replace(located, point=replace(located.point, data={**located.point.data, "type": form}))
    return located


def _is_between(z: Array, a: Array, b: Array, little: float = LITTLE) -> bool:
    """Whether a point of a piece is, by and large, between its ends; all in units."""
    way = b - a
    length = float(np.linalg.norm(way))
    part = float((z - a) @ way) / length if length else 0.0
    beyond = max(-part, part - length)
    return beyond < BEYOND * length + little and bool(np.linalg.norm(z - (a + b) / 2) < length + little)


def _is_level(curve: Curve, z: Array, tangent: Array) -> bool:
    """Whether equilibria stand along a curve from a tangent across the parameter, all at one value of it."""
    here, way = z, tangent
    for number in range(DOUBLED):
        length = BESIDE * 2**number
        found = curve.corrected((here + length * way) * curve.units, way)
        if found is None:
            return number > 0
        there = found / curve.units
        if np.linalg.norm(there - here - length * way) > length / 2:
            return number > 0  # the line turns or ends, and this is another branch
        if abs(float(there[-1] - z[-1])) > LEVEL:
            return False
        way = (there - here) / np.linalg.norm(there - here)
        here = there
    return True


def is_level_between(curve: Curve, a: Array, b: Array) -> bool:
    """Whether two points and one between them are equilibria at one value of the parameter, but for errors."""
    if abs(float(a[-1] - b[-1]) / curve.units[-1]) > LEVEL:
        return False
    # not the middle: what is symmetric has equilibria there
    between = a + BETWEEN * (b - a)
    found = curve.corrected(between, (b - a) / curve.units)
    return found is not None and float(np.abs((found - between) / curve.units).max()) < LEVEL


def _guess(curve: Curve, gap: Gap) -> Array:
    a, b = (_measure(gap, s) for s in (gap.before, gap.after))
    part = a / (a + b) if a + b else 0.5
    found = curve.between(gap.before.point, gap.after.point, float(np.clip(part, 0.02, 0.98)))
    u = gap.before.point.u + part * (gap.after.point.u - gap.before.point.u) if found is None else found.u
    return np.asarray(u)


def _measure(gap: Gap, s: Station) -> float:
    """How far a station is from the special point."""
    if gap.kind == "fold":
        return float(abs(s.point.tangent[-1]))
    return float(abs(s.eigenvalues.real[_crossing(gap)]))


def _crossing(gap: Gap) -> int:
    # through the turn of a pitchfork nothing changes its sign: the last one is as good as another
    return min(gap.before.unstable, gap.after.unstable, len(gap.before.eigenvalues) - 1)


def _omega(gap: Gap) -> float:
    k = _crossing(gap)
    return float((abs(gap.before.eigenvalues[k].imag) + abs(gap.after.eigenvalues[k].imag)) / 2)


def _halved(detector: Detector, gap: Gap, times: int) -> Gap:
    """The half in which it lies, again and again; until one shows another kind of point."""
    for _ in range(times):
        middle = detector.curve.between(gap.before.point, gap.after.point, 0.5)
        if middle is None:
            return gap
        m = detector.station(middle)
        first = detector.gaps(gap.before, m, halvings=99)
        (half,) = first or detector.gaps(m, gap.after, halvings=99) or [Gap(gap.kind, m, gap.after)]
        half = replace(half, is_resolved=gap.is_resolved)
        if half.kind != gap.kind and _length(detector.curve, half) > LITTLE:
            return half
        gap = replace(half, kind=gap.kind)  # nearer than that signs are those of errors
    return gap


def described(problem: EquilibriumProblem, kind: str, u: Array, omega: float | None = None, note: str = "") -> Located:
    """What is said of the special point ``u``."""
    data: dict[str, object] = {"eigenvalues": problem.eigenvalues(u)}
    period = None
    if omega:
        period = 2 * np.pi / omega
        data["omega"] = omega
        try:
            data["l1"] = first_lyapunov_coefficient(problem, u, omega)
        except AnalysisError:
            note = f"{note} without the first Lyapunov coefficient: no third derivative".strip()
        except np.linalg.LinAlgError:
            note = f"{note} without the first Lyapunov coefficient: another eigenvalue is zero".strip()
    states = {name: float(v) + 0.0 for name, v in zip(problem.field.free, u, strict=False)}
    place = {problem.name: float(u[-1]) + 0.0}
    return Located(SpecialPoint(kind, place, states, period, data, note, problem.field), u)
