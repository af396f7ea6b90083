"""Interaction functions against closed forms; which phase differences lock; couplings that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Cycle, interaction, limit_cycle
from brainpy_lab.errors import ArgumentError, BrainPyLabError

#: z' = (1 + i om) z - (1 + i q) |z|^2 z
STUART_LANDAU = """
om = 3
q = 1
dx/dt = x - om*y - (x**2 + y**2)*(x - q*y)
dy/dt = y + om*x - (x**2 + y**2)*(y + q*x)
x(0) = 1
"""
DIFFUSIVE = {"x": "pre.x - post.x", "y": "pre.y - post.y"}


@pytest.fixture(scope="module")
def circle() -> Cycle:
    return limit_cycle(bp.model(STUART_LANDAU, name="SL"))


def test_diffusive_coupling_of_circles(circle: Cycle) -> None:
    """Z is (-(sin + q cos), cos - q sin)/om on the unit circle: H = (sin phi + q (1 - cos phi))/2 for q = 1."""
    found = interaction(circle, DIFFUSIVE)
    angle = 2 * np.pi * found.phase
    np.testing.assert_allclose(found.H, (np.sin(angle) + 1 - np.cos(angle)) / 2, atol=1e-10)
    np.testing.assert_allclose(found.odd, np.sin(angle) / 2, atol=1e-10)
    assert [(state.phase, state.stable) for state in found.locked] == [(0.0, True), (0.5, False)]
    # the difference decays at -2 H_odd', per period of length one; a period is pi
    assert found.locked[0].rate == pytest.approx(-2 * np.pi / np.pi, rel=1e-6)
    assert repr(found).endswith("y += pre.y - post.y: stable synchrony; unstable antiphase.")


def test_a_delay_of_half_a_period_makes_antiphase_stable(circle: Cycle) -> None:
    found = interaction(circle, DIFFUSIVE, delay=circle.period / 2)
    assert repr(found.locked) == "(unstable synchrony, stable antiphase)"
    assert found(0.5) == pytest.approx(interaction(circle, DIFFUSIVE)(0.0), abs=1e-10)


def test_locked_states_between_synchrony_and_antiphase() -> None:
    """The odd part is made to be (sin phi + 2 sin 2 phi)/om, which is zero at cos phi = -1/4 too."""
    lc = limit_cycle(bp.model(STUART_LANDAU.replace("q = 1", "q = 0")))
    g = "(pre.y*post.x - pre.x*post.y)*(1 + 4*(pre.x*post.x + pre.y*post.y))"
    found = interaction(lc, {"x": f"-post.y*{g}", "y": f"post.x*{g}"})
    between = np.arccos(-0.25) / (2 * np.pi)
    assert [state.phase for state in found] == pytest.approx([0, between, 0.5, 1 - between], abs=1e-10)
    assert [state.stable for state in found] == [True, False, True, False]


@pytest.mark.parametrize("shift", [0.0, 0.03, 0.2, 0.5])
def test_a_coupling_that_jumps(circle: Cycle, shift: float) -> None:
    """Z_x is -(sin + cos)/2, and the partner's x is positive for half of its turn: an integral in closed form."""
    found = interaction(circle, {"x": "1*(pre.x > 0)"})
    low, high = (2 * np.pi * (side - shift) for side in (-0.25, 0.25))
    gained = (np.cos(high) - np.cos(low) - np.sin(high) + np.sin(low)) / 2 / (2 * np.pi)
    assert found(shift) == pytest.approx(gained, abs=1e-10)


def test_spikes_of_the_partner_are_not_lost_between_those_of_the_cell() -> None:
    """The mesh is coarse between spikes, where those of the partner may fall; a plain sum over 2e5 places is not."""
    found = interaction(limit_cycle(bp.models.hodgkin_huxley(), I=10.0), {"V": "-(post.V + 75)/(1 + exp(-pre.V/2))"})
    mesh, profile, at = found.cycle.mesh, found.cycle.profile, (np.arange(200_000) + 0.5) / 200_000
    k = list(found.cycle.names).index("V")
    for shift in (0.0, 0.31, 0.62):
        post, pre = mesh.at(profile, at)[k], mesh.at(profile, at + shift)[k]
        gained = found.gradient.at(at)[k] * -(post + 75) / (1 + np.exp(-pre / 2))
        assert found(shift) == pytest.approx(gained.mean(), abs=1e-9)


def test_coupling_that_prefers_no_difference(circle: Cycle) -> None:
    found = interaction(circle, {"x": "-post.x"})
    assert found.locked == ()
    assert repr(found).endswith("x += -post.x: every phase difference stays.")


@pytest.mark.parametrize("coupling", ["-post.x", "1.0", "0*pre.x"])
def test_rounding_locks_nothing(circle: Cycle, coupling: str) -> None:
    # what one cell adds to itself is the same at every phase difference
    assert interaction(circle, {"x": coupling}).locked == ()


def test_data_and_picture(circle: Cycle) -> None:
    found = interaction(circle, DIFFUSIVE)
    data = found.to_xarray()
    assert dict(data.sizes) == {"phase": 201}
    assert float(data["odd"].sel(phase=0.25)) == pytest.approx(0.5, abs=1e-10)
    (axes,) = found.plot().axes
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_markerfacecolor() for line in marks] == ["black", "white"]


@pytest.mark.parametrize(
    ("coupling", "message"),
    [
        ({}, "A coupling is a mapping of states to expressions.\n  Write {'x': 'pre.x - post.x'}."),
        ({"q": "pre.x"}, "The coupling adds to 'q', which is no state of SL.\n  States: x, y."),
        ({"x": "pre.z"}, "The coupling reads pre.z, which is no state of SL.\n  States: x, y."),
        ({"x": "pre.x\ny = 1"}, "The coupling of 'x' is 'pre.x\\ny = 1'; it must be an expression on one line."),
        ({"x": "gap*pre.x"}, "The name 'gap' is defined nowhere.\n  The coupling of 'x', line 1, column 1:"),
    ],
)
def test_couplings_that_are_refused(circle: Cycle, coupling: dict[str, str], message: str) -> None:
    with pytest.raises(BrainPyLabError) as caught:
        interaction(circle, coupling)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("delay", [-1.0, np.nan])
def test_delays_that_are_refused(circle: Cycle, delay: Any) -> None:
    with pytest.raises(ArgumentError, match="it must be a number from zero on"):
        interaction(circle, DIFFUSIVE, delay=delay)
