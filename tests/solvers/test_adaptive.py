"""The adaptive runs: errors follow the tolerances, steps are counted, events are found where they are."""

import signal
from itertools import pairwise

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError, DriverError
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome

TIGHT = {"method": "rkdp", "rtol": 1e-12, "atol": 1e-13}


def _truth(t):
    return np.exp(np.sin(t)), 1 / (1 + np.exp(-t)) + t**2


def test_errors_follow_the_tolerance(known):
    errors, steps = [], []
    for rtol in (1e-4, 1e-6, 1e-8, 1e-10):
        sol = known("Known").run(3.0, method="rkdp", rtol=rtol, atol=rtol, backend="numpy")
        x, y = _truth(sol.t)
        errors.append(max(np.abs(sol.x - x).max(), np.abs(sol.y - y).max()))
        steps.append(sol.stats["steps"])
        assert errors[-1] < 60 * rtol
    assert all(fine < coarse / 20 for coarse, fine in pairwise(errors))
    growth = np.diff(np.log(steps)) / np.log(100)
    assert growth[-1] == pytest.approx(1 / 5, abs=0.05)  # steps grow with rtol**(-1/5)


def test_dense_output(known):
    sol = known("Known").run(3.0, method="rkdp", rtol=1e-8, atol=1e-8, backend="numpy")
    t = np.linspace(0, 3, 301)
    x, y = _truth(t)
    np.testing.assert_allclose(sol(t)["x"], x, atol=1e-6)
    np.testing.assert_allclose(sol(t)["y"], y, atol=1e-6)
    assert sol(1.5)["x"] == pytest.approx(np.exp(np.sin(1.5)), abs=1e-6)
    np.testing.assert_allclose(sol(sol.t)["x"], sol.x, rtol=1e-12)


def test_records_on_a_grid_come_from_the_dense_output(known):
    run = {"method": "rkdp", "rtol": 1e-7, "atol": 1e-9, "backend": "numpy"}
    own, grid = known("Known").run(3.0, **run), known("Known").run(3.0, record_every=0.25, **run)
    np.testing.assert_allclose(grid.t, 0.25 * np.arange(13))
    np.testing.assert_allclose(grid.x, own(grid.t)["x"], rtol=1e-12)
    assert grid.final["x"] == own.final["x"]


def test_statistics(known):
    sol = known("Known").run(3.0, method="rkdp", rtol=1e-6, atol=1e-8, backend="numpy")
    stats = sol.stats
    # two derivatives choose the first step; then six a trial: the seventh stage is the next step's first; every
    # twentieth step is tested for stiffness
    expected = 6 * (stats["steps"] + stats["rejected"]) + 2 + stats["steps"] // 20
    assert stats["evaluations"] == pytest.approx(expected, abs=1)
    assert stats["method"] == "rkdp"
    assert stats["rtol"] == 1e-6
    assert sol.checkpoint.time == 3.0


def test_max_step(known):
    sol = known("Known").run(3.0, method="rkdp", rtol=1e-3, max_step=0.05, backend="numpy")
    assert np.diff(sol.t).max() <= 0.05 * (1 + 1e-9)
    assert sol.stats["steps"] == 60


def test_tolerance_of_one_state(known):
    loose = known("Known").run(3.0, method="rkdp", rtol=1e-13, atol={"x": 1e-2, "y": 1e-2}, backend="numpy")
    one = known("Known").run(3.0, method="rkdp", rtol=1e-13, atol={"x": 1e-10, "y": 1e-2}, backend="numpy")
    assert one.stats["steps"] > 2 * loose.stats["steps"]
    with pytest.raises(ArgumentError, match="no state 'z'"):
        known("Known").run(3.0, method="rkdp", atol={"z": 1.0}, backend="numpy")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rtol", 1e-17), ("rtol", float("nan")), ("rtol", "tight"), ("atol", -1.0), ("atol", float("nan")), ("atol", "x"),
     ("max_step", 0.0), ("max_step", -1.0), ("max_step", float("nan")), ("max_step", "long")],
)  # fmt: skip
def test_wrong_tolerances(known, name, value):
    with pytest.raises(ArgumentError, match=name):
        known("Known").run(3.0, method="rkdp", backend="numpy", **{name: value})


@pytest.mark.parametrize("name", ["rtol", "atol", "max_step"])
def test_fixed_steps_have_no_tolerances(known, name):
    with pytest.raises(ArgumentError, match=name):
        known("Known").run(3.0, method="rk4", backend="numpy", **{name: 1e-3})


# --- events ------------------------------------------------------------------------------------------------------


def test_spikes_of_the_leaky_neuron_stand_at_their_closed_form(known, driver):
    sol = known("LIF").run(100.0, backend=driver, **TIGHT)
    first = 10 * np.log(20 / 5)
    expected = first + (first + 2) * np.arange(7)
    expected = expected[expected < 100]
    np.testing.assert_allclose(sol.events["spike"].t, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("rtol", [1e-3, 1e-6])
def test_location_is_as_good_as_the_solution(known, rtol):
    sol = known("Circle").run(7.0, method="rkdp", rtol=rtol, atol=rtol, backend="numpy")
    np.testing.assert_allclose(sol(sol.events["up"].t)["x"], 0.5, atol=1e-9)  # on the computed solution


def test_crossings_in_both_directions(known):
    sol = known("Circle").run(20.0, backend="numpy", **TIGHT)
    turns = 2 * np.pi * np.arange(4)
    up, down = np.pi / 6 + turns, 5 * np.pi / 6 + turns
    np.testing.assert_allclose(sol.events["up"].t, up[up < 20], rtol=0, atol=1e-10)
    # the run begins where x < 0.5 holds, and before the first test a condition counts as false
    np.testing.assert_allclose(sol.events["down"].t, [0, *down[down < 20]], rtol=0, atol=1e-10)
    assert sol.final["n"] == len(sol.events["up"]) + len(sol.events["down"])


def test_two_crossings_within_one_step():
    """x is a parabola, which a step of any length follows exactly: it is above 0 for 0.4 of a step of length 1."""
    model = bp.model(
        "dx/dt = v\ndv/dt = -8\nx(0) = -0.68\nv(0) = 4\n"
        "when x > 0 as up:\n    n += 1\nwhen x < 0 as down:\n    n += 1\nn(0) = 0",
        name="Parabola",
    )
    sol = model.run(3.0, method="rkdp", rtol=1e-3, atol=1e-3, max_step=1.0, backend="numpy")
    roots = (4 + np.array([-1, 1]) * np.sqrt(16 - 16 * 0.68)) / 8
    assert roots[1] - roots[0] < 0.6
    np.testing.assert_allclose(sol.events["up"].t, roots[:1], atol=1e-10)
    np.testing.assert_allclose(sol.events["down"].t, [0, *roots[1:]], atol=1e-10)  # it holds at the start


def test_a_condition_that_holds_at_the_start(known):
    sol = known("LIF").run(5.0, backend="numpy", initial={"V": 16.0}, **TIGHT)
    assert sol.events["spike"].t[0] == 0.0
    assert sol(1.0)["V"] == pytest.approx(0.0, abs=1e-12)
    assert sol(3.0)["V"] == pytest.approx(20 * (1 - np.exp(-0.1)), abs=1e-9)


def test_an_event_in_the_first_step(known):
    sol = known("LIF").run(1.0, backend="numpy", initial={"V": 15 - 1e-7}, **TIGHT)
    assert sol.events["spike"].t[0] == pytest.approx(10 * np.log((5 + 1e-7) / 5), abs=1e-10)


def test_a_reset_beyond_its_own_border():
    model = bp.model("dV/dt = 1\nwhen V >= 1:\n    V = 2", name="Stuck")
    with pytest.warns(RunWarning, match="t = 1"):
        sol = model.run(3.0, method="rkdp", backend="numpy")
    assert sol.outcome is Outcome.EVENT_STUCK
    assert sol.final["V"] == 2


def test_a_solution_that_blows_up_ends_at_its_pole(driver):
    model = bp.model("dx/dt = x**2\nx(0) = 1", name="Pole")
    with pytest.warns(RunWarning, match="The run ended at t = 1"):
        sol = model.run(2.0, method="rkdp", backend=driver)
    assert sol.outcome in (Outcome.STEP_TOO_SMALL, Outcome.NON_FINITE)
    assert sol.t[-1] == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(sol.x).all()


def test_continued_runs(known):
    whole = known("LIF").run(60.0, backend="numpy", **TIGHT)
    first = known("LIF").run(14.5, backend="numpy", **TIGHT)  # ends within the refractory period
    second = known("LIF").run(45.5, backend="numpy", start=first, **TIGHT)
    times = np.concatenate([first.events["spike"].t, second.events["spike"].t])
    np.testing.assert_allclose(times, whole.events["spike"].t, atol=1e-9)
    assert second.final["V"] == pytest.approx(whole.final["V"], abs=1e-9)


def test_inputs_that_jump_are_met_exactly(known):
    pulse = bp.inputs.section([0.0, 30.0, 0.0], [1.0, 5.0, 4.0], dt=0.5)
    sol = known("LIF").run(10.0, backend="numpy", I=pulse, **TIGHT)
    assert sol(1.0)["V"] == pytest.approx(0.0, abs=1e-12)
    peak = 30 * (1 - np.exp(-0.5))
    assert sol(6.0)["V"] == pytest.approx(peak, abs=1e-9)
    assert sol(10.0)["V"] == pytest.approx(peak * np.exp(-0.4), abs=1e-9)


@pytest.mark.parametrize("method", ["rkdp", "rodas4"])
def test_linear_inputs_are_followed_exactly(driver, method):
    ramp = bp.inputs.Input(np.array([0.0, 2.0, 2.0, -1.0]), dt=1.0, interpolation="linear")
    model = bp.model("I = 0\ndx/dt = I", name="Integral")
    run = {"rtol": 1e-9, "atol": 1e-12}
    sol = model.run(3.0, method=method, backend=driver, I=ramp, **run)
    assert sol.final["x"] == pytest.approx(1 + 2 + 0.5, abs=1e-11)
    assert sol(0.5)["x"] == pytest.approx(0.25, abs=1e-11)
    many = bp.inputs.Input(np.array([[0.0, 0.0], [2.0, 4.0]]), dt=1.0, interpolation="linear")
    both = model.run(1.0, method=method, backend=driver, I=many, record_every=1.0, **run)
    np.testing.assert_allclose(both.final["x"], [1.0, 2.0], atol=1e-11)


class Wave:
    """A function of time whose source is no part of the language."""

    def __call__(self, t):
        return np.sin(3 * np.asarray(t)) + (np.asarray(t) >= 2.5)


@pytest.mark.parametrize("method", ["dop853", "rodas4"])
def test_functions_that_cannot_be_read_are_followed_to_the_tolerance(method):
    model = bp.model("I = 0\ndx/dt = -x + I", name="Filter")
    sol = model.run(5.0, method=method, rtol=1e-9, atol=1e-11, I=Wave())
    t = np.linspace(0, 5, 51)
    exact = (np.sin(3 * t) - 3 * np.cos(3 * t) + 3 * np.exp(-t)) / 10
    exact += np.where(t > 2.5, 1 - np.exp(-(t - 2.5)), 0.0)
    np.testing.assert_allclose(sol(t)["x"], exact, atol=1e-8)


def test_a_solution_drives_a_parameter():
    source = bp.model("dI/dt = -I\nI(0) = 1", name="Source").run(3.0, dt=0.01, method="rk4")
    sol = bp.model("I = 0\ndx/dt = I", name="Integral").run(3.0, method="rkdp", rtol=1e-9, I=source)
    assert sol.final["x"] == pytest.approx(1 - np.exp(-3), abs=2e-5)  # linear between the source's records


def test_ensembles_have_their_own_steps(known):
    currents = np.array([16.0, 20.0, 40.0])
    sol = known("LIF").run(50.0, record_every=1.0, backend="numpy", I=currents, **TIGHT)
    assert sol.V.shape == (51, 3)
    for i, current in enumerate(currents):
        first = 10 * np.log(current / (current - 15))
        expected = first + (first + 2) * np.arange(60)
        np.testing.assert_allclose(sol.events["spike"].of(i), expected[expected < 50], atol=1e-9)


MIXED = "k = 0.5\ndx/dt = W @ x + k*s\nds/dt = mean(x) - s\nx(0) = start"


def test_arrays_whose_elements_mix(driver):
    rng = np.random.default_rng(3)
    weights, start = rng.normal(size=(3, 3)) / 2, np.arange(3.0)
    model = bp.model(MIXED, name="Mixed", namespace={"start": start, "W": weights})

    def exact(t, k=0.5):
        whole = np.zeros((4, 4))
        whole[:3, :3], whole[:3, 3], whole[3, :3], whole[3, 3] = weights, k, 1 / 3, -1
        values, vectors = np.linalg.eig(whole)
        return (vectors @ np.diag(np.exp(values * t)) @ np.linalg.inv(vectors) @ [*start, 0.0]).real

    run = {"method": "rkdp", "rtol": 1e-8, "atol": 1e-10, "backend": driver}
    sol = model.run(2.0, **run)
    np.testing.assert_allclose(np.append(sol.final["x"], sol.final["s"]), exact(2.0), rtol=1e-6)
    assert sol.x.shape == (len(sol.t), 3)
    assert sol.s.shape == (len(sol.t),)
    np.testing.assert_allclose(np.append(sol(0.7)["x"], sol(0.7)["s"]), exact(0.7), rtol=1e-6)
    many = model.run(1.0, record_every=0.5, k=np.array([0.5, 1.0]), **run)
    assert many.x.shape == (3, 2, 3)
    for i, k in enumerate((0.5, 1.0)):
        np.testing.assert_allclose(many.final["x"][i], exact(1.0, k)[:3], rtol=1e-6)
        np.testing.assert_allclose(many.s[1, i], exact(0.5, k)[3], rtol=1e-6)


def test_events_of_mixing_arrays_are_refused():
    text = MIXED + "\nwhen x > 5:\n    x = 0"
    model = bp.model(text, name="Mixed", namespace={"start": np.arange(3.0), "W": np.eye(3)})
    with pytest.raises(DriverError, match="array states mix"):
        model.run(1.0, method="rkdp", backend="numpy")


@pytest.mark.parametrize("entry", ["HH_spikes_I7", "HH_spikes_I10", "HH_spikes_I20"])
def test_spikes_of_hodgkin_and_huxley_on_the_default_driver(reference, entry):
    expected = reference(entry)
    sol = bp.models.hodgkin_huxley().run(200.0, method="rkdp", rtol=1e-9, atol=1e-11, I=expected["parameters"]["I"])
    np.testing.assert_allclose(sol.events["spike"].t, expected["value"], rtol=0, atol=1e-6)


def test_an_interrupt_leaves_a_whole_solution(known):
    """Interrupted in the middle of a window: records, events and states stand at the same time, and the run goes on."""
    sent = []

    def interrupt(fraction):
        if not sent:
            sent.append(fraction)
            signal.setitimer(signal.ITIMER_REAL, 0.05)

    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        options = {"method": "rkdp", "max_step": 0.1, "backend": "numpy"}
        first = known("LIF").run(1e6, **options, progress=interrupt, on_interrupt="return")
    finally:
        signal.signal(signal.SIGALRM, old)
    assert first.outcome is Outcome.INTERRUPTED
    assert first.checkpoint.time == first.t[-1] > 0
    second = known("LIF").run(40.0, method="rkdp", max_step=0.1, backend="numpy", start=first)
    times = np.concatenate([first.events["spike"].t, second.events["spike"].t])
    period = 10 * np.log(4) + 2
    np.testing.assert_allclose(times, period - 2 + period * np.arange(len(times)), atol=1e-4 * len(times))
