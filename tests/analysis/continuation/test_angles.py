"""States that are angles: a branch of equilibria that comes back some turns further is closed, and has no copies."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation
from brainpy_lab.analysis.cycles.rotations import copies

ADLER = "w = 1\ndp/dt = w - sin(p)"


def test_a_branch_that_turns_round_is_closed() -> None:
    diagram = bifurcation(bp.model(ADLER), "w", (-2, 2))
    (branch,) = diagram.branches
    assert branch.ends == ("closed", "closed") and len(branch) < 100
    assert abs(branch["p"][-1] - branch["p"][0]) == pytest.approx(2 * np.pi, abs=1e-9)
    assert [(p.kind, p.parameter) for p in diagram.points] == [
        ("fold", pytest.approx(-1, abs=1e-9)), ("fold", pytest.approx(1, abs=1e-9)),
    ]  # fmt: skip
    assert any("some turns of p apart are followed once" in text for text in diagram.remarks)
    # both equilibria at each value, stable where cos(p) > 0
    for value in (-0.9, 0.0, 0.7):
        found = diagram.at(value)
        assert len(found) == 2 and {f.stable for f in found} == {True, False}
        assert [np.sin(f.values["p"]) for f in found] == pytest.approx([value] * 2, abs=1e-9)


def test_copies_of_a_branch_between_the_borders_are_followed_once() -> None:
    diagram = bifurcation(bp.model(ADLER), "w", (0, 2), box={"p": (-20, 20)})
    assert [b.kind for b in diagram.branches] == ["equilibrium"]
    (fold,) = diagram.points
    assert fold.parameter == pytest.approx(1, abs=1e-9)


def test_of_copies_the_one_in_the_box_is_followed() -> None:
    """Josephson's junction: sin(th) = I, and the fold at th = pi/2."""
    model = bp.model("I = 0.5\ndth/dt = w\ndw/dt = I - sin(th) - 0.5*w")
    diagram = bifurcation(model, "I", (0, 2), box={"th": (-4, 4)}, cycles=False)
    (fold,) = diagram.points
    assert fold.values["th"] == pytest.approx(np.pi / 2, abs=1e-7)
    assert [f.values["th"] for f in diagram.at(0.5)] == pytest.approx([np.pi / 6, 5 * np.pi / 6], abs=1e-9)


def test_a_turn_that_depends_on_the_parameter_is_none() -> None:
    model = bp.model("a = 1\ndp/dt = 0.2 - sin(a*p)")
    diagram = bifurcation(model, "a", (0.5, 2), box={"p": (-8, 8)}, cycles=False)
    found = sorted(f.values["p"] for f in diagram.at(1.0))
    angle = np.arcsin(0.2)
    expected = [k * np.pi + (angle if k % 2 == 0 else -angle) for k in range(-2, 3)]
    assert [p for p in found if abs(p) < 7] == pytest.approx(expected, abs=1e-9)


def test_copies_are_those_beside_the_branch() -> None:
    points = np.array([[0.0, 0.0, 1.0], [3.0, 9.0, 1.0]])
    found = [v.tolist() for v in copies(np.array([-4.5, 1.0, 1.0]), points, np.array([2.0, 0.0, 0.0]))]
    assert found == [[-4.5, 1.0, 1.0], [1.5, 1.0, 1.0]]
