"""Stops, events and breaks that fall on one time, or on each other but for rounding."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.solution.solution import Outcome

BACKENDS = ["numpy", "numba"]


def completed(sol: bp.Solution) -> bp.Solution:
    assert sol.outcome is Outcome.COMPLETED
    return sol


@pytest.mark.parametrize("backend", BACKENDS)
class TestStopsThatRoundingKeepsApart:
    def test_a_delay_and_an_input(self, backend):
        model = bp.model("I = 0\ndx/dt = -x(t - 0.3) + I\nx(0) = 1", name="Late")
        completed(model.run(10, method="rkdp", I=bp.inputs.step(1.0, at=0.3, duration=10), backend=backend))
        pulses = bp.inputs.pulses(np.arange(0.1, 20, 1.0), 20, width=0.1)
        model = bp.model("I = 0\ndx/dt = -x(t - 1) + I\nx(0) = 1", name="Later")
        for method in ("rkdp", "dop853"):
            completed(model.run(20, method=method, I=pulses, backend=backend))

    def test_a_delay_and_a_condition(self, backend):
        model = bp.model("dx/dt = -x(t - 0.9) + where(t % 0.3 < 0.06, 1, 0)\nx(0) = 1", name="Switched")
        completed(model.run(20, method="rkdp", backend=backend))

    @pytest.mark.parametrize("line", ["", "    hold(x, 0.5)"], ids=["free", "held"])
    def test_a_delay_and_a_reset(self, backend, line):
        text = f"d = 1\ndx/dt = 1\ndy/dt = x(t - d)\nx(0) = 0\nwhen x >= 1:\n    x = 0\n{line}"
        model = bp.model(text.rstrip(), name="Saw")
        for delay in (1, 2, 3):
            completed(model.run(50, method="rkdp", d=delay, backend=backend))

    def test_the_end_of_the_run(self, backend):
        held = bp.model("dV/dt = 1\nV(0) = 0\nwhen V >= 1:\n    V = 0\n    hold(V, 0.1)", name="Held")
        completed(held.run(1.1, method="rkdp", backend=backend))
        saw = bp.model("I = 1\ndV/dt = I\nV(0) = 0\nwhen V >= 1:\n    V = 0", name="Saw")
        assert completed(saw.run(3.0, method="rkdp", record_every=0.5, backend=backend)).t.tolist() == [
            0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0,
        ]  # fmt: skip
        assert completed(saw.run(3.0, method="rkdp", record=[], backend=backend)).t.tolist() == [0.0, 3.0]
        assert completed(saw.run(3.0, method="rkdp", I=np.array([0.5, 1, 1]), backend=backend)).t[-1] == 3.0

    def test_a_release_and_an_input(self, backend):
        model = bp.model("I = 0\ndV/dt = 1 + I\nV(0) = 0\nwhen V >= 1:\n    V = 0\n    hold(V, 0.1)", name="Driven")
        for k in range(1, 30, 4):
            section = bp.inputs.section([0, 0.5], [round(1.1 * k, 1), 40 - 1.1 * k], dt=0.1)
            completed(model.run(40, method="rkdp", I=section, backend=backend))

    def test_a_release_is_a_break_of_delayed_reads(self, backend):
        text = "dx/dt = 1\ndy/dt = x(t - 0.3)\nx(0) = 0\nwhen x >= 1:\n    x = 0\n    hold(x, 0.5)"
        model = bp.model(text, name="Held")
        rough = model.run(20, method="rkdp", rtol=1e-4, backend=backend).final["y"]
        assert rough == pytest.approx(
            model.run(20, method="rkdp", max_step=0.05, backend=backend).final["y"], abs=1e-11
        )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("method", ["rkdp", "rk4"])
class TestEvents:
    def test_two_at_one_instant(self, backend, method):
        text = "dV/dt = 1\nV(0) = 0\nwhen V >= 1 as a:\n    pass\nwhen V >= 1 as b:\n    pass"
        events = bp.model(text, name="Twins").run(3.0, method=method, backend=backend).events
        for name in ("a", "b"):
            np.testing.assert_allclose(events[name].t, [1.0], atol=1e-9)

    def test_one_that_another_brings_about(self, backend, method):
        text = (
            "dV/dt = 1\ndw/dt = -0.1*w\nV(0) = 0\nwhen V >= 1:\n    V = 0\n    w += 0.6\nwhen w >= 1 as high:\n    pass"
        )
        high = bp.model(text, name="Chain").run(5.5, method=method, backend=backend).events["high"].t
        np.testing.assert_allclose(high, [2.0], atol=1e-9)

    def test_what_holds_at_the_start_happens_in_the_first_step(self, backend, method):
        model = bp.model("dV/dt = 1\nV(0) = 2\nwhen V >= 1 as b:\n    pass", name="Above")
        first = 0.0 if method == "rkdp" else model.dt
        np.testing.assert_allclose(model.run(3.0, method=method, backend=backend).events["b"].t, [first])
        both = model.run(3.0, method=method, backend=backend, initial={"V": np.array([0.0, 2.0])}).events["b"]
        assert both.index.tolist() == [1, 0]
        np.testing.assert_allclose(both.t, [first, 1.0], atol=1e-9)

    def test_a_reset_through_an_intermediate(self, backend, method):
        text = "I = 40.0\nover = V - 1\ndV/dt = I - V\nwhen over >= 0:\n    V = 0"
        model, plain = bp.model(text, name="Named"), bp.model(text.replace("over >= 0", "V - 1 >= 0"), name="Plain")
        run = {"method": method, "dt": 1e-3, "backend": backend}
        assert len(model.run(1.0, **run).events["spike"]) == len(plain.run(1.0, **run).events["spike"]) > 30


def test_an_adaptive_run_continued_in_fixed_steps_repeats_no_event():
    model = bp.model("dV/dt = 1\nV(0) = 0\nwhen V >= 1 as b:\n    pass", name="Once")
    first = model.run(2.0, method="rkdp")
    assert len(model.run(2.0, method="rk4", start=first).events["b"]) == 0


def test_a_blow_up_is_not_blamed_on_a_constant_delay():
    sol = bp.model("dx/dt = x**2 + 0*x(t - 1)\nx(0) = 1", name="Blow").run(3, method="rkdp")
    assert sol.outcome is not Outcome.DELAY_OUT_OF_REACH


class TestHistoriesWithJumps:
    @pytest.mark.parametrize("b", [-0.75, -0.5, -0.537, -0.3])
    def test_a_function(self, b):
        model = bp.model("dx/dt = -x(t - 1)", name="Late")
        history = {"x": np.vectorize(lambda t: 0.0 if t < b else 1.0)}
        final = model.run(1.1, method="rkdp", rtol=1e-4, history=history).final["x"]
        assert final == pytest.approx(1 - max(0.0, -b) - 0.1, abs=1e-8)

    @pytest.mark.parametrize(("on", "width"), [(-3.605, 0.05), (-4.001, 0.003)])
    def test_short_pulses_in_the_text(self, on, width):
        text = "on = -3\nw = 0.05\ndx/dt = 0\ndy/dt = x(t - 5)\nx(t <= 0) = where((t > on) and (t < on + w), 1, 0)"
        final = bp.model(text, name="Pulse").run(5, method="rkdp", on=on, w=width).final["y"]
        assert final == pytest.approx(width, rel=1e-9)

    def test_conditions_within_a_delay(self):
        text = "dz/dt = 1\ndy/dt = z(t - where((t > 5) and (t < 5.01), 1, 4))\nz(t <= 0) = t"
        assert bp.model(text, name="Moved").run(10, method="rkdp").final["y"] == pytest.approx(10.03, rel=1e-9)

    def test_of_an_earlier_run_with_resets(self):
        text = "dV/dt = (-V + 20 + 0.3*V(t - 1.5))/10\nV(0) = 0\nwhen V >= 10:\n    V = 0"
        model, sol = bp.model(text, name="Resetting"), None
        for _ in range(20):
            sol = model.run(5, start=sol, method="rkdp")
        assert sol.final["V"] == pytest.approx(model.run(100, method="rkdp", rtol=1e-11).final["V"], abs=1e-6)
