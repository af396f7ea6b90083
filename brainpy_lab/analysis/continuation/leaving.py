"""Whether a curve leaves for infinity: some state grows without bound as the parameters come to a value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.newton import length_of
from brainpy_lab.analysis.vector_field import Array

#: A state this many times larger than all that was expected of it leaves for infinity where its slope grows as this
#: power of it at least: as a root of the parameter it may be as large, but not as steep.
FAR, LEAVES = 1e4, 0.9


@dataclass
class Leaving:
    """What is known of the way of a curve.

    Attributes
    ----------
    expected : ndarray, shape (size,)
        How large each unknown was expected to become.
    spans : ndarray, shape (n_parameters,)
        The widths of the ranges of the parameters, which are the last unknowns.
    """

    expected: Array
    spans: Array
    _latest: tuple[Array, Array] | None = field(default=None, repr=False)

    def sees(self, u: Array, tangent: Array) -> bool:
        """Whether the curve, whose next point and tangent these are, leaves."""
        before, self._latest = self._latest, (u, tangent)
        is_far = (np.abs(u) > FAR * self.expected)[: -len(self.spans)]
        return before is not None and bool(is_far.any()) and self._grows(before, (u, tangent), is_far)

    def _grows(self, before: tuple[Array, Array], here: tuple[Array, Array], which: NDArray[np.bool_]) -> bool:
        """Whether states grow while the parameters move by less and less."""
        count = len(self.spans)
        sizes = [np.abs(u[:-count])[which] for u, _ in (before, here)]
        slopes = [np.abs(way[:-count])[which] / length_of(way[-count:] / self.spans) for _, way in (before, here)]
        grows = sizes[1] > sizes[0]
        with np.errstate(all="ignore"):
            power = np.log(slopes[1] / slopes[0]) / np.log(sizes[1] / sizes[0])
        return bool((power > LEAVES)[grows].any())
