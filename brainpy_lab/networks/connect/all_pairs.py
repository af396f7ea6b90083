"""The table of all pairs: it is known without its arrays, which are made when something asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from brainpy_lab.errors import ArgumentError, MemoryLimitError
from brainpy_lab.networks.connect.pair_space import PairSpace
from brainpy_lab.networks.connections import Connections

#: What makes a table's arrays: offsets and targets.
_Make = Callable[[], tuple[np.ndarray, np.ndarray]]


class AllPairs(Connections):
    """All pairs of two sides, in some cases without those of a cell with itself.

    Parameters
    ----------
    space : PairSpace
    same : bool
        Whether both sides are one group.
    make : callable
        Makes the offsets and the targets, or refuses it.

    Attributes
    ----------
    owner : str
        The synapses that they belong to, for messages.
    own : array of int or None
        Of each presynaptic cell its own number on the other side, to which it does not connect; -1 where it has none.
    """

    owner: str = ""

    def __init__(self, space: PairSpace, same: bool, make: _Make) -> None:
        self.n_pre, self.n_post, self.same = space.n_pre, space.n_post, same
        self.own, self._space, self._make = space.own, space, make
        self.order, self.values = None, {}
        self._made: Connections | None = None

    def make(self) -> Connections:
        """The table with its arrays.

        Raises
        ------
        MemoryLimitError
            They do not fit into memory.
        """
        if self._made is None:
            try:
                self._made = Connections(self.n_pre, self.n_post, *self._make(), same=self.same)
            except (ArgumentError, MemoryLimitError) as error:
                error.message = f"{self.owner}: {error.message}" if self.owner else error.message
                raise
        return self._made

    @property
    def offsets(self) -> np.ndarray:  # type: ignore[override]
        """The connections of cell i stand in ``targets[offsets[i]:offsets[i + 1]]``."""
        return self.make().offsets

    @property
    def targets(self) -> np.ndarray:  # type: ignore[override]
        """Postsynaptic cells, by presynaptic cell."""
        return self.make().targets

    def __len__(self) -> int:
        return self._space.total

    @property
    def nbytes(self) -> int:
        """Bytes that the table takes."""
        return 0 if self._made is None else self._made.nbytes

    def out_degree(self) -> np.ndarray:
        """Number of connections of each presynaptic cell."""
        return np.array(np.broadcast_to(self._space.widths, self.n_pre))

    def in_degree(self) -> np.ndarray:
        """Number of connections of each postsynaptic cell."""
        found = np.full(self.n_post, self.n_pre)
        if self.own is not None:
            found[self.own[self.own >= 0]] -= 1
        return found

    def sides(self, pre: np.ndarray, post: np.ndarray) -> tuple[Iterator[np.ndarray], Iterator[np.ndarray]]:
        """The presynaptic cells of all connections in parts, and the postsynaptic ones, by presynaptic cell.

        ``pre`` and ``post`` are what the cells of the two sides are called.
        """
        order = np.argsort(pre, kind="stable")
        widths, own = self.out_degree(), self.own
        first = (np.full(widths[row], pre[row]) for row in order)
        second = (post if own is None or own[row] < 0 else np.delete(post, own[row]) for row in order)
        return first, second
