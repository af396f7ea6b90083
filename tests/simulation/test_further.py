"""Delays that depend on states read their histories as far back as they turn out to need."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome

REFERENCE = 0.71737650  # given in the report of the fault, where it was found with max_delay=20
GROWING = "p = 1\ndx/dt = p\ndy/dt = -y(t - x**2)\nx(0) = 1\ny(t <= 0) = cos(t)"


def model(text: str):
    return bp.model(text, name="Growing", backend="numpy", dt=0.01)


@pytest.mark.parametrize("method", ["rk4", "tsit5"])
def test_a_known_history_needs_no_max_delay(method):
    cell = model("dy/dt = -y(t - (2 + 0.1*y**2))\ny(t <= 0) = cos(t)")
    assert cell.run(1.5, method=method).final["y"] == pytest.approx(REFERENCE, abs=5e-8)
    wide = cell.run(1.5, method=method, initial={"y": np.array([1.0, 4.0])})
    assert wide.final["y"] == pytest.approx([REFERENCE, 5.414993], abs=1e-6)


@pytest.mark.parametrize("method", ["rk4", "tsit5"])
def test_a_delay_that_grows_reads_on_and_on(method):
    cell = model(GROWING)
    far = cell.run(3.0, method=method, p=np.array([1.0, 3.0])).final["y"]
    bounded = cell.run(3.0, method=method, p=np.array([1.0, 3.0]), max_delay=101.0).final["y"]
    assert far == pytest.approx(bounded, abs=1e-6)
    constant = cell.run(3.0, method=method, history={"y": 1.0})
    assert constant.final["y"] == pytest.approx(-2.0, abs=1e-12)


def test_the_end_of_what_is_known_is_told():
    past = bp.model("dy/dt = cos(t)", backend="numpy").run(3.0, method="rk4", dt=0.01)
    with pytest.warns(RunWarning, match="known from t = -3 on: give a longer Solution, or a function of t"):
        sol = model(GROWING).run(2.0, method="rk4", history={"y": past})
    assert sol.outcome is Outcome.DELAY_OUT_OF_REACH
    assert sol.t[-1] == pytest.approx(1.0, abs=0.011)  # t - (1 + t)**2 is -3 at t = 1
    assert np.isfinite(sol.y).all()


def test_what_grows_without_bound_is_told():
    with pytest.warns(RunWarning, match="grows without bound. Check its expression, or say .* max_delay"):
        sol = model("dx/dt = 10*x\ndy/dt = -y(t - x)\nx(0) = 1\ny(t <= 0) = cos(t)").run(1.0, method="rk4")
    assert sol.outcome is Outcome.DELAY_OUT_OF_REACH


def test_a_continued_run_reads_what_the_first_was_told():
    cell = model("dy/dt = -y(t - (2 + 0.1*y**2))\ny(t <= 0) = cos(t)")
    first = cell.run(0.5, method="rk4")
    assert cell.run(1.0, method="rk4", start=first).final["y"] == pytest.approx(REFERENCE, abs=5e-8)
