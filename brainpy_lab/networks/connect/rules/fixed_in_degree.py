"""A number of sources for each postsynaptic cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.networks.connect.degrees import FixedDegree
from brainpy_lab.networks.connect.rule import Building, Sides
from brainpy_lab.networks.connections import Connections


@dataclass(frozen=True, eq=False, repr=False)
class FixedInDegree(FixedDegree):
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
    sides = ("post", "pre")

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table: by postsynaptic cells, then turned round."""
        return self.table(sides, *turned(*self.chosen(sides, building), sides.pre.size))


def turned(offsets: np.ndarray, columns: np.ndarray, n_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and rows by column, of columns by row."""
    from scipy.sparse import csr_array

    shape = len(offsets) - 1, n_columns
    table = csr_array((np.zeros(len(columns), dtype=np.int8), columns, offsets.astype(columns.dtype)), shape=shape)
    by_column = table.tocsc()
    return by_column.indptr, by_column.indices
