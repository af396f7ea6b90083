"""The equations on all intervals of a cycle with what lies inside each eliminated: a chain of the intervals' ends.

It is factored once for whatever rows stand below, and for all right sides.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from brainpy_lab.analysis.cycles.chain import Chain
from brainpy_lab.analysis.vector_field import Array


class Condensed:
    """Intervals whose inner nodes and ends follow from their beginnings.

    Parameters
    ----------
    blocks : ndarray, shape (n_intervals, degree * n, (degree + 1) * n)
        The derivatives by the states at the nodes of the interval.
    n : int
    """

    def __init__(self, blocks: Array, n: int) -> None:
        self.n = n
        self.inner = np.linalg.inv(blocks[:, :, n:])
        self.follow = -self.inner @ blocks[:, :, :n]  # of all later nodes, by the first

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
        _, kept = self.chain.reduce(np.zeros((len(self.follow), n, 2 * n)))
        edges = self.chain.expand(np.eye(n, 2 * n), np.eye(n, 2 * n, n), kept)
        return self._at_nodes(edges, self.follow @ edges[:-1])

    def of_right(self, right: Array) -> tuple[Array, Array]:
        """All states as right sides, (n_nodes * n, k), make them between ends at zero; and the last link's, (n, k)."""
        n, count, width = self.n, len(self.inner), right.shape[1]
        inner = self.inner @ right.reshape(count, -1, width)
        last, kept = self.chain.reduce(inner[:, -n:])
        edges = self.chain.expand(np.zeros((n, width)), np.zeros((n, width)), kept)
        return self._at_nodes(edges, self.follow @ edges[:-1] + inner), last

    def _at_nodes(self, edges: Array, later: Array) -> Array:
        """States node by node, from those at the beginnings of intervals and at their later nodes."""
        return np.concatenate([edges[:-1], later[:, : -self.n]], axis=1).reshape(-1, edges.shape[2])
