"""Further events of diagrams, in the user's words."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation
from brainpy_lab.errors import ArgumentError, BrainPyLabError, UnknownNameError

#: r' = r*(mu - r**2), theta' = 1 + r**2: a cycle of radius sqrt(mu) and period 2 pi/(1 + mu).
CIRCLE = """
mu = 0.5
dx/dt = mu*x - y - (x + y)*(x**2 + y**2)
dy/dt = x + mu*y + (x - y)*(x**2 + y**2)
"""


def test_events_of_cycles_in_closed_form() -> None:
    events = {"T4": "period - 4", "wide": "max(x) - min(x) - 1.8", "here": "mu - 0.3"}
    diagram = bifurcation(bp.model(CIRCLE), "mu", (-0.5, 1), events=events)
    (slow,) = diagram.points.of("T4")
    assert slow.parameter == pytest.approx(np.pi / 2 - 1, abs=1e-9) and slow.period == pytest.approx(4, rel=1e-9)
    (wide,) = diagram.points.of("wide")
    assert wide.parameter == pytest.approx(0.81, abs=1e-7) and wide.data["max"]["x"] == pytest.approx(0.9, abs=1e-7)
    assert [p.parameter for p in diagram.points.of("here")] == pytest.approx([0.3, 0.3], abs=1e-9), "also at rest"
    assert [p.period is None for p in diagram.points.of("here")].count(True) == 1
    assert repr(slow) == "T4 at mu = 0.570796, period 4"
    assert "T4" in {line.get_label() for line in diagram.plot("x").axes[0].lines}


def test_events_of_equilibria() -> None:
    model = bp.model("mu = 0\ndx/dt = mu - x**2")
    diagram = bifurcation(model, "mu", (-1, 4), events={"low": "x + 2*mu - 1", "never": "x - 9"})
    # x = 1 - 2*mu on mu = x**2
    assert [p.parameter for p in diagram.points.of("low")] == pytest.approx([0.25, 1.0], abs=1e-9)
    assert [p.values["x"] for p in diagram.points.of("low")] == pytest.approx([0.5, -1.0], abs=1e-9)
    assert diagram.points.of("never") == []
    with pytest.raises(ArgumentError, match="There is no kind 'nether'"):
        diagram.points.of("nether")


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ({"a": "period - x"}, "reads a state and what only cycles have: period - x"),
        ({"a": "max(z) - 1"}, r"reads max\(z\), and z is no state that varies"),
        ({"fold": "x"}, "is called like a kind of point"),
        ({"a": 3}, "it must be an expression on one line"),
        ("x", "is a mapping of names to expressions"),
    ],
)
def test_events_that_mean_nothing(events: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        bifurcation(bp.model(CIRCLE), "mu", (-0.5, 1), events=events)  # type: ignore[arg-type]


def test_a_name_that_nothing_has() -> None:
    with pytest.raises(UnknownNameError, match="The event .a., line 1"):
        bifurcation(bp.model(CIRCLE), "mu", (-0.5, 1), events={"a": "nu - 1"})


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (
            "X - 1",
            "The name 'X' is defined nowhere.\n  The event 'a', line 1, column 1:\n    X - 1\n    \\^\n  There are: V,",
        ),
        ("v - 1", "The name 'v' is defined nowhere.\n  .*\n    v - 1\n    \\^\n  Did you mean 'V'"),
        ("V - 1; w", "The event 'a' is no expression.\n  .*\n    V - 1; w\n"),
        ("V = 1", "The event 'a' is no expression."),
        ("  ", "The event 'a' is '  '; it must be an expression on one line"),
        ("V > 1", "The event 'a' is a condition: V > 1.\n  Give what is zero there"),
        ("post.V - 1", "The event 'a' reads post.V: diagrams have no sides."),
        ("2 + 0*3", "The event 'a' is the same everywhere"),
    ],
)
def test_wrong_events_are_told_in_the_words_that_the_user_wrote(expression: str, said: str) -> None:
    with pytest.raises(BrainPyLabError, match=said) as error:
        bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 1), events={"a": expression}, cycles=False)
    assert "post.event" not in str(error.value)
