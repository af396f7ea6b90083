"""Measured orders of the fractional methods: each on each driver, and over the fractional orders."""

import pytest

import brainpy_lab as bp

from .orders import fde


@pytest.mark.parametrize("method", fde.methods())
def test_measured_order(driver, method):
    found = fde.measure(method, driver)
    assert found.measured == pytest.approx(found.nominal, abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "order"),
    [
        (method, order)
        for method in fde.methods()
        for order in (0.2, 0.4, 0.8, 1.0, 1.3, 1.8)
        if order <= bp.solvers.get(method).largest_order
    ],
)
def test_measured_order_over_fractional_orders(method, order):
    # at small orders the predictor's h^(1 + a) stands out of the corrector's h^2 only with many steps
    counts = (5000, 10000, 20000) if method == "caputo_pece" else (40, 80, 160)
    found = fde.measure(method, "numba", order, counts)
    assert found.measured == pytest.approx(found.nominal, abs=0.15)


def test_nominal_orders():
    nominal = {m: [bp.solvers.get(m).nominal_order(a) for a in (0.5, 1.0, 1.5)] for m in fde.methods()}
    assert nominal == {
        "caputo_pece": [1.5, 2.0, 2.0],
        "caputo_pi": [2.0, 2.0, 2.0],
        "caputo_l1": [1.5, 1.0, 0.5],
        "grunwald_letnikov": [1.0, 1.0, 1.0],
    }
