"""Manifolds of saddles: against closed forms, what ends them, and what is refused."""

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane, fixed_points, manifolds
from brainpy_lab.errors import AnalysisError, ArgumentError

BOX = {"x": (-2, 2), "y": (-2, 2)}


@pytest.fixture(scope="module")
def toy(model_of):
    return model_of("dx/dt = x\ndy/dt = -y + x**2")


@pytest.fixture(scope="module")
def snic():
    return models.morris_lecar_snic()


def test_a_saddle_with_exact_manifolds(toy, reference):
    entry = reference("manifold_toy")
    found = manifolds(toy, {"x": 0.01, "y": 0}, length=4)
    assert found.unstable.at(x=1.5)["y"] == pytest.approx(entry["value"][0], abs=entry["tolerance"])
    for branch in found.unstable:
        x, y = branch.points.T
        assert np.abs(y - x**2 / 3).max() < 1e-11
    for branch in found.stable:
        assert np.abs(branch.points[:, 0]).max() < 1e-11
    assert [b.end for b in found] == ["length"] * 4
    assert found.stable.max["y"] == pytest.approx(4, abs=0.1)


def test_the_homoclinic_orbit_of_duffing(model_of, reference):
    entry = reference("Duffing_homoclinic")
    found = manifolds(model_of("dx/dt = y\ndy/dt = x - x**3"), {"x": 0, "y": 0}, **BOX)
    for branches in (found.stable, found.unstable):
        assert branches.max["x"] == pytest.approx(entry["value"], abs=entry["tolerance"])
        assert branches.min["y"] == pytest.approx(-np.sqrt(0.5), abs=1e-9)
    right = found.unstable[0]
    assert right.end == "fixed point"
    assert right.note == "It ends at the saddle at x = 0, y = 0."
    x, y = right.points.T
    assert np.abs(y**2 / 2 - x**2 / 2 + x**4 / 4).max() < 1e-10
    assert [p["y"] for p in right.crossings(x=1)] == pytest.approx([np.sqrt(0.5), -np.sqrt(0.5)], abs=1e-11)


def test_curves_end_on_the_border_and_at_other_points(snic):
    box = {"V": (-80, 60), "w": (0, 1)}
    node, saddle, focus = fixed_points(snic, box, I=30)
    found = manifolds(snic, saddle, box)  # the current is that of the point
    assert [c.end for c in found.unstable] == ["fixed point", "fixed point"]
    for curve in found.unstable:
        assert curve.points[-1] == pytest.approx(list(node.values.values()), abs=1e-9)
    assert [c.end for c in found.stable] == ["fixed point", "border"]
    assert found.stable[0].points[-1] == pytest.approx(list(focus.values.values()), abs=1e-9)
    assert found.stable[1].points[-1, 1] == 0
    assert "It leaves the box at V = -22.3372, w = 0." in repr(found)
    # the unstable manifold is the orbit of a run that begins on it
    start = found.unstable[0].at(V=0)
    run = snic.run(1, dt=0.01, initial=start, I=30, backend="numpy", method="rk4")
    there = found.unstable[0].at(V=float(run.V[-1]))
    assert there["w"] == pytest.approx(float(run.w[-1]), abs=1e-9)


def test_a_curve_that_winds_onto_a_cycle():
    box = {"V": (-80, 60), "w": (0, 1)}
    model = models.morris_lecar_homoclinic()
    saddle = fixed_points(model, box, I=37)[1]
    winding = manifolds(model, saddle, box).unstable[0]
    assert winding.end == "cycle"
    assert winding.note.startswith("It winds onto a cycle")
    assert winding.max["V"] > 15


def test_a_slow_branch_does_not_end_where_it_begins(model_of):
    # y = 300 x**3/1.3: so far from its tangent that the curve begins within 2e-5 of the saddle
    model = model_of("dx/dt = -0.1*x\ndy/dt = y - 300*x**3")
    branch = manifolds(model, {"x": 0.0, "y": 0.0}, x=(-1, 1), y=(-3, 3)).stable[0]
    assert branch.end == "border"
    assert branch.points[:, 1] == pytest.approx(branch.points[:, 0] ** 3 * 300 / 1.3, abs=1e-7)


def test_a_weak_focus_in_a_flat_box_is_no_cycle(model_of):
    model = model_of("dx/dt = v\ndv/dt = x - x**3 - 0.1*v")
    branch = manifolds(model, {"x": 0.0, "v": 0.0}, x=(-3, 3), v=(-1e3, 1e3)).unstable[0]
    assert branch.end == "fixed point"
    assert branch.points[-1] == pytest.approx([1.0, 0.0], abs=1e-9)


def test_one_dimension_in_three():
    lorenz = models.lorenz()
    found = manifolds(lorenz, {"x": 0, "y": 0, "z": 0}, length=12, r=10)
    assert found.stable == []
    assert "The stable manifold has 2 dimensions: it is no curve, and is left out." in found.remarks
    right, left = found.unstable
    assert right.min["x"] == 0
    assert np.abs(right.points * [-1, -1, 1] - left.points).max() < 1e-8
    with pytest.raises(ArgumentError, match="no curve"):
        found.stable.at(x=1)


def test_a_point_found_with_other_parameters_is_moved_or_refused(toy, model_of):
    model = model_of("dx/dt = x - a\ndy/dt = -y\na = 0")
    (saddle,) = fixed_points(model, BOX)
    assert manifolds(model, saddle, BOX, a=0.05).point.values["x"] == pytest.approx(0.05, abs=1e-14)
    with pytest.raises(AnalysisError, match="no fixed point at x = 0, y = 0, with these parameters"):
        manifolds(model, saddle, BOX, a=1)


def test_a_reset_ends_a_curve():
    model = models.izhikevich()
    box = {"v": (-100, 40), "u": (-30, 10)}
    saddle = next(p for p in fixed_points(model, box, I=0) if p.kind == "saddle")
    spiking = manifolds(model, saddle, box, length=0.7).unstable[0]
    assert spiking.end == "reset"
    assert spiking.points[-1, 0] == pytest.approx(30, abs=1e-9)


def test_other_states_may_be_held(model_of):
    model = model_of("dx/dt = x*z\ndy/dt = -y\ndz/dt = -z")
    plane = PhasePlane(model, BOX, z=2)
    ((saddle, *_),) = ([m.point for m in plane.manifolds()],)
    assert saddle.values == {"x": 0, "y": 0}
    found = manifolds(model, saddle, BOX)
    assert found.remarks == ("The curves are those with z = 2 held; in a run it moves.",)
    assert found.unstable[0].eigenvalue == 2


def test_the_plane_draws_them(model_of):
    plane = PhasePlane(model_of("dx/dt = y\ndy/dt = x - x**3"), BOX)
    figure = plane.plot(manifolds=True, eigenvectors=True, field="streamlines")
    (axes,) = figure.axes
    labels = {text.get_text() for text in axes.get_legend().get_texts()}
    assert labels == {"dx/dt = 0", "dy/dt = 0", "center", "saddle", "stable manifold", "unstable manifold"}
    # 4 branches, 2 eigenvectors of the saddle (the centres have none), 3 points, 4 lines of nullclines
    assert len(axes.lines) == 4 + 2 + 3 + 4
    with pytest.raises(ArgumentError, match="'arrows', 'streamlines' or 'none'"):
        plane.plot(field="lines")
    with pytest.raises(ArgumentError, match="phase line"):
        PhasePlane(plane.model, x=(-2, 2)).manifolds()


def test_eigenvectors_of_a_point(model_of):
    (saddle,) = fixed_points(model_of("dx/dt = x + 3*y\ndy/dt = -2*y"), BOX)
    assert saddle.eigenvalues.tolist() == [1, -2]
    np.testing.assert_allclose(
        np.abs(saddle.eigenvectors), np.array([[1, np.sqrt(0.5)], [0, np.sqrt(0.5)]]), atol=1e-15
    )


@pytest.mark.parametrize(
    ("text", "point", "message"),
    [
        ("dx/dt = -x\ndy/dt = -y - x", {"x": 0}, "is a stable degenerate node and no saddle: all curves go one way"),
        ("dx/dt = -x**3\ndy/dt = y", {"x": 0}, "is non-hyperbolic and no saddle: an eigenvalue is zero"),
        ("dx/dt = abs(x) + x/2\ndy/dt = -y", {"x": 0}, "not differentiable at x = 0, y = 0"),
        ("dx/dt = x(t - 1)\ndy/dt = -y", {"x": 0}, "has delays: its state is a whole past"),
        ("dx/dt = x\ndy/dt = -y\norder(x) = 0.5", {"x": 0}, "has fractional orders"),
        ("dx/dt = x\ndy/dt = -y\ndz/dt = z\ndu/dt = -u", {"x": 0}, "both have two dimensions or more"),
        ("dx/dt = 1\ndy/dt = -y", {"x": 0}, "has no fixed point at x = 0, y = 0"),
    ],
)
def test_points_without_manifolds(model_of, text, point, message):
    with pytest.raises(AnalysisError, match=message):
        manifolds(model_of(text), point)


def test_wrong_arguments(toy, model_of):
    with pytest.raises(ArgumentError, match="'q' is neither a parameter nor a variable"):
        manifolds(toy, {"x": 0}, q=1)
    with pytest.raises(ArgumentError, match="'z' is no state of"):
        manifolds(toy, {"z": 0})
    with pytest.raises(ArgumentError, match="FixedPoints is no fixed point"):
        manifolds(toy, fixed_points(toy, BOX))
    with pytest.raises(ArgumentError, match="length is 0"):
        manifolds(toy, {"x": 0}, length=0)
    found = manifolds(toy, {"x": 0}, length=1)
    with pytest.raises(ArgumentError, match=r"does not come to x = 9: it spans 0 to .*; -"):
        found.unstable.at(x=9)
    with pytest.raises(ArgumentError, match="value of one state"):
        found.unstable.at(x=1, y=1)
    with pytest.raises(ArgumentError, match="no state of this manifold"):
        found.unstable[0].at(q=1)
    with pytest.raises(ArgumentError, match="no state 'q'"):
        found.plot("q")


def test_a_box_without_the_saddle_is_refused(toy):
    with pytest.raises(ArgumentError, match="The saddle lies outside the box: there, x = 0"):
        manifolds(toy, {"x": 0.0, "y": 0.0}, x=(1, 2), y=(-2, 2))


def test_a_point_where_all_slopes_vanish_is_smooth(model_of):
    model = model_of("dx/dt = x**2 - y**2\ndy/dt = -2*x*y")
    with pytest.raises(AnalysisError, match="is non-hyperbolic and no saddle: an eigenvalue is zero"):
        manifolds(model, {"x": 0.0, "y": 0.0}, x=(-1, 1), y=(-1, 1))


def test_noise_and_time_are_said(model_of):
    noisy = manifolds(model_of("dx/dt = x + 0.1*xi\ndy/dt = -y"), {"x": 0}, length=1)
    assert noisy.remarks == ("Noise is left out: these are manifolds of the drift.",)
    forced = manifolds(model_of("dx/dt = x - sin(t)\ndy/dt = -y"), {"x": 0}, length=1)
    assert forced.remarks == ("The curves are those with t = 0 held; in a run it moves.",)
