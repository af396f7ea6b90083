"""Random draws of the cells of a network's group, or of the connections of a synapse, in rows for each step.

The groups of a network share seed and streams. Group k takes them from step k * 2**48 on, which no run reaches; so the
first one draws what a run of its model alone does, and no two draw the same. Synapses have seeds of their own.
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
    """The draws of a group, ``(first step, n) -> (n, cells)``, or of a synapse.

    Attributes
    ----------
    draw : Draw
    seed : int
    group : int
        Number of the group in the network.
    size : int
        Number of cells or connections.
    terms : int
        Of the series of Levy areas.
    order : array of int, optional
        Which of them stands where; by default they stand in their order.
    """

    draw: Draw
    seed: int
    group: int
    size: int
    terms: int
    order: np.ndarray | None = None

    def __call__(self, first: int, n: int) -> np.ndarray:
        """The draws of ``n`` steps from step ``first`` on."""
        return self.placed(generated(self.draw, self.seed, self.group * APART + first, n, self.size, self.terms))

    def placed(self, rows: np.ndarray) -> np.ndarray:
        """Rows with each number in its place."""
        return rows if self.order is None else rows[:, self.order]
