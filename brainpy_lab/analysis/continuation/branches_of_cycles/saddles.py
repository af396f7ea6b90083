"""The saddles that an orbit of long period comes to: it stays longer and longer beside each of them.

Reference: L. P. Shilnikov (1965). A case of the existence of a countable number of periodic motions. Sov. Math. Dokl.
6, 163-166.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brainpy_lab.analysis.continuation.branches_of_cycles import words
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import equilibria

#: An orbit passes by an equilibrium that is this near to a slow place of it, in parts of its range, and of the range of
#: its slowness.
BESIDE, SLOW = 0.05, 0.05

#: It comes to it if it is nearer by this factor than the orbit of half its period, or as near as numbers can tell.
NEARER, AT = 0.5, 1e-6

#: Beside a homoclinic orbit of a focus special points of cycles follow each other without end: in this part of the
#: range of the parameter.
CROWDED = 1e-3

#: Equilibria nearer to each other than this part of the range are one.
ONE = 1e-6


def slowest(field: VectorField, name: str, orbit: Orbit) -> Array:
    """The state of an orbit where it is slowest, in parts of its range, (n,)."""
    return np.asarray(orbit.profile[:, int(np.argmin(_speed(field, name, orbit)))])


def saddles(field: VectorField, name: str, orbits: Sequence[Orbit]) -> list[Array]:
    """The equilibria, (n,) each, to which orbits come as their period grows, in the order in which they are passed.

    Parameters
    ----------
    field : VectorField
    name : str
        Of the parameter.
    orbits : sequence of Orbit
        Along the branch, the longest one last.
    """
    last = orbits[-1]
    half = min(orbits, key=lambda o: abs(o.period - last.period / 2))
    sizes = nonzero(np.ptp(last.profile, axis=1))
    speed = _speed(field, name, last)
    is_slow = (speed <= np.roll(speed, 1)) & (speed <= np.roll(speed, -1)) & (speed < SLOW * speed.max())
    problem = equilibria(field.moved(name, last.parameter)).in_units(sizes, np.ones(len(sizes)))
    found: list[Array] = []
    for place in last.profile[:, is_slow].T:
        zero = newton(problem, place / sizes)
        rest = zero.point * sizes
        near = _distance(last, rest, sizes)
        is_new = all(np.abs((rest - other) / sizes).max() > ONE for other in found)
        if zero.converged and is_new and near < max(AT, min(BESIDE, NEARER * _distance(half, rest, sizes))):
            found.append(rest)
    return found


def without_end(field: VectorField, orbit: Orbit, points: Sequence[SpecialPoint], width: float) -> list[str]:
    """What is said of a cycle beside a homoclinic orbit of a focus, where branches begin without end; else nothing.

    Parameters
    ----------
    field : VectorField
    orbit : Orbit
        The cycle.
    points : sequence of SpecialPoint
        Among them homoclinic orbits.
    width : float
        Of the range of the parameter.
    """
    for point in points:
        if point.kind != "homoclinic" or abs(point.parameter - orbit.parameter) > CROWDED * width:
            continue
        rest = np.array(list(point.data["saddle"].values()))
        sizes = nonzero(np.ptp(point.data["orbit"].profile, axis=1))
        there = field.moved(next(iter(point.parameters)), point.parameter)
        if _distance(orbit, rest, sizes) < BESIDE and _is_chaotic(there, rest):
            place = ", ".join(f"{name} = {value:.6g}" for name, value in point.parameters.items())
            return [words.without_end(place)]
    return []


def _is_chaotic(field: VectorField, rest: Array) -> bool:
    """Whether infinitely many cycles are beside any homoclinic orbit of a saddle: it turns faster than it is left."""
    values = np.linalg.eigvals(field.jacobian(rest))
    stable, unstable = values[values.real < 0], values[values.real > 0]
    if not (stable.size and unstable.size):
        return False
    leading = stable[np.argmax(stable.real)], unstable[np.argmin(unstable.real)]
    turning = [v for v in leading if v.imag != 0]
    slowest = min(abs(v.real) for v in leading)
    return any(abs(v.real) <= slowest for v in turning)


def _speed(field: VectorField, name: str, orbit: Orbit) -> Array:
    """Along an orbit, of the state that moves fastest in parts of its range."""
    rates = field.moved(name, orbit.parameter).rhs(orbit.profile)
    return np.asarray(np.abs(rates / nonzero(np.ptp(orbit.profile, axis=1))[:, None]).max(axis=0))


def _distance(orbit: Orbit, rest: Array, sizes: Array) -> float:
    return float(np.abs((orbit.profile - rest[:, None]) / sizes[:, None]).max(axis=0).min())
