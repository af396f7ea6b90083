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

#: From the profile of an orbit, (n, n_nodes), to the sizes in which its states are measured, (n,).
Sizes = Callable[[Array], Array]


def cycles_at(branches: Sequence[CycleBranch], field: VectorField, value: float, sizes: Sizes) -> list[Cycle]:
    """The cycles of ``field``, whose parameter has this ``value``, each once."""
    found: list[Cycle] = []
    for branch in branches:
        values = branch[branch.parameter]
        for i in np.flatnonzero((values[:-1] - value) * (values[1:] - value) <= 0).tolist():
            cycle = _between(field, branch.orbits[i], branch.orbits[i + 1], value, sizes)
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


def _is_same(a: Cycle, b: Cycle, scales: Array) -> bool:
    gaps = moments(a.mesh, a.profile, scales) - moments(b.mesh, b.profile, scales)
    return abs(a.period / b.period - 1) < SAME and bool((np.abs(gaps) < SAME).all())
