"""Scale-free graphs: cells come one after the other, and join those that have many edges."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import whole
from brainpy_lab.networks.connect.edge_table import both_ways, check_one_group
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections
from brainpy_lab.networks.draws import Draws


@dataclass(frozen=True, eq=False, repr=False)
class ScaleFree(Rule):
    """Cells are added one by one, and each is joined to ``edges`` others with a probability that goes with their edges.

    An edge is two connections, one each way. The first ``edges + 1`` cells form a star around cell 0. It takes about
    a microsecond an edge.

    Parameters
    ----------
    edges : int
        Of each cell that is added.
    seed : int

    References
    ----------
    Barabási A-L, Albert R (1999). Emergence of scaling in random networks. Science 286:509-512.
    doi:10.1126/science.286.5439.509

    Examples
    --------
    >>> ScaleFree(2, seed=1).build(100, 100, same=True)
    <Connections: 392 of 100 cells to 100>
    """

    name = "scale_free"
    bytes_each = 40  # edges in 8 bytes an end, while they are sorted
    edges: int
    seed: int = field(default=0, kw_only=True)

    def check_arguments(self) -> None:
        """A whole number above zero."""
        self._set(edges=whole(self.name, "edges", self.edges, 1))

    def check(self, sides: Sides) -> None:
        """Refuse two groups, and fewer cells than the first star has."""
        check_one_group(self.name, sides)
        if self.edges >= sides.pre.size:
            raise ArgumentError(
                f"scale_free: edges={self.edges:,} needs more than {self.edges:,} cells; there are {sides.pre.size:,}."
            )

    def expected(self, sides: Sides) -> float:
        """Two an edge."""
        return 2.0 * self.edges * (sides.pre.size - self.edges)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        ends = array("q")  # both ends of each edge: a cell stands in it as often as it has edges
        for leaf in range(1, self.edges + 1):
            ends.extend((leaf, 0))
        uniform = _numbers(building.draws)
        for cell in range(self.edges + 1, sides.pre.size):
            chosen: dict[int, None] = {}
            before = len(ends)
            while len(chosen) < self.edges:
                chosen[ends[int((1.0 - next(uniform)) * before)]] = None
            for other in chosen:
                ends.extend((cell, other))
        pairs = np.frombuffer(ends, dtype=np.int64).reshape(-1, 2)
        return self.table(sides, *both_ways(sides.pre.size, pairs[:, 0], pairs[:, 1]))


def _numbers(draws: Draws) -> Iterator[float]:
    """Uniform numbers one by one."""
    first, many = 0, 2**14
    while True:
        yield from draws.uniform(0, first, many).tolist()
        first += many
