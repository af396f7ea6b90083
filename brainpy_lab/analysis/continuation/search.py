"""Where a diagram is looked for and how: what all that follow its curves share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.analysis.vector_field import Array, Range


@dataclass
class Search:
    """The ranges, steps and listener of a diagram.

    Attributes
    ----------
    ranges : tuple of Range
        Of the free parameters, one or two.
    widths : ndarray, shape (n,)
        Of the box in which states are looked for.
    longest, tolerance : float
        See `Curve`.
    heard : callable
        Called with the unknowns at each point, the parameters last; True ends the work.
    is_stopped : bool
        Whether it has ended.
    """

    ranges: tuple[Range, ...]
    widths: Array
    longest: float
    tolerance: float
    heard: Callable[[Array], bool] = field(default=lambda u: False)
    is_stopped: bool = False

    @property
    def spans(self) -> Array:
        """The widths of the ranges of the parameters."""
        return np.array([high - low for low, high in self.ranges])

    def tell(self, u: Array) -> bool:
        """Tell of a point; whether the work is to end."""
        self.is_stopped = self.is_stopped or self.heard(u)
        return self.is_stopped

    def on_line(self, along: int, across: float) -> Search:
        """That on the line of a plane on which the parameter of number ``along`` moves and the other is ``across``."""
        return Search(
            (self.ranges[along],), self.widths, self.longest, self.tolerance,
            lambda u: self.tell(on_plane(u, along, across)),
        )  # fmt: skip


def on_plane(u: Array, along: int, across: float) -> Array:
    """Unknowns with both parameters, from those on a line."""
    return np.array([*u[:-1], *((u[-1], across) if along == 0 else (across, u[-1]))])
