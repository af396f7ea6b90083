"""Orbits backward in time."""

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane
from brainpy_lab.errors import AnalysisError, ArgumentError
from brainpy_lab.simulation.runs.warning import RunWarning


def test_an_orbit_comes_back_to_where_it_was(model_of):
    """x = exp(-t), y' = x**2 - y: both in closed form, in either direction."""
    plane = PhasePlane(model_of("dx/dt = -x\ndy/dt = x**2 - y"), x=(-3, 3), y=(-3, 3))
    run = plane.trajectory(2.0, x=1.0, y=0.5, backward=True)
    assert (run.t[0], run.t[-1]) == (0, -2)
    assert (np.diff(run.t) < 0).all()
    np.testing.assert_allclose(run.x, np.exp(-run.t), rtol=1e-8)
    np.testing.assert_allclose(run.y, 1.5 * np.exp(-run.t) - np.exp(-2 * run.t), rtol=0, atol=1e-7)
    assert run(-1.5)["x"] == pytest.approx(np.exp(1.5), rel=1e-7)
    assert run.final["x"] == pytest.approx(np.exp(2.0), rel=1e-8)


def test_a_forced_model_is_followed_at_its_own_times(model_of):
    """x' = cos(t) + t through an intermediate: x = sin(t) + t**2/2 + c."""
    plane = PhasePlane(model_of("f = cos(t)\ndx/dt = f + t"), x=(-9, 9), t=3.0)
    back, forth = (plane.trajectory(2.0, x=0.0, backward=b) for b in (True, False))
    assert (back.t[0], back.t[-1], forth.t[-1]) == pytest.approx((3, 1, 5))

    def exact(t):
        return np.sin(t) + t**2 / 2 - np.sin(3.0) - 4.5

    assert back.final["x"] == pytest.approx(exact(1.0), abs=1e-8)
    assert forth.final["x"] == pytest.approx(exact(5.0), abs=1e-6)


def test_an_orbit_without_a_longer_past_ends_there(model_of):
    """x' = -x**2 backward from 1 is 1/(1 + t): infinite at t = -1."""
    plane = PhasePlane(model_of("dx/dt = -x**2"), x=(0, 5))
    with pytest.warns(RunWarning, match=r"backward in time ends at t = -1, where x leaves all bounds"):
        run = plane.trajectory(5.0, x=1.0, backward=True)
    assert not run.outcome
    assert "leaves all bounds" in repr(run)
    assert run.t[-1] == pytest.approx(-1, abs=1e-6)


def test_no_orbit_comes_out_of_a_threshold(model_of):
    """x' = -1 backward from 0 reaches 1, where runs are reset, at t = -1."""
    model = model_of("dx/dt = -1\ndy/dt = 0*y\nwhen x > 1 as high:\n    x = 0\n    y += 1")
    plane = PhasePlane(model, x=(-1, 2), y=(-1, 1))
    with pytest.warns(RunWarning, match="comes out of the threshold of 'high' at t = -1"):
        run = plane.trajectory(3.0, x=0.0, y=0.0, backward=True)
    assert run.t[-1] == pytest.approx(-1, abs=1e-9)
    assert run.final["x"] == pytest.approx(1, abs=1e-9)
    assert (run.y == 0).all()  # resets are not undone
    (axes,) = plane.plot(run).axes
    assert "backward in time" in axes.get_legend_handles_labels()[1]
    assert "comes out of the threshold" in axes.get_title(loc="left").replace("\n", " ")
    with pytest.raises(AnalysisError, match="nothing comes to it"):
        plane.trajectory(3.0, x=1.5, y=0.0, backward=True)


def test_what_has_no_past_is_refused(model_of):
    plane = PhasePlane(models.fitzhugh_nagumo(), V=(-3, 3), w=(-2, 3))
    with pytest.raises(ArgumentError, match="duration"):
        plane.trajectory(-3.0, backward=True)
    delayed = PhasePlane(model_of("dx/dt = -x(t - 1)\nx(0) = 1"), x=(-1, 1))
    with pytest.raises(AnalysisError, match="no one past"):
        delayed.trajectory(1.0, backward=True)
