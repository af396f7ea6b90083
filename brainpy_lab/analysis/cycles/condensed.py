"""The equations on all intervals of a cycle with what lies inside each eliminated: a chain of the intervals' ends.

Each interval is factored once for all right sides that are known beforehand, whatever rows stand below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.chain import Between, Chain
from brainpy_lab.analysis.cycles.mesh import Mesh, tables
from brainpy_lab.analysis.vector_field import Array

#: From so many unknowns in an interval on, one is factored after the other, and the factors are kept.
LARGE = 64


def lu_factors(matrix: Array, *, in_place: bool = False) -> tuple[Array, NDArray[np.int_]]:
    """Gauss's, ``in_place`` of a matrix that stands column by column, and the rows that were swapped.

    Raises
    ------
    LinAlgError
        For a matrix that is singular to the last bit.
    """
    from scipy.linalg.lapack import dgetrf

    lower_upper, swaps, is_singular = dgetrf(matrix, overwrite_a=in_place)
    if is_singular:
        raise np.linalg.LinAlgError("Singular matrix")
    return lower_upper, swaps


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
    diagonal = np.einsum("ipaka->ipka", blocks)  # a view
    diagonal += table.slopes[None, :, :, None]
    return np.asarray(blocks.reshape(mesh.intervals, mesh.degree * n, -1))


@dataclass(frozen=True)
class Made:
    """What right sides make of the states.

    Attributes
    ----------
    later : ndarray, shape (n_intervals, degree * n, k)
        Of the later nodes of each interval, from a beginning at zero.
    links : ndarray, shape (M, n, k)
        The right sides of the links that are left of the chain.
    between : list of ndarray, shape (n_pairs, n, k)
        Of the blocks of the chain that were eliminated.
    """

    later: Array
    links: Array
    between: Between

    def times(self, weights: Array, beside: Made | None = None) -> Made:
        """What sums of these right sides make, (k, l), together with what is ``beside``."""
        later, links, between = self.later @ weights, self.links @ weights, [b @ weights for b in self.between]
        if beside is None:
            return Made(later, links, between)
        return Made(
            later + beside.later, links + beside.links,
            [a + b for a, b in zip(between, beside.between, strict=True)],
        )  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Rows below the equations, by what is left of the states.

    Attributes
    ----------
    left : ndarray, shape (n_rows, M * n)
        By the blocks that are left of the chain.
    """

    left: Array
    _later: Array  # (n_rows, n_intervals * (degree - 1) * n): by the inner nodes
    _inside: int  # their states in an interval
    _between: Between

    def of(self, made: Made) -> Array:
        """What they are of states that right sides make, (n_rows, k)."""
        count = made.links.shape[2]
        found = self._later @ made.later[:, : self._inside].reshape(-1, count)
        for row, between in zip(self._between, made.between, strict=True):
            found += (row @ between).sum(axis=0)
        return np.asarray(found)


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

    @property
    def is_factored(self) -> bool:
        """Whether factors are kept, so that further right sides cost little."""
        return bool(self.blocks.shape[1] >= LARGE)

    @cached_property
    def _factors(self) -> list[tuple[Array, NDArray[np.int_]]]:
        return [lu_factors(block.T, in_place=True) for block in _columns(self.blocks[:, :, self.n :])]

    def _later(self, right: Array) -> Array:
        """The later nodes of each interval by right sides, (n_intervals, degree * n, k), from a beginning at zero."""
        if not self.is_factored:
            return np.asarray(np.linalg.solve(self.blocks[:, :, self.n :], right), float)
        from scipy.linalg.lapack import dgetrs

        solutions = _columns(right)
        for (lower_upper, swaps), aim in zip(self._factors, solutions, strict=True):
            dgetrs(lower_upper, swaps, aim.T, overwrite_b=True)
        return np.swapaxes(solutions, 1, 2)

    @cached_property
    def _solved(self) -> Array:
        """What the later nodes of an interval are by its first one, and by each of the right sides."""
        aim = np.concatenate([-self.blocks[:, :, : self.n], self._by_interval(self.right)], axis=2)
        return self._later(aim)

    @property
    def follow(self) -> Array:
        """All later nodes, by the first, (n_intervals, degree * n, n)."""
        return self._solved[:, :, : self.n]

    @cached_property
    def chain(self) -> Chain:
        """The links between the ends of intervals."""
        return Chain(self.follow[:, -self.n :])

    @cached_property
    def known(self) -> Made:
        """What the right sides known beforehand make."""
        return self._made(self._solved[:, :, self.n :])

    def of(self, right: Array) -> Made:
        """What others make, (n_intervals * degree * n, k)."""
        return self._made(self._later(self._by_interval(right)))

    def _made(self, later: Array) -> Made:
        return Made(later, *self.chain.reduce(later[:, -self.n :]))

    def rows(self, rows: Array) -> Rows:
        """``rows`` of a closed orbit by the states at its nodes, (n_rows, n_nodes * n)."""
        n = self.n
        pieces = rows.reshape(len(rows), len(self.blocks), -1)
        later, by_interval = pieces[:, :, n:], np.swapaxes(pieces, 0, 1)
        left, between = self.chain.rows(by_interval[:, :, :n] + by_interval[:, :, n:] @ self.follow[:, :-n])
        return Rows(
            np.swapaxes(left, 0, 1).reshape(len(rows), -1), later.reshape(len(rows), -1), later.shape[2], between
        )

    def states(self, left: Array, made: Made | None) -> Array:
        """All states, (n_nodes * n, k), of a closed orbit by what is left of the chain, (M * n, k)."""
        ends = left.reshape(-1, self.n, left.shape[1])
        edges = self.chain.expand(np.concatenate([ends, ends[:1]]), None if made is None else made.between)[:-1]
        return self._at_nodes(edges, None if made is None else made.later)

    def from_ends(self, start: Array, end: Array) -> Array:
        """All states but the last, (n_nodes * n,), of an orbit with these ends, which the chain joins."""
        return self._at_nodes(self.chain.from_ends(start, end)[:-1, :, None], None)[:, 0]

    def _by_interval(self, right: Array) -> Array:
        return right.reshape(len(self.blocks), -1, right.shape[1])

    def _at_nodes(self, edges: Array, made: Array | None) -> Array:
        """States node by node, from those at the beginnings of intervals and what right sides make of the others."""
        later = self.follow[:, : -self.n] @ edges
        if made is not None:
            later += made[:, : -self.n]
        return np.concatenate([edges, later], axis=1).reshape(-1, edges.shape[2])


def _columns(matrices: Array) -> Array:
    """A copy of matrices, (count, n, k), column by column, (count, k, n), as LAPACK works on them in place."""
    return np.swapaxes(matrices, 1, 2).copy(order="C")
