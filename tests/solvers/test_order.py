"""Measured order of convergence of every method, on every driver, and order conditions of the tableaus."""

from itertools import pairwise

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import MethodError
from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta

METHODS = {name: m for name, m in bp.solvers.registry().items() if m.family == "ode"}
FIXED = [name for name, m in METHODS.items() if not m.is_adaptive]
ADAPTIVE = [name for name, m in METHODS.items() if m.is_adaptive]
TABLEAUS = {name: m for name, m in METHODS.items() if isinstance(m, ExplicitRungeKutta)}

END = 2.0
EXACT = np.array([np.exp(np.sin(END)), 1 / (1 + np.exp(-END)) + END**2])


def _error(model, **run):
    sol = model.run(END, record=[] if "rtol" not in run else None, **run)
    return float(np.abs(np.array([sol.final["x"], sol.final["y"]], dtype=float) - EXACT).max())


@pytest.mark.parametrize("method", FIXED)
def test_measured_order(known, driver, method):
    steps = [40, 80, 160] if METHODS[method].order < 4 else [20, 40, 80]
    errors = [_error(known("Known"), dt=END / n, method=method, backend=driver) for n in steps]
    slopes = [np.log2(coarse / fine) for coarse, fine in pairwise(errors)]
    assert slopes[-1] == pytest.approx(METHODS[method].order, abs=0.15)


@pytest.mark.parametrize("method", ADAPTIVE)
def test_measured_order_of_the_adaptive_step(known, method):
    """With tolerances out of the way max_step is the step: the order of the propagated solution shows.

    Measured on the circle: on nonlinear problems the leading error of Dormand and Prince is so small that rounding
    comes before the limit.
    """
    run = {"method": method, "backend": "numpy", "rtol": 1e3, "atol": 1e3, "record_every": 10.0}
    errors = []
    for h in (0.2, 0.1, 0.05):
        final = known("Turn").run(10.0, max_step=h, **run).final
        errors.append(np.hypot(final["x"] - np.sin(10.0), final["y"] - np.cos(10.0)))
    slopes = [np.log2(coarse / fine) for coarse, fine in pairwise(errors)]
    assert slopes[-1] == pytest.approx(METHODS[method].order, abs=0.15)


def _full(tableau):
    """A, b, c with the first stage in place."""
    s = len(tableau.b)
    a = np.zeros((s, s))
    for i, row in enumerate(tableau.a, start=1):
        a[i, : len(row)] = [float(v) for v in row]
    return a, np.array([float(v) for v in tableau.b]), np.array([0.0, *(float(v) for v in tableau.c)])


def _conditions(a, b, c):
    """Left sides minus right sides of Butcher's order conditions, by order up to 5."""
    one = np.ones_like(c)
    return {
        1: [b @ one - 1],
        2: [b @ c - 1 / 2],
        3: [b @ c**2 - 1 / 3, b @ a @ c - 1 / 6],
        4: [b @ c**3 - 1 / 4, (b * c) @ a @ c - 1 / 8, b @ a @ c**2 - 1 / 12, b @ a @ a @ c - 1 / 24],
        5: [
            b @ c**4 - 1 / 5, (b * c**2) @ a @ c - 1 / 10, (b * c) @ a @ c**2 - 1 / 15, (b * c) @ a @ a @ c - 1 / 30,
            b @ (a @ c) ** 2 - 1 / 20, b @ a @ c**3 - 1 / 20, b @ a @ (c * (a @ c)) - 1 / 40, b @ a @ a @ c**2 - 1 / 60,
            b @ a @ a @ a @ c - 1 / 120,
        ],
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLEAUS)
def test_order_conditions(name):
    method = TABLEAUS[name]
    a, b, c = _full(method.tableau)
    assert len(b) == method.stages
    np.testing.assert_allclose(a.sum(axis=1), c, atol=1e-14)
    for order, conditions in _conditions(a, b, c).items():
        if order <= method.order:
            np.testing.assert_allclose(conditions, 0, atol=1e-14, err_msg=f"order {order}")
    following = _conditions(a, b, c).get(int(method.order) + 1)
    assert following is None or np.abs(following).max() > 1e-4  # the order given is the order there is


@pytest.mark.parametrize("name", [n for n in ADAPTIVE if n in TABLEAUS])
def test_embedded_pair(name):
    method = TABLEAUS[name]
    a, b, c = _full(method.tableau)
    np.testing.assert_allclose(a[-1], b, atol=1e-15)  # the last stage is the first of the next step
    assert c[-1] == 1
    embedded = b - np.array([float(v) for v in method.tableau.b_error])
    for order, conditions in _conditions(a, embedded, c).items():
        if order < method.order:
            np.testing.assert_allclose(conditions, 0, atol=1e-14, err_msg=f"order {order}")
    assert np.abs(_conditions(a, embedded, c)[int(method.order)]).max() > 1e-5


@pytest.mark.parametrize("name", [n for n in ADAPTIVE if n in TABLEAUS])
@pytest.mark.parametrize("s", [0.0, 0.3, 0.75, 1.0])
def test_dense_output_is_of_order_four(name, s):
    tableau = TABLEAUS[name].tableau
    a, b, c = _full(tableau)
    weights = s * np.eye(len(b))[0]
    for power, row in enumerate(tableau.dense, start=2):
        weights = weights + s**power * np.array([float(v) for v in row])
    if s == 1.0:
        np.testing.assert_allclose(weights, b, atol=1e-14)
    aim = {
        1: [s], 2: [s**2 / 2], 3: [s**3 / 3, s**3 / 6], 4: [s**4 / 4, s**4 / 8, s**4 / 12, s**4 / 24],
    }  # fmt: skip
    offsets = {1: [1], 2: [1 / 2], 3: [1 / 3, 1 / 6], 4: [1 / 4, 1 / 8, 1 / 12, 1 / 24]}
    for order, values in aim.items():
        left = np.array(_conditions(a, weights, c)[order]) + offsets[order]
        np.testing.assert_allclose(left, values, atol=2e-14, err_msg=f"order {order}")


def test_registry_says_what_there_is():
    assert {"euler", "midpoint", "heun2", "rk4", "ralston4", "exponential_euler", "rkdp"} <= set(METHODS)
    for name, method in METHODS.items():
        assert method.name == name
        assert method.title
        assert type(method).__doc__
        assert f"{method.order:g}" in repr(method)
    with pytest.raises(MethodError, match="There is no method 'rk5'") as error:
        bp.solvers.get("rk5")
    assert "'rk4'" in str(error.value)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("dx/dt = -x\norder(x) = 0.5", "fractional"),
    ],
)
def test_other_equations_say_what_they_wait_for(text, family):
    with pytest.raises(MethodError, match=f"solver of {family} differential equations"):
        bp.model(text, name="Later").run(1.0, backend="numpy")
