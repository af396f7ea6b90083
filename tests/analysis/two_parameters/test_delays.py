"""Curves of models with delays, against characteristic equations solved by hand."""

import numpy as np
import pytest

import brainpy_lab as bp

LOOP = bp.model("dx/dt = -a*x(t - tau)\na = 1\ntau = 1", name="Loop")


def test_hopf_curves_of_a_delayed_loop_in_its_gain_and_its_delay():
    plane = bp.analysis.bifurcation(LOOP, ("a", "tau"), ((0.2, 4), (0.2, 4)))
    assert not plane.points
    assert [b.kind for b in plane.branches] == ["hopf"] * 3
    for branch in plane.branches:
        turns = (branch["a"] * branch["tau"] - np.pi / 2) / (2 * np.pi)
        np.testing.assert_allclose(turns, np.round(turns[0]), atol=1e-9)
        np.testing.assert_allclose(branch.omega, branch["a"], rtol=1e-9)
        np.testing.assert_array_equal(branch.unstable, 2 * np.round(turns[0]))  # by counting earlier crossings


def test_instant_and_delayed_decay_with_a_double_zero():
    model = bp.model("dx/dt = -a*x - b*x(t - 1)\na = 1\nb = 1")
    plane = bp.analysis.bifurcation(model, ("a", "b"), ((-3, 3), (-4, 8)))
    (point,) = plane.points
    assert point.kind == "bogdanov-takens"
    assert list(point.parameters.values()) == pytest.approx([-1, 1], abs=1e-8)
    curves = [b for b in plane.branches if b.kind == "hopf"]
    assert len(curves) == 2
    again = bp.analysis.bifurcation(model, ("a", "b"), ((-3, 3), (-4, 8)), start=point)
    curves += again.branches  # the other way neutral saddles follow, which are no Hopf points
    assert [len(b) > 5 for b in again.branches] == [True]
    for branch in curves:
        w = branch.omega[branch.omega > 0]
        np.testing.assert_allclose(branch["a"][branch.omega > 0], -w / np.tan(w), atol=1e-8)
        np.testing.assert_allclose(branch["b"][branch.omega > 0], w / np.sin(w), atol=1e-8)


def test_a_bautin_point_where_a_cubic_term_balances_the_quadratic_one():
    model = bp.model("dx/dt = -a*x(t - tau)*(1 + x) + c*x**3\na = 1\nc = 0\ntau = 1")
    plane = bp.analysis.bifurcation(model, ("tau", "c"), ((1, 2), (-1, 1)), box={"x": (-0.3, 0.3)})
    (point,) = plane.points
    assert point.kind == "bautin"
    # 2 Re c1 (1 + (a tau)²) = a tau (2 - 6 a tau)/5 + 6 c tau, by hand
    assert list(point.parameters.values()) == pytest.approx([np.pi / 2, (3 * np.pi - 2) / 30], abs=1e-8)
    (branch,) = plane.branches
    beyond = branch["c"] - point.parameters["c"]
    away = np.abs(beyond) > 1e-6
    np.testing.assert_array_equal(np.sign(branch.l1[away]), np.sign(beyond[away]))


@pytest.mark.slow
def test_mackey_and_glass():
    text = "dx/dt = beta*x(t - tau)/(1 + x(t - tau)**n) - x\nbeta = 2\nn = 10\ntau = 1\nx(0) = 0.5"
    plane = bp.analysis.bifurcation(bp.model(text), ("n", "tau"), ((4, 12), (0.1, 2)), box={"x": (0.5, 2)})
    # x = 1, where the delayed rate has the slope b = 1 - n/2: cos(w tau) = 1/b, w = sqrt(b² - 1)
    assert len(plane.branches) == 2
    for branch in plane.branches:
        b = 1 - branch["n"] / 2
        w = np.sqrt(b**2 - 1)
        turns = (w * branch["tau"] - np.arccos(1 / b)) / (2 * np.pi)
        np.testing.assert_allclose(turns, np.round(turns[0]), atol=1e-9)
        assert (branch.l1 < 0).all()


@pytest.mark.slow
def test_a_double_hopf_point_of_two_delays():
    model = bp.model("dx/dt = -a*x(t - 1) - b*x(t - s)\na = 1\nb = 1\ns = 3")
    plane = bp.analysis.bifurcation(model, ("a", "b"), ((0, 5), (0.2, 4)))
    (point,) = plane.points
    assert point.kind == "double hopf"
    a, b = point.parameters.values()
    first, second = point.data["omega"]
    assert abs(first - second) > 0.1
    for w in (first, second):
        assert abs(1j * w + a * np.exp(-1j * w) + b * np.exp(-3j * w)) < 1e-8
    assert a - b == pytest.approx(np.pi / 2, abs=1e-8)  # on the line of the frequency pi/2


@pytest.mark.slow
def test_folds_feel_no_delay():
    text = "dx/dt = -x + tanh(2*x(t - tau)) + p + c*x\np = 0\nc = 0\ntau = 1"
    plane = bp.analysis.bifurcation(bp.model(text), ("p", "tau"), ((-1, 1), (0, 3)))
    folds = [b for b in plane.branches if b.kind == "fold"]
    x = np.arccosh(np.sqrt(2)) / 2
    assert sorted(float(b["p"][0]) for b in folds) == pytest.approx([-abs(x - np.tanh(2 * x)), abs(x - np.tanh(2 * x))])
    assert all(np.ptp(b["p"]) < 1e-9 for b in folds)
    (cusp,) = bp.analysis.bifurcation(bp.model(text), ("p", "c"), ((-1, 1), (-2, 0.5))).points.of("cusp")
    assert list(cusp.parameters.values()) == pytest.approx([0, -1], abs=1e-8)
    # x' = beta + (-1 + c + 2) x - 8/3 x³, slowed by 1 + 2 tau
    assert cusp.data["c"] == pytest.approx(-8 / 3 / 3, rel=1e-6)
