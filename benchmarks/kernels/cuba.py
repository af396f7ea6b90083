"""The CUBA network (Brette et al. 2007, doi:10.1007/s10827-007-0038-6) by hand, exact steps: limits for one thread.

A cell that is held stands far below the threshold until the bucket of its release is emptied, so that no step asks who
is held. ``run_scaled`` keeps the decays of the diagonalised system as three factors for all cells: a step only reads.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from . import coba
from .coba import CELLS, EXCITATORY, HELD
from .exponential import fma
from .spikes import above

REST, RESET, THRESHOLD, TAU, TAU_E, TAU_I = -49.0, -60.0, -50.0, 20.0, 5.0, 10.0
HELD_AT = -1e30

#: Spikes in 1 s at dt 0.1 ms, states at the start, and what a spike adds to ge or gi.
SPIKES, STATES, WEIGHTS = 23_880, ("V", "ge", "gi"), (1.62, -9.0)
W_E, W_I = WEIGHTS

CELL = """
tau = 20; tau_e = 5; tau_i = 10
dV/dt = (-49 - V + ge + gi) / tau
dge/dt = -ge/tau_e
dgi/dt = -gi/tau_i
when V > -50:
    V = -60
    hold(V, 4.9)
"""


def network() -> dict[str, np.ndarray]:
    """The connections of COBA, and states between reset and threshold."""
    V = RESET + (THRESHOLD - RESET) * np.random.default_rng(7).random(CELLS)
    return coba.network() | {"V": V, "ge": np.zeros(CELLS), "gi": np.zeros(CELLS)}


@njit(error_model="numpy")
def factors(dt):
    """What a step keeps of V, ge and gi, and what it adds of ge and gi to V."""
    keep, keep_e, keep_i = math.exp(-dt / TAU), math.exp(-dt / TAU_E), math.exp(-dt / TAU_I)
    by_e, by_i = TAU_E / (TAU_E - TAU) * (keep_e - keep), TAU_I / (TAU_I - TAU) * (keep_i - keep)
    return keep, keep_e, keep_i, by_e, by_i


@njit(error_model="numpy")
def advance(V, ge, gi, keep, keep_e, keep_i, by_e, by_i):
    """One step of all cells."""
    for i in range(V.size):
        a, b = ge[i], gi[i]
        V[i] = REST + (V[i] - REST) * keep + a * by_e + b * by_i
        ge[i], gi[i] = a * keep_e, b * keep_i


@njit(error_model="numpy")
def run(start, post, V, ge, gi, dt, steps, spikes):
    """Advance the states; fill in ``spikes`` (step*cells + cell) and return how many there are."""
    n, cells, total = V.size, np.empty(V.size, np.int32), 0
    held, held_count = np.empty((HELD, n), np.int32), np.zeros(HELD, np.int64)
    keep, keep_e, keep_i, by_e, by_i = factors(dt)
    for step in range(steps):
        slot = step % HELD
        for k in range(held_count[slot]):
            V[held[slot, k]] = RESET
        advance(V, ge, gi, keep, keep_e, keep_i, by_e, by_i)
        count = above(V, THRESHOLD, cells)
        held_count[slot] = count
        for k in range(count):
            cell = cells[k]
            g, weight = (ge, W_E) if cell < EXCITATORY else (gi, W_I)
            for j in range(start[cell], start[cell + 1]):
                g[post[j]] += weight
            V[cell], held[slot, k] = HELD_AT, cell
            spikes[total] = step * n + cell
            total += 1
    return total


@njit(error_model="numpy")
def _any_above(y, a, b, p, q, r):
    count = 0
    for i in range(y.size):
        count += fma(b[i], r, fma(a[i], q, y[i] * p)) > THRESHOLD - REST
    return count


@njit(error_model="numpy")
def _above_scaled(y, a, b, p, q, r, cells, block=256):
    count = 0
    for first in range(0, y.size, block):
        some = slice(first, first + block)
        if _any_above(y[some], a[some], b[some], p, q, r):
            for i in range(first, min(first + block, y.size)):
                if fma(b[i], r, fma(a[i], q, y[i] * p)) > THRESHOLD - REST:
                    cells[count] = i
                    count += 1
    return count


@njit(error_model="numpy")
def run_scaled(start, post, V, ge, gi, dt, steps, spikes, every=500):
    """The same with y = V - REST - a - b, a and b proportional to ge and gi; factors are folded in now and then."""
    n, cells, total = V.size, np.empty(V.size, np.int32), 0
    held, held_count = np.empty((HELD, n), np.int32), np.zeros(HELD, np.int64)
    keep, keep_e, keep_i, _, _ = factors(dt)
    of_e, of_i = TAU_E / (TAU_E - TAU), TAU_I / (TAU_I - TAU)
    a, b = of_e * ge, of_i * gi
    y = V - REST - a - b
    p = q = r = 1.0
    for step in range(steps):
        slot = step % HELD
        for k in range(held_count[slot]):
            i = held[slot, k]
            y[i] = (RESET - REST - a[i] * q - b[i] * r) / p
        p, q, r = p * keep, q * keep_e, r * keep_i
        count = _above_scaled(y, a, b, p, q, r, cells)
        held_count[slot] = count
        for k in range(count):
            cell = cells[k]
            by_e = cell < EXCITATORY
            g, jump = (a, of_e * W_E) if by_e else (b, of_i * W_I)
            scaled, back = jump / (q if by_e else r), -jump / p
            for j in range(start[cell], start[cell + 1]):
                g[post[j]] += scaled
                y[post[j]] += back
            held[slot, k] = cell
            spikes[total] = step * n + cell
            total += 1
        for k in range(count):
            y[cells[k]] = HELD_AT / p
        if step % every == every - 1:
            for i in range(n):
                y[i], a[i], b[i] = y[i] * p, a[i] * q, b[i] * r
            p = q = r = 1.0
    return total
