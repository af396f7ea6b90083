"""The bifurcation diagram beside a simulation, in a cell and in the panel: what it shows and what it moves.

The model is the normal form of a supercritical Hopf point: for r > 0 there is a circle of radius sqrt(r), period 2 pi.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from brainpy_kernel.sessions import continuation
from brainpy_kernel.sessions.picking import Picked
from brainpy_kernel.widgets.bifurcation import NO_POINT, NO_SECOND
from brainpy_lab import analysis
from brainpy_lab.errors import ArgumentError

CELL = """%%brainpy_model Hopf --backend numpy --duration 10
r = 0.5 in [-1, 1]
a = 1
dx/dt = r*x - y - a*x*(x**2 + y**2)
dy/dt = x + r*y - a*y*(x**2 + y**2)
x(0) = 0.1
"""


@pytest.fixture(scope="module")
def known():
    """Diagrams that a test has computed: the next one need not."""
    return {}


@pytest.fixture
def settle(jupyter):
    """Wait until neither pictures nor diagrams are being computed."""

    def wait():
        space = jupyter.extension.workspace
        for _ in range(2):  # a picture may ask for a diagram, and a point of a diagram for a picture
            assert space.background.wait_idle(60)
            jupyter.settle()

    return wait


@pytest.fixture
def once(monkeypatch, known):
    """Diagrams are computed once, and sliders need not rest."""
    monkeypatch.setattr(continuation, "REST", 0.0)
    compute = analysis.bifurcation

    def bifurcation(model, parameter, within, *, parameters, **options):
        key = (parameter, *within, *parameters.items(), options["cycles"])
        if key not in known:
            known[key] = compute(model, parameter, within, parameters=parameters, **options)
        return known[key]

    monkeypatch.setattr(analysis, "bifurcation", bifurcation)


@pytest.fixture
def hopf(jupyter, settle, once):
    """The view of `interact(bifurcation="r")`, with its diagram."""
    jupyter(CELL + ";")
    jupyter("view = Hopf.interact(bifurcation='r', duration=10);")
    settle()
    return jupyter.value("view")


def crossed(widget):
    """Where the marker meets branches, by what they are there."""
    marks = widget.diagram.crossed.items()
    return {kind: (list(mark.x), list(mark.y)) for kind, mark in marks if mark.x[0] > -1e29}


def drawn(mark):
    x, y = np.asarray(mark.x, float), np.asarray(mark.y, float)
    return x[np.isfinite(y)], y[np.isfinite(y)]


def test_the_diagram_is_drawn_with_a_line_of_its_own_for_each_sort(hopf):
    figure = hopf.bifurcation.diagram
    x, y = drawn(figure.branches["stable"])
    assert (x.min(), x.max(), abs(y).max()) == (-1, 0, 0)
    x, y = drawn(figure.branches["unstable"])
    assert (x.min(), x.max(), abs(y).max()) == (0, 1, 0)
    x, y = drawn(figure.branches["stable cycle"])
    assert (x.min(), x.max()) == (0, 1)
    assert abs(y) == pytest.approx(np.sqrt(x), abs=2e-3)
    assert {float(np.sign(v)) for v in y} >= {-1.0, 1.0}
    styles = {(m.line_style, m.marker) for m in figure.branches.values()}
    assert len(styles) == len(figure.branches)
    (special,) = figure.special.values()
    assert (special.marker, list(special.x), list(special.y)) == ("circle", [0.0], [0.0])
    assert "Hopf point" in hopf.bifurcation.caption.value and "stable cycle" in hopf.bifurcation.caption.value
    assert "saddle" not in hopf.bifurcation.caption.value


def test_a_slider_moves_the_marker_and_says_what_lies_next(hopf, settle):
    widget = hopf.bifurcation
    assert "An equilibrium becomes stable" not in widget.outlook.value
    assert "At r = 0.500: an unstable equilibrium, a stable cycle." in widget.outlook.value
    hopf.controls.sliders["r"].value = -0.25
    settle()
    assert "The equilibrium loses its stability and a stable cycle appears above r = 0.000." in widget.outlook.value
    assert list(widget.diagram.here.x) == [-0.25, -0.25]
    assert crossed(widget) == {"stable": ([-0.25], [0.0])}
    hopf.controls.sliders["r"].value = 0.64
    settle()
    assert sorted(crossed(widget)) == ["stable", "unstable"]
    assert crossed(widget)["unstable"] == ([0.64], [0.0])
    assert sorted(crossed(widget)["stable"][1]) == pytest.approx([-0.8, 0.8], abs=2e-3)
    hopf.controls.boxes["r"].value = 3.0
    settle()
    assert "r = 3 is outside this diagram." in widget.outlook.value


def test_a_click_goes_to_the_cycle_and_moves_the_sliders(hopf, settle):
    """Beside (0.36, 0.6), on the circle of r = 0.36."""
    widget, clicks = hopf.bifurcation, hopf.bifurcation.diagram.clicks
    clicks.set_state({"x": [-1e30, 0.3601], "y": [-1e30, 0.6]})
    settle()
    assert len(clicks.x) == 1
    value = hopf.session.params["r"]
    assert value == pytest.approx(0.36, abs=0.01)
    assert (hopf.controls.sliders["r"].value, hopf.controls.boxes["r"].value) == (value, value)
    assert np.hypot(*hopf.session.initial.values()) == pytest.approx(np.sqrt(value), abs=1e-6)
    solution = hopf.session.frame.solution
    assert np.hypot(solution.x, solution.y) == pytest.approx(np.sqrt(value), abs=1e-5)
    said = widget.picked.value
    assert f"stable cycle at r = {value:g}: period 6.2832" in said
    assert f"multipliers 1, {np.exp(-4 * np.pi * value):.4g}" in said
    assert list(widget.diagram.here.x) == [value, value]


def test_a_click_on_an_equilibrium_tells_its_eigenvalues_and_one_beside_everything_does_nothing(hopf, settle):
    widget, clicks = hopf.bifurcation, hopf.bifurcation.diagram.clicks
    clicks.set_state({"x": [-1e30, -0.5], "y": [-1e30, 0.01]})
    settle()
    assert hopf.session.params["r"] == -0.5
    assert "stable focus at r = -0.5: x = 0, y = 0; eigenvalues -0.5 + 1i, -0.5 − 1i" in widget.picked.value
    assert hopf.session.initial == pytest.approx({"x": 0.02, "y": 0.0})  # beside it: a hundredth of what is shown
    clicks.set_state({"x": [-1e30, -0.9], "y": [-1e30, 0.9]})
    settle()
    assert hopf.session.params["r"] == -0.5


def test_special_points_are_reached_from_a_list(hopf, settle):
    widget = hopf.bifurcation
    assert widget.points.options == (NO_POINT, "supercritical Hopf at r = 0, period 6.283")
    widget.points.index = 1
    settle()
    assert hopf.session.params["r"] == 0.0 == hopf.controls.sliders["r"].value
    assert "eigenvalues 0 + 1i, 0 − 1i" in widget.picked.value
    hopf.controls.sliders["r"].value = 0.5
    settle()
    assert "eigenvalues" not in widget.picked.value and widget.points.index == 0


def test_a_small_diagram_follows_another_parameter(hopf, settle):
    """With a = 2 the circle has half the area."""
    work, before = hopf.bifurcation.work, hopf.bifurcation.work.diagram
    work.seconds = 0.1
    hopf.controls.sliders["a"].value = 2.0
    settle()
    assert work.diagram is not before and work.moved == {}
    x, y = drawn(hopf.bifurcation.diagram.branches["stable cycle"])
    assert abs(y) == pytest.approx(np.sqrt(x / 2), abs=2e-3)


def test_cycles_can_be_left_out(hopf, settle):
    widget = hopf.bifurcation
    assert widget.cycles.value is True
    widget.cycles.value = False
    widget.button.click()
    settle()
    assert {branch.kind for branch in widget.work.diagram.branches} == {"equilibrium"}
    assert "cycle" not in widget.caption.value
    assert "At r = 0.500: an unstable equilibrium." in widget.outlook.value
    widget.second.value = "a"
    assert widget.cycles.value is False and widget.work.choice.cycles is False  # the plane has a switch of its own
    widget.cycles.value = True
    widget.second.value = NO_SECOND
    assert (widget.cycles.value, widget.work.choice.second_cycles) == (False, True)


def test_a_large_diagram_is_marked_as_out_of_date_and_computed_anew_on_request(hopf, settle):
    widget, before = hopf.bifurcation, hopf.bifurcation.work.diagram
    widget.work.seconds = 60.0
    hopf.controls.sliders["a"].value = 2.0
    settle()
    assert widget.work.diagram is before
    assert "Out of date: a was 1 and is 2." in widget.status.value
    assert (widget.button.description, widget.button.button_style) == ("Compute anew", "warning")
    widget.button.click()
    settle()
    assert widget.work.diagram is not before
    assert "Out of date" not in widget.status.value and widget.button.button_style == ""


def test_another_variable_is_drawn_at_once_and_another_range_when_computed(hopf, settle):
    widget = hopf.bifurcation
    before = widget.work.diagram
    widget.variable.value = "y"
    assert widget.diagram.figure.axes[1].label == "y"
    widget.low.value = 5.0
    assert "The range of r is empty: from 5 to 1." in widget.status.value
    assert widget.low.value == -1.0
    widget.low.value = -2.0
    assert widget.work.diagram is before
    widget.button.click()
    settle()
    assert widget.work.diagram.range == (-2, 1)
    widget.parameter.value = "a"
    assert (widget.low.value, widget.high.value) == hopf.bifurcation._ranges["a"][:2]


def test_a_diagram_grows_and_cancel_keeps_what_is_there(jupyter, hopf, settle, monkeypatch, known):
    """The computation waits where the test says; meanwhile sliders move pictures."""
    work, widget = hopf.bifurcation.work, hopf.bifurcation
    grown, go = threading.Event(), threading.Event()
    monkeypatch.setattr("brainpy_lab.analysis.continuation.news.PAUSE", 0.0)

    def heard(part):
        found = work.diagram
        cycles = [b for b in found.branches if b.kind == "cycle"] if part == "diagram" else []
        if any(b["r"].max() > 0.1 for b in cycles) and not grown.is_set():
            grown.set()
            assert go.wait(60)

    work.diagram = None
    before = dict(known)
    known.clear()
    work.listeners.append(heard)
    widget.button.click()
    assert grown.wait(60)
    assert (widget.button.description, widget.status.value.count("Computing")) == ("Cancel", 1)
    hopf.controls.sliders["r"].value = 0.3
    jupyter.settle()
    assert hopf.session.frame.settings.params["r"] == 0.3
    for click, kind in (((-0.5, 0.0), "equilibrium"), ((0.09, 0.3), "cycle")):  # which does not wait for the rest
        widget.diagram.clicks.set_state({"x": [-1e30, click[0]], "y": [-1e30, click[1]]})
        jupyter.settle()
        r, radius = hopf.session.params["r"], np.hypot(*hopf.session.initial.values())
        assert f"stable {kind} at r = {r:g}: " in widget.picked.value
        assert radius == pytest.approx(np.sqrt(max(r, 0)), abs=0.02)
    multiplier = float(widget.picked.value.split("multipliers 1, ")[1].split("<")[0])
    assert multiplier == pytest.approx(np.exp(-4 * np.pi * r), rel=1e-3)
    widget.button.click()
    go.set()
    settle()
    known.clear()
    known.update(before)
    assert "Cancelled: what was found until then is shown." in widget.status.value
    assert [b.kind for b in work.diagram.branches] == ["equilibrium", "cycle"]
    assert work.diagram.branches[1]["r"].max() < 1
    assert widget.button.description == "Compute anew"


def test_states_that_are_arrays_are_drawn_by_element_and_keep_their_initial_values(hopf, settle):
    """As in a diagram of a rate network, whose states are the elements."""
    work = hopf.bifurcation.work
    branches = [replace(b, names=("u[0]", "u[1]")) for b in work.diagram.branches if b.kind == "equilibrium"]
    points = type(work.diagram.points)()
    work._grown(replace(work.diagram, branches=branches, points=points), work.given)
    assert hopf.bifurcation.diagram.figure.axes[1].label == "u[0]"
    before = dict(hopf.session.initial)
    work._go(lambda: Picked({"r": -0.5}, {"u[0]": 0.1, "u[1]": 0.2}, "stable focus"))
    settle()
    assert (hopf.session.params["r"], hopf.session.initial) == (-0.5, before)
    assert "stable focus; states that are arrays keep their initial values" in hopf.bifurcation.picked.value


def test_what_cannot_be_followed_is_said(jupyter, settle):
    jupyter("%%brainpy_model Late --backend numpy\nk = 1 in [0, 2]\ndx/dt = -k*x\norder(x) = 0.8\nx(0) = 1\n;")
    jupyter("view = Late.interact(bifurcation='k');")
    settle()
    widget = jupyter.value("view").bifurcation
    assert "Late has fractional orders: such bifurcations are not computed." in widget.status.value
    error, _ = jupyter.fails("Late.interact(bifurcation='K')")
    assert isinstance(error, ArgumentError)
    assert "Late has no parameter 'K' that is a single number." in str(error)
    assert "Did you mean 'k'?" in str(error)


def test_the_panel_shows_the_diagram_of_the_cell_or_its_own(jupyter, panel, settle, once):
    jupyter(CELL + ";")
    panel.say("show", view="bifurcation")
    first = panel.heard("bifurcation")[-1]["model_id"]
    own = jupyter.extension.panel._diagram
    assert own.widget.model_id == first
    assert "Choose a parameter and its range" in own.status.value
    own.button.click()
    settle()
    assert own.work.diagram.points.of("hopf")[0].parameter == pytest.approx(0, abs=1e-9)
    panel.say("show", view="code")
    assert jupyter.extension.panel._diagram is None
    panel.say("show", view="bifurcation")
    again = jupyter.extension.panel._diagram
    assert again.work is own.work and list(drawn(again.diagram.branches["stable"])[0])
    jupyter("view = Hopf.interact(bifurcation='r', duration=10);")
    settle()
    assert panel.heard("bifurcation")[-1]["model_id"] == jupyter.value("view").bifurcation.widget.model_id
    assert jupyter.extension.panel._diagram is None
    assert not panel.heard("error")


def test_a_model_without_parameters_has_no_diagram(jupyter, panel):
    jupyter("%%brainpy_model Still --backend numpy\ndx/dt = -x\n;")
    panel.say("show", view="bifurcation")
    assert panel.heard("bifurcation")[-1] == {"type": "bifurcation", "model": "Still", "model_id": None}


def test_the_inline_panel_has_the_diagram_too(jupyter, wire):
    jupyter(CELL + ";")
    jupyter("inline = bp_panel()")
    inline = jupyter.extension._inline[-1]
    inline.tabs.selected_index = list(inline.tabs.titles).index("Bifurcation")
    assert inline.diagram.children == (jupyter.extension.panel._diagram.widget,)


def test_elements_of_an_array_are_chosen_once_they_are_known(jupyter, settle):
    """Two cells that inhibit each other: above g = 1 one of them wins."""
    jupyter("import numpy as np\nW, x0 = np.array([[0.0, -1.0], [-1.0, 0.0]]), np.array([0.2, -0.1])")
    text = "g = 1.5 in [0, 2]\ndx/dt = -x + (g*W) @ tanh(x)\nx(0) = x0"
    jupyter(f"%%brainpy_model Pair --backend numpy --duration 5\n{text}\n;")
    jupyter("view = Pair.interact(bifurcation='g');")
    settle()
    widget = jupyter.value("view").bifurcation
    assert (widget.variable.options, widget.variable.value) == (("x[0]", "x[1]"), "x[0]")
    widget.variable.value = "x[1]"
    settle()
    assert widget.diagram.figure.axes[1].label == "x[1]"
    g, y = drawn(widget.diagram.branches["stable"])
    assert y == pytest.approx(g * np.tanh(y), abs=1e-5)
    assert (y.min(), y.max()) == pytest.approx((-1.91500805, 1.91500805), abs=1e-5)  # x = 2*tanh(x)
