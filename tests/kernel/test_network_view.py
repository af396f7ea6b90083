"""`net.interact()`: what is drawn is what a run from the start gives, and the user's network stays where it stands."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from brainpy_lab.errors import ArgumentError

NET = """%%brainpy --backend numpy
lif = bp.model(
    "I = 12 in [0, 20]  # drive\\ntau = 20\\ndV/dt = (I - V)/tau\\nwhen V >= 10:\\n    V = 0", name="LIF", dt=0.5
)
kick = bp.model("when pre.spike:\\n    post.V += weight", name="Kick", synapse=True)
learn = bp.model(
    "weight(0) = 0.1\\nwhen pre.spike:\\n    post.V += weight\\n    weight += 0.01", name="Learn", synapse=True
)
connect = bp.connect.fixed_in_degree(3, seed=1)
E = bp.NeuGroup(lif, 40, initial={"V": bp.dist.uniform(0, 10, seed=2)}, tau=bp.dist.uniform(15, 25, seed=4))
P = bp.PoissonGroup(10, rate=0.05)
exc = bp.Synapses(pre=E[:20], post=E, model=kick, connect=connect, weight=0.2, delay=1.5)
drive = bp.Synapses(pre=P, post=E, model=kick, connect=connect, weight=1.0)
plastic = bp.Synapses(pre=P, post=E, model=learn, connect=connect)
net = bp.Network()
"""


@pytest.fixture
def cells(jupyter):
    jupyter(NET)
    return jupyter


@pytest.fixture
def shown(cells):
    """The view of `net.interact(...)` with these arguments, after its first run."""

    def show(arguments: str = ""):
        cells(f"view = net.interact(duration=50, backend='numpy'{arguments and ', ' + arguments});")
        cells.settle()
        return cells.value("view")

    return show


def spikes(view):
    return {name: train.t.tolist() for name, train in view.session.frame.solution.trains().items()}


def expected(cells, **values):
    """Spikes of the user's own network from its start, with these values."""
    for name, value in values.items():
        cells.value("exc").set(**{name: value})
    sol = cells.value("net").run(50.0, start=0, backend="numpy", seed=0)
    return {name: train.t.tolist() for name, train in sol.trains().items()}


def test_sliders_are_what_is_one_number(shown):
    view = shown()
    assert list(view.controls.sliders) == ["E.I", "P.rate", "exc.weight", "exc.delay", "drive.weight", "plastic.weight"]
    slider = view.controls.sliders["E.I"]
    assert (slider.min, slider.max, slider.tooltip) == (0.0, 20.0, "drive")
    delay = view.controls.sliders["exc.delay"]
    assert (delay.min, delay.max, delay.step, delay.value) == (0.5, 3.0, 0.5, 1.5)


MANY = """%%brainpy --backend numpy
text = "I = 12 in [0, 20]\\na = 1; b = 2; c = 3; d = 4; f = 5; k = 6; drive = 0\\n"
text += "dV/dt = -V + I + drive + 0*(a + b + c + d + f + k)"
cell = bp.model(text, name="Cell", dt=0.5)
kick = bp.model("e = 1; far = 2\\npost.drive += e*far*weight*pre.V", name="Kick", synapse=True)
E = bp.NeuGroup(cell, 2, c=7)
F = bp.NeuGroup(cell, 2)
G = bp.NeuGroup(cell, 2)
exc = bp.Synapses(pre=E, post=F, model=kick, connect=bp.connect.one_to_one(), weight=0.2, far=3)
net = bp.Network()
"""


def test_of_many_values_those_have_sliders_that_somebody_has_chosen(jupyter):
    jupyter(MANY)
    jupyter("view = net.interact(duration=5, backend='numpy');")
    jupyter.settle()
    view = jupyter.value("view")
    assert list(view.controls.sliders) == ["E.I", "E.c", "F.I", "F.drive", "G.I", "exc.far", "exc.weight"]
    line = view.widget.children[2].value
    assert "7 of 27 values have sliders" in line
    assert "G.drive" in line
    assert view.session.frame.message == ""


def test_a_slider_runs_a_copy_from_the_start(cells, shown):
    view = shown()
    first = spikes(view)
    view.controls.sliders["exc.weight"].value = 0.4
    cells.settle()
    view.controls.sliders["exc.delay"].value = 3.0
    cells.settle()
    moved = spikes(view)
    assert cells.value("net.time, exc.weight[0], exc.delay[0], net.last") == (0.0, 0.2, 1.5, None)
    assert first == expected(cells)
    assert moved == expected(cells, weight=0.4, delay=3.0)
    assert moved["E"] != first["E"]
    assert moved["P"] == first["P"]
    view.controls.reset_parameters.click()
    cells.settle()
    assert spikes(view) == first


def test_learned_weights_begin_anew_with_each_move(cells, shown):
    view = shown()
    first = view.session.frame.solution.final["plastic"]["weight"]
    view.controls.sliders["plastic.weight"].value = 0.15
    cells.settle()
    moved = view.session.frame.solution.final["plastic"]["weight"]
    assert np.allclose(moved - first, 0.05)
    assert first.max() > 0.1


def test_raster_and_rates_are_those_of_the_spikes(shown):
    view = shown()
    trains = view.session.frame.solution.trains()
    marks = view.pictures.raster.marks
    assert len(marks.x) == sum(len(t) for t in trains.values())
    (t, rate), _ = view.pictures.rates()
    width = t[1] - t[0]
    assert width == 0.5
    assert (rate * width * 40 / 1000).sum() == pytest.approx(len(trains["E"]), abs=1e-3)
    assert f"E: {len(trains['E'])} spikes" in view.status.value
    assert "50 ms in" in view.status.value


def test_chosen_sliders_and_their_values(shown):
    view = shown("parameters={'exc.weight': (0, 1), 'E.I': 15}")
    assert {name: s.value for name, s in view.controls.sliders.items()} == {"exc.weight": 0.2, "E.I": 15.0}
    assert (view.controls.sliders["exc.weight"].min, view.controls.sliders["exc.weight"].max) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("{'exc.wieght': 1}", "net has no 'exc.wieght' that a slider could move"),
        ("['E.tau']", "net has no 'E.tau' that a slider could move"),
        ("'exc.weight'", "parameters are names of values or a mapping of them, not 'exc.weight'."),
        ("{'E.I': 'high'}", "'E.I' must be a number, or a range (low, high) or (low, high, step), not 'high'."),
        ("duration=-1", "duration"),
        ("seed=0.5", "seed"),
    ],
)
def test_what_cannot_be_shown_is_refused(cells, arguments, message):
    error, _ = cells.fails(f"net.interact({arguments})")
    assert isinstance(error, ArgumentError)
    assert message in str(error)


def test_a_fault_is_told_in_the_status_line_and_the_next_value_runs(cells, shown):
    view = shown()
    before = spikes(view)
    view.controls.boxes["exc.delay"].value = -1.0
    cells.settle()
    assert "exc: delay is a number, at least 0; got -1.0." in view.status.value
    view.controls.boxes["exc.delay"].value = 1.5
    cells.settle()
    assert spikes(view) == before


def test_cancel_stops_a_run_and_keeps_its_spikes(cells, shown):
    view = shown()
    half = threading.Event()
    runtime = view.session.runtime

    def on_run(run):
        if run.status == "running" and run.progress >= 0.2 and not half.is_set():
            half.set()
            view.cancel.click()

    runtime.observers.append(on_run)
    view.controls.duration.value = 20_000
    assert runtime.wait_idle(60)
    (run,) = runtime.runs.values()
    assert (run.status, run.outcome) == ("cancelled", "stopped")
    assert "stopped at t = " in view.status.value
    assert 0 < view.session.frame.solution.end < 20_000
