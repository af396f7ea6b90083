"""What qualifies a fixed point is on the screen: resets, time that stands still, states that are held."""

from types import SimpleNamespace

import pytest

import brainpy_lab as bp
from brainpy_kernel.panel import messages

LIF = """%%brainpy_model LIF --backend numpy --duration 20
tau = 20; V_th = -50; I = 11
dV/dt = (-60 - V + I)/tau
V(0) = -60
when V >= V_th:
    V = -60"""

VIRTUAL = "Virtual: the event 'spike' resets the state here, so that no run comes to rest."

FORCED = """%%brainpy_model Forced --backend numpy --duration 20
dx/dt = cos(t) - x
x(0) = 0"""

SPACE = """%%brainpy_model Space --backend numpy --duration 5
dx/dt = z - x
dy/dt = x - y
dz/dt = 1 - z
x(0) = 0
y(0) = 0
z(0) = 0.25"""


@pytest.fixture
def shown(jupyter, panel):
    """The table of the panel and the caption of the cell's phase plane, for the text of a cell."""

    def of(cell):
        jupyter(cell)
        panel.say("show", view="fixed_points")
        jupyter.settle()
        return panel.heard("fixed_points")[-1], jupyter.view.phase

    return of


def test_a_point_behind_a_threshold(shown):
    from brainpy_kernel.widgets.phase_figure import OUTSIDE

    table, phase = shown(LIF)
    (row,) = table["rows"]
    assert (row["kind"], row["stable"], row["note"]) == ("stable node", False, VIRTUAL)
    assert (list(phase._points["virtual"].x), list(phase._points["stable"].x)) == ([row["values"][0]], [OUTSIDE])
    assert "the event &#x27;spike&#x27; resets the state here" in phase._caption.value


def test_time_that_stands_still(shown):
    table, phase = shown(FORCED)
    assert table["message"] == "Stable or not is said with t = 0 held; in a run it moves."
    assert [row["note"] for row in table["rows"]] == [""]
    assert "stable with t held" in phase._caption.value
    assert "in the plane where t = 0" in phase._caption.value


def test_states_that_the_plane_holds(shown):
    table, phase = shown(SPACE)
    assert table["message"] is None  # the table is of the whole model
    assert "stable with z held" in phase._caption.value
    assert "in the plane where z = 0.25" in phase._caption.value


def test_a_slope_that_is_not_finite():
    found = bp.analysis.fixed_points(bp.model("dx/dt = sqrt(abs(x)) - x"), {"x": (-1, 2)})
    session = SimpleNamespace(states=("x",), name="Root")
    frame = SimpleNamespace(fixed_points=found, message=None, settings=SimpleNamespace(params={}))
    at_zero, at_one = messages.fixed_points(session, frame)["rows"]
    assert at_zero["eigenvalues"] == []  # JSON has no nan
    assert at_zero["note"].startswith("A derivative is not finite here")
    assert at_one["eigenvalues"] == [[-0.5, 0.0]]
