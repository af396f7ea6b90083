"""Points and branches at which more is zero than usual: they have names of their own, and bring no others."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation

#: Consecutive reactions (a demonstration of AUTO): with p2 = 16 two folds meet at u1 = 1/2.
REACTIONS = """
p1 = 0.1
p2 = 16
p3 = 3
du1/dt = -u1 + p1*(1 - u1)*exp(u2)
du2/dt = -u2 + p1*p2*(1 - u1)*exp(u2) - p3*u2
"""


def kinds(text: str, name: str, range_: tuple[float, float], **values: float) -> list[str]:
    return [p.kind for p in bifurcation(bp.model(text), name, range_, cycles=False, **values).points]


@pytest.mark.parametrize("step", [0.03, 0.1, 0.3])
def test_a_fold_of_third_order_is_a_cusp(step: float) -> None:
    points = bifurcation(bp.model(REACTIONS), "p1", (0.01, 0.6), cycles=False, step=step).points
    assert [p.kind for p in points] == ["hopf", "cusp", "hopf"]
    assert points[1].parameter == pytest.approx(np.exp(-2), abs=1e-12)
    assert points[1].values["u1"] == pytest.approx(0.5, abs=1e-6)


def test_beside_a_cusp_are_two_folds_or_none() -> None:
    assert kinds(REACTIONS, "p1", (0.01, 0.6), p2=16.001) == ["hopf", "fold", "fold", "hopf"]
    assert kinds(REACTIONS, "p1", (0.01, 0.6), p2=15.999) == ["hopf", "hopf"]
    assert kinds("mu = 0\ndx/dt = mu - x**3", "mu", (-1, 1)) == ["cusp"]
    assert kinds("mu = 0\ndx/dt = mu - x**3 - x/1000", "mu", (-1, 1)) == []
    assert kinds("mu = 0\ndx/dt = x**2 + mu**2 - 1", "mu", (-2, 2)) == ["fold", "fold"]


def test_centres_are_no_hopf_points_and_lines_of_equilibria_no_pitchforks() -> None:
    """Lotka and Volterra's equilibria are centres for all rates; without growth any number of prey is in balance."""
    diagram = bifurcation(bp.models.lotka_volterra(), "a", (0, 3))
    assert {(p.kind, p.data.get("type"), p.parameter) for p in diagram.points} == {
        ("branch point", "line of equilibria", 0.0)
    }
    assert all(np.ptp(branch["a"]) == 3 for branch in diagram.branches)
    assert any("equilibria are centres" in text for text in diagram.remarks)
    assert any("At a = 0 there are equilibria all along a line" in text for text in diagram.remarks)


def test_a_pitchfork_is_none_of_these() -> None:
    diagram = bifurcation(bp.model("mu = 0\ndx/dt = y\ndy/dt = mu*x - x**3 - 0.3*y"), "mu", (-1, 1), cycles=False)
    assert [p.data["type"] for p in diagram.points] == ["pitchfork"] and not diagram.remarks


@pytest.mark.parametrize("text", [
    "mu = 0\ndx/dt = mu*x - x**5",
    "mu = 0\ndx/dt = mu*x + x**7",
    "mu = 0\ndx/dt = y\ndy/dt = mu*x + x**5 - y",
    "mu = 0\ndx/dt = (mu + 2)*x/(1 + x**10) - 2*x",
])  # fmt: skip
def test_a_pitchfork_of_high_order_is_neither_a_line_of_equilibria_nor_folds(text: str) -> None:
    """Beside it the branches that cross are level but for rounding errors; Mackey and Glass's feedback has x**10."""
    diagram = bifurcation(bp.model(text), "mu", (-1, 1), box={"x": (-3, 3)}, cycles=False)
    assert [repr(p) for p in diagram.points] == ["pitchfork (branch point) at mu = 0"]
    assert len(diagram.branches) == 2 and not diagram.remarks


def test_pitchforks_at_one_value_are_kept_apart() -> None:
    model = bp.model("mu = 0\ndx/dt = sin(3*x)*(mu - sin(3*x)**2)")
    points = bifurcation(model, "mu", (-0.5, 0.5), box={"x": (-0.2, 2.2)}, cycles=False).points
    assert [(p.kind, p.data["type"], p.parameter) for p in points] == 3 * [("branch point", "pitchfork", 0.0)]
    assert sorted(p.values["x"] for p in points) == pytest.approx([0, np.pi / 3, 2 * np.pi / 3])


def test_states_far_from_zero_are_found_without_initial_values() -> None:
    """Hindmarsh and Rose's equations, whose constants are no parameters: their states are ten times as large as any."""
    text = "I = 3\ndx/dt = y - x**3 + 3*x**2 - z + I\ndy/dt = 1 - 5*x**2 - y\ndz/dt = 0.006*(4*(x + 1.6) - z)"
    points = bifurcation(bp.model(text), "I", (-1, 30), cycles=False).points
    assert [p.kind for p in points] == ["hopf"] * 4
    assert [p.parameter for p in points] == pytest.approx([1.358671, 5.393529, 6.179344, 25.265121], abs=1e-6)


def test_why_no_cycle_is_beside_a_hopf_point_is_said_in_words() -> None:
    """The cycles of van der Pol's equation at mu = 0 are circles of any size."""
    diagram = bifurcation(bp.models.van_der_pol(), "mu", (0, 1))
    assert (
        "The cycles from the Hopf point at mu = 0 were not followed: they leave the range at once." in diagram.remarks
    )


@pytest.mark.parametrize("h", [1e-3, 1e-5, 1e-6, 1e-7, 1e-9])
def test_a_pitchfork_that_is_not_perfect_has_a_fold_and_no_branch_point(h: float) -> None:
    """A long step leads straight over to the other branch, and the counts of eigenvalues differ there."""
    diagram = bifurcation(bp.model(f"r = 0\ndx/dt = r*x - x**3 + {h}"), "r", (-1, 1), cycles=False)
    (fold,) = diagram.points
    assert fold.kind == "fold" and not fold.note
    assert fold.parameter == pytest.approx(3 * (h / 2) ** (2 / 3), abs=1e-9)
    assert len(diagram.branches) == 2 and len(diagram.at(0.5)) == 3


@pytest.mark.parametrize("h", [1e-5, 1e-6, 1e-9])
@pytest.mark.parametrize("n", [2, 8])
def test_with_more_states(h: float, n: int) -> None:
    """Halving finds no point between two branches then, which is no reason to believe in a branch point."""
    turning = "v(0) = 1\ndv/dt = v*(1 - v**2 - w**2) - w\ndw/dt = w*(1 - v**2 - w**2) + v\n"
    more = turning if n == 2 else "".join(f"dw{k}/dt = x**2 - {k + 1}*w{k}\n" for k in range(n))
    diagram = bifurcation(bp.model(f"r = 0\n{more}dx/dt = r*x - x**3 + {h}"), "r", (-1, 1), cycles=False)
    (fold,) = diagram.points
    assert fold.parameter == pytest.approx(3 * (h / 2) ** (2 / 3), abs=1e-9)
    assert [np.unique(np.sign(b["x"])).tolist() for b in diagram.branches] == [[1.0], [-1.0]]


def test_a_transcritical_point_that_is_not_perfect() -> None:
    apart = bifurcation(bp.model("r = 0\ndx/dt = r*x - x**2 + 1e-6"), "r", (-1, 1), cycles=False)
    assert not apart.points and len(apart.branches) == 2
    folds = bifurcation(bp.model("r = 0\ndx/dt = r*x - x**2 - 1e-6"), "r", (-1, 1), cycles=False).points
    assert [p.kind for p in folds] == ["fold", "fold"]
    assert [p.parameter for p in folds] == pytest.approx([-2e-3, 2e-3], abs=1e-9)


@pytest.mark.parametrize("range_", [(-1, 0), (0, 1)])
@pytest.mark.parametrize("more", ["", "\ndy/dt = x - y"])
def test_a_cusp_on_the_border_ends_one_branch(range_: tuple[float, float], more: str) -> None:
    """There the branch stands across its parameter: the border is 1e-9 away while the state is at 1e-3."""
    diagram = bifurcation(bp.model(f"mu = 0\ndx/dt = mu - x**3{more}"), "mu", range_, cycles=False)
    (branch,) = diagram.branches
    np.testing.assert_allclose(sorted(branch.points[[0, -1], -1]), range_, rtol=0)
    np.testing.assert_allclose(sorted(branch.points[[0, -1], 0]), range_, atol=1e-5)
    (cusp,) = diagram.points
    assert cusp.kind == "cusp" and cusp.parameter == pytest.approx(0, abs=1e-9)


def test_an_eigenvalue_lost_in_rounding_is_no_branch_point() -> None:
    """On y**2 = mu + 1/mu one eigenvalue is -y**2 and the other 2/y**2: from y = 5000 on 1e-15 of the first."""
    model = bp.model("mu = 0\ndx/dt = mu*x - y - x*y**2\ndy/dt = x + mu*y")
    diagram = bifurcation(model, "mu", (0, 1), cycles=False)
    (hopf,) = diagram.points
    assert hopf.kind == "hopf" and hopf.parameter == pytest.approx(0, abs=1e-9)
    assert sum("y leaves for infinity" in end for b in diagram.branches for end in b.ends) == 2


#: Two populations that compete (Wong and Wang 2006, doi:10.1523/JNEUROSCI.3733-05.2006), without noise.
DECISION = """
mu0 = 30
x1 = 0.2609*S1 - 0.0497*S2 + 0.3255 + 0.00052*mu0
x2 = 0.2609*S2 - 0.0497*S1 + 0.3255 + 0.00052*mu0
r1 = (270*x1 - 108)/(1 - exp(-0.154*(270*x1 - 108)))
r2 = (270*x2 - 108)/(1 - exp(-0.154*(270*x2 - 108)))
dS1/dt = -S1/100 + (1 - S1)*0.000641*r1
dS2/dt = -S2/100 + (1 - S2)*0.000641*r2
"""


def _even_split(s: float) -> tuple[float, float]:
    """The stimulus at which both populations are at ``s``, and how fast a difference between them grows there."""
    from scipy.optimize import brentq

    def rate(x: float) -> float:
        return (270 * x - 108) / -np.expm1(-0.154 * (270 * x - 108))

    x = brentq(lambda x: -s / 100 + (1 - s) * 0.000641 * rate(x), 0.2, 1.0, xtol=1e-15)
    slope = (rate(x + 1e-6) - rate(x - 1e-6)) / 2e-6
    return (x - 0.3255 - 0.2112 * s) / 0.00052, -0.01 - 0.000641 * rate(x) + (1 - s) * 0.000641 * slope * 0.3106


@pytest.mark.parametrize("range_", [(30, 70), (0, 200)])
def test_a_branch_that_meets_a_pitchfork_from_the_side_has_no_fold_there(range_: tuple[float, float]) -> None:
    """Its eigenvalue touches zero by the square, and changes its sign there by rounding errors alone."""
    from scipy.optimize import brentq

    points = bifurcation(bp.model(DECISION), "mu0", range_, cycles=False).points
    meets = [_even_split(brentq(lambda s: _even_split(s)[1], *ends))[0] for ends in ((0.05, 0.3), (0.4, 0.7))]
    expected = [p for p in meets if range_[0] < p < range_[1]]
    pitchforks = points.of("branch point")
    assert [p.data["type"] for p in pitchforks] == ["pitchfork"] * len(expected)
    assert [p.parameter for p in pitchforks] == pytest.approx(expected, abs=1e-5)
    assert [p.parameter for p in points.of("fold")] == pytest.approx([65.68198606519] * 2, abs=1e-9)
    assert len(points) == len(expected) + 2


@pytest.mark.parametrize("text", [
    "dx/dt = a*(x - sin(y))\ndy/dt = x - y",  # a triple root
    "dx/dt = a*(x - 1)**3",
    "dx/dt = -a*(x - 1)**2",
])  # fmt: skip
def test_an_eigenvalue_that_stays_zero_along_a_branch_is_said(text: str) -> None:
    """The signs of rounding errors were halved without end, or taken for branch points."""
    found = bifurcation(bp.model(f"{text}\na = 0.5"), "a", (0.1, 0.9), box={"x": (-1, 2)}, cycles=False)
    assert not found.points
    assert any("an eigenvalue of the equilibria stays zero" in text for text in found.remarks)
    (branch,) = found.branches
    assert np.ptp(branch["a"]) == 0.8


def test_a_hopf_point_beside_an_eigenvalue_that_stays_zero_is_found() -> None:
    turning = "a = 0.5\ndx/dt = a*x - y - x**3\ndy/dt = x + a*y - y**3\n"
    model = bp.model(turning + "dz/dt = -(z - w - 1)**3\ndw/dt = 1 - w + (z - w - 1)**3")
    found = bifurcation(model, "a", (-0.4, 0.9), cycles=False)
    assert [(p.kind, p.parameter) for p in found.points] == [("hopf", pytest.approx(0, abs=1e-9))]
    (branch,) = found.branches
    assert set(branch.unstable[branch["a"] < -1e-6]) == {0} and set(branch.unstable[branch["a"] > 1e-6]) == {2}


def test_a_slow_variable_is_no_eigenvalue_that_stays_zero() -> None:
    """Time constants 1e10 apart: the fold of the slow variable is one."""
    found = bifurcation(bp.model("dx/dt = 1e-10*(a - x**2)\ndy/dt = x*a - y\na = 0.5"), "a", (-0.1, 0.9), cycles=False)
    assert [p.kind for p in found.points] == ["fold"] and not found.remarks


@pytest.mark.parametrize("second", ["", "dv/dt = -v + 3*u*v"])
@pytest.mark.parametrize("within", [(0.6, 0.8), (0.4, 0.6)])
def test_branches_that_cross_on_the_border_of_the_range(second: str, within: tuple[float, float]) -> None:
    """The equations are singular there, and no power series: Newton's method does not come to the crossing."""
    text = f"p = 0.7\ndu/dt = 3*u*(1 - u) - p*(1 - exp(-5*u)){' - u*v' if second else ''}\n{second}"
    box = {"u": (-0.5, 2.0), **({"v": (0.0, 5.0)} if second else {})}
    diagram = bifurcation(bp.model(text), "p", within, box=box, cycles=False)
    (point,) = diagram.points.of("branch point")
    assert point.parameter == pytest.approx(0.6, abs=1e-9) and point.values["u"] == pytest.approx(0, abs=1e-7)
    assert not any("too short" in text for text in diagram.remarks)
    assert sum(0.6 in (b["p"][0], b["p"][-1]) for b in diagram.branches) >= 2


@pytest.mark.parametrize("h", [1e-3, 1e-5])
@pytest.mark.parametrize("more", ["", "\ndy/dt = x**2 - y\ndz/dt = y - 2*z"])
def test_a_step_over_to_the_branch_beyond_two_folds_is_taken_back(h: float, more: str) -> None:
    """x**2 = a**2 - h**2: across the way from one branch to the other each plane has a point, until the first turns."""
    diagram = bifurcation(bp.model(f"a = 0\ndx/dt = a**2 - {h}**2 - x**2{more}"), "a", (-1, 1), cycles=False)
    assert [(p.kind, p.note) for p in diagram.points] == [("fold", "")] * 2
    assert [p.parameter for p in diagram.points] == pytest.approx([-h, h], abs=1e-9)
    assert [np.unique(np.sign(b["a"])).tolist() for b in diagram.branches] == [[-1.0], [1.0]]


def test_on_short_steps_too_the_branch_that_turns_at_a_pitchfork_has_no_eigenvalue_that_stays_zero() -> None:
    """From eight states on steps are cut first: halved as often as long ones they end among points told by errors."""
    starts = np.array([0.2, 0.4, 3, 4, 5, 6, 7, 8])
    network = bp.model("g = 0\ndx/dt = (g - a)*x + x**3 - x**5\nx(0) = 0*a", namespace={"a": starts})
    diagram = bifurcation(network, "g", (0.3, 0.4), cycles=False)
    assert [p.kind for p in diagram.points] == ["branch point"] * 3 and not diagram.remarks
    arm = ((1 + 1.8**0.5) / 2) ** 0.5  # x[0] on the other branch: x**4 - x**2 = 0.2
    assert sorted(p.values["x[0]"] for p in diagram.points) == pytest.approx([-arm, 0, arm], abs=1e-6)
