"""Adaptive methods end their steps where conditions in t switch: no pulse is passed over, and orders are kept."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.adaptive.breaks import stops_of
from brainpy_lab.simulation.values.problem import resolve
from brainpy_lab.symbolic.corners import corners

TIGHT = {"method": "rkdp", "rtol": 1e-10, "atol": 1e-13}


def leaking(drive: str, lines: str = "") -> bp.Model:
    return bp.model(f"{lines}\ndx/dt = -x/20 + {drive}\nx(0) = 0", name="Leaking")


def after_pulses(pulses, end=100.0, height=10.0):
    """The state of a leaking integrator at the end, from times of onset and offset."""
    return sum(20 * height * (np.exp(-(end - off) / 20) - np.exp(-(end - on) / 20)) for on, off in pulses)


def stops(model: bp.Model, duration: float, **parameters) -> list[float]:
    problem = resolve(model.system, parameters, {}, {}, lambda value: False)
    return sorted(stops_of(problem, 0.0, duration, {}, 1e-6))


PULSES = [
    ("where((t > 50) and (t < 50.1), 10, 0)", "", [(50, 50.1)]),
    ("I", "I = 10 if 50 <= t <= 50.1 else 0", [(50, 50.1)]),
    ("10*heaviside(t - 50, 0)*heaviside(50.1 - t, 0)", "", [(50, 50.1)]),
    ("5*(sign(t - on) - sign(t - off))", "on = 50\noff = on + 0.1", [(50, 50.1)]),
    ("10*((t - 3)/0.7 > 30)*(not (t > 24.5))", "", [(24, 24.5)]),
    ("10*(phase < 0.05)", "T = 25\nphase = t % T", [(25 * k, 25 * k + 0.05) for k in range(4)]),
    ("10*(t - floor(t/25)*25 < 0.05)", "", [(25 * k, 25 * k + 0.05) for k in range(4)]),
    ("10*(t // 0.5 == 60)", "", [(30, 30.5)]),
    ("10*(sin(2*pi*t/50) > 0.999)", "", [(50 * k + 12.5 - w, 50 * k + 12.5 + w) for k in range(2)
                                         for w in [25 / np.pi * np.arccos(0.999)]]),
    ("10*(t*t > 2500)*(exp(t) < exp(50.1))", "", [(50, 50.1)]),
    ("pulse(t, 50)", "def pulse(time, on):\n    if time < on:\n        return 0.0\n    if time > on + 0.1:\n"
                     "        return 0.0\n    return 10.0\n", [(50, 50.1)]),
]  # fmt: skip


@pytest.mark.parametrize(("drive", "lines", "pulses"), PULSES)
def test_no_pulse_is_passed_over(drive, lines, pulses):
    final = leaking(drive, lines).run(100.0, **TIGHT).final["x"]
    assert final == pytest.approx(after_pulses(pulses), rel=2e-9)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_on_every_driver(backend):
    drive, lines, pulses = PULSES[5]
    final = leaking(drive, lines).run(100.0, backend=backend, **TIGHT).final["x"]
    assert final == pytest.approx(after_pulses(pulses), rel=2e-9)


@pytest.mark.parametrize("method", ["rkdp", "tsit5", "bs", "dop853", "rodas4"])
def test_with_every_kind_of_method(method):
    final = leaking("10*(t > 50)*(t < 50.1)").run(100.0, method=method, rtol=1e-8, atol=1e-11).final["x"]
    assert final == pytest.approx(after_pulses([(50, 50.1)]), rel=1e-6)


def test_a_function_with_a_loop():
    text = """
def train(t):
    for k in range(5):
        if 20*k + 5 < t < 20*k + 6:
            return 10.0
    return 0.0
"""
    final = leaking("train(t)", text).run(100.0, backend="numba", **TIGHT).final["x"]
    assert final == pytest.approx(after_pulses([(20 * k + 5, 20 * k + 6) for k in range(5)]), rel=1e-8)


def test_a_function_given_for_a_parameter():
    model = leaking("I", "I = 0")
    final = model.run(100.0, I=lambda t: 10.0 if 50 < t < 50.1 else 0.0, **TIGHT).final["x"]
    assert final == pytest.approx(after_pulses([(50, 50.1)]), rel=2e-9)
    both = leaking("I + 10*(t > 70)*(t < 70.2)", "I = 0")
    section = bp.inputs.section([0.0, 10.0, 0.0], [50.0, 0.1, 49.9], dt=0.1)
    final = both.run(100.0, I=section, **TIGHT).final["x"]
    assert final == pytest.approx(after_pulses([(50, 50.1), (70, 70.2)]), rel=2e-9)


def test_steps_do_not_gather_at_a_switch():
    stats = leaking("10*(t > 50)*(t < 50.1)").run(100.0, method="rkdp", rtol=1e-8, atol=1e-11).stats
    assert stats["rejected"] <= 2
    assert stats["steps"] < 80


def test_cells_of_an_ensemble_with_pulses_of_their_own():
    onsets = np.linspace(10.0, 80.0, 8)
    model = leaking("10*(t > on)*(t < on + 0.1)", "on = 50")
    sol = model.run(100.0, on=onsets, record=[], **TIGHT)
    expected = [after_pulses([(on, on + 0.1)]) for on in onsets]
    np.testing.assert_allclose(sol.final["x"], expected, rtol=2e-9)
    grid = model.run(100.0, on=onsets[:, None], initial={"x": np.zeros(3)}, record=[], **TIGHT)
    np.testing.assert_allclose(grid.final["x"], np.repeat(expected, 3).reshape(8, 3), rtol=2e-9)
    alone = model.run(100.0, on=20.0, **TIGHT).stats["steps"]
    assert sol.stats["steps"] < 8 * 1.5 * alone  # a cell does not start anew at the pulses of others


def test_elements_of_a_network_with_pulses_of_their_own():
    text = "W = [[0, 0], [0, 0]]\non = [20, 60]\ndx/dt = -x/20 + W @ x + 10*(t > on)*(t < on + 0.1)\nx(0) = [0, 0]"
    final = bp.model(text, name="Net").run(100.0, **TIGHT).final["x"]
    np.testing.assert_allclose(final, [after_pulses([(on, on + 0.1)]) for on in (20, 60)], rtol=2e-9)


def test_events_at_short_conditions_of_time_are_seen():
    model = bp.model("dx/dt = -x\nx(0) = 1\nwhen (t > 50) and (t < 50.001) as pulse:\n    x = 1", name="Reset")
    times = model.run(100.0, method="rkdp").events["pulse"].t
    np.testing.assert_allclose(times, [50.0], atol=1e-9)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_events_at_a_switch_that_drives_states_too(backend):
    text = """
dx/dt = -x + (t > 50)
dn/dt = 0
x(0) = 1
n(0) = 0
when t > 50 as begin:
    x = 3
when x > 2.5 as high:
    n = n + 1
"""
    events = bp.model(text, name="Both").run(100.0, method="rkdp", backend=backend).events
    assert [len(events["begin"]), len(events["high"])] == [1, 1]
    np.testing.assert_allclose(events["begin"].t, [50.0], rtol=1e-13)


def test_an_event_of_an_input_that_jumps():
    model = bp.model("I = 0\ndx/dt = -x + I\nx(0) = 0\nwhen I > 0.5 as begin:\n    x = 3", name="Driven")
    section = bp.inputs.section([0.0, 1.0, 0.0, 1.0], [50.0, 10.0, 10.0, 10.0], dt=0.1)
    for method in ("rkdp", "rk4"):
        times = model.run(80.0, I=section, method=method, dt=0.1).events["begin"].t
        np.testing.assert_allclose(times, [50.0, 70.0], atol=0.1)


def test_delayed_states_after_a_switch():
    switched = bp.model("dx/dt = -x(t - 1) + (t > 5)\nx(t <= 0) = 1", name="Late")
    driven = bp.model("I = 0\ndx/dt = -x(t - 1) + I\nx(t <= 0) = 1", name="Late")
    run = {"method": "rkdp", "rtol": 1e-10, "atol": 1e-12}
    section = bp.inputs.section([0.0, 1.0], [5.0, 15.0], dt=0.1)
    assert switched.run(20.0, **run).final["x"] == pytest.approx(
        driven.run(20.0, I=section, **run).final["x"], rel=1e-9
    )


def test_records_at_the_switch_itself():
    sol = leaking("10*(t >= 50)").run(100.0, record_every=10.0, **TIGHT)
    assert len(sol.t) == 11
    assert sol.t[5] == 50.0
    assert abs(sol.x[5]) < 1e-10
    assert abs(sol(50.0)["x"]) < 1e-10
    own = leaking("10*(t >= 50)").run(100.0, **TIGHT)
    assert (np.diff(own.t) > 0).all()


def test_a_switch_at_the_start_or_the_end():
    for drive in ("10*(t > 0)", "10*(t >= 0)", "10*(t < 100)", "10*(t <= 100)"):
        final = leaking(drive).run(100.0, **TIGHT).final["x"]
        assert final == pytest.approx(after_pulses([(0, 100)]), rel=1e-9)


def test_what_depends_on_states_is_no_corner():
    model = bp.model("a = 2\nb = a*x\ndx/dt = abs(x) + (b > t) + maximum(x, t)\nx(0) = 1", name="States")
    assert corners(model.system) == ()
    assert stops(leaking("1"), 10.0) == []


def test_times_of_switches():
    assert stops(leaking("(t > on)*(t < off)", "on = 3\noff = on + 2"), 10.0, on=4.0) == pytest.approx([4.0, 6.0])
    assert stops(leaking("abs(t - 3) + maximum(t, 5) + clip(t, 6, 7)"), 10.0) == pytest.approx([3, 5, 6, 7])
    assert stops(leaking("ceil(t/2) + t % 3"), 10.0) == pytest.approx([2, 3, 4, 6, 8, 9])
    assert stops(leaking("floor(t*1e12)"), 10.0) == []  # too many: left to the control of the step
    assert stops(leaking("(t > 3) + (3 < t) + (2*t > 6)"), 10.0) == pytest.approx([3.0])
    assert stops(leaking("(cos(t) > 0)"), 10.0) == pytest.approx(np.pi * np.array([0.5, 1.5, 2.5]))
    assert stops(leaking("(sin(100*pi*t) >= 0)"), 100.0) == pytest.approx(np.arange(1, 10_000) / 100)


@pytest.mark.parametrize(
    ("drive", "duration", "expected"),
    [
        ("where(sin(2*pi*t/10) > 0.5, 1, 0)", 1000.0, 1000 / 3),  # the duration is a multiple of the period
        ("where(sin(2*pi*t/25) > 0.99, 1, 0)", 10_000.0, 450.534136),
        ("where((t - 53.3)**2 < 0.001**2, 500, 0)", 100.0, 1.0),  # shorter than the distance of samples
    ],
)
def test_curved_conditions(drive, duration, expected):
    final = bp.model(f"dx/dt = {drive}\nx(0) = 0", name="Curved").run(duration, method="rkdp").final["x"]
    assert final == pytest.approx(expected, rel=1e-7)


def test_conditions_on_inputs_that_move():
    ramp = bp.inputs.ramp(0, 1, 100)
    model = bp.model("I = 0\ndx/dt = where((I > 0.5) and (I < 0.501), 1000, 0)\nx(0) = 0", name="Ramp")
    assert model.run(100, method="rkdp", I=ramp).final["x"] == pytest.approx(100.0, rel=1e-8)
    model = bp.model("on = 0\ndx/dt = where((t > on) and (t < on + 0.01), 100, 0)\nx(0) = 0", name="On")
    constant = bp.inputs.constant(53.3, 100)
    assert model.run(100, method="rkdp", on=constant).final["x"] == pytest.approx(1.0, rel=1e-8)
