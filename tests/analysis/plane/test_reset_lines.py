"""Thresholds and reset lines of planes and phase lines, in data and in the figure."""

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane

DRIFTS = "c = -1\nd = 0.5\ndv/dt = v**2 - u\ndu/dt = v - u\n"


def plane_of(model_of, block, **ranges):
    return PhasePlane(model_of(DRIFTS + block), **({"v": (-2, 2), "u": (-3, 3)} | ranges))


def test_lines_of_the_adaptive_exponential_neuron():
    plane = PhasePlane(models.adaptive_exponential(), V=(-80, 30), w=(0, 500), V_peak=-15)
    (threshold,), (reset,) = plane.threshold["spike"], plane.reset["spike"]
    assert threshold[:, 0].tolist() == [-15, -15]
    assert sorted(threshold[:, 1]) == [0, 500]
    assert reset.tolist() == [[-70.6, 0], [-70.6, 500]]


def test_lines_outside_the_box_are_left_out(model_of):
    plane = plane_of(model_of, "when v > 1.5 as spike:\n    v = c\n    u += d", v=(-0.5, 1))
    assert (plane.threshold, plane.reset) == ({"spike": []}, {"spike": []})


def test_a_threshold_that_moves(model_of):
    plane = plane_of(model_of, "when v > 1 + 0.1*u**2 as spike:\n    v = c")
    (threshold,) = plane.threshold["spike"]
    off = threshold[:, 0] - 1 - 0.1 * threshold[:, 1] ** 2
    assert np.abs(off[1:-1]).max() < 1e-9
    assert np.abs(off).max() < 1e-4  # ends are cut by chords
    assert len(threshold) > 50
    assert sorted(threshold[[0, -1], 1]) == pytest.approx([-3, 3], abs=1e-3)


def test_a_reset_that_moves_the_state(model_of):
    """Without a value of its own, the line is what the block makes of the threshold."""
    plane = plane_of(model_of, "when v + u > 1:\n    v = v - 2")
    name, (reset,) = next(iter(plane.reset.items()))
    assert name in plane.threshold
    np.testing.assert_allclose(reset[:, 0] + reset[:, 1], -1, rtol=0, atol=1e-9)


def test_both_states_reset_make_a_point(model_of):
    plane = plane_of(model_of, "when v > 1:\n    v = c\n    u = 2*d")
    (reset,) = next(iter(plane.reset.values()))
    assert reset.tolist() == [[-1, 1], [-1, 1]]


@pytest.mark.parametrize("condition", ["v > 1 and u > 0", "not (v <= 1 or u <= 0)"])
def test_two_conditions(model_of, condition):
    plane = plane_of(model_of, f"when {condition}:\n    v = c")
    (threshold,) = next(iter(plane.threshold.values()))
    v, u = threshold.T
    np.testing.assert_allclose(np.minimum(v - 1, u), 0, atol=0.05)  # the corner is cut by half a cell
    assert np.hypot(*np.diff(threshold, axis=0).T).sum() == pytest.approx(4, abs=0.1)


def test_a_section_is_no_threshold(model_of):
    plane = plane_of(model_of, "when v > 1 as seen:\n    pass")
    assert (plane.threshold, plane.reset) == ({}, {})


def test_a_phase_line():
    plane = PhasePlane(models.leaky_integrate_and_fire(), V=(-80, 0))
    assert plane.threshold["spike"][0][0] == pytest.approx([-50, 0], abs=1e-9)
    assert plane.reset["spike"][0].tolist() == [[-60, 0]]


def test_the_figure_names_them_and_shows_jumps():
    plane = PhasePlane(models.izhikevich(), v=(-80, 40), u=(-20, 20))
    run = plane.trajectory(60, v=-65, u=-13)
    (axes,) = plane.plot(run).axes
    names = {t.get_text() for t in axes.get_legend().get_texts()}
    assert {"threshold (spike)", "reset (spike)", "trajectory"} <= names
    (path,) = (line for line in axes.lines if line.get_label() == "trajectory")
    assert np.isnan(path.get_xdata()).sum() == run.events["spike"].count() > 0
