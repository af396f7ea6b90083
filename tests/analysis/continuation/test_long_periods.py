"""What branches of cycles come to as their period grows: one saddle or two, against shooting along their manifolds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation
from brainpy_lab.analysis.continuation.branches_of_cycles.saddles import without_end
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.cycles.mesh import Mesh
from brainpy_lab.analysis.vector_field import make_field

#: Prey that are harvested, and predators (AUTO's demo pp2): between two saddles on the axis leads an orbit back.
HARVEST = """
p = 0.7
du/dt = 3*u*(1 - u) - u*v - p*(1 - exp(-5*u))
dv/dt = 3*u*v - v
u(0) = 0.3
v(0) = 0.3
"""

LORENZ = """
r = 30
dx/dt = 10*(y - x)
dy/dt = r*x - y - x*z
dz/dt = x*y - 8/3*z
"""


def saddles_of_harvest(p: float) -> list[float]:
    """The prey at both saddles, without predators."""
    growth = lambda u: 3 * (1 - u) - p * (1 - np.exp(-5 * u)) / u  # noqa: E731
    return [brentq(growth, 1e-3, 0.4, xtol=1e-14), brentq(growth, 0.42, 1.0, xtol=1e-14)]


def missed_by(p: float) -> float:
    """By how much the unstable manifold of one saddle misses the stable one of the other, at u = 1/3."""
    arrived = []
    for rest, sign in zip(saddles_of_harvest(p), (-1, 1), strict=True):
        slope = 3 - 6 * rest - 5 * p * np.exp(-5 * rest)
        way = np.array([-rest / (3 * rest - 1 - slope), 1.0])

        def flow(t: float, y: np.ndarray, sign: int = sign) -> list[float]:
            u, v = y
            return [sign * (3 * u * (1 - u) - u * v - p * (1 - np.exp(-5 * u))), sign * (3 * u * v - v)]

        def middle(t: float, y: np.ndarray) -> float:
            return float(y[0] - 1 / 3)

        middle.terminal = True  # type: ignore[attr-defined]
        start = np.array([rest, 0.0]) + 1e-6 * way
        arrived.append(solve_ivp(flow, (0, 300), start, events=middle, rtol=1e-11, atol=1e-14).y[1, -1])
    return float(arrived[1] - arrived[0])


def test_cycles_that_come_to_two_saddles() -> None:
    diagram = bifurcation(bp.model(HARVEST), "p", (0.65, 0.75), box={"u": (0, 1), "v": (0, 2)})
    assert [p.kind for p in diagram.points] == ["hopf", "heteroclinic"] and not diagram.remarks
    point = diagram.points[1]
    assert point.parameter == pytest.approx(brentq(missed_by, 0.70, 0.715, xtol=1e-12), abs=1e-8)
    low, high = sorted(s["u"] for s in point.data["saddles"])
    assert (low, high) == pytest.approx(saddles_of_harvest(point.parameter), abs=1e-9)
    (ends,) = [b.ends for b in diagram.branches if b.kind == "cycle"]
    assert ends[1].endswith("orbits from saddle to saddle")


def test_a_symmetric_cycle_comes_to_both_homoclinic_orbits_of_a_saddle() -> None:
    model = bp.model(LORENZ)
    around = bp.analysis.limit_cycle(model, near={"x": -13.14, "y": -20.12, "z": 25.86}, period=1.486)
    assert around.max["x"] == pytest.approx(-around.min["x"], rel=1e-8)
    diagram = bifurcation(model, "r", (13.5, 30), start=around, doublings=0)
    (point,) = diagram.points
    assert point.kind == "homoclinic" and not diagram.remarks  # its largest multiplier is made of errors, sign and all
    # by bisection on where the unstable manifold of the origin goes, in the reference values
    assert point.parameter == pytest.approx(13.926557407520129, abs=1e-7 * 14.9)
    assert list(point.data["saddle"].values()) == pytest.approx([0, 0, 0], abs=1e-9)


@pytest.mark.parametrize(
    ("rates", "is_told"),
    [
        ((-0.5, 1.0, 1.0), True),  # a focus that is slower than what leaves it (Shilnikov 1965)
        ((-2.0, 1.0, 1.0), False),
        ((-0.5, 0.0, 1.0), False),  # a node
        ((2.0, 1.0, -1.0), False),
        ((0.5, 1.0, -1.0), True),
    ],
)
def test_branches_begin_without_end_beside_a_focus(rates: tuple[float, float, float], is_told: bool) -> None:
    a, turns, c = rates
    model = bp.model(f"p = 0\ndx/dt = {a}*x - {turns}*y\ndy/dt = {turns}*x + {a}*y\ndz/dt = {c}*z + p")
    field = make_field(model, None, {})
    mesh = Mesh.uniform(20)
    profile = np.array([0.5 * (1 - np.cos(2 * np.pi * mesh.nodes)), np.sin(2 * np.pi * mesh.nodes), mesh.nodes * 0])
    orbit = Orbit(mesh, profile, 9.0, 0.0)
    origin = dict.fromkeys("xyz", 0.0)
    reached = SpecialPoint("homoclinic", {"p": 0.0}, origin, 99.0, {"orbit": orbit, "saddle": origin})
    said = without_end(field, replace(orbit, parameter=5e-4), [reached], 1.0)
    assert [text.startswith("Beside the homoclinic orbit at p = 0,") for text in said] == [True] * is_told
    # farther off in the parameter, or away from the saddle, a cycle is one of few
    assert without_end(field, replace(orbit, parameter=2e-3), [reached], 1.0) == []
    assert without_end(field, replace(orbit, profile=profile + 0.2), [reached], 1.0) == []
