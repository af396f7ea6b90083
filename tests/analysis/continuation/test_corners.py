"""Models with abs, min, max, clip and where: derivatives jump at their corners."""

from __future__ import annotations

import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation


def diagram(text: str, low: float, high: float) -> bp.analysis.Diagram:
    return bifurcation(bp.model(f"I = 0\n{text}"), "I", (low, high), cycles=False)


def test_equilibria_that_meet_at_a_corner_are_a_fold_and_it_is_noted() -> None:
    """x = -1 and 1 are the corners of the clipped line; on abs they meet at 0."""
    for text, places in (("dx/dt = I - abs(x)", [0.0]), ("dx/dt = I - x + 2*clip(x, -1, 1)", [-1.0, 1.0])):
        points = diagram(text, -2, 2).points
        assert [p.kind for p in points] == ["fold"] * len(places)
        assert [p.parameter for p in points] == pytest.approx(places, abs=1e-9)
        assert all("a derivative jumps" in p.note for p in points)


def test_eigenvalues_that_jump_over_the_axis_are_no_hopf_or_branch_points() -> None:
    """McKean's neuron (1970): both eigenvalues jump at v = 1/4 and 1/2, where v = w/2 puts I at 3/4 and 1."""
    found = diagram("dv/dt = I - w + where(v < 0.25, -v, where(v < 0.5, v - 0.5, 0*v))\ndw/dt = 0.1*(v - 0.5*w)", -1, 2)
    assert not found.points
    assert [text.split(" an ")[0] for text in found.remarks] == ["At I = 0.75", "At I = 1"]
    (branch,) = found.branches
    unstable = (branch["I"] > 0.75 + 1e-6) & (branch["I"] < 1 - 1e-6)
    assert set(branch.unstable[unstable]) == {2}


@pytest.mark.parametrize(("text", "place"), [
    ("dx/dt = I*x - abs(x)*x", 0.0),
    ("dx/dt = (I - 0.3)*(x - 0.7) - abs(x - 0.7)*(x - 0.7)", 0.3),
    ("dx/dt = (I - 0.3)*x - abs(x)*x - y\ndy/dt = x - y", 1.3),
])  # fmt: skip
def test_where_only_the_second_derivative_jumps_a_pitchfork_is_one(text: str, place: float) -> None:
    """For I above its value there are x = I and -I besides."""
    found = diagram(text, -2, 3)
    (point,) = found.points
    assert point.data["type"] == "pitchfork" and point.parameter == pytest.approx(place, abs=1e-9)
    assert len(found.at(place - 0.5)) == 1 and len(found.at(place + 0.5)) == 3


def test_a_branch_along_a_corner_is_said() -> None:
    """x = 0 is stable to one side alone where abs(I) < 1, which no eigenvalue tells."""
    found = diagram("dx/dt = I*x - abs(x)", -0.9, 0.8)
    assert not found.points
    assert any("its eigenvalues are those of neither side" in text for text in found.remarks)


def test_a_derivative_that_is_not_finite_at_the_equilibrium_is_said() -> None:
    found = diagram("dx/dt = I*x - y - x*sqrt(x*x + y*y)\ndy/dt = x + I*y - y*sqrt(x*x + y*y)", -1, 1)
    assert any("a derivative is not finite there" in text for text in found.remarks)


@pytest.mark.parametrize("more", ["", "\ndy/dt = x - y"])
def test_a_pole_that_a_branch_passes_is_no_corner_and_no_fold(more: str) -> None:
    """x = 1/(1 - I) passes I = 0, where the slope 1/I - 1 goes through infinity."""
    found = diagram(f"dx/dt = (x - 1)/I - x{more}", -1, 0.5)
    assert not found.points
    assert any("is at a pole" in text for text in found.remarks) and not any("corner" in text for text in found.remarks)


def test_beside_slopes_that_are_infinite_signs_of_errors_are_no_points() -> None:
    """I = sqrt(abs(x)): two equilibria meet at 0, where Newton's method does not lead."""
    found = diagram("dx/dt = I - sqrt(abs(x))\ndy/dt = x - y", -1, 1)
    assert not found.points
    assert sum("at a corner" in text for text in found.remarks) == 1
    assert any("a derivative jumps there or is infinite" in text for text in found.remarks)
