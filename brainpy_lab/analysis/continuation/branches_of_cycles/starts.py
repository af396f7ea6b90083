"""Where branches of cycles begin: at a Hopf point, and at the doubling of another branch."""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_curve import CycleCurve, Orbit
from brainpy_lab.analysis.continuation.locating import Located
from brainpy_lab.analysis.cycles.mesh import Mesh


def at_hopf(curve: CycleCurve, hopf: Located) -> CurvePoint:
    """The cycle of amplitude zero at a Hopf point, and the way along which cycles grow out of it."""
    problem = curve.collocation
    period = hopf.point.period
    assert period is not None
    moved = problem.field.moved(problem.names[0], hopf.point.parameter)
    values, vectors = np.linalg.eig(moved.jacobian(hopf.u[:-1]))
    q = vectors[:, int(np.argmin(np.abs(values - 2j * np.pi / period)))]
    turning = np.real(q[:, None] * np.exp(2j * np.pi * problem.mesh.nodes))
    rest = np.repeat(hopf.u[:-1, None], turning.shape[1], axis=1)
    orbit = Orbit(problem.mesh, rest, period, hopf.point.parameter)
    return curve.take(orbit, problem.pack(turning, 0.0, 0.0), reference=turning)


def at_doubling(curve: CycleCurve, orbit: Orbit) -> CurvePoint:
    """The orbit run through twice, and the way along which its two halves part."""
    along_the_parameter = np.eye(1, orbit.profile.size + 2, orbit.profile.size + 1)[0]
    point = curve.take(orbit, along_the_parameter)
    aside = curve.collocation.both(point.u)[1].turned_over()
    mesh = Mesh(np.concatenate([orbit.mesh.edges[:-1] / 2, (1 + orbit.mesh.edges) / 2]), orbit.mesh.degree)
    twice = Orbit(mesh, np.tile(orbit.profile, 2), 2 * orbit.period, orbit.parameter)
    return curve.take(twice, np.concatenate([np.concatenate([aside, -aside], axis=1).T.ravel(), [0.0, 0.0]]))
