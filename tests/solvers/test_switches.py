"""Conditions in t under methods of fixed steps: each step sees the average over it."""

import numpy as np
import pytest

import brainpy_lab as bp

LEAK = "dV/dt = (-V + I)/10\nV(0) = 0.5"
DRIVERS = ["numpy", "numba", "jax", "torch"]


def after_onset(on, height=1.0, end=10.0):
    """V at the end, with the input ``height`` from ``on``."""
    return 0.5 * np.exp(-end / 10) + height * (1 - np.exp(-(end - np.asarray(on)) / 10))


def final(text: str, method: str = "rk4", backend: str = "numpy", **options):
    options = {"dt": 0.1, **options}
    return bp.model(text, name="Switched").run(10.0, method=method, backend=backend, record=[], **options).final["V"]


STEPS_AT_5_03 = [
    "I = 1 if t >= 5.03 else 0",
    "I = heaviside(t - 5.03, 1)",
    "I = 0.5 + 0.5*sign(t - 5.03)",
    "I = where(not (t < 5.03), 1, 0)",
    "on = 5.03\nlate = t > on\nI = 1.0*late",
    "I = 1 if t > 5.03 and V < 2 else 0",
    "I = 0 if t < 5.03 or V > 2 else 1",
    "def f(x):\n    if x > 5.03:\n        return 1.0\n    return 0.0\nI = f(t)",
    "I = (1 if V < 2 else 0) if t > 5.03 else 0",
]


@pytest.mark.parametrize("text", STEPS_AT_5_03)
def test_switch_within_a_step(text):
    assert abs(final(f"{text}\n{LEAK}") - after_onset(5.03)) < 1e-5  # 3e-3*exp(-1/2) where it is met at a stage


@pytest.mark.parametrize("backend", DRIVERS)
def test_drivers_and_ensembles(backend):
    found = final(f"on = 5\nI = 1 if t >= on else 0\n{LEAK}", backend=backend, on=np.array([5.07, 5.0, 3.33, 42.0]))
    np.testing.assert_allclose(found, [*after_onset([5.07, 5.0, 3.33]), 0.5 / np.e], atol=1e-5)


@pytest.mark.parametrize("method", ["heun2", "exponential_euler", "rk4"])
def test_second_order_off_the_grid_and_full_order_on_it(method):
    off = [abs(final(f"I = 1 if t > 5.03 else 0\n{LEAK}", method, dt=dt) - after_onset(5.03)) for dt in (0.1, 0.025)]
    assert off[0] < 1e-5
    assert off[1] < off[0] / 8
    on_grid = abs(final(f"I = 1 if t >= 5 else 0\n{LEAK}", method) - after_onset(5.0))
    assert on_grid < (3e-6 if method == "heun2" else 1e-9)


def test_euler_errs_no_more_than_without_a_switch():
    assert abs(final(f"I = 1 if t > 5.03 else 0\n{LEAK}", "euler") - after_onset(5.03)) < 7e-4


def test_pulses_shorter_than_a_step():
    found = final(f"I = 10 if 5.01 < t < 5.02 else 0\n{LEAK}")
    assert abs(found - after_onset(5.01, 10) + after_onset(5.02, 10) - 0.5 / np.e) < 3e-5


def test_periods_that_differ_by_cell():
    period = np.array([2.1, 3.3])
    found = final(f"T = 1\nI = 1 if t % T < 0.55 else 0\n{LEAK}", T=period)
    for value, length in zip(found, period, strict=True):
        onsets = np.arange(0.0, 10.0, length)
        offs = np.minimum(onsets + 0.55, 10.0)
        exact = 0.5 / np.e + np.sum(np.exp(-(10 - offs) / 10) - np.exp(-(10 - onsets) / 10))
        assert abs(value - exact) < 6e-5


def test_a_branch_is_computed_where_it_applies_alone():
    """The root of a negative number is none: the branch sees times after the onset."""
    found = final("dV/dt = where(t > 5.03, sqrt(t - 5.03), 2)\nV(0) = 0.5")
    assert abs(found - (0.5 + 2 * 5.03 + 2 / 3 * 4.97**1.5)) < 1e-2


def test_functions_given_for_parameters_and_records():
    model = bp.model(f"I = 0\nJ = 2*I\n{LEAK}", name="Given")
    sol = model.run(10.0, method="rk4", backend="numpy", dt=0.1, I=lambda t: 1.0 if t >= 5.03 else 0.0)
    assert abs(sol.V[-1] - after_onset(5.03)) < 1e-5
    late = bp.model(f"I = 1 if t >= 5.03 else 0\n{LEAK}", name="Late")
    records = late.run(10.0, method="rk4", backend="numpy", dt=0.1, record=["V", "I"])
    np.testing.assert_array_equal(records.I, records.t >= 5.03)  # values at their times, no averages


def test_runs_that_are_repeated_and_continued():
    model = bp.model(f"on = 5\nI = 1 if t >= on else 0\n{LEAK}", name="Again")
    options = {"method": "rk4", "backend": "numpy", "dt": 0.1}
    for on in (5.03, 2.22, 5.03):
        assert abs(model.run(10.0, on=on, **options).final["V"] - after_onset(on)) < 1e-5
    half = model.run(5.0, on=5.03, **options)
    assert abs(model.run(5.0, on=5.03, start=half, **options).final["V"] - after_onset(5.03)) < 1e-5


def test_delays_and_noise():
    delayed = "I = 1 if t > 5.03 else 0\ndV/dt = (-V + I)/10 + 0*V(t - 1)\nV(t <= 0) = 0.5"
    assert abs(final(delayed) - after_onset(5.03)) < 1e-5
    noisy = "I = 1 if t > 5.03 else 0\ndV/dt = (-V + I)/10 + 0*xi\nV(0) = 0.5"
    assert abs(final(noisy, "heun") - after_onset(5.03)) < 1e-4


MOVING = {
    "saw-tooth": "t % 0.73",
    "function of one": "exp(-(t % 0.73)/0.2)",
    "power": "(1 + t % 0.73)**2",
    "floor": "sin(t + floor(t/0.73))",
    "under a root": "sqrt(1 + (3 if t > 0.73 else 0)*t)",
    "quotient": "1/(1 + t % 0.73)",
    "loop": "f(t)",
}


@pytest.mark.parametrize("form", MOVING)
def test_what_moves_between_jumps_costs_a_square_of_dt_at_each(form):
    helper = """
def f(t):
    s = 0.0
    for i in range(4):
        if t > i*0.73:
            s = s + exp(-(t - i*0.73))
    return s
"""
    model = bp.model(f"dx/dt = {MOVING[form]} - x{helper if form == 'loop' else ''}\nx(0) = 1", name="Moving")
    backend = "numba" if form == "loop" else "numpy"
    exact = model.run(2.0, method="rkdp", rtol=1e-10, atol=1e-12, backend=backend, max_step=0.01).final["x"]
    errors = [abs(model.run(2.0, method="rk4", dt=dt, backend=backend).final["x"] - exact) for dt in (0.1, 0.025)]
    assert errors[0] < 2e-3
    assert errors[1] < 1.2e-4


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_jumps_at_the_ends_of_steps_cost_nothing(backend):
    model = bp.model("dx/dt = t % 0.5 - x*(1 + exp(-(t % 0.5)/0.2))\nx(0) = 1", name="Moving")
    exact = model.run(2.0, method="dop853", rtol=1e-11, atol=1e-12, backend="numpy", max_step=0.01).final["x"]
    found = float(model.run(2.0, method="rk4", dt=0.05, backend=backend).final["x"])
    assert found == pytest.approx(exact, abs=2e-7)


def test_what_does_not_jump_keeps_its_order():
    model = bp.model("dx/dt = sin(2*pi*(t % 0.73)/0.73) - x\nx(0) = 1", name="Moving")
    exact = model.run(2.0, method="dop853", rtol=1e-11, atol=1e-12, backend="numpy", max_step=0.01).final["x"]
    assert model.run(2.0, method="rk4", dt=0.025, backend="numpy").final["x"] == pytest.approx(exact, abs=1e-7)
