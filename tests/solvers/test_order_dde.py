"""Methods that follow delays: measured orders, also where delays vanish, vary or fall within a step."""

import pytest

import brainpy_lab as bp

from .orders import dde

DRIVERS = [d.name for d in bp.drivers.registry().values() if d.available() is None]
ON_ALL = ("euler", "heun2", "rk4", "rkdp")  # the others share every line with these but their tableaus
#: Slow to compile, or to run, for each method anew.
FEW = ("numba", "jax", "torch")

#: All solved by sin(t); delays shorter than any step, vanishing at the start, moving in time, dependent on the state.
SHORT = "tau = 0.013\ndx/dt = cos(t) + 0.7*(x(t - tau) - sin(t - tau))\nx(t <= 0) = sin(t)"
VANISHING = "dx/dt = cos(t) + 0.7*(x(t/2) - sin(t/2))"
MOVING = "dx/dt = cos(t) + 0.7*(x(t - 1 - 0.5*sin(3*t)) - sin(t - 1 - 0.5*sin(3*t)))\nx(t <= 0) = sin(t)"
VARIANTS = {"vanishing": VANISHING, "moving": MOVING, "within": dde.READ_WITHIN}


def _cases():
    cases = []
    for driver in DRIVERS:
        for method in dde.methods():
            slow_here = driver == "jax" and bp.solvers.get(method).is_adaptive
            wide = driver in FEW and (method not in ON_ALL or slow_here)
            cases.append(pytest.param(driver, method, marks=pytest.mark.slow if wide else ()))
    return cases


@pytest.mark.parametrize(("driver", "method"), _cases())
def test_measured_order(driver, method):
    order = dde.measure(method, driver)
    assert order.holds, order


@pytest.mark.parametrize("method", ["euler", "heun2", "rk4"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_order_with_delays_that_move(method, variant):
    order = dde.measure(method, "numpy", VARIANTS[variant])
    assert order.holds, order


@pytest.mark.parametrize(("method", "error"), [("euler", 4.2e-2), ("heun2", 2.1e-5), ("rk4", 1.6e-9)])
def test_delays_within_a_step_lose_no_order(method, error):
    order = dde.measure(method, "numba", SHORT)
    assert order.measured > bp.solvers.get(method).order - 0.15
    assert order.errors[-1] < error
