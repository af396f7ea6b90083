"""The panel's kernel half, spoken to over faked comms; every message is checked against the schema."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from brainpy_kernel.panel.inline import TABS, InlinePanel

ROOT = next(r.real for r in np.roots([-1 / 3, 0, 1 - 1 / 0.8, 0.5 - 0.7 / 0.8]) if abs(r.imag) < 1e-9)


def fixed_points_of(widget):
    """Abscissas of the fixed points in a phase plane: a mark for each kind, far outside where there is none."""
    marks = [mark for mark in widget.children[-1].marks[1:-1] if mark._model_name == "ScatterModel"]
    return [x for mark in marks for x in mark.x if x > -1e29]


def test_hello_is_answered_with_the_state(jupyter, cell, open_panel):
    jupyter(cell + ";")
    (state,) = open_panel().heard("state")
    assert state["current"] == "FHN"
    (info,) = state["models"]
    assert info["states"] == ["V", "w"]
    assert info["parameters"] == {"I": 0.5, "a": 0.7, "b": 0.8, "tau": 12.5}
    assert (info["backend"], info["method"], info["edited"]) == ("numpy", "rk4", False)
    assert {"numpy", "numba"} <= {d["name"] for d in state["drivers"]}
    methods = {m["name"]: m for m in state["methods"]}
    assert methods["rk4"]["order"] == 4
    assert methods["rkdp"]["adaptive"]


def test_without_a_model_the_state_is_empty(panel):
    (state,) = panel.heard("state")
    assert (state["models"], state["current"]) == ([], None)


def test_nothing_is_sent_while_no_panel_is_open(jupyter, cell, wire, open_panel):
    jupyter(cell)
    jupyter.view.controls.sliders["I"].value = 0.8
    jupyter("m = 1")
    jupyter.settle()
    assert wire.sent() == []
    panel = open_panel()
    panel.say("show", view="fixed_points")
    jupyter.settle()
    panel.close()
    count = len(wire.sent())
    jupyter.view.controls.sliders["I"].value = 0.9
    jupyter(cell)
    jupyter.settle()
    assert len(wire.sent()) == count


def test_a_hidden_view_is_not_computed_or_sent(jupyter, cell, panel):
    jupyter(cell)
    jupyter.settle()
    panel.say("show", view="fixed_points")
    jupyter.settle()
    panel.say("show", view=None)
    count = len(panel.wire.sent())
    jupyter.view.controls.sliders["I"].value = 0.8
    jupyter.settle()
    assert len(panel.wire.sent()) == count


def test_models_made_in_any_way_are_told(jupyter, panel):
    jupyter("%%brainpy --backend numpy\nm = bp.model('dx/dt = -x', name='Decay')")
    assert [m["name"] for m in panel.heard("state")[-1]["models"]] == ["m"]
    jupyter("import brainpy_lab as bp\nn = bp.model('dy/dt = y', name='Growth')")
    state = panel.heard("state")[-1]
    assert ([m["name"] for m in state["models"]], state["current"]) == (["m", "n"], "n")
    jupyter("del n")
    state = panel.heard("state")[-1]
    assert ([m["name"] for m in state["models"]], state["current"]) == (["m"], "m")
    count = len(panel.heard("state"))
    jupyter("x = 1")
    assert len(panel.heard("state")) == count


def test_code_of_the_selected_model(jupyter, cell, panel):
    jupyter(cell + ";")
    jupyter("import brainpy_lab as bp\nm = bp.model('dx/dt = -x', name='Decay')")
    panel.say("show", view="code")
    assert panel.heard("code")[-1]["model"] == "m"
    panel.say("select", model="FHN")
    code = panel.heard("code")[-1]
    assert (code["model"], code["backend"], code["method"]) == ("FHN", "numpy", "rk4")
    assert code["text"] == code["generated"] == jupyter.value("FHN.code().text")
    assert code["file"].endswith(".py")


def test_configure_changes_driver_and_method(jupyter, cell, panel):
    jupyter(cell)
    panel.say("show", view="code")
    panel.say("configure", model="FHN", method="euler")
    assert jupyter.value("FHN.method") == "euler"
    assert panel.heard("code")[-1]["method"] == "euler"
    assert panel.heard("state")[-1]["models"][0]["method"] == "euler"
    jupyter.settle()
    x, y = jupyter.view.time_courses.curves()["V"]
    solution = jupyter.value("FHN.run(50, method='euler')")
    assert abs(np.interp(x, solution.t, solution.V) - y).max() < 1e-5
    panel.say("configure", model="FHN", method="rk5")
    assert "rk5" in panel.heard("error")[-1]["message"]
    assert jupyter.value("FHN.method") == "euler"


def test_apply_runs_the_edited_code_and_revert_brings_the_old_back(jupyter, cell, panel):
    jupyter(cell.replace("rk4", "euler").replace("--backend", "--method euler --backend"))
    jupyter.settle()
    panel.say("show", view="code")
    text = panel.heard("code")[-1]["text"]
    edited = text.replace("V + dt * ", "V + 0.5 * dt * ")
    assert edited != text
    panel.say("apply", model="FHN", text=edited)
    jupyter.settle()
    code = panel.heard("code")[-1]
    assert (code["edited"], code["text"], code["generated"]) == (True, edited, text)
    assert panel.heard("state")[-1]["models"][0]["edited"]
    x, y = jupyter.view.time_courses.curves()["V"]
    solution = jupyter.value("FHN.run(50)")
    assert abs(np.interp(x, solution.t, solution.V) - y).max() < 1e-5
    panel.say("revert", model="FHN")
    jupyter.settle()
    code = panel.heard("code")[-1]
    assert (code["edited"], code["text"]) == (False, text)
    x, plain = jupyter.view.time_courses.curves()["V"]
    assert abs(np.interp(x, solution.t, solution.V) - plain).max() > 0.05


def test_a_refused_edit_has_a_place_and_changes_nothing(jupyter, cell, panel):
    jupyter(cell + ";")
    panel.say("show", view="code")
    text = panel.heard("code")[-1]["text"]
    panel.say("apply", model="FHN", text=text + "\nx = = 1\n")
    jupyter.settle()
    error = panel.heard("error")[-1]
    assert (error["model"], error["view"]) == ("FHN", "code")
    assert error["line"] == text.count("\n") + 2
    assert error["column"] == 4
    assert jupyter.value("FHN.code().text") == text
    assert not jupyter.value("FHN.is_edited")


def test_fixed_points_follow_the_slider(jupyter, cell, panel):
    jupyter(cell)
    jupyter.settle()
    panel.say("show", view="fixed_points")
    jupyter.settle()
    table = panel.heard("fixed_points")[-1]
    (row,) = table["rows"]
    assert row["values"] == pytest.approx([ROOT, (ROOT + 0.7) / 0.8], abs=1e-9)
    matrix = np.array([[1 - ROOT**2, -1], [1 / 12.5, -0.8 / 12.5]])
    expected = sorted(np.linalg.eigvals(matrix), key=lambda e: (e.real, e.imag))
    got = sorted((complex(*e) for e in row["eigenvalues"]), key=lambda e: (e.real, e.imag))
    assert np.allclose(got, expected)
    assert (row["stable"], table["states"], table["parameters"]["I"]) == (False, ["V", "w"], 0.5)
    jupyter.view.controls.sliders["I"].value = 0.0
    jupyter.settle()
    table = panel.heard("fixed_points")[-1]
    assert table["parameters"]["I"] == 0.0
    assert table["rows"][0]["stable"]
    assert table["rows"][0]["values"][0] == pytest.approx(-1.19940804, abs=1e-6)


def test_the_phase_plane_is_the_widget_of_the_cell(jupyter, cell, panel):
    jupyter(cell)
    jupyter.settle()
    panel.say("show", view="phase")
    assert panel.heard("phase")[-1]["model_id"] == jupyter.view.phase.widget.model_id
    jupyter(cell)
    jupyter.settle()
    assert panel.heard("phase")[-1]["model_id"] == jupyter.view.phase.widget.model_id


def test_without_a_view_the_panel_has_a_phase_plane_of_its_own(jupyter, cell, panel):
    from ipywidgets.widgets.widget import _instances

    jupyter(cell + ";")
    panel.say("show", view="phase")
    jupyter.settle()
    widget = _instances[panel.heard("phase")[-1]["model_id"]]
    assert fixed_points_of(widget) == pytest.approx([ROOT], abs=1e-9)
    panel.say("show", view=None)
    assert widget.comm is None


def test_runs_are_listed_and_cancelled(jupyter, panel):
    panel.say("show", view="runs")
    underway = threading.Event()
    jupyter.extension.workspace.runtime.observers.append(lambda run: underway.set() if run.progress else None)
    jupyter("%%brainpy_model Slow --backend numpy --duration 1e5\ndx/dt = -x")
    assert underway.wait(60)
    run = panel.heard("runs")[-1]["runs"][0]
    assert (run["model"], run["duration"], run["status"]) == ("Slow", 1e5, "running")
    panel.say("cancel", run=run["id"])
    jupyter.settle()
    run = panel.heard("runs")[-1]["runs"][0]
    assert run["status"] == "cancelled"
    assert 0 < run["progress"] < 1
    assert 0 < jupyter.view.session.frame.solution.t[-1] < 1e5


def test_what_is_wrong_is_answered(jupyter, panel):
    panel.say("select", model="Nothing")
    panel.say("dance")
    panel.say("apply", model="Nothing", text="")
    panel.say("select")
    messages = [m["message"] for m in panel.heard("error")]
    assert "no model 'Nothing'" in messages[0]
    assert "'dance'" in messages[1]
    assert "no model 'Nothing'" in messages[2]
    assert "'model' is missing" in messages[3]


def test_two_panels_are_both_told(jupyter, cell, panel, open_panel):
    other = open_panel()
    jupyter(cell + ";")
    for one in (panel, other):
        assert one.heard("state")[-1]["current"] == "FHN"


def test_messages_from_another_thread_while_a_cell_runs(jupyter, cell, panel):
    """JupyterLab delivers comm messages on a subshell's thread."""
    jupyter(cell)
    jupyter.settle()

    def browser():
        panel.say("show", view="fixed_points")
        jupyter.view.controls.sliders["I"].value = 1.0

    jupyter.shell.user_ns["browser"] = lambda: threading.Thread(target=browser)
    jupyter("t = browser(); t.start(); t.join(30); sol = FHN.run(50)")
    jupyter.settle()
    assert panel.heard("fixed_points")[-1]["parameters"]["I"] == 1.0
    x, y = jupyter.view.time_courses.curves()["V"]
    solution = jupyter.value("FHN.run(50, I=1.0)")
    assert abs(np.interp(x, solution.t, solution.V) - y).max() < 1e-5


def test_the_line_magic_asks_the_browser(jupyter, wire):
    jupyter("%brainpy panel")
    (opened,) = wire.sent()
    assert (opened["kind"], opened["data"]) == ("comm_open", {"type": "open"})


def test_inline_panel(jupyter, cell):
    jupyter(cell + ";")
    extension = jupyter.extension
    inline = InlinePanel(extension.workspace, extension.panel)
    assert (inline.model.value, inline.backend.value, inline.method.value) == ("FHN", "numpy", "rk4")
    assert inline.text.value == jupyter.value("FHN.code().text")
    inline.text.value += "\nx = = 1"
    inline.apply.click()
    jupyter.settle()
    assert "does not parse" in inline.message.value
    inline.tabs.selected_index = list(TABS).index("fixed_points")
    jupyter.settle()
    assert f"{ROOT:.6g}" in inline.table.value
    inline.tabs.selected_index = list(TABS).index("phase")
    jupyter.settle()
    (shown,) = inline.phase.children
    assert fixed_points_of(shown) == pytest.approx([ROOT], abs=1e-9)
    inline.method.value = "euler"
    assert jupyter.value("FHN.method") == "euler"
    inline.close()
    assert not extension.panel.is_open


def test_inline_panel_when_no_browser_answers(jupyter, cell, monkeypatch):
    from brainpy_kernel.panel import channel

    timers = []

    def timer(seconds, work):
        timers.append(work)
        return SimpleNamespace(start=lambda: None, cancel=lambda: None)

    monkeypatch.setattr(channel.threading, "Timer", timer)
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    jupyter(cell + ";")
    jupyter("%brainpy panel")
    assert shown[0].children == ()
    timers[0]()
    assert shown[0].children[0].children[0].value == "FHN"


def test_the_panel_follows_the_view_that_was_moved_last(jupyter, cell, panel, monkeypatch):
    cells = iter(["a cell", "another"])
    monkeypatch.setattr(type(jupyter.extension.workspace), "cell_id", lambda self: next(cells))
    jupyter(cell)
    first = jupyter.view
    jupyter("second = FHN.interact();")
    jupyter.settle()
    second = jupyter.value("second")
    panel.say("show", view="phase")
    jupyter.settle()
    assert panel.heard("phase")[-1]["model_id"] == second.phase.widget.model_id
    for view in (first, second):
        view.controls.sliders["I"].value += 0.1
        jupyter.settle()
        assert panel.heard("phase")[-1]["model_id"] == view.phase.widget.model_id
    assert panel.heard("state")[-1]["models"][0]["parameters"]["I"] == pytest.approx(0.6)
    second.controls.reset_parameters.click()
    first.controls.duration.value = 12
    jupyter.settle()
    assert panel.heard("phase")[-1]["model_id"] == first.phase.widget.model_id
