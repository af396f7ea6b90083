"""Arguments that make no sense are refused in words; extreme ones give no warning."""

import warnings

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane, bifurcation, fixed_points
from brainpy_lab.errors import AnalysisError, ArgumentError

BOX = {"V": (-3, 3), "w": (-2, 3)}


@pytest.fixture(scope="module")
def fhn():
    return models.fitzhugh_nagumo()


@pytest.mark.parametrize("analysis", [lambda m: fixed_points(m, BOX), lambda m: PhasePlane(m, **BOX)])
def test_what_is_no_model(analysis):
    with pytest.raises(ArgumentError, match="published model that is not made yet") as refused:
        analysis(models.fitzhugh_nagumo)
    assert "Call it to make one" in str(refused.value)
    for thing in (None, "FHN", 3):
        with pytest.raises(ArgumentError, match="is no model"):
            analysis(thing)


@pytest.mark.parametrize(
    ("box", "given", "message"),
    [
        (None, {}, "must name ranges"),
        ([("V", (-1, 1))], {}, "must name ranges"),
        ({3: (0, 1)}, {}, "'3' is no variable"),
        ({"V": (0, 10**400)}, {}, "two numbers"),
        ({"V": (-1e308, 1e308)}, {}, "too wide"),
        ({"V": (0, 1e-320)}, {}, "too narrow"),
        (BOX, {"V": 1.0}, "a range and a value"),
        ({}, {"V": 1.0, "w": 0.0}, "nothing is left"),
        (BOX, {"I": lambda t: 1.0}, "must be a number"),
        (BOX, {"I": 10**400}, "larger than any"),
        (BOX, {"t": "now"}, "'t' is 'now'"),
        (BOX, {"t": np.nan}, "must be finite"),
    ],
)
def test_boxes_values_and_times(fhn, box, given, message):
    with pytest.raises(ArgumentError, match=message):
        fixed_points(fhn, box, **given)


def test_an_input_that_moves_is_asked_for_at_one_time(fhn):
    with pytest.raises(ArgumentError) as refused:
        PhasePlane(fhn, **BOX, I=lambda t: 1.0)
    assert "Give the value it has at one time, I=..., and that time as t=..." in str(refused.value)


@pytest.mark.parametrize(("n", "message"), [("a", "whole number"), (2.5, "whole number"), (10**9, "at most n=2000")])
def test_grids(fhn, n, message):
    with pytest.raises(ArgumentError, match=message):
        PhasePlane(fhn, **BOX).vector_field(n)


def test_what_is_no_trajectory(fhn):
    with pytest.raises(ArgumentError, match="3 is no trajectory"):
        PhasePlane(fhn, **BOX).plot(3)


def test_a_constant_that_cannot_be_evaluated(model_of):
    with pytest.raises(AnalysisError, match="division by zero"):
        fixed_points(model_of("dx/dt = 1/0*x + 1"), {"x": (-1, 1)})


def test_overflow_gives_no_warning(fhn, model_of):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fixed_points(fhn, {"V": (-1e99, 1e99), "w": (-1, 1)})
        PhasePlane(fhn, V=(-1e99, 1e99), w=(-1, 1)).nullclines()
        found = fixed_points(
            model_of("dx/dt = exp(x) - y\ndy/dt = exp(y) - 2 - x"), {"x": (-2000, 2000), "y": (-2, 2000)}
        )
        assert all(np.isfinite(list(p.values.values())).all() for p in found)


class _Mine(ValueError):
    pass


def _raises(*_):
    raise _Mine("of the user's own")


@pytest.mark.parametrize("name", ["watch", "progress"])
def test_an_error_of_the_users_own_function_comes_through(model_of, monkeypatch, name):
    monkeypatch.setattr("brainpy_lab.analysis.continuation.news.PAUSE", 0.0)
    for function, error in ((_raises, _Mine), (lambda *_: np.zeros(3) @ np.zeros(4), ValueError)):
        with pytest.raises(error) as raised:
            bifurcation(model_of("r = 0\ndx/dt = r - x**2"), "r", (-1, 1), **{name: function})
        assert raised.type is error


def test_what_is_no_function_to_be_told(model_of):
    with pytest.raises(ArgumentError, match="watch is 3; it must be a function"):
        bifurcation(model_of("r = 0\ndx/dt = r - x**2"), "r", (-1, 1), watch=3)
