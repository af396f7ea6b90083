"""Exponential Euler: exact where the equations are linear, with the exact limit at zero rate."""

import numpy as np
import pytest

import brainpy_lab as bp

LINEAR = """
k = 0.7
b = 1.5
dx/dt = b - k*x
x(0) = 3
"""


@pytest.fixture(scope="module")
def linear():
    return bp.model(LINEAR.strip(), name="Linear")


def test_linear_variables_are_exact(linear, driver):
    rates = np.array([0.7, -0.4, 30.0])
    sol = linear.run(2.0, dt=0.5, method="exponential_euler", backend=driver, k=rates)
    t = np.asarray(sol.t)[:, None]
    np.testing.assert_allclose(sol.x, 1.5 / rates + (3 - 1.5 / rates) * np.exp(-rates * t), rtol=1e-13)


@pytest.mark.parametrize("rate", [0.0, 1e-300, 1e-17, 1e-9])
def test_small_rates_have_their_limit(linear, driver, rate):
    sol = linear.run(2.0, dt=0.5, method="exponential_euler", backend=driver, k=rate)
    t = np.asarray(sol.t)
    exact = 3 + (1.5 - 3 * rate) * t - (1.5 - 3 * rate) * rate * t**2 / 2
    np.testing.assert_allclose(sol.x, exact, rtol=1e-13)


def test_a_variable_without_rate_takes_an_euler_step():
    model = bp.model("dx/dt = y\ndy/dt = -y\ny(0) = 2", name="Ramp")
    assert "x_new = x + dt * dx" in model.code("numpy", "exponential_euler").text
    sol = model.run(0.5, dt=0.5, method="exponential_euler", backend="numpy")
    assert (sol.x[-1], sol.y[-1]) == (1.0, pytest.approx(2 * np.exp(-0.5), rel=1e-15))


def test_stays_bounded_where_euler_does_not():
    stiff = bp.model("dV/dt = -100*(V - cos(t))\nV(0) = 2", name="Stiff")
    stable = stiff.run(2.0, dt=0.05, method="exponential_euler", backend="numpy")
    np.testing.assert_allclose(stable.V[5:], np.cos(stable.t[5:]), atol=0.06)
    assert np.abs(stiff.run(2.0, dt=0.05, method="euler", backend="numpy").V).max() > 1e10
