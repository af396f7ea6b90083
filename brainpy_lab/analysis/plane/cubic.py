"""The cubic through both ends of a step, with the slopes there (Hermite's)."""

from __future__ import annotations

from typing import NamedTuple

from brainpy_lab.analysis.vector_field import Array


class Cubic(NamedTuple):
    """What it is made of: the state at the beginning, the way to the end, and how it leaves that at both ends.

    Shapes (n_free, n_orbits).
    """

    start: Array
    chord: Array
    bent: Array
    twisted: Array

    @classmethod
    def between(cls, left: tuple[Array, Array], right: tuple[Array, Array], h: Array) -> Cubic:
        """The one between states and slopes at the ends of steps ``h``."""
        (y, slope), (end, last) = left, right
        chord = end - y
        return cls(y, chord, slope * h - chord, chord - last * h)

    def at(self, share: Array) -> Array:
        """The states at a part of the step, shape (n_orbits,)."""
        result: Array = self.start + share * self.chord + share * (1 - share) * self._aside(share)
        return result

    def rate(self, share: Array) -> Array:
        """How they change with the part."""
        turn = self.twisted - self.bent
        result: Array = self.chord + (1 - 2 * share) * self._aside(share) + share * (1 - share) * turn
        return result

    def _aside(self, share: Array) -> Array:
        result: Array = (1 - share) * self.bent + share * self.twisted
        return result
