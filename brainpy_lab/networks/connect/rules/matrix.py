"""Connections in a matrix, dense or sparse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.given import Edges, Given
from brainpy_lab.networks.connect.rule import Sides


@dataclass(frozen=True, eq=False, repr=False)
class Matrix(Given):
    """A matrix (presynaptic cells, postsynaptic cells) says which cells are connected.

    Parameters
    ----------
    entries : array, or SciPy's sparse array or matrix
        Where an array is not zero there is a connection; of a sparse one, all stored entries are connections. Entries
        that are numbers are the connections' weights, ``values["weight"]`` of the table, unless all are 1: a matrix of
        0 and 1, or of True and False, says which cells are connected and no more.
    autapses : bool
        Whether, within one group, entries on the diagonal are meant.

    Examples
    --------
    >>> made = Matrix([[0, 0.5], [0.25, 0]]).build(2, 2)
    >>> made.post_index
    array([1, 0], dtype=int32)
    >>> made.values["weight"]
    array([0.5 , 0.25])
    """

    name = "matrix"
    entries: Any
    autapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """Two dimensions of finite numbers."""
        entries = self.entries
        if not _is_sparse(entries):
            try:
                entries = np.array(entries)
            except ValueError:
                raise ArgumentError("matrix: the rows of entries have different lengths.") from None
        if getattr(entries, "ndim", 2) != 2 or entries.dtype.kind not in "biuf":
            raise ArgumentError(
                "matrix: entries have two dimensions, (presynaptic cells, postsynaptic cells), of numbers."
            )
        stored = entries.tocoo().data if _is_sparse(entries) else entries
        if not np.isfinite(stored).all():
            raise ArgumentError("matrix: entries hold nan or infinity.", advice="Write 0 where there is no connection.")
        self._set(entries=entries.copy() if _is_sparse(entries) else entries)

    @property
    def edges(self) -> Edges:
        """The connections."""
        if _is_sparse(self.entries):
            stored = self.entries.tocoo()
            pre, post, weights = stored.row.astype(np.int64), stored.col.astype(np.int64), stored.data
        else:
            pre, post = np.nonzero(self.entries)
            weights = self.entries[pre, post]
        return Edges(pre, post, {"weight": weights} if (weights != 1).any() else {})

    def check(self, sides: Sides) -> None:
        """Refuse a matrix of another size."""
        if self.entries.shape != (sides.pre.size, sides.post.size):
            raise ArgumentError(
                f"matrix: entries are {self.entries.shape[0]:,} × {self.entries.shape[1]:,}; there are "
                f"{sides.pre.size:,} presynaptic and {sides.post.size:,} postsynaptic cells.",
                advice="Rows are presynaptic cells, columns postsynaptic ones.",
            )
        super().check(sides)


def _is_sparse(entries: Any) -> bool:
    return hasattr(entries, "tocoo") and hasattr(entries, "nnz")
