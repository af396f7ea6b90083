"""Probability that falls exponentially with the distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.networks.arguments import above_zero, real
from brainpy_lab.networks.connect.by_distance import ByDistance


@dataclass(frozen=True, eq=False, repr=False)
class Exponential(ByDistance):
    """Cells at distance d are connected with probability ``p_max*exp(-d/length)``.

    Parameters
    ----------
    length : float
        In the unit of the positions.
    p_max : float
        Probability at distance 0.
    periodic, seed, autapses
        As in all rules by distance.

    Examples
    --------
    >>> Exponential(0.1, 0.5, seed=1)
    exponential(length=0.1, p_max=0.5, seed=1)
    """

    name = "exponential"
    length: float
    p_max: float = 1.0

    def check_arguments(self) -> None:
        """A length above zero and a probability."""
        super().check_arguments()
        self._set(
            length=above_zero(self.name, "length", self.length), p_max=real(self.name, "p_max", self.p_max, 0.0, 1.0)
        )

    def probability(self, distances: np.ndarray) -> np.ndarray:
        """The exponential."""
        return np.asarray(self.p_max * np.exp(-distances / self.length))
