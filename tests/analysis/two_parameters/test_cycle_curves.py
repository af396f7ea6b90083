"""Curves of cycles in two parameters: against models whose curves are known in closed form."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
from brainpy_lab.errors import ArgumentError

#: Cycles at p = r**4 - q*r**2: they meet at p = -q**2/4.
BAUTIN = """
p = 0
q = 0.6
r = x**2 + y**2
dx/dt = p*x - y + q*x*r - x*r**2
dy/dt = x + p*y + q*y*r - y*r**2
"""
#: Beside the unit circle u and v turn by half a turn a period: the multipliers are -exp(2 pi h) and -exp(-2 pi).
HALF_TURN = """
p = 0
q = 0.4
h = p + q**2
r = x**2 + y**2
dx/dt = x - y - x*r
dy/dt = x + y - y*r
du/dt = (h - 1)/2*u + (h + 1)/2*(x*u + y*v) - v/2 - u*(u**2 + v**2)
dv/dt = (h - 1)/2*v + (h + 1)/2*(y*u - x*v) + u/2 - v*(u**2 + v**2)
"""
#: Beside the unit circle u and v turn by 0.3 a unit of time: two multipliers are exp(2 pi (h +- 0.3 i)).
TURNING = """
p = 0
q = 0.4
h = p + q**2
r = x**2 + y**2
dx/dt = x - y - x*r
dy/dt = x + y - y*r
du/dt = h*u - 0.3*v - u*(u**2 + v**2)
dv/dt = 0.3*u + h*v - v*(u**2 + v**2)
"""
#: The orbit with energy h is a cycle, which grows into a homoclinic one as h vanishes.
ENERGY = """
p = 0
q = 0.4
h = p + q**2
dx/dt = y
dy/dt = x - x**2 - y*(y**2/2 - x**2/2 + x**3/3 - h)
"""
BOX = ((-1.2, 1), (-1, 0.8))


@cache
def _point(text: str, kind: str) -> SpecialPoint:
    low, high = (-0.6, 0.2) if kind == "homoclinic" else (-0.3, -0.1)
    diagram = bp.analysis.bifurcation(bp.model(text), "p", (low, high), max_period=40.0, doublings=0, step=0.2)
    (point,) = diagram.points.of(kind)
    return point


@cache
def _curve(text: str, kind: str, step: float = 0.4) -> tuple[CycleCurveBranch, bp.analysis.PlaneDiagram]:
    diagram = bp.analysis.bifurcation(bp.model(text), ("p", "q"), BOX, start=_point(text, kind), step=step)
    (branch,) = diagram.branches
    assert isinstance(branch, CycleCurveBranch) and branch.kind == kind
    return branch, diagram


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(HALF_TURN, "period doubling", marks=pytest.mark.slow),
        pytest.param(TURNING, "torus", marks=pytest.mark.slow),
        (ENERGY, "homoclinic"),
    ],
    ids=["period doubling", "torus", "homoclinic"],
)
def test_a_curve_is_where_its_equations_say(text: str, kind: str) -> None:
    branch, _ = _curve(text, kind)
    assert branch["p"] == pytest.approx(-(branch["q"] ** 2), abs=1e-7)
    assert set(branch.ends) == {"q = -1, the border of the range", "q = 0.8, the border of the range"}
    assert {branch["q"][0], branch["q"][-1]} == {-1.0, 0.8}
    assert kind == "homoclinic" or (branch.unstable == 0).all()
    assert branch.period == pytest.approx(branch.period[0] if kind == "homoclinic" else 2 * np.pi, rel=1e-9)


def test_folds_of_cycles_end_at_a_bautin_point() -> None:
    diagram = bp.analysis.bifurcation(bp.model(BAUTIN), ("p", "q"), BOX, cycles=True, step=0.4)
    (curve,) = (b for b in diagram.branches if b.kind == "fold of cycles")
    assert curve["p"] == pytest.approx(-(curve["q"] ** 2) / 4, abs=1e-9)
    assert curve.max["x"] == pytest.approx(np.sqrt(np.maximum(curve["q"], 0) / 2), abs=1e-4)
    assert sorted(curve.ends)[0].startswith("Bautin at p = ") and sorted(curve.ends)[1].startswith(
        "q = 0.8, the border"
    )
    assert any(text.startswith("Curves of cycles are looked for at q = ") for text in diagram.remarks)
    labels = {r.label for r in diagram.regions()}
    assert labels == {"1 stable equilibrium", "1 stable cycle", "1 stable equilibrium, 1 stable cycle"}
    assert "fold of cycles" in [t.get_text() for t in diagram.plot().axes[0].get_legend().get_texts()]
    assert set(diagram.to_xarray()["kind"].values) == {"hopf", "fold of cycles"}


def test_a_curve_is_saved_without_its_orbits(tmp_path: Path) -> None:
    branch, diagram = _curve(ENERGY, "homoclinic")
    loaded = bp.load(diagram.save(tmp_path / "curve.npz"))
    (read,) = loaded.branches
    assert repr(loaded) == repr(diagram) and read.orbits == ()
    for name in ("p", "q", "x", "y"):
        assert read[name].tolist() == branch[name].tolist()


def test_a_homoclinic_curve_says_which_period_stands_for_it() -> None:
    branch, diagram = _curve(ENERGY, "homoclinic")
    assert branch.period[0] > 40 and branch.label == f"homoclinic (period {branch.period[0]:.4g})"
    assert [t.get_text() for t in diagram.plot().axes[0].get_legend().get_texts()] == [branch.label]
    assert repr(branch).startswith(f"curve of kind {branch.label}: ")


def test_a_start_of_another_model_is_refused() -> None:
    with pytest.raises(ArgumentError, match="has no value for all states"):
        bp.analysis.bifurcation(bp.model(TURNING), ("p", "q"), BOX, start=_point(ENERGY, "homoclinic"))


@pytest.mark.slow
def test_folds_of_cycles_of_hodgkin_and_huxley_come_to_the_reference_value() -> None:
    cell = bp.models.hodgkin_huxley()
    onset = bp.analysis.bifurcation(cell, "I", (5, 12), E_K=-77.2).points.of("fold of cycles")[0]
    diagram = bp.analysis.bifurcation(cell, ("I", "E_K"), ((5, 12), (-77.2, -77.0)), start=onset)
    (branch,) = diagram.branches
    reached = int(np.flatnonzero(branch["E_K"] == -77.0)[0])
    assert branch["I"][reached] == pytest.approx(6.260321274513722, abs=1e-8)  # HH_LPC_onset


@pytest.mark.slow
def test_period_doublings_of_roessler_are_those_of_lines() -> None:
    model = bp.model("a = 0.2\nb = 0.2\nc = 4\ndx/dt = -y - z\ndy/dt = x + a*y\ndz/dt = b + z*(x - c)")
    here, there = (
        bp.analysis.bifurcation(model, "c", (1.5, 3.2), a=a, doublings=0).points.of("period doubling")[0]
        for a in (0.2, 0.22)
    )
    (branch,) = bp.analysis.bifurcation(model, ("c", "a"), ((1.5, 4), (0.2, 0.22)), start=here).branches
    reached = int(np.flatnonzero(branch["a"] == 0.22)[0])
    assert branch["c"][reached] == pytest.approx(there.parameter, abs=1e-8)


def test_homoclinic_orbits_end_where_a_second_one_meets_them() -> None:
    """Turned round, FitzHugh and Nagumo's cell at I is that at 2a/b - I: two loops of one saddle meet at a/b."""
    cell = bp.models.fitzhugh_nagumo()
    start = bp.analysis.bifurcation(cell, "I", (0.41, 0.47), b=1.5, step=0.2).points.of("homoclinic")[0]
    (branch,) = bp.analysis.bifurcation(cell, ("I", "b"), ((0.2, 0.7), (1.2, 1.6)), start=start).branches
    (end,) = (k for k, text in enumerate(branch.ends) if "parameters stand still" in text)
    assert branch.ends[end].endswith("as where a second homoclinic orbit meets it")
    current, b = (branch[name][-end] for name in ("I", "b"))
    assert current == pytest.approx(0.7 / b, abs=1e-5)
    assert len(branch) < 100
