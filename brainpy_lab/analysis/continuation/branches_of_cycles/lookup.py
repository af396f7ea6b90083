"""The cycles of branches at one value of the parameter, solved for anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.cycle_junctions import SAME, moments
from brainpy_lab.analysis.cycles.closing import Guess
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.solving import solved
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Relative error of the period.
RELATIVE = 1e-10

#: Relative differences of periods, and of means, below which an orbit is that of a cycle.
ALIKE = 1e-3

#: The ends of a branch reach this much farther, relative to the parameter.
END = 1e-8

#: A cycle is not between two orbits where it differs from one by so many times what they differ by.
FARTHER = 3.0

#: Along a branch from an orbit to the next as far as a value.
Along = Callable[[Orbit, Orbit, float], Orbit | None]

#: From the profile of an orbit, (n, n_nodes), to the sizes in which its states are measured, (n,).
Sizes = Callable[[Array], Array]


def around(branch: CycleBranch, value: float) -> list[int]:
    """The numbers of the cycles of a branch between which and the next ones the parameter has a value.

    The ends of a branch reach a little farther, as their parameters may err.
    """
    values = branch[branch.parameter]
    slack = END * (1 + abs(value))
    for end, inner in ((0, 1), (-1, -2)):
        if abs(values[end] - value) < slack and (values[end] - value) * (values[inner] - value) > 0:
            values[end] = value
    return [int(i) for i in np.flatnonzero((values[:-1] - value) * (values[1:] - value) <= 0)]


def cycles_at(
    branches: Sequence[CycleBranch], field: VectorField, value: float, sizes: Sizes, along: Along | None = None
) -> list[Cycle]:
    """The cycles of ``field``, whose parameter has this ``value``, each once.

    ``along`` follows a branch from one orbit to the next as far as the value, where Newton's method at that value fails
    or leads elsewhere: beside a canard cycles of all sizes have nearly one value.
    """
    found: list[Cycle] = []
    for branch in branches:
        for i in around(branch, value):
            a, b = branch.orbits[i : i + 2]
            cycle = _between(field, a, b, value, sizes)
            if along is not None and (cycle is None or not _lies_between(cycle, a, b, sizes)):
                orbit = along(a, b, value)
                there = None if orbit is None else Cycle(field, orbit.mesh, orbit.profile, orbit.period)
                cycle = there or cycle
            if cycle is not None and not any(_is_same(cycle, c, sizes(c.profile)) for c in found):
                found.append(cycle)
    return found


def is_among(orbit: Orbit, cycles: Sequence[Cycle], scales: Array) -> bool:
    """Whether an orbit is one of some cycles, as nearly as a first guess may tell."""
    aim = moments(orbit.mesh, orbit.profile, scales)
    return any(
        abs(c.period / orbit.period - 1) < ALIKE and (np.abs(moments(c.mesh, c.profile, scales) - aim) < ALIKE).all()
        for c in cycles
    )


def _between(field: VectorField, a: Orbit, b: Orbit, value: float, sizes: Sizes) -> Cycle | None:
    part = (value - a.parameter) / (b.parameter - a.parameter) if b.parameter != a.parameter else 0.0
    profile = (1 - part) * a.profile + part * b.mesh.at(b.profile, a.mesh.nodes)
    period = a.period + part * (b.period - a.period)
    with np.errstate(all="ignore"):
        found = solved(field, Guess(a.mesh, profile, period, sizes(profile)), RELATIVE)
    return None if found is None else Cycle(field, found.mesh, found.profile, found.period)


def _lies_between(cycle: Cycle, a: Orbit, b: Orbit, sizes: Sizes) -> bool:
    """Whether a cycle is as like two orbits as they are like each other, by and large."""
    scales = sizes(a.profile)
    first, last, here = (moments(o.mesh, o.profile, scales) for o in (a, b, cycle))
    apart = float(np.abs(last - first).max()) + ALIKE
    return bool(max(np.abs(here - first).max(), np.abs(here - last).max()) < FARTHER * apart)


def _is_same(a: Cycle, b: Cycle, scales: Array) -> bool:
    gaps = moments(a.mesh, a.profile, scales) - moments(b.mesh, b.profile, scales)
    return abs(a.period / b.period - 1) < SAME and bool((np.abs(gaps) < SAME).all())
