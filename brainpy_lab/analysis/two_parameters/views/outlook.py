"""What a diagram in two parameters says of a place in it, in words: which curve comes next along each parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np

from brainpy_lab.analysis.vector_field import Array, Range

#: How the points of curves are called that are not called by their kind.
WORDS = {
    "hopf": "Hopf points", "fold": "folds", "fold of cycles": "folds of cycles", "homoclinic": "homoclinic orbits",
    "heteroclinic": "heteroclinic orbits",
    "period doubling": "period doublings", "torus": "tori",
}  # fmt: skip


@dataclass(frozen=True)
class Nearby:
    """A curve that is met from a place when one parameter is moved.

    Attributes
    ----------
    kind : str
    parameter : str
        The one that is moved.
    value : float
        Where it then stands.
    """

    kind: str
    parameter: str
    value: float


@dataclass(frozen=True, repr=False)
class PlaneOutlook:
    """The next curve on either side of a place along each parameter.

    Attributes
    ----------
    parameters : dict
        The place.
    curves : tuple of Nearby
        At most four: those that come first.
    decimals : dict
        How many are told of each parameter: curves are read off between their points.
    """

    parameters: dict[str, float]
    curves: tuple[Nearby, ...]
    decimals: dict[str, int]

    def __repr__(self) -> str:
        place = ", ".join(f"{name} = {self._written(name, value)}" for name, value in self.parameters.items())
        if not self.curves:
            return f"At {place}: no curve is met when one parameter is moved."
        kinds: dict[str, list[str]] = {}
        for c in self.curves:
            kinds.setdefault(c.kind, []).append(f"{c.parameter} = {self._written(c.parameter, c.value)}")
        found = [f"{WORDS.get(kind, kind)} at {' and '.join(places)}" for kind, places in kinds.items()]
        return f"At {place}. Next, with one parameter moved: {'; '.join(found)}."

    def _written(self, name: str, value: float) -> str:
        return f"{round(value, self.decimals[name]) + 0.0:.{self.decimals[name]}f}"  # + 0.0: no -0.00


def outlook(
    branches: Sequence[Any], names: tuple[str, str], ranges: Sequence[Range], place: tuple[float, float]
) -> PlaneOutlook:
    """The next curves around a place; ``branches`` are `CurveBranch` or alike."""
    found: list[Nearby] = []
    for moved in (0, 1):
        met = [
            (value, branch.kind)
            for branch in branches
            for value in _crossings(branch[names[moved]] - place[moved], branch[names[1 - moved]] - place[1 - moved])
        ]
        below = max((m for m in met if m[0] < 0), default=None, key=lambda m: m[0])
        above = min((m for m in met if m[0] > 0), default=None, key=lambda m: m[0])
        found += [Nearby(m[1], names[moved], place[moved] + m[0]) for m in (below, above) if m is not None]
    decimals = [max(0, 2 - floor(log10(high - low))) for low, high in ranges]
    return PlaneOutlook(dict(zip(names, place, strict=True)), tuple(found), dict(zip(names, decimals, strict=True)))


def _crossings(along: Array, across: Array) -> Iterator[float]:
    """Where a polyline passes ``across`` = 0."""
    for k in np.flatnonzero((across[:-1] < 0) != (across[1:] < 0)):
        part = across[k] / (across[k] - across[k + 1])
        yield float(along[k] + part * (along[k + 1] - along[k]))
