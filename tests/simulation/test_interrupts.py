"""Stops and interrupts: how soon they come, what they leave, and what goes on after them."""

import threading
import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.runs.adaptive import state as adaptive_state
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome

FIXED, ADAPTIVE = {"method": "rk4"}, {"method": "rkdp", "max_step": 0.01}
DRIVERS = pytest.mark.parametrize("driver", ["numpy", "numba", "jax", "torch"])
KINDS = [FIXED, ADAPTIVE, {"method": "auto", "max_step": 0.01}]


def turning():
    return bp.model("dx/dt = y\ndy/dt = -x\nx(0) = 0\ny(0) = 1", name="Turning", backend="numpy")


def once(action):
    """A progress report that acts the third time it is asked."""
    calls = []

    def report(fraction):
        calls.append(fraction)
        if len(calls) == 3:
            action()

    return report


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("options", KINDS, ids=lambda o: o["method"])
def test_an_interrupt_goes_on_and_leaves_what_there_is(options):
    model, runs = turning(), []
    assert model.last is None

    def sweep():
        for _ in range(3):
            runs.append(model.run(2e5, progress=once(interrupt), **options))

    said = pytest.warns(RunWarning, match=r"Turning was interrupted at t = .*m\.run\(\.\.\., start=m\.last\)")
    with said, pytest.raises(KeyboardInterrupt):
        sweep()  # the loop ends with its first run
    assert runs == []
    assert model.last.outcome is Outcome.INTERRUPTED
    assert model.last.t[-1] == model.last.checkpoint.time > 0
    np.testing.assert_allclose(model.last.x, np.sin(model.last.t), atol=1e-5)
    on = model.run(1.0, start=model.last, **options)
    assert on.t[0] == model.last.checkpoint.time
    np.testing.assert_allclose(on.x, np.sin(on.t), atol=1e-5)


@pytest.mark.parametrize("options", KINDS, ids=lambda o: o["method"])
def test_an_interrupted_run_can_be_asked_to_return(options):
    model = turning()
    with pytest.warns(RunWarning, match=r"interrupted at t = .*Continue it with start=solution"):
        sol = model.run(2e5, progress=once(interrupt), on_interrupt="return", **options)
    assert sol.outcome is Outcome.INTERRUPTED
    assert len(sol.x) == len(sol.t) > 1
    assert model.last is None


def test_an_interrupt_goes_on_where_warnings_are_errors():
    model = turning()
    with warnings.catch_warnings(), pytest.raises(KeyboardInterrupt):
        warnings.simplefilter("error")
        model.run(2e5, progress=once(interrupt))
    assert model.last.outcome is Outcome.INTERRUPTED


def test_on_interrupt_has_two_values():
    with pytest.raises(ArgumentError, match="on_interrupt must be 'raise' or 'return', not 'stop'"):
        turning().run(1.0, on_interrupt="stop")


@pytest.mark.parametrize("place", ["_piece", "_call_or_return", "_call", "_pass"])
def test_an_interrupt_anywhere_in_an_adaptive_run_keeps_what_there_is(monkeypatch, place):
    """Before, in and after a call of the loop, and between the pieces of an input."""
    whole = getattr(adaptive_state.AdaptiveState, place)
    calls = []

    def interrupted(self, *arguments):
        calls.append(arguments)
        result = whole(self, *arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(adaptive_state.AdaptiveState, place, interrupted)
    model = bp.model("I = 0\ndx/dt = I - x\nx(0) = 1\nwhen x < 0.3 as low:\n    x = 1", name="Steps", backend="numpy")
    steps = bp.inputs.Input([0.0, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0, 0.1], dt=1.0)
    with pytest.warns(RunWarning, match="The run of Steps was interrupted at t = "):
        sol = model.run(1e5, method="rkdp", max_step=0.02, I=steps, on_interrupt="return")
    assert sol.outcome is Outcome.INTERRUPTED
    assert 0 < sol.checkpoint.time == sol.t[-1] < 1e5
    assert len(sol.t) == len(sol.x)
    assert (np.diff(sol.t) >= 0).all()
    assert (sol.events["low"].t <= sol.t[-1]).all()
    monkeypatch.undo()
    whole_run = model.run(8.0, method="rkdp", max_step=0.02, I=steps)
    times = whole_run.events["low"].t
    np.testing.assert_allclose(sol.events["low"].t, times[: len(sol.events["low"].t)], atol=1e-9)


@DRIVERS
def test_a_chunk_does_not_last_from_record_to_record(driver):
    """A stop is looked for after some hundred steps, though the first record stands after a million."""
    flag, fractions = threading.Event(), []

    def report(fraction):
        fractions.append(fraction)
        flag.set()

    model = turning()
    sol = model.run(1e5, dt=0.01, backend=driver, record_every=1e4, stop=flag, progress=report)
    assert sol.outcome is Outcome.STOPPED
    assert len(fractions) == 1
    assert sol.stats["steps"] <= 2048
    assert sol.checkpoint.time == pytest.approx(0.01 * sol.stats["steps"])
    np.testing.assert_array_equal(sol.t, [0.0])


@DRIVERS
def test_records_that_span_many_chunks_stand_where_they_belong(driver):
    sol = turning().run(60.0, dt=0.01, backend=driver, record_every=30.0)
    np.testing.assert_allclose(sol.t, [0, 30, 60])
    np.testing.assert_allclose(sol.x, np.sin([0.0, 30, 60]), atol=1e-6)


def test_windows_of_an_ensemble_hold_a_step_however_short_the_time_between_looks(monkeypatch):
    calls, whole = [], adaptive_state.AdaptiveState._call

    def counted(self, until, end):
        calls.append(until)
        assert len(calls) < 200, "the loop is called and called, and no lane moves"
        whole(self, until, end)

    model = bp.model("dx/dt = y\ndy/dt = -x\ny(0) = 0", name="Windows", method="rkdp", backend="numpy")
    start = {"x": np.array([1.0, 2.0, 3.0])}
    expected = model.run(5.0, initial=start, rtol=1e-6)
    monkeypatch.setattr(adaptive_state, "CHUNK_SECONDS", 1e-9)
    monkeypatch.setattr(adaptive_state.AdaptiveState, "_call", counted)
    found = model.run(5.0, initial=start, rtol=1e-6)
    assert np.array_equal(found.x, expected.x)
    assert found.stats["steps"] == expected.stats["steps"]
    assert len(calls) > 10
