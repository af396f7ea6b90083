"""What stands in a diagram does not depend on its steps and tolerances."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import bifurcation

#: A circle, and across it the normal form of a Hopf point that turns by 0.3: a torus grows at mu = 0.
TORUS = """
mu = 0.0
dx/dt = x - y - x*(x**2 + y**2)
dy/dt = x + y - y*(x**2 + y**2)
du/dt = mu*u - 0.3*v - u*(u**2 + v**2) + 0.1*u*x
dv/dt = 0.3*u + mu*v - v*(u**2 + v**2) + 0.1*v*x
"""

STEPS, TOLERANCES = (0.03, 0.05, 0.1, 0.2, 0.3), (1e-7, 1e-9, 1e-11)


@pytest.mark.parametrize("step", [pytest.param(0.05, marks=pytest.mark.slow), 0.3])
def test_a_torus_in_closed_form(step: float) -> None:
    """Averaged over the circle x is zero: the multipliers are exp(2 pi (mu ± 0.3 i))."""
    diagram = bifurcation(bp.model(TORUS), "mu", (-0.2, 0.3), step=step)
    assert sorted(p.kind for p in diagram.points) == ["hopf", "torus"]
    (torus,) = diagram.points.of("torus")
    assert torus.parameter == pytest.approx(0, abs=1e-9) and torus.period == pytest.approx(2 * np.pi, rel=1e-9)
    assert min(abs(torus.data["multipliers"] - np.exp(0.6j * np.pi))) < 1e-8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "range_"),
    [("fitzhugh_nagumo", (0, 2)), ("morris_lecar", (0, 300))],
)
def test_labels_over_steps_and_tolerances(name: str, range_: tuple[float, float]) -> None:
    model = getattr(bp.models, name)()
    seen = []
    for step in STEPS:
        for tolerance in TOLERANCES:
            points = bifurcation(model, "I", range_, step=step, tolerance=tolerance, doublings=0).points
            seen.append([(p.kind, p.parameter) for p in points])
    for found in seen[1:]:
        assert [kind for kind, _ in found] == [kind for kind, _ in seen[0]]
        assert [value for _, value in found] == pytest.approx([value for _, value in seen[0]], abs=1e-5)


@pytest.mark.parametrize("range_", [(-5, 3), (3, 5), (-5, 3 + 1e-7), (-5, 3 + 1e-12), (-5, 4)])
def test_a_fold_on_or_beside_a_border(range_: tuple[float, float]) -> None:
    points = bifurcation(bp.model("mu = 0\ndx/dt = mu - 3 - x**2"), "mu", range_).points
    mirrored = bifurcation(bp.model("mu = 0\ndx/dt = -mu - 3 - x**2"), "mu", (-range_[1], -range_[0])).points
    for found, place in ((points, 3), (mirrored, -3)):
        assert [p.kind for p in found] == ["fold"]
        assert found[0].parameter == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize("range_", [(-1, 0), (0, 1)])
def test_a_hopf_point_on_a_border(range_: tuple[float, float]) -> None:
    model = bp.model("mu = 0\ndx/dt = mu*x - y - x*(x**2 + y**2)\ndy/dt = x + mu*y - y*(x**2 + y**2)")
    (point,) = bifurcation(model, "mu", range_, cycles=False).points
    assert point.kind == "hopf" and point.parameter == pytest.approx(0, abs=1e-9)
    assert point.data["l1"] < 0 and point.period == pytest.approx(2 * np.pi)


def test_an_end_on_a_border_without_a_special_point() -> None:
    assert not bifurcation(bp.model("mu = 0\ndx/dt = mu - x"), "mu", (-1, 0)).points
