"""Implicit and Rosenbrock methods: stiff runs on every driver, the linear solver, Newton's iteration, refusals."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import MethodError
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome

from . import stiff

#: Prothero and Robinson's problem: x = cos(t) for every rate.
COSINE = "rate = 1e6\ndx/dt = -rate*(x - cos(t)) - sin(t)\nx(0) = 1"


@pytest.fixture(scope="module")
def cosine():
    return bp.model(COSINE, name="Cosine")


@pytest.mark.parametrize("method", ["backward_euler", "trapezoid"])
def test_large_steps_stay_on_the_solution(cosine, driver, method):
    sol = cosine.run(2.0, dt=0.1, method=method, backend=driver, rate=np.array([1e2, 1e6]))
    t = np.asarray(sol.t)[:, None]
    np.testing.assert_allclose(np.asarray(sol.x), np.cos(t) + np.zeros(2), atol=2e-3)


def test_rodas_takes_large_steps_on_every_driver(cosine, driver):
    sol = cosine.run(2.0, method="rodas4", rtol=1e-6, atol=1e-8, backend=driver)
    assert sol.final["x"] == pytest.approx(np.cos(2.0), abs=1e-6)
    assert sol.stats["steps"] < 200


def test_robertson_on_every_driver(driver):
    run = {"method": "rodas4", "rtol": 1e-4, "atol": {"x": 1e-8, "y": 1e-12, "z": 1e-8}, "record": []}
    final = stiff.PROBLEMS["Robertson_t1e11"].model().run(40.0, backend=driver, **run).final
    assert float(final["x"]) == pytest.approx(0.7158270688, abs=2e-4)  # Hairer & Wanner 1996, section IV.10
    assert float(final["y"]) == pytest.approx(9.185534765e-6, rel=1e-3)
    assert float(final["x"] + final["y"] + final["z"]) == pytest.approx(1.0, abs=1e-12)


def test_rows_are_exchanged(driver):
    """A matrix that elimination without exchanging rows would divide by zero in."""
    turn = bp.model("c = 0\ndx/dt = 2*x + 3*y - 1\ndy/dt = 4*x + c*y\ndz/dt = -z + x\nx(0) = 1\nz(0) = 1", name="Pivot")
    dt = 0.5  # 1 - dt*2 = 0
    sol = turn.run(dt, dt=dt, method="backward_euler", backend=driver)
    matrix = np.eye(3) - dt * np.array([[2, 3, 0], [4, 0, 0], [1, 0, -1]])
    expected = np.linalg.solve(matrix, np.array([1.0, 0.0, 1.0]) + dt * np.array([-1, 0, 0]))
    np.testing.assert_allclose([float(sol.final[n]) for n in "xyz"], expected, rtol=1e-13)


def test_lanes_are_solved_each(driver):
    many = stiff.PROBLEMS["OREGO"].model()
    starts = np.array([1.0, 2.0, 3.0])
    run = {"dt": 0.01, "method": "backward_euler", "backend": driver}
    whole = many.run(0.1, initial={"x": starts}, **run).final["y"]
    alone = [float(many.run(0.1, initial={"x": s}, **run).final["y"]) for s in starts]
    np.testing.assert_allclose(np.asarray(whole), alone, rtol=1e-12)


def test_an_iteration_that_does_not_converge_ends_the_run(driver):
    model = bp.model("dx/dt = x**2 + 1", name="NoRoot")  # x_new = dt*(x_new**2 + 1) has no solution for dt > 1/2
    with pytest.warns(RunWarning, match="take a smaller dt"):
        sol = model.run(3.0, dt=1.0, method="backward_euler", backend=driver)
    assert sol.outcome is Outcome.NON_FINITE
    assert float(sol.final["x"]) == 0.0


def test_refractory_states_rest_in_implicit_steps(known):
    sol = known("LIF").run(50.0, method="rodas4", rtol=1e-9, atol=1e-10)
    first = 10 * np.log(20 / 5)
    expected = first + (first + 2) * np.arange(10)
    np.testing.assert_allclose(sol.events["spike"].t, expected[expected < 50], atol=1e-6)


def test_dense_output_of_rodas(known):
    sol = known("Known").run(2.0, method="rodas4", rtol=1e-9, atol=1e-9)
    t = np.linspace(0, 2, 201)
    np.testing.assert_allclose(sol(t)["x"], np.exp(np.sin(t)), atol=1e-7)


def test_what_has_no_exact_jacobian_is_refused_by_name():
    loops = bp.model(
        "def total(x):\n    s = 0.0\n    for i in range(3):\n        s += x\n    return s\ndx/dt = -total(x)",
        name="Loops",
    )
    with pytest.raises(MethodError, match="'rodas4' needs the exact Jacobian of 'Loops'") as error:
        loops.run(1.0, method="rodas4", backend="numba")
    assert "rkdp" in str(error.value)
    mixed = bp.model("dx/dt = mean(x) - x\nx(0) = start", name="Mean", namespace={"start": np.arange(3.0)})
    with pytest.raises(MethodError, match="Jacobian"):
        mixed.run(1.0, method="backward_euler", backend="numpy")


def test_explicit_methods_say_that_a_model_is_stiff():
    robertson = stiff.PROBLEMS["Robertson_t1e11"].model()
    with pytest.warns(RunWarning, match="stiff.*method='rodas4'"):
        sol = robertson.run(1e11, method="rkdp")
    assert sol.outcome is Outcome.STIFF
    assert 0 < sol.checkpoint.time == sol.t[-1] < 1e11
    assert np.isfinite(sol.x).all()


def test_a_stiff_run_that_ends_says_so_in_its_statistics():
    stiff_run = stiff.PROBLEMS["vdP1000_t2000"].model().run(1.0, method="rkdp", record=[])
    assert stiff_run.stats["stiff"]
    calm = bp.model("dx/dt = -x\nx(0) = 1", name="Calm").run(1.0, method="rkdp", record=[])
    assert not calm.stats["stiff"]
    sol = stiff.PROBLEMS["vdP1000_t2000"].model().run(1.0, method="rodas4", record=[])
    assert sol.stats["steps"] < stiff_run.stats["steps"] / 10
