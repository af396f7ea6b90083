"""Pair STDP in a current-based network by hand, weights by presynaptic cell and an index by postsynaptic cell.

CUBA (Brette et al. 2007, doi:10.1007/s10827-007-0038-6), every connection between excitatory cells plastic: additive
pair rule with all pairs and hard bounds. Traces carry no decay: one factor for all does, folded back in now and then.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .cuba import CELL, CELLS, EXCITATORY, HELD, HELD_AT, RESET, THRESHOLD, W_E, W_I, advance, factors
from .spikes import above

__all__ = ["CELL", "CELLS", "EXCITATORY", "RULE", "W_E", "W_I", "W_MAX", "network", "run"]

TAU_TRACE = 20.0
W_MAX = 2 * W_E
POTENTIATION = 0.01 * W_MAX
DEPRESSION = -1.05 * POTENTIATION
RULE = f"""
tau = {TAU_TRACE}; A = {POTENTIATION!r}; B = {DEPRESSION!r}; w_max = {W_MAX!r}
weight(0) = {W_E!r}
dx/dt = -x/tau
dy/dt = -y/tau
when pre.spike:
    post.ge += weight
    x += A
    weight = clip(weight + y, 0, w_max)
when post.spike:
    y += B
    weight = clip(weight + x, 0, w_max)
"""


def network(seed: int = 11) -> dict[str, np.ndarray]:
    """Plastic and other connections by presynaptic cell, the plastic ones by postsynaptic cell too, states, weights."""
    rng = np.random.default_rng(seed)
    drawn = rng.random((CELLS, CELLS))
    plastic = drawn[:EXCITATORY, :EXCITATORY] < 0.025
    np.fill_diagonal(plastic, False)
    others = drawn < 0.02
    others[:EXCITATORY, :EXCITATORY] = False
    pre, post = np.nonzero(plastic)
    other_pre, other_post = np.nonzero(others)
    order = np.argsort(post, kind="stable")
    small = {"post": post, "other_post": other_post, "cells_by_post": pre[order], "order": order}
    weight = rng.random(post.size) * W_MAX
    V = RESET + (THRESHOLD - RESET) * rng.random(CELLS)
    return {
        "pre": pre, "other_pre": other_pre, **{name: index.astype(np.int32) for name, index in small.items()},
        "start": _starts(pre, EXCITATORY), "other_start": _starts(other_pre, CELLS),
        "by_post": _starts(post, EXCITATORY), "weight": weight, "V": V,
    }  # fmt: skip


def _starts(cells: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=n))])


@njit(error_model="numpy")
def run(start, post, weight, by_post, cells_by_post, order, other_start, other_post, V, dt, steps):
    """Advance V and the weights; the number of spikes."""
    keep, keep_e, keep_i, by_e, by_i = factors(dt)
    ge, gi, cells, spikes = np.zeros(V.size), np.zeros(V.size), np.empty(V.size, np.int32), 0
    held, held_count = np.empty((HELD, V.size), np.int32), np.zeros(HELD, np.int64)
    x, y, up, down = np.zeros(EXCITATORY), np.zeros(EXCITATORY), 1.0, 1.0
    grow, fade = math.exp(dt / TAU_TRACE), math.exp(-dt / TAU_TRACE)
    for step in range(steps):
        slot = step % HELD
        for k in range(held_count[slot]):
            V[held[slot, k]] = RESET
        advance(V, ge, gi, keep, keep_e, keep_i, by_e, by_i)
        count = above(V, THRESHOLD, cells)
        held_count[slot] = count
        for k in range(count):
            cell = cells[k]
            g, w = (ge, W_E) if cell < EXCITATORY else (gi, W_I)
            for j in range(other_start[cell], other_start[cell + 1]):
                g[other_post[j]] += w
            if cell < EXCITATORY:
                x[cell] += POTENTIATION * up
                for j in range(start[cell], start[cell + 1]):
                    target, w = post[j], weight[j]
                    ge[target] += w
                    weight[j] = max(w + y[target] * down, 0.0)
            V[cell] = HELD_AT
            held[slot, k] = cell
        spikes += count
        for k in range(count):
            cell = cells[k]
            if cell >= EXCITATORY:
                break
            y[cell] += DEPRESSION * up
            for j in range(by_post[cell], by_post[cell + 1]):
                at = order[j]
                weight[at] = min(weight[at] + x[cells_by_post[j]] * down, W_MAX)
        up, down = up * grow, down * fade
        if up > 1e40:
            for i in range(EXCITATORY):
                x[i] *= down
                y[i] *= down
            up = down = 1.0
    return spikes
