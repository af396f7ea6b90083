"""The COBA network (Brette et al. 2007, doi:10.1007/s10827-007-0038-6) by hand: the limit for one thread."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .exponential import exp_horner
from .spikes import above

CELLS, EXCITATORY, HELD = 4000, 3200, 50

#: Spikes of 4,000 cells in 1 s at dt 0.1 ms, states at the start, and what a spike adds to ge or gi.
SPIKES, STATES, WEIGHTS = 81_109, ("V", "ge", "gi"), (0.6, 6.7)

CELL = """
tau = 20; E_e = 0; E_i = -80; tau_e = 5; tau_i = 10
dV/dt = (-60 - V + ge*(E_e - V) + gi*(E_i - V)) / tau
dge/dt = -ge/tau_e
dgi/dt = -gi/tau_i
when V > -50:
    V = -60
    hold(V, 4.9)
"""


def network(cells: int = CELLS) -> dict[str, np.ndarray]:
    """Connections by presynaptic cell, and the states at the start.

    Each pair of 4,000 cells is connected with probability 0.02; cells of larger networks have as many connections on
    average: 64 excitatory and 16 inhibitory ones each.
    """
    rng = np.random.default_rng(cells)
    excitatory = cells * 4 // 5
    if cells == CELLS:
        pre, post = np.nonzero(rng.random((cells, cells)) < 0.02)
    else:
        post = np.repeat(np.arange(cells), 80)
        sides = rng.integers(0, excitatory, (cells, 64)), rng.integers(excitatory, cells, (cells, 16))
        pre = np.concatenate(sides, axis=1).ravel()
        order = np.lexsort((post, pre))
        pre, post = pre[order], post[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(pre, minlength=cells))])
    V = rng.normal(-65, 5, cells)
    ge, gi = np.maximum(rng.normal(4, 1.5, cells), 0), np.maximum(rng.normal(20, 12, cells), 0)
    return {"pre": pre, "post": post.astype(np.int32), "start": start, "V": V, "ge": ge, "gi": gi}


@njit(error_model="numpy", fastmath={"contract", "arcp"})
def _advance(V, ge, gi, release, step, rate, keep_e, keep_i):
    for i in range(V.size):
        a, b = ge[i], gi[i]
        total = 1 + a + b
        rest = (-60 - 80 * b) / total
        new = rest + (V[i] - rest) * exp_horner(rate * total)
        V[i] = new if step >= release[i] else V[i]
        ge[i], gi[i] = a * keep_e, b * keep_i


@njit(error_model="numpy")
def run(start, post, V, ge, gi, dt, steps, spikes):
    """Advance the states; fill in ``spikes`` (step*cells + cell) and return how many there are."""
    keep_e, keep_i = math.exp(-dt / 5), math.exp(-dt / 10)
    release, cells, total = np.full(V.size, -1e9), np.empty(V.size, np.int32), 0
    excitatory = V.size * 4 // 5
    for step in range(steps):
        _advance(V, ge, gi, release, float(step), -dt / 20, keep_e, keep_i)
        count = above(V, -50.0, cells)
        for k in range(count):
            cell = cells[k]
            g, weight = (ge, 0.6) if cell < excitatory else (gi, 6.7)
            for j in range(start[cell], start[cell + 1]):
                g[post[j]] += weight
            V[cell], release[cell] = -60.0, step + HELD
            spikes[total] = step * V.size + cell
            total += 1
    return total
