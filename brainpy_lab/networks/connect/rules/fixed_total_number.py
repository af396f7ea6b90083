"""A number of connections, whichever they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.arguments import whole
from brainpy_lab.networks.connect.distinct import any_rows, distinct_rows
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class FixedTotalNumber(Rule):
    """There are ``number`` connections, chosen at random among all pairs.

    Parameters
    ----------
    number : int
    seed : int
    autapses : bool
        Whether, within one group, a cell may connect to itself.
    multapses : bool
        Whether a pair may be connected more than once; pairs are then chosen with replacement.

    Examples
    --------
    >>> FixedTotalNumber(2000, seed=1).build(100, 100, same=True)
    <Connections: 2,000 of 100 cells to 100>
    """

    name = "fixed_total_number"
    bytes_each = 20  # numbers of pairs in 8 bytes, while they are sorted and those drawn twice are taken out
    number: int
    seed: int = field(default=0, kw_only=True)
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A whole number."""
        self._set(number=whole(self.name, "number", self.number))

    def check(self, sides: Sides) -> None:
        """Refuse more connections than there are pairs."""
        pairs = PairSpace(self.name, sides, self.autapses).total
        if self.number > pairs and (not self.multapses or not pairs):
            raise ArgumentError(
                f"fixed_total_number: number={self.number:,} is more than the {pairs:,} pairs of cells.",
                advice="Take fewer, or let a pair be connected more than once: multapses=True."
                if pairs
                else "There is no pair to connect.",
            )

    def expected(self, sides: Sides) -> float:
        """The number."""
        return self.number

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        space = PairSpace(self.name, sides, self.autapses)
        numbers = self._numbers(space, building)
        buffer = RowBuffer(space.n_pre, space.n_post, self.number, lambda n, done: self.check_fits(sides, n, done))
        for first in range(0, len(numbers), building.chunk):
            rows, targets = space.pairs(numbers[first : first + building.chunk])
            buffer.add(int(rows[0]), np.bincount(rows - rows[0]), targets)
        return self.table(sides, *buffer.finish())

    def _numbers(self, space: PairSpace, building: Building) -> np.ndarray:
        pairs, start = np.array([space.total]), np.array([0])
        if self.multapses:
            return any_rows(building.draws, space.total, np.array([self.number]), 0)
        if self.number <= space.total // 2:
            return distinct_rows(building.draws, pairs, np.array([self.number]), start)
        is_taken = np.ones(space.total, dtype=bool)
        is_taken[distinct_rows(building.draws, pairs, np.array([space.total - self.number]), start)] = False
        return np.flatnonzero(is_taken)
