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


GATE = """
k = 2
V = 3
a = exp(V)
b = exp(V/2)/5
dm/dt = k*(a*(1 - m) - b*m)
m(0) = 0.9
"""


def test_gates_are_exact_whatever_their_rates_are(driver):
    model = bp.model(GATE.strip(), name="Gate")
    assert "m_inf + (m - m_inf) * exp(-dt * k * m_rate)" in model.code("numpy", "exponential_euler").text
    V, k = np.array([-3000.0, -40.0, 0.0, 3.0, 3.0, 3.0]), np.array([2.0, 2.0, 2.0, 2.0, 0.0, -0.1])
    sol = model.run(1.0, dt=0.25, method="exponential_euler", backend=driver, V=V, k=k)
    a, b, t = np.exp(V), np.exp(V / 2) / 5, np.asarray(sol.t)[:, None]
    goal = np.where(a + b > 0, a / np.where(a + b > 0, a + b, 1), 0.9)  # both rates are 0 at V = -3000
    np.testing.assert_allclose(sol.m, goal + (0.9 - goal) * np.exp(-k * (a + b) * t), rtol=1e-13)


def test_a_gate_that_an_event_holds_or_noise_moves_keeps_the_general_step():
    held = GATE.strip() + "\ndx/dt = 1\nwhen x >= 0.5:\n    hold(m, 0.25)\n"
    model = bp.model(held, name="Held")
    assert "expm1" in model.code("numpy", "exponential_euler").text
    m = model.run(1.0, dt=0.25, method="exponential_euler", backend="numpy").m
    assert m[2] == m[3] != m[4]
    noisy = bp.model(GATE.strip().replace("- b*m)", "- b*m) + 0.1*xi"), name="Noisy")
    assert "m_spread" in noisy.code("numpy", "exponential_euler").text


PROPORTIONAL = """
tau = 5; k = 0.3
r = -1/tau
dx/dt = r*x
dy/dt = k*y*x
dz/dt = 0*x
x(0) = 2; y(0) = 3; z(0) = 4
"""


def test_what_is_proportional_to_itself_decays_by_one_factor(driver):
    model = bp.model(PROPORTIONAL.strip(), name="Decay")
    text = model.code(driver, "exponential_euler").text
    assert "x_new = x * exp(x_rate * dt)" in text and "y_new = y * exp(y_rate * dt)" in text
    assert "dx = " not in text and "dy = " not in text
    tau = np.array([5.0, 0.01, 1e9])
    sol = model.run(1.0, dt=0.5, method="exponential_euler", backend=driver, tau=tau)
    np.testing.assert_allclose(sol.x, 2 * np.exp(-np.asarray(sol.t)[:, None] / tau), rtol=1e-14)
    np.testing.assert_allclose(sol.y[1], 3 * np.exp(0.3 * 2 * 0.5), rtol=1e-14)
    assert (np.asarray(sol.z) == 4).all()


@pytest.mark.parametrize("change", [" + 0.1*xi", " + 1e-3", "*x", "\nwhen t >= 1:\n    hold(x, 1)"])
def test_noise_inputs_and_holds_keep_the_general_step(change):
    model = bp.model(f"tau = 5\ndx/dt = -x/tau{change}\nx(0) = 2", name="General")
    text = model.code("numpy", "exponential_euler").text
    assert "x * exp(" not in text and ("expm1" in text or "x_spread" in text)
