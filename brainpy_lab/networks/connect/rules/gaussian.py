"""Probability that falls as a Gaussian of the distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.networks.arguments import above_zero, real
from brainpy_lab.networks.connect.by_distance import ByDistance


@dataclass(frozen=True, eq=False, repr=False)
class Gaussian(ByDistance):
    """Cells at distance d are connected with probability ``p_max*exp(-d**2/(2*sigma**2))``.

    Parameters
    ----------
    sigma : float
        In the unit of the positions.
    p_max : float
        Probability at distance 0.
    periodic, seed, autapses
        As in all rules by distance.

    Examples
    --------
    >>> from brainpy_lab.networks.cells import Cells
    >>> line = Cells(100, positions=np.linspace(0, 1, 100)[:, None])
    >>> Gaussian(0.1, 0.5, seed=1).build(line, line)
    <Connections: 1,141 of 100 cells to 100>
    """

    name = "gaussian"
    sigma: float
    p_max: float = 1.0

    def check_arguments(self) -> None:
        """A width above zero and a probability."""
        super().check_arguments()
        self._set(
            sigma=above_zero(self.name, "sigma", self.sigma), p_max=real(self.name, "p_max", self.p_max, 0.0, 1.0)
        )

    def probability(self, distances: np.ndarray) -> np.ndarray:
        """The Gaussian."""
        return np.asarray(self.p_max * np.exp(-0.5 * (distances / self.sigma) ** 2))
