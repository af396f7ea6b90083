"""Regions of the plane of two parameters and their attractors."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.two_parameters.regions import places

BOX = ((-1, 1), (-1, 1))
CUSP = "p = 0\nq = 0\ndx/dt = p + q*x - x**3"
CYCLES = """
p = 0
q = 0
r = x**2 + y**2
dx/dt = p*x - y - (1 + 0*q)*x*r
dy/dt = x + p*y - y*r
"""


def test_two_equilibria_are_stable_inside_the_cusp() -> None:
    regions = bp.analysis.bifurcation(bp.model(CUSP), ("p", "q"), BOX).regions()
    outside, inside = regions
    assert (outside.label, inside.label) == ("1 stable equilibrium", "2 stable equilibria")
    assert len(outside.others) == 0 and len(inside.others) == 1
    place = inside.parameters
    assert 27 * place["p"] ** 2 < 4 * place["q"] ** 3
    # the area between the folds is 8/(15 sqrt(3)), of a box of 4
    assert inside.share == pytest.approx(8 / (15 * np.sqrt(3)) / 4, abs=0.01)
    assert repr(inside).endswith("with 1 unstable equilibrium: " + f"{100 * inside.share:.3g}% of the box")


def test_a_cycle_is_stable_beyond_the_hopf_points() -> None:
    diagram = bp.analysis.bifurcation(bp.model(CYCLES), ("p", "q"), BOX)
    regions = diagram.regions()
    by_place = sorted(regions, key=lambda r: r.parameters["p"])
    assert [r.label for r in by_place] == ["1 stable equilibrium", "1 stable cycle"]
    (cycle,) = by_place[1].attractors
    assert cycle.period == pytest.approx(2 * np.pi, rel=1e-6)
    assert cycle.max["x"] == pytest.approx(np.sqrt(by_place[1].parameters["p"]), rel=1e-5)
    assert regions.remarks[0].startswith("Stable cycles are those found at one point of each region")
    assert [r.label for r in sorted(diagram.regions(cycles=False), key=lambda r: r.parameters["p"])] == [
        "1 stable equilibrium",
        "no stable equilibrium; cycles were not looked for",
    ]
    texts = [t.get_text() for t in diagram.plot(regions).axes[0].texts]
    assert texts == ["1", "2"]
    assert "1 stable cycle" in regions._repr_html_()


def test_without_curves_the_box_is_one_region() -> None:
    (place,), narrow = places([], BOX)
    assert place.share == 1.0 and narrow == 0
    assert place.values == pytest.approx((0, 0), abs=0.01)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("p = 0.1\nq = 0\ndx/dt = p + q*x**2 + x*x\nwhen x >= 9:\n    x = -9", "The event 'spike' changes the state"),
        ("p = 0.1\nq = 0\ndx/dt = p + q*x**2 + x(t - 1)**2", "With delays"),
        ("p = 0.1\nq = 0\ndx/dt = p + q*x**2 + x*x + 0*t", "The equations depend on time"),
    ],
)
def test_regions_say_where_cycles_were_not_looked_for(text: str, reason: str) -> None:
    """Without a zero of p + x^2 there is no equilibrium; x = -9 to 9 would be a cycle."""
    regions = bp.analysis.bifurcation(bp.model(text), ("p", "q"), ((0.1, 1), (-0.5, 0.5)), box={"x": (-9, 9)}).regions()
    assert {r.label for r in regions} == {"no stable equilibrium; cycles were not looked for"}
    assert any(r.startswith(f"Stable cycles were not looked for. {reason}") for r in regions.remarks)


def test_one_variable_has_no_cycles_to_look_for() -> None:
    regions = bp.analysis.bifurcation(
        bp.model("p = 1\nq = 0\ndx/dt = p + q + x*x"), ("p", "q"), ((1, 2), (0, 1))
    ).regions()
    assert {r.label for r in regions} == {"no stable equilibrium; one variable has no cycles"}
