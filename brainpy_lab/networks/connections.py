"""The table of connections that a rule makes: targets, row by row of presynaptic cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean, package
from brainpy_lab.networks.room import check_room

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Bytes of an edge of a networkx graph.
_EDGE = 400


def index_type(most: int) -> type[np.signedinteger[Any]]:
    """The narrower type of whole numbers that holds ``most``."""
    return np.int32 if most < 2**31 else np.int64


class Connections:
    """Which presynaptic cell connects to which postsynaptic one.

    Connections are numbered by presynaptic, then postsynaptic index; those of `pairs` in the order in which they were
    given. Arrays can be read, not written.

    Attributes
    ----------
    n_pre, n_post : int
        Cells of the two sides.
    same : bool
        Whether both sides are one group.
    offsets : array of int
        The connections of cell i stand in ``targets[offsets[i]:offsets[i + 1]]``.
    targets : array of int
        Postsynaptic cells, by presynaptic cell.
    order : array of int or None
        Numbers of the connections in the order of ``targets``, where they are not 0, 1, 2 ...
    values : mapping of str to array
        What was given with the connections, such as the weights in a matrix: one number a connection.
    """

    def __init__(
        self,
        n_pre: int,
        n_post: int,
        offsets: np.ndarray,
        targets: np.ndarray,
        *,
        same: bool = False,
        order: np.ndarray | None = None,
        values: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self.n_pre, self.n_post, self.same = n_pre, n_post, same
        self.offsets = offsets.astype(index_type(len(targets)), copy=False)
        self.targets = targets.astype(index_type(n_post), copy=False)
        self.order, self.values = order, dict(values or {})
        for array in (self.offsets, self.targets, self.order, *self.values.values()):
            if array is not None:
                array.flags.writeable = False

    def make(self) -> Connections:
        """The table with its arrays, which some tables make when they are asked for."""
        return self

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        return f"<Connections: {len(self):,} of {self.n_pre:,} cells to {self.n_post:,}>"

    @property
    def nbytes(self) -> int:
        """Bytes that the table takes."""
        arrays = (self.offsets, self.targets, self.order, *self.values.values())
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def pre_index(self) -> np.ndarray:
        """Presynaptic cell of each connection; made anew each time it is read."""
        cells = np.arange(self.n_pre, dtype=index_type(self.n_pre))
        return self._numbered(np.repeat(cells, np.diff(self.offsets)))

    @property
    def post_index(self) -> np.ndarray:
        """Postsynaptic cell of each connection."""
        return self._numbered(self.targets)

    def _numbered(self, stored: np.ndarray) -> np.ndarray:
        if self.order is not None:
            given = np.empty_like(stored)
            given[self.order] = stored
            stored = given
        stored.flags.writeable = False
        return stored

    def out_degree(self) -> np.ndarray:
        """Number of connections of each presynaptic cell."""
        return np.diff(self.offsets)

    def in_degree(self) -> np.ndarray:
        """Number of connections of each postsynaptic cell."""
        return np.bincount(self.targets, minlength=self.n_post)

    def to_scipy(self, values: Any = None) -> csr_array:
        """The connections as a sparse matrix, (presynaptic cells, postsynaptic cells).

        Parameters
        ----------
        values : array or str, optional
            One number a connection, in the order of ``pre_index``, or the name of some in `values`; ones when not
            given. Those of several connections of a pair stand side by side; SciPy adds them up where it must.

        Returns
        -------
        scipy.sparse.csr_array
        """
        from scipy.sparse import csr_array

        data = np.ones(len(self), dtype=np.int32) if values is None else self._stored(values)
        return csr_array((data, self.targets.copy(), self.offsets.copy()), shape=(self.n_pre, self.n_post))

    def _stored(self, values: Any) -> np.ndarray:
        if isinstance(values, str):
            if values not in self.values:
                known = ", ".join(self.values) or "none"
                raise ArgumentError(
                    f"The connections came with no values '{values}'.",
                    advice=did_you_mean(values, self.values) or f"They came with: {known}.",
                )
            values = self.values[values]
        array = np.asarray(values)
        if array.shape != (len(self),) or array.dtype.kind not in "biufc":
            raise ArgumentError(f"values: one number for each of {len(self):,} connections; got shape {array.shape}.")
        return array.copy() if self.order is None else array[self.order]

    def to_networkx(self, **values: Any) -> Any:
        """The connections as a directed graph.

        Cells of one group are the nodes 0, 1, 2 ...; those of two are ``("pre", 0)`` ... and ``("post", 0)`` ...

        Parameters
        ----------
        **values : array
            Attributes of the edges: one number a connection, in the order of ``pre_index``. What is in `values` is
            among them.

        Returns
        -------
        networkx.DiGraph or networkx.MultiDiGraph
            The latter where a pair is connected more than once.
        """
        networkx = package("networkx", "to_networkx")
        check_room(f"{len(self):,} edges of a networkx graph", _EDGE * len(self), "Use to_scipy().")
        pre, post = np.repeat(np.arange(self.n_pre), np.diff(self.offsets)).tolist(), self.targets.tolist()
        graph = networkx.MultiDiGraph() if len(set(zip(pre, post, strict=True))) < len(self) else networkx.DiGraph()
        first, second = (list(range(self.n_pre)),) * 2 if self.same else self._nodes()
        graph.add_nodes_from(first)
        graph.add_nodes_from(second)
        columns = {name: self._stored(array).tolist() for name, array in (self.values | values).items()}
        graph.add_edges_from(
            (first[i], second[j], {name: column[k] for name, column in columns.items()})
            for k, (i, j) in enumerate(zip(pre, post, strict=True))
        )
        return graph

    def _nodes(self) -> tuple[list[Any], list[Any]]:
        return [("pre", i) for i in range(self.n_pre)], [("post", j) for j in range(self.n_post)]
