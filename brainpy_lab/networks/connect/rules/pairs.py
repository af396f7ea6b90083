"""Pairs of cells, in an order of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brainpy_lab.errors import ArgumentError
from brainpy_lab.networks.connect.edge_table import read_index, rows_of
from brainpy_lab.networks.connect.given import Edges, Given
from brainpy_lab.networks.connect.rule import Building, Sides
from brainpy_lab.networks.connections import Connections, index_type


@dataclass(frozen=True, eq=False, repr=False)
class Pairs(Given):
    """Connection k leads from cell ``pre[k]`` to cell ``post[k]``; the order stays as it is.

    Parameters
    ----------
    pre, post : array of int
        Numbers of cells, of parts of a group within the part.
    autapses, multapses : bool
        Whether a cell may connect to itself, and a pair be connected more than once.

    Examples
    --------
    >>> Pairs([2, 0], [1, 1]).build(3, 2).pre_index
    array([2, 0], dtype=int32)
    """

    name = "pairs"
    pre: Any
    post: Any
    autapses: bool = field(default=False, kw_only=True)
    multapses: bool = field(default=False, kw_only=True)

    def check_arguments(self) -> None:
        """Two rows of numbers, of one length."""
        self._set(pre=read_index(self.name, "pre", self.pre), post=read_index(self.name, "post", self.post))
        if len(self.pre) != len(self.post):
            raise ArgumentError(
                f"pairs: pre has {len(self.pre):,} cells and post {len(self.post):,}; a connection has one of each."
            )

    @property
    def edges(self) -> Edges:
        """The connections."""
        return Edges(self.pre, self.post)

    def connect(self, sides: Sides, building: Building) -> Connections:
        """Make the table, with the order in which the pairs were given."""
        offsets, targets, order = rows_of(sides.pre.size, sides.post.size, self.pre, self.post)
        if (order[1:] > order[:-1]).all():
            return self.table(sides, offsets, targets)
        return self.table(sides, offsets, targets, order=order.astype(index_type(len(order))))
