"""Cycles as a zero problem: orthogonal collocation on a mesh over one period.

Unknowns are the states at the nodes, node by node, then the period, then free parameters. On every interval the
polynomial obeys dx/dphase = period · f(x) at the Gauss points. A cycle may begin anywhere: the phase condition, that it
moves least against a reference orbit, picks one.

References: E. J. Doedel, H. B. Keller, J. P. Kernévez (1991). Numerical analysis and control of bifurcation problems
(II). Int. J. Bifurcation Chaos 1, 745-772. doi:10.1142/S0218127491000555
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.chain import Chain
from brainpy_lab.analysis.cycles.condensed import Condensed, blocks_of
from brainpy_lab.analysis.cycles.mesh import Mesh, tables
from brainpy_lab.analysis.vector_field import Array, VectorField
from brainpy_lab.analysis.zero_problem import ZeroProblem, equilibria

#: No number is as small.
TINY = 1e-300


@dataclass(frozen=True)
class Collocation:
    """The cycles of ``field`` on a mesh; with a free parameter they are curves.

    Attributes
    ----------
    field : VectorField
    names : tuple of str
        Free parameters, one or none.
    mesh : Mesh
    scales : ndarray, shape (n,)
        Sizes of the states: the phase condition counts each in these.
    reference : ndarray, shape (n, n_intervals, degree)
        The derivative by the phase of a nearby orbit at the Gauss points.
    """

    field: VectorField
    names: tuple[str, ...]
    mesh: Mesh
    scales: Array
    reference: Array

    @property
    def n(self) -> int:
        """Number of states."""
        return len(self.field.free)

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return self.n * self.mesh.intervals * self.mesh.degree + 1 + len(self.names)

    def profile(self, u: Array) -> Array:
        """The states at the nodes, (n, n_nodes)."""
        result: Array = u[: self.size - 1 - len(self.names)].reshape(-1, self.n).T
        return result

    def pack(self, profile: Array, *further: float) -> Array:
        """The unknowns, from the states at the nodes, the period and the parameter."""
        return np.concatenate([profile.T.ravel(), further])

    def referring_to(self, profile: Array) -> Collocation:
        """The same with the orbit ``profile`` as reference."""
        return replace(self, reference=self.mesh.slopes_at_points(profile))

    def both(self, u: Array) -> tuple[Array, Slopes]:
        """The residual, (n_nodes * n + 1,), and its derivatives in a form that solves linear systems."""
        mesh, n = self.mesh, self.n
        profile, period, moved = self.profile(u), u[-1 - len(self.names)], u[self.size - len(self.names) :]
        shape = (mesh.intervals, mesh.degree)
        at = self._at_points(profile, moved)
        drift, by = self._drift.both_at(at)
        drift = drift.reshape(n, *shape)
        widths = mesh.widths[:, None]
        value = mesh.slopes_at_points(profile) * widths - period * widths * drift
        phase = float((self._phase_weights * at[:n].reshape(n, *shape)).sum())
        residual = np.append(np.transpose(value, (1, 2, 0)).ravel(), phase)
        columns = [-(widths * drift), *(-(period * widths * c.reshape(n, *shape)) for c in by[:, n:].swapaxes(0, 1))]
        further = np.stack([np.transpose(c, (1, 2, 0)).ravel() for c in columns], axis=1)
        trace = float(period * (np.trace(by[:, :n]) * mesh.weights.ravel()).sum())
        blocks = blocks_of(mesh, by[:, :n], period)
        return residual, Slopes(blocks, further, self._phase_row, n, trace, residual[:-1])

    def trace(self, u: Array) -> float:
        """The integral of that of the Jacobian over the period: the sum of the logarithms of all multipliers."""
        moved = u[self.size - len(self.names) :]
        by = self._drift.jacobian(self._at_points(self.profile(u), moved))
        return float(u[-1 - len(self.names)] * (np.trace(by[:, : self.n]) * self.mesh.weights.ravel()).sum())

    def _at_points(self, profile: Array, moved: Array) -> Array:
        """States and parameters at all Gauss points, (n + k, n_points)."""
        at = self.mesh.at_points(profile).reshape(self.n, -1)
        return np.concatenate([at, np.repeat(moved[:, None], at.shape[1], axis=1)])

    def multipliers(self, u: Array, slopes: Slopes | None = None) -> Multipliers:
        """The multipliers but the trivial one.

        ``slopes`` are those at ``u``, if known.
        """
        slopes = slopes or self.both(u)[1]
        if self.n == 2:
            # the logarithms of all sum up to the trace of the Jacobian along the orbit (Liouville); one of them is zero
            return Multipliers(np.exp(np.array([slopes.trace + 0j])), 0.0, np.zeros(1))
        start = np.concatenate([u[: self.n], u[self.size - len(self.names) :]])
        flow = self._drift.residual(start[:, None])[:, 0]
        return slopes.multipliers(flow, self.scales)

    def defect(self, u: Array) -> float:
        """How much the orbit errs over an interval at its ends, where the equations are not imposed, in scales."""
        mesh, profile = self.mesh, self.profile(u)
        ends = profile[:, :: mesh.degree]
        moved = np.repeat(u[self.size - len(self.names) :, None], ends.shape[1], axis=1)
        drift = self._drift.residual(np.concatenate([ends, moved])) * u[-1 - len(self.names)]
        slopes = mesh.pieces(profile) @ tables(mesh.degree).first / mesh.widths
        return float((np.abs(slopes - drift) * mesh.widths / self.scales[:, None]).max())

    @cached_property
    def _drift(self) -> ZeroProblem:
        return equilibria(self.field, self.names)

    @cached_property
    def _phase_weights(self) -> Array:
        result: Array = self.reference * self.mesh.weights / self.scales[:, None, None] ** 2
        return result

    @cached_property
    def _phase_row(self) -> Array:
        """The derivative of the phase condition by all unknowns."""
        mesh = self.mesh
        pieces = np.transpose(self._phase_weights @ tables(mesh.degree).values, (1, 2, 0))  # (intervals, node, state)
        row = pieces[:, :-1].copy()
        row[:, 0] += np.roll(pieces[:, -1], 1, axis=0)
        return np.concatenate([row.ravel(), np.zeros(1 + len(self.names))])


class Multipliers(NamedTuple):
    """What small deviations are multiplied by in a period.

    Attributes
    ----------
    values : ndarray of complex, shape (n - 1,)
        Without the trivial one, the largest modulus first.
    error : float
        How far from one the trivial multiplier is.
    errors : ndarray, shape (n - 1,)
        Of the others, about, relative to one and their size.
    """

    values: NDArray[np.complex128]
    error: float
    errors: Array


class Slopes:
    """The derivatives of a collocated cycle's equations, and the solution of linear systems with them.

    Each interval's inner nodes and its end follow from its beginning; what remains is a chain of the intervals' ends.

    Parameters
    ----------
    blocks : ndarray, shape (n_intervals, degree * n, (degree + 1) * n)
        By the states at the nodes of the interval.
    further : ndarray, shape (n_intervals * degree * n, k)
        By the period and the parameters.
    phase : ndarray, shape (size,)
    n : int
    trace : float
        The integral of that of the Jacobian over a period.
    residual : ndarray, shape (n_intervals * degree * n,), optional
        Of the equations: what Newton's method asks to be solved for.
    """

    def __init__(
        self, blocks: Array, further: Array, phase: Array, n: int, trace: float = 0.0, residual: Array | None = None
    ) -> None:
        self.n, self.rows, self.trace = n, phase[None], trace
        known = -further if residual is None else np.column_stack([-further, residual])
        self._free = _Free(Condensed(blocks, n, known), further)

    def with_rows(self, rows: Array) -> Slopes:
        """The same with further rows below."""
        made = object.__new__(Slopes)
        made.__dict__.update(self.__dict__)
        made.rows = np.concatenate([self.rows, rows])
        return made

    def with_column(self, column: Array) -> Slopes:
        """The same with a further unknown, which the equations so far take times ``column``, (size - k + 1,)."""
        made = object.__new__(Slopes)
        made.__dict__.update(self.__dict__)
        made._free = _Free(self._free.condensed, np.column_stack([self._free.further, column[:-1]]))
        made.rows = np.append(self.rows, column[-1:, None], axis=1)
        return made

    @property
    def transitions(self) -> Array:
        """How a small deviation at the beginning of each interval is carried to its end, (n_intervals, n, n)."""
        return self._free.condensed.transitions

    @property
    def _chain(self) -> Chain:
        return self._free.condensed.chain

    def multipliers(self, flow: Array, scales: Array) -> Multipliers:
        """The multipliers beside that of ``flow``, the direction of the orbit.

        A generalised eigenvalue problem, from which the direction of the orbit is taken out first: a multiplier that
        crosses one is then told from the trivial one. The product of the transitions is not formed, in which what grows
        would hide what shrinks (T. F. Fairgrieve, A. D. Jepson 1991. SIAM J. Numer. Anal. 28, 1446.
        doi:10.1137/0728075). None of those below 1e-6 is exact.
        """
        from scipy.linalg import eigvals

        chain, along = self._chain, flow / scales
        basis = np.linalg.qr(np.column_stack([along, np.eye(self.n)]))[0]
        a, b = (part * scales @ basis for part in (chain.first, -chain.last))
        error = float(np.linalg.norm(a[:, 0] - b[:, 0]) / np.linalg.norm(b[:, 0]))
        turn = np.linalg.qr(b[:, :1], mode="complete")[0].T[1:]
        first, last = (turn @ a)[:, 1:], (turn @ b)[:, 1:]
        above, below = eigvals(first, last, homogeneous_eigvals=True)
        values = np.where(below != 0, above / np.where(below != 0, below, 1.0), np.inf)
        # what grows along the orbit by a large factor and shrinks again is small at both ends, and as uncertain
        sizes = np.hypot(np.abs(above), np.abs(below)) / max(np.abs(first).max(), np.abs(last).max())
        order = np.argsort(-np.abs(values))
        return Multipliers(values[order], error, error / np.maximum(sizes[order], TINY))

    def turned_over(self) -> Array:
        """The deviation that one period carries to its opposite, at the nodes, (n, n_nodes); its multiplier is -1."""
        from scipy.linalg import eig

        values, vectors = eig(self._chain.first, -self._chain.last)
        start = np.real(vectors[:, int(np.argmin(np.abs(values + 1)))])[:, None]
        states: Array = self._free.condensed.of_ends @ np.concatenate([start, -start])
        return states.reshape(-1, self.n).T

    def solve(self, right: Array) -> Array:
        """The unknowns x with slopes·x = ``right``, shape (size,), or of several right sides, (size, k)."""
        n, below = self.n, len(self.rows)
        several = right.reshape(len(right), -1)
        above, aside = several[: len(right) - below], several[len(right) - below :]
        free, last = self._free.states
        states, count = np.zeros((len(free), several.shape[1])), free.shape[1]
        small = np.zeros((2 * n + below, count))
        aim = np.zeros((len(small), several.shape[1]))
        if any_of := np.flatnonzero(above.any(axis=0)).tolist():
            states[:, any_of], aim[:n, any_of] = self._free.condensed.of_right(above[:, any_of])
        small[:n, :n], small[:n, n : 2 * n], small[:n, 2 * n :] = self._chain.first, self._chain.last, -last
        small[n : 2 * n, :n], small[n : 2 * n, n : 2 * n] = np.eye(n), -np.eye(n)  # the end is the beginning
        small[2 * n :] = self.rows[:, : len(free)] @ free
        small[2 * n :, 2 * n :] += self.rows[:, len(free) :]
        aim[2 * n :] = aside - self.rows[:, : len(free)] @ states
        found = np.linalg.solve(small, aim)
        x = np.concatenate([free @ found + states, found[2 * n :]])
        return np.asarray(x.reshape(right.shape))


class _Free:
    """What the states at all nodes depend on: those at both ends, the period and the parameters.

    Attributes
    ----------
    condensed : Condensed
    further : ndarray, shape (n_intervals * degree * n, k)
        The derivatives of the equations by the period and the parameters.
    """

    def __init__(self, condensed: Condensed, further: Array) -> None:
        self.condensed, self.further = condensed, further

    @cached_property
    def states(self) -> tuple[Array, Array]:
        """The states by all of these, (n_nodes * n, 2n + k), and the last link by the further ones, (n, k)."""
        states, last = self.condensed.of_right(-self.further)
        return np.concatenate([self.condensed.of_ends, states], axis=1), last
