"""The saddles that an orbit of long period comes to: it stays longer and longer beside each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import equilibria

#: An orbit passes by an equilibrium that is this near to a slow place of it, in parts of its range, and of the range of
#: its slowness.
BESIDE, SLOW = 0.05, 0.05

#: It comes to it if it is nearer by this factor than the orbit of half its period, or as near as numbers can tell.
NEARER, AT = 0.5, 1e-6

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


def _speed(field: VectorField, name: str, orbit: Orbit) -> Array:
    """Along an orbit, of the state that moves fastest in parts of its range."""
    rates = field.moved(name, orbit.parameter).rhs(orbit.profile)
    return np.asarray(np.abs(rates / nonzero(np.ptp(orbit.profile, axis=1))[:, None]).max(axis=0))


def _distance(orbit: Orbit, rest: Array, sizes: Array) -> float:
    return float(np.abs((orbit.profile - rest[:, None]) / sizes[:, None]).max(axis=0).min())
