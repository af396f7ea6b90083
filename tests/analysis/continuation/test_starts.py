"""Diagrams that begin at a point given: an equilibrium, a cycle, a special point."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation
from brainpy_lab.errors import ArgumentError

#: The circle r = 1 beside which z = 0 and z = mu - <x> cross at mu = 0; z far away has an equilibrium of its own.
BESIDE = """
mu = 0.0
dx/dt = x - y - x*(x**2 + y**2)
dy/dt = x + y - y*(x**2 + y**2)
dz/dt = z*(mu + x - z)
"""


def kinds(diagram: object) -> list[str]:
    return sorted(b.kind for b in diagram.branches)  # type: ignore[attr-defined]


def test_from_a_cycle_its_branches_alone_are_followed() -> None:
    model = bp.model(BESIDE)
    cycle = bp.analysis.limit_cycle(model, {"x": 1.0, "y": 0.0, "z": 0.1}, mu=-0.2)
    diagram = bifurcation(model, "mu", (-0.3, 0.4), start=cycle)
    assert kinds(diagram) == ["cycle"] * 3, "the branch of the cycle, and both ways of the one that crosses it"
    (point,) = diagram.points
    assert repr(point) == "transcritical (branch point of cycles) at mu = 0, period 6.283"
    again = bifurcation(model, "mu", (-0.3, 0.4), start=point)
    assert kinds(again) == ["cycle"] * 3 and again.points[0].parameter == pytest.approx(0, abs=1e-9)


def test_from_a_branch_point_all_branches_through_it() -> None:
    model = bp.model("mu = 0\ndx/dt = (x - 3)*x*(mu - x**2)")
    whole = bifurcation(model, "mu", (-1, 2), box={"x": (-5, 5)})
    (start,) = [p for p in whole.points.of("branch point") if p.values["x"] == 0]
    diagram = bifurcation(model, "mu", (-1, 2), start=start)
    assert [repr(p) for p in diagram.points] == ["pitchfork (branch point) at mu = 0"]
    assert sorted(p.values["x"] for p in diagram.at(1.0)) == pytest.approx([-1, 0, 1], abs=1e-9)
    assert len(whole.at(1.0)) == 4, "x = 3 does not hang together with them"


def test_a_fixed_point_brings_its_own_value_of_the_parameter() -> None:
    model = bp.model("mu = 0\ndx/dt = mu - x**2")
    (point,) = [p for p in bp.analysis.fixed_points(model, x=(-5, 5), mu=3.0) if p.values["x"] > 0]
    diagram = bifurcation(model, "mu", (-1, 4), start=point)
    assert diagram.points.of("fold")[0].parameter == pytest.approx(0, abs=1e-9) and len(diagram.branches) == 1
    with pytest.raises(ArgumentError, match="The start has mu = 3, outside -1 to 2."):
        bifurcation(model, "mu", (-1, 2), start=point)


def test_starts_that_do_not_fit() -> None:
    model = bp.model(BESIDE)
    cycle = bp.analysis.limit_cycle(model, {"x": 1.0}, mu=-0.2)
    with pytest.raises(ArgumentError, match="The start is a cycle, and cycles are not followed."):
        bifurcation(model, "mu", (-0.3, 0.4), start=cycle, cycles=False)
    with pytest.raises(ArgumentError, match=r"The start has mu = -0.2, outside 0 to 0.4."):
        bifurcation(model, "mu", (0, 0.4), start=cycle)
    with pytest.raises(ArgumentError, match=r"The start is a cycle of x, y, z, and here V, w vary."):
        bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 1), start=cycle)
    assert np.isfinite(cycle.period)


def test_a_start_that_leads_out_of_the_range_is_said() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = r + x**2"), "r", (1, 2), start={"x": 1}, cycles=False)
    assert not diagram.branches
    assert diagram.remarks[0].startswith(
        "Near the start at r = 1.5 there is no equilibrium: Newton's method leads to r = -"
    )


def test_a_branch_that_grows_until_numbers_end_is_followed_as_far_as_there_are_any() -> None:
    """Calcium below zero has a conductance without bound; so far out the exponential of V is none, nor its slope."""
    text = """
    p = 1
    dV/dt = 3*(60 - V)/(1 + exp(-(V + 20)/8)) - 0.5*(V + 60) - 30*p/(100 + p)*(V + 75)
    dn/dt = (1/(1 + exp(-(V + 15)/5.6)) - n)/20
    """
    diagram = bifurcation(bp.model(text), "p", (-100, 20), cycles=False)
    folds = [p.values["V"] for p in diagram.points.of("fold")]

    def held(v: float) -> float:
        """The conductance that holds the cell at ``v``."""
        return (3 * (60 - v) / (1 + np.exp(-(v + 20) / 8)) - 0.5 * (v + 60)) / (v + 75)

    slopes = [(held(v + 1e-4) - held(v - 1e-4)) / 2e-4 for v in folds]
    assert len(folds) == 2 and slopes == pytest.approx([0, 0], abs=1e-7)
    assert any("p = 20, the border" in end for branch in diagram.branches for end in branch.ends)
    assert any("A branch is followed as far as p = -1.6" in text for text in diagram.remarks)


@pytest.mark.parametrize(("drift", "within"), [
    ("a - x**2", (-1.0, 1e12)), ("a - x**2", (-1e12, 1e12)), ("a - x**2/1e12", (-1.0, 1.0)),
])  # fmt: skip
def test_states_that_are_large_as_roots_are_of_a_large_range_are_found_and_stay(
    drift: str, within: tuple[float, float]
) -> None:
    """x is 1e6 at the border, and comes there ever more slowly: at a pole it would ever faster."""
    diagram = bp.analysis.bifurcation(bp.model(f"a = 0.3\ndx/dt = {drift}"), "a", within, cycles=False)
    (fold,) = diagram.points
    assert fold.kind == "fold" and fold.parameter == pytest.approx(0, abs=1e-9)
    (branch,) = diagram.branches
    assert sorted([branch["x"][0], branch["x"][-1]]) == pytest.approx([-1e6, 1e6], rel=1e-9)
    assert diagram.remarks == ()
