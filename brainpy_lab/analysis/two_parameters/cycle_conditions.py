"""What makes a cycle one of a curve in two parameters, as one smooth function that vanishes there.

Cycles over two parameters are a surface. On it a fold is where the two parameters do not move apart, a period doubling
where a multiplier is -1, a torus where a pair of them has length one; homoclinic and heteroclinic orbits are
followed as cycles of one long period.

Reference: E. J. Doedel, W. Govaerts, Y. A. Kuznetsov (2003). Computation of periodic solution bifurcations in ODEs
using bordered systems. SIAM J. Numer. Anal. 41, 401-435. doi:10.1137/S0036142902400779
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.collocation import Slopes
from brainpy_lab.analysis.cycles.zeros import CycleZeros
from brainpy_lab.analysis.vector_field import Array

#: Kinds of points of cycles through which curves lead.
FOLLOWED = ("fold of cycles", "period doubling", "torus", "homoclinic", "heteroclinic")

#: Those that are followed as cycles of one long period.
OF_LONG_PERIOD = ("homoclinic", "heteroclinic")


#: Multipliers beyond this size count for no more than it where one of them is to be -1; and what an infinite one is.
FAR, LARGEST = 10.0, 1e12


class OnCycle(Protocol):
    """What has been computed at a cycle.

    Attributes
    ----------
    slopes : Slopes
    ways : ndarray, shape (2, size)
        See `kernel`.
    """

    @property
    def slopes(self) -> Slopes: ...

    @property
    def ways(self) -> Array: ...


@dataclass(frozen=True)
class Condition:
    """A smooth function on the surface of cycles.

    Attributes
    ----------
    kind : str
        One of `FOLLOWED`.
    period : float
        That which stands for an infinite one.
    """

    kind: str
    period: float = float("nan")

    @property
    def is_linear(self) -> bool:
        """Whether it is one of the period alone."""
        return self.kind in OF_LONG_PERIOD

    def value(self, surface: CycleZeros, u: Array, basis: Array, known: OnCycle | None) -> float:
        """It at ``u``; ``basis``, (2, size), are rows along the surface in units; ``known`` is what was taken there."""
        collocation = surface.collocation
        if self.is_linear:
            return float(u[-3] / self.period - 1)
        if self.kind == "fold of cycles" and collocation.n == 2:
            # one multiplier is one: the other one is too where this vanishes
            return known.slopes.trace if known is not None else collocation.trace(u)
        slopes = known.slopes if known is not None else collocation.both(u)[1]
        if self.kind == "fold of cycles":
            ways = known.ways if known is not None else kernel(slopes, basis, surface.units)[0]
            return float(np.linalg.det(ways[:, -2:]))
        values = collocation.multipliers(u, slopes).values
        if self.kind == "period doubling":
            return turned(values)
        at = critical(self.kind, values)
        return float(np.log(np.abs(values[at])).sum()) if at else float("nan")


def turned(multipliers: NDArray[np.complex128]) -> float:
    """A smooth function of the multipliers that vanishes where one of them is -1.

    The product of all 1 + multiplier: no multiplier is picked out, and it is smooth where the one that comes from -1
    passes zero on its way to the fold of cycles beside it, as its logarithm is not. It grows no further where a
    multiplier is far from the unit circle.
    """
    values = np.where(np.isfinite(multipliers), multipliers, LARGEST)
    sums = np.real(np.poly(-values))  # of the products of one, of two ... multipliers: those are smooth
    return float(sums.sum() / np.hypot(1.0, np.linalg.norm(sums[1:]) / FAR))


def kernel(slopes: Slopes, basis: Array, units: Array, residual: Array | None = None) -> tuple[Array, Array]:
    """The two ways along the surface that ``basis`` measures, and the way from it; all in units.

    Each of the two is one along its own row and none along the other; the third is none along both.
    """
    bordered = slopes.with_rows(basis / units)
    right = np.zeros((basis.shape[1], 3))
    right[-2, 0] = right[-1, 1] = 1.0
    if residual is not None:
        right[:-2, 2] = residual
    ways = bordered.solve(right).T / units
    return ways[:2], ways[2]


def critical(kind: str, multipliers: NDArray[np.complex128]) -> list[int]:
    """Which multipliers, beside the trivial one, are on the unit circle on a curve of a kind."""
    values = np.where(np.isfinite(multipliers), multipliers, 0.0)
    far = np.abs(np.log(np.maximum(np.abs(values), 1e-300)))
    if kind == "fold of cycles":
        return [int(np.argmin(np.abs(values - 1)))]
    if kind == "period doubling":
        far = np.where((values.imag == 0) & (values.real < 0), far, np.inf)
        return [int(np.argmin(far))] if np.isfinite(far).any() else []
    if kind == "torus":
        far = np.where(values.imag > 0, far, np.inf)
        if not np.isfinite(far).any():
            return []
        first = int(np.argmin(far))
        return [first, int(np.argmin(np.abs(values - values[first].conj())))]
    return []
