"""Functions of time as inputs: read as equations where they can be, so that no pulse is missed."""

import linecache
import warnings

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.runs.warning import RunWarning

EDGES = np.array([10.0, 77.7, 77.701])
LEVELS = [0.0, 0.0, 1.0, 0.0]
PULSES = [(5.0, 5.001), (77.7, 77.701)]


def pulse(t, start):
    return 1.0 if start < t < start + 0.001 else 0.0


def looped(t):
    for begin, end in PULSES:
        if begin <= t < end:
            return 1.0
    return 0.0


def scaled(factor):
    def inner(t):
        return factor * np.where((t > 77.7) & (t < 77.701), 1.0, 0.0)

    return inner


@pytest.fixture(scope="module")
def driven():
    return bp.model("I = 0\nk = 0\ndx/dt = I\ndy/dt = k\nx(0) = 0\ny(0) = 0", name="DrivenTwice")


@pytest.mark.parametrize("method", ["rkdp", "rk4"])  # to the end of a step where it switches; averaged over each step
@pytest.mark.parametrize(
    ("function", "area"),
    [
        (lambda t: np.where((t > 77.7) & (t < 77.701), 1.0, 0.0), 0.001),
        (lambda t: np.where(~((t <= 77.7) | (t >= 77.701)), 1.0, 0.0), 0.001),
        (lambda t: np.select([t < 77.7, t < 77.701], [0.0, 1.0]), 0.001),
        (lambda t: np.piecewise(t, [t > 77.7, t > 77.701], [1.0, 0.0]), 0.001),
        (lambda t: LEVELS[np.searchsorted(EDGES, t)], 0.001),
        (lambda t, amp=LEVELS[2]: amp if 77.7 < t < 77.701 else 0.0, 0.001),
        (lambda t: 1.0 if any(a <= t < b for a, b in PULSES) else 0.0, 0.002),
        (looped, 0.002),
    ],
)
def test_a_pulse_is_not_missed(driven, method, function, area):
    options = {"dt": 0.1} if method == "rk4" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sol = driven.run(100.0, method=method, backend="numpy", I=function, **options)
    assert sol.final["x"] == pytest.approx(area, rel=1e-6)
    assert "unread_inputs" not in sol.stats


def test_a_table_of_points_is_not_missed(driven):
    sol = driven.run(
        100.0, method="rkdp", backend="numpy", I=lambda t: np.interp(t, [77.7, 77.7005, 77.701], [0, 1, 0])
    )
    assert sol.final["x"] == pytest.approx(0.0005, rel=1e-6)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax", "torch"])
def test_on_every_driver(driven, backend):
    function = lambda t: LEVELS[np.searchsorted(EDGES, t)] + np.where((t > 20) & (t < 20.001), 1.0, 0.0)  # noqa: E731
    sol = driven.run(100.0, method="rkdp", backend=backend, I=function)
    assert sol.final["x"] == pytest.approx(0.002, rel=1e-6)


def test_inputs_that_call_one_function(driven):
    sol = driven.run(
        100.0, method="rkdp", backend="numpy", I=lambda t: pulse(t, 20.0), k=lambda t: pulse(t, 77.7) + pulse(t, 20.0)
    )
    assert "unread_inputs" not in sol.stats
    assert [sol.final["x"], sol.final["y"]] == pytest.approx([0.001, 0.002], rel=1e-6)


def test_inputs_that_call_functions_of_one_name(driven):
    def one(factor):
        inner = scaled(factor)
        return lambda t: inner(t) + np.interp(t, [0, 100], [0, factor])

    sol = driven.run(100.0, method="rkdp", backend="numpy", I=one(2.0), k=one(3.0))
    assert "unread_inputs" not in sol.stats
    assert [sol.final["x"], sol.final["y"]] == pytest.approx([100.002, 150.003], rel=1e-9)


def test_a_source_that_was_changed_is_not_believed(driven):
    text, name = "def course(t):\n    return 0.5 * t\n", "<a file that was changed>"
    names: dict[str, object] = {}
    exec(compile(text, name, "exec"), names)
    changed = text.replace("0.5", "7.5")
    linecache.cache[name] = (len(changed), None, changed.splitlines(keepends=True), name)
    with pytest.warns(RunWarning, match="not read as an equation"):
        sol = driven.run(1.0, method="rk4", dt=0.1, backend="numpy", I=names["course"])
    assert sol.final["x"] == pytest.approx(0.25, rel=1e-9)
