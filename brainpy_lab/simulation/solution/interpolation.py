"""States between recorded times: dense output of the method, or cubic Hermite polynomials."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, ByName
from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.record import Record


def states_at(sol: Record, t: Any) -> dict[str, Any]:
    """States of ``sol`` at the time or times ``t``; see `Solution.__call__`."""
    times = np.asarray(t, dtype=float)
    _check_range(sol, times)
    if sol.interpolant is not None:
        values = sol.interpolant(float(times) if times.ndim == 0 else times.ravel())
    elif sol.derivative is not None:
        values = _hermite(sol, times.ravel())
        if times.ndim == 0:
            values = {name: value[0] for name, value in values.items()}
    else:
        if "draws" in sol.checkpoint.numbers:
            raise ArgumentError(
                "A noisy path is known at its recorded times alone: between them there is no curve.",
                advice="Read the recorded times in sol.t, or record more of them: record_every.",
            )
        raise ArgumentError(
            "This run kept nothing to interpolate with.",
            advice="Run with an adaptive method, m.run(..., method='rkdp'), or read the recorded times in sol.t.",
        )
    if times.ndim == 0:
        return ByName(values, "state")
    return ByName({n: value.reshape(*times.shape, *value.shape[1:]) for n, value in values.items()}, "state")


def _check_range(sol: Record, times: np.ndarray) -> None:
    start, end = (float(sol.t[0]), float(sol.t[-1])) if len(sol.t) else (np.nan, np.nan)
    if sol.interpolant is not None and "start" in sol.stats:  # records at chosen times, and steps beside them
        start, end = float(sol.stats["start"]), sol.checkpoint.time
    start, end = min(start, end), max(start, end)  # an orbit backward in time begins at its end
    slack = 1e-9 * max(abs(start), abs(end), end - start)
    if not np.all((times >= start - slack) & (times <= end + slack)):
        raise ArgumentError(f"The run covers the times from {start:g} to {end:g}; {times!s} is not within them.")


def _hermite(sol: Record, times: np.ndarray) -> dict[str, np.ndarray]:
    """Cubic Hermite interpolation from the two recorded times around each of ``times``."""
    assert sol.derivative is not None
    grid = as_numpy(sol.t)
    if len(grid) < 2:
        return {name: np.broadcast_to(as_numpy(a)[0], (len(times), *a.shape[1:])) for name, a in sol.data.items()}
    left = np.clip(np.searchsorted(grid, times, side="right") - 1, 0, len(grid) - 2)
    y0, y1 = ({name: as_numpy(a)[rows] for name, a in sol.data.items()} for rows in (left, left + 1))
    f0, f1 = sol.derivative(grid[left], y0), sol.derivative(grid[left + 1], y1)
    h = grid[left + 1] - grid[left]
    x = (times - grid[left]) / h
    weights = ((1 + 2 * x) * (1 - x) ** 2, h * x * (1 - x) ** 2, x**2 * (3 - 2 * x), h * x**2 * (x - 1))
    values = {}
    for name, slope in f0.items():
        if name not in y0:
            continue
        parts = (y0[name], as_numpy(slope), y1[name], as_numpy(f1[name]))
        values[name] = sum(
            (w.reshape(-1, *[1] * (p.ndim - 1)) * p for w, p in zip(weights, parts, strict=True)),
            start=np.zeros_like(y0[name]),
        )
    return values


class LocalCubic:
    """Cubic polynomials through the four records around each time: of fourth order where the records are smooth."""

    def __init__(self, t: np.ndarray, data: dict[str, np.ndarray]) -> None:
        self.t, self.data = np.asarray(t, dtype=float), data

    def __call__(self, t: Any) -> dict[str, Any]:
        times = np.atleast_1d(np.asarray(t, dtype=float))
        n = min(4, len(self.t))
        first = np.clip(np.searchsorted(self.t, times, side="right") - 1 - (n - 1) // 2, 0, len(self.t) - n)
        rows = first[:, None] + np.arange(n)
        nodes = self.t[rows]
        weights = np.ones((len(times), n))
        for i in range(n):
            for k in range(n):
                if k != i:
                    weights[:, i] *= (times - nodes[:, k]) / (nodes[:, i] - nodes[:, k])
        found = {}
        for name, values in self.data.items():
            shaped = weights.reshape(*weights.shape, *(1,) * (values.ndim - 1))
            total = (shaped * values[rows]).sum(axis=1)
            found[name] = total[0] if np.ndim(t) == 0 else total
        return found
