"""Cycles as a zero problem: orthogonal collocation on a mesh over one period.

Unknowns are the states at the nodes, node by node, then the period, then free parameters. On every interval the
polynomial obeys dx/dphase = period · f(x) at the Gauss points. A cycle may begin anywhere: the phase condition, that it
moves least against a reference orbit, picks one.

References: E. J. Doedel, H. B. Keller, J. P. Kernévez (1991). Numerical analysis and control of bifurcation problems
(II). Int. J. Bifurcation Chaos 1, 745-772. doi:10.1142/S0218127491000555
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.cycles.condensed import Condensed, Rows, blocks_of, lu_factors
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

    def both(self, u: Array, column: Array | None = None) -> tuple[Array, Slopes]:
        """The residual, (n_nodes * n + 1,), and its derivatives in a form that solves linear systems.

        ``column``, (n_nodes * n + 1,), is what a further unknown is taken by in these.
        """
        mesh, n = self.mesh, self.n
        profile, period, moved = self.profile(u), u[-1 - len(self.names)], u[self.size - len(self.names) :]
        shape = (mesh.intervals, mesh.degree)
        at, along = mesh.both_at_points(profile)
        drift, by = self._drift.both_at(self._with_parameters(at, moved))
        widths = mesh.widths[:, None]
        residual = np.empty(len(u) - len(self.names))
        # by interval, point and state
        columns = np.empty((*shape, n, 1 + len(self.names)))
        columns[..., 0] = np.transpose(-widths * drift.reshape(n, *shape), (1, 2, 0))
        columns[..., 1:] = np.transpose(-(period * widths) * by[:, n:].reshape(n, -1, *shape), (2, 3, 0, 1))
        further: Array = columns.reshape(len(residual) - 1, -1)
        residual[:-1] = np.transpose(along * widths, (1, 2, 0)).ravel() + period * further[:, 0]
        residual[-1] = np.vdot(self._phase_weights, at)
        trace = float(period * (np.einsum("aap->p", by[:, :n]) @ mesh.weights.ravel()))
        row = self._phase_row
        if column is not None:
            further, row = np.column_stack([further, column[:-1]]), np.append(row, column[-1])
        return residual, Slopes(blocks_of(mesh, by[:, :n], period), further, row, n, trace, residual[:-1])

    def value(self, u: Array) -> Array:
        """The residual alone."""
        mesh, period = self.mesh, u[-1 - len(self.names)]
        at, along = mesh.both_at_points(self.profile(u))
        drift = self._drift.residual(self._with_parameters(at, u[self.size - len(self.names) :])).reshape(at.shape)
        off = np.transpose((along - period * drift) * mesh.widths[:, None], (1, 2, 0))
        return np.append(off.ravel(), np.vdot(self._phase_weights, at))

    def trace(self, u: Array) -> float:
        """The integral of that of the Jacobian over the period: the sum of the logarithms of all multipliers."""
        moved = u[self.size - len(self.names) :]
        by = self._drift.jacobian(self._with_parameters(self.mesh.at_points(self.profile(u)), moved))
        return float(u[-1 - len(self.names)] * (np.trace(by[:, : self.n]) * self.mesh.weights.ravel()).sum())

    def _with_parameters(self, states: Array, moved: Array) -> Array:
        """States and parameters at all Gauss points, (n + k, n_points)."""
        at = np.empty((self.n + len(moved), self.mesh.intervals * self.mesh.degree))
        at[: self.n], at[self.n :] = states.reshape(self.n, -1), moved[:, None]
        return at

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


class Bordered(NamedTuple):
    """A chain's last links with the rows below.

    Attributes
    ----------
    rows : Rows
        Those below, by what is left of the chain.
    links, told : ndarray, shape (n_links * n, k) and (n_rows, k)
        What the right sides that are known beforehand make of the links and of the rows.
    lower_upper, swaps : ndarray
        Gauss's factors of the matrix.
    """

    rows: Rows
    links: Array
    told: Array
    lower_upper: Array
    swaps: NDArray[np.int_]

    def solve(self, right: Array) -> Array:
        """Of the matrix."""
        from scipy.linalg.lapack import dgetrs

        return np.asarray(dgetrs(self.lower_upper, self.swaps, right)[0])


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
        self.further, self.residual = further.shape[1], residual
        known = -further if residual is None else np.column_stack([-further, residual])
        self.condensed = Condensed(blocks, n, known)

    def with_rows(self, rows: Array) -> Slopes:
        """The same with further rows below."""
        made = copy(self)
        made.rows = np.concatenate([self.rows, rows])
        made.__dict__.pop("_bordered", None)
        return made

    def multipliers(self, flow: Array, scales: Array) -> Multipliers:
        """The multipliers beside that of ``flow``, the direction of the orbit.

        A generalised eigenvalue problem, from which the direction of the orbit is taken out first: a multiplier that
        crosses one is then told from the trivial one. The product of the transitions is not formed, in which what grows
        would hide what shrinks (T. F. Fairgrieve, A. D. Jepson 1991. SIAM J. Numer. Anal. 28, 1446.
        doi:10.1137/0728075). None of those below 1e-6 is exact.
        """
        from scipy.linalg import eigvals

        along, whole = flow / scales, self.condensed.chain.whole
        basis = np.linalg.qr(np.column_stack([along, np.eye(self.n)]))[0]
        a, b = (part * scales @ basis for part in (whole[0], -whole[1]))
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

        first, last = self.condensed.chain.whole
        values, vectors = eig(first, -last)
        start = np.real(vectors[:, int(np.argmin(np.abs(values + 1)))])
        return self.condensed.from_ends(start, -start).reshape(-1, self.n).T

    def solve(self, right: Array) -> Array:
        """The unknowns x with slopes·x = ``right``, shape (size,), or of several right sides, (size, k)."""
        below, further, condensed, border = len(self.rows), self.further, self.condensed, self._bordered
        several = right.reshape(len(right), -1)
        above, aside = several[: len(right) - below], several[len(right) - below :]
        weights, others = np.zeros((border.links.shape[1], several.shape[1])), None
        if self._is_residual(above):
            weights[-1] = 1.0
        elif above.any():
            others = condensed.of(above)
        aim = np.concatenate([border.links @ weights, aside - border.told @ weights])
        few = len(border.links)
        if others is not None:
            aim[:few] += others.links.reshape(few, -1)
            aim[few:] -= border.rows.of(others)
        found = border.solve(aim)
        weights[:further] = found[few:]
        states = condensed.states(found[:few], condensed.known.times(weights, others))
        return np.concatenate([states, found[few:]]).reshape(right.shape)

    @cached_property
    def _bordered(self) -> Bordered:
        """What is left of the chain with the rows below, factored once for all right sides."""
        condensed, further, below = self.condensed, self.further, len(self.rows)
        known, closed, size = condensed.known, condensed.chain.closed, self.rows.shape[1] - self.further
        rows, few = condensed.rows(self.rows[:, :size]), len(closed)
        links, told = known.links.reshape(few, -1), rows.of(known)
        small = np.empty((few + below, few + further))
        small[:few, :few], small[:few, few:] = closed, -links[:, :further]
        small[few:, :few], small[few:, few:] = rows.left, self.rows[:, size:] + told[:, :further]
        return Bordered(rows, links, told, *lu_factors(small))

    def _is_residual(self, above: Array) -> bool:
        """Whether the right side of the equations is what Newton's method asks to be solved for."""
        known = self.residual
        return known is not None and above.shape[1] == 1 and np.array_equal(above[:, 0], known)
