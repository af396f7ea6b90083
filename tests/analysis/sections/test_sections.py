"""Sections and orbit diagrams against closed forms; models that reset; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import orbit_diagram, poincare
from brainpy_lab.errors import AnalysisError, ArgumentError, BrainPyLabError
from brainpy_lab.simulation.runs.warning import RunWarning

CIRCLE = "w = 1\ndx/dt = w*y\ndy/dt = -w*x\nx(0) = 1"
SIDE = {"x": 0.0, "y": 1.0}
#: From 0 to 1 in ln(I/(I - 1)); each spike adds 1 to u, which halves in ln 2.
SPIKING = "I = 2\ndV/dt = I - V\ndu/dt = -u\nwhen V >= 1 as spike:\n    V = 0\n    u += 1"


@pytest.mark.parametrize(
    ("direction", "times", "heights"), [(1, [1.5], [1]), (-1, [0.5, 2.5], [-1, -1]), (0, [0.5, 1.5, 2.5], [-1, 1, -1])]
)
def test_crossings_of_a_circle(direction: int, times: list[float], heights: list[float]) -> None:
    """The condition is true at the start, which is no crossing."""
    found = poincare(bp.model(CIRCLE), "x > 0", 10.0, direction=direction, backend="numpy")
    np.testing.assert_allclose(found["t"] / np.pi, times, atol=1e-7)
    np.testing.assert_allclose(found["y"], heights, atol=1e-6)
    np.testing.assert_allclose(found["x"], 0.0, atol=1e-7)


def test_a_transient_and_a_parameter() -> None:
    found = poincare(bp.model(CIRCLE), "x > 0", 3.0, transient=3.0, w=2.0, initial={"x": 2.0}, backend="numpy")
    np.testing.assert_allclose(found["t"] / np.pi, [1.75], atol=1e-7)
    np.testing.assert_allclose(found["y"], [2.0], atol=1e-6)


@pytest.mark.parametrize(("after", "expected"), [(False, [0, 0.5, 0.75]), (True, [1, 1.5, 1.75])])
def test_states_at_the_spikes_of_a_model_that_resets(after: bool, expected: list[float]) -> None:
    found = poincare(bp.model(SPIKING), "spike", 2.2, after=after, backend="numpy")
    np.testing.assert_allclose(found["t"], np.log(2) * np.arange(1, 4), atol=1e-7)
    np.testing.assert_allclose(found["u"], expected, atol=1e-6)
    np.testing.assert_allclose(found["V"], 0.0 if after else 1.0, atol=1e-7)


def test_maxima_over_a_parameter() -> None:
    found = orbit_diagram(bp.model(CIRCLE), "w", [1.0, 2.0], T=8.0, transient=0.0, initial=SIDE, backend="numpy")
    np.testing.assert_array_equal(found["w"], [1, 1, 2, 2, 2])
    np.testing.assert_allclose(found["t"] / np.pi, [0.5, 2.5, 0.25, 1.25, 2.25], atol=1e-5)
    np.testing.assert_allclose(found["x"], 1.0, atol=1e-5)
    assert found.attrs["section"] == "maxima of x"


def test_an_orbit_at_rest_is_no_error() -> None:
    """Its derivative changes sign by rounding, as often as the run has steps."""
    found = orbit_diagram(
        bp.model("a = 1\ndx/dt = -100*(x - a) + 3*y\ndy/dt = -50*y - x + a", name="Rest"),
        "a", [1.0], T=2.0, transient=1.0, backend="numpy",
    )  # fmt: skip
    np.testing.assert_allclose(found["x"], 1.0, atol=1e-6)


def test_spikes_over_a_parameter() -> None:
    found = orbit_diagram(bp.model(SPIKING), "I", [2.0, 4.0], "spike", T=0.75, transient=0.0, backend="numpy")
    np.testing.assert_array_equal(found["I"], [2, 4, 4])
    np.testing.assert_allclose(found["u"], [0, 0, 0.75], atol=1e-5)


def test_pictures() -> None:
    section = poincare(bp.model(CIRCLE), "x > 0", 20.0, direction=0, backend="numpy")
    labels = [section.plot().axes[0].get_xlabel(), section.return_map("y").axes[0].get_xlabel()]
    assert labels == ["y", "y at a crossing"]
    with pytest.raises(ArgumentError, match="There is no state 'z'"):
        section.return_map("z")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda m: poincare(m, "x = 0", 1.0),
            BrainPyLabError,
            "A condition compares; '=' sets.\n  The section, line 1",
        ),
        (
            lambda m: poincare(m, "x >\n0", 1.0),
            ArgumentError,
            "The section is 'x >\\n0'; it must be a condition on one",
        ),
        (lambda m: poincare(m, "q > 0", 1.0), BrainPyLabError, "The name 'q' is defined nowhere."),
        (lambda m: poincare(m, "x > 0", -1.0), ArgumentError, "T is -1.0; it must be a positive number."),
        (lambda m: poincare(m, "x > 0", "a"), ArgumentError, "T is 'a'; it must be a positive number."),
        (lambda m: poincare(m, "x > 0", 1.0, direction=2), ArgumentError, "direction is 2; it is 1, -1 or 0 (both)."),
        (lambda m: poincare(m, "x > 0", 1.0, after=True), ArgumentError, "after= is for events of the model"),
        (lambda m: poincare(m, "x > 0", 1.0, initial={"x": [1, 2]}), ArgumentError, "The start of 'x' is an array;"),
        (
            lambda m: poincare(m, "x > 0", 1.0, initial={"q": 1}),
            ArgumentError,
            "initial: 'q' is no state of Model.\n  States: x, y.",
        ),
        (lambda m: orbit_diagram(m, "x", [1.0]), ArgumentError, "'x' is no parameter of Model.\n  Parameters: w."),
        (lambda m: orbit_diagram(m, "w", [1.0], w=2.0), ArgumentError, "'w' is the parameter that moves"),
        (lambda m: orbit_diagram(m, "w", []), ArgumentError, "The values of 'w' must be a list of finite numbers."),
        (lambda m: orbit_diagram(m, "w", [1.0], "x > 0", maxima="x"), ArgumentError, "Both a section and maxima"),
        (lambda m: orbit_diagram(m, "w", [1.0], maxima="q"), ArgumentError, "'q' is no state of Model that moves."),
    ],
)
def test_what_is_refused(call: Callable[[Any], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call(bp.model(CIRCLE))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("dx/dt = -x + xi", "noise"),
        ("dx/dt = -x(t - 1)", "delays"),
        ("order(x) = 0.8\ndx/dt = -x", "fractional orders"),
    ],
)
def test_models_without_sections(text: str, what: str) -> None:
    with pytest.raises(AnalysisError, match=f"Model has {what}: sections of such models are not computed."):
        poincare(bp.model(text), "x > 0", 1.0)


ESCAPES = "a = 1\ndx/dt = y\ndy/dt = -x - 0.1*y + a*x**3\nx(0) = 0.9"


def test_values_at_which_orbits_escape_are_left_out_and_said() -> None:
    model = bp.model(ESCAPES, name="Escapes")
    with pytest.warns(RunWarning, match="Orbits of Escapes end early at a = 2 values from 5 to 50") as told:
        found = orbit_diagram(model, "a", [0.5, 5.0, 50.0, 1.1], maxima="x", T=20.0, transient=0.0)
    assert len(told) == 1
    for a in (0.5, 1.1):
        alone = orbit_diagram(model, "a", [a], maxima="x", T=20.0, transient=0.0)
        assert found["x"].values[found["a"].values == a] == pytest.approx(alone["x"].values, rel=1e-5)
    assert set(found["a"].values) == {0.5, 1.1}
    with pytest.raises(AnalysisError, match="A run of Escapes ends at t = "):
        orbit_diagram(model, "a", [5.0, 50.0], maxima="x", T=20.0, transient=0.0)


def test_an_orbit_that_never_comes_to_the_section_is_said() -> None:
    with pytest.warns(RunWarning, match="No orbit of Model came to the section in this time: x > 2"):
        assert not len(poincare(bp.model(CIRCLE), "x > 2", 10.0)["t"])
