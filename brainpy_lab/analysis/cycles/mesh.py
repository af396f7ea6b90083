"""Meshes over one period: intervals, the nodes of a polynomial on each, and the points at which it obeys the equations.

A profile is continuous, and on each interval a polynomial of degree m through m + 1 nodes; the last node of an interval
is the first of the next. The equations hold at the m Gauss points of each interval: the error is then of order 2m at
the ends of intervals, and of order m + 1 between them.

Reference: U. M. Ascher, R. M. M. Mattheij, R. D. Russell (1995). Numerical Solution of Boundary Value Problems for
Ordinary Differential Equations, chapter 5. doi:10.1137/1.9781611971231
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

from brainpy_lab.analysis.vector_field import Array

#: Degree of the polynomials: what AUTO recommends for most problems (E. J. Doedel et al., AUTO-07p, 2007).
DEGREE = 4


@dataclass(frozen=True)
class Mesh:
    """Intervals that cover [0, 1], the period.

    Attributes
    ----------
    edges : ndarray, shape (n_intervals + 1,)
        From 0 to 1.
    degree : int
    """

    edges: Array
    degree: int = DEGREE

    @classmethod
    def uniform(cls, intervals: int, degree: int = DEGREE) -> Mesh:
        """Equal intervals."""
        return cls(np.linspace(0.0, 1.0, intervals + 1), degree)

    @property
    def intervals(self) -> int:
        """How many there are."""
        return len(self.edges) - 1

    @cached_property
    def widths(self) -> Array:
        """Of the intervals."""
        return np.diff(self.edges)

    @cached_property
    def nodes(self) -> Array:
        """Times of all nodes but the last, which is the first a period later: (n_intervals * degree,)."""
        inner = self.edges[:-1, None] + self.widths[:, None] * tables(self.degree).nodes[None, :-1]
        return np.asarray(inner.ravel())

    @cached_property
    def _places(self) -> NDArray[np.int_]:
        """Which nodes belong to each interval, (n_intervals, degree + 1)."""
        count = self.intervals * self.degree
        return np.asarray((np.arange(0, count, self.degree)[:, None] + np.arange(self.degree + 1)) % count)

    @cached_property
    def shares(self) -> Array:
        """The part of the period that belongs to each node: weights of a sum over nodes that stands for a mean."""
        ends = np.append(self.nodes, 1.0)
        gaps = np.diff(ends)
        return np.asarray((gaps + np.roll(gaps, 1)) / 2)

    @cached_property
    def points(self) -> Array:
        """Times of the Gauss points, (n_intervals, degree)."""
        result: Array = self.edges[:-1, None] + self.widths[:, None] * tables(self.degree).points[None]
        return result

    @cached_property
    def weights(self) -> Array:
        """Weights of an integral over the Gauss points, (n_intervals, degree)."""
        result: Array = self.widths[:, None] * tables(self.degree).weights[None]
        return result

    def pieces(self, profile: Array) -> Array:
        """Values at the nodes of each interval: from (n_states, n_nodes), (n_states, n_intervals, degree + 1)."""
        return profile.take(self._places, axis=1)

    def at_points(self, profile: Array) -> Array:
        """Values at the Gauss points, (n_states, n_intervals, degree)."""
        result: Array = self.pieces(profile) @ tables(self.degree).values.T
        return result

    def slopes_at_points(self, profile: Array) -> Array:
        """Derivatives by the phase at the Gauss points, (n_states, n_intervals, degree)."""
        result: Array = self.pieces(profile) @ tables(self.degree).slopes.T / self.widths[None, :, None]
        return result

    def both_at_points(self, profile: Array) -> tuple[Array, Array]:
        """`at_points` and `slopes_at_points`."""
        found = self.pieces(profile) @ tables(self.degree).both.T
        return found[:, :, : self.degree], found[:, :, self.degree :] / self.widths[None, :, None]

    def at(self, profile: Array, phases: Array) -> Array:
        """Values at any phases, (n_states, n_phases)."""
        return self._summed(profile, *self._basis(phases))

    def carried(self, profiles: Sequence[Array], mesh: Mesh) -> list[Array]:
        """Values at the nodes of another mesh, of several profiles with as many states each."""
        if mesh is self:
            return list(profiles)
        return np.split(self.at(np.concatenate(profiles), mesh.nodes), len(profiles))

    def _basis(self, phases: Array) -> tuple[NDArray[np.int_], Array]:
        """The nodes on which values at phases depend, (n_phases, degree + 1), and by how much."""
        wrapped = np.mod(phases, 1.0)
        index = np.clip(np.searchsorted(self.edges, wrapped, "right") - 1, 0, self.intervals - 1)
        return self._places[index], tables(self.degree).basis((wrapped - self.edges[index]) / self.widths[index])

    @staticmethod
    def _summed(profile: Array, places: NDArray[np.int_], basis: Array) -> Array:
        result: Array = np.einsum("ikj,kj->ik", profile.take(places, axis=1), basis)
        return result

    @cached_property
    def _opposite(self) -> tuple[NDArray[np.int_], Array]:
        """Of the phases half a period after the nodes."""
        return self._basis(self.nodes + 0.5)

    @property
    def with_equal_halves(self) -> Mesh:
        """The mean of its two halves, twice; an odd one stays."""
        middle, odd = divmod(self.intervals, 2)
        if odd:
            return self
        first, last = self.edges[: middle + 1], self.edges[middle:]
        half = (first / first[-1] + (last - last[0]) / (1 - last[0])) / 4
        return Mesh(np.concatenate([half[:-1], 0.5 + half]), self.degree)

    def parting(self, profile: Array) -> Array:
        """How the two halves of an orbit differ, at the nodes: not at all where its period has been doubled."""
        result: Array = profile - self._summed(profile, *self._opposite)
        return result


@dataclass(frozen=True)
class Tables:
    """Nodes, Gauss points and basis polynomials on [0, 1].

    Attributes
    ----------
    nodes : ndarray, shape (degree + 1,)
        Both ends among them, denser there: equal distances make polynomials of high degrees swing.
    points, weights : ndarray, shape (degree,)
        Gauss's.
    values, slopes : ndarray, shape (degree, degree + 1)
        Each basis polynomial and its derivative at the Gauss points.
    highest : ndarray, shape (degree + 1,)
        The derivative of order ``degree`` of each basis polynomial, which is constant.
    first : ndarray, shape (degree + 1,)
        The derivative of each basis polynomial at the beginning.
    """

    nodes: Array
    points: Array
    weights: Array
    values: Array
    slopes: Array
    highest: Array
    first: Array
    _inverse: Array

    @cached_property
    def both(self) -> Array:
        """``values`` and ``slopes``, (2 * degree, degree + 1)."""
        return np.concatenate([self.values, self.slopes])

    def basis(self, local: Array) -> Array:
        """The basis polynomials at places in [0, 1], (n_places, degree + 1)."""
        result: Array = chebyshev.chebvander(2 * local - 1, len(self.nodes) - 1) @ self._inverse
        return result


@lru_cache(maxsize=16)
def tables(degree: int) -> Tables:
    """The tables of one degree."""
    nodes = (1 - np.cos(np.pi * np.arange(degree + 1) / degree)) / 2
    points, weights = legendre.leggauss(degree)
    points, weights = (points + 1) / 2, weights / 2
    inverse = np.asarray(np.linalg.inv(chebyshev.chebvander(2 * nodes - 1, degree)), dtype=float)
    values = chebyshev.chebvander(2 * points - 1, degree) @ inverse
    # derivatives of Chebyshev polynomials, by the chain rule twice as large on [0, 1]
    unit = np.eye(degree + 1)
    first = np.stack([2 * chebyshev.chebval(2 * points - 1, chebyshev.chebder(e)) for e in unit], axis=1) @ inverse
    last = np.array([2.0**degree * chebyshev.chebval(0.0, chebyshev.chebder(e, degree)) for e in unit]) @ inverse
    begin = np.array([2 * chebyshev.chebval(-1.0, chebyshev.chebder(e)) for e in unit]) @ inverse
    return Tables(nodes, points, weights, values, first, last, begin, inverse)
