"""Records at chosen times."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

TIMES = [0.5, 1.25, 3.0]


@pytest.fixture(scope="module")
def decay():
    return bp.model("k = 1\ndx/dt = -k*x\nx(0) = 1\ny = 2*x", name="DecayRecorded")


@pytest.fixture(scope="module")
def ball():
    text = "dh/dt = v; dv/dt = -9.81; h(0) = 1\nwhen h <= 0 as bounce:\n    v = -v"
    return bp.model(text, name="BallRecorded")


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
@pytest.mark.parametrize("method", ["rk4", "rkdp"])
def test_records_are_those_times(decay, backend, method):
    run = {"method": method, "backend": backend, "dt": 0.05} | ({"rtol": 1e-10} if method == "rkdp" else {})
    sol = decay.run(4.0, record_at=TIMES, record=["x", "y"], **run)
    np.testing.assert_allclose(sol.t, TIMES, rtol=1e-12)
    np.testing.assert_allclose(sol.x, np.exp(-np.array(TIMES)), rtol=1e-6)
    np.testing.assert_allclose(sol.y, 2 * np.asarray(sol.x), rtol=1e-12)
    assert sol.final["x"] == pytest.approx(np.exp(-4.0), rel=1e-6)


def test_fixed_steps_are_those_of_a_run_without_it(decay):
    whole = decay.run(4.0, dt=0.05, method="rk4", backend="numpy")
    sol = decay.run(4.0, dt=0.05, method="rk4", backend="numpy", record_at=TIMES)
    np.testing.assert_array_equal(sol.x, whole.x[[10, 25, 60]])


def test_any_time_with_events_inside_steps(ball):
    times = [0.123456, 1.0, 2.5, 9.87654]
    sol = ball.run(10.0, dt=0.1, method="rk4", crossing="exact", backend="numpy", record_at=times)
    fall = np.sqrt(2 / 9.81)
    since = np.array(times) - fall * (2 * np.floor((np.array(times) / fall + 1) / 2))
    np.testing.assert_allclose(sol.t, times)
    np.testing.assert_allclose(sol.h, 1 - 9.81 * since**2 / 2, atol=1e-9)
    assert sol.events["bounce"].count() == 11
    assert sol.events["bounce"].window == (0.0, 10.0)


def test_ensembles_delays_starts_and_ends(decay):
    many = decay.run(4.0, method="rkdp", rtol=1e-10, backend="numpy", k=np.array([0.5, 1.0, 2.0]), record_at=[0.0, 4.0])
    np.testing.assert_allclose(many.x, np.exp(-np.outer([0.0, 4.0], [0.5, 1.0, 2.0])), rtol=1e-6)
    late = decay.run(1.03, start=2.0, dt=0.1, method="rk4", backend="numpy", record_at=[2.0, 2.5, 3.03])
    np.testing.assert_allclose(late.t, [2.0, 2.5, 3.03])  # the last step is shorter
    np.testing.assert_allclose(late.x, np.exp(-np.array([0.0, 0.5, 1.03])), rtol=1e-5)
    lagged = bp.model("dx/dt = -x(t - 1)\nx(t <= 0) = 1", name="LaggedRecorded")
    for run in ({"method": "rk4", "dt": 0.05}, {"method": "rkdp", "rtol": 1e-9}):
        np.testing.assert_allclose(
            lagged.run(2.0, backend="numpy", record_at=[0.5, 1.5], **run).x, [0.5, -0.375], rtol=1e-6
        )


def test_between_chosen_times_an_adaptive_run_knows_its_states(decay):
    sol = decay.run(4.0, method="rkdp", rtol=1e-10, backend="numpy", record_at=TIMES)
    assert sol(0.1)["x"] == pytest.approx(np.exp(-0.1), rel=1e-8)
    assert sol(3.9)["x"] == pytest.approx(np.exp(-3.9), rel=1e-8)


def test_a_run_that_is_continued(decay):
    first = decay.run(1.0, method="rkdp", rtol=1e-10, backend="numpy", record_at=[0.5])
    second = decay.run(1.0, method="rkdp", rtol=1e-10, backend="numpy", start=first, record_at=[1.0, 1.75])
    np.testing.assert_allclose(second.x, np.exp([-1.0, -1.75]), rtol=1e-8)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"record_at": 1.0}, "takes a list of times"),
        ({"record_at": []}, "takes a list of times"),
        ({"record_at": ["a"]}, "takes a list of times"),
        ({"record_at": [[1.0, 2.0], [3.0]]}, "takes a list of times"),
        ({"record_at": [2.0, 1.0]}, "do not ascend"),
        ({"record_at": [1.0, np.nan]}, "do not ascend"),
        ({"record_at": [1.0, 5.0]}, "has the time 5; the run goes from 0 to 4"),
        ({"record_at": [-1.0]}, "has the time -1"),
        ({"record_at": [1.0], "record_every": 1.0}, "both say when to record"),
        ({"record_at": [1.02]}, r"1\.02, which lies between two steps of 0\.05; the nearest end is 1\."),
    ],
)
def test_what_cannot_be_recorded_is_refused(decay, given, message):
    with pytest.raises(ArgumentError, match=message):
        decay.run(4.0, dt=0.05, method="rk4", backend="numpy", **given)
