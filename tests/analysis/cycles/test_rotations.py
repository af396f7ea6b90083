"""Orbits that turn round close modulo a turn: that is said, and the way out that is named works."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import brainpy_lab as bp
from brainpy_lab.analysis.cycles.rotations import angles
from brainpy_lab.analysis.vector_field import make_field
from brainpy_lab.errors import AnalysisError

PENDULUM = "I = 1.5\ng = 0.3\ndphi/dt = v\ndv/dt = I - sin(phi) - g*v"
ON_CIRCLE = """
I = 1.5
g = 0.3
x(0) = 1
r = 1 - x**2 - y**2
dx/dt = -y*v + x*r
dy/dt = x*v + y*r
dv/dt = I - y - g*v
"""


def test_a_pendulum_that_turns_round_is_told_and_the_named_form_has_its_period() -> None:
    with pytest.raises(AnalysisError, match=r"phi turns round and round.* every 2π .*x = cos\(phi\)"):
        bp.analysis.limit_cycle(bp.model(PENDULUM))

    def round_(t: float, u: np.ndarray) -> float:
        return float(u[0] - round_.turns * 2 * np.pi)

    run = solve_ivp(lambda t, u: (u[1], 1.5 - np.sin(u[0]) - 0.3 * u[1]), (0, 120), (0, 0), rtol=1e-11, atol=1e-11)
    turns = run.y[0, -1] // (2 * np.pi)
    passages = []
    for round_.turns in (turns - 1, turns):
        again = solve_ivp(
            lambda t, u: (u[1], 1.5 - np.sin(u[0]) - 0.3 * u[1]), (0, 120), (0, 0), rtol=1e-11, atol=1e-11,
            events=round_,
        )  # fmt: skip
        passages.append(again.t_events[0][-1])
    cycle = bp.analysis.limit_cycle(bp.model(ON_CIRCLE))
    assert cycle.period == pytest.approx(passages[1] - passages[0], rel=1e-7)


def test_diagrams_say_that_rotations_are_not_followed() -> None:
    said = "The equations repeat themselves every 2π in theta"
    model = bp.model("I = 0.5\ndtheta/dt = 1 - cos(theta) + (1 + cos(theta))*I - s\nds/dt = (0.1*I - s)/10")
    diagram = bp.analysis.bifurcation(model, "I", (-1, 1))
    assert any(remark.startswith(said) for remark in diagram.remarks)
    without = bp.analysis.bifurcation(model, "I", (-1, 1), cycles=False)
    assert not any(remark.startswith(said) for remark in without.remarks)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dth/dt = 2 + 0.1*sin(2*pi*th)", {"th": "1"}),
        ("da/dt = 1 + cos(3*a)*b\ndb/dt = sin(a) - b", {"a": "2π"}),
        ("dx/dt = 1\ndy/dt = -y", {}),
        ("dx/dt = tanh(50*x) - y\ndy/dt = x", {}),
        ("dx/dt = sin(x) - 0.01*x", {}),
    ],
)
def test_angles_are_states_in_which_all_equations_repeat_themselves(text: str, found: dict[str, str]) -> None:
    assert angles(make_field(bp.model(text), None, {})) == found


def test_a_state_that_nothing_reads_is_named() -> None:
    model = bp.model("dx/dt = y\ndy/dt = -x + y*(1 - x**2)\ndc/dt = 1 + x*x\nx(0) = 1")
    with pytest.raises(AnalysisError, match="c grows on and on.* no equation reads it: leave it out"):
        bp.analysis.limit_cycle(model)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dx/dt = 1e-12*(r - 2*x + x**3)\nr = 0", {}),
        ("dx/dt = 1e-12*(2 - cos(x))", {"x": "2π"}),
        ("dx/dt = 1e9*y + 1e-9*x\ndy/dt = -y", {}),
        ("dx/dt = 1e9 - 1e8*cos(x)\ndy/dt = x - y", {}),
        ("dx/dt = 1e6 - sin(2*pi*x)", {"x": "1"}),
    ],
)
def test_small_and_large_units_make_no_angle(text: str, found: dict[str, str]) -> None:
    assert angles(make_field(bp.model(text), None, {})) == found
