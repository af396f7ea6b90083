"""Small worlds: a ring of neighbours with some edges led elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import real, whole
from brainpy_lab.networks.connect.edge_table import both_ways, check_one_group
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections
from brainpy_lab.networks.draws import Draws

#: Attempts of all edges together; what is left then chooses among the free cells that it has.
_ATTEMPTS = 30


@dataclass(frozen=True, eq=False, repr=False)
class SmallWorld(Rule):
    """Cells on a ring are joined to their nearest neighbours; each edge is led to another cell with probability ``p``.

    An edge is two connections, one each way. The edge keeps the cell that it began at, and its other end goes to any
    cell to which there is no edge yet. A cell that is joined to all others keeps its edges.

    Parameters
    ----------
    neighbours : int
        To how many a cell is joined on the ring, half of them on each side.
    p : float
    seed : int

    References
    ----------
    Watts DJ, Strogatz SH (1998). Collective dynamics of 'small-world' networks. Nature 393:440-442.
    doi:10.1038/30918

    Examples
    --------
    >>> SmallWorld(4, 0.1, seed=1).build(100, 100, same=True)
    <Connections: 400 of 100 cells to 100>
    """

    name = "small_world"
    bytes_each = 60  # edges as numbers of pairs, sorted anew for each attempt
    neighbours: int
    p: float
    seed: int = field(default=0, kw_only=True)

    def check_arguments(self) -> None:
        """An even number and a probability."""
        self._set(
            neighbours=whole(self.name, "neighbours", self.neighbours, 0), p=real(self.name, "p", self.p, 0.0, 1.0)
        )
        if self.neighbours % 2:
            raise ArgumentError(f"small_world: neighbours is an even number; got {self.neighbours}.")

    def check(self, sides: Sides) -> None:
        """Refuse two groups, and more neighbours than there are cells."""
        check_one_group(self.name, sides)
        if self.neighbours and self.neighbours >= sides.pre.size:
            raise ArgumentError(
                f"small_world: neighbours={self.neighbours:,} is more than a cell has among {sides.pre.size:,}."
            )

    def expected(self, sides: Sides) -> float:
        """As on the ring."""
        return sides.pre.size * self.neighbours

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        n = sides.pre.size
        here = np.tile(np.arange(n), self.neighbours // 2)
        there = (here + np.repeat(np.arange(1, self.neighbours // 2 + 1), n)) % max(1, n)
        led = np.flatnonzero(building.draws.uniform(0, 0, len(here)) <= self.p)
        there = _led_elsewhere(n, here, there, led, building.draws)
        return self.table(sides, *both_ways(n, here, there))


def _keys(n: int, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.asarray(np.minimum(here, there) * n + np.maximum(here, there))


def _led_elsewhere(n: int, here: np.ndarray, there: np.ndarray, waiting: np.ndarray, draws: Draws) -> np.ndarray:
    """The other ends, where the edges ``waiting`` have gone to free cells: all at once, of two that meet the first."""
    there = there.copy()
    for attempt in range(1, _ATTEMPTS + 1):
        if not len(waiting):
            return there
        ends = draws.below_at(n - 1, attempt, waiting)
        ends += ends >= here[waiting]
        wanted = _keys(n, here[waiting], ends)
        is_first = np.zeros(len(wanted), dtype=bool)
        is_first[np.unique(wanted, return_index=True)[1]] = True
        is_free = is_first & ~np.isin(wanted, _keys(n, here, there))
        there[waiting[is_free]] = ends[is_free]
        waiting = waiting[~is_free]
    for edge in waiting:
        near = np.concatenate([there[here == here[edge]], here[there == here[edge]], [here[edge]]])
        free = np.setdiff1d(np.arange(n), near)
        if len(free):
            there[edge] = free[draws.below_at(len(free), _ATTEMPTS + 1, np.array([edge]))[0]]
    return there
