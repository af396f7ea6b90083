"""Parameters by name: beside the options of a call, and in a mapping that reaches every name."""

from __future__ import annotations

import numpy as np
import pytest

import brainpy_lab as bp
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.model import Model, run_options


def decay(rate: str) -> Model:
    return bp.model(f"{rate} = 1\nk = 0\ndx/dt = -{rate}*x + k\nx(0) = 1", name="Decay", backend="numpy")


LEGAL = sorted(set(run_options()) - {"dt", "duration"})


@pytest.mark.parametrize("name", LEGAL)
def test_every_option_of_a_run_can_be_a_parameter(name: str) -> None:
    model = decay(name)
    assert f"{name} is also an option of run: parameters={{'{name}': ...}} sets the parameter" in model.notes
    assert model.run(0.1, parameters={name: 2.0}).x[-1] == pytest.approx(np.exp(-0.2), abs=1e-8)
    if name == "parameters":
        with pytest.raises(ArgumentError, match="takes values by name, not 2.0") as refusal:
            model.run(0.1, parameters=2.0)
        assert refusal.value.advice == "For example parameters={'parameters': 1.0}."
        return
    with pytest.raises(ArgumentError, match=f"'{name}' is an option of run and a parameter") as refusal:
        model.run(0.1, **{name: 2.0})
    assert f"parameters={{'{name}': ...}} sets the parameter" in refusal.value.advice


def test_option_and_parameter_of_one_name() -> None:
    sol = decay("start").run(0.1, start=0.2, parameters={"start": 2.0})
    assert sol.t[0] == 0.2
    assert sol.x[-1] == pytest.approx(np.exp(-0.2), abs=1e-8)
    assert decay("duration").run(0.1).t[-1] == pytest.approx(0.1)  # not by keyword: nothing to mistake
    with pytest.raises(ArgumentError, match="'duration' is an option of run"):
        decay("duration").run(duration=0.1)


def test_a_name_given_twice() -> None:
    with pytest.raises(ArgumentError, match="'k' is given twice: as a keyword and in parameters"):
        decay("a").run(0.1, k=1.0, parameters={"k": 1.0})
    with pytest.raises(ArgumentError, match="'k' is given twice"):
        decay("a").step(1.0, k=1.0, parameters={"k": 1.0})


def test_both_ways_together_and_unknown_names() -> None:
    model = decay("alpha")
    both = model.run(0.1, k=1.0, parameters={"alpha": 2.0})
    assert both.x[-1] == model.run(0.1, parameters={"alpha": 2.0, "k": 1.0}).x[-1]
    for call in (lambda: model.run(0.1, alhpa=1.0), lambda: model.run(0.1, parameters={"alhpa": 1.0})):
        with pytest.raises(ArgumentError, match="no parameter 'alhpa'") as refusal:
            call()
        assert refusal.value.advice == "Did you mean 'alpha'?"
    for wrong in (5, [("k", 1.0)], {5: 1.0}, "k"):
        with pytest.raises(ArgumentError, match="parameters takes values by name"):
            model.run(0.1, parameters=wrong)


def test_names_of_python_itself() -> None:
    model = decay("self")
    assert model.run(0.1, self=2.0).x[-1] == pytest.approx(np.exp(-0.2), abs=1e-8)
    assert model.step(1.0, self=2.0) == pytest.approx(0.9801986733)


def test_step_takes_them_too() -> None:
    model = decay("start")
    assert model.step(1.0, parameters={"start": 2.0}) == pytest.approx(0.9801986733)
    assert model.step(1.0, 5.0, start=2.0) == pytest.approx(0.9801986733)  # step has no option of that name


def test_analysis_takes_them_too() -> None:
    model = decay("box")
    given = {"k": 3.0, "box": 2.0}
    (point,) = bp.analysis.fixed_points(model, {"x": (-5, 5)}, parameters=given)
    assert point.values["x"] == pytest.approx(1.5)
    with pytest.raises(ArgumentError, match="'box' is an option of fixed_points and a parameter"):
        bp.analysis.fixed_points(model, {"x": (-5, 5)}, box=2.0)
    named = decay("model")
    for plane in (
        bp.analysis.PhasePlane(named, x=(-5, 5), model=2.0, k=3.0),
        bp.analysis.PhasePlane(named, x=(-5, 5), parameters={"model": 2.0, "k": 3.0}),
        bp.analysis.PhasePlane(named, parameters={"model": 2.0, "k": 3.0, "x": (-5, 5)}),
    ):
        assert plane.fixed_points()[0].values["x"] == pytest.approx(1.5)
    with pytest.raises(ArgumentError, match="'k' is given twice"):
        bp.analysis.PhasePlane(named, x=(-5, 5), k=3.0, parameters={"k": 3.0})


def test_a_trajectory_of_a_state_called_like_its_argument() -> None:
    model = bp.model("dduration/dt = -duration", backend="numpy")
    plane = bp.analysis.PhasePlane(model, duration=(-1, 1))
    sol = plane.trajectory(1.0, initial={"duration": 0.5})
    assert sol["duration"][-1] == pytest.approx(0.5 * np.exp(-1), abs=1e-8)
    with pytest.raises(ArgumentError, match="given twice"):
        bp.analysis.PhasePlane(decay("a"), x=(-1, 1)).trajectory(1.0, initial={"x": 0.5}, x=0.5)


@pytest.mark.parametrize("name", ["data", "final", "events", "plot", "params", "_x"])
def test_states_that_a_solution_has_something_else_for(name: str) -> None:
    model = bp.model(f"d{name}/dt = -{name}\n{name}(0) = 1", backend="numpy")
    sol = model.run(0.1)
    assert sol[name][-1] == pytest.approx(np.exp(-0.1), abs=1e-8)
    if name == "_x":
        assert sol._x is sol["_x"]
        return
    said = f"he course of {name} is sol['{name}']; sol.{name} is something else"
    assert f"t{said}" in model.notes
    assert f"T{said}." in repr(sol)
    assert said.replace("'", "&#x27;") in sol._repr_html_()
    assert said.replace("'", "&#x27;") in model._repr_html_()


def test_others_have_no_notes() -> None:
    model = bp.model("a = 1\ndV/dt = -a*V\nV(0) = 1", backend="numpy")
    assert model.notes == ()
    assert repr(model.run(0.1)) == "Solution of Model: V at 11 times from 0 to 0.1; completed."


@pytest.mark.parametrize(
    ("call", "wrong", "meant"),
    [
        (lambda m: m.run(1.0, recrod=["x"]), "recrod", "record"),
        (lambda m: bp.analysis.bifurcation(m, "a", (0, 1), cyles=True), "cyles", "cycles"),
        (lambda m: bp.analysis.fixed_points(m, {"x": (0, 1)}, provn=True), "provn", "proven"),
    ],
)
def test_a_misspelt_option_is_told_with_the_nearest(call, wrong, meant):
    with pytest.raises(ArgumentError, match=f"no '{wrong}'") as error:
        call(bp.model("a = 1\ndx/dt = a - x"))
    assert error.value.advice == f"Did you mean '{meant}'?"


def test_a_misspelt_parameter_stays_one_though_an_option_is_near():
    with pytest.raises(ArgumentError, match="no parameter 'metho'") as error:
        bp.model("metho_d = 1\ndx/dt = metho_d - x").run(1.0, metho=2)
    assert error.value.advice == "Did you mean 'metho_d'?"
