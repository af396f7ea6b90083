"""Array states: networks whose bifurcations at zero input are known from the eigenvalues of their weights."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.continuation.starting import doublings_left, doublings_of, moving_field
from brainpy_lab.errors import ArgumentError


def network(n, seed=0):
    weights = np.random.default_rng(seed).normal(size=(n, n)) / np.sqrt(n)
    text = "dx/dt = -x + W @ tanh(g*x)\nx(0) = x0\ng = 1"
    return bp.model(text, namespace={"W": weights, "x0": np.zeros(n)}), weights


def at_zero(diagram, kind):
    return np.array([p.parameter for p in diagram.points.of(kind) if max(map(abs, p.values.values())) < 1e-9])


def known(weights, high):
    values = np.linalg.eigvals(weights)
    values = values[values.real > 1 / high]
    return np.sort(1 / values.real[values.imag > 0]), np.sort(1 / values.real[values.imag == 0])


@pytest.mark.parametrize("step", [0.05, 0.5])
def test_all_points_of_a_small_network_at_any_step(step):
    model, weights = network(30)
    hopf, branch = known(weights, 2.0)
    assert (len(hopf), len(branch)) == (3, 1)
    start = {f"x[{k}]": 0.0 for k in range(30)}
    diagram = bp.analysis.bifurcation(model, "g", (0, 2), cycles=False, step=step, start=start)
    np.testing.assert_allclose(at_zero(diagram, "hopf"), hopf, rtol=1e-12)
    np.testing.assert_allclose(at_zero(diagram, "branch point"), branch, rtol=1e-12)
    assert not at_zero(diagram, "fold").size


@pytest.mark.slow
@pytest.mark.parametrize("step", [0.03, 0.1, 0.3])
def test_nine_hopf_points_of_a_hundred_units(step):
    model, weights = network(100)
    hopf, branch = known(weights, 2.0)
    assert (len(hopf), len(branch)) == (9, 1)
    diagram = bp.analysis.bifurcation(model, "g", (0, 2), cycles=False, step=step)
    np.testing.assert_allclose(at_zero(diagram, "hopf"), hopf, rtol=1e-12)
    np.testing.assert_allclose(at_zero(diagram, "branch point"), branch, rtol=1e-12)


def test_equal_eigenvalues_that_cross_together_are_one_point_and_said():
    text = """
    du/dt = mu*u - v - u*(u**2 + v**2) + k*(roll(u, 1) - 2*u + roll(u, -1))
    dv/dt = mu*v + u - v*(u**2 + v**2) + k*(roll(v, 1) - 2*v + roll(v, -1))
    u(0) = x0; v(0) = x0; mu = -1; k = 0.3
    """
    ring = bp.model(text, namespace={"x0": np.zeros(6)})
    diagram = bp.analysis.bifurcation(ring, "mu", (-1, 1.5), cycles=False)
    hopf = diagram.points.of("hopf")
    # the modes of a ring: 2k(1 - cos(pi j/3)), once for j = 0 and 3, twice for 1 and 2
    np.testing.assert_allclose([p.parameter for p in hopf], [0, 0.3, 0.9, 1.2], atol=1e-10)
    assert [p.note[:26] for p in hopf] == ["", "2 pairs of eigenvalues cro", "2 pairs of eigenvalues cro", ""]
    assert [p.data.get("l1") is None for p in hopf] == [False, True, True, False]  # no one eigenvector, no coefficient
    assert len(diagram.branches) == 1


def test_names_norm_and_what_is_refused():
    model, _ = network(30)
    zero = {f"x[{k}]": 0.0 for k in range(30)}
    diagram = bp.analysis.bifurcation(model, "g", (0, 0.9), start=zero)
    branch = diagram.branches[0]
    assert branch["x[3]"].shape == branch["norm"].shape == (len(branch),)
    assert diagram.plot().axes[0].get_ylabel() == "norm"
    assert diagram.plot("x[3]").axes[0].get_ylabel() == "x[3]"
    assert "… (30 in all)" in repr(diagram.at(0.5))
    with pytest.raises(ArgumentError, match="'W' is an array, and what moves is one number"):
        bp.analysis.bifurcation(model, "W", (0, 1))
    with pytest.raises(ArgumentError, match=r"'x' has 30 elements; shape \(3,\) does not fit them"):
        bp.analysis.bifurcation(model, "g", (0, 1), x=np.zeros(3))


def test_fixed_points_and_a_cycle_of_arrays():
    weights = np.array([[1.5, -2.0], [2.0, 1.5]])
    text = "dx/dt = -x + W @ tanh(g*x)\nx(0) = [0.1, 0]\ng = 1"
    model = bp.model(text, namespace={"W": weights})
    points = bp.analysis.fixed_points(model, x=(-5, 5), g=0.4)
    assert [p.kind for p in points] == ["stable focus"]
    np.testing.assert_allclose(points[0].eigenvalues, [-0.4 + 0.8j, -0.4 - 0.8j])
    # the same two equations, written one by one
    plain = bp.model("dx/dt = -x + 1.5*tanh(x) - 2*tanh(y)\ndy/dt = -y + 2*tanh(x) + 1.5*tanh(y)\nx(0) = 0.1")
    expected = bp.analysis.limit_cycle(plain)
    cycle = bp.analysis.limit_cycle(model)
    assert cycle.period == pytest.approx(expected.period, rel=1e-9)
    assert cycle.max["x[1]"] == pytest.approx(expected.max["y"], rel=1e-8)


def test_doublings_of_many_states_are_left_and_said():
    weights = np.zeros((24, 24))
    few, many = (moving_field(bp.model(
        "dx/dt = -x + W @ tanh(g*x)\nx(0) = x0\ng = 1", namespace={"W": weights[:n, :n], "x0": np.zeros(n)}
    ), {"g": 1.0}, {}, 0.0) for n in (20, 24))  # fmt: skip
    assert [doublings_of(few, None), doublings_of(many, None), doublings_of(many, 2)] == [1, 0, 2]
    alone = SpecialPoint("period doubling", {"g": 0.25}, {})
    together = SpecialPoint("period doubling", {"g": 0.2}, {}, data={"crossing": 2})
    (said,) = doublings_left(many, None, "g", [together, alone])
    assert "as from g = 0.25 on, are not followed: with 24 states" in said and "doublings=1" in said
    assert not doublings_left(many, None, "g", [together]) and not doublings_left(many, 0, "g", [alone])
    assert not doublings_left(few, None, "g", [alone])
