"""The spread of noisy models around their equilibria."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import AnalysisError, ArgumentError

pytestmark = pytest.mark.filterwarnings("error")

OSCILLATOR = """
k = 2
c = 0.5
sigma = 0.3
dx/dt = v
dv/dt = -k*x - c*v + sigma*xi
"""

NEURON = """
I = 0.2
sigma = 1e-4
dV/dt = V - V**3/3 - w + I + sigma*xi
dw/dt = (V + 0.7 - 0.8*w)/12.5 + 0.5*sigma*xi + 0.2*sigma*V*xi_2
"""


@pytest.fixture(scope="module")
def neuron():
    m = bp.model(NEURON, name="Noisy")
    (point,) = bp.analysis.fixed_points(m, {"V": (-3, 3), "w": (-2, 3)})
    return m, point


def test_a_damped_oscillator_has_the_variances_of_its_closed_form():
    spread = bp.analysis.sensitivity(bp.model(OSCILLATOR, name="Damped"), {"v": 0, "x": 0})
    # <x²> = sigma²/(2 k c), <v²> = sigma²/(2 c)
    assert spread.names == ("x", "v")
    np.testing.assert_allclose(spread.covariance, np.diag([0.09 / 2, 0.09]), rtol=1e-13, atol=1e-16)
    assert spread.deviations == pytest.approx({"x": 0.3 / 2**0.5, "v": 0.3})
    assert spread.remarks == ()


def test_shared_and_multiplicative_noise_satisfy_lyapunovs_equation(neuron):
    m, point = neuron
    spread = bp.analysis.sensitivity(m, point)
    v = point.values["V"]
    a = np.array([[1 - v**2, -1], [1 / 12.5, -0.8 / 12.5]])
    b = 1e-4 * np.array([[1, 0], [0.5, 0.2 * v]])
    np.testing.assert_allclose(a @ spread.covariance + spread.covariance @ a.T, -b @ b.T, atol=1e-20)


def test_a_long_run_spreads_as_predicted(neuron):
    m, point = neuron
    spread = bp.analysis.sensitivity(m, point)
    # 400 members, each seen five times: 2000 nearly independent draws
    starts = {name: np.full(400, value) for name, value in point.values.items()}
    sol = m.run(600, dt=0.1, initial=starts, record_every=100, backend="numpy", seed=3)
    seen = np.stack([sol.V[2:].ravel(), sol.w[2:].ravel()])
    np.testing.assert_allclose(np.cov(seen) / spread.covariance, 1, atol=0.15)
    gap = seen - np.array(list(point.values.values()))[:, None]
    inside = (gap * np.linalg.solve(spread.covariance, gap)).sum(axis=0) < -2 * np.log(0.05)
    assert inside.mean() == pytest.approx(0.95, abs=0.02)


def test_the_ellipse_lies_at_one_distance(neuron):
    m, point = neuron
    spread = bp.analysis.sensitivity(m, point)
    gap = (spread.ellipse(("w", "V"), p=0.9) - [point.values["w"], point.values["V"]]).T[::-1]
    np.testing.assert_allclose((gap * np.linalg.solve(spread.covariance, gap)).sum(axis=0), -2 * np.log(0.1))
    for states in (("V",), ("V", "V"), ("V", "w", "V")):
        with pytest.raises(ArgumentError, match="An ellipse has two states"):
            spread.ellipse(states)
    with pytest.raises(ArgumentError, match="There is no state 'W'"):
        spread.ellipse(("V", "W"))
    with pytest.raises(ArgumentError, match="p is 95; it must lie between 0 and 1"):
        spread.ellipse(p=95)


def test_points_carry_their_parameters_and_what_is_given_goes_before_them(neuron):
    m, _ = neuron
    (point,) = bp.analysis.fixed_points(m, {"V": (-3, 3), "w": (-2, 3)}, I=0.1)
    assert point.parameters == {"I": 0.1, "sigma": 1e-4}
    assert bp.analysis.sensitivity(m, point).point.values == pytest.approx(point.values, abs=1e-14)
    moved = bp.analysis.sensitivity(m, point, I=0.0, sigma=2e-4)
    assert moved.point.parameters == {"I": 0.0, "sigma": 2e-4}
    (there,) = bp.analysis.fixed_points(m, {"V": (-3, 3), "w": (-2, 3)}, I=0.0)
    assert moved.point.values == pytest.approx(there.values, abs=1e-12)
    assert moved.remarks[0].startswith("The point that was given, V = -1.1")
    (seen,) = bp.analysis.bifurcation(m, "I", (0, 1), cycles=False).at(0.1).fixed_points
    assert seen.parameters == point.parameters


def test_it_shows_itself(neuron):
    spread = bp.analysis.sensitivity(*neuron)
    assert repr(spread).startswith("Spread of Noisy by noise around its stable focus: V = -1.06939 ± 0.000")
    assert spread.to_xarray().sel(state="V", with_state="w") == spread.covariance[0, 1]
    (axes,) = spread.plot(("w", "V")).axes
    assert [axes.get_xlabel(), axes.get_ylabel()] == ["w", "V"]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["holds 95 %", "holds 50 %"]
    assert "<img" in spread._repr_html_()


def test_one_state_is_drawn_as_its_density():
    spread = bp.analysis.sensitivity(bp.model("dx/dt = -2*x + xi", name="OU"), {"x": 0.0})
    (axes,) = spread.plot().axes
    assert axes.lines[0].get_ydata().max() == pytest.approx((2 * np.pi * 0.25) ** -0.5)


def test_noise_that_is_too_large_is_said(neuron):
    m, point = neuron
    assert "the noise is large for this theory" in bp.analysis.sensitivity(m, point, sigma=0.3).remarks[0]
    still = bp.model("dx/dt = -x + x*xi", name="Still")
    assert bp.analysis.sensitivity(still, {"x": 0.1}).remarks[-1].startswith("The noise vanishes at the equilibrium")


def test_resets_are_left_out_and_said():
    m = bp.model("dV/dt = -V + xi\nwhen V > 5 as spike:\n    V = -1", name="IF")
    assert bp.analysis.sensitivity(m, {"V": 0}).remarks == (
        "The event 'spike' is left out: the spread is that between resets.",
    )


@pytest.mark.parametrize(
    ("text", "point", "error", "message"),
    [
        (NEURON.replace("0.2\n", "0.8\n", 1), {"V": -0.27, "w": 0.53}, AnalysisError, "not stable: unstable node at V"),
        ("dx/dt = x + xi", {"x": 0}, AnalysisError, "Noise drives the state away from it, and no spread settles"),
        ("dx/dt = -x", {"x": 0}, AnalysisError, r"has no noise(.|\n)*dx/dt = ... \+ sigma\*xi"),
        ("dx/dt = -x + sin(t) + xi", {"x": 0}, AnalysisError, "depend on time"),
        ("dx/dt = -x(t - 1) + xi", {"x": 0}, AnalysisError, "has delays"),
        ("dx/dt = 1 + x**2 + xi", {"x": 0}, AnalysisError, "finds no equilibrium of Odd near x = 0"),
        ("dx/dt = 2 - x + xi\nwhen x > 1 as spike:\n    x = 0", {"x": 2}, AnalysisError, "'spike' resets the state"),
        ("dx/dt = -x + y + xi\ndy/dt = -y", {"x": 0}, ArgumentError, "The point has no value for y"),
        ("dx/dt = -x + xi", {"x": 0, "z": 1}, ArgumentError, "'z' of the point is no state of Odd"),
        ("dx/dt = -x + xi", [1.0], ArgumentError, r"The point is \[1.0\]"),
    ],
)  # fmt: skip
def test_what_has_no_spread_is_refused(text, point, error, message):
    with pytest.raises(error, match=message):
        bp.analysis.sensitivity(bp.model(text, name="Odd"), point)
