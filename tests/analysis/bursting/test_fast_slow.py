"""Fast and slow variables apart: frozen diagrams, trajectories over them, kinds of bursting."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.bursting.kinds import not_bursting
from brainpy_lab.analysis.bursting.phases import Burst, Course
from brainpy_lab.errors import AnalysisError, ArgumentError

pytestmark = pytest.mark.filterwarnings("error")

FITZHUGH_RINZEL = """
I = 0.3125
mu = 0.0001
dv/dt = v - v**3/3 - w + y + I
dw/dt = 0.08*(0.7 + v - 0.8*w)
dy/dt = mu*(-0.775 - v - y)
v(0) = -1
w(0) = -0.4
y(0) = 0.019
"""

MORRIS_LECAR = """
I = {I}
m = (1 + tanh((V + 1.2)/18))/2
w_inf = (1 + tanh((V - 12)/17.4))/2
tau = 1/cosh((V - 12)/34.8)
dV/dt = (I + {slow} - 4*m*(V - 120) - 8*w*(V + 84) - 2*(V + 60))/20
dw/dt = {phi}*(w_inf - w)/tau
V(0) = -30
w(0) = 0.01
"""


def trajectory(model, duration, dt, **options):
    """A run on the driver that compiles nothing."""
    return model.run(duration, dt=dt, method="rk4", backend="numpy", record_every=4 * dt, **options)


@pytest.fixture(scope="module")
def square_wave():
    m = bp.models.hindmarsh_rose()
    sol = trajectory(m, 500, 0.1, initial={"x": -1.2, "y": -6.0, "z": 3.2})
    return bp.analysis.fast_slow(m, slow=["z"], trajectory=sol, range=(2.6, 3.7))


def test_hindmarsh_rose_bursts_from_a_fold_to_a_homoclinic_orbit(square_wave, reference):
    assert square_wave.kind == "fold/homoclinic (square-wave)"
    # in the frozen model I - z alone counts
    assert square_wave.begins.parameter == pytest.approx(3.25 - reference("HRfast_fold2")["value"], abs=1e-9)
    assert square_wave.ends.parameter == pytest.approx(3.25 - reference("HRfast_homoclinic_2")["value"], abs=1e-7)
    assert 2 <= square_wave.spikes <= 4  # the bursts are chaotic
    assert square_wave.frozen.parameter == "z"
    assert [b.kind for b in square_wave.frozen.branches].count("cycle") == 1
    (curve,) = square_wave.nullcline
    np.testing.assert_allclose(4 * (curve[:, 1] + 1.6), curve[:, 0], atol=1e-8)  # z = s (x - x_R)
    assert "turns back before it comes to rest" in square_wave.remarks[-1]


def test_it_shows_itself(square_wave):
    text = repr(square_wave).splitlines()
    assert text[0] == "HindmarshRose with z slow: fold/homoclinic (square-wave)"
    assert text[2].startswith("the active phase begins at: fold at z = 3.06481")
    assert text[3].startswith("the active phase ends at: homoclinic at z = 3.3356")
    (axes,) = square_wave.plot().axes
    assert {"trajectory", "dz/dt = 0", "stable cycle", "fold"} <= {t.get_text() for t in axes.get_legend().get_texts()}
    assert "dz/dt = 0" not in {t.get_text() for t in square_wave.plot("y").axes[0].get_legend().get_texts()}
    assert "<img" in square_wave._repr_html_()
    with pytest.raises(ArgumentError, match="There is no state 'z'"):
        square_wave.plot("z")


def test_fitzhugh_and_rinzels_model_bursts_from_a_hopf_point_to_a_fold_of_cycles():
    m = bp.model(FITZHUGH_RINZEL, name="FitzHughRinzel")
    found = bp.analysis.fast_slow(m, slow=["y"], trajectory=trajectory(m, 2500, 0.4))
    assert found.kind == "subHopf/fold cycle (elliptic)"
    # y stands beside I: FitzHugh and Nagumo's points less 0.3125
    assert found.begins.parameter == pytest.approx(0.33128133745474581 - 0.3125, abs=1e-9)
    assert found.ends.parameter == pytest.approx(0.3241785225 - 0.3125, abs=1e-9)
    assert found.remarks == ()


def burst(spikes):
    slow = np.zeros((2, 1))
    return Burst(spikes, slow, False, slow)


@pytest.mark.parametrize(
    ("bursts", "spikes", "rests", "kind"),
    [
        ([1, 1, 1, 1], 5, 0.4, "not bursting: it rests after each spike"),
        ([], 0, 0.9, "not bursting: it rests"),
        ([], 0, 0.1, "not bursting: no spike is seen"),
        ([], 30, 0.0, "not bursting: it spikes without rest"),
        ([], 12, 0.3, "not known: the trajectory is too short to see two rests with spikes between them"),
        ([], 2, 0.0, "not known: the trajectory is too short to see two rests with spikes between them"),
        ([1, 4, 3], 9, 0.5, None),
    ],
)
def test_what_is_no_bursting_is_said(bursts, spikes, rests, kind):
    assert not_bursting(Course([burst(n) for n in bursts], spikes, rests)) == kind


def test_relaxation_oscillations_rest_after_each_spike():
    m = bp.models.fitzhugh_nagumo()
    run = trajectory(m, 400, 0.1, I=0.5, tau=50.0)
    found = bp.analysis.fast_slow(m, slow=["w"], trajectory=run)  # with the parameters of the run
    assert found.kind == "not bursting: it rests after each spike"
    assert (found.begins, found.ends, found.spikes) == (None, None, None)
    assert [p.kind for p in found.frozen.points] == ["fold", "fold"]
    assert [p.parameter for p in found.frozen.points] == pytest.approx([0.5 - 2 / 3, 0.5 + 2 / 3], abs=1e-9)


def test_resets_leave_the_kind_unnamed():
    text = "dV/dt = V**2 - u + 1\ndu/dt = 0.01*(0.5 - u)\nV(0) = -0.5\nu(0) = 1.5\n"
    m = bp.model(text + "when V > 5 as spike:\n    V = 0.5\n    u += 0.12", name="Reset")
    found = bp.analysis.fast_slow(m, slow=["u"], trajectory=trajectory(m, 300, 0.05))
    assert found.kind.startswith("bursting, not named: 'spike' resets the state")
    assert found.frozen.points[0].parameter == pytest.approx(1, abs=1e-9)


@pytest.mark.slow
def test_the_burster_of_morris_and_lecar_runs_until_it_is_seen_to_burst():
    text = MORRIS_LECAR.format(I=45, slow="-0.25*z*(V + 84)", phi=0.23)
    m = bp.model(text + "z = ca/(ca + 1)\ndca/dt = 0.005*(-0.08*m*(V - 120) - ca)\nca(0) = 1", dt=0.1, duration=500)
    found = bp.analysis.fast_slow(m, slow=["ca"])
    assert found.kind == "fold/homoclinic (square-wave)"
    fold = bp.analysis.bifurcation(m, "ca", (0, 3), cycles=False).points.of("fold")[0]
    assert found.begins.parameter == pytest.approx(fold.parameter, abs=1e-9)


@pytest.mark.slow
def test_two_slow_variables_make_a_parabolic_burster():
    text = MORRIS_LECAR.format(I=40, slow="u", phi=0.067)
    m = bp.model(text + "du/dt = 0.004*s\nds/dt = -0.004*u\ns(0) = 8", name="Parabolic", dt=0.1, duration=3000)
    found = bp.analysis.fast_slow(m, slow=["u", "s"])
    assert found.kind == "circle/circle (parabolic)"
    assert found.begins.parameter == pytest.approx(-0.0368469, abs=1e-6)
    assert found.remarks[0] == "u is the parameter of the frozen diagram, in which s is held."


@pytest.mark.parametrize(
    ("slow", "options", "message"),
    [
        ("z", {}, r"slow takes a list of states(.|\n)*slow=\['z'\]"),
        (["q"], {}, "'q' is no state of HindmarshRose that moves"),
        (["I"], {}, "'I' is no state of HindmarshRose that moves"),
        ([], {}, r"slow is \[\]; it must name states"),
        (["x", "y", "z"], {}, "nothing fast is left of HindmarshRose"),
        (["z"], {"parameters": {"x": 1.0}}, "'x' is no parameter of HindmarshRose"),
        (["z"], {"trajectory": 3}, "3 is no trajectory"),
    ],
)
def test_odd_arguments(slow, options, message):
    with pytest.raises(ArgumentError, match=message):
        bp.analysis.fast_slow(bp.models.hindmarsh_rose(), slow, **options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dx/dt = -x(t - 1) + z\ndz/dt = -0.01*x", "Odd has delays"),
        ("dx/dt = -x + z + sin(t)\ndz/dt = -0.01*x", "depend on time"),
        ("dx/dt = -x + z\ndz/dt = -0.01*x + sin(0.001*t)", "depend on time"),
        ("dx/dt = x\ndz/dt = 0.01*x\nx(0) = 1", "Odd leaves for infinity"),
    ],
)
def test_models_that_are_not_taken_apart(text, message):
    with pytest.raises(AnalysisError, match=message):
        bp.analysis.fast_slow(bp.model(text, name="Odd"), ["z"])


#: A. Sherman, J. Rinzel, J. Keizer (1988), with a slower gate: it rests while s falls, and then spikes.
BETA_CELL = """
minf = 1/(1 + exp((-20 - V)/12))
ninf = 1/(1 + exp((-17 - V)/5.6))
sinf = 1/(1 + exp((-38 - V)/10))
dV/dt = (-3.6*minf*(V - 25) - 10*n*(V + 75) - 4*s*(V + 75))/20
dn/dt = 0.8*(ninf - n)/20
ds/dt = (sinf - s)/tau_s
tau_s = 35000
V(0) = -60
s(0) = 0.2
"""


def test_a_run_that_is_short_beside_the_slow_variable_is_longer_or_said() -> None:
    model = bp.model(BETA_CELL)
    short = bp.analysis.fast_slow(model, slow=["s"], duration=1000)
    assert (
        "The run looked at takes 1e+03, and s moves in 3.5e+04: a longer one may burst, duration=3.5e+05."
        in short.remarks
    )
    model.dt = 0.1
    long = bp.analysis.fast_slow(model, slow=["s"], tau_s=5000)
    assert np.ptp(long.trajectory.t) >= 25000 and not any("a longer one" in text for text in long.remarks)
    assert long.kind == "not bursting: it spikes without rest"
