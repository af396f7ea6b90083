"""Exponential integrators of higher order: exact where linear, exact limits, phi functions on every driver."""

import importlib

import mpmath
import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.simulation.solution.arrays import as_numpy

METHODS = ("etdrk2", "etdrk4")


@pytest.fixture(scope="module")
def linear():
    return bp.model("k = 0.7\nb = 1.5\ndx/dt = b - k*x\nx(0) = 3", name="Linear")


@pytest.mark.parametrize("method", METHODS)
def test_linear_variables_are_exact(linear, driver, method):
    rates = np.array([0.7, -0.4, 30.0])
    sol = linear.run(2.0, dt=0.5, method=method, backend=driver, k=rates)
    t = np.asarray(sol.t)[:, None]
    np.testing.assert_allclose(sol.x, 1.5 / rates + (3 - 1.5 / rates) * np.exp(-rates * t), rtol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_small_rates_have_their_limit(linear, driver, method):
    rates = np.array([0.0, 1e-300, 1e-17, 1e-9])
    sol = linear.run(2.0, dt=0.5, method=method, backend=driver, k=rates)
    t = np.asarray(sol.t)[:, None]
    exact = 3 + (1.5 - 3 * rates) * t - (1.5 - 3 * rates) * rates * t**2 / 2
    np.testing.assert_allclose(sol.x, exact, rtol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_stiff_variables_take_large_steps(method):
    stiff = bp.model("dV/dt = -1000*(V - cos(t))\nV(0) = 1", name="Stiff")
    sol = stiff.run(2.0, dt=0.05, method=method, backend="numpy")
    np.testing.assert_allclose(sol.V, np.cos(sol.t), atol=2e-3)


@pytest.mark.parametrize("name", ["numpy", "jax", "torch", "numba"])
def test_phi_functions(name):
    x = np.array([-800.0, -30.0, -1.0, -0.999, -0.3, -1e-9, 0.0, 1e-300, 1e-5, 0.7, 1.0, 3.0, 30.0])
    with mpmath.workdps(50):
        z = [mpmath.mpf(float(v)) for v in x]
        two = [(mpmath.expm1(v) - v) / v**2 if v else mpmath.mpf(1) / 2 for v in z]
        three = [(mpmath.expm1(v) - v - v**2 / 2) / v**3 if v else mpmath.mpf(1) / 6 for v in z]
    two, three = ([float(v) if abs(w) > 1e-200 else limit for v, w in zip(f, x, strict=True)] for f, limit in
                  ((two, 0.5), (three, 1 / 6)))  # fmt: skip
    library = importlib.import_module(f"brainpy_lab.drivers.{name}.math")
    for function, expected in ((library.phi2, two), (library.phi3, three)):
        if name == "numba":
            import numba

            compiled = numba.njit(lambda v, f=function: f(v))
            found = [compiled(v) for v in x]
        elif name == "jax":
            import jax

            with jax.enable_x64(True):
                found = np.asarray(function(jax.numpy.asarray(x)))
        else:
            found = as_numpy(function(x))
        np.testing.assert_allclose(found, expected, rtol=2e-14)
