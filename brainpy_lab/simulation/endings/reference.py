"""The solution that a fixed-step run should have followed, by SciPy: whether it goes on where the run did not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from brainpy_lab.simulation.endings.cause import Standing
from brainpy_lab.simulation.endings.ending import LARGEST
from brainpy_lab.symbolic.numeric import numeric

_MOST_STEPS = 4000  # a second, about
_RTOL, _ATOL = 1e-6, 1e-9  # the time of a singularity to about six digits, as messages show it


def reference(start: Standing, until: float, *, without_noise: bool = False) -> Standing | None:
    """Where the solution from ``start`` ends before the time ``until``; None where it goes on, or cannot be had.

    Plain equations only: no delays, no noise (``without_noise`` leaves it out), no events, no inputs that move, no
    elements that mix.
    """
    problem = start.problem
    system = problem.system
    if problem.mixes or problem.drives or system.is_delayed or system.is_fractional or system.events:
        return None
    if system.is_random and not without_noise:
        return None
    from scipy.integrate import RK45

    names, equations = system.state_names, numeric(system)
    parameters = {p: start.known[p] for p in system.parameter_names}
    y0 = np.array([float(start.known[s]) for s in names])

    def slopes(t: float, y: np.ndarray) -> np.ndarray:
        return np.asarray(equations.rhs(y, parameters, t), dtype=float)

    with np.errstate(all="ignore"):
        if not np.isfinite(slopes(start.time, y0)).all():
            return start
        solver = RK45(slopes, start.time, y0, until, rtol=_RTOL, atol=_ATOL)
        for _ in range(_MOST_STEPS):
            solver.step()
            if solver.status == "finished":
                return None
            if solver.status == "failed" or np.abs(solver.y).max() > LARGEST:
                return replace(start, values=dict(zip(names, solver.y, strict=True)), time=float(solver.t))
    return None
