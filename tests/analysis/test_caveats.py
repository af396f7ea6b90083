"""What a fixed point leaves out of a run is said: frozen time, held states, resets, noise."""

import numpy as np
import pytest

from brainpy_lab import models
from brainpy_lab.analysis import PhasePlane, fixed_points

LIF = "dV/dt = (I - V)/20\nI = 20\nV_th = 10\nwhen V >= V_th:\n    {action}"


@pytest.mark.parametrize(
    ("text", "frozen"),
    [
        ("dx/dt = cos(t) - x", {"t": 0.0}),
        ("dx/dt = drive - x\ndrive = sin(phase)\nphase = 2*t", {"t": 0.0}),
        ("dx/dt = f(t) - x\ndef f(s):\n    return s**2", {"t": 0.0}),
        ("dx/dt = -x(t - (1 + 0.1*sin(t)))", {"t": 0.0}),
        ("dx/dt = -x(t - tau)\ntau = 1 + 0.1*cos(t)", {"t": 0.0}),
        ("dx/dt = -x(t - 1)", {}),
        ("dx/dt = -x(t - 1 - 0.1*x**2)", {}),
        ("dx/dt = -x(t - (1 + 0.1*x**2))", {}),
        ("dx/dt = -x(t - t/2)", {"t": 0.0}),
        ("dx/dt = -x\nspare = sin(t)*x", {}),
    ],
)
def test_time_is_frozen_where_derivatives_depend_on_it(model_of, text, frozen):
    found = fixed_points(model_of(text), {"x": (-2, 2)})
    assert found.frozen == frozen
    assert [p.frozen for p in found] == [frozen]


def test_the_time_is_that_of_the_call(model_of):
    model = model_of("dx/dt = cos(t) - x")
    found = fixed_points(model, {"x": (-2, 2)}, t=np.pi)
    assert found.frozen == {"t": np.pi}
    assert found.notes == ("Stable or not is said with t = 3.14159 held; in a run it moves.",)
    assert repr(found).endswith("\nStable or not is said with t = 3.14159 held; in a run it moves.")
    assert "<p>Stable or not is said with t = 3.14159 held; in a run it moves.</p>" in found._repr_html_()
    assert found[0].note == found.notes[0]
    assert "t = 3.14159 held" in repr(found[0])
    assert PhasePlane(model, x=(-2, 2), t=np.pi).fixed_points().frozen == {"t": np.pi}
    assert fixed_points(model, {"x": (5, 6)}).notes == ("Stable or not is said with t = 0 held; in a run it moves.",)


def test_a_plane_through_more_states_says_what_it_holds():
    """At rest of the plane the whole model is unstable: I = 10 lies above the Hopf point."""
    hh = models.hodgkin_huxley()
    plane = PhasePlane(hh, V=(-80, 40), n=(0, 1))
    (point,) = plane.fixed_points()
    assert point.stable
    assert point.frozen == {"m": pytest.approx(0.0529325, abs=1e-6), "h": pytest.approx(0.596121, abs=1e-6)}
    assert point.note == "Stable or not is said with m = 0.0529325, h = 0.596121 held; in a run they move."
    assert point.note in repr(plane)
    assert point.note in plane._repr_html_()
    (whole,) = fixed_points(hh, {"V": (-80, 40)})
    assert (whole.stable, whole.frozen, whole.note) == (False, {}, "")


def test_only_what_the_plane_depends_on_is_named(model_of):
    model = model_of("dx/dt = -x + z\ndy/dt = -y\ndz/dt = 1 - z\ndu/dt = -u")
    assert PhasePlane(model, x=(-2, 2), y=(-2, 2), z=1).fixed_points().frozen == {"z": 1.0}
    assert PhasePlane(model, y=(-2, 2), z=(-2, 2)).fixed_points().frozen == {}
    assert fixed_points(model, {"x": (-2, 2)}, z=0.5).frozen == {"z": 0.5}


def test_a_state_that_only_events_change(model_of):
    model = model_of("dV/dt = theta - V\ntheta(0) = 1\nwhen V >= 5:\n    theta = theta + 1")
    assert fixed_points(model, {"V": (-2, 2)}).frozen == {"theta": 1.0}


@pytest.mark.parametrize(
    ("action", "virtual"),
    [
        ("V = 0", "spike"),
        ("V = V - 10", "spike"),
        ("V = 0\n    hold(V, 2)", "spike"),
        ("hold(V, 2)", None),
        ("pass", None),
    ],
)
def test_a_node_behind_the_threshold_is_virtual_when_the_event_resets(model_of, action, virtual):
    (point,) = fixed_points(model_of(LIF.format(action=action)), {"V": (-20, 40)})
    assert (point.kind, point.virtual, point.stable) == ("stable node", virtual, virtual is None)
    said = "Virtual: the event 'spike' resets the state here, so that no run comes to rest."
    assert point.note == (said if virtual else "")
    assert (said in repr(fixed_points(model_of(LIF.format(action=action)), {"V": (-20, 40)}))) == bool(virtual)


def test_below_the_threshold_and_on_it(model_of):
    model = model_of(LIF.format(action="V = 0"))
    assert fixed_points(model, {"V": (-20, 40)}, I=9)[0].virtual is None
    assert fixed_points(model, {"V": (-20, 40)}, I=10)[0].virtual == "spike"
    assert fixed_points(model, {"V": (-20, 40)}, I=9, V_th=5)[0].virtual == "spike"


def test_conditions_through_intermediates_and_held_states(model_of):
    text = "dV/dt = 1 - V\ndu/dt = -u\nover = V + u\nwhen over > 0.5 as cut:\n    u = -2"
    assert fixed_points(model_of(text), {"V": (-2, 2), "u": (-2, 2)})[0].virtual == "cut"
    assert PhasePlane(model_of(text), V=(-2, 2), u=-1.0).fixed_points()[0].virtual is None


def test_an_adaptation_that_grows_at_spikes_does_not_make_a_point_virtual(model_of):
    """The event happens once on the way; the state then comes to rest."""
    model = model_of("dV/dt = 2 - V - w\ndw/dt = -w\nwhen V >= 1:\n    w = w + 0.1")
    assert fixed_points(model, {"V": (-3, 3), "w": (-3, 3)})[0].stable


def test_noise_is_said_to_be_left_out(model_of):
    found = fixed_points(model_of("dx/dt = x - x**3 + 0.1*xi"), {"x": (-2, 2)})
    assert found.notes == ("Noise is left out: these are fixed points of the drift.",)
    assert found._repr_html_().endswith("<p>Noise is left out: these are fixed points of the drift.</p>")


def test_the_figure_says_it(model_of):
    figure = PhasePlane(model_of(LIF.format(action="V = 0")), V=(-20, 40)).plot()
    (axes,) = figure.axes
    said = " ".join(axes.get_title(loc="left").split())
    assert said == "Virtual: the event 'spike' resets the state here, so that no run comes to rest."
