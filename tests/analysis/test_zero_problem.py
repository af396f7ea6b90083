"""Zero problems: equilibria with free parameters, their derivatives, units, and borders."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.newton import newton
from brainpy_lab.analysis.vector_field import make_field
from brainpy_lab.analysis.zero_problem import ZeroProblem, equilibria
from brainpy_lab.errors import ArgumentError

TEXT = "dx/dt = a*x - x**3 + b*y\ndy/dt = x - y + c*z\ndz/dt = x - z\na = 0.5\nb = 2\nc = 0.1"


@pytest.fixture(scope="module")
def model():
    return bp.model(TEXT, name="Three")


def differences(problem, u):
    h = 1e-4
    columns = []
    for k in range(problem.size):
        e = h * np.eye(problem.size)[k]
        near, far = (problem.residual(u + m * e) - problem.residual(u - m * e) for m in (1, 2))
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=1)


def test_without_parameters_it_is_the_vector_field(model):
    field = make_field(model, None, {})
    problem, u = equilibria(field), np.array([0.3, -0.2, 1.0])
    assert problem.size == 3
    assert (problem.residual(u) == field.rhs(u)).all()
    assert (problem.jacobian(u) == field.jacobian(u)).all()


@pytest.mark.parametrize(
    ("free", "unknown"),
    [
        (("x", "y", "z"), ("b",)),
        (("z", "x", "y"), ("c", "a")),
        (("x", "y"), ("z", "b")),  # a held state and a parameter
        (("x",), ("a", "z", "y")),
    ],
)
def test_residual_and_jacobian_with_unknown_parameters(model, free, unknown):
    values = {"x": 0.3, "y": -0.2, "z": 1.0, "a": 0.7, "b": 1.5, "c": 0.2}
    problem = equilibria(make_field(model, free, values), unknown)
    u = np.array([values[name] for name in (*free, *unknown)])
    x, y, z, a, b, c = values.values()
    drifts = {"x": a * x - x**3 + b * y, "y": x - y + c * z, "z": x - z}
    np.testing.assert_allclose(problem.residual(u), [drifts[name] for name in free], rtol=1e-14)
    assert problem.jacobian(u).shape == (len(free), len(free) + len(unknown))
    np.testing.assert_allclose(problem.jacobian(u), differences(problem, u), rtol=1e-9, atol=1e-11)


def test_many_points_at_once(model):
    problem = equilibria(make_field(model, None, {}), ["a", "c"])
    u = np.random.default_rng(0).normal(size=(5, 4, 2))
    assert problem.residual(u).shape == (3, 4, 2)
    assert problem.jacobian(u).shape == (3, 5, 4, 2)
    np.testing.assert_allclose(problem.jacobian(u)[..., 1, 0], problem.jacobian(u[:, 1, 0]), rtol=1e-14)


def test_units(model):
    problem = equilibria(make_field(model, None, {}), ["a"])
    unknowns, equations = np.array([2.0, 0.5, 8.0, 0.25]), np.array([4.0, 1.0, 0.5])
    scaled, z = problem.in_units(unknowns, equations), np.array([0.3, -0.2, 1.0, 2.0])
    assert (scaled.residual(z) == problem.residual(z * unknowns) / equations).all()
    np.testing.assert_allclose(scaled.jacobian(z), differences(scaled, z), rtol=1e-9, atol=1e-11)
    assert scaled.jacobian(np.stack([z, z], axis=1)).shape == (3, 4, 2)


def test_borders():
    circle = ZeroProblem(2, lambda u: u[:1] ** 2 + u[1:] ** 2 - 1, lambda u: 2 * u[None])
    problem = circle.bordered(np.array([[3.0, 4.0]]), np.array([0.0, 1.0]), beyond=0.5)
    u = np.array([0.4, 0.7])
    np.testing.assert_allclose(problem.residual(u), [0.16 + 0.49 - 1, 3 * 0.4 + 4 * -0.3 - 0.5], rtol=1e-13)
    assert problem.jacobian(u).tolist() == [[0.8, 1.4], [3.0, 4.0]]
    many = np.stack([u, u, u], axis=1)
    assert problem.residual(many).shape == (2, 3)
    assert problem.jacobian(many).shape == (2, 2, 3)


def test_a_border_leads_round_a_fold():
    """On x**2 + I = 0 the derivative by x vanishes at the fold; planes across the curve go on through it."""
    problem = equilibria(make_field(bp.model("dx/dt = I + x**2\nI = -1"), None, {}), ["I"])
    point, direction = np.array([-1.0, -1.0]), np.array([1.0, 0.0])
    for _ in range(40):
        found = newton(problem.bordered(direction[None], point, 0.1), point + 0.1 * direction)
        assert found.converged
        direction = (found.point - point) / np.linalg.norm(found.point - point)
        point = found.point
        assert abs(point[1] + point[0] ** 2) < 1e-14
    assert point[0] > 1.0  # beyond the fold at 0


def test_the_current_that_holds_hodgkin_and_huxleys_cell_at_a_voltage():
    model = bp.models.hodgkin_huxley()
    problem = equilibria(make_field(model, None, {}), ["I"])
    V = -55.0  # where a rate is 0/0
    rates = {
        "m": ((V + 40) / 10 / (1 - np.exp(-(V + 40) / 10)), 4 * np.exp(-(V + 65) / 18)),
        "h": (0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))),
        "n": (0.1, 0.125 * np.exp(-(V + 65) / 80)),
    }
    m, h, n = (rise / (rise + fall) for rise, fall in rates.values())
    p = model.parameters
    current = p["g_Na"] * m**3 * h * (V - p["E_Na"]) + p["g_K"] * n**4 * (V - p["E_K"]) + p["g_L"] * (V - p["E_L"])
    start = np.array([V, 0.1, 0.4, 0.4, 0.0])
    found = newton(problem.bordered(np.eye(5)[:1], start), start)
    assert found.converged
    assert found.iterations <= 8
    assert found.point == pytest.approx([V, m, h, n, current], rel=1e-12)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["x"], "'x' is free already.\n  Hold it at a value first."),
        (["A"], "'A' is neither a parameter nor a held variable of Three.\n  Did you mean 'a'?"),
        (["a", "a"], "'a' is given twice."),
    ],
)
def test_wrong_names(model, names, message):
    with pytest.raises(ArgumentError) as refused:
        equilibria(make_field(model, None, {}), names)
    assert str(refused.value) == message
