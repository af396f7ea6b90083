"""Phase responses against closed forms, against kicks, and against what defines them; where phase is zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Cycle, interaction, limit_cycle, phase_response
from brainpy_lab.errors import AnalysisError, ArgumentError

#: z' = (1 + i om) z - (1 + i q) |z|^2 z
STUART_LANDAU = """
om = 3
q = 1
dx/dt = x - om*y - (x**2 + y**2)*(x - q*y)
dy/dt = y + om*x - (x**2 + y**2)*(y + q*x)
x(0) = 1
"""
ANGLES = np.linspace(0, 2 * np.pi, 9)[:-1]


@pytest.fixture(scope="module")
def circle() -> Cycle:
    return limit_cycle(bp.model(STUART_LANDAU, name="SL"))


@pytest.fixture(scope="module")
def fitzhugh() -> Cycle:
    return limit_cycle(bp.models.fitzhugh_nagumo(), I=0.8)


def test_the_adjoint_of_the_circle(circle: Cycle, reference: Callable[[str], dict[str, Any]]) -> None:
    frequency, multiplier = reference("SL_isochron")["value"]
    assert 2 * np.pi / circle.period == pytest.approx(frequency, abs=1e-9)
    assert circle.log_multipliers[1] == pytest.approx(np.log(multiplier), abs=1e-8)
    z = phase_response(circle, t=ANGLES / frequency)
    np.testing.assert_allclose(z["x"], -(np.sin(ANGLES) + np.cos(ANGLES)) / frequency, atol=1e-11)
    np.testing.assert_allclose(z["y"], (np.cos(ANGLES) - np.sin(ANGLES)) / frequency, atol=1e-11)
    assert (z.attrs["zero"], z.attrs["method"]) == ("maximum of x", "adjoint")
    assert float(circle(z.attrs["offset"])["x"]) == pytest.approx(circle.max["x"], rel=1e-9)


def test_kicks_agree_with_the_adjoint_to_their_square(circle: Cycle) -> None:
    t = [0.2]  # the driver numpy runs each kick by itself
    z = phase_response(circle, t=t)
    with bp.backend.use("numpy"):
        near = phase_response(circle, t=t, method="direct")
        wide = phase_response(circle, t=t, method="direct", kick=1e-2)
    errors = [float(np.abs(d["x"] - z["x"]).max()) for d in (near, wide)]
    assert errors[0] < 2e-6
    assert errors[1] / errors[0] == pytest.approx(100, rel=0.05)


def test_a_finite_kick_of_one_sign(circle: Cycle) -> None:
    """The asymptotic phase is arg z - q ln |z|, so a kick from (1, 0) to (1.5, 0) delays by q ln 1.5."""
    with bp.backend.use("numpy"):
        z = phase_response(circle, t=0.0, method="direct", kick={"x": 0.5})
    assert list(z.data_vars) == ["x"]
    assert float(z["x"]) == pytest.approx(-np.log(1.5) / 2 / 0.5, abs=1e-8)


def test_the_product_with_the_flow_is_one(fitzhugh: Cycle) -> None:
    z = phase_response(fitzhugh)
    assert (np.diff(z.t) > 0).all()
    assert z.t[0] >= 0
    assert z.t[-1] < fitzhugh.period
    t = np.linspace(0, fitzhugh.period, 100)
    found, begin = phase_response(fitzhugh, t=t), _time_of_maximum(fitzhugh)
    states = np.stack(list(fitzhugh(t + begin).values()))
    product = sum(found[n].values * drift for n, drift in zip(fitzhugh.names, fitzhugh.field.rhs(states), strict=True))
    np.testing.assert_allclose(product, 1.0, atol=1e-7)


def _time_of_maximum(cycle: Cycle) -> float:
    t = np.linspace(0, cycle.period, 20001)
    at = t[np.argmax(cycle(t)["V"])]
    fine = np.linspace(at - 0.01, at + 0.01, 2001)
    slope = cycle.field.rhs(np.stack(list(cycle(fine).values())))[0]
    return float(np.interp(0.0, -slope, fine))


def test_phase_zero_is_the_first_spike_of_a_pass_block() -> None:
    lc = limit_cycle(bp.model(f"{STUART_LANDAU}when y > 0.6 as up:\n    pass"))
    z = phase_response(lc, t=0.0)
    angle = np.arcsin(0.6)
    assert z.attrs["zero"] == "event up"
    assert float(z["x"]) == pytest.approx(-(np.sin(angle) + np.cos(angle)) / 2, abs=1e-10)


def test_an_event_off_the_cycle_is_passed_over() -> None:
    lc = limit_cycle(bp.model(f"{STUART_LANDAU}when x > 2 as far:\n    pass"))
    assert phase_response(lc, t=0.0).attrs["zero"] == "maximum of x"


def test_an_unstable_cycle_has_an_adjoint_and_takes_no_kicks() -> None:
    """Time backwards: the same circle, run the other way, repels."""
    back = "dx/dt = -x + y + (x**2 + y**2)*x\ndy/dt = -y - x + (x**2 + y**2)*y"
    lc = limit_cycle(bp.model(back, name="Back"), near={"x": 1.0}, period=6.3)
    z = phase_response(lc, t=[0.0, np.pi / 2])
    np.testing.assert_allclose(z["y"], [-1.0, 0.0], atol=1e-10)
    with pytest.raises(AnalysisError, match="This cycle of Back is unstable: a kicked state does not come back"):
        phase_response(lc, method="direct")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "exact"}, "There is no method 'exact'.\n  It is 'adjoint' or 'direct'."),
        ({"t": [0.0, np.nan]}, "t has a value that is not finite."),
        ({"t": np.zeros((2, 2))}, "t has shape (2, 2); it must be one time or a list of times."),
        (
            {"method": "direct", "kick": 2.0},
            "kick is 2.0; as a number it is a part of each state's range, from 0 to 1.",
        ),
        ({"method": "direct", "kick": {"z": 1.0}}, "kick names 'z', which is no state of this cycle."),
        ({"method": "direct", "kick": {"x": 0.0}}, "The kick of 'x' is 0.0; it must be a number other than zero."),
    ],
)
def test_what_is_refused(circle: Cycle, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        phase_response(circle, **options)
    assert str(caught.value).startswith(message)


def test_array_states_have_an_adjoint_alone() -> None:
    text = "K = [[0.0, -1.0], [1.0, 0.0]]\ndx/dt = x*(1 - sum(x*x)) + 3*(K @ x)\nx(0) = [1.0, 0.0]"
    lc = limit_cycle(bp.model(text, name="Pair"))
    assert float(phase_response(lc, t=0.0)["x[1]"]) == pytest.approx(1 / 3, abs=1e-9)
    with pytest.raises(AnalysisError, match="Pair has array states: they are not kicked one by one"):
        phase_response(lc, method="direct")
    with pytest.raises(AnalysisError, match="Pair has array states: couplings of such cells are not read"):
        interaction(lc, {"x": "pre.x - post.x"})


def test_what_is_no_cycle_is_refused() -> None:
    with pytest.raises(ArgumentError, match="Model is no cycle"):
        phase_response(bp.model(STUART_LANDAU))  # type: ignore[arg-type]


def test_the_picture_has_a_panel_a_state(fitzhugh: Cycle) -> None:
    axes = phase_response(fitzhugh).plot().axes
    assert [a.get_ylabel() for a in axes] == ["time per unit of V", "time per unit of w"]
    assert axes[1].get_xlabel() == "time of the kick after maximum of V"
