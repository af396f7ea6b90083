"""Where orbits never settle, the cycles that they pass by are found and followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation

#: A circle, and across it the normal form of a Hopf point that turns by 0.3: a torus grows at mu = 0.
TORUS = """
mu = 0.2
dx/dt = x - y - x*(x**2 + y**2)
dy/dt = x + y - y*(x**2 + y**2)
du/dt = mu*u - 0.3*v - u*(u**2 + v**2) + 0.1*u*x
dv/dt = 0.3*u + mu*v - v*(u**2 + v**2) + 0.1*v*x
"""


def test_the_shortest_cycle_of_a_chaotic_orbit_is_followed(reference: Callable[[str], dict[str, Any]]) -> None:
    diagram = bifurcation(bp.models.rossler(), "a", (0.197, 0.203), doublings=0)
    (cycle,) = [c for c in diagram.at(0.2).cycles if c.period < 8]
    assert cycle.period == pytest.approx(reference("Rossler_UPO1")["value"], rel=1e-9) and not cycle.stable
    (branch,) = [b for b in diagram.branches if b.kind == "cycle" and b.period[0] < 8]
    assert sorted(branch["a"][[0, -1]]) == [0.197, 0.203]
    (remark,) = diagram.remarks
    assert "neither came to rest nor repeated themselves" in remark and "the shortest found is followed" in remark


@pytest.mark.slow
def test_cycles_of_roessler_without_the_hopf_point() -> None:
    """The doublings of the first branch and of those that it leads to, as from the Hopf point."""
    points = bifurcation(bp.models.rossler(), "a", (0.05, 0.25)).points.of("period doubling")
    found = [p.parameter for p in points if p.period < 13]
    assert found == pytest.approx([0.1096389365, 0.1429972502], abs=1e-8)


@pytest.mark.slow
def test_the_shortest_cycle_of_lorenz() -> None:
    """D. Viswanath (2003). Symbolic dynamics and periodic orbits of the Lorenz attractor. Nonlinearity 16, 1035."""
    diagram = bifurcation(bp.models.lorenz(), "r", (27, 29))
    assert min(c.period for c in diagram.at(28.0).cycles) == pytest.approx(1.5586522107162, rel=1e-9)


@pytest.mark.slow
def test_doubled_cycles_end_at_the_doubling_to_which_no_branch_has_led() -> None:
    """Those of four times the period are stable at the border; the branch of twice the period is not followed."""
    diagram = bifurcation(bp.models.rossler(), "a", (0.1425, 0.15), doublings=0)
    (branch,) = [b for b in diagram.branches if b.kind == "cycle" and b.period[0] > 20]
    assert [end.endswith("a period doubling") for end in branch.ends] == [True, False]
    assert branch["a"].min() == pytest.approx(0.1429972502, abs=2e-6)
    assert not any("is followed as far as" in text for text in diagram.remarks)


@pytest.mark.slow
def test_a_torus_at_the_value_where_its_branch_begins() -> None:
    """An orbit at the point itself comes nearer to the circle ever more slowly, and nearly closes after many rounds."""
    diagram = bifurcation(bp.model(TORUS), "mu", (-0.1, 0.3))
    (torus,) = diagram.points.of("torus")
    assert torus.parameter == pytest.approx(0, abs=1e-9) and torus.period == pytest.approx(2 * np.pi, rel=1e-9)
    assert not diagram.points.of("period doubling")
    periods = [b.period[0] for b in diagram.branches if b.kind == "cycle"]
    assert sorted(periods) == pytest.approx([2 * np.pi, 2 * np.pi / 0.3], rel=1e-9)
