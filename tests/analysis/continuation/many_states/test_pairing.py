"""Eigenvalues from one point of a branch to the next: how fast they move, and which may touch the axis in between."""

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.continuation.branch_problem import EquilibriumProblem
from brainpy_lab.analysis.continuation.curve import Curve
from brainpy_lab.analysis.continuation.detection import station
from brainpy_lab.analysis.continuation.many_states.pairing import _rates, arriving
from brainpy_lab.analysis.vector_field import make_field


def rotors(bump, count=6):
    """Pairs of states that turn, with the real parts -0.5 - 0.2*k, but of the first ``bump``, a function of g."""
    n = 2 * count
    turning = np.zeros((n, n))
    for k in range(0, n, 2):
        turning[k, k + 1], turning[k + 1, k] = -(1 + k), 1 + k
    own = np.repeat(-0.5 - 0.2 * np.arange(count), 2)
    first = (np.arange(n) < 2).astype(float)
    text = f"dx/dt = (own*(1 - first) + first*({bump}))*x + S @ x\nx(0) = x0\ng = 0"
    return bp.model(text, namespace={"S": turning, "own": own, "first": first, "x0": np.zeros(n)})


@pytest.mark.parametrize(
    ("bump", "known"),
    [
        ("0.0001 - (g - 0.53)**2", [0.52, 0.54]),
        ("1e-6 - (g - 0.53)**2", [0.529, 0.531]),
        ("1e-8 - (g - 0.53)**4", [0.52, 0.54]),
        (
            "exp(-((g - 0.53)/0.1)**2) - 0.99",
            [0.53 - 0.1 * np.sqrt(-np.log(0.99)), 0.53 + 0.1 * np.sqrt(-np.log(0.99))],
        ),
    ],
)
def test_two_hopf_points_in_one_step_are_found(bump, known):
    diagram = bp.analysis.bifurcation(rotors(bump), "g", (0, 1), cycles=False)
    np.testing.assert_allclose([p.parameter for p in diagram.points.of("hopf")], known, rtol=1e-9)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(("turns", "found"), [(20, 6), (40, 14)])
def test_eigenvalues_that_swing_within_a_step_lose_no_point(many, turns, found):
    """On a branch along which nothing else moves, steps are a sixteenth of the range long, some 3 to a swing."""
    bump = f"sin({turns}*g) - 0.99"
    alone = bp.model(f"dx/dt = ({bump})*x - y\ndy/dt = x + ({bump})*y\ng = 0")
    diagram = bp.analysis.bifurcation(rotors(bump) if many else alone, "g", (0, 1), cycles=False)
    begins = (np.arcsin(0.99) + 2 * np.pi * np.arange(8)) / turns
    ends = (np.pi - np.arcsin(0.99) + 2 * np.pi * np.arange(8)) / turns
    known = np.sort([g for g in (*begins, *ends) if g < 1])
    assert len(known) == found
    np.testing.assert_allclose([p.parameter for p in diagram.points.of("hopf")], known, rtol=1e-9)


def test_rates_of_some_eigenvalues_are_those_of_all_moved():
    n = 60
    weights = np.random.default_rng(0).normal(size=(n, n)) / np.sqrt(n)
    model = bp.model("dx/dt = -x + W @ tanh(g*x)\nx(0) = x0\ng = 1", namespace={"W": weights, "x0": np.zeros(n)})
    problem = EquilibriumProblem(make_field(model, None, {}, arrays=True), "g")
    curve = Curve(problem.zeros, (0.0, 2.0), np.ones(n + 1))
    along = np.eye(n + 1)[-1]
    near, there = (station(problem, curve, curve.point(np.append(np.zeros(n), g), along)) for g in (1.0, 1.1))
    # at zero all move on rays: -1 + g*mu
    known = (near.eigenvalues.real + 1) / 1.0
    np.testing.assert_allclose(_rates(problem, near, np.array([0, 1, 5])), known[[0, 1, 5]], rtol=1e-6)
    np.testing.assert_allclose(near.rates, known, atol=1e-6)
    arrival = arriving(curve, near, there).arrival
    np.testing.assert_allclose(arrival.velocities[arrival.partners], near.eigenvalues + 1, rtol=1e-9)
