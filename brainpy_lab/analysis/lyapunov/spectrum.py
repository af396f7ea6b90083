"""Lyapunov exponents as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from brainpy_lab.analysis.vector_field import Array

if TYPE_CHECKING:
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum:
    """The Lyapunov exponents of an orbit.

    Attributes
    ----------
    model_name : str
    t : ndarray, shape (n_pieces,)
        The ends of the pieces of the run, from the end of the transient on.
    growth : ndarray, shape (n_pieces, n)
        The mean rate of growth of each direction in each piece.
    states : int
        How many states move: the number of all exponents.
    parameters : dict
    remarks : tuple of str
        What holds for them, in sentences.
    """

    model_name: str
    t: Array
    growth: Array
    states: int
    parameters: dict[str, float]
    remarks: tuple[str, ...] = ()

    @property
    def exponents(self) -> Array:
        """The exponents, per unit of time, falling: (n,)."""
        return np.asarray(self._means[self._order])

    @property
    def errors(self) -> Array:
        """Their standard errors, by the spread between the pieces: (n,)."""
        spread = self.growth.std(axis=0, ddof=1) / np.sqrt(len(self.growth))
        return np.asarray(spread[self._order])

    @property
    def running(self) -> Array:
        """The means from the beginning to each time of ``t``: (n_pieces, n)."""
        count = np.arange(1, len(self.growth) + 1)[:, None]
        return np.asarray((np.cumsum(self.growth, axis=0) / count)[:, self._order])

    @property
    def _means(self) -> Array:
        return np.asarray(self.growth.mean(axis=0))

    @property
    def _order(self) -> Array:
        return np.asarray(np.argsort(-self._means, kind="stable"))

    @property
    def dimension(self) -> float:
        """The dimension of Kaplan and Yorke; nan where too few exponents are known.

        J. L. Kaplan, J. A. Yorke (1979). Chaotic behavior of multidimensional difference equations. Lecture Notes in
        Mathematics 730, 204-227. doi:10.1007/BFb0064319
        """
        sums = np.cumsum(self.exponents)
        below = np.flatnonzero(sums < 0)
        if not len(below):
            return float(self.states) if len(sums) == self.states else float("nan")
        j = int(below[0])
        return float(j + (sums[j - 1] / abs(self.exponents[j]) if j else 0.0))

    @property
    def is_chaotic(self) -> bool:
        """Whether the largest exponent is above zero by more than four of its errors."""
        return bool(self.exponents[0] > 4 * self.errors[0] and self.exponents[0] > 1 / np.ptp(self.t))

    def to_xarray(self) -> xr.Dataset:
        """``exponent`` and ``error`` by number, ``running`` over ``t``."""
        import xarray as xr

        data = {"exponent": ("number", self.exponents), "error": ("number", self.errors)}
        running = {"running": (("t", "number"), self.running)}
        number = np.arange(1, len(self.exponents) + 1)
        return xr.Dataset({**data, **running}, coords={"t": self.t, "number": number}, attrs={"model": self.model_name})

    def plot(self) -> PlotFigure:
        """The means over the length of the run: how the exponents settle."""
        from brainpy_lab.analysis.lyapunov.drawing import draw_spectrum

        return draw_spectrum(self)

    def __repr__(self) -> str:
        values = ", ".join(f"{x:.4f} ± {e:.1g}" for x, e in zip(self.exponents, self.errors, strict=True))
        of = "" if np.isnan(self.dimension) else f"; Kaplan–Yorke dimension {self.dimension:.4g}"
        return "\n".join([f"Lyapunov exponents of {self.model_name}: {values}{of}", *self.remarks])
