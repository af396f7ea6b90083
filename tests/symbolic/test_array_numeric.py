"""Derivatives of equations of array states, against differences of a function written by hand."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.layout import layout_of
from brainpy_lab.symbolic import array_numeric
from brainpy_lab.symbolic.array_numeric import ArrayNumeric

N = 4
RNG = np.random.default_rng(1)
W, M, V = RNG.normal(size=(N, N)), RNG.normal(size=(N, N)), RNG.normal(size=N)
TEXT = """
k = 2.0
g = 1.1
J = k*W - M/k
s = mean(x)
u = J @ tanh(g*x) + v*dot(x, x)
def f(a):
    return a**3/(1 + a**2)
dx/dt = -x + u*s + (2*W*k) @ f(x) + roll(x, 1)*x + x @ (W @ x)*sum(k**2 + 0*x)
dy/dt = -y*k + mean(x)**2 + x[0]*y + sum(x[1:]*v[1:]) + x[-1]
x(0) = start
y(0) = 0
"""
MODEL = bp.model(TEXT, namespace={"W": W, "M": M, "v": V, "start": np.zeros(N)})


def drift(z):
    """The drift at (x, y, k)."""
    x, y, k = z[:N], z[N], z[N + 1]
    u = (k * W - M / k) @ np.tanh(1.1 * x) + V * (x @ x)
    first = -x + u * x.mean() + (2 * W * k) @ (x**3 / (1 + x**2)) + np.roll(x, 1) * x + x @ (W @ x) * N * k**2
    return np.append(first, -y * k + x.mean() ** 2 + x[0] * y + (x[1:] * V[1:]).sum() + x[-1])


@pytest.fixture(scope="module")
def numeric():
    return ArrayNumeric(MODEL.system, layout_of(MODEL))


def test_the_drift_is_that_of_all_points(numeric):
    points = np.random.default_rng(2).normal(size=(N + 1, 3))
    expected = np.stack([drift(np.append(p, 2.0)) for p in points.T], axis=1)
    np.testing.assert_allclose(numeric.rhs(points, MODEL.parameters), expected, rtol=1e-13)


def test_derivatives_by_elements_and_by_a_parameter(numeric):
    z = np.append(np.random.default_rng(3).normal(size=N + 1), 2.0)
    (value,), (slopes,) = (np.moveaxis(a, -1, 0) for a in numeric.at(z[:-1, None], MODEL.parameters, 0.0, ["k"]))
    h = 1e-6
    expected = np.stack([(drift(z + h * e) - drift(z - h * e)) / (2 * h) for e in np.eye(N + 2)], axis=1)
    np.testing.assert_allclose(value, drift(z), rtol=1e-13)
    np.testing.assert_allclose(slopes, expected, atol=1e-7)
    np.testing.assert_array_equal(numeric.jacobian(z[:-1], MODEL.parameters), slopes[:, :-1])
    np.testing.assert_array_equal(numeric.parameter_jacobian(z[:-1], MODEL.parameters, by=["k"]), slopes[:, -1:])


@pytest.mark.parametrize("most", [20_000_000, 70])
def test_many_points_at_once_each_with_its_parameter(numeric, monkeypatch, most):
    monkeypatch.setattr(array_numeric, "MOST_NUMBERS", most)  # all points in one array, or two at a time
    points, k = np.random.default_rng(5).normal(size=(N + 1, 5)), np.linspace(1, 2, 5)
    drifts, slopes = numeric.at(points, {**MODEL.parameters, "k": k}, 0.0, ["k"])
    for number, here in enumerate(k.tolist()):
        one = numeric.at(points[:, [number]], {**MODEL.parameters, "k": here}, 0.0, ["k"])
        np.testing.assert_allclose(drifts[:, number], drift(np.append(points[:, number], here)), rtol=1e-13)
        np.testing.assert_allclose(slopes[:, :, number], one[1][:, :, 0], rtol=1e-13)


def test_second_and_third_derivatives_along_directions(numeric):
    rng = np.random.default_rng(4)
    z = np.append(rng.normal(size=N + 1), 2.0)
    a, b, c = rng.normal(size=(3, N + 2))
    h = 1e-3
    second = sum(s * r * drift(z + h * (s * a + r * b)) for s in (1, -1) for r in (1, -1)) / (4 * h**2)
    found = numeric.directional(z[:-1], [a, b], MODEL.parameters, by=["k"])
    np.testing.assert_allclose(found, second, atol=1e-4 * np.abs(second).max())
    signs = [(s, r, q) for s in (1, -1) for r in (1, -1) for q in (1, -1)]
    third = sum(s * r * q * drift(z + h * (s * a + r * b + q * c)) for s, r, q in signs) / (8 * h**3)
    found = numeric.directional(z[:-1], [a, b, c], MODEL.parameters, by=["k"])
    np.testing.assert_allclose(found, third, atol=1e-4 * np.abs(third).max())


def test_derivatives_of_so_many_elements_that_zeros_are_left_out_of_products():
    n = 230
    weights = np.random.default_rng(5).normal(size=(n, n))
    model = bp.model("dx/dt = -x + W @ tanh(g*x)\nx(0) = x0\ng = 1.2", namespace={"W": weights, "x0": np.zeros(n)})
    numeric = ArrayNumeric(model.system, layout_of(model))
    x, a = np.random.default_rng(6).normal(size=(2, n)) / 3
    steep = 1.2 / np.cosh(1.2 * x) ** 2
    value, slopes = numeric.at(x[:, None], model.parameters, 0.0, ["g"])
    np.testing.assert_allclose(value[:, 0], -x + weights @ np.tanh(1.2 * x), rtol=1e-13, atol=1e-13)
    by_gain = weights @ (x / np.cosh(1.2 * x) ** 2)
    expected = np.column_stack([weights * steep - np.eye(n), by_gain])
    np.testing.assert_allclose(slopes[:, :, 0], expected, rtol=1e-12, atol=1e-12)
    direction = a * np.exp(1j * np.arange(n))
    second = numeric.directional(x, [direction[:, None], np.eye(n)], model.parameters)
    np.testing.assert_allclose(
        second, weights * (-2 * 1.2 * np.tanh(1.2 * x) * steep * direction), rtol=1e-12, atol=1e-12
    )
