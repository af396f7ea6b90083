"""Orders of the methods for fractional differential equations, from a nonlinear problem with a smooth solution."""

from __future__ import annotations

from functools import cache

from scipy.special import gamma

import brainpy_lab as bp

from . import Order, measured_order

#: x = 1 + t**4, whose derivative of order a is c t**(4 - a) with c = 24/Gamma(5 - a).
SMOOTH = """
a = 0.5
c = 1
x_true = 1 + t**4
order(x) = a
dx/dt = c*t**(4 - a) + 0.5*(x_true**2 - x**2)
x(0) = 1
"""
END = 1.0
EXACT = 2.0
#: Fractional order with which the table is made.
ORDER = 0.6


def methods() -> list[str]:
    """Names of the registry's methods of this family."""
    return [name for name, method in bp.solvers.registry().items() if method.family == "fde"]


@cache
def _model() -> bp.Model:
    return bp.model(SMOOTH.strip(), name="SmoothFractional")


def measure(method: str, backend: str, order: float = ORDER, counts: tuple[int, ...] = (40, 80, 160)) -> Order:
    """The order of convergence that ``method`` shows on ``backend`` for a state of fractional order ``order``."""
    nominal = bp.solvers.get(method).nominal_order(order)
    return measured_order(nominal, [END / n for n in counts], lambda dt: _error(method, backend, dt, order))


def _error(method: str, backend: str, dt: float, order: float) -> float:
    given = {"a": order, "c": 24 / gamma(5 - order)}
    return abs(float(_model().run(END, dt=dt, method=method, backend=backend, record=[], **given).final["x"]) - EXACT)
