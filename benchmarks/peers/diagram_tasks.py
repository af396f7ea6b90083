"""Equations, ranges and steps of the diagrams that peers compute, in functions of any array library."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Task:
    """Drift(xp, u, I), the range of I, where states are looked for, longest steps, and a current with a large cycle.

    ``second`` gives the second of two states at rest, from the first, where a peer wants that from its user.
    """

    drift: Callable[[Any, Any, Any], list[Any]]
    range: tuple[float, float]
    box: tuple[tuple[float, float], ...]
    longest: float
    longest_of_cycles: float
    cycle_at: float
    second: Callable[[Any, Any], Any] | None = None


def fitzhugh_nagumo(xp: Any, u: Any, i: Any) -> list[Any]:
    """V and w."""
    return [u[0] - u[0] * u[0] * u[0] / 3 - u[1] + i, (u[0] + 0.7 - 0.8 * u[1]) / 12.5]


def hodgkin_huxley(xp: Any, u: Any, i: Any) -> list[Any]:
    """V, m, h and n."""
    v, m, h, n = u[0], u[1], u[2], u[3]
    am, bm = 0.1 * (v + 40) / (1 - xp.exp(-(v + 40) / 10)), 4 * xp.exp(-(v + 65) / 18)
    ah, bh = 0.07 * xp.exp(-(v + 65) / 20), 1 / (1 + xp.exp(-(v + 35) / 10))
    an, bn = 0.01 * (v + 55) / (1 - xp.exp(-(v + 55) / 10)), 0.125 * xp.exp(-(v + 65) / 80)
    current = i - 120 * m * m * m * h * (v - 50) - 36 * n * n * n * n * (v + 77) - 0.3 * (v + 54.387)
    return [current, am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n]


def morris_lecar(xp: Any, u: Any, i: Any) -> list[Any]:
    """V and w."""
    v, w = u[0], u[1]
    m, rest = (1 + xp.tanh((v + 1.2) / 18)) / 2, (1 + xp.tanh((v - 2) / 30)) / 2
    current = i - 4.4 * m * (v - 120) - 8 * w * (v + 84) - 2 * (v + 60)
    return [current / 20, 0.04 * (rest - w) * xp.cosh((v - 2) / 60)]


TASKS = {
    "fitzhugh_nagumo": Task(
        fitzhugh_nagumo, (0.0, 2.0), ((-3.0, 3.0), (-3.0, 3.0)), 0.05, 0.5, 1.0,
        second=lambda xp, v: (v + 0.7) / 0.8,
    ),
    "hodgkin_huxley": Task(
        hodgkin_huxley, (0.0, 200.0), ((-100.0, 60.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)), 2.0, 5.0, 50.0,
    ),
    "morris_lecar": Task(
        morris_lecar, (0.0, 300.0), ((-100.0, 100.0), (0.0, 1.0)), 2.0, 5.0, 150.0,
        second=lambda xp, v: (1 + xp.tanh((v - 2) / 30)) / 2,
    ),
}  # fmt: skip


def settled_cycle(task: Task, start: list[float]) -> tuple[np.ndarray, np.ndarray, float]:
    """One period of the stable cycle at ``cycle_at``, for peers that ask their user for one: times, states, period."""
    from scipy.integrate import solve_ivp

    def drift(t: float, u: np.ndarray) -> list[float]:
        return task.drift(np, u, task.cycle_at)

    end = solve_ivp(drift, (0.0, 1000.0), start, method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
    run = solve_ivp(drift, (0.0, 300.0), end, method="LSODA", rtol=1e-10, atol=1e-12, max_step=0.05)
    above = run.y[0] > (run.y[0].max() + run.y[0].min()) / 2
    first, second = np.flatnonzero(~above[:-1] & above[1:])[:2]
    times = run.t[first : second + 1] - run.t[first]
    return times, run.y[:, first : second + 1].T, float(times[-1])
