"""A run ends at the time that was asked for: short runs, coarse steps, steps that do not divide the duration."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab import drivers
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.clock import count_of, steps_of

DRIVERS = pytest.mark.parametrize("driver", ["numpy", "numba", "jax", "torch"])


def decay(driver="numpy"):
    return bp.model("a = 1\ndx/dt = -a*x\nx(0) = 1\nwhen x < 0.8 as low: x = 1", name="Decay", backend=driver)


@pytest.mark.parametrize(
    ("duration", "dt", "whole", "rest"),
    [(1.0, 0.1, 10, 0), (0.3, 0.1, 3, 0), (1e7, 0.1, 10**8, 0), (0.25, 0.1, 2, 0.05), (1e-13, 0.01, 0, 1e-13),
     (1.0, 1e10, 0, 1.0), (100.0, 0.01, 10_000, 0)],
)  # fmt: skip
def test_steps_of_a_run(duration, dt, whole, rest):
    assert steps_of(duration, dt) == (whole, pytest.approx(rest, rel=1e-12))
    assert count_of(duration, dt) == whole + (rest > 0)


@pytest.mark.parametrize("method", ["euler", "rk4", "exponential_euler", "backward_euler", "rkdp", "rodas4"])
@pytest.mark.parametrize(("duration", "dt"), [(1e-13, 0.01), (1e-9, 0.01), (0.1, 1e10), (0.205, 0.01), (0.015, 0.01)])
def test_the_end_is_the_end_that_was_asked_for(method, duration, dt):
    sol = decay().run(duration, dt=dt, method=method)
    assert sol.t[-1] == sol.checkpoint.time == duration
    assert sol.x[-1] == sol.final["x"]
    assert sol.final["x"] == pytest.approx(np.exp(-duration), abs=6e-3)
    if duration < 1e-8:
        assert 1 - float(sol.final["x"]) == pytest.approx(duration, rel=1e-2)


@DRIVERS
def test_the_last_step_is_shorter(driver):
    """Records, events and final values on every driver, for one cell and an ensemble; nothing is compiled for it."""
    model = decay(driver)
    model.run(0.3, dt=0.1, method="rk4")
    compilations = drivers.get(driver).compilations
    sol = model.run(0.25, dt=0.1, method="rk4")
    assert drivers.get(driver).compilations == compilations
    np.testing.assert_allclose(sol.t, [0, 0.1, 0.2, 0.25], atol=1e-15)
    np.testing.assert_allclose(sol.x[:3], np.exp(-sol.t[:3]), atol=1e-6)
    np.testing.assert_array_equal(sol.events["low"].t, [0.25])
    assert float(sol.x[-1]) == float(sol.final["x"]) == 1.0
    assert (sol.stats["steps"], sol.stats["dt"]) == (3, 0.1)
    many = model.run(0.25, dt=0.1, method="rk4", a=np.array([0.5, 1.0]))
    np.testing.assert_allclose(many.final["x"], [np.exp(-0.125), 1.0], atol=1e-6)
    np.testing.assert_array_equal(many.events["low"].index, [1])


def test_records_at_intervals_leave_out_an_end_between_them():
    model = bp.model("dx/dt = 1\nx(0) = 0", name="Ramp", backend="numpy")
    sol = model.run(0.55, dt=0.1, record_every=0.2)
    np.testing.assert_allclose(sol.t, [0, 0.2, 0.4])
    assert sol.checkpoint.time == 0.55
    assert sol.final["x"] == pytest.approx(0.55)
    np.testing.assert_array_equal(model.run(0.55, dt=0.1, record=[]).t, [0, 0.55])
    np.testing.assert_array_equal(model.run(0.05, dt=0.1, record_every=0.2).t, [0])


def test_a_run_goes_on_from_a_short_step():
    model = bp.model("dx/dt = 1 + t\nx(0) = 0", name="Ramp", backend="numpy")
    first = model.run(0.25, dt=0.1, method="rk4")
    second = model.run(0.25, dt=0.1, method="rk4", start=first)
    assert second.t[0] == 0.25
    assert second.t[-1] == 0.5
    assert second.final["x"] == pytest.approx(0.625)


def test_inputs_reach_the_short_step():
    model = bp.model("I = 0\ndx/dt = I\nx(0) = 0", name="Integral", backend="numpy")
    assert model.run(0.25, dt=0.1, method="rk4", I=lambda t: t).final["x"] == pytest.approx(0.03125)
    steps = bp.inputs.Input([0.0, 0.0, 1.0], dt=0.1)
    assert model.run(0.25, dt=0.1, method="rk4", I=steps).final["x"] == pytest.approx(0.05)


@DRIVERS
def test_noise_in_the_short_step(driver):
    """The same path on all drivers, the variance that the length asks for, and other numbers after it."""
    model = bp.model("dx/dt = xi\nx(0) = 0", name="Wiener", backend=driver)
    options = {"dt": 0.1, "method": "euler_maruyama", "seed": 3}
    sol = model.run(0.225, **options, initial={"x": np.zeros(4000)})
    whole = model.run(0.3, **options, initial={"x": np.zeros(4000)})
    assert sol.checkpoint.numbers["draws"] == 3
    np.testing.assert_allclose(sol.x[:3], whole.x[:3], atol=1e-12)
    np.testing.assert_allclose((sol.x[3] - sol.x[2]) / 0.5, whole.x[3] - whole.x[2], atol=1e-9)


def test_a_path_reaches_the_end():
    model = bp.model("dx/dt = xi\nx(0) = 0", name="Wiener", backend="numpy")
    path = bp.BrownianPath(0.01, seed=1)
    options = {"method": "euler_maruyama", "noise": path}
    coarse, fine = model.run(0.25, dt=0.1, **options), model.run(0.25, dt=0.01, **options)
    assert float(coarse.final["x"]) == pytest.approx(float(fine.final["x"]), abs=1e-12)
    with pytest.raises(ArgumentError, match=r"last step of the run \(0.005\) must be a whole multiple of the path's"):
        model.run(0.205, dt=0.1, **options)


@DRIVERS
def test_runs_with_a_past_take_steps_of_one_length(driver):
    delayed = bp.model("dx/dt = -x(t - 1)\nx(0) = 1", name="Delayed", backend=driver)
    sol = delayed.run(1.005, dt=0.01, method="rk4")
    assert sol.t[-1] == sol.checkpoint.time == 1.005
    assert (sol.stats["steps"], sol.stats["dt"]) == (101, 1.005 / 101)
    exact = -0.005 + 0.005**2 / 2  # x = 1 - t up to 1, then its integral
    assert float(sol.final["x"]) == pytest.approx(exact, abs=1e-5)  # the kink at t = 1 lies inside a step
    slow = bp.model("order(x) = 0.5\ndx/dt = -x\nx(0) = 1", name="Slow", backend=driver)
    short = slow.run(1e-9, dt=0.01)
    assert (short.t[-1], short.stats["dt"]) == (1e-9, 1e-9)
    assert slow.run(0.095, dt=0.01).t[-1] == 0.095


def test_a_past_that_cannot_be_divided_is_refused_by_name():
    slow = bp.model("order(x) = 0.5\ndx/dt = -x\nx(0) = 1", name="Slow", backend="numpy")
    first = slow.run(0.1, dt=0.01)
    with pytest.raises(ArgumentError, match=r"duration \(0.015\) must be .* a fractional run continues with the dt"):
        slow.run(0.015, dt=0.01, start=first)
    with pytest.raises(ArgumentError, match="a fractional run takes steps of one length"):
        slow.run(0.015, dt=0.01, record_every=0.01)


def test_a_state_that_is_not_finite_in_the_short_step():
    model = bp.model("dx/dt = 1/(0.2 - t)\nx(0) = 0", name="Pole", backend="numpy")
    with pytest.warns(UserWarning, match="x became nan or infinite at t = 0.25"):
        sol = model.run(0.25, dt=0.1, method="euler")
    assert sol.checkpoint.time == pytest.approx(0.2)
    assert np.isfinite(sol.x).all()
    assert len(sol.t) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"duration": 1.0, "start": 1e17}, "a run of 1 ends where it starts"),
        ({"duration": 1e3, "start": 1e17}, "further than a step of 0.01"),
        ({"duration": 1e300, "dt": 1e-300}, "takes inf steps, more than can be counted"),
        ({"duration": 1e10, "dt": 1e-10}, "takes 1e\\+20 steps"),
    ],
)
def test_times_that_cannot_be_told_apart(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        decay().run(**arguments)


def test_a_derivative_through_a_run_that_dt_does_not_divide():
    import torch

    a = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    model = bp.model("a = 1\ndx/dt = -a*x\nx(0) = 1", name="Decay", backend="torch")
    sol = model.run(0.25, dt=0.1, method="rk4", a=a)
    sol.final["x"].backward()
    assert float(sol.t[-1]) == 0.25
    assert float(a.grad) == pytest.approx(-0.25 * np.exp(-0.25), abs=1e-6)
