"""Events: none is lost because a step is long, all follow one rule, and what cannot go on says so."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.solution.solution import Outcome

ADAPTIVE = ["tsit5", "rkdp", "dop853", "bs", "rkf45", "ck", "rodas4", "heun_euler", "auto"]
FIXED = [
    "euler", "midpoint", "heun2", "ralston2", "rk2", "rk3", "heun3", "ralston3", "ssprk3", "rk4", "rk4_38rule",
    "ralston4", "exponential_euler", "etdrk2", "etdrk4", "backward_euler", "trapezoid",
]  # fmt: skip
#: One of each kind of code in `make test`, the others with the slow sweeps; each keeps its order through resets below.
KINDS = {"euler", "heun2", "rk4", "exponential_euler", "etdrk4", "trapezoid"}
FIXED_BY_KIND = [m if m in KINDS else pytest.param(m, marks=pytest.mark.slow) for m in FIXED]
ALL_DRIVERS = ["numpy", "numba", "jax", "torch"]
CUBIC = "dy/dt = 3*t**2 - 18*t + 20\ny(0) = -12\nwhen y >= 0 as up:\n    pass\nwhen y <= 0 as down:\n    pass"
FALL = np.sqrt(2 / 9.81)


def ball(block: str = "v = -v", condition: str = "h <= 0") -> bp.Model:
    text = f"dh/dt = v\ndv/dt = -9.81\nh(0) = 1\nwhen {condition} as bounce:\n    {block}"
    return bp.model(text, name="Ball")


def adex() -> bp.Model:
    """The adaptive exponential neuron: R. Brette, W. Gerstner, J. Neurophysiol. 94, 2005, doi:10.1152/jn.00686.2005."""
    numbers = "C=281 gL=30 EL=-70.6 VT=-50.4 DT=2 tw=144 a=4 b=80.5 Vr=-60 Vp=0 I=800".split()
    equations = [
        "dV/dt = (gL*(EL - V) + gL*DT*exp((V - VT)/DT) - w + I)/C", "dw/dt = (a*(V - EL) - w)/tw", "V(0) = EL",
        "when V >= Vp:", "    V = Vr", "    w += b",
    ]  # fmt: skip
    return bp.model("\n".join(numbers + equations), name="AdEx")


class TestNoneIsLost:
    @pytest.mark.parametrize("method", ADAPTIVE)
    def test_a_ball(self, method):
        rtol = 1e-3 if method == "heun_euler" else None  # of order 2: 40,000 steps at the default
        sol = ball().run(10, method=method, rtol=rtol, backend="numpy")
        assert sol.outcome is Outcome.COMPLETED
        np.testing.assert_allclose(sol.events["bounce"].t, FALL * np.arange(1, 23, 2), rtol=1e-6)
        assert np.abs(sol["h"][np.isin(sol.t, sol.events["bounce"].t)]).max() <= 1e-9
        assert sol["h"].min() >= -1e-9

    @pytest.mark.parametrize("backend", ALL_DRIVERS)
    def test_on_every_driver_with_records(self, backend):
        sol = ball().run(10, method="tsit5", backend=backend, record_every=0.01)
        assert len(sol.events["bounce"]) == 11
        since = np.mod(sol.t + FALL, 2 * FALL) - FALL
        np.testing.assert_allclose(sol["h"], 1 - 9.81 / 2 * since**2, atol=1e-8)

    @pytest.mark.parametrize("backend", ["numpy", "numba"])
    def test_of_an_ensemble(self, backend):
        height = np.array([0.25, 1.0, 4.0])
        sol = ball().run(5, method="rkdp", backend=backend, initial={"h": height})
        counts = np.bincount(sol.events["bounce"].index, minlength=3)
        first = np.sqrt(2 * height / 9.81)
        assert counts.tolist() == np.floor((5 / first + 1) / 2).astype(int).tolist()

    @pytest.mark.parametrize("method", ADAPTIVE)
    def test_both_ways_through_a_border(self, method):
        rtol = 1e-4 if method == "heun_euler" else None
        events = bp.model(CUBIC, name="Cubic").run(8, method=method, rtol=rtol, backend="numpy").events
        loose = 1e-3 if rtol else 1e-9
        np.testing.assert_allclose(events["up"].t, [1, 6], atol=loose)
        np.testing.assert_allclose(events["down"].t, [0, 2], atol=loose)  # it holds at the start

    @pytest.mark.parametrize(
        "run", [{"method": "tsit5"}, {"method": "dop853"}, {"method": "euler", "crossing": "exact"}]
    )
    def test_narrow_windows_in_one_step(self, run):
        text = (
            "dV/dt = 1\nV(0) = 0\nwide = abs(V - 5)\n"
            "when abs(V - 5) < 0.001 as near:\n    pass\nwhen V > 2 and V < 2.0000001 as window:\n    pass\n"
            "when not (V < 7 or sin(V) > 2) as either:\n    pass\nwhen minimum(V, 9 - V) > 4.4999 as top:\n    pass\n"
            "when wide < 0.01 as named:\n    pass\nwhen (V - 3)*(V - 3.0001) < 0 as dip:\n    pass\n"
            "when sin(9*V) > 0.999 as wave:\n    pass"
        )
        events = bp.model(text, name="Windows").run(10, dt=5, backend="numpy", **run).events
        for name, time in {
            "near": 4.999, "window": 2, "either": 7, "top": 4.4999, "named": 4.99, "dip": 3,
        }.items():  # fmt: skip
            np.testing.assert_allclose(events[name].t, [time], atol=1e-9, err_msg=name)
        np.testing.assert_allclose(events["wave"].t, (np.arcsin(0.999) + 2 * np.pi * np.arange(15)) / 9, atol=1e-9)

    def test_the_step_after_an_event_starts_small(self):
        model = bp.model(
            "dx/dt = 1\ndz/dt = -1000*(z - sin(t))*s\ns(0) = 0\nx(0) = -5\nwhen x >= 0:\n    s = 1", name="On"
        )
        sol = model.run(5.01, method="tsit5", backend="numpy")
        steps = np.diff(sol.t)
        at = np.searchsorted(sol.t, 5.0)
        assert steps[at] < 1e-2 * steps[at - 1]


class TestOneRule:
    """A condition fires where it is true and was false at the last test, in every kind of run alike."""

    RUNS = ({"method": "rk4", "dt": 0.01}, {"method": "rk4", "dt": 0.01, "crossing": "exact"}, {"method": "tsit5"})

    @pytest.mark.parametrize("run", RUNS)
    @pytest.mark.parametrize("block", ["pass", "n += 1", "V = V_reset"])
    def test_what_holds_at_the_start_fires_once_in_the_first_step(self, run, block):
        text = f"V_reset = 0\ndV/dt = 0\nn(0) = 0\ndn/dt = 0\nV(0) = 2\nwhen V >= 1:\n    {block}"
        times = bp.model(text, name="Above").run(1, backend="numpy", **run).events["spike"].t
        np.testing.assert_allclose(times, [0.01 if run["method"] == "rk4" and "crossing" not in run else 0.0])

    @pytest.mark.parametrize("run", RUNS)
    def test_on_the_border_at_the_start(self, run):
        up = bp.model("dx/dt = 1\nx(0) = 0\nwhen x >= 0:\n    pass", name="Up").run(1, backend="numpy", **run)
        away = bp.model("dx/dt = 1\nx(0) = 0\nwhen x <= 0:\n    pass", name="Away").run(1, backend="numpy", **run)
        assert (len(up.events["spike"]), len(away.events["spike"])) == (1, 0)

    @pytest.mark.parametrize("run", RUNS)
    def test_a_block_that_leaves_its_condition_true_does_not_fire_again(self, run):
        text = "dV/dt = -V\nV(0) = 0\ndc/dt = 1\nc(0) = 0\nwhen V >= 1:\n    V = 3\n"
        text += "when c >= 1 as kick:\n    V = 2\n    c = 0"
        sol = bp.model(text, name="Left").run(4.5, backend="numpy", **run)
        assert sol.outcome is Outcome.COMPLETED
        np.testing.assert_allclose(sol.events["spike"].t, [1, 3], atol=0.021)  # false again after log(3)

    @pytest.mark.parametrize("run", RUNS)
    def test_a_continued_run_goes_on_with_the_last_test(self, run):
        model = bp.model("dx/dt = 1\nx(0) = 0\nwhen x >= 1:\n    pass", name="Once")
        first = model.run(2, backend="numpy", **run)
        assert len(model.run(2, start=first, backend="numpy", **run).events["spike"]) == 0
        assert len(model.run(2, start=2.0, initial={"x": 2}, backend="numpy", **run).events["spike"]) == 1

    @pytest.mark.parametrize("run", RUNS)
    def test_a_spike_that_goes_on_rising_is_not_stuck(self, run):
        text = "dV/dt = 6*cos(6*t) - k\ndk/dt = -k\nV(0) = 0\nwhen V >= 0.3:\n    k += 0.1"
        sol = bp.model(text, name="Rising").run(3, backend="numpy", **run)
        assert sol.outcome is Outcome.COMPLETED
        assert len(sol.events["spike"]) == 3


class TestWhatCannotGoOn:
    RUNS = TestOneRule.RUNS

    @pytest.mark.parametrize("block", ["v = -0.8*v", "v = -0.001*v", "v = 0", "v = -0.5*v"])
    @pytest.mark.parametrize("run", RUNS)
    def test_a_ball_that_comes_to_rest_does_not_fall_through(self, run, block):
        with pytest.warns(UserWarning, match="at the event 'bounce'"):
            sol = ball(block).run(5, backend="numpy", **run)
        assert sol.outcome in (Outcome.EVENT_STUCK, Outcome.TOO_MANY_EVENTS)
        assert sol["h"].min() > -0.05
        assert sol.checkpoint.time < 4.07

    def test_up_to_there_it_is_right(self):
        sol = ball("v = -0.8*v").run(3.5, method="tsit5", backend="numpy")
        assert sol.outcome is Outcome.COMPLETED
        expected = FALL * (1 + 2 * np.cumsum(0.8 ** np.arange(1, 9)))
        np.testing.assert_allclose(sol.events["bounce"].t, [FALL, *expected], rtol=1e-9)

    @pytest.mark.parametrize("run", RUNS)
    def test_on_a_moving_floor(self, run):
        model = ball("v = -0.5*(v - cos(5*t)) + cos(5*t)", "h <= 0.2*sin(5*t)")
        backend = "numba" if "crossing" in run else "numpy"  # the last bounces take long to locate
        with pytest.warns(UserWarning, match="at the event 'bounce'"):
            sol = model.run(10, backend=backend, **run)
        assert sol["h"].min() > -0.25

    @pytest.mark.parametrize("run", RUNS)
    def test_a_reset_beyond_its_own_border(self, run):
        model = bp.model("dx/dt = 1\nx(0) = 0\nwhen x >= 1:\n    x = 1.5", name="Beyond")
        with pytest.warns(UserWarning, match="left its condition true"):
            sol = model.run(3, backend="numpy", **run)
        assert sol.outcome is Outcome.EVENT_STUCK
        assert sol.checkpoint.time == pytest.approx(1, abs=0.011)

    @pytest.mark.parametrize(
        ("back", "backend"),
        [
            *((back, "numba") for back in ("-1e-12", "-1e-9", "-1e-300")),
            *(pytest.param(back, "numpy", marks=pytest.mark.slow) for back in ("-1e-12", "-1e-9")),
            ("-1e-300", "numpy"),
        ],
    )
    @pytest.mark.parametrize("run", RUNS[1:])
    def test_events_without_end_take_bounded_memory(self, run, back, backend):
        model = bp.model(f"dx/dt = 1\nx(0) = -1\nwhen x >= 0:\n    x = {back}", name="Zeno")
        with pytest.warns(UserWarning, match="without end"):
            sol = model.run(2, backend=backend, **run)
        assert sol.outcome is Outcome.TOO_MANY_EVENTS
        assert len(sol.events["spike"]) == 1000
        assert sol.checkpoint.time == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize("backend", ALL_DRIVERS)
    def test_alarms_on_every_driver(self, backend):
        with pytest.warns(UserWarning, match="in cell 1, at the event 'bounce'"):
            sol = _two_balls().run(2, dt=0.01, method="rk4", backend=backend, c=np.array([1.0, 0.5]))
        assert sol.outcome is Outcome.EVENT_STUCK
        assert 1.2 < sol.checkpoint.time < 1.36  # the half bounces die out at 1.354


def _two_balls() -> bp.Model:
    text = "c = 1\ndh/dt = v\ndv/dt = -9.81\nh(0) = 1\nwhen h <= 0 as bounce:\n    v = -c*v"
    return bp.model(text, name="Balls")


class TestUpstrokes:
    @pytest.mark.parametrize("method", FIXED_BY_KIND)
    def test_right_or_said(self, method, recwarn):
        model = adex()
        for dt in (0.5, 0.1, 0.02):
            sol = model.run(200, dt=dt, method=method, backend="numpy" if dt > 0.05 else "numba", record_every=None)
            if sol.outcome is Outcome.COMPLETED:
                assert len(sol.events["spike"]) == 5
                assert sol["w"].max() == pytest.approx(286.96, rel=0.02)
            else:
                assert sol.outcome in (Outcome.EVENT_SPOILED, Outcome.NON_FINITE)
                assert np.abs(sol["w"]).max() < 290

    @pytest.mark.parametrize("method", FIXED_BY_KIND)
    def test_exact_crossings_are_right(self, method):
        sol = adex().run(200, dt=0.1, method=method, backend="numba", crossing="exact")
        assert sol.outcome is Outcome.COMPLETED
        loose = 1.2 if method in ("euler", "backward_euler") else 0.25
        np.testing.assert_allclose(sol.events["spike"].t, [17.7196, 35.1296, 60.662, 101.673, 161.4116], atol=loose)
        assert sol["w"].max() == pytest.approx(286.96, abs=0.5)

    @pytest.mark.parametrize("method", ["tsit5", "rkdp", "dop853"])
    def test_adaptive(self, method):
        sol = adex().run(200, method=method, rtol=1e-8, backend="numpy")
        np.testing.assert_allclose(sol.events["spike"].t, [17.7196, 35.1296, 60.662, 101.673, 161.4116], atol=2e-3)


class TestExactCrossings:
    TEXT = (
        "a = 2.5\ndV/dt = -V + a + 0.5*sin(3*t) - 0.3*w\ndw/dt = -0.7*w + 0.1*V**2\nV(0) = 0\nw(0) = 0\n"
        "when V >= 1:\n    V = 0\n    w += 0.4\n"
    )

    @pytest.fixture(scope="class")
    @classmethod
    def reference(cls):
        return bp.model(cls.TEXT, name="Adapting").run(5.4, method="dop853", rtol=1e-13, atol=1e-14, backend="numpy")

    def errors(self, reference, method, backend, steps):
        model, found = bp.model(self.TEXT, name="Adapting"), []
        for n in steps:
            sol = model.run(5.4, dt=5.4 / n, method=method, crossing="exact", backend=backend)
            times, right = sol.events["spike"].t, reference.events["spike"].t
            assert len(times) == len(right) == 9
            found.append(abs(sol.final["w"] - reference.final["w"]) + np.abs(times - right).max())
        return np.array(found)

    @pytest.mark.parametrize("method", FIXED)
    def test_the_order_is_kept_through_resets(self, reference, method):
        coarse, fine = self.errors(reference, method, "numpy", (240, 480))
        assert np.log2(coarse / fine) == pytest.approx(bp.solvers.get(method).order, abs=0.15)

    @pytest.mark.parametrize("backend", ["numba", "jax", "torch"])
    @pytest.mark.parametrize("method", ["rk4", "exponential_euler"])
    def test_on_every_driver(self, reference, method, backend):
        own = self.errors(reference, method, backend, (60,))
        np.testing.assert_allclose(own, self.errors(reference, method, "numpy", (60,)), rtol=1e-5)

    def test_several_events_in_one_step(self):
        model = bp.model("dx/dt = 1\nx(0) = 0\nn(0) = 0\ndn/dt = 0\nwhen x >= 0.3:\n    x = 0\n    n += 1", name="Fast")
        sol = model.run(10, dt=1.0, method="euler", crossing="exact", backend="numpy")
        np.testing.assert_allclose(sol.events["spike"].t, 0.3 * np.arange(1, 34), atol=1e-12)
        np.testing.assert_allclose(sol.t, np.arange(11.0))
        assert sol.final["n"] == 33

    def test_records_lie_on_the_steps_and_holds_end_inside(self):
        text = "dV/dt = 1\nV(0) = 0\nwhen V >= 1:\n    V = 0\n    hold(V, 0.25)"
        sol = bp.model(text, name="Held").run(
            5, dt=0.1, method="rk4", crossing="exact", record_every=0.5, backend="numpy"
        )
        np.testing.assert_allclose(sol.events["spike"].t, [1, 2.25, 3.5, 4.75], atol=1e-12)
        np.testing.assert_allclose(sol.t, 0.5 * np.arange(11))
        np.testing.assert_allclose(sol["V"][[1, 3, 8]], [0.5, 0.25, 0.25], atol=1e-12)

    def test_inputs_that_jump_and_move(self):
        model = bp.model("I = 0\ndV/dt = I - V\nV(0) = 0\nwhen V >= 0.5:\n    V = 0", name="Driven")
        exact = {"method": "rk4", "dt": 0.1, "crossing": "exact", "backend": "numpy"}
        step = model.run(3, I=bp.inputs.step(1.0, at=0.33, duration=3, dt=0.01), **exact)
        np.testing.assert_allclose(step.events["spike"].t, 0.33 + np.log(2) * np.arange(1, 4), atol=2e-6)
        moving = model.run(3, I=lambda t: 1 + 0.5 * np.sin(t), **exact).events["spike"].t
        fine = model.run(3, I=lambda t: 1 + 0.5 * np.sin(t), method="dop853", rtol=1e-11, backend="numpy")
        np.testing.assert_allclose(moving, fine.events["spike"].t, atol=3e-6)

    def test_an_ensemble(self):
        model = bp.model("I = 1\ndV/dt = I\nV(0) = 0\nwhen V >= 1:\n    V = 0", name="Many")
        rates = np.array([0.7, 1.3, 2.9])
        events = model.run(4, dt=0.1, method="rk4", crossing="exact", I=rates, backend="numba").events["spike"]
        for cell, rate in enumerate(rates):
            own = events.t[events.index == cell]
            np.testing.assert_allclose(own, np.arange(1, len(own) + 1) / rate, atol=1e-12)
        assert len(events) == sum(int(4 * rate) for rate in rates)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("dx/dt = -x + xi\nwhen x > 1:\n    x = 0", "white noise"),
            ("dx/dt = -x(t - 1)\nx(t <= 0) = 1\nwhen x < 0:\n    pass", "delays"),
            ("order(x) = 0.5\ndx/dt = -x\nx(0) = 1\nwhen x < 0.5:\n    pass", "fractional orders"),
        ],
    )
    def test_is_refused_by_name(self, text, why):
        with pytest.raises(bp.errors.BrainPyLabError, match=why):
            bp.model(text, name="Other").run(1, crossing="exact")

    def test_is_refused_for_elements_that_mix(self):
        model = bp.model("W = 1\ndx/dt = -x + sum(x)\nx(0) = u\nu = 1\nwhen x > 3:\n    pass", name="Net")
        with pytest.raises(bp.errors.BrainPyLabError, match="mix"):
            model.run(1, crossing="exact", method="rk4", initial={"x": np.ones(3)})
