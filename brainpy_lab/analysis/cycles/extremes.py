"""The largest and smallest values on an orbit, to the accuracy of the ends of its intervals."""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.vector_field import Array, VectorField

#: Places of each interval at which the polynomial is looked at first.
LOOKED_AT = np.linspace(0, 1, 17)[:-1]

#: Steps of Newton's method to where a state turns.
STEPS = 6

#: Parabolas through three places, each sixteen times closer together than the one before.
PARABOLAS = 3


def extremes(
    field: VectorField, mesh: Mesh, profile: Array, period: float
) -> tuple[dict[str, float], dict[str, float]]:
    """The smallest and the largest value of each state, by name.

    Between the ends of intervals the polynomial has an error of a lower order than at them: from the end before the
    extreme value, the equations are integrated to it.
    """
    phases = (mesh.edges[:-1, None] + mesh.widths[:, None] * LOOKED_AT).ravel()
    values = mesh.at(profile, phases)
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for i, name in enumerate(field.free):
        for found, pick in ((low, np.argmin), (high, np.argmax)):
            found[name] = _refined(field, mesh, profile, period, i, float(phases[int(pick(values[i]))]))
    return low, high


def on_mesh(mesh: Mesh, profile: Array) -> tuple[Array, Array]:
    """The smallest and the largest value of each state as the polynomials have them, (n,) each."""
    phases = (mesh.edges[:-1, None] + mesh.widths[:, None] * LOOKED_AT).ravel()
    values = mesh.at(profile, phases)
    found = []
    for sign in (-1.0, 1.0):
        rows = []
        for row, seen in zip(profile, sign * values, strict=True):
            k = int(np.argmax(seen))
            phase, best = float(phases[k]), float(seen[k])
            way = float(mesh.widths[k // len(LOOKED_AT)]) / len(LOOKED_AT)
            for _ in range(PARABOLAS):
                around = sign * mesh.at(row[None], np.array([phase - way, phase, phase + way]))[0]
                bend = around[0] - 2 * around[1] + around[2]
                if not bend < 0:
                    break
                phase += way * float(np.clip((around[0] - around[2]) / (2 * bend), -1, 1))
                best, way = max(best, float(sign * mesh.at(row[None], np.array([phase]))[0, 0])), way / len(LOOKED_AT)
            rows.append(sign * best)
        found.append(rows)
    return np.array(found[0]), np.array(found[1])


def _refined(field: VectorField, mesh: Mesh, profile: Array, period: float, i: int, phase: float) -> float:
    """State ``i`` where it turns, near ``phase``."""
    from scipy.integrate import solve_ivp

    before = min(max(int(np.searchsorted(mesh.edges, phase, "right")) - 1, 0), mesh.intervals - 1)
    start = mesh.edges[before] * period
    y = profile[:, before * mesh.degree]
    t = phase * period - start

    def drift(_: float, x: Array) -> Array:
        return field.rhs(x)

    for _ in range(STEPS):
        here = y if t == 0 else solve_ivp(drift, (0, t), y, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
        slope = field.rhs(here)
        bend = float(field.jacobian(here)[i] @ slope)
        step = -slope[i] / bend if bend else 0.0
        limit = 0.5 * float(mesh.widths[before]) * period
        step = float(np.clip(step, -limit, limit))
        t += step
        if abs(step) <= 1e-9 * limit or abs(slope[i] * step) < 1e-13 * (1 + abs(here[i])):
            break
    return float(here[i])
