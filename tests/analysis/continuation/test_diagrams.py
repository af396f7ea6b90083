"""Diagrams of equilibria: what is followed, what is said, what is refused."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Diagram
from brainpy_lab.errors import AnalysisError, ArgumentError

bifurcation = bp.analysis.bifurcation


def _kinds(diagram: Diagram) -> list[tuple[str, float]]:
    return [(p.kind, round(p.parameter, 9)) for p in diagram.points]


def test_branches_end_exactly_on_the_borders() -> None:
    diagram = bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2), cycles=False)
    (branch,) = diagram.branches
    assert {branch["I"][0], branch["I"][-1]} == {0.0, 2.0}
    assert branch.ends == ("I = 0, the border of the range", "I = 2, the border of the range")
    assert len(np.unique(branch["I"])) == len(branch)


def test_a_pitchfork_gives_both_branches() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = r*x - x**3"), "r", (-1, 1))
    (point,) = diagram.points
    assert (point.kind, point.data["type"]) == ("branch point", "pitchfork")
    assert point.parameter == pytest.approx(0, abs=1e-9) and point.values["x"] == pytest.approx(0, abs=1e-9)
    assert sorted(p.values["x"] for p in diagram.at(0.25)) == pytest.approx([-0.5, 0, 0.5], abs=1e-9)
    assert [p.stable for p in diagram.at(0.25)] == [True, False, True]
    assert len(diagram.branches) == 2


def test_the_branches_of_a_pitchfork_turn_without_a_fold() -> None:
    points = bifurcation(bp.models.lorenz(), "r", (0.5, 20), cycles=False).points
    assert [(p.kind, round(p.parameter, 9)) for p in points] == [("branch point", 1.0)]


def test_a_transcritical_point_gives_both_branches() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = r*x - x**2"), "r", (-1, 1))
    (point,) = diagram.points
    assert point.data["type"] == "transcritical" and point.parameter == pytest.approx(0, abs=1e-9)
    assert sorted(p.values["x"] for p in diagram.at(-0.5)) == pytest.approx([-0.5, 0], abs=1e-9)


def test_a_branch_point_is_reached_from_the_branch_alone() -> None:
    model = bp.model("r = 1\ndx/dt = r*x - x**3")
    diagram = bifurcation(model, "r", (-1, 1), start={"x": 0.9, "r": 0.81})
    assert len(diagram.branches) == 2 and _kinds(diagram) == [("branch point", 0.0)]


def test_an_unfolded_pitchfork_has_a_fold_and_no_branch_point() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = 0.01 + r*x - x**3"), "r", (-1, 1))
    fold = 3 * (0.01 / 2) ** (2 / 3)
    assert [p.kind for p in diagram.points] == ["fold"]
    assert diagram.points[0].parameter == pytest.approx(fold, rel=1e-9)


def test_a_closed_branch_is_followed_once_round() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = r**2 + x**2 - 0.25"), "r", (-1, 1))
    (branch,) = diagram.branches
    assert branch.ends == ("closed", "closed")
    assert _kinds(diagram) == [("fold", -0.5), ("fold", 0.5)]
    assert branch["r"].min() == pytest.approx(-0.5, abs=1e-9) and branch["r"].max() == pytest.approx(0.5, abs=1e-9)


def test_an_equilibrium_that_leaves_for_infinity_is_said() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = 1 - r*x"), "r", (-1, 1))
    assert any("x leaves for infinity near r = " in end for branch in diagram.branches for end in branch.ends)


def test_two_hopf_points_closer_than_a_step_are_both_found() -> None:
    """Re = -(r - 0.5)**2 + 1e-6: Hopf points 0.002 apart."""
    text = "r = 0\nmu = 1e-6 - (r - 0.5)**2\ndx/dt = mu*x - y - x*(x**2 + y**2)\ndy/dt = x + mu*y - y*(x**2 + y**2)"
    for step in (0.05, 0.1, 0.3):
        diagram = bifurcation(bp.model(text), "r", (0, 1), step=step)
        assert _kinds(diagram) == [("hopf", 0.499), ("hopf", 0.501)]
    assert diagram.points[0].data["omega"] == pytest.approx(1, rel=1e-12)
    assert diagram.points[0].data["l1"] == pytest.approx(-2, rel=1e-9)
    assert diagram.points[0].period == pytest.approx(2 * np.pi)


def test_two_folds_closer_than_a_step_are_both_found() -> None:
    """r = x**3 - 3e-4*x: folds at x = ±0.01."""
    diagram = bifurcation(bp.model("r = 0\ndx/dt = r + 3e-4*x - x**3"), "r", (-1, 1), step=0.3)
    assert [p.kind for p in diagram.points] == ["fold", "fold"]
    assert [p.parameter for p in diagram.points] == pytest.approx([-2e-6, 2e-6], abs=1e-11)


def test_a_state_can_be_the_parameter() -> None:
    """The fast equations of Hindmarsh and Rose over their slow variable."""
    text = "I = 2\ndx/dt = y - x**3 + 3*x**2 - z + I\ndy/dt = 1 - 5*x**2 - y\ndz/dt = 0.005*(4*(x + 1.6) - z)"
    diagram = bifurcation(bp.model(text), "z", (-10, 10))
    assert diagram.branches[0].names == ("x", "y")
    folds = [2 + 1 - 5 * x**2 - x**3 + 3 * x**2 for x in (-4 / 3, 0)]  # where d(-x**3 - 2*x**2)/dx is zero
    assert [p.parameter for p in diagram.points.of("fold")] == pytest.approx(sorted(folds), rel=1e-9)


def test_scales_of_a_billion_apart_make_no_difference() -> None:
    """The cubic in volts, and a second state of 1e9."""
    text = "r = 1e-9\ndx/dt = r/1e-9 - 3*(x/1e-3) + (x/1e-3)**3\ndy/dt = 1e9*(x/1e-3) - y"
    diagram = bifurcation(bp.model(text), "r", (-1e-8, 1e-8), box={"x": (-5e-3, 5e-3), "y": (-5e9, 5e9)})
    assert [p.kind for p in diagram.points] == ["fold", "fold"]
    assert [p.parameter for p in diagram.points] == pytest.approx([-2e-9, 2e-9], rel=1e-9)


def test_time_resets_and_noise_are_said() -> None:
    text = "I = 0\nsigma = 1\ndV/dt = I - V + sin(t) + sigma*xi\nwhen V > 1:\n    V = 0"
    remarks = " ".join(bifurcation(bp.model(text), "I", (-1, 1), t=2.0).remarks)
    assert "Noise is left out" in remarks
    assert "The event 'V > 1' changes the state" in remarks or "changes the state" in remarks
    assert "which is held at t = 2" in remarks


def test_stop_keeps_what_there_is_and_progress_grows() -> None:
    seen: list[float] = []
    stop = threading.Event()

    def heard(part: float) -> None:
        seen.append(part)
        if part > 0.15:
            stop.set()

    diagram = bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2), progress=heard, stop=stop)
    assert seen == sorted(seen) and 0.15 < seen[-1] < 0.3
    assert "Stopped: what was found until then." in diagram.remarks
    assert [p.kind for p in diagram.points] == ["hopf"]


def test_a_diagram_is_data() -> None:
    diagram = bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2), cycles=False)
    table = diagram.to_pandas()
    assert list(table.kind) == ["hopf", "hopf"] and table.I[0] == diagram.points[0].parameter
    data = diagram.to_xarray()
    assert data.V.dims == ("point",) and data.eigenvalues.shape == (len(diagram.branches[0]), 2)
    assert (data.stable.values == (data.eigenvalues.values.real.max(axis=1) < 0)).mean() > 0.95
    assert repr(diagram.points[0]) == "subcritical Hopf at I = 0.331281, period 22.81"
    assert "subcritical Hopf" in diagram._repr_html_()
    (axes,) = diagram.plot("w").axes
    assert axes.get_xlabel() == "I" and axes.get_ylabel() == "w"
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["stable", "unstable", "Hopf"]


def test_nothing_found_is_said() -> None:
    diagram = bifurcation(bp.model("r = 1\ndx/dt = 1 + r**2 + x**2"), "r", (-1, 1))
    assert "No equilibrium of Model was found for r from -1 to 1." in repr(diagram)
    with pytest.raises(ArgumentError, match="There is nothing to plot"):
        diagram.plot()


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (("J", (0, 1)), {}, "'J' is no parameter of FitzHughNagumo"),
        (("I", (1, 0)), {}, "The range of 'I' runs from 1 to 0"),
        (("I", (0, np.inf)), {}, "both ends must be finite"),
        (("I", (0, 1)), {"I": 3}, "'I' moves over its range"),
        (("I", (0, 1)), {"q": 3}, "'q' is neither a parameter nor a variable"),
        (("I", (0, 1)), {"step": 0}, "step is 0; it must lie between 0.0001 and 0.5"),
        (("I", (0, 1)), {"tolerance": 1}, "tolerance is 1"),
        (("I", (0, 1)), {"start": 3}, "start is an equilibrium or a cycle to begin at, not 3.\n  Give values of all"),
        (("I", (0, 1)), {"start": {"V": np.nan, "w": 0}}, "start: 'V' is nan; it must be a finite number"),
        (("I", (0, 1)), {"cycles": "yes"}, "cycles is True, False or None, not 'yes'"),
        (("I", (0, 1)), {"doublings": 1.5}, "doublings is 1.5; it must be a whole number"),
        (("I", (0, 1)), {"start": {"V": 0}}, "has no value for w"),
        (("I", (0, 1)), {"start": {"V": 0, "w": 0, "u": 1}}, "names u"),
        (("I", (0, 1)), {"start": {"V": 0, "w": 0, "I": 2}}, "outside 0 to 1"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[object, ...], keywords: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        bifurcation(bp.models.fitzhugh_nagumo(), *arguments, **keywords)


def test_fractional_orders_are_refused_by_name() -> None:
    with pytest.raises(AnalysisError, match="has fractional orders"):
        bifurcation(bp.model("r = 1\norder(x) = 0.5\ndx/dt = -r*x"), "r", (0, 3))
    diagram = bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 1))
    with pytest.raises(ArgumentError, match="outside 0 to 1"):
        diagram.at(1.5)
    with pytest.raises(ArgumentError, match="There is no kind 'Hopf'"):
        diagram.points.of("Hopf")


def test_equilibria_far_from_the_initial_values_are_found_beside_near_ones() -> None:
    # r - 1 = 27: the two points (x, x, 27) with x**2 = 8*27/3 = 72 lie outside three times the initial values
    lorenz = bp.models.lorenz()
    diagram = bifurcation(lorenz, "sigma", (5, 20), cycles=False)
    assert sorted(p.values["x"] for p in diagram.at(10.0)) == pytest.approx([-np.sqrt(72), 0, np.sqrt(72)], abs=1e-8)


def test_curves_that_begin_far_from_the_initial_values_are_found() -> None:
    # x = 0 keeps its stability; the folds of y**3 - 3*y lie at y = 99 and 101, I = -2 and 2, whatever a is
    model = bp.model("I = 0; a = 100\ndx/dt = x*(I + 3*(x - a) - (x - a)**3)")
    diagram = bifurcation(model, ("I", "a"), ((-3, 3), (90, 110)), cycles=False)
    folds = [b for b in diagram.branches if b.kind == "fold"]
    assert {round(float(v)) for b in folds for v in b.to_xarray()["I"].values} == {-2, 2}
