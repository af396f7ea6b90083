"""The view of a model cell: what is drawn is what `run` gives, and every control moves it."""

from __future__ import annotations

import numpy as np
import pytest

from brainpy_lab.errors import ArgumentError


@pytest.fixture
def view(jupyter, cell):
    jupyter(cell)
    jupyter.settle()
    return jupyter.view


def drawn(view, name):
    x, y = view.time_courses.curves()[name]
    return np.asarray(x, float), np.asarray(y, float)


def largest_difference(view, solution, name):
    """Of the drawn curve from the solution, at the points drawn."""
    x, y = drawn(view, name)
    return abs(np.interp(x, solution.t, solution[name]) - y).max()


def test_time_courses_are_those_of_a_run(jupyter, view):
    solution = jupyter.value("FHN.run(50, backend='numpy')")
    for name in ("V", "w"):
        assert largest_difference(view, solution, name) < 1e-5
        assert len(drawn(view, name)[0]) < 1000
    x, _ = drawn(view, "V")
    assert (x[0], x[-1]) == (0.0, 50.0)


def test_a_slider_moves_the_picture(jupyter, view):
    view.controls.sliders["I"].value = 0.9
    jupyter.settle()
    assert view.controls.boxes["I"].value == 0.9
    assert largest_difference(view, jupyter.value("FHN.run(50, backend='numpy', I=0.9)"), "V") < 1e-5
    assert largest_difference(view, jupyter.value("FHN.run(50, backend='numpy', I=0.5)"), "V") > 0.1


def test_sliders_have_the_ranges_of_the_cell(view):
    slider = view.controls.sliders["I"]
    assert (slider.min, slider.max, slider.step) == (0.0, 2.0, 0.01)
    assert slider.tooltip == "input current"
    assert list(view.controls.sliders) == ["I", "a", "b", "tau"]
    assert view.controls.sliders["tau"].max == 30.0


def test_a_number_outside_the_range_widens_the_slider(jupyter, view):
    view.controls.boxes["I"].value = 3.5
    jupyter.settle()
    assert (view.controls.sliders["I"].max, view.controls.sliders["I"].value) == (3.5, 3.5)
    assert largest_difference(view, jupyter.value("FHN.run(50, backend='numpy', I=3.5)"), "V") < 1e-5


def test_resets_of_parameters_and_state_are_apart(jupyter, view):
    view.controls.sliders["I"].value = 1.1
    view.session.set_state(V=1.5)
    view.reset_state.click()
    jupyter.settle()
    assert (view.session.params["I"], view.session.initial["V"]) == (1.1, -1.0)
    view.session.set_state(V=1.5)
    view.controls.reset_parameters.click()
    jupyter.settle()
    assert (view.session.params["I"], view.session.initial["V"]) == (0.5, 1.5)
    assert view.controls.sliders["I"].value == 0.5
    solution = jupyter.value("FHN.run(50, backend='numpy', initial={'V': 1.5})")
    assert largest_difference(view, solution, "V") < 1e-5


def test_duration_box(jupyter, view):
    view.controls.duration.value = 20.0
    jupyter.settle()
    assert drawn(view, "V")[0][-1] == 20.0
    view.controls.duration.value = -1.0
    assert view.controls.duration.value == 20.0


def test_phase_plane_shows_nullclines_and_the_fixed_point(view):
    """At I = 0.5 the fixed point solves V - V**3/3 - (V + 0.7)/0.8 + 0.5 = 0."""
    (root,) = [r.real for r in np.roots([-1 / 3, 0, 1 - 1 / 0.8, 0.5 - 0.7 / 0.8]) if abs(r.imag) < 1e-9]
    points = view.phase._points["unstable"]
    assert points.x == pytest.approx([root], abs=1e-9)
    assert points.y == pytest.approx([(root + 0.7) / 0.8], abs=1e-9)
    xs, ys = np.asarray(view.phase._curves.x, float), np.asarray(view.phase._curves.y, float)
    fine = np.isfinite(xs) & np.isfinite(ys)
    cubic = abs(xs[0] - xs[0] ** 3 / 3 + 0.5 - ys[0])[fine[0]]
    line = abs((xs[1] + 0.7) / 0.8 - ys[1])[fine[1]]
    assert cubic.size > 10
    assert cubic.max() < 1e-4
    assert line.max() < 1e-4


def test_the_fixed_point_follows_the_slider_and_tells_its_kind(jupyter, view):
    from brainpy_kernel.widgets.phase_figure import OUTSIDE

    points = view.phase._points
    assert points["unstable"].x > OUTSIDE and points["stable"].x == OUTSIDE
    assert len({(mark.marker, mark.fill) for mark in points.values()}) == len(points)
    view.controls.sliders["I"].value = 0.0
    jupyter.settle()
    assert points["unstable"].x == OUTSIDE
    assert points["stable"].x == pytest.approx([-1.19940804], abs=1e-6)


def test_a_click_starts_a_trajectory(jupyter, view):
    """The browser appends the clicked point to the start marker."""
    start = view.phase._start
    assert (list(start.x), list(start.y)) == ([-1.0], [1.0])
    with start.hold_trait_notifications():
        start.x, start.y = np.array([-1.0, 1.25]), np.array([1.0, -0.5])
    jupyter.settle()
    assert view.session.initial == {"V": 1.25, "w": -0.5}
    assert (list(start.x), list(start.y)) == ([1.25], [-0.5])
    solution = jupyter.value("FHN.run(50, backend='numpy', initial={'V': 1.25, 'w': -0.5})")
    assert largest_difference(view, solution, "V") < 1e-5
    path = np.asarray(view.phase._curves.x, float)[2]
    assert (path[0], path[-1]) == pytest.approx((1.25, solution.V[-1]), abs=1e-6)


def test_a_run_that_blows_up_is_told_and_the_view_lives_on(jupyter):
    jupyter("%%brainpy_model Blow --backend numpy --duration 5\na = 1.5 in [-2, 2]\ndx/dt = a*x**3\nx(0) = 1")
    jupyter.settle()
    view = jupyter.view
    assert "x became nan or infinite at t = 0.3" in view.status.value
    view.controls.sliders["a"].value = -1.0
    jupyter.settle()
    assert "nan" not in view.status.value
    assert drawn(view, "x")[1][-1] == pytest.approx(1 / np.sqrt(1 + 2 * 5), abs=1e-5)


def test_one_simulation_a_move_however_many_views(jupyter, view, panel, monkeypatch):
    panel.say("show", view="phase")
    jupyter.settle()
    calls = []
    model = jupyter.value("FHN")
    run = type(model).run
    monkeypatch.setattr(type(model), "run", lambda self, *a, **k: calls.append(k["I"]) or run(self, *a, **k))
    view.controls.sliders["I"].value = 0.7
    jupyter.settle()
    assert calls == [0.7]


def test_interact_from_code(jupyter, cell):
    jupyter(cell + ";")
    jupyter("from brainpy_kernel.interact import interact")
    jupyter("v = interact(FHN, I=(0, 1.5, 0.5), a=0.6, V=(-4, 4), w=0.25, duration=30)")
    jupyter.settle()
    view = jupyter.value("v")
    slider = view.controls.sliders["I"]
    assert (slider.min, slider.max, slider.step) == (0.0, 1.5, 0.5)
    assert (view.session.params["a"], view.session.initial["w"]) == (0.6, 0.25)
    assert (view.phase._x.min, view.phase._x.max) == (-4.0, 4.0)
    solution = jupyter.value("FHN.run(30, a=0.6, initial={'w': 0.25}, backend='numpy')")
    assert largest_difference(view, solution, "V") < 1e-5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("interact(FHN, II=1)", "Did you mean 'I'?"),
        ("interact(FHN, I='many')", "must be a number, or a range"),
        ("interact(FHN, I=(2, 1))", "must be a number, or a range"),
        ("interact(FHN, axes=('V', 'u'))", "no state 'u'"),
        ("interact(FHN, duration=-1)", "duration must be a positive number, not -1."),
        ("interact(FHN, duration='long')", "duration must be a positive number, not 'long'."),
        ("interact(FHN, dt=0)", "dt must be a positive number, not 0."),
    ],
)
def test_interact_refuses(jupyter, cell, call, message):
    jupyter(cell + ";")
    jupyter("from brainpy_kernel.interact import interact")
    error, _ = jupyter.fails(call)
    assert isinstance(error, ArgumentError)
    assert message in str(error)


def test_three_states_choose_two_axes(jupyter):
    jupyter(
        "%%brainpy_model Lorenz --backend numpy --duration 5\nsigma = 10\nrho = 28\nbeta = 8/3\n"
        "dx/dt = sigma*(y - x)\ndy/dt = x*(rho - z) - y\ndz/dt = x*y - beta*z\nx(0) = 1\ny(0) = 1\nz(0) = 20"
    )
    jupyter.settle()
    view = jupyter.view
    across, up = view.phase._choices
    assert (across.value, up.value) == ("x", "y")
    up.value = "z"
    jupyter.settle()
    assert view.session.axes == ("x", "z")
    assert [axis.label for axis in view.phase.figure.axes] == ["x", "z"]
    assert [n for n, _, _ in view.time_courses._lines] == [["x", "y", "z"]]


def test_states_of_different_size_have_pictures_of_their_own():
    from brainpy_kernel.widgets.time_courses import groups

    assert groups({"V": (-80, 40), "m": (0, 1), "h": (0, 0.6), "n": (0.3, 0.8)}) == [["V"], ["m", "h", "n"]]
    assert groups({"V": (-2, 2), "w": (-0.4, 1.4)}) == [["V", "w"]]
    assert len(groups({c: (0.0, 20.0**-i) for i, c in enumerate("abcdef")})) == 3
