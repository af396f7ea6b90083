"""What lies in a step of a branch with many states, solved for from where its eigenvalues are seen to cross.

Each eigenvalue at one end is paired with one at the other; those whose real parts change sign are interpolated, and the
defining equations solved there. The step is explained when each crossing leads to a point of its own, within the step.
Halving it instead takes all eigenvalues anew each time, which in hundreds of states takes longer than all else.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.branch_problem import Complex, EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.continuation.detection import MANY, Station
from brainpy_lab.analysis.continuation.locating import Located, described, solved_from
from brainpy_lab.analysis.continuation.many_states.pairing import may_touch, way_between
from brainpy_lab.analysis.roots import zero_between
from brainpy_lab.analysis.vector_field import Array

#: Points of one step that are nearer than this part of it are one.
APART = 1e-6

#: Eigenvalues nearer than this, relative to 1 and their size, at both ends of a step are equal.
EQUAL = 1e-7


def explained(problem: EquilibriumProblem, curve: Curve, a: Station, b: Station) -> list[Located] | None:
    """The special points between two stations, in order; None where the step is to be halved."""
    if problem.n < MANY or problem.field.system.is_delayed or not np.isfinite([a.eigenvalues, b.eigenvalues]).all():
        return None
    way = way_between(curve, a, b)
    first, last = a.eigenvalues, b.eigenvalues[way.partners]
    crossing = (first.real > 0) != (last.real > 0)
    real = (first.imag == 0) & (last.imag == 0)
    if (crossing & ~real & ((first.imag == 0) | (last.imag == 0))).any():
        return None
    if may_touch(problem, curve, a, b, way, np.flatnonzero(~crossing)):
        return None
    alone = np.flatnonzero(crossing & real)
    if not len(alone) and (a.turn != b.turn or a.crossing != b.crossing):
        return None
    kind = _kind_of(a, b, len(alone))
    if kind is None:
        return None
    found = []
    for group in _groups(first, last, np.flatnonzero(crossing & (first.imag >= 0))):
        what = kind if real[group[0]] else "hopf"
        if len(group) > 1:
            located = _together(problem, curve, (a, b), what, (first[group].mean(), last[group].mean()), len(group))
        else:
            start, end = first[group[0]], last[group[0]]
            part = float(start.real / (start.real - end.real))
            omega = abs(float(start.imag + part * (end.imag - start.imag)))
            located = solved_from(problem, curve, (a, b), what, part, omega)
        if located is None:
            return None
        found.append(located)
    places = _along(curve, a, b, found)
    if ((places < -APART) | (places > 1 + APART)).any():  # Newton's method has gone to a point of another step
        return None
    order = np.argsort(places)
    same = [j for i, j in pairwise(order) if _is_same(found[i], found[j], places[j] - places[i])]
    return None if same else [found[k] for k in order]


def _groups(first: Complex, last: Complex, crossing: NDArray[np.int_]) -> list[list[int]]:
    """Those of the eigenvalues ``crossing`` that are equal at both ends, together."""
    groups: list[list[int]] = []
    for k in crossing.tolist():
        size = EQUAL * (1 + abs(first[k]))
        beside = [g for g in groups if max(abs(first[g[0]] - first[k]), abs(last[g[0]] - last[k])) < size]
        if beside:
            beside[0].append(k)
        else:
            groups.append([k])
    return groups


def _together(
    problem: EquilibriumProblem,
    curve: Curve,
    ends: tuple[Station, Station],
    kind: str,
    values: tuple[complex, complex],
    count: int,
) -> Located | None:
    """Where several equal eigenvalues cross at once: their mean is smooth, and no defining system has them."""

    def mean(part: float) -> complex:
        point = curve.between(ends[0].point, ends[1].point, part)
        if point is None:
            return complex(np.nan)
        found = np.linalg.eigvals(problem.jacobian(point.u))
        near = np.argsort(np.abs(found - (values[0] + part * (values[1] - values[0]))))[:count]
        return complex(found[near].mean())

    try:
        part = zero_between(lambda p: mean(p).real, 0.0, 1.0, xtol=1e-14)
    except ValueError:  # the branch is lost in between
        return None
    point, value = curve.between(ends[0].point, ends[1].point, part), mean(part)
    if point is None or not np.isfinite(value):
        return None
    what = "pairs of eigenvalues cross" if kind == "hopf" else "eigenvalues cross"
    note = f"{count} {what} together, as symmetries make them; what begins here is not followed"
    found = described(problem, kind, point.u, abs(value.imag) if kind == "hopf" else None, note)
    # of several pairs no eigenvector is the one: what a coefficient along it says holds for no cycle
    data = {key: value for key, value in found.point.data.items() if key != "l1"}
    return replace(found, point=replace(found.point, data={**data, "crossing": count}))


def _kind_of(a: Station, b: Station, count: int) -> str | None:
    """What a real eigenvalue that crosses stands for; None where the counts say that there is more."""
    turns, crosses = a.turn != b.turn, a.crossing != b.crossing
    if turns and not crosses and count == 1:
        return "fold"
    if not turns and crosses == bool(count % 2):
        return "branch point"
    return None


def _along(curve: Curve, a: Station, b: Station, found: list[Located]) -> Array:
    way = (b.point.u - a.point.u) / curve.units
    return np.array([float((p.u - a.point.u) / curve.units @ way) / float(way @ way) for p in found])


def _is_same(p: Located, q: Located, apart: float) -> bool:
    if p.point.kind != q.point.kind or apart > APART:
        return False
    one, other = (x.point.data.get("omega", 0.0) for x in (p, q))
    return bool(np.isclose(float(one), float(other), rtol=1e-6))
