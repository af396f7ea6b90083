"""Curves in two parameters: against normal forms, whose curves and points are known in closed form."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError

bifurcation = bp.analysis.bifurcation

CUSP = "p = 0\nq = 0\ndx/dt = p + q*x - x**3"
BOGDANOV_TAKENS = "p = 0\nq = 0\ndx/dt = y\ndy/dt = p + q*x + x**2 + x*y"
BAUTIN = """
p = 0
q = 0
r = x**2 + y**2
dx/dt = p*x - y + q*x*r - x*r**2
dy/dt = x + p*y + q*y*r - y*r**2
"""
ZERO_HOPF = """
p = 0
q = 0
dx/dt = p + x**2 + y**2 + z**2
dy/dt = (q + x)*y - z
dz/dt = y + (q + x)*z
"""
DOUBLE_HOPF = """
p = 0
q = 0
r = x**2 + y**2
s = u**2 + v**2
dx/dt = p*x - y - x*(r + 2*s)
dy/dt = x + p*y - y*(r + 2*s)
du/dt = q*u - 1.5*v - u*(s + 2*r)
dv/dt = 1.5*u + q*v - v*(s + 2*r)
"""
BOX = ((-1, 1), (-1, 1))


_model = cache(bp.model)


@cache
def _diagram(text: str, **options: object) -> bp.analysis.PlaneDiagram:
    return bifurcation(_model(text), ("p", "q"), BOX, step=0.2, **options)


def test_folds_meet_in_a_cusp() -> None:
    diagram = _diagram(CUSP)
    (branch,) = diagram.branches
    assert branch.kind == "fold"
    assert 27 * branch["p"] ** 2 == pytest.approx(4 * branch["q"] ** 3, abs=1e-9)
    assert branch.ends == ("q = 1, the border of the range", "q = 1, the border of the range")
    assert branch["q"][0] == branch["q"][-1] == 1.0
    (cusp,) = diagram.points
    assert cusp.kind == "cusp" and cusp.parameters == pytest.approx({"p": 0, "q": 0}, abs=1e-12)
    assert cusp.data["c"] == pytest.approx(-1)
    assert repr(cusp) == "cusp at p = 0, q = 0"


def test_hopf_points_end_where_they_meet_folds() -> None:
    diagram = _diagram(BOGDANOV_TAKENS)
    hopf, fold = sorted(diagram.branches, key=lambda b: b.kind, reverse=True)
    assert fold["p"] == pytest.approx(fold["q"] ** 2 / 4, abs=1e-9)
    assert np.abs(hopf["p"]).max() < 1e-9 and hopf["q"].max() == pytest.approx(0, abs=1e-9)
    assert hopf.omega == pytest.approx(np.sqrt(-hopf["q"] + 0.0), abs=1e-6)
    assert "Bogdanov-Takens at p = 0, q = 0; beyond it the curve is one of neutral saddles" in hopf.ends
    (point,) = diagram.points.of("bogdanov-takens")
    assert point.parameters == pytest.approx({"p": 0, "q": 0}, abs=1e-12)
    assert (point.data["a"], point.data["b"]) == pytest.approx((1, 1)) and point.period is None
    assert not diagram.points.of("bautin")


def test_the_lyapunov_coefficient_changes_its_sign_at_bautin_points() -> None:
    diagram = _diagram(BAUTIN)
    (hopf,) = diagram.branches
    # Kuznetsov's l1 of this form, with |q| = 1, is twice the coefficient
    assert hopf.l1 == pytest.approx(2 * hopf["q"], abs=1e-9)
    (point,) = diagram.points
    assert point.kind == "bautin" and point.parameters == pytest.approx({"p": 0, "q": 0}, abs=1e-12)
    assert point.period == pytest.approx(2 * np.pi)


def test_a_curve_of_hopf_points_touches_folds_at_a_zero_hopf_point() -> None:
    diagram = _diagram(ZERO_HOPF)
    assert [b.kind for b in diagram.branches] == ["fold", "hopf"]
    hopf = diagram.branches[1]
    (point,) = diagram.points
    assert point.kind == "zero-hopf" and point.parameters == pytest.approx({"p": 0, "q": 0}, abs=1e-9)
    assert point.data["omega"] == pytest.approx(1)
    assert hopf["x"] == pytest.approx(-hopf["q"], abs=1e-9) and hopf["p"] == pytest.approx(-(hopf["q"] ** 2), abs=1e-9)


def test_two_curves_of_hopf_points_cross() -> None:
    diagram = _diagram(DOUBLE_HOPF)
    assert sorted(b.omega[0].round(9) for b in diagram.branches) == [1.0, 1.5]
    (point,) = diagram.points
    assert point.kind == "double hopf" and point.parameters == pytest.approx({"p": 0, "q": 0}, abs=1e-12)
    assert sorted(point.data["omega"]) == pytest.approx([1, 1.5])


def test_a_closed_curve_that_no_border_meets_is_found_once() -> None:
    diagram = _diagram("p = 0\nq = 0\ndx/dt = x**2 + p**2 + q**2 - 0.25")
    (branch,) = diagram.branches
    assert branch.ends == ("closed", "closed")
    assert branch["p"] ** 2 + branch["q"] ** 2 == pytest.approx(np.full(len(branch), 0.25), abs=1e-9)
    assert np.hypot(*(branch.points[0] - branch.points[-1])[1:]) < 1e-9


def test_curves_of_symmetric_models_are_said_not_to_be_followed() -> None:
    diagram = _diagram("p = 0\nq = 0\ndx/dt = p*x - x**3 + 0.4*q*x**3")
    assert not diagram.branches
    (remark,) = diagram.remarks
    assert remark == (
        "The branch point at p = 0, q = -1, and 3 more, are not followed in two parameters: several curves meet there, "
        "as in symmetric models."
    )


def test_a_start_gives_its_own_curve_alone() -> None:
    line = bifurcation(_model(BOGDANOV_TAKENS), "p", (-1, 1), q=-0.5, cycles=False)
    model = _model(BOGDANOV_TAKENS)
    (hopf,) = line.points.of("hopf")  # it knows that it was found at q = -0.5
    diagram = bifurcation(model, ("p", "q"), BOX, start=hopf)
    assert [b.kind for b in diagram.branches] == ["hopf"]
    near = {"x": 0.1, "y": 0.0, "p": 0.05, "q": -0.5}
    assert [b.kind for b in bifurcation(model, ("p", "q"), BOX, start=near).branches] == ["hopf"]
    (point,) = diagram.points.of("bogdanov-takens")
    assert [b.kind for b in bifurcation(model, ("p", "q"), BOX, start=point).branches] == ["fold", "hopf"]


def test_what_was_found_until_it_is_stopped_is_kept() -> None:
    parts: list[float] = []
    stop = threading.Event()

    def progress(part: float) -> None:
        parts.append(part)
        if part > 0.2:
            stop.set()

    diagram = bifurcation(_model(BOGDANOV_TAKENS), ("p", "q"), BOX, progress=progress, stop=stop)
    assert parts == sorted(parts) and parts[-1] < 0.3
    assert diagram.remarks[-1] == "Stopped: what was found until then."


def test_what_was_found_is_shown_while_it_grows_and_when_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainpy_lab.analysis.continuation.news.PAUSE", 0.0)
    seen: list[int] = []

    def watch(diagram: bp.analysis.PlaneDiagram) -> None:
        seen.append(len(diagram.branches))
        if seen[-1] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bifurcation(_model(BOGDANOV_TAKENS), ("p", "q"), BOX, watch=watch)
    assert seen[0] == 0 and sorted(seen) == seen
    left = bp.analysis.interrupted()
    assert len(left.branches) == 2 and left.remarks[-1] == "Interrupted: what was found until then."


def test_a_diagram_is_data_and_shows_itself() -> None:
    diagram = _diagram(BOGDANOV_TAKENS)
    data = diagram.to_xarray()
    assert set(data["kind"].values) == {"fold", "hopf"} and data.sizes["point"] == sum(map(len, diagram.branches))
    table = diagram.to_pandas()
    assert list(table["kind"]) == ["bogdanov-takens"] and table["p"][0] == pytest.approx(0, abs=1e-12)
    axes = diagram.plot().axes[0]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["fold", "Hopf", "Bogdanov-Takens"]
    assert "Bogdanov-Takens" in diagram._repr_html_()
    assert repr(diagram).startswith("Diagram of Model: p from -1 to 1 and q from -1 to 1, 2 curves\ncurve of kind")
    assert diagram.remarks == (
        "Curves of folds of cycles, of period doublings, of tori and of homoclinic orbits are followed with "
        "cycles=True.",
    )


@pytest.mark.parametrize(
    ("names", "ranges", "options", "message"),
    [
        (("p", "p"), BOX, {}, "'p' is given twice."),
        (("p", "z"), BOX, {}, "'z' is no parameter of Model."),
        (("p", "q", "x"), BOX, {}, "The parameters are ('p', 'q', 'x'); two are needed."),
        (("p", "q"), (0, 1), {}, "The ranges are (0, 1), which is one; two are needed."),
        (("p", "q"), ((0, 1), 3), {}, "The range of 'q' is 3; it must be two numbers."),
        (("p", "q"), BOX, {"q": 1.0}, "'q' moves over its range, and cannot have a value besides."),
        (("p", "q"), BOX, {"start": {"y": 1}}, "The start has no value for x."),
        (("p", "q"), BOX, {"start": {"x": 1, "q": 3}}, "The start has q = 3, outside -1 to 1."),
    ],
)
def test_what_cannot_be_meant_is_refused(names: object, ranges: object, options: dict, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        bifurcation(_model(CUSP), names, ranges, **options)
    assert message in str(error.value)


@pytest.mark.parametrize("h", [1e-3, 1e-5])
@pytest.mark.parametrize("kind", ["fold", "hopf"])
def test_curves_that_nearly_cross_are_told_apart(kind: str, h: float) -> None:
    """On p**2 = q**2 + h there are two, sqrt(h) on each side of q = 0: long steps led straight over."""
    growth = f"p**2 - q**2 - {h}"
    turning = f"dx/dt = ({growth})*x - y - x*(x*x + y*y)\ndy/dt = x + ({growth})*y - y*(x*x + y*y)"
    text = turning if kind == "hopf" else f"dx/dt = {growth} - x**2"
    model = bp.model(f"p = 0\nq = 0\n{text}")
    diagram = bp.analysis.bifurcation(model, ("p", "q"), ((-1, 1), (-1, 1)), cycles=False)
    assert [b.kind for b in diagram.branches] == [kind] * 2
    assert sorted(np.sign(b["p"][0]) for b in diagram.branches) == [-1, 1]
    for branch in diagram.branches:
        np.testing.assert_allclose(np.abs(branch["p"]), np.sqrt(branch["q"] ** 2 + h), rtol=1e-9)
        assert len(set(np.sign(branch["p"]))) == 1 and {*np.sign(branch["q"][[0, -1]])} == {-1, 1}


def test_curves_that_do_cross_are_followed_over_the_crossing() -> None:
    """p = q and p = -q: at 0 a sign turns, and no step is short enough to keep it."""
    model = bp.model("p = 0\nq = 0\ndx/dt = p**2 - q**2 - x**2")
    diagram = bp.analysis.bifurcation(model, ("p", "q"), ((-0.9, 1), (-1, 0.8)), cycles=False)
    assert len(diagram.branches) == 2
    for branch in diagram.branches:
        np.testing.assert_allclose(np.abs(branch["p"]), np.abs(branch["q"]), atol=1e-9)
        assert {*np.sign(branch["q"][[0, -1]])} == {-1, 1}
