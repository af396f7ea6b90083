"""What runs say of functions of time that cannot be read as equations."""

import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning

ADAPTIVE = (
    "The function given for 'I' is not read as an equation: a pulse that is short beside the run can be missed. "
    "Give max_step, the length of the shortest pulse."
)
FIXED = (
    "The function given for 'I' is not read as an equation: it is sampled in each step, and a pulse shorter than "
    "dt (0.1) can be missed. Take a smaller dt."
)
FITTED = (
    "The function given for 'I' is not read as an equation: a pulse that is short beside the run can be missed. "
    "Take an adaptive method, and max_step."
)


#: A pulse of area 0.001, as an object: it has no source to read.
PULSE = np.vectorize(lambda t: 1.0 if 0.777 < t < 0.778 else 0.0)


@pytest.fixture(scope="module")
def driven():
    return bp.model("I = 0\nk = 0\ndx/dt = I + k\nx(0) = 0", name="DrivenByPulses")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"method": "rkdp"}, ADAPTIVE),
        ({"method": "rk4", "dt": 0.1}, FIXED),
        ({"method": "rk4", "dt": 0.1, "crossing": "exact"}, FITTED),
    ],
)
def test_a_run_says_once_that_a_pulse_can_be_missed(driven, run, said):
    with pytest.warns(RunWarning) as told:
        sol = driven.run(100.0, backend="numpy", I=PULSE, k=lambda t: 0 * t, **run)
    assert [str(w.message) for w in told] == [said]
    assert told[0].filename == __file__
    assert sol.stats["unread_inputs"] == ["I"]
    assert "seen at some times only" in sol._repr_html_()


def test_each_function_is_named(driven):
    with pytest.warns(RunWarning) as told:
        driven.run(1.0, method="rkdp", backend="numpy", I=np.vectorize(np.sin), k=PULSE)
    assert [str(w.message).split("'")[1] for w in told] == ["I", "k"]


def test_max_step_says_how_closely_to_look(driven):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sol = driven.run(1.0, method="rkdp", backend="numpy", I=PULSE, max_step=0.001)
    assert sol.final["x"] == pytest.approx(0.001, rel=1e-6)
    assert sol.stats["unread_inputs"] == ["I"]


@pytest.mark.parametrize("method", ["rk4", "rkdp"])
@pytest.mark.parametrize(
    "value",
    [
        1.0,
        bp.inputs.spikes([0.5], 2.0, dt=0.1),
        bp.inputs.ramp(0.0, 1.0, duration=2.0),
        lambda t: 0.5 * np.sin(t) if t > 0.3 else 0.0,
    ],
)
def test_what_is_known_between_its_samples_needs_no_word(driven, method, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sol = driven.run(1.0, method=method, backend="numpy", I=value)
    assert "unread_inputs" not in sol.stats
    assert "seen at some times only" not in sol._repr_html_()


def test_a_solution_as_input_needs_no_word(driven):
    source = bp.model("dI/dt = cos(t)\nI(0) = 0", name="SourceOfInput").run(1.0, method="rkdp", backend="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "unread_inputs" not in driven.run(1.0, method="rkdp", backend="numpy", I=source).stats
