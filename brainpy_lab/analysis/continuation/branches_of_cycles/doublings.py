"""Which period doubling a branch of cycles of twice the period belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.cycle_junctions import quantities
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.vector_field import Array

#: The end of a branch this near to a period doubling, in units of its quantities, is at it.
MET = 0.02

#: A branch that has come to a doubling has come to the nearest one, if it is as near as this.
NEAR = 0.2

#: From the profile of an orbit, (n, n_nodes), to the sizes in which its states are measured, (n,).
Sizes = Callable[[Array], Array]


def is_met(point: SpecialPoint, branches: Iterable[CycleBranch], sizes: Sizes, width: float) -> bool:
    """Whether a branch of cycles of twice the period begins or ends at a period doubling."""
    ends = (
        end
        for branch in branches
        for words, end in zip(branch.ends, (branch.orbits[0], branch.orbits[-1]), strict=True)
        if words.endswith("a period doubling")
    )
    return any(_distance(point, end, sizes, width) < MET for end in ends)


def doubling_near(end: Orbit, points: Iterable[SpecialPoint], sizes: Sizes, width: float) -> SpecialPoint | None:
    """The period doubling to which a branch has come, if it has been found."""
    far = [(_distance(p, end, sizes, width), p) for p in points if p.kind == "period doubling"]
    nearest = min(far, key=lambda pair: pair[0], default=None)
    return None if nearest is None or nearest[0] > NEAR else nearest[1]


def _distance(doubling: SpecialPoint, end: Orbit, sizes: Sizes, width: float) -> float:
    orbit = doubling.data["orbit"]
    scales = sizes(orbit.profile)
    twice = replace(orbit, period=2 * orbit.period)
    return float(np.abs(quantities(twice, scales, width) - quantities(end, scales, width)).max())
