"""Derivatives at the points where a careless form of them is 0/0."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import fixed_points
from brainpy_lab.symbolic import numeric

HILL = "dx/dt = k*x**n/(1 + x**n) - x\nn = 2\nk = 2.5"


@pytest.mark.parametrize(("n", "slope"), [(2.0, -1.0), (2.5, -1.0), (1.0, 1.5), (4.0, -1.0)])
def test_a_hill_function_has_a_slope_at_zero(n, slope):
    form = numeric(bp.model(HILL).system)
    assert form.jacobian([0.0], {"n": n, "k": 2.5})[0, 0] == slope


@pytest.mark.parametrize("x", [0.3, 1.7])
def test_powers_elsewhere(x):
    form = numeric(bp.model("dx/dt = x**n + 2**x + a**x + x**3 - x**(-n)\nn = 1.5\na = 0.7").system)
    exact = 1.5 * x**0.5 + 2**x * np.log(2) + 0.7**x * np.log(0.7) + 3 * x**2 + 1.5 * x**-2.5
    assert form.jacobian([x], {"n": 1.5, "a": 0.7})[0, 0] == pytest.approx(exact, rel=1e-14)


def test_the_fixed_points_of_a_switch():
    kinds = {round(p.values["x"], 12): p.kind for p in fixed_points(bp.model(HILL), x=(-0.5, 3))}
    assert kinds == {0.0: "stable node", 0.5: "unstable node", 2.0: "stable node"}


@pytest.mark.parametrize("method", ["exponential_euler", "backward_euler", "rodas4"])
def test_methods_with_jacobians_start_from_zero(method):
    assert bp.model(HILL, backend="numpy").run(1.0, method=method, dt=0.1).x[-1] == 0.0
