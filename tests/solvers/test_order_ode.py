"""Methods for ordinary differential equations: measured orders on every driver, and conditions of the tableaus."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import MethodError
from brainpy_lab.solvers.embedded import EmbeddedRungeKutta
from brainpy_lab.solvers.runge_kutta import ExplicitRungeKutta

from .orders import ode

METHODS = {name: bp.solvers.get(name) for name in ode.methods()}
PAIRS = {name: m for name, m in METHODS.items() if isinstance(m, EmbeddedRungeKutta)}
TABLEAUS = PAIRS | {name: m for name, m in METHODS.items() if isinstance(m, ExplicitRungeKutta)}


#: Methods whose code is of one kind each: measured on every driver in `make test`, all others in `make test-all`.
KINDS = ("rk4", "bs", "dop853", "etdrk4", "trapezoid", "rodas4")


def _is_quick(method, driver):
    if (method, driver) == ("dop853", "jax"):
        return False  # its twelve stages take seconds to compile there
    return driver == "numpy" or method in KINDS


EVERYWHERE = [
    pytest.param(method, driver, marks=() if _is_quick(method, driver) else pytest.mark.slow)
    for driver in bp.drivers.registry()
    for method in METHODS
]


@pytest.mark.parametrize(("method", "backend"), EVERYWHERE)
def test_measured_order(method, backend):
    order = ode.measure(method, backend)
    assert order.holds, order


@pytest.mark.parametrize("beta", [0.3, 0.5, 0.75, 1.0])
def test_rk2_with_another_node(beta):
    assert ode.measure(f"rk2(beta={beta})", "numpy").holds


def _square(rows):
    a = np.zeros((len(rows) + 1, len(rows) + 1))
    for i, row in enumerate(rows, start=1):
        a[i, : len(row)] = [float(v) for v in row]
    return a


def _weights(row, stages):
    return np.array([float(v) for v in row] + [0.0] * (stages - len(row)))


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
    a = _square(method.tableau.a)
    b, c = _weights(method.tableau.b, len(a)), a.sum(axis=1)
    np.testing.assert_allclose(c[1:], [float(v) for v in method.tableau.c], atol=1e-14)
    assert method.stages == len(a)
    for order, conditions in _conditions(a, b, c).items():
        if order <= method.order:
            np.testing.assert_allclose(conditions, 0, atol=4e-14, err_msg=f"order {order}")
    following = _conditions(a, b, c).get(int(method.order) + 1)
    assert following is None or np.abs(following).max() > 1e-4  # the order given is the order there is


@pytest.mark.parametrize("degree", [6, 7, 8])
def test_quadrature_conditions_of_order_eight(degree):
    a = _square(METHODS["dop853"].tableau.a)
    b, c = _weights(METHODS["dop853"].tableau.b, len(a)), a.sum(axis=1)
    assert b @ c ** (degree - 1) == pytest.approx(1 / degree, abs=1e-14)
    assert b @ a @ c ** (degree - 2) == pytest.approx(1 / (degree * (degree - 1)), abs=1e-14)


#: Orders of the embedded solutions.
EMBEDDED = {"heun_euler": 1, "bs": 2, "rkf45": 4, "ck": 4, "rkdp": 4, "tsit5": 4, "dop853": 5}


@pytest.mark.parametrize("name", PAIRS)
def test_embedded_pair(name):
    method = PAIRS[name]
    a = _square(method.tableau.closed)
    b, c = _weights(method.tableau.b, len(a)), a.sum(axis=1)
    np.testing.assert_allclose(a[-1], b, atol=1e-15)  # the last stage is the first of the next step
    assert c[-1] == pytest.approx(1, abs=1e-14)
    assert method.evaluations == len(a) - 1
    embedded = b - _weights(method.tableau.b_error, len(a))
    for order, conditions in _conditions(a, embedded, c).items():
        if order <= EMBEDDED[name]:
            np.testing.assert_allclose(conditions, 0, atol=4e-14, err_msg=f"order {order}")
    if EMBEDDED[name] < 5:
        assert np.abs(_conditions(a, embedded, c)[EMBEDDED[name] + 1]).max() > 1e-5


#: Orders of the continuous extensions, tested up to 5.
DENSE = {"heun_euler": 2, "bs": 3, "rkf45": 4, "ck": 4, "rkdp": 4, "tsit5": 4, "dop853": 5}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("s", [0.0, 0.3, 0.75, 1.0])
def test_order_of_the_dense_output(name, s):
    tableau = PAIRS[name].tableau
    a = _square((*tableau.closed, *tableau.extra))
    c = a.sum(axis=1)
    weights = s * np.eye(len(a))[0]
    for power, row in enumerate(tableau.powers, start=2):
        weights = weights + s**power * _weights(row, len(a))
    if s == 1.0:
        np.testing.assert_allclose(weights, _weights(tableau.b, len(a)), atol=1e-12)
    for order, left in _conditions(a, weights, c).items():
        if order <= DENSE[name]:
            at_one = np.array(_conditions(a, 0 * weights, c)[order])  # minus the right sides
            np.testing.assert_allclose(
                np.array(left) - at_one, -at_one * s**order, atol=1e-12, err_msg=f"order {order}"
            )


def test_stability_limits():
    limits = {"heun_euler": 2.0, "bs": 2.513, "rkdp": 3.307}  # real stability intervals, computed to 0.01
    for name, limit in limits.items():
        assert METHODS[name].stability_limit == pytest.approx(limit, abs=0.011)


def test_registry_says_what_there_is():
    fixed = {"euler", "midpoint", "heun2", "ralston2", "rk2", "rk3", "heun3", "ralston3", "ssprk3", "rk4", "rk4_38rule"}
    assert fixed | {"ralston4", "exponential_euler"} | set(EMBEDDED) <= set(METHODS)
    for name, method in METHODS.items():
        assert method.name == name
        assert method.title
        assert type(method).__doc__
        assert f"{method.order:g}" in repr(method)
    with pytest.raises(MethodError, match="There is no method 'rk5'") as error:
        bp.solvers.get("rk5")
    assert "'rkf45'" in str(error.value)


def test_methods_with_options():
    from brainpy_lab.solvers.ode.rk2 import RK2

    model = bp.model("dx/dt = -x**2\nx(0) = 1", name="Quadratic")
    by_name = model.run(1.0, dt=0.1, method="rk2(beta=0.6)", backend="numpy")
    by_object = model.run(1.0, dt=0.1, method=RK2(beta=0.6), backend="numpy")
    midpoint = model.run(1.0, dt=0.1, method="midpoint", backend="numpy")
    assert by_name.final["x"] == by_object.final["x"] != midpoint.final["x"]
    assert by_name.stats["method"] == "rk2(beta=0.6)"
    half = model.run(1.0, dt=0.1, method="rk2(beta=0.5)", backend="numpy")
    assert half.final["x"] == pytest.approx(midpoint.final["x"], rel=1e-15)
    for name, words in (("rk2(gamma=1)", "no option 'gamma'"), ("rk2(beta=2)", "beta"), ("rk4(beta=1)", "no option"),
                        ("rk2(beta=x)", "needs a number")):  # fmt: skip
        with pytest.raises(MethodError, match=words):
            bp.solvers.get(name)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("dx/dt = -x\norder(x) = 0.5", "fractional"),
    ],
)
def test_other_equations_name_their_methods(text, family):
    with pytest.raises(MethodError, match=f"method for {family} differential equations"):
        bp.model(text, name="Later").run(1.0, method="rk4", backend="numpy")
