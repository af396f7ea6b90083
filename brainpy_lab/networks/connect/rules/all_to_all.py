"""Each cell to all others."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.networks.connect.all_pairs import AllPairs
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class AllToAll(Rule):
    """Every presynaptic cell connects to every postsynaptic one.

    Parameters
    ----------
    autapses : bool
        Whether, within one group, a cell connects to itself.

    Examples
    --------
    >>> AllToAll().build(3, 3, same=True).post_index
    array([1, 2, 0, 2, 0, 1], dtype=int32)
    """

    name = "all_to_all"
    autapses: bool = field(default=False, kw_only=True)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """The table, whose arrays are made when they are asked for."""
        space = PairSpace(self.name, sides, self.autapses)
        return AllPairs(space, sides.same, lambda: self._arrays(sides, space, building))

    def _arrays(self, sides: Sides, space: PairSpace, building: Building) -> tuple[np.ndarray, np.ndarray]:
        """Offsets and targets."""
        self.check_fits(sides, space.total)
        buffer = RowBuffer(space.n_pre, space.n_post, space.total, lambda n, done: self.check_fits(sides, n, done))
        widths = np.broadcast_to(space.widths, space.n_pre)
        for first in range(0, space.n_pre, max(1, building.chunk // max(1, space.n_post))):
            rows = np.arange(first, min(space.n_pre, first + max(1, building.chunk // max(1, space.n_post))))
            counts = widths[rows]
            columns = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
            buffer.add(first, counts, space.beyond_own(np.repeat(rows, counts), columns))
        return buffer.finish()
