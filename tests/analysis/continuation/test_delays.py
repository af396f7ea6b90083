"""Diagrams of models with delays, against characteristic equations solved by hand."""

import numpy as np
import pytest
from scipy.optimize import brentq

import brainpy_lab as bp
from brainpy_lab.analysis.characteristic import characteristic_roots
from brainpy_lab.analysis.vector_field import make_field
from brainpy_lab.errors import AnalysisError

LOOP = bp.model("dx/dt = -a*x(t - tau)\na = 1\ntau = 1", name="Loop")


def test_the_delay_itself_moves_from_zero_on():
    points = bp.analysis.bifurcation(LOOP, "tau", (0, 15)).points
    assert [p.kind for p in points] == ["hopf", "hopf", "hopf"]
    np.testing.assert_allclose([p.parameter for p in points], np.pi / 2 + 2 * np.pi * np.arange(3), rtol=1e-12)
    np.testing.assert_allclose([p.data["omega"] for p in points], 1.0, rtol=1e-12)
    assert points[0].period == pytest.approx(2 * np.pi, rel=1e-12)


def test_a_rate_and_what_is_said():
    model = bp.model("dx/dt = -x + b*tanh(x(t - tau))\nb = -2\ntau = 1")
    diagram = bp.analysis.bifurcation(model, "b", (-5, 0.5))
    omega = brentq(lambda w: np.sin(w) + w * np.cos(w), 1.6, 3.0)
    (hopf,) = diagram.points
    assert repr(hopf).startswith("supercritical Hopf at b = -2.26183")
    assert hopf.parameter == pytest.approx(1 / np.cos(omega), rel=1e-12)
    assert hopf.data["omega"] == pytest.approx(omega, rel=1e-12)
    assert any("Cycles are not followed" in text for text in diagram.remarks)
    assert not diagram.at(-3.0)[0].stable
    assert diagram.at(-2.0)[0].stable
    # at b = 1/cos(omega) with omega tau + arctan(omega) = pi: by the implicit function theorem, by hand
    rate = -omega * (1 + omega**2) / (1 + 1 + omega**2)
    assert hopf.derivative("tau") == pytest.approx(-omega * rate / np.sqrt(1 + omega**2), rel=1e-9)
    assert hopf.data["l1"] < 0


def test_two_populations_with_folds_and_a_hopf_point():
    text = """
    dE/dt = -E + 1/(1 + exp(-(10*E(t - tau) - 10*J(t - tau) + P)))
    dJ/dt = -J + 1/(1 + exp(-(10*E(t - tau) + 2*J(t - tau) - 4)))
    P = 0; tau = 1
    """
    diagram = bp.analysis.bifurcation(bp.model(text), "P", (-3, 5))
    folds, (hopf,) = diagram.points.of("fold"), diagram.points.of("hopf")
    without = bp.analysis.bifurcation(bp.model(text.replace("(t - tau)", "")), "P", (-3, 5), cycles=False)
    np.testing.assert_allclose(
        [p.parameter for p in folds], [p.parameter for p in without.points.of("fold")], rtol=1e-9
    )
    # the matrix of the characteristic equation, by hand, is singular there
    e, j, w = hopf.values["E"], hopf.values["J"], hopf.data["omega"]
    gains = np.diag([e * (1 - e), j * (1 - j)]) @ np.array([[10, -10], [10, 2]])
    matrix = (1j * w + 1) * np.eye(2) - gains * np.exp(-1j * w)
    assert abs(np.linalg.det(matrix)) < 1e-11


def test_first_lyapunov_coefficients_against_closed_forms():
    # c1 by hand, for q = 1 and p = 1/(1 + i a) at a tau = pi/2: Hutchinson's equation, of Hassard, Kazarinoff and Wan
    # (1981), Theory and Applications of Hopf Bifurcation, section 4.3; and a cubic nonlinearity of either sign
    a = np.pi / 2
    for term, c, expected in (
        ("(1 + x)", 0, (1 - 3 * a) / (5 * (1 + a**2))),
        ("+ c*x(t - tau)**3", 0.5, -3 * 0.5 / (1 + a**2)),
        ("+ c*x(t - tau)**3", -0.5, 3 * 0.5 / (1 + a**2)),
    ):
        model = bp.model(f"dx/dt = -a*x(t - tau){'*' * (not c)}{term}\na = 1\ntau = 1{f'{chr(10)}c = {c}' * bool(c)}")
        (hopf,) = bp.analysis.bifurcation(model, "a", (1, 2), box={"x": (-0.2, 0.2)}).points
        assert hopf.data["l1"] == pytest.approx(expected, rel=1e-9)
        assert repr(hopf).startswith("supercritical" if expected < 0 else "subcritical")


def test_delays_of_no_length_leave_the_first_lyapunov_coefficient():
    text = "dV/dt = V - V**3/3 - w(t - tau) + I\ndw/dt = (V(t - 2*tau) + 0.7 - 0.8*w)/12.5\nI = 0\ntau = 0"
    (hopf, _) = bp.analysis.bifurcation(bp.model(text), "I", (0, 2)).points
    plain = bp.model(text.replace("(t - tau)", "").replace("(t - 2*tau)", "").replace("\ntau = 0", ""))
    (same, _) = bp.analysis.bifurcation(plain, "I", (0, 2), cycles=False).points
    assert hopf.data["l1"] == pytest.approx(same.data["l1"], rel=1e-9)
    assert hopf.parameter == pytest.approx(same.parameter, rel=1e-12)


def test_a_supercritical_amplitude_in_a_simulation():
    # w' = lambda w + omega (l1 + i ...) w |w|², and x = 2 |w| cos; d(lambda)/da = i/(1 + i a) at lambda = i a
    model = bp.model("dx/dt = -a*tanh(x(t - 1))*(1 + x)\na = 1.5\nx(t <= 0) = 0.3")
    (hopf,) = bp.analysis.bifurcation(model, "a", (1, 2), box={"x": (-0.2, 0.2)}).points
    omega, beyond = hopf.data["omega"], 0.02
    growth = (1j / (1 + 1j * hopf.parameter)).real * beyond
    amplitude = 2 * np.sqrt(-growth / (omega * hopf.data["l1"]))
    late = model.run(400, dt=0.02, a=hopf.parameter + beyond, record_every=0.02).x[-1000:]
    assert np.ptp(late) / 2 == pytest.approx(amplitude, rel=0.03)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dx/dt = -a*x(t - 1 - x**2)\na = 1", "delays that depend on its states"),
        ("dx/dt = -a*x(t - 2 - sin(t))\na = 1", "has delays, and its equations or delays depend on time"),
    ],
)
def test_delays_that_are_not_constant_are_refused(text, said):
    with pytest.raises(AnalysisError, match=said):
        bp.analysis.bifurcation(bp.model(text), "a", (0, 2))


def test_unstable_roots_are_as_many_as_the_argument_principle_says():
    rng = np.random.default_rng(1)
    counts = []
    for taus in ((0.7, 0.5), (2.1, 8.0), (0.3, 30.0)):
        a, b, c = (rng.normal(size=(3, 2, 2)) * 4).round(9)
        rows = (
            f"d{name}/dt = "
            + " + ".join(
                f"({a[i, j]:.9f})*{x} + ({b[i, j]:.9f})*{x}(t - {taus[0]}) + ({c[i, j]:.9f})*{x}(t - {taus[1]})"
                for j, x in enumerate("xy")
            )
            for i, name in enumerate("xy")
        )
        field = make_field(bp.model("\n".join(rows)), None, {})
        roots = characteristic_roots(field, np.zeros(2), unstable=True)
        w = np.linspace(0, 4 * np.abs([a, b, c]).sum(), 100_001)
        late = [np.exp(-1j * w * tau)[:, None, None] * m for tau, m in zip(taus, (b, c), strict=True)]
        values = np.linalg.det(1j * w[:, None, None] * np.eye(2) - a - late[0] - late[1])
        turned = np.unwrap(np.angle(values))
        # from the top of the axis to infinity det is z² but for this angle
        rest = np.angle(values[-1] / (1j * w[-1]) ** 2)
        counts.append(int((roots.real > 0).sum()))
        assert 1 - (turned[-1] - turned[0] - rest) / np.pi == pytest.approx(counts[-1], abs=1e-6)
    assert max(counts) > 20


def test_delayed_states_that_are_held_and_delays_below_zero():
    model = bp.model("dx/dt = y(t - tau) - x + x**2\ndy/dt = -y + x\ntau = 1")
    (fold,) = bp.analysis.bifurcation(model, "y", (-1, 1)).points  # y is a number: no delay is left
    assert (fold.kind, fold.parameter) == ("fold", pytest.approx(0.25, abs=1e-9))
    with pytest.raises(AnalysisError, match=r"negative at the fixed point: -1\.\s+Keep to values of its parameters"):
        bp.analysis.fixed_points(LOOP, {"x": (-1, 1)}, tau=-1)


@pytest.mark.parametrize("tau", [200.0, 2000.0, 5000.0])
def test_thousands_of_unstable_roots_are_all_counted(tau):
    """Pairs of z + 1 + 2 exp(-z tau) = 0 come to the right one after the other, where sqrt(3) tau = 2 pi/3 + 2 pi k."""
    model = bp.model("tau = 1.0\ndx/dt = -x - 2*tanh(x(t - tau))")
    roots = characteristic_roots(make_field(model, ("x",), {"tau": tau}, 0.0), np.zeros(1), unstable=True)
    pairs = int((np.sqrt(3) * tau - 2 * np.pi / 3) // (2 * np.pi)) + 1
    assert (roots.real > 0).sum() == 2 * pairs
    np.testing.assert_allclose(roots + 1 + 2 * np.exp(-roots * tau), 0, atol=1e-6)
