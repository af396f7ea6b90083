"""Stability beyond ordinary systems: characteristic roots of delays, the sector of fractional orders."""

import numpy as np
import pytest
from scipy.special import lambertw

from brainpy_lab.analysis import fixed_points
from brainpy_lab.errors import AnalysisError


def test_characteristic_roots_of_the_linear_delay_equation(model_of, reference):
    model = model_of("dy/dt = -y(t - tau)\ntau = 1")
    (point,) = fixed_points(model, {"y": (-1, 1)})
    leading, following = reference("DDE_charroot")["value"], reference("DDE_charroot_next")["value"]
    expected = [complex(*leading), complex(following[0], following[1]), complex(following[2], following[3])]
    found = [root for root in point.eigenvalues if root.imag > 0]
    np.testing.assert_allclose(found[:3], expected, atol=1e-8)
    assert point.kind == "stable focus"


def test_delay_brings_the_hopf_point_of_hutchinson(model_of, reference):
    model = model_of("dy/dt = -a*y(t - 1)*(1 + y)\na = 1")
    hopf = reference("DDE_hopf_hutchinson")["value"]
    stable = [fixed_points(model, {"y": (-0.5, 1)}, a=hopf + side)[0].stable for side in (-1e-6, 1e-6)]
    assert stable == [True, False]


def test_two_delays_and_no_delay(model_of):
    model = model_of("dx/dt = -x + a*tanh(x(t - p)) - 2*y(t - q)\ndy/dt = x - y\na = 0.5; p = 0.7; q = 0.3")
    (point,) = fixed_points(model, {"x": (-1, 1), "y": (-1, 1)})
    for z in point.eigenvalues[:2]:
        matrix = z * np.eye(2) - [[-1 + 0.5 * np.exp(-0.7 * z), -2 * np.exp(-0.3 * z)], [1, -1]]
        assert abs(np.linalg.det(matrix)) < 1e-9
    (point,) = fixed_points(model, {"x": (-1, 1), "y": (-1, 1)}, p=0, q=0)
    expected = np.linalg.eigvals([[-0.5, -2], [1, -1]])
    assert sorted(point.eigenvalues, key=lambda z: z.imag) == pytest.approx(sorted(expected, key=lambda z: z.imag))


@pytest.mark.parametrize(("order", "stable"), [(0.66, True), (0.67, False), (1, False)])
def test_brusselator_of_fractional_order(model_of, reference, order, stable):
    assert reference("Matignon_Brusselator")["value"] == pytest.approx(2 / 3)
    text = """
dx/dt = 1 - 4*x + x**2*y
dy/dt = 3*x - x**2*y
order(x) = alpha
order(y) = alpha
alpha = 0.9
"""
    (point,) = fixed_points(model_of(text), {"x": (0, 3), "y": (0, 5)}, alpha=order)
    assert point.values == {"x": pytest.approx(1), "y": pytest.approx(3)}
    assert point.stable == stable
    assert point.kind == ("stable focus" if stable else "unstable focus")


def test_different_orders_have_no_answer(model_of):
    with pytest.raises(AnalysisError, match="same order"):
        fixed_points(model_of("dx/dt = -x\ndy/dt = x - y\norder(x) = 0.5"), {"x": (-1, 1), "y": (-1, 1)})


def long_delay(model_of, text):
    box = {"x": (-1.0, 1.0), "v": (-1.0, 1.0)} if "dv" in text else {"x": (-1.0, 1.0)}
    (point,) = fixed_points(model_of(text), box)
    return point


@pytest.mark.parametrize("b", [0.9, -0.9, -1.05])
def test_a_delay_of_a_hundred_time_scales(model_of, b):
    point = long_delay(model_of, f"dx/dt = -x + {b}*x(t - 100)")
    exact = np.array([-1 + lambertw(b * 100 * np.exp(100), k) / 100 for k in range(-8, 9)])
    exact = exact[np.argsort(-exact.real)][:6]
    np.testing.assert_allclose(np.sort(point.eigenvalues.real), np.sort(exact.real), atol=1e-9)
    np.testing.assert_allclose(np.sort(np.abs(point.eigenvalues.imag)), np.sort(np.abs(exact.imag)), atol=1e-9)
    assert point.stable == (abs(b) < 1)


@pytest.mark.parametrize(("strength", "is_stable"), [(0.4, True), (0.6, False)])
def test_an_oscillator_that_turns_eighty_times_during_its_delay(model_of, strength, is_stable):
    """Without the delay it loses 0.5*v: the feedback wins when it is stronger, at its frequency of 5."""
    point = long_delay(model_of, f"dx/dt = v\ndv/dt = -25*x - 0.1*v + {strength}*x(t - 100)")
    assert point.stable is is_stable
    z = point.eigenvalues
    assert abs(z[0].imag) == pytest.approx(5.0, abs=0.05)
    np.testing.assert_allclose(z**2 + 0.1 * z + 25, strength * np.exp(-100 * z), rtol=1e-8)


def test_roots_of_two_delays_come_once(model_of):
    z = long_delay(model_of, "dx/dt = -0.5*x - 0.3*x(t - 1) - 2*x(t - 30)").eigenvalues
    assert len(np.unique(np.round(z, 6))) == len(z)
    np.testing.assert_allclose(z + 0.5 + 0.3 * np.exp(-z), -2 * np.exp(-30 * z), rtol=1e-8)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("dx/dt = sqrt(abs(x)) - x", {"x": (-1, 2)}),
        ("dx/dt = abs(x)**n - x\nn = 0.5", {"x": (-1, 2)}),
        ("dx/dt = sqrt(abs(x)) - x(t - 1)", {"x": (-1, 2)}),
        ("dx/dt = sqrt(abs(x)) - x\ndy/dt = x - y", {"x": (-1, 2), "y": (-1, 2)}),
    ],
)
def test_a_slope_that_is_not_finite_is_said_and_loses_no_other_point(model_of, text, box):
    flat, other = fixed_points(model_of(text), box)
    assert (flat.values["x"], flat.kind, flat.stable) == (pytest.approx(0, abs=1e-12), "non-hyperbolic", False)
    assert np.isnan(flat.eigenvalues).all()
    assert flat.note == "A derivative is not finite here, so that there are no eigenvalues to decide on stability."
    assert "eigenvalues unknown" in repr(flat)
    assert other.values["x"] == pytest.approx(1.0)
    assert other.stable


def test_a_saddle_with_delays_is_named_as_without(model_of):
    """Where what is delayed vanishes, or is small, the two rightmost roots are those of the ordinary system."""
    for text in ("dx/dt = x - x**3 + y(t - 1)**2\ndy/dt = -y", "dx/dt = x - x**3 + 1e-6*y(t - 1)\ndy/dt = -y"):
        found = fixed_points(model_of(text), {"x": (-2, 2), "y": (-1, 1)})
        assert [p.kind for p in found] == ["stable node", "saddle", "stable node"]
    (point,) = fixed_points(
        model_of("dx/dt = x - y - z + x(t - 1)**2\ndy/dt = x + y\ndz/dt = -z"), dict.fromkeys("xyz", (-0.2, 0.2))
    )
    assert point.kind == "saddle-focus" and not point.stable
    (point,) = fixed_points(model_of("dx/dt = -2*x(t - 1) + 0.5*x"), {"x": (-1, 1)})
    assert point.kind == "unstable focus"
