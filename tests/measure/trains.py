"""Spike trains whose measures are known."""

from __future__ import annotations

import numpy as np


def renewal(order: int, n_cells: int, rate: float, stop: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Gamma processes of ``order`` (1 is Poisson) at ``rate`` spikes per ms: times sorted, and cells."""
    rng = np.random.default_rng(seed)
    most = int(stop * rate + 10 * np.sqrt(stop * rate) + 20)
    gaps = rng.gamma(order, 1 / (order * rate), (n_cells, most))
    gaps[:, 0] *= rng.random(n_cells)
    times = np.cumsum(gaps, axis=1)
    cells = np.broadcast_to(np.arange(n_cells)[:, None], times.shape)
    inside = times < stop
    order_in_time = np.argsort(times[inside], kind="stable")
    return times[inside][order_in_time], cells[inside][order_in_time]
