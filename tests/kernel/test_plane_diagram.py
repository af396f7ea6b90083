"""The diagram in two parameters beside a simulation: what it shows, what a click moves, how it is chosen.

The model is the normal form of a Bogdanov-Takens point at (0, 0): folds at a = 0, Hopf points at a = -b**2, b > 0.
"""

from __future__ import annotations

import numpy as np
import pytest

from brainpy_kernel.sessions import continuation
from brainpy_kernel.widgets.bifurcation import NO_SECOND
from brainpy_lab import analysis
from brainpy_lab.errors import ArgumentError

CELL = """%%brainpy_model BT --backend numpy --duration 1
a = -0.25 in [-1, 0.5]
b = 0 in [-1, 1]
k = 1
dx/dt = y
dy/dt = a + b*y + x**2 + k*x*y
x(0) = -0.5
;"""


@pytest.fixture(scope="module")
def known():
    """Diagrams that a test has computed: the next one need not."""
    return {}


@pytest.fixture
def settle(jupyter, monkeypatch, known):
    """Wait until neither pictures nor diagrams are being computed; each of these is computed once."""
    monkeypatch.setattr(continuation, "REST", 0.0)
    compute = analysis.bifurcation

    def bifurcation(model, names, within, *, parameters, **options):
        key = (names, within, *parameters.items(), options["cycles"])
        if key not in known:
            known[key] = compute(model, names, within, parameters=parameters, **options)
        return known[key]

    monkeypatch.setattr(analysis, "bifurcation", bifurcation)

    def wait():
        space = jupyter.extension.workspace
        for _ in range(2):  # a picture may ask for a diagram, and a point of a diagram for a picture
            assert space.background.wait_idle(60)
            jupyter.settle()

    return wait


@pytest.fixture
def view(jupyter, settle):
    jupyter(CELL)
    jupyter("view = BT.interact(bifurcation=('a', 'b'));")
    settle()
    return jupyter.value("view")


def drawn(mark):
    x, y = np.asarray(mark.x, float), np.asarray(mark.y, float)
    return x[np.isfinite(y)], y[np.isfinite(y)]


def test_curves_and_points_are_drawn_each_with_a_shape_of_its_own(view, settle):
    widget, figure = view.bifurcation, view.bifurcation.plane
    assert widget.shown is figure
    a, b = drawn(figure.curves["hopf"])
    assert a == pytest.approx(-(b**2), abs=5e-3)
    assert (b.min(), b.max()) == pytest.approx((0, 1), abs=1e-6)
    a, b = drawn(figure.curves["fold"])
    assert a == pytest.approx(0, abs=1e-6)
    assert len({(mark.colors[0], mark.line_style) for mark in figure.curves.values()}) == 2
    assert drawn(figure.special["bogdanov-takens"]) == pytest.approx((0, 0), abs=1e-6)
    assert [axis.label for axis in figure.figure.axes] == ["a", "b"]
    for name in ("Hopf points", "folds", "Bogdanov-Takens"):
        assert name in widget.caption.value
    pictures = []
    view.session.runtime.put(("picture", "test"), lambda ticket: pictures.append(view.png()))  # where all are made
    settle()
    assert pictures[0].startswith(b"\x89PNG")


def test_a_marker_stands_where_the_sliders_do_and_says_what_lies_next(view, settle):
    """From (-0.25, 0): folds at a = 0, Hopf points at b = 0.5."""
    widget = view.bifurcation
    assert (*widget.plane.dot.x, *widget.plane.dot.y) == (-0.25, 0)
    assert "At a = -0.25, b = 0.00. Next, with one parameter moved" in widget.outlook.value
    assert "folds at a = 0.00; Hopf points at b = 0.50." in widget.outlook.value
    view.controls.sliders["b"].value = 0.75
    settle()
    assert (*widget.plane.dot.x, *widget.plane.dot.y) == (-0.25, 0.75)
    assert [list(mark.y) for mark in widget.plane.here] == [[-1, 1], [0.75, 0.75]]
    view.controls.boxes["a"].value = 2
    settle()
    assert "a = 2 is outside this diagram." in widget.outlook.value


def test_a_click_sets_both_parameters(view, settle):
    widget = view.bifurcation
    widget.plane.clicks.set_state({"x": [-1e30, -0.4001], "y": [-1e30, 0.3002]})
    settle()
    values = view.session.params
    assert (values["a"], values["b"]) == pytest.approx((-0.4, 0.3), abs=5e-3)
    assert (view.controls.boxes["a"].value, view.controls.boxes["b"].value) == (values["a"], values["b"])
    assert view.session.initial["x"] == -0.5  # the run starts as it did
    assert len(widget.plane.clicks.x) == 1
    assert "Click the plane" in widget.picked.value
    widget.plane.clicks.set_state({"x": [-1e30, 0.003], "y": [-1e30, -0.003]})
    settle()
    assert (values["a"], values["b"]) == pytest.approx((0, 0), abs=1e-8)
    assert "Bogdanov-Takens at a = " in widget.picked.value
    widget.points.index = 0
    view.controls.sliders["b"].value = 0.5
    settle()
    widget.points.index = 1
    settle()
    assert view.session.params["b"] == pytest.approx(0, abs=1e-8)


def test_another_parameter_makes_a_new_diagram(view, settle):
    """With k = 2 the Hopf points lie at a = -(b/2)**2."""
    view.controls.boxes["k"].value = 2.0
    settle()
    a, b = drawn(view.bifurcation.plane.curves["hopf"])
    assert a == pytest.approx(-(b**2) / 4, abs=5e-3)


def test_the_second_parameter_is_chosen_and_given_up_again(jupyter, settle):
    jupyter(CELL)
    jupyter("view = BT.interact(bifurcation='a');")
    settle()
    view = jupyter.value("view")
    widget = view.bifurcation
    assert widget.shown is widget.diagram
    assert list(widget.second.options) == [NO_SECOND, "b", "k"]
    assert widget.second_low.layout.display == "none"
    widget.second.value = "b"
    assert (widget.second_low.value, widget.second_high.value, widget.second_low.layout.display) == (-1, 1, "")
    widget.second_low.value = 0.1
    widget.button.click()
    settle()
    assert widget._figure.children == (widget.plane.figure,)
    assert drawn(widget.plane.curves["hopf"])[1].min() == pytest.approx(0.1)
    assert widget.variable.layout.display == "none"
    widget.second_high.value = 0
    assert "The range of b is empty" in widget.status.value
    assert widget.second_high.value == 1
    widget.parameter.value = "b"  # it cannot be both
    assert widget.second.value == NO_SECOND
    widget.parameter.value = "a"
    widget.button.click()
    settle()
    assert widget._figure.children == (widget.diagram.figure,)


@pytest.mark.parametrize("names", [("a", "a"), ("a", "b", "k")])
def test_other_than_one_or_two_parameters_are_refused(jupyter, names):
    jupyter(CELL)
    error, _ = jupyter.fails(f"BT.interact(bifurcation={names!r})")
    assert isinstance(error, ArgumentError)
    assert "one or two parameters" in str(error)
