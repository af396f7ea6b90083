"""The COBAHH network (Brette et al. 2007, doi:10.1007/s10827-007-0038-6) by hand: the limit for one thread.

Hodgkin-Huxley cells (after Traub & Miles 1991) advanced by exponential Euler. Conductances per capacitance, in 1/ms.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from . import coba
from .exponential import exp_horner
from .spikes import above

#: Spikes in 1 s at dt 0.1 ms, states at the start, and what a spike adds to ge or gi.
SPIKES, STATES, WEIGHTS = 157_174, ("V", "m", "h", "n", "ge", "gi"), (0.03, 0.335)

#: A cell may spike again so many steps after a spike.
DEAD = 30

CELL = """
g_l = 0.05; g_Na = 100; g_K = 30; E_l = -60; E_Na = 50; E_K = -90; E_e = 0; E_i = -80; V_T = -63; tau_e = 5; tau_i = 10
u = V - V_T
dV/dt = g_l*(E_l - V) + ge*(E_e - V) + gi*(E_i - V) + g_Na*m**3*h*(E_Na - V) + g_K*n**4*(E_K - V)
dm/dt = 0.32*(13 - u)/(exp((13 - u)/4) - 1)*(1 - m) - 0.28*(u - 40)/(exp((u - 40)/5) - 1)*m
dh/dt = 0.128*exp((17 - u)/18)*(1 - h) - 4/(1 + exp((40 - u)/5))*h
dn/dt = 0.032*(15 - u)/(exp((15 - u)/5) - 1)*(1 - n) - 0.5*exp((10 - u)/40)*n
dge/dt = -ge/tau_e
dgi/dt = -gi/tau_i
when V > -20:
    hold(spike, 3)
"""


def network() -> dict[str, np.ndarray]:
    """The connections of COBA and its states at the start, with its conductances as parts of the leak; gates at 0."""
    made = coba.network()
    zero = {name: np.zeros(coba.CELLS) for name in ("m", "h", "n")}
    return made | zero | {name: 0.05 * made[name] for name in ("ge", "gi")}


@njit(inline="always")
def _relative(x, e):
    """(exp(x) - 1)/x, given e = exp(x)."""
    return 1 + 0.5 * x if abs(x) < 1e-6 else (e - 1) / x


_M, _M_BACK, _H, _H_BACK, _N, _N_BACK = (math.exp(x) for x in (13 / 4, -8, 17 / 18, 8, 3, 1 / 4))


@njit(error_model="numpy")
def _advance(V, m, h, n, ge, gi, dt, keep_e, keep_i):
    for i in range(V.size):
        u = V[i] + 63
        q, slow = exp_horner(u * (-1 / 40)), exp_horner(u * (-1 / 18))
        q2 = q * q
        q4 = q2 * q2
        q8 = q4 * q4
        m_opens = 1.28 / _relative((13 - u) * 0.25, _M * q8 * q2)
        m_closes = 1.4 / _relative((u - 40) * 0.2, _M_BACK / q8)
        h_opens, h_closes = 0.128 * _H * slow, 4 / (1 + _H_BACK * q8)
        n_opens, n_closes = 0.16 / _relative((15 - u) * 0.2, _N * q8), 0.5 * _N_BACK * q
        M, H, N, a, b = m[i], h[i], n[i], ge[i], gi[i]
        g_Na, g_K = 100.0 * M * M * M * H, 30.0 * N * N * N * N
        total = 0.05 + a + b + g_Na + g_K
        rest = (-0.05 * 60 - 80 * b + 50 * g_Na - 90 * g_K) / total
        V[i] = rest + (V[i] - rest) * exp_horner(-dt * total)
        m_rate, h_rate, n_rate = m_opens + m_closes, h_opens + h_closes, n_opens + n_closes
        m[i] = m_opens / m_rate + (M - m_opens / m_rate) * exp_horner(-dt * m_rate)
        h[i] = h_opens / h_rate + (H - h_opens / h_rate) * exp_horner(-dt * h_rate)
        n[i] = n_opens / n_rate + (N - n_opens / n_rate) * exp_horner(-dt * n_rate)
        ge[i], gi[i] = a * keep_e, b * keep_i


@njit(error_model="numpy")
def run(start, post, V, m, h, n, ge, gi, dt, steps, spikes):
    """Advance the states; fill in ``spikes`` (step*cells + cell) and return how many there are."""
    keep_e, keep_i = math.exp(-dt / 5), math.exp(-dt / 10)
    again, cells, total = np.zeros(V.size, np.int64), np.empty(V.size, np.int32), 0
    excitatory = V.size * 4 // 5
    for step in range(steps):
        _advance(V, m, h, n, ge, gi, dt, keep_e, keep_i)
        for k in range(above(V, -20.0, cells)):
            cell = cells[k]
            if step < again[cell]:
                continue
            g, weight = (ge, 0.03) if cell < excitatory else (gi, 0.335)
            for j in range(start[cell], start[cell + 1]):
                g[post[j]] += weight
            again[cell] = step + DEAD
            spikes[total] = step * V.size + cell
            total += 1
    return total
