"""What a diagram says of a value of its parameter, in words."""

from __future__ import annotations

import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Diagram
from brainpy_lab.analysis.continuation.views.outlook import crossings
from brainpy_lab.errors import ArgumentError


@pytest.fixture(scope="module")
def fhn() -> Diagram:
    return bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2))


def test_what_appears_and_vanishes_with_cycles(fhn: Diagram) -> None:
    """The fold of cycles at 0.324179 and the subcritical Hopf point at 0.331281."""
    assert repr(fhn.outlook(0.2)) == (
        "At I = 0.200: a stable equilibrium. A stable and an unstable cycle appear above I = 0.324."
    )
    between = fhn.outlook(0.328)
    assert between.here == "at I = 0.328: a stable equilibrium, a stable cycle, an unstable cycle"
    assert between.above == "the equilibrium loses its stability and an unstable cycle vanishes above I = 0.331"
    assert between.below == "a stable and an unstable cycle vanish below I = 0.324"
    assert fhn.outlook(0.5).below == "the equilibrium becomes stable and an unstable cycle appears below I = 0.331"


def test_the_borders_belong_to_the_diagram(fhn: Diagram) -> None:
    assert fhn.outlook(0).here == "at I = 0.000: a stable equilibrium" and fhn.outlook(0).below == ""
    assert fhn.outlook(2).here == "at I = 2.000: a stable equilibrium" and fhn.outlook(2).above == ""
    with pytest.raises(ArgumentError, match="I = 2.1 is outside 0 to 2"):
        fhn.outlook(2.1)


def test_crossings_are_where_the_branches_are(fhn: Diagram) -> None:
    (point,), (cycle,) = fhn.at(0.5).fixed_points, fhn.at(0.5).cycles
    at_rest, on_cycle = crossings(fhn, 0.5)
    assert (at_rest.branch.kind, at_rest.stable, on_cycle.branch.kind, on_cycle.stable) == (
        "equilibrium", False, "cycle", True,
    )  # fmt: skip
    assert at_rest.values("V") == pytest.approx([point.values["V"]], abs=2e-3)
    assert on_cycle.values("V") == pytest.approx([cycle.min["V"], cycle.max["V"]], abs=2e-3)


def test_a_pitchfork_in_words() -> None:
    found = bp.analysis.bifurcation(bp.model("r = 1\ndx/dt = r*x - x**3"), "r", (-1, 1))
    assert found.outlook(-0.5).above == "a stable and an unstable equilibrium appear above r = 0.000"
    assert found.outlook(0.5).here == "at r = 0.500: 2 stable equilibria, an unstable equilibrium"


def test_stability_changes_at_the_special_point_and_not_at_the_next_one_of_the_branch() -> None:
    text = "r = 0\ndx/dt = r*x - y - x*(x**2 + y**2)\ndy/dt = x + r*y - y*(x**2 + y**2)"
    found = bp.analysis.bifurcation(bp.model(text), "r", (-1, 1), cycles=False)
    for value, stable in ((-1e-4, True), (1e-4, False)):
        assert [c.stable for c in crossings(found, value)] == [stable]
    lines = {line.get_label(): line.get_xdata() for line in found.plot("x").axes[0].lines}
    assert (min(lines["stable"]), max(lines["stable"])) == (-1, 0)
    assert (min(lines["unstable"]), max(lines["unstable"])) == (0, 1)
