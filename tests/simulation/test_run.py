"""Runs: what is refused, what is recorded, how inputs and edits change a run."""

import threading

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, BrainPyLabError, DriverError, MemoryLimitError, MethodError
from brainpy_lab.simulation.solution.outcome import Outcome

TEXT = """
I = 0.5
tau = 2
V_inf = 2*I
dV/dt = (V_inf - V) / tau
dw/dt = V
V(0) = 1
when V < 0.7 as low:
    n += 1
n(0) = 0
"""


@pytest.fixture(scope="module")
def model():
    return bp.model(TEXT.strip(), name="Relaxation", dt=0.1, duration=1.0, backend="numpy")


@pytest.fixture(scope="module")
def drift():
    return bp.model("k = 1\nu = k*x\ndx/dt = -u + t", name="Drift", dt=0.1, duration=1.0, backend="numpy")


# --- arguments ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"duration": -1}, "duration must be a positive number, not -1"),
        ({"duration": 0}, "duration"),
        ({"duration": float("nan")}, "duration"),
        ({"duration": float("inf")}, "duration"),
        ({"duration": "long"}, "duration"),
        ({"duration": [1.0]}, "duration"),
        ({"duration": True}, "duration"),
        ({"dt": 0}, "dt must be a positive number"),
        ({"dt": -0.1}, "dt"),
        ({"dt": float("nan")}, "dt"),
        ({"dt": None, "duration": None, "threads": 0}, "threads"),
        ({"threads": 1.5}, "threads"),
        ({"threads": -2}, "threads"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": "a"}, "seed"),
        ({"record": "V"}, r"record takes a list"),
        ({"record": ["v"]}, "no variable 'v'"),
        ({"record": [3]}, "no variable '3'"),
        ({"record_every": 0.15}, "whole multiple of dt"),
        ({"record_every": 0.01}, "whole multiple of dt"),
        ({"record_every": 0}, "record_every"),
        ({"record_every": -1}, "record_every"),
        ({"record_every": float("nan")}, "record_every"),
        ({"record_every": "often"}, "record_every"),
        ({"initial": {"v": 1}}, "no state 'v'"),
        ({"initial": {"V": float("nan")}}, "'V' is not finite"),
        ({"initial": {"V": float("inf")}}, "'V' is not finite"),
        ({"initial": {"V": "one"}}, "'V' must be a number"),
        ({"initial": {"V": None}}, "'V'"),
        ({"initial": 3}, "initial"),
        ({"initial": [1.0]}, "initial"),
        ({"start": "yesterday"}, "start must be a time, a Solution or a Checkpoint"),
        ({"start": float("nan")}, "start"),
        ({"stop": True}, "stop"),
        ({"progress": "loud"}, "progress"),
        ({"i": 1}, "no parameter 'i'"),
        ({"I": float("nan")}, "'I' is not a number"),
        ({"I": [0.1, float("nan")]}, "'I'"),
        ({"I": "a"}, "'I' must be a number"),
        ({"I": None}, "'I'"),
        ({"I": 1 + 2j}, "'I'"),
        ({"I": {}}, "'I'"),
        ({"I": lambda: 1}, "function given for 'I' failed"),
        ({"I": lambda t: "x"}, "function given for 'I' failed"),
        ({"I": []}, r"'I' is empty \(shape \(0,\)\): an ensemble has at least one member"),
        ({"I": np.ones((0, 3)), "method": "tsit5"}, r"'I' is empty \(shape \(0, 3\)\)"),
        ({"initial": {"V": np.array([])}, "method": "rkdp"}, "'V' is empty"),
        ({"I": [1.0, 2.0], "tau": [1.0, 2.0, 3.0]}, "do not broadcast"),
        ({"I": [1.0, 2.0], "initial": {"V": [1.0, 2.0, 3.0]}}, "do not broadcast"),
    ],
)  # fmt: skip
def test_wrong_arguments(model, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        model.run(**arguments)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"tua": 1}, "Did you mean 'tau'?"),
        ({"record": ["W_inf"]}, "V_inf"),
        ({"initial": {"nn": 1}}, "Did you mean 'n'?"),
        ({"record_every": 0.25}, "record_every=0.2"),
    ],
)
def test_advice(model, arguments, hint):
    with pytest.raises(ArgumentError) as error:
        model.run(**arguments)
    assert hint in str(error.value)


def test_wrong_methods_and_drivers(model):
    with pytest.raises(MethodError, match="no method 'rk_4'") as error:
        model.run(method="rk_4")
    assert "'rk4'" in str(error.value)
    with pytest.raises(DriverError, match="no driver 'Numba'"):
        model.run(backend="Numba")


def test_a_solution_of_another_model_is_not_continued(model, drift):
    with pytest.raises(ArgumentError, match="cannot be continued"):
        model.run(start=drift.run())


def test_records_that_do_not_fit_are_refused_before_the_start(model):
    called = []
    with pytest.raises(MemoryLimitError, match="Recording V, w") as error:
        model.run(1e9, dt=1e-3, I=np.linspace(0, 1, 1000), progress=called.append)
    assert called == []
    assert "record_every" in str(error.value)


# --- what a run gives --------------------------------------------------------------------------------------------


def test_times(model):
    sol = model.run()
    np.testing.assert_allclose(sol.t, np.linspace(0, 1, 11))
    assert sol.outcome is Outcome.COMPLETED
    assert sol.stats["steps"] == 10
    assert {"backend", "method", "dt", "threads", "compile_time", "wall_time"} <= set(sol.stats)
    late = model.run(start=5.0)
    assert (late.t[0], late.t[-1]) == (5.0, pytest.approx(6.0))


def test_a_duration_that_is_no_multiple_ends_where_it_was_asked_to(model):
    sol = model.run(0.95, dt=0.1)
    assert sol.t[-1] == pytest.approx(0.95)


def test_what_was_asked_for_stands_in_the_solution(model):
    sol = model.run(I=0.7, seed=3, initial={"V": 0.2})
    assert (sol.params["I"], sol.params["tau"], sol.seed) == (0.7, 2, 3)
    assert sol.initial["V"] == 0.2
    assert sol.model_name == "Relaxation"
    assert "dV/dt" in sol.model_text


def test_initial_values_are_the_first_record(model):
    sol = model.run(initial={"V": 3})
    assert sol.V[0] == 3
    assert sol.w[0] == 0


def test_intermediates(drift):
    sol = drift.run(record=["u"], k=2.0)
    whole = drift.run(k=2.0)
    assert list(sol.data) == ["u"]
    np.testing.assert_allclose(sol.u, 2 * whole.x, rtol=1e-14)
    many = drift.run(record=["u", "x"], k=np.array([1.0, 2.0]))
    np.testing.assert_allclose(many.u, many.x * [1.0, 2.0], rtol=1e-14)


def test_intermediates_follow_an_input(drift):
    sol = drift.run(record=["u", "x"], k=lambda t: 1 + t)
    np.testing.assert_allclose(sol.u, sol.x * (1 + sol.t), rtol=1e-12)


def test_derived_parameters_follow_their_parameters(model):
    sol = model.run(0.1, dt=0.1, method="euler", I=2.0, tau=1.0)
    assert sol.V[1] == pytest.approx(1 + 0.1 * (4 - 1))


def test_a_state_without_derivative_keeps_its_value(model):
    sol = model.run(5.0, I=0.0)
    crossing = sol.events["low"].t
    assert crossing == pytest.approx([0.8], abs=1e-9)  # -2*log(0.7) = 0.713: the end of the step it lies in
    np.testing.assert_array_equal(sol.n, sol.t >= 0.8 - 1e-9)


def test_progress_rises_to_one(model):
    seen = []
    model.run(100.0, dt=0.01, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_flag_that_is_set_stops_before_the_first_step(model):
    flag = threading.Event()
    flag.set()
    for method in ("rk4", "rkdp"):
        sol = model.run(stop=flag, method=method)
        assert sol.outcome is Outcome.STOPPED
        assert sol.t.tolist() == [0.0]
        assert sol.V.tolist() == [1.0]


def test_an_error_in_progress_is_the_callers(model):
    def fail(fraction):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        model.run(progress=fail)


def test_functions_that_take_one_time_only(drift):
    def one(t):
        return 1.0 if t < 0.5 else 2.0

    whole = drift.run(k=lambda t: np.where(t < 0.5, 1.0, 2.0))
    np.testing.assert_array_equal(drift.run(k=one).x, whole.x)


def test_methods_and_calls_do_not_change_the_model(model):
    model.run(2.0, dt=0.05, method="euler", I=3.0, initial={"V": 2.0})
    assert (model.method, model.dt, model.duration, model.parameters["I"], model.initial["V"]) == (
        "rk4",
        0.1,
        1.0,
        0.5,
        1,
    )


# --- errors at the user's line -----------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", bp.drivers.registry())
def test_a_wrong_shape_is_told_at_its_line(backend):
    text = "a = 1\nV(0) = start\n\ndV/dt = -V + W @ V"
    given = {"start": np.arange(3.0), "W": np.ones((4, 4))}
    wrong = bp.model(text, name="Shapes", namespace=given)
    with pytest.raises(BrainPyLabError) as error:
        wrong.run(1.0, dt=0.1, backend=backend)
    assert "line 4" in str(error.value)
    assert "dV/dt = -V + W @ V" in str(error.value)
