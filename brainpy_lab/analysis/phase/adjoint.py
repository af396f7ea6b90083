"""The phase response by the adjoint: the periodic solution of dZ/dt = -J^T Z with Z·f = 1, by collocation.

It is the gradient of the phase, in units of time. The adjoint of the variational equation is collocated on the mesh of
the orbit, which is then refined where either of the two is steep, until Z stays.

References: B. Ermentrout (1996). Type I membranes, phase resetting curves, and synchrony. Neural Comput. 8, 979-1001.
doi:10.1162/neco.1996.8.5.979. W. Govaerts, B. Sautois (2006). Computation of the phase response curve: a direct
numerical approach. Neural Comput. 18, 817-847. doi:10.1162/neco.2006.18.4.817
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainpy_lab.analysis.cycles.adapting import adapted
from brainpy_lab.analysis.cycles.collocation import Slopes
from brainpy_lab.analysis.cycles.condensed import blocks_of
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.cycles.mesh import Mesh, tables
from brainpy_lab.analysis.cycles.solving import on_mesh
from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import AnalysisError

#: Z is good when the next mesh changes it by no more than this part of its range.
GOOD = 1e-8

#: What is further off is not given.
POOR = 1e-6

#: Refinements of the mesh, at most: each doubles the number of intervals.
MOST_MESHES = 5

#: Places of each interval at which two solutions are compared.
PLACES = np.linspace(0, 1, 7)[:-1]


@dataclass(frozen=True)
class Gradient:
    """The gradient of the phase along a cycle.

    Attributes
    ----------
    cycle : Cycle
        The orbit, on the mesh of ``profile``.
    profile : ndarray, shape (n, n_nodes)
        Z at the nodes, time per unit of each state.
    error : float
        By how much Z changed with the last mesh, relative to its range; with that, by how much Z·f differs from one.
    """

    cycle: Cycle
    profile: Array
    error: float

    def at(self, phases: Array) -> Array:
        """Z at phases, parts of the period, (n, n_phases)."""
        return self.cycle.mesh.at(self.profile, phases)


def gradient(cycle: Cycle) -> Gradient:
    """The gradient of the phase along ``cycle``, on a mesh that is fine enough for both.

    Raises
    ------
    AnalysisError
        Where no such mesh is found.
    """
    before: Gradient | None = None
    for _ in range(MOST_MESHES):
        profile = _solved(cycle)
        found = Gradient(cycle, profile, _error(cycle, profile, before))
        if found.error <= GOOD:
            break
        finer = _refined(cycle, profile)
        if finer is None:
            break
        before, cycle = found, finer
    if not found.error <= POOR:
        raise AnalysisError(
            f"The phase response of {cycle.field.system.name} is known to {found.error:.1g} of its range only: the "
            "mesh does not become fine enough.",
            advice='Kick the cycle instead: phase_response(lc, method="direct").',
        )
    return found


def _solved(cycle: Cycle) -> Array:
    """Z at the nodes of the cycle's mesh."""
    mesh, n = cycle.mesh, len(cycle.names)
    scales = nonzero(np.ptp(cycle.profile, axis=1))
    states = mesh.at_points(cycle.profile).reshape(n, -1)
    shape = (n, mesh.intervals, mesh.degree)
    # in units of each state's range, for a matrix of one size
    along = cycle.field.rhs(states).reshape(shape) / scales[:, None, None]
    by = cycle.field.jacobian(states) * (scales / scales[:, None])[:, :, None]
    blocks = blocks_of(mesh, np.swapaxes(by, 0, 1), -cycle.period)
    # beside the mesh's errors the adjoint has a kernel of one dimension: what is left over goes along the flow
    left = np.transpose(along * mesh.widths[:, None], (1, 2, 0)).reshape(-1, 1)
    slopes = Slopes(blocks, left, _mean_row(mesh, along), n)
    right = np.zeros(len(left) + 1)
    right[-1] = 1.0  # the mean of Z·f
    found = slopes.solve(right)[:-1].reshape(-1, n).T
    return np.asarray(found / scales[:, None])


def _mean_row(mesh: Mesh, along: Array) -> Array:
    """The mean of Z·f as a row of the unknowns."""
    pieces = np.transpose((along * mesh.weights) @ tables(mesh.degree).values, (1, 2, 0))  # (intervals, node, state)
    row = pieces[:, :-1].copy()
    row[:, 0] += np.roll(pieces[:, -1], 1, axis=0)
    return np.append(row.ravel(), 0.0)


def _error(cycle: Cycle, profile: Array, before: Gradient | None) -> float:
    """How far Z may be off, relative to its range: as the mesh before and the product Z·f tell."""
    states = cycle.profile
    product = float(np.abs((profile * cycle.field.rhs(states)).sum(axis=0) - 1).max())
    if before is None:
        return float("inf")
    phases = (cycle.mesh.edges[:-1, None] + cycle.mesh.widths[:, None] * PLACES).ravel()
    change = np.abs(cycle.mesh.at(profile, phases) - before.at(phases))
    return max(product, float((change.max(axis=1) / nonzero(np.ptp(profile, axis=1))).max()))


def _refined(cycle: Cycle, profile: Array) -> Cycle | None:
    """The cycle on a mesh of twice as many intervals that follows Z too; None where it is not found on that."""
    both = np.concatenate([cycle.profile, profile])
    mesh = adapted(cycle.mesh, both, nonzero(np.ptp(both, axis=1)), 2 * cycle.mesh.intervals)
    guess, scales = cycle.mesh.at(cycle.profile, mesh.nodes), nonzero(np.ptp(cycle.profile, axis=1))
    found = on_mesh(cycle.field, mesh, guess, cycle.period, scales)
    return None if found is None else Cycle(cycle.field, mesh, found.profile, found.period, cycle.remarks)
