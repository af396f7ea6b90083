"""Models with known solutions, made once: each driver compiles each step once."""

from functools import cache

import pytest

import brainpy_lab as bp

_TEXTS = {
    # solution: x = exp(sin(t)), y = 1/(1 + exp(-t)) + t**2; nonlinear in both, t-dependent, coupled through x*y
    "Known": """
x_true = exp(sin(t))
y_true = 1/(1 + exp(-t)) + t**2
dx/dt = x*cos(t) + 0.3*(y - y_true)*x
dy/dt = (y - t**2)*(1 - y + t**2) + 2*t + 0.2*(x**2 - x_true**2)
x(0) = 1
y(0) = 0.5
""",
    "LIF": """
tau = 10; I = 20; V_th = 15; V_reset = 0; t_ref = 2
dV/dt = (I - V)/tau
when V >= V_th:
    V = V_reset
    hold(V, t_ref)
""",
    "Turn": "dx/dt = y\ndy/dt = -x\ny(0) = 1",
    "Circle": """
c = 0.5
dx/dt = y
dy/dt = -x
y(0) = 1
when x > c as up:
    n += 1
when x < c as down:
    n += 1
n(0) = 0
""",
}


@cache
def _model(name):
    return bp.model(_TEXTS[name].strip(), name=name)


@pytest.fixture(scope="session")
def known():
    """A model of this folder by name."""
    return _model


@pytest.fixture(params=list(bp.drivers.registry()))
def driver(request):
    """Every driver that can be used here."""
    reason = bp.drivers.registry()[request.param].available()
    if reason is not None:
        pytest.skip(reason)
    return request.param
