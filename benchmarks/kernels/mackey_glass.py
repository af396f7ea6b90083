"""The Mackey-Glass equation by hand: RK4 with a ring of values and slopes, read by cubic Hermite polynomials."""

from __future__ import annotations

import numpy as np
from numba import njit

TEXT = """
tau = 17
dx/dt = 0.2*x(t - tau)/(1 + x(t - tau)**10) - 0.1*x
x(0) = 1.2
"""


@njit(inline="always")
def slope(x: float, late: float) -> float:
    q = late * late
    q = q * q * q * q * q
    return 0.2 * late / (1.0 + q) - 0.1 * x


@njit(inline="always")
def hermite(y0: float, f0: float, y1: float, f1: float, h: float, s: float) -> float:
    s2 = s * s
    s3 = s2 * s
    return (2 * s3 - 3 * s2 + 1) * y0 + (s3 - 2 * s2 + s) * h * f0 + (3 * s2 - 2 * s3) * y1 + (s3 - s2) * h * f1


@njit(cache=True, error_model="numpy", fastmath={"contract", "arcp"})
def rk4(tau: float, dt: float, steps: int, x: float, out: np.ndarray) -> None:
    size = 1
    while size < int(tau / dt) + 4:
        size *= 2
    mask, first, delay = size - 1, x, tau / dt
    X, F = np.full(size, first), np.zeros(size)
    for i in range(steps):
        X[i & mask] = x
        late = np.empty(3)
        for k in range(3):
            p = i + 0.5 * k - delay
            j = int(np.floor(p))
            a, b = j & mask, (j + 1) & mask
            late[k] = first if p < 0 else hermite(X[a], F[a], X[b], F[b], dt, p - j)
            if k == 0:
                F[i & mask] = slope(x, late[0])
        k1 = F[i & mask]
        k2 = slope(x + 0.5 * dt * k1, late[1])
        k3 = slope(x + 0.5 * dt * k2, late[1])
        k4 = slope(x + dt * k3, late[2])
        x += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        out[i] = x
