"""The start that a user gives for a curve, as far as it is one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.two_parameters.cycle_conditions import FOLLOWED
from brainpy_lab.analysis.two_parameters.cycle_following import CycleStart
from brainpy_lab.analysis.two_parameters.cycle_plane_curve import PlaneOrbit
from brainpy_lab.analysis.two_parameters.following import THROUGH, Start
from brainpy_lab.analysis.vector_field import Array, Range
from brainpy_lab.errors import ArgumentError

#: Kinds of points whose curves are of cycles.
OF_CYCLES = (*FOLLOWED, "cusp of cycles")


def given_cycle(problem: EquilibriumProblem, point: SpecialPoint, ranges: tuple[Range, Range]) -> CycleStart:
    """The curve of cycles through a special point of a diagram in one or two parameters."""
    orbit = point.data.get("orbit")
    if orbit is None:
        raise ArgumentError(f"The start, a {point.kind}, has no orbit.", advice="Take it from a diagram.")
    equations = point.equations
    known = {**({**equations.params, **equations.held} if equations else {}), **point.parameters}
    missing = [name for name in problem.names if name not in known]
    if missing or problem.field.free != tuple(point.values):
        raise ArgumentError(
            f"The start has no value for {', '.join(missing) or 'all states'}.",
            advice="Take it from a diagram of this model in one of these parameters.",
        )
    first, second = (float(known[name]) for name in problem.names)
    for name, value, (low, high) in zip(problem.names, (first, second), ranges, strict=True):
        if not low <= value <= high:
            raise ArgumentError(f"The start has {name} = {value:g}, outside {low:g} to {high:g}.")
    kind = point.kind if point.kind in FOLLOWED else "fold of cycles"
    fixed = -2 if problem.names[1] in point.parameters and problem.names[0] not in point.parameters else -1
    return CycleStart(kind, PlaneOrbit(orbit.mesh, orbit.profile, orbit.period, first, second), fixed)


def given_starts(
    problem: EquilibriumProblem, start: SpecialPoint | FixedPoint | Mapping[str, float], ranges: tuple[Range, Range]
) -> list[Start]:
    """The curves through a point: of its own kind, or of the kind that its eigenvalues come nearest to."""
    u = _unknowns(problem, start, ranges)
    if isinstance(start, SpecialPoint) and start.kind in ("fold", "hopf", *THROUGH):
        return _of_kind(start, u)
    values = problem.eigenvalues(u)
    pairs = values[values.imag > 0]
    pair = min(pairs, key=lambda v: abs(v.real), default=None)
    if pair is not None and abs(pair.real) < float(np.abs(values).min()):
        return [Start("hopf", u, float(abs(pair) ** 2))]
    return [Start("fold", u)]


def _of_kind(point: SpecialPoint, u: Array) -> list[Start]:
    omega = point.data.get("omega", 0.0)
    omegas = omega if isinstance(omega, tuple) else (omega,)
    kinds = THROUGH.get(point.kind, ((point.kind, 0),))
    return [Start(kind, u, float(omegas[k]) ** 2 if kind == "hopf" else 0.0) for kind, k in kinds]


def _unknowns(
    problem: EquilibriumProblem, start: SpecialPoint | FixedPoint | Mapping[str, float], ranges: tuple[Range, Range]
) -> Array:
    """States and parameters of a start; a parameter that it does not name has its value in the middle of its range."""
    names, free = problem.names, problem.field.free
    if isinstance(start, Mapping):
        values = dict(start)
    else:  # a point knows the parameters that it was found with
        equations = getattr(start, "equations", None)
        known = {**(equations.params if equations else {}), **getattr(start, "parameters", {}), **start.values}
        values = {name: known[name] for name in (*free, *names) if name in known}
    missing = [n for n in free if n not in values]
    unknown = [n for n in values if n not in (*free, *names)]
    if missing or unknown:
        what = f"has no value for {', '.join(missing)}" if missing else f"names {', '.join(unknown)}, which is no state"
        raise ArgumentError(f"The start {what}.", advice=f"Give {', '.join((*free, *names))}.")
    for name, (low, high) in zip(names, ranges, strict=True):
        values.setdefault(name, (low + high) / 2)
        if not low <= values[name] <= high:
            raise ArgumentError(f"The start has {name} = {values[name]:g}, outside {low:g} to {high:g}.")
    return np.array([float(values[n]) for n in (*free, *names)])
