"""Periods, extreme values and multipliers of cycles against values known to twelve digits, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import limit_cycle
from brainpy_lab.errors import AnalysisError, ArgumentError

VAN_DER_POL = "dx/dt = y\ndy/dt = mu*(1 - x**2)*y - x\nmu = 1.0"
ROSSLER = "dx/dt = -y - z\ndy/dt = x + a*y\ndz/dt = b + z*(x - c)\na = 0.2\nb = 0.2\nc = 5.7"
CIRCLE = "dx/dt = x*(1 - x**2 - y**2) - w*y\ndy/dt = y*(1 - x**2 - y**2) + w*x\nw = 2.0"

Reference = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def oscillator() -> Any:
    return bp.model(VAN_DER_POL)


@pytest.mark.parametrize("mu", [0.5, 1, 2, 5, 20])
def test_the_period_of_van_der_pol(oscillator: Any, reference: Reference, mu: float) -> None:
    cycle = limit_cycle(oscillator, near={"x": 2.0}, mu=mu)
    assert cycle.period == pytest.approx(reference(f"vdP_period_mu{mu:g}")["value"], rel=1e-11)


@pytest.mark.parametrize("mu", [1, 2, 10])
def test_the_largest_value_is_taken_on_the_orbit(oscillator: Any, reference: Reference, mu: float) -> None:
    cycle = limit_cycle(oscillator, near={"x": 2.0}, mu=mu)
    assert cycle.max["x"] == pytest.approx(reference(f"vdP_amp_mu{mu:g}")["value"], rel=1e-11)
    assert cycle.min["x"] == pytest.approx(-cycle.max["x"], rel=1e-11)


@pytest.mark.parametrize(
    ("mu", "expected"), [(0.5, -3.2396674744742782), (2, -18.178637479168041), (10, -311.84421922628802)]
)
def test_multipliers_too_small_for_a_number(oscillator: Any, mu: float, expected: float) -> None:
    logs = limit_cycle(oscillator, near={"x": 2.0}, mu=mu).log_multipliers
    assert logs[0] == 0
    assert logs[1] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("current", [0.5, 0.8])
def test_fitzhugh_nagumo(reference: Reference, current: float) -> None:
    cycle = limit_cycle(bp.models.fitzhugh_nagumo(), I=current)
    assert cycle.period == pytest.approx(reference(f"FHN_period_I{current}")["value"], rel=1e-11)
    assert cycle.log_multipliers[1] == pytest.approx(reference(f"FHN_floquet_I{current}")["value"], abs=1e-7)
    assert cycle.stable


def test_contraction_of_hodgkin_and_huxley() -> None:
    """By Liouville's formula the smallest multiplier is exp(-119.362); collocation's own would be 1e-18."""
    cycle = limit_cycle(bp.models.hodgkin_huxley(), I=10.0)
    t = np.linspace(0, cycle.period, 20001)[:-1]
    states = np.stack([cycle(t)[name] for name in cycle.names])
    trace = np.trace(cycle.field.jacobian(states)).mean() * cycle.period
    assert cycle.log_multipliers[-1].real == pytest.approx(-119.362, abs=1e-3)
    assert cycle.log_multipliers.sum().real == pytest.approx(trace, rel=1e-6)


def test_an_unstable_cycle_from_a_point_and_a_period(reference: Reference) -> None:
    cycle = limit_cycle(bp.model(ROSSLER), near={"x": -7.2, "y": 0.0, "z": 0.0155}, period=5.9)
    assert cycle.period == pytest.approx(reference("Rossler_UPO1")["value"], rel=1e-11)
    # multipliers -2.403953532 and -1.282109012e-14
    assert cycle.log_multipliers[0] == pytest.approx(np.log(2.403953532) + 1j * np.pi, abs=1e-8)
    assert cycle.log_multipliers[2] == pytest.approx(np.log(1.282109012e-14) + 1j * np.pi, abs=1e-6)
    assert not cycle.stable


def test_a_circle_is_exact() -> None:
    cycle = limit_cycle(bp.model(CIRCLE), near={"x": 0.3})
    assert cycle.period == pytest.approx(np.pi, rel=1e-12)
    assert cycle.max["x"] == pytest.approx(1.0, rel=1e-12)
    assert cycle.log_multipliers[1] == pytest.approx(-2 * np.pi, rel=1e-9)
    orbit = cycle.orbit
    np.testing.assert_allclose(orbit.x**2 + orbit.y**2, 1.0, rtol=1e-7)
    assert orbit.phase[0] == 0 and orbit.phase[-1] == 1 and float(orbit.t[-1]) == cycle.period
    assert repr(cycle).startswith("stable cycle of Model: period 3.14159; x from -1 to 1, y from -1 to 1")


def test_units_do_not_matter() -> None:
    """The circle with x in units of a million, y of a millionth, and time in milliseconds."""
    text = """
    dx/dt = 1e-3*(x*(1 - (1e-6*x)**2 - (1e6*y)**2) - 2e12*y)
    dy/dt = 1e-3*(y*(1 - (1e-6*x)**2 - (1e6*y)**2) + 2e-12*x)
    """
    cycle = limit_cycle(bp.model(text), near={"x": 3e5})
    assert cycle.period == pytest.approx(1e3 * np.pi, rel=1e-11)
    assert cycle.max["x"] == pytest.approx(1e6, rel=1e-10)
    assert cycle.min["y"] == pytest.approx(-1e-6, rel=1e-10)


@pytest.mark.parametrize(
    ("text", "options", "error", "words"),
    [
        ("dx/dt = -x", {"near": {"x": 1.0}}, AnalysisError, "comes to rest at an equilibrium"),
        ("dx/dt = x", {"near": {"x": 1.0}}, AnalysisError, "no cycle"),
        (VAN_DER_POL, {"near": {"x": 0.0, "y": 0.0}}, AnalysisError, "to an unstable equilibrium, exactly, and stays"),
        ("dx/dt = x*(1 - x + y)\ndy/dt = y", {"near": {"x": 0.2}}, AnalysisError, "an unstable equilibrium, exactly"),
        ("dx/dt = y\ndy/dt = sin(t) - x - y", {}, AnalysisError, "depend on time"),
        ("dx/dt = 1 - x\nwhen x > 0.5:\n    x = 0", {}, AnalysisError, "has events that change states: cycles of"),
        ("dx/dt = y\ndy/dt = (1 - x*x)*y - x\nwhen x > 1:\n    y += 0.3", {}, AnalysisError, "has events that change"),
        ("dx/dt = -x(t - tau)\ntau = 2.0\nx(t <= 0) = 1.0", {}, AnalysisError, "has delays"),
        (VAN_DER_POL, {"near": {"z": 1.0}}, ArgumentError, "'z' is no state"),
        (VAN_DER_POL, {"period": -1.0}, ArgumentError, "must be positive"),
        (VAN_DER_POL, {"rtol": 1.0}, ArgumentError, "rtol is 1.0"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        limit_cycle(bp.model(text), **options)


def test_chaos_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainpy_lab.analysis.cycles.closing.MOST_EVALUATIONS", 10_000)
    with pytest.raises(AnalysisError, match="does not repeat itself"):
        limit_cycle(bp.model(ROSSLER), near={"x": 1.0, "y": 1.0})


def test_noise_is_left_out_and_said() -> None:
    noisy = bp.model(VAN_DER_POL.replace("- x\n", "- x + 0.1*xi\n"))
    cycle = limit_cycle(noisy, near={"x": 2.0})
    assert cycle.remarks == ("Noise is left out: this is a cycle of the drift.",)


def test_an_orbit_is_followed_for_a_limited_number_of_evaluations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow rates ask for long times: near a saddle of Lotka and Volterra's that would be hours."""
    monkeypatch.setattr("brainpy_lab.analysis.cycles.closing.MOST_EVALUATIONS", 2_000)
    with pytest.raises(AnalysisError, match="takes more than 2000 evaluations"):
        limit_cycle(bp.model(VAN_DER_POL), near={"x": 2.0}, period=1e7)
    slow = bp.model("dx/dt = y\ndy/dt = -x + 1e-12*z\ndz/dt = -1e-12*z")
    with pytest.raises(AnalysisError, match="does not repeat itself"):
        limit_cycle(slow, near={"z": 1.0})


#: The circle r = 1 with period pi; a = 1 attracts to it, a = -1 repels with exp(4 pi/2) a turn.
CIRCLE = """
a = 1
r2 = x**2 + y**2
dx/dt = a*(1 - r2)*x - 2*y
dy/dt = a*(1 - r2)*y + 2*x
x(0) = 1
"""


@pytest.mark.parametrize("x", [0.6, 1.1, 1.6])
def test_a_cycle_that_repels_is_found_from_where_orbits_leave_it(x: float) -> None:
    cycle = limit_cycle(bp.model(CIRCLE), a=-1, near={"x": x, "y": 0}, period=3.4)
    assert cycle.period == pytest.approx(np.pi, rel=1e-10) and not cycle.stable
    assert cycle.log_multipliers[0] == pytest.approx(2 * np.pi, rel=1e-6)


@pytest.mark.parametrize("turns", [1, 2, 6])
def test_a_period_of_several_turns_is_that_of_one(turns: int) -> None:
    cycle = limit_cycle(bp.model(CIRCLE), near={"x": 1, "y": 0}, period=turns * np.pi)
    assert cycle.period == pytest.approx(np.pi, rel=1e-10)
    said = f"The period given, {turns * np.pi:.6g}, is that of {turns} turns; this is the cycle of one."
    assert cycle.remarks == ((said,) if turns > 1 else ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dx/dt = x - x*y\ndy/dt = x*y - y\nx(0) = 1.5\ny(0) = 1", "closes after 6.383, and so do those beside it"),
        ("dx/dt = y\ndy/dt = -x\nx(0) = 1", "closes after 6.283, and so do those beside it"),
        ("dx/dt = 1 + x**2\ndy/dt = x - y", "leaves for infinity"),
    ],
)
def test_orbits_that_are_no_limit_cycle(text: str, words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        limit_cycle(bp.model(text))


def test_an_orbit_that_settles_in_turns_of_two_gives_the_cycle_of_one() -> None:
    """Close to a period doubling every second turn is nearly the same long before every turn is."""
    model = bp.model(ROSSLER)
    cycle = limit_cycle(model, a=0.109, near={"x": 1.0, "y": 1.0, "z": 1.0})
    known = limit_cycle(model, a=0.109, near={"x": -6.0, "y": 0.0, "z": 0.02}, period=6.05)
    assert cycle.stable and 5.9 < cycle.period < 6.2
    assert cycle.period == pytest.approx(known.period, rel=1e-9)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_a_state_that_stands_still_on_the_cycle(size: float) -> None:
    """Its own range is rounding errors, which no step of Newton's method gets below."""
    turning = "x(0) = 1\ndx/dt = x*(1 - x**2 - y**2) - y\ndy/dt = y*(1 - x**2 - y**2) + x\n"
    cycle = limit_cycle(bp.model(f"{turning}z(0) = {2 * size}\ndz/dt = {size} - z"))
    assert cycle.period == pytest.approx(2 * np.pi, rel=1e-9)
    assert cycle.min["z"] == pytest.approx(size, rel=1e-9) and cycle.max["z"] == pytest.approx(size, rel=1e-9)


def test_multipliers_beside_a_state_that_stands_still_and_is_strongly_driven() -> None:
    """In units of its own motion, which is none, it took more steps than there may be."""
    cycle = limit_cycle(bp.model(f"{CIRCLE}\ndz/dt = 1000*(x**2 + y**2) - z"), near={"x": 0.3})
    assert cycle.max["z"] == pytest.approx(1000, rel=1e-9)
    assert cycle.log_multipliers == pytest.approx([0, -np.pi, -2 * np.pi], abs=1e-5)


@pytest.mark.parametrize("factor", [1, pytest.param(1e6, marks=pytest.mark.slow)])
def test_states_on_which_what_the_others_do_cancels_along_the_cycle(factor: float) -> None:
    """Their own size is made of the others' errors: steps of the simulation became too small for it."""
    text = f"{CIRCLE}\ndz/dt = {factor}*(x**2 + y**2 - 1) - z\ndu/dt = z - 1.5*u"
    cycle = limit_cycle(bp.model(text), near={"x": 0.5})
    assert cycle.period == pytest.approx(np.pi, rel=1e-9)
    assert max(abs(cycle.min["u"]), abs(cycle.max["u"])) < 1e-12 * factor
    assert cycle.log_multipliers == pytest.approx([0, -np.pi, -1.5 * np.pi, -2 * np.pi], abs=1e-5)


def test_a_guess_from_which_the_way_back_leaves_for_infinity_is_told_as_one_without_a_cycle() -> None:
    """Lorenz's attractor repels backward in time: its orbits took 200000 evaluations there, and that was said."""
    with pytest.raises(
        AnalysisError, match=r"No cycle of a period near 0.3 passes there. The orbit of Lorenz does not"
    ):
        limit_cycle(bp.models.lorenz(), near={"x": 1, "y": 1, "z": 20}, period=0.3, r=28)
