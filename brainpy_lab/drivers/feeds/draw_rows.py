"""Random draws of the cells of a network's group, in rows for each step.

The groups of a network share seed and streams. Group k takes them from step k * 2**48 on, which no run reaches; so the
first one draws what a run of its model alone does, and no two draw the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.feeds.random_draws import generated

#: Steps from the draws of one group to those of the next.
APART = 1 << 48


@dataclass(frozen=True)
class DrawRows:
    """The draws of a group, ``(first step, n) -> (n, cells)``.

    Attributes
    ----------
    draw : Draw
    seed : int
    group : int
        Number of the group in the network.
    size : int
        Number of cells.
    terms : int
        Of the series of Levy areas.
    """

    draw: Draw
    seed: int
    group: int
    size: int
    terms: int

    def __call__(self, first: int, n: int) -> np.ndarray:
        """The draws of ``n`` steps from step ``first`` on."""
        return generated(self.draw, self.seed, self.group * APART + first, n, self.size, self.terms)
