"""Saddle-nodes on invariant circles along curves of folds: against simulated periods and Izhikevich (2007)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.two_parameters.computing import CycleLines
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch


@cache
def _fold() -> tuple[CurveBranch, SpecialPoint, bp.analysis.PlaneDiagram]:
    """The fold of I_Na,p + I_K over the time constant of its potassium current, on which it does not depend."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CycleLines, "starts", lambda self: iter(()))  # curves of cycles are not asked for here
        plane = bp.analysis.bifurcation(
            bp.models.persistent_sodium(), ("I", "tau"), ((0, 10), (0.05, 0.6)), cycles=True, step=0.3
        )
    (fold,) = (b for b in plane.branches if b.kind == "fold")
    (loop,) = plane.points.of("saddle-node loop")
    assert isinstance(fold, CurveBranch)
    return fold, loop, plane


def _period(current: float, tau: float, T: float) -> float:
    """The last time between two spikes of a cell that begins with one; infinite where there are none later."""

    def rates(t: float, y: np.ndarray) -> list[float]:
        V, n = y
        m = 1 / (1 + np.exp((-20 - V) / 15))
        rest = 1 / (1 + np.exp((-25 - V) / 5))
        return [current - 8 * (V + 80) - 20 * m * (V - 60) - 10 * n * (V + 90), (rest - n) / tau]

    def spike(t: float, y: np.ndarray) -> float:
        return float(y[0] + 30)

    spike.direction = 1  # type: ignore[attr-defined]
    run = solve_ivp(rates, (0, T), [-20.0, 0.0], method="LSODA", rtol=1e-9, atol=1e-10, events=spike)
    times = run.t_events[0]
    return float(times[-1] - times[-2]) if len(times) > 2 and times[-1] > T / 2 else np.inf


def test_the_part_on_a_circle_ends_where_izhikevich_says() -> None:
    fold, loop, plane = _fold()
    assert loop.parameters["tau"] == pytest.approx(0.17, abs=0.005)  # section 6.3.5: I = 4.51, tau = 0.17
    assert loop.parameters["I"] == pytest.approx(4.51, abs=0.005)
    assert fold.on_circle.tolist() == (fold["tau"] >= loop.parameters["tau"]).tolist()
    assert fold["tau"][fold.on_circle].min() == loop.parameters["tau"]
    assert fold.on_circle.any() and not fold.on_circle.all()
    assert "; on an invariant circle: I from 4.51" in repr(fold)
    assert repr(loop).startswith("saddle-node loop at I = 4.512")
    assert "saddle-node loop" in [t.get_text() for t in plane.plot().axes[0].get_legend().get_texts()]


@pytest.mark.slow
def test_periods_grow_without_bound_on_the_circle_alone() -> None:
    _, loop, _ = _fold()
    at = loop.parameters["I"]
    near, nearer = (_period(at + above, 0.3, 40 * way) for above, way in ((1e-2, 30), (1e-4, 300)))
    assert nearer / near == pytest.approx(10, rel=0.15)  # one over the square root
    assert _period(at - 1e-3, 0.3, 600) == np.inf
    # on the other side of the loop the cycle stays where the equilibria are there again
    assert _period(at - 1e-3, 0.15, 600) < near
    assert _period(at - 1e-3, 0.18, 2000) == np.inf


def test_what_is_said_is_saved(tmp_path: Path) -> None:
    fold, _, plane = _fold()
    read = bp.load(plane.save(tmp_path / "plane.npz"))
    assert repr(read) == repr(plane)
    assert read.branches[plane.branches.index(fold)].on_circle.tolist() == fold.on_circle.tolist()
    assert "on_circle" in fold.to_xarray()


def test_folds_that_no_orbit_comes_back_to_are_on_no_circle() -> None:
    cusp = bp.model("p = 0\nq = 0\ndx/dt = p + q*x - x**3\ndy/dt = -y")
    plane = bp.analysis.bifurcation(cusp, ("p", "q"), ((-1, 1), (-1, 1)), cycles=True, step=0.3)
    (fold,) = plane.branches
    assert len(fold.on_circle) == len(fold) and not fold.on_circle.any()
    assert not plane.points.of("saddle-node loop")
