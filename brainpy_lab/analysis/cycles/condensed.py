"""The equations on all intervals of a cycle with what lies inside each eliminated: a chain of the intervals' ends.

Each interval is factored once for all right sides that are known beforehand, whatever rows stand below.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from brainpy_lab.analysis.cycles.chain import Chain
from brainpy_lab.analysis.cycles.mesh import Mesh, tables
from brainpy_lab.analysis.vector_field import Array


def blocks_of(mesh: Mesh, by: Array, length: float) -> Array:
    """The derivatives of dx/dphase - length·A x by the states at the nodes of each interval, times its width.

    Parameters
    ----------
    by : ndarray, shape (n, n, n_points)
        The matrices A at all Gauss points.

    Returns
    -------
    ndarray, shape (n_intervals, degree * n, (degree + 1) * n)
        Rows by point and state, columns by node and state.
    """
    n, table = len(by), tables(mesh.degree)
    shape = (mesh.intervals, mesh.degree)
    at_points = np.ascontiguousarray(np.moveaxis(by, 2, 0)).reshape(*shape, n, 1, n)
    factors = (-length * mesh.widths)[:, None, None] * table.values
    blocks = factors[:, :, None, :, None] * at_points
    diagonal = np.arange(n)
    # advanced indices on both sides of a slice come first: (n, intervals, point, node)
    blocks[:, :, diagonal, :, diagonal] += table.slopes[None, None]
    return np.asarray(blocks.reshape(mesh.intervals, mesh.degree * n, -1))


class Condensed:
    """Intervals whose inner nodes and ends follow from their beginnings.

    Parameters
    ----------
    blocks : ndarray, shape (n_intervals, degree * n, (degree + 1) * n)
        The derivatives by the states at the nodes of the interval.
    n : int
    right : ndarray, shape (n_intervals * degree * n, k)
        Right sides that will be asked for.
    """

    def __init__(self, blocks: Array, n: int, right: Array) -> None:
        self.n, self.blocks, self.right = n, blocks, right

    @cached_property
    def _solved(self) -> Array:
        """What the later nodes of an interval are by its first one, and by each of the right sides."""
        aim = np.concatenate([-self.blocks[:, :, : self.n], self._by_interval(self.right)], axis=2)
        return np.linalg.solve(self.blocks[:, :, self.n :], aim)

    @property
    def follow(self) -> Array:
        """All later nodes, by the first, (n_intervals, degree * n, n)."""
        return self._solved[:, :, : self.n]

    @property
    def transitions(self) -> Array:
        """How a small deviation at the beginning of each interval is carried to its end, (n_intervals, n, n)."""
        return self.follow[:, -self.n :]

    @cached_property
    def chain(self) -> Chain:
        """The links between the ends of intervals."""
        return Chain(self.transitions)

    @cached_property
    def of_ends(self) -> Array:
        """All states by those at the beginning and at the end of the cycle, (n_nodes * n, 2n)."""
        n = self.n
        edges = self.chain.expand(np.eye(n, 2 * n), np.eye(n, 2 * n, n), None)
        return self._at_nodes(edges, self.follow @ edges[:-1])

    def of_right(self, right: Array) -> tuple[Array, Array]:
        """All states as right sides, (n_nodes * n, k), make them between ends at zero; and the last link's, (n, k)."""
        places = [self._place(column) for column in right.T]
        if None in places:
            return self._spread(self._inverse @ self._by_interval(right))
        known = [p for p in places if p is not None]
        states, last = self._of_known
        return states[:, known], last[:, known]

    @cached_property
    def _of_known(self) -> tuple[Array, Array]:
        return self._spread(self._solved[:, :, self.n :])

    def _spread(self, inner: Array) -> tuple[Array, Array]:
        """`of_right` from what right sides make of the later nodes of each interval, from a beginning at zero."""
        last, kept = self.chain.reduce(inner[:, -self.n :])
        ends = np.zeros((self.n, inner.shape[2]))
        edges = self.chain.expand(ends, ends, kept)
        return self._at_nodes(edges, self.follow @ edges[:-1] + inner), last

    def _place(self, column: Array) -> int | None:
        """Which of the right sides known beforehand it is."""
        return next((k for k, known in enumerate(self.right.T) if np.array_equal(known, column)), None)

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.inv(self.blocks[:, :, self.n :]), dtype=float)

    def _by_interval(self, right: Array) -> Array:
        return right.reshape(len(self.blocks), -1, right.shape[1])

    def _at_nodes(self, edges: Array, later: Array) -> Array:
        """States node by node, from those at the beginnings of intervals and at their later nodes."""
        return np.concatenate([edges[:-1], later[:, : -self.n]], axis=1).reshape(-1, edges.shape[2])
