"""Where branches of cycles end: the orbit shrinks to nothing, or to one of half the period, or its period grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from brainpy_lab.analysis.continuation.branches_of_cycles.saddles import saddles, slowest
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import extremes_of
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve, Orbit
from brainpy_lab.analysis.continuation.cycle_junctions import quantities
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Where the last doubling of the period moves the parameter by less than this part of the range, the period grows to
#: infinity at that value.
LAST, SETTLED = 0.5, 1e-3

#: The same where a branch cannot be followed to long periods: rounding errors are larger than what is left of the way.
LATEST, STANDS = 0.8, 1e-6

#: A branch that shrinks to an equilibrium ends at a Hopf point this near to its last cycle, in parts of the range.
NEAR = 0.2

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
    # in a plane no cycle runs round another one twice
    return "doubling" if curve.collocation.n > 2 and _turns_over(curve, a, b, Mesh.parting) else ""


def hopf_near(orbit: Orbit, hopfs: Sequence[Located], width: float) -> Located | None:
    """The Hopf point at which a branch ends that has shrunk to an equilibrium; None where none is near."""
    near = [(abs(h.point.parameter - orbit.parameter), h) for h in hopfs]
    least, nearest = min(near, key=lambda pair: pair[0], default=(np.inf, None))
    return nearest if least < NEAR * width else None


def comes_round(first: Orbit, latest: Sequence[Orbit], sizes: Callable[[Array], Array], width: float) -> bool:
    """Whether the way between the two ``latest`` cycles of a branch leads through its ``first`` one."""
    scales = sizes(first.profile)
    start, a, b = (quantities(o, scales, width) for o in (first, *latest))
    square = float((b - a) @ (b - a))
    part = float((start - a) @ (b - a)) / square if square else -1.0
    aside = float(np.linalg.norm(start - a - part * (b - a)))
    return 0 < part <= 1 and aside < BESIDE * np.sqrt(square)


def of_long_period(
    field: VectorField,
    name: str,
    width: float,
    orbits: Sequence[Orbit],
    folds: Sequence[Located],
    *,
    is_long: bool,
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
    is_long : bool
        Whether the branch was followed to long periods. If not, the parameter has to stand still in the end, and the
        orbits have to come to an equilibrium.
    """
    orbit, names = orbits[-1], field.free
    low, high = extremes_of(orbit)
    rest = slowest(field, name, orbit)
    for fold in folds:
        is_there = (np.abs(fold.u[:-1] - rest) < AT_FOLD * (high - low) + 1e-9).all()
        if is_there and abs(fold.point.parameter - orbit.parameter) < NEAR_FOLD * width:
            return replace(fold.point, kind="snic", period=np.inf, data={"orbit": orbit})
    part, most = (LAST, SETTLED) if is_long else (LATEST, STANDS)
    latest = [o.parameter for o in orbits if o.period > part * orbit.period]
    if len(latest) < 2 or max(latest) - min(latest) >= most * width:
        return None
    known = saddles(field, name, orbits)
    if not known and not is_long:
        return None
    places = [dict(zip(names, place.tolist(), strict=True)) for place in known or [rest]]
    kind, data = "homoclinic", dict[str, Any](orbit=orbit, saddle=places[0])
    if len(places) > 1:
        kind, data = "heteroclinic", dict[str, Any](orbit=orbit, saddles=places)
    values = dict(zip(names, high.tolist(), strict=True))
    return SpecialPoint(kind, {name: orbit.parameter}, values, orbit.period, data, equations=field)


def on_finer_mesh(point: SpecialPoint, curve: CycleCurve, orbits: Sequence[Orbit]) -> SpecialPoint:
    """The point with the longest of ``orbits`` that can be solved for on a mesh of twice as many intervals, or itself.

    An orbit that passes its saddles more than once leaves open how long it stays each time, to more digits than there
    are: a shorter one, whose parameter differs by less than these, is solved for.
    """
    if point.kind == "snic":
        return point
    for orbit in [o for o in orbits if o.period > orbits[-1].period / 2][::-1]:
        along = np.zeros(orbit.profile.size + 2)
        along[-2] = 1.0
        scales = curve.scales(orbit.profile)
        start = curve.take(orbit, along, adapted(orbit.mesh, orbit.profile, scales, 2 * orbit.mesh.intervals))
        found = curve.corrected(start.u, start.tangent)
        if found is None:
            continue
        fine = curve.orbit(CurvePoint(found, start.tangent))
        values = dict(zip(point.values, extremes_of(fine)[1].tolist(), strict=True))
        place = dict.fromkeys(point.parameters, fine.parameter)
        return replace(point, parameters=place, values=values, period=fine.period, data={**point.data, "orbit": fine})
    return point


def _turns_over(curve: CycleCurve, a: CurvePoint, b: CurvePoint, part: Callable[[Mesh, Array], Array]) -> bool:
    """Whether a part of the orbit has shrunk to nothing between two points: it grows again with its sign turned.

    Or it is gone: a step may lead from doubled cycles onto those that they grow from, run through twice.
    """
    mesh = curve.collocation.mesh
    first, last = np.split(part(mesh, np.concatenate([curve.collocation.profile(p.u) for p in (a, b)])), 2)
    weights = mesh.shares / curve.scales(last)[:, None] ** 2
    return float((first * last * weights).sum()) < GONE * float((first**2 * weights).sum())


def _swing(mesh: Mesh, profile: Array) -> Array:
    """What an orbit has beside its mean: nothing at a Hopf point."""
    result: Array = profile - (profile @ mesh.shares)[:, None]
    return result
