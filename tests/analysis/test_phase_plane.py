"""The phase plane: nullclines against closed forms, the field, trajectories, speed and refusals."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane
from brainpy_lab.errors import ArgumentError


@pytest.fixture(scope="module")
def fhn():
    return models.fitzhugh_nagumo()


@pytest.fixture(scope="module")
def plane(fhn):
    return PhasePlane(fhn, V=(-3, 3), w=(-2, 3), I=0.8)


def lengths(curves):
    return [np.hypot(*np.diff(c, axis=0).T).sum() for c in curves]


def test_nullclines_of_fitzhugh_nagumo(plane):
    curves = plane.nullclines()
    (cubic,), (line,) = curves["V"], curves["w"]
    V, w = cubic.T
    np.testing.assert_allclose(w, V - V**3 / 3 + 0.8, rtol=0, atol=1e-10)
    assert sorted(cubic[[0, -1], 1]) == pytest.approx([-2, 3], abs=1e-3)
    np.testing.assert_allclose(line[:, 1], (line[:, 0] + 0.7) / 0.8, rtol=0, atol=1e-10)
    assert line[:, 1].min() == pytest.approx(-2, abs=1e-9)
    assert line[:, 1].max() == pytest.approx(3, abs=1e-9)


def test_horizontal_and_vertical_nullclines(model_of):
    curves = PhasePlane(model_of("dx/dt = y\ndy/dt = x - 1"), x=(-2, 2), y=(-3, 3)).nullclines()
    (horizontal,), (vertical,) = curves["x"], curves["y"]
    assert np.abs(horizontal[:, 1]).max() < 1e-14
    assert sorted(horizontal[[0, -1], 0]) == pytest.approx([-2, 2])
    assert np.abs(vertical[:, 0] - 1).max() < 1e-14
    assert sorted(vertical[[0, -1], 1]) == pytest.approx([-3, 3])


def test_several_branches(model_of):
    curves = PhasePlane(model_of("dx/dt = (x - 1)*(x + 1)\ndy/dt = cos(y)"), x=(-2, 2), y=(-5, 5)).nullclines()
    assert sorted(np.mean(c[:, 0]) for c in curves["x"]) == pytest.approx([-1, 1])
    assert sorted(np.mean(c[:, 1]) for c in curves["y"]) == pytest.approx(np.pi / 2 * np.array([-3, -1, 1, 3]))
    assert lengths(curves["x"]) == pytest.approx([10, 10])


def test_branches_that_cross(model_of):
    curves = PhasePlane(model_of("dx/dt = x*y\ndy/dt = 1 + x"), x=(-2, 2), y=(-2, 2)).nullclines()["x"]
    points = np.concatenate(curves)
    assert np.abs(points[:, 0] * points[:, 1]).max() < 1e-9
    assert sum(lengths(curves)) == pytest.approx(8, abs=0.15)


def test_a_branch_beside_a_pole_narrower_than_a_cell(model_of):
    # Rosenzweig and MacArthur's prey in a box 100 times as wide as what is in it: x = 0 and a parabola
    model = model_of("dx/dt = x*(1 - x) - x*y/(0.1 + x)\ndy/dt = y*(0.5*x/(0.1 + x) - 0.1)")
    curves = PhasePlane(model, x=(-0.01, 10), y=(0, 10)).nullclines()["x"]
    axis = np.concatenate([c[np.abs(c[:, 0]) < 1e-9, 1] for c in curves])
    assert axis.max() == pytest.approx(10) and axis.min() < 0.3 and axis.size > 50


def test_closed_nullcline(model_of):
    curves = PhasePlane(model_of("dx/dt = x**2 + y**2 - 1\ndy/dt = x"), x=(-2, 2), y=(-2, 2)).nullclines()
    (circle,) = curves["x"]
    assert np.abs(np.hypot(*circle.T) - 1).max() < 1e-10
    assert circle[0] == pytest.approx(circle[-1])
    assert lengths([circle]) == pytest.approx([2 * np.pi], rel=1e-3)


@pytest.mark.parametrize(
    ("drift", "distance", "length"),
    [
        ("(x - 0.3)**2", lambda x, y: x - 0.3, 4),
        ("-(x - y)**2", lambda x, y: x - y, 4 * np.sqrt(2)),
        ("(x**2 + y**2 - 1)**2", lambda x, y: np.hypot(x, y) - 1, 2 * np.pi),
    ],
)
def test_a_drift_that_touches_zero(model_of, drift, distance, length):
    curves = PhasePlane(model_of(f"dx/dt = {drift}\ndy/dt = y"), x=(-2, 2), y=(-2, 2)).nullclines()["x"]
    assert np.abs(distance(*np.concatenate(curves).T)).max() < 1e-4
    assert sum(lengths(curves)) == pytest.approx(length, rel=0.03)


def test_a_drift_that_almost_touches_zero(model_of):
    plane = PhasePlane(model_of("dx/dt = (x - 0.3)**2 + 1e-5\ndy/dt = y"), x=(-2, 2), y=(-2, 2))
    assert plane.nullclines()["x"] == []


def test_an_exponential_upstroke_hides_no_part_of_a_nullcline():
    """The drift is 1e15 at the border: V' = 0 is one curve, w(V), all the same."""
    plane = PhasePlane(models.adaptive_exponential(), V=(-80, 30), w=(0, 500))
    (curve,) = plane.nullclines()["V"]
    V, w = curve.T
    np.testing.assert_allclose(w, 800 - 30 * (V + 70.6) + 60 * np.exp((V + 50.4) / 2), rtol=0, atol=1e-8)
    assert w.min() == pytest.approx(800 - 30 * 20.2 + 60, abs=0.1)


def test_a_nullcline_along_the_border(model_of):
    curves = PhasePlane(model_of("dx/dt = -x*(1 + y**2)\ndy/dt = 1 - y"), x=(0, 4), y=(0, 2)).nullclines()
    (border,) = curves["x"]
    assert np.abs(border[:, 0]).max() < 1e-15
    assert lengths([border]) == pytest.approx([2])


def test_no_nullcline_in_the_box(model_of):
    curves = PhasePlane(model_of("dx/dt = 1 + x**2\ndy/dt = y - 50"), x=(-1, 1), y=(-1, 1)).nullclines()
    assert curves == {"x": [], "y": []}


def test_a_pole_is_no_nullcline(model_of):
    curves = PhasePlane(model_of("dx/dt = 1/(x - 0.3) + 0*y\ndy/dt = y"), x=(-1, 1), y=(-1, 1)).nullclines()
    assert curves["x"] == []


def test_undefined_regions_are_left_out(model_of):
    curves = PhasePlane(model_of("dx/dt = log(x) - y\ndy/dt = y - 0.5"), x=(-1, 3), y=(-2, 2)).nullclines()
    (logarithm,) = curves["x"]
    np.testing.assert_allclose(logarithm[:, 1], np.log(logarithm[:, 0]), atol=1e-9)


def test_a_phase_line(model_of):
    plane = PhasePlane(model_of("dx/dt = r*x - x**3\nr = 1"), x=(-2, 2), r=4)
    (curve,) = plane.nullclines()["x"]
    np.testing.assert_allclose(curve[:, 1], 4 * curve[:, 0] - curve[:, 0] ** 3, atol=1e-14)
    assert [p.values["x"] for p in plane.fixed_points()] == pytest.approx([-2, 0, 2], abs=1e-12)
    field = plane.vector_field(5)
    assert field.u.tolist() == [0, -3, 0, 3, 0]
    assert not field.v.any()


def test_vector_field(plane):
    field = plane.vector_field(n=7)
    assert field.x.shape == field.v.shape == (7, 7)
    np.testing.assert_allclose(field.u, field.x - field.x**3 / 3 - field.y + 0.8)
    np.testing.assert_allclose(field.v, (field.x + 0.7 - 0.8 * field.y) / 12.5)


def test_other_variables_are_held():
    hh = models.hodgkin_huxley()
    plane = PhasePlane(hh, V=(-80, 40), n=(0, 1), h=0.5, I=0)
    assert plane.field.held["h"] == 0.5
    assert plane.field.held["m"] == pytest.approx(0.0529, abs=1e-4)
    for name, curves in plane.nullclines().items():
        for curve in curves:
            rates = plane.field.rhs(curve.T)[list(plane.ranges).index(name)]
            assert np.abs(rates).max() < 1e-6
    for point in plane.fixed_points():
        n = point.values["n"]
        x = (point.values["V"] + 55) / 10
        alpha, beta = 0.1 * x / (1 - np.exp(-x)), 0.125 * np.exp(-(point.values["V"] + 65) / 80)
        assert n == pytest.approx(alpha / (alpha + beta), abs=1e-12)


def test_axes_may_come_in_any_order(fhn):
    flipped = PhasePlane(fhn, w=(-2, 3), V=(-3, 3), I=0.8)
    (cubic,) = flipped.nullclines()["V"]
    np.testing.assert_allclose(cubic[:, 0], cubic[:, 1] - cubic[:, 1] ** 3 / 3 + 0.8, atol=1e-10)


def test_fixed_points_lie_on_both_nullclines(plane):
    (point,) = plane.fixed_points()
    assert point.kind == "unstable focus" or point.kind == "unstable node"
    place = np.array([point.values["V"], point.values["w"]])
    for (curve,) in plane.nullclines().values():
        assert np.hypot(*(curve - place).T).min() < 0.05


def test_trajectory_starts_where_told(plane, fhn):
    sol = plane.trajectory(duration=50, V=-2, w=-1)
    assert (float(sol.V[0]), float(sol.w[0])) == (-2, -1)
    expected = fhn.run(50, initial={"V": -2, "w": -1}, I=0.8)
    assert float(sol.V[-1]) == float(expected.V[-1])
    assert plane.trajectory(duration=1).V[0] == 0.0


def test_nullclines_and_fixed_points_keep_up_with_a_slider(fhn):
    def once(current):
        start = time.thread_time()
        plane = PhasePlane(fhn, V=(-3, 3), w=(-2, 3), I=current)
        plane.nullclines()
        plane.fixed_points()
        return time.thread_time() - start

    once(0.1)
    assert min(once(current) for current in np.linspace(0, 2, 40)) < 0.02  # 6 ms on an idle machine


def test_threads_do_not_disturb_each_other(fhn):
    def positions(current):
        return PhasePlane(fhn, V=(-3, 3), w=(-2, 3), I=current).fixed_points()[0].values["V"]

    currents = np.linspace(0, 2, 24)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(positions, currents)) == [positions(current) for current in currents]


def test_figure_shows_everything_without_pyplot(plane):
    import sys

    figure = plane.plot(plane.trajectory(duration=20, V=-2, w=-1))
    (axes,) = figure.axes
    names = {"dV/dt = 0", "dw/dt = 0", "trajectory", "unstable node"}
    assert {t.get_text() for t in axes.get_legend().get_texts()} == names
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("V", "w")
    assert "matplotlib.pyplot" not in sys.modules
    html = plane._repr_html_()
    assert "data:image/png;base64," in html
    assert "<table>" in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"v": (-3, 3), "w": (0, 1)}, "Its variables are V, w|Did you mean"),
        ({"I": (0, 1)}, "'I' is a parameter"),
        ({"V": (3, -3)}, "smaller"),
        ({"V": (0, 0)}, "smaller"),
        ({"V": (0, np.nan)}, "finite"),
        ({"V": ("a", 3)}, "two numbers"),
        ({"I": 0.5}, "one or two axes"),
        ({"V": (-3, 3), "taau": 3}, "Did you mean 'tau'"),
        ({"V": (-3, 3), "I": "much"}, "must be a number"),
    ],
)
def test_wrong_arguments(fhn, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        PhasePlane(fhn, **arguments)


def test_three_axes_and_wrong_starts(plane):
    with pytest.raises(ArgumentError, match="two axes"):
        PhasePlane(models.lorenz(), x=(-1, 1), y=(-1, 1), z=(0, 1))
    with pytest.raises(ArgumentError, match="no axis"):
        plane.trajectory(x=3)
    with pytest.raises(ArgumentError, match="no grid"):
        plane.vector_field(1)


@pytest.mark.parametrize("width", [1e5, 1e6, 1e8])
def test_a_box_far_wider_than_what_is_in_it(model_of, width):
    """The cubic y = x**3 is steep there, and the drift so large that 1e-16 of it is more than the points' own."""
    plane = PhasePlane(model_of("dx/dt = y - x**3\ndy/dt = x - y"), x=(-width, width), y=(-width, width))
    (cubic,) = plane.nullclines()["x"]
    assert cubic[:, 1] == pytest.approx(cubic[:, 0] ** 3, abs=1e-6 * width)
    assert np.ptp(cubic[:, 1]) == 2 * width
    found = plane.fixed_points()
    assert [p.kind for p in found] == ["stable node", "saddle", "stable node"]
    assert [p.values["x"] for p in found] == pytest.approx([-1, 0, 1])


def test_fixed_points_nearer_to_each_other_than_the_grid(model_of):
    found = PhasePlane(
        model_of("dx/dt = x*(1 - x)*(x - 2)\ndy/dt = y - x**5"), x=(-1e5, 1e5), y=(-1e5, 1e5)
    ).fixed_points()
    assert [list(p.values.values()) for p in found] == pytest.approx(np.array([[0, 0], [1, 1], [2, 32]]), abs=1e-9)
    assert [p.kind for p in found] == ["saddle", "unstable degenerate node", "saddle"]


def test_a_multiple_zero_stays_one_in_a_wide_box(model_of):
    (point,) = PhasePlane(
        model_of("dx/dt = x**2 - 2*x + 1 - y\ndy/dt = -y"), x=(-1e5, 1e5), y=(-1e5, 1e5)
    ).fixed_points()
    assert point.kind == "non-hyperbolic"


def test_a_nullcline_smaller_than_the_grid_is_said(model_of):
    plane = PhasePlane(model_of("dx/dt = x**2 + y**2 - 1\ndy/dt = y - x"), x=(-1e4, 1e4), y=(-1e4, 1e4))
    with pytest.warns(UserWarning, match="box is too wide for the nullcline of x"):
        plane.nullclines()


def test_a_pole_at_the_origin_is_no_nullcline_unseen(model_of, recwarn):
    plane = PhasePlane(model_of("dx/dt = 1/(x - y**2)\ndy/dt = y - x"), x=(-1e3, 1e3), y=(-1e3, 1e3))
    assert plane.nullclines()["x"] == [] and not recwarn.list
