"""How special points move with other parameters."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import AnalysisError, ArgumentError

pytestmark = pytest.mark.filterwarnings("error")


def moved(model, interval, kind, k, by, value, h):
    """The same by central differences of two diagrams."""
    places = [
        bp.analysis.bifurcation(model, "I", interval, cycles=False, **{by: value + s * h}).points.of(kind)[k].parameter
        for s in (1, -1)
    ]
    return (places[0] - places[1]) / (2 * h)


def test_hopf_points_of_fitzhugh_nagumo_move_as_their_closed_form_does():
    a, b, tau = 0.7, 0.8, 12.5
    point = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 1), cycles=False).points.of("hopf")[0]
    v = -np.sqrt(1 - b / tau)  # I = (v + a)/b - v + v**3/3 with v**2 = 1 - b/tau
    along = 1 / b - 1 + v**2
    assert point.derivative("a") == pytest.approx(1 / b, rel=1e-11)
    assert point.derivative("b") == pytest.approx(-(v + a) / b**2 - along / (2 * v * tau), rel=1e-11)
    assert point.derivative("tau") == pytest.approx(along * b / (2 * v * tau**2), rel=1e-11)


@pytest.mark.parametrize(("kind", "by", "value"), [("fold", "V3", 12), ("hopf", "V_K", -84)])
def test_points_of_morris_lecar_move_as_the_difference_of_two_diagrams(kind, by, value):
    m = bp.models.morris_lecar_snic()
    point = bp.analysis.bifurcation(m, "I", (-50, 150), cycles=False).points.of(kind)[-1]
    assert point.derivative(by) == pytest.approx(moved(m, (-50, 150), kind, -1, by, value, 1e-4 * abs(value)), rel=1e-6)


def test_a_held_state_moves_points_too():
    m = bp.models.hindmarsh_rose()
    fold = bp.analysis.bifurcation(m, "I", (0, 5), cycles=False, z=2.0).points.of("fold")[0]
    assert fold.derivative("z") == pytest.approx(1, rel=1e-10)  # I - z stands in the equations
    assert fold.derivative("x_R") == 0


def test_a_saddle_node_on_a_circle_moves_with_its_fold():
    diagram = bp.analysis.bifurcation(bp.models.morris_lecar_snic(), "I", (30, 60))
    (snic,) = diagram.points.of("snic")
    assert snic.derivative("V3") == diagram.points.of("fold")[0].derivative("V3")


def test_what_has_no_derivative_is_refused():
    m = bp.model("r = 0.5\ns = 1\ndx/dt = r*x - s*x**3", name="Pitchfork")
    (point,) = bp.analysis.bifurcation(m, "r", (-1, 1)).points
    with pytest.raises(AnalysisError, match="point of kind 'branch point' is not computed: those of folds and Hopf"):
        point.derivative("s")
    hopf = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 1), cycles=False).points.of("hopf")[0]
    with pytest.raises(ArgumentError, match="'I' is the parameter of the diagram itself"):
        hopf.derivative("I")
    with pytest.raises(ArgumentError, match="'tao' is no parameter of FitzHughNagumo"):
        hopf.derivative("tao")
    with pytest.raises(ArgumentError, match="'V' is no parameter of FitzHughNagumo"):
        hopf.derivative("V")
    with pytest.raises(ArgumentError, match="from a file"):
        bp.analysis.SpecialPoint("fold", {"I": 1.0}, {"V": 0.0}).derivative("a")
