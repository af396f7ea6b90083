"""A number of targets for each presynaptic cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.networks.connect.degrees import check_degree, choose_rows, read_degree
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connect.row_buffer import RowBuffer
from brainpy_lab.networks.connect.rule import Building, Rule, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class FixedOutDegree(Rule):
    """Every presynaptic cell connects to ``degree`` postsynaptic ones, chosen at random.

    Parameters
    ----------
    degree : int or array of int
        One for all presynaptic cells, or one each.
    seed : int
    autapses : bool
        Whether, within one group, a cell may connect to itself.
    multapses : bool
        Whether a pair may be connected more than once; cells are then chosen with replacement.

    Examples
    --------
    >>> FixedOutDegree(10, seed=1).build(50, 100).out_degree().tolist() == [10] * 50
    True
    """

    name = "fixed_out_degree"
    degree: Any
    seed: int = field(default=0, kw_only=True)
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A whole number, or an array of them."""
        self._set(degree=read_degree(self.name, self.degree))

    def check(self, sides: Sides) -> None:
        """Refuse degrees above the number of postsynaptic cells."""
        check_degree(self.name, self.degree, self._space(sides), ("pre", "post"), self.multapses)

    def expected(self, sides: Sides) -> float:
        """The sum of the degrees."""
        return float(np.sum(self.degree) if np.ndim(self.degree) else self.degree * sides.pre.size)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table."""
        expected = self.expected(sides)
        buffer = RowBuffer(sides.pre.size, sides.post.size, expected, lambda n, done: self.check_fits(sides, n, done))
        choose_rows(self.degree, self._space(sides), building, buffer, self.multapses)
        return self.table(sides, *buffer.finish())

    def _space(self, sides: Sides) -> PairSpace:
        return PairSpace(self.name, sides, self.autapses)
