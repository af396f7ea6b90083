"""Cycles whose labels are easily wrong: beside canards, with multipliers that cross together, at the range's border."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation
from brainpy_lab.analysis.continuation.branches_of_cycles.words import with_hidden
from brainpy_lab.analysis.continuation.curve import CurvePoint
from brainpy_lab.analysis.continuation.cycle_curve import Orbit
from brainpy_lab.analysis.continuation.cycle_stations import CycleStation

#: Beside the unit circle u and v turn by half a turn a period: the multipliers are -exp(2 pi h) and -exp(-2 pi).
HALF_TURN = """
p = 0
h = p + 0.16
r = x**2 + y**2
dx/dt = x - y - x*r
dy/dt = x + y - y*r
du/dt = (h - 1)/2*u + (h + 1)/2*(x*u + y*v) - v/2 - u*(u**2 + v**2)
dv/dt = (h - 1)/2*v + (h + 1)/2*(y*u - x*v) + u/2 - v*(u**2 + v**2)
"""

#: Cycles of van der Pol's equation explode at one value of the parameter, to nine digits.
CANARD = """
a = 1.0
dx/dt = 20*(y - x**3/3 + x)
dy/dt = a - x
"""

#: A column of the cortex (Jansen and Rit 1995, doi:10.1007/BF00199471), whose rates are far larger than its states.
COLUMN = """
p = 90
dy0/dt = y3
dy3/dt = 1625/(1 + exp(0.56*(6 - y1 + y2))) - 200*y3 - 10000*y0
dy1/dt = y4
dy4/dt = 325*(p + 540/(1 + exp(0.56*(6 - 135*y0)))) - 200*y4 - 10000*y1
dy2/dt = y5
dy5/dt = 1100*33.75*5/(1 + exp(0.56*(6 - 33.75*y0))) - 100*y5 - 2500*y2
y0(0) = 0.1
y1(0) = 18
y2(0) = 12
"""

#: Synapses that depress and facilitate keep a population active (Mongillo, Barak and Tsodyks 2008,
#: doi:10.1126/science.1150769). Its silence without a rhythm is unstable in two directions, in one by exp(150) a cycle.
POPULATION = """
I0 = -1.85
R = 1.5*log(1 + exp((3.07*u*x*E + I0)/1.5))
dE/dt = (R - E)/0.013
dx/dt = (1 - x)/0.2 - u*x*E
du/dt = (0.3 - u)/1.5 + 0.3*(1 - u)*E
E(0) = 0.5
x(0) = 0.9
u(0) = 0.35
"""

#: What a cell of a ring of three, each coupled to both others, feels of a deviation that sums up to nothing.
COUPLED = 0.3


def ring() -> str:
    """FitzHugh and Nagumo's cells, three in a ring."""
    lines = ["I = 0.33"]
    for i in range(3):
        others = f"v{(i + 1) % 3} + v{(i + 2) % 3} - 2*v{i}"
        lines.append(f"dv{i}/dt = v{i} - v{i}**3/3 - w{i} + I + {COUPLED / 3}*({others})")
        lines.append(f"dw{i}/dt = 0.08*(v{i} + 0.7 - 0.8*w{i})")
    return "\n".join(lines)


@pytest.mark.parametrize("step", [pytest.param(0.1, marks=pytest.mark.slow), 0.4])
def test_doubled_cycles_that_end_at_a_period_doubling_cross_nothing(step: float) -> None:
    diagram = bifurcation(bp.model(HALF_TURN), "p", (-0.3, -0.1), step=step, doublings=0)
    (point,) = diagram.points
    assert point.kind == "period doubling" and point.parameter == pytest.approx(-0.16, abs=1e-9)
    # one branch of each kind, though orbits on the border lead to the doubled cycles more than once
    assert sorted(round(b.period[0] / np.pi) for b in diagram.branches if b.kind == "cycle") == [2, 4]
    assert [c.max["u"] for c in diagram.at(-0.1).cycles if c.stable] == [pytest.approx(np.sqrt(0.06), rel=1e-9)]


def test_multipliers_that_cross_together_beside_a_canard() -> None:
    start = {f"{name}{i}": value for name, value in (("v", -0.95), ("w", -0.32)) for i in range(3)}
    diagram = bifurcation(bp.model(ring()), "I", (0.32, 0.335), start={**start, "I": 0.32}, doublings=0)
    (fold,) = diagram.points.of("fold of cycles")
    assert fold.parameter == pytest.approx(0.32417852247, abs=1e-9)
    doublings = diagram.points.of("period doubling")
    assert doublings and all("2 multipliers or pairs cross together" in p.note for p in doublings)
    for p in (*doublings, *diagram.points.of("branch point of cycles")):
        values = np.linalg.eigvals(_beside_synchrony(p.data["orbit"]))
        aim = -1 if p.kind == "period doubling" else 1
        assert np.abs(values - aim).min() < 1e-4, p
    assert not diagram.remarks


def _beside_synchrony(orbit: Orbit) -> np.ndarray:
    """How a deviation of cells against each other is carried once around: an independent integration."""

    def drift(_: float, z: np.ndarray) -> np.ndarray:
        v, w, *m = z
        jacobian = np.array([[1 - v**2 - COUPLED, -1.0], [0.08, -0.064]])
        moved = jacobian @ np.reshape(m, (2, 2))
        return np.array([v - v**3 / 3 - w + orbit.parameter, 0.08 * (v + 0.7 - 0.8 * w), *moved.ravel()])

    start = [*orbit.profile[:2, 0], 1.0, 0.0, 0.0, 1.0]
    run = solve_ivp(drift, (0, orbit.period), start, method="DOP853", rtol=1e-12, atol=1e-13)
    return np.reshape(run.y[2:, -1], (2, 2))


def test_canards_at_one_value_of_the_parameter() -> None:
    diagram = bifurcation(bp.model(CANARD), "a", (0.98, 1.01))
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    sizes, values = np.ptp([branch.min["x"], branch.max["x"]], axis=0), branch["a"]
    steep = np.flatnonzero(np.abs(np.diff(values)) < 1e-9)
    assert len(steep) > 5
    for i in steep[:: len(steep) // 3]:
        value = (values[i] + values[i + 1]) / 2
        low, high = np.sort(sizes[i : i + 2])
        found = [c.max["x"] - c.min["x"] for c in diagram.at(float(value)).cycles]
        assert any(0.99 * low < size < 1.01 * high for size in found)


def test_the_smallest_cycles_of_a_column_are_known_to_their_rounding_errors() -> None:
    """Newton's steps end above the tolerance there: rates that cancel are a million times the drift that is left."""
    diagram = bifurcation(bp.model(COLUMN), "p", (85, 93))
    (hopf,) = diagram.points.of("hopf")
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.ends == (f"p = {hopf.parameter:.6g}, a Hopf point", "p = 93, the border of the range")
    (cycle,) = diagram.at(92.0).cycles

    def drift(_: float, y: np.ndarray) -> np.ndarray:
        y0, y3, y1, y4, y2, y5 = y
        a, b, c = (5 / (1 + np.exp(0.56 * (6 - v))) for v in (y1 - y2, 135 * y0, 33.75 * y0))
        return np.array([
            y3, 325 * a - 200 * y3 - 1e4 * y0, y4, 325 * (92 + 108 * b) - 200 * y4 - 1e4 * y1,
            y5, 1100 * 33.75 * c - 100 * y5 - 2500 * y2,
        ])  # fmt: skip

    start = np.array([float(cycle(0.0)[name]) for name in ("y0", "y3", "y1", "y4", "y2", "y5")])
    run = solve_ivp(drift, (0, cycle.period), start, method="DOP853", rtol=1e-12, atol=1e-12)
    assert cycle.max["y1"] - cycle.min["y1"] > 0.1
    assert run.y[:, -1] == pytest.approx(start, rel=1e-7, abs=1e-7)


def test_the_sign_of_a_multiplier_beyond_all_digits_is_no_period_doubling() -> None:
    """Two are outside all along; of that near exp(100) the sign is one of rounding errors, and the other one tells."""
    diagram = bifurcation(bp.model(POPULATION), "I0", (-1.851, -1.849))
    assert [p.kind for p in diagram.points] == ["hopf"] and not diagram.remarks
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    sizes = np.abs(branch.multipliers)
    assert (branch.unstable == 2).all() and sizes.max() > 1e16 and 1 < sizes.min() < 1e3


@pytest.mark.parametrize("text", ["-1e17, 3.3", "1e17, 3.3", "-inf, 1e9"])
def test_signs_that_are_lost_are_told_by_the_others(text: str) -> None:
    point = CurvePoint(np.zeros(1), np.zeros(1))

    def station(values: str) -> CycleStation:
        multipliers = np.array([complex(v) for v in values.split(",")])
        return CycleStation(point, multipliers, 0.0, np.zeros(len(multipliers)), 1)

    assert station(text).beyond % 2 == 0
    assert station("-1e17, -0.02").beyond == station("1e17, -0.02").beyond == station("-30, -1e-17").beyond == 1
    assert station("1e17, 0.02").beyond == station("-1e17, 0.02").beyond == station("-3, -20").beyond % 2 == 0


def test_what_was_not_found_out_is_said_in_one_remark() -> None:
    said = ["Other."]
    for count in range(1, 9):
        said = with_hidden(said, "I", [float(k) for k in range(count)])
    assert len(said) == 2 and "near I = 0, 1, 2, 3, 4, 5 and 2 more values, on" in said[1]
