"""Plasticity of Song, Miller & Abbott (2000, doi:10.1038/78829) by hand: the limit for one thread.

Poisson inputs excite one cell, and pair rules with hard bounds change their weights. Traces are kept as
trace*exp(t/tau) and not decayed; inputs spike where gaps of geometric numbers end on the lattice of steps and inputs.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

INPUTS, RATE, MOST = 1000, 0.015, 0.01
TAU, RISE, FALL = 20.0, 0.01 * 0.01, -1.05 * 0.01 * 0.01

CELL = """
tau = 10; tau_e = 5; E_e = 0; E_l = -74; V_th = -54; V_reset = -60
dV/dt = (ge*(E_e - V) + E_l - V) / tau
dge/dt = -ge/tau_e
V(0) = -60
when V > V_th:
    V = V_reset
"""

SYNAPSE = f"""
tau = {TAU}; rise = {RISE}; fall = {FALL}; most = {MOST}
weight(0) = 0.005
dx/dt = -x/tau
dy/dt = -y/tau
when pre.spike:
    post.ge += weight
    x += rise
    weight = clip(weight + y, 0, most)
when post.spike:
    y += fall
    weight = clip(weight + x, 0, most)
"""


def weights(seed: int = 3) -> np.ndarray:
    """Weights at the start."""
    return np.random.default_rng(seed).random(INPUTS) * MOST


@njit(error_model="numpy")
def run(weight, dt, steps, generator):
    """Change the weights; the numbers of spikes of the cell and of the inputs."""
    trace, other = np.zeros(INPUTS), 0.0
    V, ge, up, down = -60.0, 0.0, 1.0, 1.0
    grow, shrink = math.exp(dt / TAU), math.exp(-dt / TAU)
    rate = 1.0 / math.log1p(-RATE * dt)
    place = int(math.log(1.0 - generator.random()) * rate)
    own, inputs = 0, 0
    for step in range(steps):
        V, ge = V + dt / 10.0 * (-74.0 - V - ge * V), ge * (1.0 - dt / 5.0)
        fires, late = V > -54.0, other * down
        while place < (step + 1) * INPUTS:
            cell = place - step * INPUTS
            ge += weight[cell]
            trace[cell] += RISE * up
            weight[cell] = max(weight[cell] + late, 0.0)
            inputs += 1
            place += int(math.log(1.0 - generator.random()) * rate) + 1
        if fires:
            other += FALL * up
            for cell in range(INPUTS):
                weight[cell] = min(weight[cell] + trace[cell] * down, MOST)
            V = -60.0
            own += 1
        up, down = up * grow, down * shrink
        if up > 1e40:
            trace *= down
            other *= down
            up = down = 1.0
    return own, inputs
