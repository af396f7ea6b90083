"""Where branches of cycles end: the orbit shrinks to nothing, or to one of half the period, or its period grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import extremes_of
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_junctions import quantities
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Where the last doubling of the period moves the parameter by less than this part of the range, the period grows to
#: infinity at that value.
SETTLED = 1e-3

#: A branch leads through its beginning where it passes beside it by less than this part of a step.
BESIDE = 0.1

#: What is less than this part of what it has been is gone.
GONE = 1e-3

#: The slowest place of an orbit is a fold's when it is this near to it, in parts of the orbit's range and of that of
#: the parameter.
AT_FOLD, NEAR_FOLD = 0.05, 0.02


def shrinks_to(curve: CycleCurve, a: CurvePoint, b: CurvePoint) -> str:
    """What a branch has come to between two points, "hopf" or "doubling", if it has."""
    if _turns_over(curve, a, b, _swing):
        return "hopf"
    return "doubling" if _turns_over(curve, a, b, Mesh.parting) else ""


def comes_round(first: Orbit, latest: Sequence[Orbit], sizes: Callable[[Array], Array], width: float) -> bool:
    """Whether the way between the two ``latest`` cycles of a branch leads through its ``first`` one."""
    scales = sizes(first.profile)
    start, a, b = (quantities(o, scales, width) for o in (first, *latest))
    square = float((b - a) @ (b - a))
    part = float((start - a) @ (b - a)) / square if square else -1.0
    aside = float(np.linalg.norm(start - a - part * (b - a)))
    return 0 < part <= 1 and aside < BESIDE * np.sqrt(square)


def of_long_period(
    field: VectorField, name: str, width: float, orbits: Sequence[Orbit], folds: Sequence[Located]
) -> SpecialPoint | None:
    """What a branch comes to as its period grows, if that can be told.

    Parameters
    ----------
    field : VectorField
    name : str
        Of the parameter.
    width : float
        Of its range.
    orbits : sequence of Orbit
        Along the branch, the longest one last.
    folds : sequence of Located
        Of equilibria.
    """
    orbit, names = orbits[-1], field.free
    low, high = extremes_of(orbit)
    ranges = np.ptp(orbit.profile, axis=1)
    speed = field.moved(name, orbit.parameter).rhs(orbit.profile) / nonzero(ranges)[:, None]
    rest = orbit.profile[:, np.argmin(np.abs(speed).max(axis=0))]
    for fold in folds:
        is_there = (np.abs(fold.u[:-1] - rest) < AT_FOLD * (high - low) + 1e-9).all()
        if is_there and abs(fold.point.parameter - orbit.parameter) < NEAR_FOLD * width:
            return replace(fold.point, kind="snic", period=np.inf, data={"orbit": orbit})
    half = [o.parameter for o in orbits if o.period > orbit.period / 2]
    if max(half) - min(half) >= SETTLED * width:
        return None
    data = {"orbit": orbit, "saddle": dict(zip(names, rest.tolist(), strict=True))}
    values = dict(zip(names, high.tolist(), strict=True))
    return SpecialPoint("homoclinic", {name: orbit.parameter}, values, orbit.period, data, equations=field)


def _turns_over(curve: CycleCurve, a: CurvePoint, b: CurvePoint, part: Callable[[Mesh, Array], Array]) -> bool:
    """Whether a part of the orbit has shrunk to nothing between two points: it grows again with its sign turned.

    Or it is gone: a step may lead from doubled cycles onto those that they grow from, run through twice.
    """
    mesh = curve.collocation.mesh
    first, last = (part(mesh, curve.collocation.profile(p.u)) for p in (a, b))
    weights = mesh.shares / curve.scales(last)[:, None] ** 2
    return float((first * last * weights).sum()) < GONE * float((first**2 * weights).sum())


def _swing(mesh: Mesh, profile: Array) -> Array:
    """What an orbit has beside its mean: nothing at a Hopf point."""
    result: Array = profile - (profile @ mesh.shares)[:, None]
    return result
