"""The time step of a run with rk4, from the orbit it follows: its errors are small, and its rates slow against it."""

from __future__ import annotations

import numpy as np

from brainpy_lab.analysis.scaling import nonzero
from brainpy_lab.analysis.vector_field import Array, VectorField

#: The largest product of step and rate: deviations that shrink as fast then do so to 1e-5 of their rate.
RATE = 0.2

#: The order of the error of a step.
ORDER = 5

#: Tries to meet the tolerance: each comes nearer.
TRIES = 6


def step_for(field: VectorField, states: Array, rtol: float, atol: float) -> float:
    """The longest step of rk4 whose errors stay within the tolerances at ``states``, (n, n_states).

    Errors are told by a step against two of half its length, relative to the largest value of each state.
    """
    jacobians = np.moveaxis(field.jacobian(states), -1, 0)
    rate = float(np.abs(np.linalg.eigvals(jacobians)).max())
    step = RATE / rate if rate > 0 and np.isfinite(rate) else 1.0
    allowed = nonzero(atol + rtol * np.abs(states).max(axis=1))
    for _ in range(TRIES):
        half = _rk4(field, _rk4(field, states, step / 2), step / 2)
        gaps = np.abs(half - _rk4(field, states, step)).max(axis=1) / allowed
        error = float(gaps.max()) if np.isfinite(gaps).all() else 1e10
        if error <= 1:
            break
        step *= 0.9 * max(error ** (-1 / ORDER), 0.01)
    return step


def _rk4(field: VectorField, y: Array, h: float) -> Array:
    a = field.rhs(y)
    b = field.rhs(y + h / 2 * a)
    c = field.rhs(y + h / 2 * b)
    return np.asarray(y + h / 6 * (a + 2 * b + 2 * c + field.rhs(y + h * c)))
