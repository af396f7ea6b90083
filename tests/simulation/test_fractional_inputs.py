"""Inputs that move all the time, in fractional runs: they reach every method at the times it reads them."""

from math import gamma

import numpy as np
import pytest

import brainpy_lab as bp

pytestmark = pytest.mark.filterwarnings("ignore:The function given for")

METHODS = [name for name, method in bp.solvers.registry().items() if method.family == "fde"]
DRIVERS = list(bp.drivers.registry())
RUNS = [(m, g) for m in METHODS for g in (None, 2.0) if g is None or bp.solvers.get(m).has_meshes]

#: Each method on NumPy and Numba; on the others one that remembers slopes and one that remembers states.
EVERYWHERE = [
    (m, g, d) for m, g in RUNS for d in DRIVERS
    if d in ("numpy", "numba") or (m, g) in (("caputo_pece", None), ("caputo_l1", 2.0))
]  # fmt: skip

DRIVEN = bp.model("I = 0\norder(x) = 0.6\ndx/dt = I", name="FractionalIntegral")
BY_TEXT = "order(x) = 0.6\nI = 1 + sin(t)\ndx/dt = I - k*x\ndn/dt = x\nk = 0.5\nx(0) = 0.2"
BY_INPUT = BY_TEXT.replace("I = 1 + sin(t)", "I = 0")


class Wave:
    """A function of time whose source cannot be read."""

    def __init__(self, scale=1.0):
        self.scale = scale

    def __call__(self, t):
        return np.multiply.outer(1 + np.sin(t), self.scale)


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("method", ["caputo_pece", "caputo_pi"])
@pytest.mark.parametrize("grading", [None, 2.0])
def test_the_integral_of_a_ramp_is_exact(method, grading, driver):
    run = {"method": method, "grading": grading, "backend": driver, "dt": 0.05}
    sol = DRIVEN.run(10.0, I=bp.inputs.ramp(0, 10, 10), **run)
    assert sol.final["x"] == pytest.approx(10**1.6 / gamma(2.6), rel=1e-12)


@pytest.mark.parametrize(("method", "grading"), RUNS)
def test_each_method_keeps_its_order(method, grading):
    errors = []
    for dt in (0.02, 0.01):
        run = {"method": method, "grading": grading, "dt": dt, "backend": "numba"}
        sol = DRIVEN.run(10.0, I=bp.inputs.ramp(0, 10, 10), **run)
        errors.append(abs(sol.final["x"] - 10**1.6 / gamma(2.6)))
    order = bp.solvers.get(method).nominal_order(0.6)
    assert errors[1] < 1e-11 or np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize(("method", "grading", "driver"), EVERYWHERE)
def test_what_cannot_be_read_drives_as_the_formula_does(method, grading, driver):
    run = {"method": method, "grading": grading, "backend": driver, "dt": 0.05}
    formula = {**run, "backend": "numpy"}  # with which all drivers agree: tests/solvers/test_fde.py
    expected = bp.model(BY_TEXT, name="ByText").run(2.0, record=["x", "n", "I"], **formula)
    driven = bp.model(BY_INPUT, name="ByInput")
    sol = driven.run(2.0, I=Wave(), **run)
    many = driven.run(2.0, I=Wave(np.array([0.0, 1.0])), **run)
    readable = driven.run(2.0, I=Wave(), k=lambda t: 0.5, **run)
    for name in ("x", "n"):
        np.testing.assert_allclose(sol[name], expected[name], rtol=1e-11)
        np.testing.assert_allclose(many[name][:, 1], expected[name], rtol=1e-11)
        np.testing.assert_allclose(readable[name], expected[name], rtol=1e-11)


@pytest.mark.parametrize("method", METHODS)
def test_events_and_intermediates_see_the_input_at_the_end_of_the_step(method):
    more = "\ndrop = I - x\nwhen I >= 1.9:\n    x = 0\n    hold(x, 0.3)"
    run = {"method": method, "backend": "numba", "dt": 0.05, "record": ["x", "drop"]}
    expected = bp.model(BY_TEXT + more, name="ByText").run(9.0, **run)
    sol = bp.model(BY_INPUT + more, name="ByInput").run(9.0, I=Wave(), **run)
    assert len(expected.events["spike"]) == 2
    np.testing.assert_array_equal(sol.events["spike"].t, expected.events["spike"].t)
    np.testing.assert_allclose(sol.x, expected.x, atol=1e-11)
    np.testing.assert_allclose(sol.drop, expected.drop, atol=1e-11)


@pytest.mark.parametrize("driver", DRIVERS)
def test_elements_that_mix_and_continued_runs(driver):
    text = "I = 0\norder(x) = 0.6\ndx/dt = I - x + mean(x)\nx(0) = start"
    start = {"start": np.linspace(0, 1, 3)}
    run = {"method": "caputo_pece", "backend": driver, "dt": 0.05}
    formula = bp.model(text.replace("I = 0", "I = 1 + sin(t)"), name="ByText", namespace=start).run(2.0, **run)
    driven = bp.model(text, name="ByInput", namespace=start)
    half = driven.run(1.0, I=Wave(), **run)
    np.testing.assert_allclose(driven.run(1.0, I=Wave(), start=half, **run).x, formula.x[20:], rtol=1e-11)


def test_inputs_that_are_constant_between_jumps_jump_with_the_step():
    pulse = bp.inputs.section([0.0, 1.0, 0.0], [1.0, 1.0, 1.0], dt=0.05)
    for method in ("caputo_l1", "grunwald_letnikov"):
        sol = DRIVEN.run(3.0, method=method, dt=0.05, I=pulse)
        assert sol.x[20] == 0
        assert sol.x[21] > 0


def test_names_that_are_taken():
    text = BY_INPUT + "\nI_start = 0\nI_end = 3\ndI_middle/dt = I_start + I_end"
    expected = bp.model(BY_TEXT, name="ByText").run(1.0, method="caputo_pi", dt=0.05)
    sol = bp.model(text, name="Taken").run(1.0, method="caputo_pi", dt=0.05, I=Wave())
    np.testing.assert_allclose(sol.x, expected.x, rtol=1e-11)
    np.testing.assert_allclose(sol["I_middle"], 3 * sol.t, rtol=1e-11)
