"""A number of sources for each postsynaptic cell."""

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
class FixedInDegree(Rule):
    """Every postsynaptic cell gets connections from ``degree`` presynaptic ones, chosen at random.

    Parameters
    ----------
    degree : int or array of int
        One for all postsynaptic cells, or one each.
    seed : int
    autapses : bool
        Whether, within one group, a cell may connect to itself.
    multapses : bool
        Whether a pair may be connected more than once, as in Brunel's network; cells are then chosen with replacement.

    References
    ----------
    Brunel N (2000). Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons.
    J Comput Neurosci 8:183-208. doi:10.1023/A:1008925309027

    Examples
    --------
    >>> FixedInDegree(10, seed=1).build(100, 50).in_degree().tolist() == [10] * 50
    True
    """

    name = "fixed_in_degree"
    bytes_each = 10  # both orders of the table, while one is made of the other
    degree: Any
    seed: int = field(default=0, kw_only=True)
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """A whole number, or an array of them."""
        self._set(degree=read_degree(self.name, self.degree))

    def check(self, sides: Sides) -> None:
        """Refuse degrees above the number of presynaptic cells."""
        check_degree(self.name, self.degree, self._space(sides), ("post", "pre"), self.multapses)

    def expected(self, sides: Sides) -> float:
        """The sum of the degrees."""
        return float(np.sum(self.degree) if np.ndim(self.degree) else self.degree * sides.post.size)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table: by postsynaptic cells, then turned round."""
        expected = self.expected(sides)
        buffer = RowBuffer(sides.post.size, sides.pre.size, expected, lambda n, done: self.check_fits(sides, n, done))
        choose_rows(self.degree, self._space(sides), building, buffer, self.multapses)
        return self.table(sides, *turned(*buffer.finish(), sides.pre.size))

    def _space(self, sides: Sides) -> PairSpace:
        return PairSpace(self.name, Sides(sides.post, sides.pre, sides.same), self.autapses)


def turned(offsets: np.ndarray, columns: np.ndarray, n_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and rows by column, of columns by row."""
    from scipy.sparse import csr_array

    shape = len(offsets) - 1, n_columns
    table = csr_array((np.zeros(len(columns), dtype=np.int8), columns, offsets.astype(columns.dtype)), shape=shape)
    by_column = table.tocsc()
    return by_column.indptr, by_column.indices
