"""Orders of the methods that follow delays, from a delay equation with a closed solution."""

from __future__ import annotations

from functools import cache

import numpy as np

import brainpy_lab as bp

from . import Order, measured_order

#: x = sin(t): its quarter period earlier it is -cos(t).
CIRCLE = "tau = pi/2\ndx/dt = -x(t - tau) * (x**2 + x(t - tau)**2)\nx(t <= 0) = sin(t)"
DELAY = np.pi / 2
END = 3 * DELAY
#: Steps of the coarsest of three runs. Each takes four times as many as the one before, so that a delay always is some
#: whole number of steps and a third: the errors of interpolation shrink as smoothly as those of the method.
_FEWEST = {1: 64, 2: 64, 3: 64, 4: 16}
#: The same solution, read at times that depend on it: adaptive steps fall where they will.
READ_WITHIN = "dx/dt = cos(t) + 0.5*x(t - 1 - 0.5*x) - 0.5*sin(t - 1 - 0.5*sin(t))\nx(t <= 0) = sin(t)"
#: Steps in the unit of DELAY of the coarser and the finer run with an adaptive method. They lie far apart, since errors
#: depend on where the steps happen to fall.
_ADAPTIVE = {2: (16, 128), 3: (8, 64), 4: (4, 64), 5: (4, 64), 8: (2, 8)}


def methods() -> list[str]:
    """Names of the registry's methods that follow delays; those for noise have orders of their own."""
    return [name for name, m in bp.solvers.registry().items() if m.handles_delays and not m.handles_noise]


@cache
def _model(text: str) -> bp.Model:
    return bp.model(text, name="Circle")


def measure(method: str, backend: str, text: str | None = None) -> Order:
    """The order that ``method`` shows on ``backend``; with tolerances out of the way max_step is an adaptive step."""
    chosen = bp.solvers.get(method)
    model = _model(text or (READ_WITHIN if chosen.is_adaptive else CIRCLE))
    if chosen.is_adaptive:
        run = {"rtol": 1e3, "atol": 1e3, "record_every": END / 300}
        steps = [DELAY / n for n in _ADAPTIVE[int(chosen.order)]]

        def error(step: float) -> float:
            sol = model.run(END, method=method, backend=backend, max_step=step, **run)
            return float(np.abs(sol.x - np.sin(sol.t)).max())
    else:
        fewest = _FEWEST[int(chosen.order)]
        steps = [END / n for n in (fewest, 4 * fewest, 16 * fewest)]

        def error(step: float) -> float:
            sol = model.run(END, dt=step, method=method, backend=backend, record=[])
            return float(abs(sol.final["x"] - np.sin(END)))

    return measured_order(chosen.order, steps, error)
