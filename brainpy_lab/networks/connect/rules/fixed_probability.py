"""Each pair with a probability, the same for all or a function of the two cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log1p
from typing import Any

import numpy as np

from brainpy_lab.networks.arguments import real
from brainpy_lab.networks.connect.function_of_pairs import check_function, connect_by_function
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class FixedProbability(Rule):
    """Each pair of cells is connected with probability ``p``, independently of the others.

    With a number, time and memory go with the connections: what is drawn are the gaps between them. With a function,
    every pair is looked at.

    Parameters
    ----------
    p : float or function
        From 0 to 1. A function ``p(pre, post)`` of ``.index`` and ``.position`` is called for blocks of pairs, and
        gives an array of probabilities, each of which depends on its own pair alone.
    seed : int
    autapses : bool
        Whether, within one group, a cell may connect to itself.

    Examples
    --------
    >>> FixedProbability(0.02, seed=1).build(1000, 1000, same=True)
    <Connections: 19,824 of 1,000 cells to 1,000>
    >>> FixedProbability(lambda pre, post: abs(pre.index - post.index) == 1).build(3, 3).post_index
    array([1, 0, 2, 1], dtype=int32)
    """

    name = "fixed_probability"
    p: Any
    seed: int = field(default=0, kw_only=True)
    autapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A probability, or a function of two arguments."""
        if callable(self.p):
            check_function(self.name, "p", self.p)
        else:
            self._set(p=real(self.name, "p", self.p, 0.0, 1.0))

    def expected(self, sides: Sides) -> float:
        """The mean."""
        return 0 if callable(self.p) else self.p * PairSpace(self.name, sides, self.autapses).total

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        space = PairSpace(self.name, sides, self.autapses)
        expected = self.expected(sides)
        buffer = RowBuffer(space.n_pre, space.n_post, expected, lambda n, done: self.check_fits(sides, n, done))
        if callable(self.p):
            connect_by_function(self.name, "p", self.p, sides, space, building, buffer)
        elif self.p > 0:
            _connect_by_gaps(self.p, space, building, buffer.add)
        return self.table(sides, *buffer.finish())


def _connect_by_gaps(
    p: float, space: PairSpace, building: Building, add: Callable[[int, np.ndarray, np.ndarray], None]
) -> None:
    """Go through all pairs from one connection to the next: the gaps between them are geometric."""
    # of the logarithm of a uniform number, which may be 0: infinity times it would be nan
    scale = max(1.0 / log1p(-p), -1e300) if p < 1 else 0.0
    last, drawn = -1, 0
    while last < space.total:
        # what stands beyond the last pair is left, whatever it is: a chunk may be as long as it likes
        n = int(min(building.chunk, 1.1 * p * (space.total - last) + 100))
        gaps = np.minimum(np.log(building.draws.uniform(0, drawn, n)) * scale, space.total).astype(np.int64)
        gaps += 1
        gaps[0] += last
        numbers = np.cumsum(gaps)
        last, drawn = int(numbers[-1]), drawn + n
        if last >= space.total:
            numbers = numbers[: np.searchsorted(numbers, space.total)]
        if len(numbers):
            rows, targets = space.pairs(numbers)
            add(int(rows[0]), np.bincount(rows - rows[0]), targets)
