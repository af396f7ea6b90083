"""Cycles beside stable states, that no Hopf point of the range leads to: orbits from scattered starts find them."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation

#: (r**2 - 1)**2 = 0.1 - mu**2: cycles between two folds that close; the equilibrium in their middle is stable.
CLOSED = """
mu = 0.0
dx/dt = x*(0.1 - mu**2 - (x**2 + y**2 - 1)**2) - y
dy/dt = y*(0.1 - mu**2 - (x**2 + y**2 - 1)**2) + x
"""

#: r' = r*(b + r**2 - r**4): the Hopf point and the fold of cycles are at 0 and -1/4.
BAUTIN = """
b = 0.0
dx/dt = b*x - y + x*(x**2 + y**2) - x*(x**2 + y**2)**2
dy/dt = x + b*y + y*(x**2 + y**2) - y*(x**2 + y**2)**2
"""


def test_a_closed_branch_of_cycles_beside_a_stable_equilibrium() -> None:
    diagram = bifurcation(bp.model(CLOSED), "mu", (-1, 1))
    assert [p.kind for p in diagram.points] == ["fold of cycles", "fold of cycles"]
    assert [p.parameter for p in diagram.points] == pytest.approx([-np.sqrt(0.1), np.sqrt(0.1)], abs=1e-9)
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.ends == ("closed", "closed") and branch["mu"][0] == branch["mu"][-1]
    radii = np.sort([c.max["x"] for c in diagram.at(0.1).cycles])
    assert radii == pytest.approx(np.sqrt([0.7, 1.3]), rel=1e-9)


@pytest.mark.parametrize("range_", [(-0.2, -0.1), (-0.4, -0.05)])
def test_a_range_without_the_hopf_point(range_: tuple[float, float]) -> None:
    diagram = bifurcation(bp.model(BAUTIN), "b", range_)
    cycle = max(diagram.at(-0.16).cycles, key=lambda c: c.max["x"])
    assert cycle.stable and cycle.max["x"] == pytest.approx(np.sqrt(0.8), rel=1e-9)
    assert [p.kind for p in diagram.points] == ["fold of cycles"] * (range_[0] < -0.25)
    assert not diagram.remarks


@pytest.mark.slow
def test_what_never_repeats_itself_is_said_where_nothing_else_is_stable() -> None:
    remarks = bifurcation(bp.models.lorenz(), "r", (26, 30)).remarks
    assert sum("neither came to rest nor repeated themselves" in text for text in remarks) == 1
    assert not bifurcation(bp.models.stuart_landau(), "mu", (-1, 1)).remarks


@pytest.mark.slow
def test_hodgkin_and_huxley_where_rest_and_spikes_are_both_stable() -> None:
    diagram = bifurcation(bp.models.hodgkin_huxley(), "I", (6.5, 7.5))
    (cycle,) = [c for c in diagram.at(7.0).cycles if c.stable]
    spiking = bp.analysis.limit_cycle(bp.models.hodgkin_huxley(), near={"V": 0.0}, I=7.0)
    assert cycle.period == pytest.approx(spiking.period, rel=1e-7)
