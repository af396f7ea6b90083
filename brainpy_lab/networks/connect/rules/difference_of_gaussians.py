"""Probability that is the difference of two Gaussians of the distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.networks.arguments import above_zero, real
from brainpy_lab.networks.connect.by_distance import ByDistance


@dataclass(frozen=True, eq=False, repr=False)
class DifferenceOfGaussians(ByDistance):
    """Probability ``p_center*exp(-d**2/(2*sigma_center**2)) - p_surround*exp(-d**2/(2*sigma_surround**2))``.

    Where the difference is negative, there are no connections.

    Parameters
    ----------
    sigma_center, sigma_surround : float
        In the unit of the positions.
    p_center, p_surround : float
        Heights of the two, from 0 to 1.
    periodic, seed, autapses
        As in all rules by distance.

    Examples
    --------
    >>> DifferenceOfGaussians(0.1, 0.2, 1.0, 0.5)
    difference_of_gaussians(sigma_center=0.1, sigma_surround=0.2, p_center=1.0, p_surround=0.5, seed=0)
    """

    name = "difference_of_gaussians"
    sigma_center: float
    sigma_surround: float
    p_center: float = 1.0
    p_surround: float = 0.5

    def check_arguments(self) -> None:
        """Two widths above zero and two heights."""
        super().check_arguments()
        for name in ("sigma_center", "sigma_surround"):
            self._set(**{name: above_zero(self.name, name, getattr(self, name))})
        for name in ("p_center", "p_surround"):
            self._set(**{name: real(self.name, name, getattr(self, name), 0.0, 1.0)})

    def probability(self, distances: np.ndarray) -> np.ndarray:
        """The difference, where it is not negative."""
        center = self.p_center * np.exp(-0.5 * (distances / self.sigma_center) ** 2)
        surround = self.p_surround * np.exp(-0.5 * (distances / self.sigma_surround) ** 2)
        return np.asarray(np.maximum(center - surround, 0.0))
