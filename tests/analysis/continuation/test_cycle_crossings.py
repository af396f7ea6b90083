"""Where branches of cycles cross, all of them are followed, each once."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Diagram, bifurcation, limit_cycle
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.cycle_stations import CycleStation, turns_back
from brainpy_lab.analysis.continuation.defining import null_lines

#: A circle that is always there, and what lies beside it: z' = z*(mu + x - z**2), z = 0 loses its stability at mu = 0.
BESIDE = """
mu = 0.0
dx/dt = x - y - x*(x**2 + y**2)
dy/dt = x + y - y*(x**2 + y**2)
dz/dt = z*(mu + x - z**{power})
"""

LORENZ = """
r = 320.0
dx/dt = 10*(y - x)
dy/dt = x*(r - z) - y
dz/dt = x*y - 8/3*z
"""


def cycles(diagram: Diagram) -> list[CycleBranch]:
    return [b for b in diagram.branches if isinstance(b, CycleBranch)]


def test_both_arms_of_a_pitchfork_of_cycles() -> None:
    diagram = bifurcation(bp.model(BESIDE.format(power=2)), "mu", (-0.3, 0.6))
    (point,) = diagram.points.of("branch point of cycles")
    assert point.parameter == pytest.approx(0, abs=1e-9) and point.data["type"] == "pitchfork"
    assert repr(point) == "pitchfork (branch point of cycles) at mu = 0, period 6.283"
    assert sorted(b.ends for b in cycles(diagram)) == [
        ("mu = -0.3, the border of the range", "mu = 0.6, the border of the range"),
        ("mu = 0, a branch point of cycles", "mu = 0.6, the border of the range"),
        ("mu = 0, a branch point of cycles", "mu = 0.6, the border of the range"),
    ]
    states = diagram.at(0.25)
    low, middle, high = sorted(states.cycles, key=lambda c: c.max["z"])
    assert low.stable and high.stable and not middle.stable
    assert (low.min["z"], low.max["z"]) == pytest.approx((-high.max["z"], -high.min["z"]), rel=1e-9)
    # w = z**-2 obeys a linear equation, w' = 2 - 2*(mu + cos(t))*w; averaged, mu + <x> = <z**2>
    assert float(np.mean(high(np.linspace(0, high.period, 400, endpoint=False))["z"] ** 2)) == pytest.approx(0.25, 1e-9)


def test_the_branch_that_crosses_at_a_transcritical_point() -> None:
    diagram = bifurcation(bp.model(BESIDE.format(power=1)), "mu", (-0.3, 0.6))
    (point,) = diagram.points.of("branch point of cycles")
    assert point.parameter == pytest.approx(0, abs=1e-9) and point.data["type"] == "transcritical"
    for value in (-0.2, 0.4):
        still, moved = sorted(diagram.at(value).cycles, key=lambda c: abs(c.max["z"]))
        assert still.max["z"] == pytest.approx(0, abs=1e-12) and still.stable == (value < 0)
        mean = np.mean(moved(np.linspace(0, moved.period, 400, endpoint=False))["z"])
        assert mean == pytest.approx(value, rel=1e-9) and moved.stable == (value > 0)


@pytest.mark.parametrize("low", [pytest.param(300.0, marks=pytest.mark.slow), 280.0])
def test_the_cycle_of_lorenz_loses_its_symmetry(low: float) -> None:
    """312.97353298: half a turn and the symmetry, integrated with DOP853 to 1e-13, has the multiplier -1.

    From 300 a step leads over the point, on which an arm and the symmetric branch look alike.
    """
    diagram = bifurcation(bp.model(LORENZ), "r", (low, 320))
    (point,) = diagram.points.of("branch point of cycles")
    assert point.parameter == pytest.approx(312.9735329842669, abs=1e-7) and point.data["type"] == "pitchfork"
    assert point.period == pytest.approx(0.41116605612119905, rel=1e-8)
    below, above = diagram.at(305).cycles, diagram.at(316).cycles
    assert sorted(c.stable for c in below) == [False, True, True] and [c.stable for c in above] == [True]
    mirrored = [(c.max["x"], -c.min["x"]) for c in below if c.stable]
    assert mirrored[0] == pytest.approx(mirrored[1][::-1], rel=1e-8)


def test_directions_in_which_a_second_derivative_vanishes() -> None:
    lines = null_lines(1.0, 0.5, -2.0)  # x² + x y - 2 y² = (x - y)*(x + 2 y)
    assert sorted(x / y for x, y in lines) == pytest.approx([-2.0, 1.0])
    assert sorted(abs(y) > abs(x) for x, y in null_lines(0.0, 1.0, 0.0)) == [False, True]
    assert null_lines(1.0, 0.0, 1.0) == [] and null_lines(0.0, 0.0, 0.0) == []


@pytest.mark.parametrize("h", [1e-6])
@pytest.mark.parametrize("side", [1, -1])
def test_branches_that_pass_close_by_one_another(h: float, side: int) -> None:
    """Cycles on the unit circle, one for each zero of r z - z**3 + h: a long step leads straight over to the other."""
    turning = "x(0) = 1\ndx/dt = x*(1 - x**2 - y**2) - y\ndy/dt = y*(1 - x**2 - y**2) + x\n"
    model = bp.model(f"r = 0.5\nz(0) = {side}\n{turning}dz/dt = r*z - z**3 + {h}")
    diagram = bifurcation(model, "r", (-1, 1), start=limit_cycle(model))
    (branch,) = diagram.branches
    heights = np.array([orbit.profile[2].mean() for orbit in branch.orbits])
    values = np.array([orbit.parameter for orbit in branch.orbits])
    np.testing.assert_allclose(values, heights**2 - h / heights, atol=1e-6)
    assert (side * heights > 0).all()
    assert [p.kind for p in diagram.points] == ["fold of cycles"] * (side < 0)
    assert [p.parameter for p in diagram.points] == pytest.approx([3 * (h / 2) ** (2 / 3)] * (side < 0), abs=1e-7)


def test_a_multiplier_that_comes_to_one_at_a_hopf_point_has_not_turned_back() -> None:
    """Its logarithm is -k times the square of the size; one that stays away from zero at that size has turned back."""
    sizes = np.array([1.0, 0.7, 0.2])

    def station(logarithm: float) -> CycleStation:
        point = CurvePoint(np.zeros(1), np.ones(1))
        return CycleStation(point, np.exp(np.array([logarithm, -3.0])).astype(complex), 0.0, np.zeros(2), 1)

    towards = [station(-0.4 * size**2) for size in sizes]
    assert not turns_back(*towards, 2.0, sizes[2] / sizes[1])
    assert turns_back(*towards, 2.0, 1.0)
    assert turns_back(towards[0], towards[1], station(-0.1), 2.0, sizes[2] / sizes[1])
