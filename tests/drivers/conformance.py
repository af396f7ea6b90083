"""The conformance suite: what every driver must do, written once.

A driver of your own is tested by a class that inherits `DriverConformance` and has a fixture ``driver`` that gives the
driver's name::

    class TestMyDriver(DriverConformance):
        @pytest.fixture
        def driver(self):
            return "my_driver"

The NumPy driver is the reference: the others agree with it to 1e-11 relative and put events at the same steps.
"""

from __future__ import annotations

import signal
import threading
import time
from functools import cache

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.drivers import Capability
from brainpy_lab.errors import DriverError
from brainpy_lab.simulation.model import Model
from brainpy_lab.simulation.runs import control
from brainpy_lab.simulation.runs.warning import RunWarning
from brainpy_lab.simulation.solution.outcome import Outcome

RELATIVE = 1e-11

CELLS = {
    "Driven": """
        I = 0
        k = 1
        drive = I + sin(t)
        dx/dt = drive - k*x
    """,
    "Neuron": """
        tau = 10; V_th = 1; t_ref = 2; I = 1.5; b = 0.25
        dV/dt = (I - V - w) / tau
        dw/dt = -w / 30
        when V >= V_th:
            V = 0
            w += b
            hold(V, t_ref)
        when w > 0.3 as tired:
            n += 1
        n(0) = 0
    """,
    "Noisy": """
        tau = 10; V_th = 1; I = 1.2; s = 0.3
        dV/dt = (I - V - w) / tau + s*sqrt(2/tau)*xi
        dw/dt = -w / 30 + 0.1*w*xi_2
        when V >= V_th:
            V = 0
            w += 0.25
            hold(V, 2)
    """,
    "Detector": """
        omega = 1
        dx/dt = omega*y
        dy/dt = -omega*x
        y(0) = 1
        when x > 0.5 as up:
            count += 1
        count(0) = 0
    """,
    "Growth": """
        r = 1
        dx/dt = r
        dy/dt = 1 / (x - 0.5)
    """,
    "Branches": """
        a = 0.3
        u = exp(-x) if x > a and not y < 0 else minimum(x, a)
        dx/dt = -u + heaviside(y, 0.5) - clip(x, -1, 0.25)
        dy/dt = where(x < a or y > 1, cos(t) - y, abs(x) % 0.4) + floor(3*x)/10 + sign(y - x)
        x(0) = 0.5
    """,
    "Line": """
        N = 5
        c = 0.8
        dx/dt = -c * x + tanh(x)
        x(0) = array
    """,
    "Mixing": """
        c = 0.8
        dx/dt = -c*x + mean(x) + W @ x + expm1(x)*log1p(tanh(mean(x))**2) - sin(x)*sqrt(dot(x, x))
        x(0) = array
    """,
    "Loop": """
        a = 3
        def power_sum(x, a):
            total = 0.0
            for i in range(4):
                total += x**i / a
            return total
        dx/dt = -power_sum(x, a)
        x(0) = 1
    """,
}


@cache
def cell(name: str) -> Model:
    """A small model of this suite, or a published one; made once, so that each driver compiles it once."""
    if name in CELLS:
        text = "\n".join(line.removeprefix(" " * 8) for line in CELLS[name].splitlines())
        given = {"array": np.linspace(0.1, 1.0, 5), "W": 0.1 * np.add.outer(np.arange(5.0), -np.arange(5.0))}
        return bp.model(text, name=name, namespace=given)
    return getattr(bp.models, name)()


@cache
def reference(name: str, duration: float, **arguments: object):
    """A run on the NumPy driver, made once."""
    return cell(name).run(duration, backend="numpy", **arguments)


def assert_same(sol, expected, relative: float = RELATIVE, event_error: float = 1e-12) -> None:
    """Same times, records to ``relative`` of each variable's largest value, same events."""
    assert sol.outcome is expected.outcome
    np.testing.assert_allclose(sol.t, expected.t, rtol=1e-13, atol=1e-13)
    assert list(sol.data) == list(expected.data)
    for name in expected.data:
        ours, theirs = np.asarray(sol[name]), np.asarray(expected[name])
        assert ours.dtype == np.float64
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(
            ours, theirs, rtol=relative, atol=relative * np.abs(theirs).max(initial=0), err_msg=name
        )
    for name, train in expected.events.items():
        np.testing.assert_array_equal(sol.events[name].index, train.index)
        np.testing.assert_allclose(sol.events[name].t, train.t, rtol=1e-13, atol=event_error)


class Clock:
    """A progress callback that calls ``action`` once, when the run has passed ``fraction``."""

    def __init__(self, action, fraction: float = 0.0) -> None:
        self.action, self.fraction, self.called = action, fraction, 0.0

    def __call__(self, fraction: float) -> None:
        if fraction > self.fraction and not self.called:
            self.called = time.perf_counter()
            self.action()


class DriverConformance:
    """What every driver must do. A subclass gives the fixture ``driver``: the name of a registered driver."""

    # --- numbers -------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("name", "duration", "dt", "method"),
        [
            ("fitzhugh_nagumo", 10.0, 0.05, "rk4"),
            ("hodgkin_huxley", 4.0, 0.02, "exponential_euler"),
            ("Branches", 3.0, 0.01, "heun2"),
        ],
    )
    def test_agrees_with_the_numpy_driver(self, driver, name, duration, dt, method):
        sol = cell(name).run(duration, dt=dt, method=method, backend=driver)
        assert_same(sol, reference(name, duration, dt=dt, method=method))

    @pytest.mark.parametrize(
        ("name", "duration", "dt", "events"),
        [
            ("Neuron", 60.0, 0.1, {"spike": 3, "tired": 1}),
            ("izhikevich", 60.0, 0.1, {"spike": 2}),
            ("Detector", 20.0, 0.1, {"up": 3}),
        ],
    )
    def test_events_at_the_same_steps(self, driver, name, duration, dt, events):
        expected = reference(name, duration, dt=dt, method="rk4")
        for event, least in events.items():
            assert len(expected.events[event]) >= least
        assert_same(cell(name).run(duration, dt=dt, method="rk4", backend=driver), expected)

    @pytest.mark.parametrize("currents", [2.0, np.linspace(0.8, 2.0, 70)], ids=["single", "ensemble"])
    def test_the_same_seed_is_the_same_path(self, driver, currents):
        run = {"dt": 0.1, "seed": 4, "method": "sri1w1", "crossing": "bridge", "I": currents}
        expected = cell("Noisy").run(30.0, backend="numpy", **run)
        assert len(expected.events["spike"]) >= 2
        assert_same(cell("Noisy").run(30.0, backend=driver, **run), expected)

    def test_events_of_an_ensemble(self, driver):
        currents = np.linspace(0.5, 4.0, 70)  # more than one block of lanes
        sol = cell("Neuron").run(40.0, dt=0.1, backend=driver, I=currents)
        expected = cell("Neuron").run(40.0, dt=0.1, backend="numpy", I=currents)
        assert len(expected.events["spike"]) > 200
        assert len(expected.events["spike"].of(0)) == 0
        assert_same(sol, expected)

    def test_time_enters_the_right_hand_side(self, driver):
        sol = cell("Driven").run(2.0, dt=0.01, method="rk4", backend=driver, k=0.5)
        t = sol.t
        exact = (np.exp(-0.5 * t) - np.cos(t) + 0.5 * np.sin(t)) / 1.25
        np.testing.assert_allclose(sol.x, exact, atol=1e-10)

    def test_numbers_are_double(self, driver):
        sol = cell("Driven").run(0.02, dt=0.01, backend=driver, k=0.0, I=0.0, initial={"x": 1 + 1e-13})
        assert np.asarray(sol.x).dtype == np.float64
        assert float(sol.x[0]) - 1 == pytest.approx(1e-13, rel=1e-2)

    # --- ensembles -----------------------------------------------------------------------------------------------

    def test_parameters_and_initial_values_broadcast(self, driver):
        currents, starts = np.array([0.0, 0.5, 0.8, 1.2]), np.array([[-1.0], [0.5], [1.0]])
        sol = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend=driver, I=currents, initial={"V": starts})
        assert sol.ensemble_shape == (3, 4)
        assert np.asarray(sol.V).shape == (51, 3, 4)
        assert np.shape(sol.final["V"]) == (3, 4)
        np.testing.assert_array_equal(sol.V[0], np.broadcast_to(starts, (3, 4)))
        one = reference("fitzhugh_nagumo", 5.0, dt=0.1, I=0.8)
        many = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend="numpy", I=currents, initial={"V": starts})
        assert_same(sol, many)
        single = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend=driver, I=0.8)
        np.testing.assert_allclose(single.V, one.V, rtol=RELATIVE, atol=RELATIVE)

    @pytest.mark.parametrize("n", [1, 63, 65])
    def test_ensembles_of_any_length(self, driver, n):
        sol = cell("Driven").run(0.5, dt=0.05, backend=driver, k=np.linspace(0, 2, n))
        assert_same(sol, cell("Driven").run(0.5, dt=0.05, backend="numpy", k=np.linspace(0, 2, n)))

    def test_two_threads_give_what_one_gives(self, driver):
        run = {"duration": 20.0, "dt": 0.1, "backend": driver, "I": np.linspace(0.5, 4.0, 200)}
        assert_same(cell("Neuron").run(threads=2, **run), cell("Neuron").run(threads=1, **run), relative=0)

    def test_array_states(self, driver):
        sol = cell("Line").run(1.0, dt=0.05, backend=driver)
        assert np.asarray(sol.x).shape == (21, 5)
        assert_same(sol, cell("Line").run(1.0, dt=0.05, backend="numpy"))
        many = cell("Line").run(1.0, dt=0.05, backend=driver, c=np.array([0.8, 1.0, 2.0]))
        assert np.asarray(many.x).shape == (21, 3, 5)
        np.testing.assert_allclose(many.x[:, 0], sol.x, rtol=RELATIVE)

    def test_array_states_that_mix(self, driver):
        expected = cell("Mixing").run(1.0, dt=0.05, backend="numpy")
        try:
            sol = cell("Mixing").run(1.0, dt=0.05, backend=driver)
        except DriverError as refusal:
            assert driver in str(refusal)
            assert "numpy" in str(refusal)
            assert Capability.MIXING not in bp.drivers.get(driver).capabilities
            return
        assert_same(sol, expected)

    # --- records -------------------------------------------------------------------------------------------------

    def test_records_of_some_variables_at_some_times(self, driver):
        whole = reference("fitzhugh_nagumo", 5.0, dt=0.1, I=0.8)
        sol = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend=driver, record=["w"], record_every=0.7, I=0.8)
        assert list(sol.data) == ["w"]
        np.testing.assert_allclose(sol.t, 0.7 * np.arange(8), atol=1e-12)
        np.testing.assert_allclose(sol.w, whole.w[::7], rtol=RELATIVE)
        assert sol.final["V"] == pytest.approx(whole.final["V"], rel=RELATIVE)

    def test_no_records(self, driver):
        sol = cell("fitzhugh_nagumo").run(5.0, dt=0.1, backend=driver, record=[], I=0.8)
        assert sol.data == {}
        assert sol.final["V"] == pytest.approx(
            reference("fitzhugh_nagumo", 5.0, dt=0.1, I=0.8).final["V"], rel=RELATIVE
        )

    def test_records_of_intermediates(self, driver):
        sol = cell("Driven").run(1.0, dt=0.1, backend=driver, record=["drive", "x"], I=0.25)
        np.testing.assert_allclose(sol["drive"], 0.25 + np.sin(sol.t), rtol=1e-14)

    # --- inputs --------------------------------------------------------------------------------------------------

    def test_a_function_is_evaluated_at_every_stage(self, driver):
        sol = cell("Driven").run(1.0, dt=0.1, method="rk4", backend=driver, k=0.0, I=lambda t: 3 * t**2)
        np.testing.assert_allclose(sol.x, sol.t**3 + 1 - np.cos(sol.t), rtol=0, atol=1e-7)

    @pytest.mark.filterwarnings("ignore:The function given for")
    def test_an_object_that_can_be_called_is_sampled_in_the_middle_of_steps(self, driver):
        sol = cell("Driven").run(1.0, dt=0.1, method="euler", backend=driver, k=0.0, I=np.poly1d([2.0, 0.0]))
        forced = np.concatenate([[0], np.cumsum(0.1 * np.sin(sol.t[:-1]))])
        np.testing.assert_allclose(sol.x, sol.t**2 + forced, rtol=0, atol=1e-13)

    def test_samples_drive_a_parameter(self, driver):
        pulse = bp.inputs.section([0.0, 3.0, 1.0], [0.3, 0.4, 0.3], dt=0.1)
        sol = cell("Driven").run(1.0, dt=0.1, method="euler", backend=driver, I=pulse)
        assert_same(sol, cell("Driven").run(1.0, dt=0.1, method="euler", backend="numpy", I=pulse))
        assert sol.x[3] < 0.1 < sol.x[4]

    def test_a_solution_drives_a_parameter(self, driver):
        source = reference("Driven", 1.0, dt=0.1)
        sol = cell("Driven").run(1.0, dt=0.1, backend=driver, I=source)
        assert_same(sol, cell("Driven").run(1.0, dt=0.1, backend="numpy", I=source))

    @pytest.mark.filterwarnings("ignore:The function given for")
    def test_each_cell_has_its_input(self, driver):
        amplitudes = np.array([0.0, 1.0, 5.0])
        sol = cell("Driven").run(1.0, dt=0.1, backend=driver, I=lambda t: amplitudes * np.cos(t))
        assert np.asarray(sol.x).shape == (11, 3)
        for i, amplitude in enumerate(amplitudes):
            sampled = np.vectorize(lambda t, a=amplitude: a * np.cos(t), excluded="a")  # not read, as the other is not
            one = cell("Driven").run(1.0, dt=0.1, backend="numpy", I=sampled)
            np.testing.assert_allclose(np.asarray(sol.x)[:, i], one.x, rtol=RELATIVE, atol=RELATIVE)

    # --- pieces --------------------------------------------------------------------------------------------------

    def test_chunks_do_not_matter(self, driver, monkeypatch):
        run = {"dt": 0.1, "backend": driver, "record_every": 0.3, "I": np.linspace(1.0, 3.0, 5)}
        whole = cell("Neuron").run(30.0, **run)
        monkeypatch.setattr(control.ChunkSize, "took", lambda self, steps, seconds: setattr(self, "steps", 7))
        assert_same(cell("Neuron").run(30.0, **run), whole, relative=1e-14)

    @pytest.mark.parametrize("cut", [11.5, 24.0])
    @pytest.mark.parametrize("name", ["Neuron", "Detector"])
    def test_a_continued_run_equals_a_long_one(self, driver, name, cut):
        model, run = cell(name), {"dt": 0.1, "backend": driver, "method": "rk4"}
        whole = reference(name, 36.0, dt=0.1, method="rk4")
        first = model.run(cut, **run)
        second = model.run(36.0 - cut, start=first, **run)
        assert second.t[0] == pytest.approx(cut)
        assert second.t[-1] == pytest.approx(36.0)
        for state in model.system.state_names:
            joined = np.concatenate([first[state], second[state][1:]])
            np.testing.assert_allclose(joined, whole[state], rtol=1e-9, atol=1e-11)
        for event, train in whole.events.items():
            times = np.concatenate([first.events[event].t, second.events[event].t])
            np.testing.assert_allclose(times, train.t, atol=1e-9)

    # --- compiling -----------------------------------------------------------------------------------------------

    def test_dt_and_parameters_never_recompile(self, driver):
        model, count = cell("fitzhugh_nagumo"), bp.drivers.get(driver)
        model.run(1.0, dt=0.1, backend=driver)
        before = count.compilations
        results = [model.run(1.0, dt=dt, backend=driver, I=I).final["V"] for dt in (0.1, 0.05) for I in (0, 1)]
        assert count.compilations == before
        assert len({float(v) for v in results}) == 4

    def test_a_program_is_compiled_once(self, driver):
        count = bp.drivers.get(driver)
        before = count.compilations
        text = "q = 1\ndz/dt = q - z"
        bp.model(text, name="Once").run(1.0, dt=0.1, backend=driver)
        assert count.compilations == before + 1
        bp.model(text, name="Once").run(1.0, dt=0.1, backend=driver)
        assert count.compilations == before + 1

    def test_helper_functions_with_loops_run_or_are_refused_by_name(self, driver):
        if Capability.ELEMENT_LOGIC in bp.drivers.get(driver).capabilities:
            sol = cell("Loop").run(1.0, dt=0.001, method="rk4", backend=driver)
            # x' = -(1 + x + x**2 + x**3)/3: the slope at the start is -4/3
            assert (sol.x[1] - sol.x[0]) / 0.001 == pytest.approx(-4 / 3, abs=3e-3)
            return
        with pytest.raises(DriverError, match="power_sum") as refusal:
            cell("Loop").run(1.0, backend=driver)
        assert "backend='numba'" in str(refusal.value)

    # --- how runs end --------------------------------------------------------------------------------------------

    def test_the_stop_flag_gives_what_there_is(self, driver):
        flag = threading.Event()
        clock = Clock(flag.set)
        sol = cell("Detector").run(5e4, dt=0.01, backend=driver, record_every=1.0, stop=flag, progress=clock)
        assert sol.outcome is Outcome.STOPPED
        assert 1 < len(sol.t) < 5e4
        assert len(sol.x) == len(sol.t)
        # the step is exact to 1e-10 a turn, whatever the length
        np.testing.assert_allclose(sol.x[:50], np.sin(sol.t[:50]), atol=1e-6)

    def test_an_interrupt_gives_what_there_is_within_a_second(self, driver):
        clock = Clock(lambda: signal.raise_signal(signal.SIGINT))
        sol = cell("Detector").run(
            5e6, dt=0.01, backend=driver, record_every=100.0, progress=clock, on_interrupt="return"
        )
        assert time.perf_counter() - clock.called < 1.0
        assert sol.outcome is Outcome.INTERRUPTED
        assert len(sol.x) == len(sol.t)
        again = cell("Detector").run(1.0, dt=0.01, backend=driver)
        assert float(again.x[-1]) == pytest.approx(np.sin(1.0), abs=1e-9)

    def test_an_interrupt_in_the_middle_of_a_chunk(self, driver):
        model = cell("Detector")
        model.run(0.1, dt=0.01, backend=driver, record_every=0.1)
        sent: list[float] = []

        def interrupt() -> None:
            sent.append(time.perf_counter())
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        timer: list[threading.Timer] = []

        def start() -> None:
            timer.append(threading.Timer(0.02, interrupt))
            timer[0].start()

        clock = Clock(start)
        sol = model.run(5e6, dt=0.01, backend=driver, record_every=100.0, progress=clock, on_interrupt="return")
        assert time.perf_counter() - sent[0] < 1.0
        assert sol.outcome is Outcome.INTERRUPTED
        assert len(sol.x) == len(sol.t)
        longer = model.run(1.0, start=sol, dt=0.01, backend=driver)
        assert longer.t[0] == pytest.approx(sol.checkpoint.time)
        exact = np.sin(longer.t)
        np.testing.assert_allclose(longer.x, exact, atol=1e-4)

    def test_a_state_that_is_not_finite_stops_the_run(self, driver):
        with pytest.warns(RunWarning, match="y became nan or infinite") as caught:
            sol = cell("Growth").run(2.0, dt=0.125, method="euler", backend=driver)
        assert sol.outcome is Outcome.NON_FINITE
        assert sol.stats["non_finite"] == {"variable": "y", "element": 0, "time": 0.625}
        np.testing.assert_array_equal(sol.t, [0, 0.125, 0.25, 0.375, 0.5])
        assert np.isfinite(sol.y).all()
        assert (float(sol.final["x"]), float(sol.final["y"])) == (0.5, float(sol.y[-1]))
        message = str(caught[0].message)
        assert "cell, line 4, column 1" in message
        assert "dy/dt = 1 / (x - 0.5)\n    ^^^" in message

    def test_a_cell_that_is_not_finite_is_named(self, driver):
        starts = np.array([0.6, 0.0, 0.25, 0.8])
        with pytest.warns(RunWarning, match=r"y\[2\] became nan or infinite"):
            sol = cell("Growth").run(1.0, dt=0.125, method="euler", backend=driver, initial={"x": starts})
        assert sol.stats["non_finite"] == {"variable": "y", "element": 2, "time": 0.375}
        np.testing.assert_array_equal(sol.t, [0, 0.125, 0.25])

    # --- adaptive ------------------------------------------------------------------------------------------------

    def test_adaptive_runs_agree(self, driver):
        run = {"method": "rkdp", "rtol": 1e-8, "atol": 1e-10, "record_every": 0.5}
        sol = cell("Neuron").run(20.0, backend=driver, **run)
        assert_same(sol, reference("Neuron", 20.0, **run), relative=1e-9, event_error=1e-9)
        currents = np.array([1.2, 1.5, 3.0])
        many = cell("Neuron").run(20.0, backend=driver, I=currents, **run)
        np.testing.assert_allclose(many.V[:, 1], sol.V, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(many.events["spike"].of(1), sol.events["spike"].t, rtol=1e-10)
