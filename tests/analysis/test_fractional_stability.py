"""Matignon's sector: at which order an equilibrium of a fractional system loses its stability."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import AnalysisError

CHEN = """
alpha = 0.9; a = 35; b = 3; c = 28
order(x) = alpha
order(y) = alpha
order(z) = alpha
dx/dt = a*(y - x)
dy/dt = (c - a)*x - x*z + c*y
dz/dt = x*y - b*z
"""
BRUSSELATOR = """
alpha = 0.9; A = 1; B = 3
order(x) = alpha
order(y) = alpha
dx/dt = A - (B + 1)*x + x**2*y
dy/dt = B*x - x**2*y
"""


@pytest.mark.parametrize(
    ("name", "text", "box"),
    [
        ("Chen", CHEN, {"x": (1, 20), "y": (1, 20), "z": (1, 40)}),
        ("Brusselator", BRUSSELATOR, {"x": (0.1, 4), "y": (0.1, 6)}),
    ],
)
def test_the_order_at_which_stability_is_lost(reference, name, text, box):
    found = reference(f"Matignon_{name}")
    model = bp.model(text.strip(), name=name)
    (point,) = bp.analysis.fixed_points(model, box)
    limit = 2 / np.pi * np.abs(np.angle(point.eigenvalues)).min()
    assert limit == pytest.approx(found["value"], abs=found["tolerance"])
    for order, stable in ((limit - 0.01, True), (limit + 0.01, False)):
        (point,) = bp.analysis.fixed_points(model, box, alpha=order)
        assert point.stable is stable


def test_a_run_agrees_with_the_sector(reference):
    limit = reference("Matignon_Brusselator")["value"]
    model = bp.model(BRUSSELATOR.strip(), name="Brusselator", dt=0.02, backend="numba")
    sol = model.run(
        300.0, alpha=np.array([limit - 0.06, limit + 0.15]), initial={"x": 1.1, "y": 3.0}, method="caputo_pi"
    )
    swings = np.ptp(np.asarray(sol.x)[-3000:], axis=0)
    assert swings[0] < 0.02
    assert swings[1] > 0.3


def test_orders_that_differ():
    text = "order(x) = 0.5\norder(y) = 0.7\ndx/dt = y - x\ndy/dt = -x - y"
    with pytest.raises(AnalysisError, match=r"have the orders 0\.5, 0\.7"):
        bp.analysis.fixed_points(bp.model(text, name="TwoOrders"), {"x": (-1, 1), "y": (-1, 1)})
