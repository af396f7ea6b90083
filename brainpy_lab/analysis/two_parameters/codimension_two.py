"""Points of codimension two, solved for: the equilibria that fulfil two conditions at once.

None of the systems depends on the curve on which a point was noticed, so that a Bogdanov-Takens point comes out alike
from the curve of folds and from that of Hopf points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.defining import GOOD, MOST_STEPS, TOLERANCE, InUnits
from brainpy_lab.analysis.continuation.normal_form import first_lyapunov_coefficient
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.two_parameters.conditions import Along, Condition, Fold, Hopf, singular
from brainpy_lab.analysis.two_parameters.delayed import hopf_of
from brainpy_lab.analysis.two_parameters.detection import Detector, Gap, changes
from brainpy_lab.analysis.two_parameters.normal_forms import bogdanov_takens, cusp
from brainpy_lab.analysis.two_parameters.stations import Station, bend
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError

#: A piece is halved so often between two trials with Newton's method.
TRIALS = (0, 2, 4, 8, 14)

#: Steps of differences for functions whose derivatives are not at hand: they serve Newton's method alone.
STEP = 1e-6

#: How a point is described that the defining equations did not give.
BISECTED = "found by halving steps: the defining equations do not hold there to 1e-9"


@dataclass(frozen=True)
class Found:
    """A point of codimension two and where it stands: (states, parameters).

    ``kappas`` are the squares of the frequencies of the pairs on the axis, 0 for a double zero.
    """

    point: SpecialPoint
    u: Array
    kappas: tuple[float, ...]


@dataclass(frozen=True)
class ByDifferences:
    """A condition known by its values."""

    value: Callable[[Array], float]

    def both(self, z: Array, slopes: Array) -> tuple[float, Array]:
        """The value and its derivatives."""
        steps = STEP * (1 + np.abs(z))
        rise = [self.value(z + h) - self.value(z - h) for h in np.diag(steps)]
        return self.value(z), np.array(rise) / (2 * steps)


def locate(problem: EquilibriumProblem, detector: Detector, gap: Gap) -> Found | None:
    """The point in ``gap``; None where its test function has a pole and no zero."""
    done, first = 0, gap
    for halvings in TRIALS if gap.is_resolved else (0,):
        gap = _halved(detector, gap, halvings - done)
        done = halvings
        found = _solved(problem, detector, gap)
        if found is not None:
            return found
    if gap.kind in gap.before.tests and _smaller(gap) > 0.5 * _smaller(first):
        return None
    middle = detector.middle(gap.before, gap.after) or gap.before
    return describe(problem, gap.kind, middle.point.u, _kappas(gap.kind, gap.before), BISECTED)


def describe(problem: EquilibriumProblem, kind: str, u: Array, kappas: tuple[float, ...], note: str = "") -> Found:
    """A special point with its eigenvalues and what its normal form says."""
    data: dict[str, object] = {"eigenvalues": problem.eigenvalues(u)}
    omegas = [float(np.sqrt(k)) for k in kappas if k > 0]
    period = 2 * np.pi / omegas[0] if omegas and kind != "bogdanov-takens" else None
    if period:
        data["omega"] = omegas[0] if len(omegas) == 1 else tuple(omegas)
    try:
        if kind == "cusp":
            data["c"] = cusp(problem, u)
        elif kind == "bogdanov-takens" and problem.field.system.is_delayed:
            note = f"{note} without its normal form, which is not computed with delays".strip()
        elif kind == "bogdanov-takens":
            data["a"], data["b"] = bogdanov_takens(problem, u)
        elif kind == "bautin":
            data["l1"] = first_lyapunov_coefficient(problem, u, omegas[0])
    except (AnalysisError, np.linalg.LinAlgError):
        note = f"{note} without its normal form: no further derivative".strip()
    n = problem.n
    states = {name: float(v) + 0.0 for name, v in zip(problem.field.free, u[:n], strict=True)}
    place = {name: float(v) + 0.0 for name, v in zip(problem.names, u[n:], strict=True)}
    return Found(SpecialPoint(kind, place, states, period, data, note), u, kappas)


def _solved(problem: EquilibriumProblem, detector: Detector, gap: Gap) -> Found | None:
    units = detector.curve.units
    system = InUnits(problem, units)
    conditions = _conditions(system, gap)
    across = Along(system, conditions).problem.in_units(units, np.ones(len(units)))
    guess = _guess(detector, gap) / units
    a, b = (s.point.u / units for s in (gap.before, gap.after))
    for tolerance in (TOLERANCE, GOOD):
        try:
            zero = newton(across, guess, tolerance, MOST_STEPS)
        except np.linalg.LinAlgError:
            return None
        if zero.converged:
            break
    else:
        return None
    if np.linalg.norm(zero.point - (a + b) / 2) > np.linalg.norm(b - a) + 1e-6:
        return None
    kappas = tuple(_kappa(zero.point, c) for c in conditions if isinstance(c, Hopf))
    if gap.kind != "bogdanov-takens" and any(k <= 0 for k in kappas):
        return None
    u = zero.point * units
    return describe(problem, gap.kind, np.where(np.abs(zero.point) < 1e-15, 0.0, u), kappas)


def _conditions(system: InUnits, gap: Gap) -> tuple[Condition, ...]:
    near = gap.before
    if gap.kind == "cusp":
        assert near.kernel is not None
        return Fold(system), ByDifferences(lambda z: _bend(system, z, near.kernel))
    kappas = _kappas(gap.kind, near)
    if gap.kind == "double hopf":
        return hopf_of(system, kappas[0]), hopf_of(system, kappas[1])
    if gap.kind == "bautin":
        return hopf_of(system, kappas[0]), ByDifferences(lambda z: _l1(system, z, kappas[0]))
    return Fold(system), hopf_of(system, kappas[0])


def _kappas(kind: str, s: Station) -> tuple[float, ...]:
    """The squares of the frequencies of the pairs that are on the axis at a point of a kind near a station."""
    if kind == "cusp":
        return ()
    if kind == "bogdanov-takens":
        return (0.0,)
    pairs = s.others[s.others.imag > 0]
    other = float(abs(pairs[np.argmin(np.abs(pairs.real))]) ** 2) if len(pairs) else 0.0
    if kind == "double hopf":
        return s.kappa, other
    return (other if s.kernel is not None else s.kappa,)


def _bend(system: InUnits, z: Array, kernel: Array | None) -> float:
    _, psi, phi = singular(system.slopes(z)[:, : system.n])
    sign = 1.0 if kernel is None or kernel @ phi >= 0 else -1.0
    return bend(system, z, sign * psi, sign * phi)


def _l1(system: InUnits, z: Array, kappa: float) -> float:
    return first_lyapunov_coefficient(
        system.problem, z * system.units, float(np.sqrt(_kappa(z, hopf_of(system, kappa))))
    )


def _kappa(z: Array, hopf: Hopf) -> float:
    return hopf.measured(z)[1]


def _guess(detector: Detector, gap: Gap) -> Array:
    a, b = (_measure(gap, s) for s in (gap.before, gap.after))
    part = float(np.clip(a / (a + b), 0.02, 0.98)) if a + b > 0 else 0.5
    found = detector.curve.between(gap.before.point, gap.after.point, part)
    u = gap.before.point.u + part * (gap.after.point.u - gap.before.point.u) if found is None else found.u
    return np.asarray(u)


def _measure(gap: Gap, s: Station) -> float:
    """How far a station is from the point, by what vanishes there."""
    if gap.kind in s.tests:
        return abs(s.tests[gap.kind])
    if gap.kind == "zero-hopf" and s.kernel is None:
        real = s.others[s.others.imag == 0].real
        return float(np.abs(real).min(initial=np.inf)) if len(real) else 1.0
    pairs = s.others[s.others.imag > 0]
    return float(np.abs(pairs.real).min()) if len(pairs) else 1.0


def _smaller(gap: Gap) -> float:
    return min(abs(s.tests[gap.kind]) for s in (gap.before, gap.after))


def _halved(detector: Detector, gap: Gap, times: int) -> Gap:
    for _ in range(times):
        m = detector.middle(gap.before, gap.after)
        if m is None:
            return gap
        first = gap.kind in changes(gap.before, m)
        gap = Gap(gap.kind, gap.before, m) if first else Gap(gap.kind, m, gap.after)
    return gap
