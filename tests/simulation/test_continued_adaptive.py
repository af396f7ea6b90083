"""Runs in the adaptive loop that go on from where another has ended are, bit for bit, the run without the stop."""

import threading

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.adaptive import state as adaptive_state
from brainpy_lab.simulation.solution.outcome import Outcome

OSCILLATOR = "dx/dt = y\ndy/dt = 2*(1 - x**2)*y - x\nx(0) = 1\ny(0) = 0"
FIRING = """
dv/dt = (-v + I)/tau
when v > 1 as spike:
    v = 0.2*rand()
    hold(v, 1.3)
I = 1.7
tau = 5
v(0) = 0
"""
DELAYED = FIRING.replace("-v + I", "-v + I + 0.5*v(t - 2)")
STATE_DELAY = "dx/dt = -x(t - 1 - 0.2*sin(x))*r*(1 + x)\nr = 1.4\nx(0) = 0.3"
MIXING = "dx/dt = y - 0.1*x*sum(x)\ndy/dt = -x - 0.2*mean(y)\nx(0) = [1, 0.5, 0.2]\ny(0) = [0, 0.1, 0.3]"
SWITCHED = """
dv/dt = (-v + I*(0.37*t > 1.234) + (t % 1.7 < 0.6) + abs(sin(2.1*t + 0.3)) + I*(sin(1.3*t) > 0.2))/2
I = 1.6
v(0) = 0
"""
ENSEMBLE = np.linspace(0.9, 2.5, 5)
EXACT = {"method": "rk4", "dt": 0.1, "crossing": "exact"}


def model(text):
    return bp.model(text, name="Cell", backend="numpy")


def assert_goes_on(model, parts, **options):
    """Runs of these lengths, one after the other, give what one run gives: records, states, each event once."""
    total = sum(parts)
    times = np.linspace(0, total, 29)
    ends = np.cumsum(parts)
    full = model.run(total, record_at=times, **options)
    at, found = 0.0, {name: [] for name in full.events}
    run = None
    for length, end in zip(parts, ends, strict=True):
        mine = times[(times >= at) & (times <= end)]
        start = {} if run is None else {"start": run}
        run = model.run(length, record_at=mine if len(mine) else [at], **start, **options)
        for name, trains in found.items():
            trains.append(run.events[name])
        at = run.checkpoint.time
    assert run.outcome is Outcome.COMPLETED
    for name, value in full.final.items():
        np.testing.assert_array_equal(run.final[name], value)
    last = times[times >= at - parts[-1]]
    for name, values in full.data.items():
        np.testing.assert_array_equal(run.data[name], values[-len(last) :])
    for name, trains in found.items():
        assert sum(map(len, trains)) == len(full.events[name])
        tail = len(trains[-1])
        for key in ("t", "index"):
            expected = getattr(full.events[name], key)
            np.testing.assert_array_equal(getattr(trains[-1], key), expected[len(expected) - tail :])
    return full


@pytest.mark.parametrize("method", ["rkdp", "tsit5", "dop853", "rodas4", "auto"])
def test_steps_are_those_of_a_run_without_the_stop(method):
    assert_goes_on(model(OSCILLATOR), [1e-5, 1.37, 1.0], method=method)


@pytest.mark.parametrize("options", [{"method": "rkdp"}, {"method": "rodas4"}, EXACT], ids=["rkdp", "rodas4", "exact"])
@pytest.mark.parametrize("current", [1.7, ENSEMBLE], ids=["one", "ensemble"])
def test_events_holds_and_their_draws(options, current):
    assert_goes_on(model(FIRING), [5.3, 0.05, 4.4], I=current, **options)


def test_a_run_that_ends_at_an_event_or_in_a_hold():
    cell = model(FIRING)
    spike = cell.run(8.0, method="rkdp").events["spike"].t[0]
    for end in (spike, np.nextafter(spike, 0), np.nextafter(spike, 9), spike + 0.6, spike + 1.3):
        full = assert_goes_on(cell, [float(end), 3.0], method="rkdp")
        assert len(full.events["spike"]) == 1


def test_many_runs_within_one_step():
    assert_goes_on(model(FIRING), [3.9, *[2**-7] * 12, 2.0], method="rkdp", I=ENSEMBLE)


def test_a_run_that_ends_where_a_step_ends():
    cell = model(OSCILLATOR)
    end = cell.run(8.0, method="rkdp").t[40]
    assert_goes_on(cell, [float(end), 2.0], method="rkdp")


@pytest.mark.parametrize("parts", [[0.3, 1.7, 2.0], [4.7, 1.2]])
def test_delays(parts):
    assert_goes_on(model(DELAYED), parts, method="rkdp")
    assert_goes_on(model(DELAYED), parts, method="rkdp", I=ENSEMBLE)
    assert_goes_on(model(STATE_DELAY), parts, method="rkdp")


def test_delays_much_longer_and_much_shorter_than_steps():
    lengths = np.array([0.01, 1.0, 30.0])
    delayed = model("dx/dt = -x(t - tau)*(1 + x)\ntau = 1\nx(0) = 0.3")
    assert_goes_on(delayed, [2.0, 3.0], method="rkdp", tau=lengths)


def test_arrays_whose_elements_mix():
    assert_goes_on(model(MIXING), [1.0, 2.0, 0.5], method="tsit5")


@pytest.mark.parametrize("a", [3.0, 4.123, 5.03])
@pytest.mark.parametrize("options", [{"method": "rkdp"}, EXACT], ids=["rkdp", "exact"])
def test_inputs_that_jump_or_bend_or_switch(options, a):
    cell = model(FIRING)
    jumping = bp.inputs.section([0.0, 2.0, 0.5, 3.0], [3.0, 1.0, 1.123, 10.0])
    bent = bp.inputs.ramp(0.0, 3.0, 20.0, t_start=2.0, t_end=4.123)
    for current in (jumping, bent, lambda t: 2.0 + np.sin(t)):
        assert_goes_on(cell, [a, 4.0], I=current, **options)
    assert_goes_on(model(SWITCHED), [a, 4.0], **options)


@pytest.mark.parametrize("driver", ["numba", "jax", "torch"])
def test_other_drivers(driver):
    assert_goes_on(model(FIRING), [5.3, 0.05, 2.0], method="rkdp", backend=driver, I=ENSEMBLE[3:])


def test_numba_with_delays():
    assert_goes_on(model(DELAYED), [5.3, 0.05, 4.0], method="rkdp", backend="numba", I=ENSEMBLE)


@pytest.mark.parametrize("suffix", ["npz", "nc"])
@pytest.mark.parametrize("text", [FIRING, DELAYED], ids=["ordinary", "delayed"])
def test_saved_and_loaded(suffix, text, tmp_path):
    cell = model(text)
    options = {"method": "rkdp", "I": ENSEMBLE}
    full, part = cell.run(9.0, **options), cell.run(5.3, **options)
    path = part.save(tmp_path / f"part.{suffix}")
    for start in (part.checkpoint, bp.load(path)):
        rest = cell.run(9.0 - 5.3, start=start, **options)
        np.testing.assert_array_equal(rest.final["v"], full.final["v"])
        np.testing.assert_array_equal(rest.events["spike"].t, full.events["spike"].t[len(part.events["spike"]) :])


def test_regular_records_are_at_the_times_of_the_run_without_the_stop():
    cell = model(OSCILLATOR)
    full, part = (cell.run(d, method="rkdp", record_every=0.1) for d in (2.0, 0.7))
    rest = cell.run(1.3, method="rkdp", record_every=0.1, start=part)
    np.testing.assert_array_equal(rest.t, full.t[7:])
    np.testing.assert_array_equal(rest.x, full.x[7:])


def test_its_own_steps_are_recorded_from_the_stop_on():
    cell = model(OSCILLATOR)
    full, part = cell.run(8.0, method="rkdp"), cell.run(5.0, method="rkdp")
    rest = cell.run(3.0, method="rkdp", start=part)
    assert rest.t[0] == 5.0
    np.testing.assert_array_equal(rest.x[0], full(5.0)["x"])
    np.testing.assert_array_equal(rest.t[1:], full.t[full.t > 5.0])
    np.testing.assert_array_equal(rest.x[1:], full.x[full.t > 5.0])
    np.testing.assert_array_equal(rest(6.1)["x"], full(6.1)["x"])
    assert 0 <= rest.stats["steps"] - (len(rest.t) - 1) <= 1


def stopped(cell, duration, how, when, **options):
    """A run that ends when it reports for the n-th time."""
    event, reports = threading.Event(), []

    def report(fraction):
        reports.append(fraction)
        if len(reports) == when:
            event.set()
            if how is Outcome.INTERRUPTED:
                raise KeyboardInterrupt

    return cell.run(duration, stop=event, progress=report, on_interrupt="return", **options)


@pytest.mark.filterwarnings("ignore:.*interrupted at:UserWarning")
@pytest.mark.parametrize("how", [Outcome.STOPPED, Outcome.INTERRUPTED], ids=["stop", "interrupt"])
@pytest.mark.parametrize("current", [1.7, ENSEMBLE], ids=["one", "ensemble"])
@pytest.mark.parametrize("when", [1, 4])
def test_stopped_anywhere(how, current, when, monkeypatch):
    monkeypatch.setattr(adaptive_state, "_FIRST_STEPS", 8)
    monkeypatch.setattr(adaptive_state, "CHUNK_SECONDS", 1e-6)  # short on any machine
    cell, times = model(DELAYED), np.linspace(0.0137, 25.0, 101)
    options = {"method": "rkdp", "I": current, "record_at": times}
    full = cell.run(25.0, **options)
    part = stopped(cell, 25.0, how, when, **options)
    assert part.outcome is how
    a = part.checkpoint.time
    rest = cell.run(25.0 - a, start=part, **options | {"record_at": times[times > a]})
    np.testing.assert_array_equal(np.concatenate([part.v, rest.v]), full.v)
    np.testing.assert_array_equal(rest.final["v"], full.final["v"])
    both = [np.concatenate([getattr(run.events["spike"], k) for run in (part, rest)]) for k in ("index", "t")]
    np.testing.assert_array_equal(both[1][np.lexsort(both)], full.events["spike"].t)


OTHERS = [
    {"I": 1.9},
    {"rtol": 1e-8},
    {"method": "tsit5"},
    {"initial": {"v": 0.5}},
    {"I": bp.inputs.constant(1.8, 20.0)},
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: next(iter(other)))
def test_another_run_begins_with_the_states_at_the_stop(other):
    cell = model(FIRING)
    part = cell.run(3.3, method="rkdp")
    rest = cell.run(0.5, start=part, **{"method": "rkdp"} | other)
    first = other.get("initial", part.final)["v"]
    assert rest.t[0] == 3.3
    assert rest.v[0] == first


def test_an_input_that_changes_at_the_stop_alone_goes_on_to_it():
    cell = model(FIRING)
    course = bp.inputs.section([1.2, 3.0], [3.3, 10.0])
    full = cell.run(8.0, method="rkdp", I=course)
    part = cell.run(3.3, method="rkdp", I=course)
    rest = cell.run(8.0 - 3.3, method="rkdp", I=course, start=part)
    np.testing.assert_array_equal(rest.final["v"], full.final["v"])


def test_auto_keeps_its_method_while_the_run_is_the_same():
    cell = model("dx/dt = k*(cos(t) - x)\nk = 1\nx(0) = 0")
    part = cell.run(1.0, method="auto")
    assert part.stats["method"] == "tsit5"
    rest = cell.run(0.5, method="auto", start=part.checkpoint)
    assert rest.stats["method"] == "tsit5"
    assert rest.stats["why"] == "the run that goes on began with this method"
    stiff = cell.run(1.0, method="auto", start=part, k=1e7)
    assert stiff.stats["method"] == "rodas4"
