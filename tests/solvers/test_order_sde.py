"""Methods for stochastic equations: measured strong and weak orders, and conditions of the tableaus."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.solvers.stochastic_runge_kutta import StrongRungeKutta

from .orders import sde

METHODS = sde.methods()
FAST = ("numpy", "numba")
TABLEAUS = {n: bp.solvers.get(n).tableau for n in METHODS if isinstance(bp.solvers.get(n), StrongRungeKutta)}
#: Every method on the drivers that are quick at it; one method, and with `make test-all` every one, on the others.
EVERY = [
    pytest.param(m, b, marks=() if b in FAST or m == "sri1w1" else pytest.mark.slow)
    for m in METHODS
    for b in bp.drivers.registry()
]


@pytest.mark.parametrize(("method", "backend"), EVERY)
def test_strong_order(method, backend):
    order = sde.measure(method, backend)
    assert order.holds, order


@pytest.mark.parametrize(("method", "backend"), EVERY)
def test_weak_order(method, backend):
    order = sde.measure_weak(method, backend)
    assert order.holds, order


def test_the_families_methods_are_all_there():
    assert set(METHODS) >= {
        "euler_maruyama", "euler_heun", "heun", "milstein", "milstein_derivative_free", "sri1w1", "sri2w1", "sra1",
        "dri1",
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLEAUS)
def test_conditions_of_strong_order(name):
    """Roessler 2010, theorem 5.1 (conditions 1 to 20 that concern one stage of nesting, and those of two)."""
    t = TABLEAUS[name]

    def square(rows):
        a = np.zeros((4, 4))
        for i, row in enumerate(rows, start=1):
            a[i, : len(row)] = [float(v) for v in row]
        return a

    a0, b0, a1, b1 = (square(rows) for rows in (t.a0, t.b0, t.a1, t.b1))
    alpha = np.array(t.alpha, dtype=float)
    beta = np.array(t.beta, dtype=float)
    one = np.ones(4)
    drift = [alpha @ one, alpha @ a0 @ one, alpha @ b0 @ one, alpha @ (b0 @ one) ** 2]
    np.testing.assert_allclose(drift, [1, 0.5, 1, 1.5])
    close = {"atol": 1e-14}
    np.testing.assert_allclose(beta @ one, [1, 0, 0, 0], **close)
    np.testing.assert_allclose(beta @ b1 @ one, [0, 1, 0, 0], **close)
    np.testing.assert_allclose(beta @ a1 @ one, [1, 0, -1, 0], **close)
    np.testing.assert_allclose(beta @ (b1 @ one) ** 2, [1, 0, -1, 2], **close)
    np.testing.assert_allclose(beta @ b1 @ b1 @ one, [0, 0, 0, 1], **close)
    assert abs(0.5 * beta[0] @ a1 @ b0 @ one + beta[2] @ a1 @ b0 @ one / 3) < 1e-14
