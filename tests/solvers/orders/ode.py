"""Orders of the methods for ordinary differential equations, from problems with closed solutions."""

from __future__ import annotations

from functools import cache

import numpy as np

import brainpy_lab as bp
from brainpy_lab.errors import MethodError

from . import Order, measured_order

#: Nonlinear in both states, dependent on t, coupled: x = exp(sin(t)), y = 1/(1 + exp(-t)) + t**2.
KNOWN = """
x_true = exp(sin(t))
y_true = 1/(1 + exp(-t)) + t**2
dx/dt = x*cos(t) + 0.3*(y - y_true)*x
dy/dt = (y - t**2)*(1 - y + t**2) + 2*t + 0.2*(x**2 - x_true**2)
x(0) = 1
y(0) = 0.5
"""
END = 2.0
EXACT = np.array([np.exp(np.sin(END)), 1 / (1 + np.exp(-END)) + END**2])

#: Linear, for methods that solve nothing else, driven by what changes in time: x = exp(sin(t)), y = 1/(1 + exp(-t)).
DRIVEN = """
x_true = exp(sin(t))
y_true = 1/(1 + exp(-t))
dx/dt = -x + 0.5*y + x_true*(cos(t) + 1) - 0.5*y_true
dy/dt = -0.7*y - 0.4*x + y_true*(1 - y_true) + 0.7*y_true + 0.4*x_true
x(0) = 1
y(0) = 0.5
"""
DRIVEN_EXACT = np.array([np.exp(np.sin(END)), 1 / (1 + np.exp(-END))])

#: The circle: on nonlinear problems the leading error of good pairs is so small that rounding comes before the limit.
TURN = "dx/dt = y\ndy/dt = -x\ny(0) = 1"
TURN_END = 4.0
#: Largest step of three, each half of the one before, by the order of an adaptive method.
_FIRST_STEP = {2: 0.05, 3: 0.1, 4: 0.2, 5: 0.2, 8: 1.0}


def methods() -> list[str]:
    """Names of the registry's methods of this family."""
    return [name for name, method in bp.solvers.registry().items() if method.family == "ode"]


@cache
def _model(text: str) -> bp.Model:
    return bp.model(text.strip(), name={KNOWN: "Known", DRIVEN: "Driven", TURN: "Turn"}[text])


def _solves_nonlinear(method: str) -> bool:
    try:
        bp.solvers.get(method).check(_model(KNOWN).system)
    except MethodError:
        return False
    return True


def measure(method: str, backend: str) -> Order:
    """The order that ``method`` shows on ``backend``.

    With tolerances out of the way max_step is the step of an adaptive method: the order of the solution that is carried
    on shows.
    """
    chosen = bp.solvers.get(method)
    if chosen.is_adaptive:
        h = _FIRST_STEP[int(chosen.order)]
        return measured_order(chosen.order, [h, h / 2, h / 4], lambda step: _adaptive_error(method, backend, step))
    counts = [40, 80, 160] if chosen.order < 4 else [20, 40, 80]
    return measured_order(chosen.order, [END / n for n in counts], lambda step: _fixed_error(method, backend, step))


def _fixed_error(method: str, backend: str, dt: float) -> float:
    text, exact = (KNOWN, EXACT) if _solves_nonlinear(method) else (DRIVEN, DRIVEN_EXACT)
    final = _model(text).run(END, dt=dt, method=method, backend=backend, record=[]).final
    return float(np.abs(np.array([final["x"], final["y"]], dtype=float) - exact).max())


def _adaptive_error(method: str, backend: str, step: float) -> float:
    run = {"method": method, "backend": backend, "rtol": 1e3, "atol": 1e3, "record_every": TURN_END}
    final = _model(TURN).run(TURN_END, max_step=step, **run).final
    return float(np.hypot(final["x"] - np.sin(TURN_END), final["y"] - np.cos(TURN_END)))
