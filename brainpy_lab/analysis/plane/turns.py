"""Orbits that go round and round: each turn ends where it began, so that nothing new comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.plane.cubic import Cubic
from brainpy_lab.analysis.plane.ensemble import Ensemble
from brainpy_lab.analysis.vector_field import Array

#: A turn ends where it began if both places differ by less than this part of its extent.
SAME = 1e-5

#: So many such turns, one after another, are a cycle.
TURNS = 3


class Turns:
    """What the turns of ``orbits`` were like so far; one ends where the first state is largest."""

    def __init__(self, orbits: Ensemble) -> None:
        self._low, self._high = orbits.y.copy(), orbits.y.copy()
        self._last = np.full(orbits.y.shape, np.nan)
        self._count = np.zeros(orbits.y.shape[1], dtype=int)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Leave all orbits but ``which``."""
        self._low, self._high, self._last = self._low[:, which], self._high[:, which], self._last[:, which]
        self._count = self._count[which]

    def begin(self, orbits: Ensemble) -> None:
        """Take down where a step begins."""
        self._y, self._slope, self._t = orbits.y, orbits.slope, orbits.t

    def closed(self, orbits: Ensemble) -> NDArray[np.bool_]:
        """Which orbits have closed with the step that was just made, shape (n_orbits,)."""
        self._low, self._high = np.minimum(self._low, orbits.y), np.maximum(self._high, orbits.y)
        at = np.flatnonzero((self._slope[0] > 0) & (orbits.slope[0] <= 0) & ~orbits.has_reset)
        if at.size:
            place = self._top(orbits, at)
            same = np.abs(place - self._last[:, at]) <= SAME * (self._high[:, at] - self._low[:, at])
            self._count[at] = np.where(same.all(axis=0), self._count[at] + 1, 0)
            self._last[:, at] = self._low[:, at] = self._high[:, at] = place
        return self._count >= TURNS

    def _top(self, orbits: Ensemble, at: NDArray[np.int_]) -> Array:
        """Where the first state is largest within a step: on the cubic through its ends."""
        h = orbits.t[at] - self._t[at]
        cubic = Cubic.between((self._y[:, at], self._slope[:, at]), (orbits.y[:, at], orbits.slope[:, at]), h)
        first = Cubic(*(part[0] for part in cubic))
        low, high = np.zeros_like(h), np.ones_like(h)
        for _ in range(30):
            share = (low + high) / 2
            rises = first.rate(share) > 0
            low, high = np.where(rises, share, low), np.where(rises, high, share)
        return cubic.at(low)
