"""Branches of cycles: where they fold, double, begin and end, against known values."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.analysis import Cycle, Diagram, bifurcation

#: A Hopf point and a fold of cycles in closed form: r' = r*(b1 + b2*r**2 - r**4) (Kuznetsov 2004, section 8.3).
BAUTIN = """
b1 = 0.0
b2 = 1.0
dx/dt = b1*x - y + b2*x*(x**2 + y**2) - x*(x**2 + y**2)**2
dy/dt = x + b1*y + b2*y*(x**2 + y**2) - y*(x**2 + y**2)**2
"""

#: An electronic oscillator with a pitchfork of cycles (Freire and others 1984; a demonstration of AUTO).
TOR = """
dx/dt = (-(be + nu)*x + be*y - a3*x**3 + b3*(y - x)**3)/r
dy/dt = be*x - (be + ga)*y - z - b3*(y - x)**3
dz/dt = y
nu = -0.59
be = 0.5
ga = -0.6
r = 0.6
a3 = 0.328578
b3 = 0.933578
"""

#: Field and Noyes's oscillator with two variables, scaled as by Tyson.
OREGONATOR = """
eps = 0.2
q = 0.01
f = 1.0
dx/dt = (x*(1 - x) - f*z*(x - q)/(x + q))/eps
dz/dt = x - z
x(0) = 0.5
z(0) = 0.5
"""


@cache
def morris_lecar() -> Diagram:
    return bifurcation(bp.models.morris_lecar(), "I", (0, 300))


def places(diagram: Diagram, kind: str) -> list[float]:
    return [p.parameter for p in diagram.points.of(kind)]


def test_a_fold_of_cycles_in_closed_form() -> None:
    diagram = bifurcation(bp.model(BAUTIN), "b1", (-1, 1))
    (fold,) = diagram.points.of("fold of cycles")
    assert fold.parameter == pytest.approx(-0.25, abs=1e-10)
    assert fold.data["max"]["x"] == pytest.approx(np.sqrt(0.5), abs=1e-5)
    assert fold.period == pytest.approx(2 * np.pi, rel=1e-9)
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.ends == ("b1 = 0, a Hopf point", "b1 = 1, the border of the range")
    # unstable from the subcritical Hopf point to the fold, stable from there on
    before = np.arange(len(branch)) < np.argmin(branch["b1"])
    assert not branch.stable[1:][before[1:]].any() and branch.stable[~before][1:].all()


def test_both_cycles_of_a_bistable_range_are_there() -> None:
    states = bifurcation(bp.model(BAUTIN), "b1", (-1, 1)).at(-0.16)
    assert [type(s).__name__ for s in states] == ["FixedPoint", "Cycle", "Cycle"]
    # r**2 = (1 -+ sqrt(1 - 0.64))/2
    assert sorted(c.max["x"] for c in states.cycles) == pytest.approx(np.sqrt([0.2, 0.8]), rel=1e-9)
    assert sorted(c.stable for c in states.cycles) == [False, True]


def test_folds_of_cycles_of_morris_and_lecar() -> None:
    diagram = morris_lecar()
    assert places(diagram, "fold of cycles") == pytest.approx([88.2932505431, 216.8998013894], abs=1e-7)
    assert places(diagram, "hopf") == pytest.approx([93.8576183737, 212.0188161004], abs=1e-9)
    assert not diagram.points.of("branch point of cycles")
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.ends == ("I = 93.8576, a Hopf point", "I = 212.019, a Hopf point")
    (cycle,) = [c for c in diagram.at(100.0).cycles if c.stable]
    assert cycle.period == pytest.approx(85.290641042912392, rel=1e-9)
    assert cycle.log_multipliers[1].real == pytest.approx(-9.8327960085445, abs=1e-5)


@pytest.mark.parametrize("step", [0.05, 0.2])
def test_folds_do_not_depend_on_the_step(step: float) -> None:
    diagram = bifurcation(bp.models.morris_lecar(), "I", (80, 230), step=step)
    assert places(diagram, "fold of cycles") == pytest.approx([88.2932505431, 216.8998013894], abs=1e-7)
    assert {p.kind for p in diagram.points} == {"fold of cycles", "hopf"}


def test_the_folds_of_hodgkin_and_huxley() -> None:
    diagram = bifurcation(bp.models.hodgkin_huxley(), "I", (0, 30), doublings=0)
    assert places(diagram, "fold of cycles") == pytest.approx([6.2603212745137, 7.8423471202, 7.9177854943], abs=1e-7)
    periods = [p.period for p in diagram.points.of("fold of cycles")]
    assert periods == pytest.approx([19.89524071252, 16.713796809, 20.70729411], rel=1e-7)


def test_a_canard_has_one_fold_and_nothing_else() -> None:
    """The cycles of FitzHugh and Nagumo grow within 1e-11 of one value; the model is symmetric about I = 0.875."""
    diagram = bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2))
    assert [p.kind for p in diagram.points] == ["fold of cycles", "hopf", "hopf", "fold of cycles"]
    first, last = places(diagram, "fold of cycles")
    assert first + last == pytest.approx(1.75, abs=1e-9)
    assert first == pytest.approx(0.32417852250, abs=1e-9)


def test_a_saddle_node_on_an_invariant_circle() -> None:
    diagram = bifurcation(bp.models.morris_lecar_snic(), "I", (0, 135))
    (snic,) = diagram.points.of("snic")
    fold = min(diagram.points.of("fold"), key=lambda p: abs(p.parameter - 40))
    assert snic.parameter == fold.parameter and np.isinf(snic.period or 0.0)
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.ends[1] == "I = 39.9632, a saddle-node on an invariant circle"


def test_a_homoclinic_orbit() -> None:
    diagram = bifurcation(bp.models.morris_lecar_homoclinic(), "I", (0, 60))
    (homoclinic,) = diagram.points.of("homoclinic")
    assert homoclinic.parameter == pytest.approx(35.00673, abs=1e-4)
    assert not diagram.points.of("branch point of cycles"), "near its Hopf point multipliers are nearly one"


def test_period_doubling_and_its_multiplier() -> None:
    diagram = bifurcation(bp.models.rossler(), "a", (-0.05, 0.15), doublings=0)
    (point,) = diagram.points.of("period doubling")
    assert point.parameter == pytest.approx(0.10963893651816, abs=1e-9)
    assert min(abs(point.data["multipliers"] + 1)) < 1e-6


@pytest.mark.parametrize("step", [0.05, 0.2])
def test_a_cascade_of_period_doublings(step: float) -> None:
    """Each branch begins at a doubling, with twice its period; none is followed twice, nothing else is found."""
    diagram = bifurcation(bp.models.rossler(), "a", (-0.05, 0.16), doublings=2, step=step)
    assert [p.kind for p in diagram.points] == ["hopf", *3 * ["period doubling"]]
    assert places(diagram, "period doubling") == pytest.approx([0.1096389365, 0.1429972502, 0.1520484743], abs=1e-8)
    branches = [b for b in diagram.branches if b.kind == "cycle"]
    assert [b.ends[0] for b in branches] == [
        "a = 0.00597844, a Hopf point", "a = 0.109639, a period doubling", "a = 0.142997, a period doubling",
    ]  # fmt: skip
    doubled = branches[1]
    assert doubled.period[0] == pytest.approx(2 * diagram.points.of("period doubling")[0].period, rel=1e-9)
    assert doubled.stable[1:][doubled["a"][1:] < 0.1429].all(), "they take over the stability"
    assert not branches[0].stable[branches[0]["a"] > 0.11].any()


@pytest.mark.slow
def test_a_branch_between_two_period_doublings_is_followed_once() -> None:
    diagram = bifurcation(bp.models.hodgkin_huxley(), "I", (0, 30))
    (ends,) = [b.ends for b in diagram.branches if b.kind == "cycle" and "doubling" in b.ends[0]]
    assert ends == ("I = 7.84534, a period doubling", "I = 7.91778, a period doubling")


def test_a_pitchfork_of_cycles_is_told_from_a_fold() -> None:
    diagram = bifurcation(bp.model(TOR), "nu", (-0.6, -0.5))
    assert places(diagram, "fold of cycles") == pytest.approx([-0.58433479734], abs=1e-7)
    assert places(diagram, "branch point of cycles") == pytest.approx([-0.587029], abs=2e-5)


def test_cycles_that_no_hopf_point_leads_to_are_simulated() -> None:
    """Its cycles are born at a saddle-node, with no Hopf point in the range."""
    diagram = bifurcation(bp.models.morris_lecar_snic(), "I", (20, 60))
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert not diagram.points.of("hopf")
    assert branch.stable.all() and branch["I"].max() == 60
    assert [p.kind for p in diagram.points if p.kind == "snic"] == ["snic"]


def test_a_branch_of_cycles_is_data() -> None:
    diagram = morris_lecar()
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    table = branch.to_xarray()
    assert set(table) == {"V_min", "V_max", "w_min", "w_max", "period", "stable", "multipliers"}
    np.testing.assert_array_equal(table.V_max, branch.max["V"])
    np.testing.assert_array_equal(table.I, branch["I"])
    assert repr(branch).startswith("branch of kind cycle: ") and "period from" in repr(branch)
    assert "fold of cycles at I = 88.2933, period 135.4" in repr(diagram.points)
    labels = {line.get_label() for line in diagram.plot("V").axes[0].lines}
    assert {"stable", "unstable", "stable cycle", "unstable cycle", "fold of cycles", "Hopf"} <= labels


def test_without_cycles() -> None:
    diagram = bifurcation(bp.models.morris_lecar(), "I", (0, 300), cycles=False)
    assert {b.kind for b in diagram.branches} == {"equilibrium"}
    assert not any(isinstance(s, Cycle) for s in diagram.at(100.0))


def test_stopping_keeps_the_cycles_found() -> None:
    stop = threading.Event()

    def heard(part: float) -> None:
        if part > 0.3:
            stop.set()

    diagram = bifurcation(bp.models.morris_lecar(), "I", (0, 300), progress=heard, stop=stop)
    assert "Stopped: what was found until then." in diagram.remarks


def test_where_cycles_are_not_followed_it_is_said() -> None:
    diagram = bifurcation(bp.models.izhikevich(), "I", (0, 30))
    assert {b.kind for b in diagram.branches} == {"equilibrium"}
    assert any("Cycles are not followed." in text for text in diagram.remarks)


def test_a_matrix_that_cannot_be_solved_ends_a_branch_and_not_the_diagram(monkeypatch: pytest.MonkeyPatch) -> None:
    from brainpy_lab.analysis.continuation import cycle_tracing

    counted = cycle_tracing.cycle_station
    calls = iter(range(1000))

    def breaks(*arguments: object) -> object:
        if next(calls) > 5:
            raise np.linalg.LinAlgError
        return counted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cycle_tracing, "cycle_station", breaks)
    diagram = bifurcation(bp.model(BAUTIN), "b1", (-1, 1))
    assert [p.kind for p in diagram.points] == ["hopf"]
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.ends[1].endswith("steps became too short") and "is followed as far as" in diagram.remarks[0]


def test_orbits_begin_where_the_model_does_where_nothing_stable_is_known() -> None:
    """The first equilibrium of the Oregonator has a negative concentration: orbits beside it leave for infinity."""
    model = bp.model(OREGONATOR)
    diagram = bifurcation(model, "f", (0.9, 1.1))
    stable = [b for b in diagram.branches if b.kind == "cycle" and b.stable.any()]
    assert stable and min(b["f"].min() for b in stable) < 1.0 < max(b["f"].max() for b in stable)
    cycle = bp.analysis.limit_cycle(model, f=1.0)
    assert diagram.at(1.0).cycles[0].period == pytest.approx(cycle.period, rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("most", "step"), [(160, 0.03), (160, 0.3), (200, 0.1)])
def test_a_doubling_close_to_where_its_branch_begins(most: float, step: float) -> None:
    """On the doubled branch a multiplier goes from below -1 to above 1 beside each fold, through -1 as well."""
    diagram = bifurcation(bp.models.hodgkin_huxley(), "I", (0, most), step=step)
    assert places(diagram, "period doubling") == pytest.approx(
        [7.845337398, 7.846481432, 7.855722808, 7.906803877, 7.917777676], abs=1e-7
    )
    assert not diagram.remarks


def test_a_start_on_an_unstable_equilibrium_is_not_told_as_an_orbit_that_never_settles() -> None:
    """The model's own start, at zero, stays there exactly."""
    model = bp.model("p = 0.2\nr = x**2 + y**2\ndx/dt = p*x - 2*y - x*r\ndy/dt = 2*x + p*y - y*r")
    diagram = bp.analysis.bifurcation(model, "p", (0.1, 0.5))
    (branch,) = [b for b in diagram.branches if b.kind == "cycle"]
    assert branch.max["x"] == pytest.approx(np.sqrt(branch["p"]), rel=1e-6)
    assert diagram.remarks == ()


def test_the_data_of_a_fold_of_cycles_are_printed_in_a_line() -> None:
    (point, _) = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2)).points.of("fold of cycles")
    assert len(repr(point.data)) < 400 and f"<orbit of period {point.period:.6g} at" in repr(point.data)
