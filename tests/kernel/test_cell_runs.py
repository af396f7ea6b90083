"""Runs of the user's own cells stand in the list of runs, and the panel cancels them and shows their spikes."""

from __future__ import annotations

import contextvars
import threading
from types import SimpleNamespace

import pytest

from brainpy_kernel import extension
from brainpy_kernel.panel.channel import CommClient
from brainpy_kernel.panel.run_news import RunNews
from brainpy_kernel.sessions.runtime import Run
from brainpy_lab.simulation.runs import following

NET = """%%brainpy --backend numpy
lif = bp.model("I = 12\\ndV/dt = (I - V)/20\\nwhen V >= 10:\\n    V = 0", name="LIF", dt=0.5)
E = bp.NeuGroup(lif, 5, method="exponential_euler")
net = bp.Network()
sol = net.run(50.0)
"""


def entries(panel):
    return panel.heard("runs")[-1]["runs"]


def test_a_run_is_listed_with_its_cell(jupyter, panel):
    panel.say("show", view="runs")
    jupyter(NET)
    (run,) = entries(panel)
    assert (run["model"], run["status"], run["outcome"], run["steps"]) == ("net", "done", "completed", 100)
    assert (run["duration"], run["progress"]) == (50.0, 1.0)
    assert run["cell"] == f"In [{jupyter.shell.execution_count - 1}]"
    jupyter("net.run(20.0, backend='numpy'); sol = lif.run(10.0, backend='numpy')")
    assert [(r["model"], r["steps"]) for r in entries(panel)] == [("lif", 20), ("net", 40)]


def test_what_no_variable_holds_and_what_is_refused_is_not_listed(jupyter, panel):
    panel.say("show", view="runs")
    jupyter(NET.replace("sol = net.run(50.0)", "sol = bp.Network(E).run(50.0)"))
    jupyter.fails("net.run(-1)")
    jupyter.fails("net.run(10, seed=0.5)")
    assert entries(panel) == []


def test_a_run_of_a_view_is_none_of_a_cell(jupyter, panel, cell):
    panel.say("show", view="runs")
    jupyter(cell)
    jupyter.settle()
    (run,) = entries(panel)
    assert (run["model"], run["status"], run["cell"]) == ("FHN", "done", None)


def test_the_panel_cancels_a_run_of_a_cell_and_the_cell_goes_on(jupyter, panel):
    panel.say("show", view="runs")
    jupyter(NET)
    runtime = jupyter.extension.workspace.runtime

    def cancel(run):
        if run.status == "running" and run.progress:
            panel.say("cancel", run=run.id)

    runtime.observers.append(cancel)
    jupyter("sol = net.run(1e7, backend='numpy', start=0); after = 1")
    (run,) = entries(panel)
    assert (run["status"], run["outcome"]) == ("cancelled", "stopped")
    assert 0 < jupyter.value("sol.stats['steps']") == run["steps"] < 2e7
    assert jupyter.value("after") == 1


@pytest.mark.parametrize(
    ("call", "status", "outcome"),
    [
        ("net.run(10.0, backend='numpy', progress=lambda _: 1/0)", "failed", "ZeroDivisionError: division by zero"),
        ("net.run(1e4, backend='numpy', progress=interrupt)", "cancelled", "interrupted"),
    ],
)
def test_how_a_run_failed_is_said(jupyter, panel, call, status, outcome):
    panel.say("show", view="runs")
    jupyter(NET + "def interrupt(_):\n    raise KeyboardInterrupt\n")
    jupyter.fails(call)
    (run,) = entries(panel)
    assert (run["status"], run["outcome"]) == (status, outcome)


def test_a_blown_up_run_has_failed_in_the_words_of_its_warning(jupyter, panel):
    panel.say("show", view="runs")
    jupyter("%%brainpy\nm = bp.model('dx/dt = x**2\\nx(0) = 1', name='Up', method='euler', dt=0.1)\nm.run(50.0)")
    (run,) = entries(panel)
    assert run["status"] == "failed"
    assert "x" in run["outcome"]
    assert jupyter.value("_.outcome.name") == "NON_FINITE"


def test_a_fault_of_ours_does_not_end_the_run(jupyter, panel, caplog):
    def fails(run):
        raise RuntimeError("of ours")

    jupyter.extension.workspace.runtime.observers.append(fails)
    jupyter(NET)
    assert jupyter.value("sol.outcome.name") == "COMPLETED"
    assert "of ours" in caplog.text


def test_activity_is_the_newer_of_the_view_and_the_cell(jupyter, panel):
    jupyter(NET.replace("sol = net.run(50.0)", "view = net.interact(duration=20, backend='numpy');"))
    jupyter.settle()
    panel.say("show", view="activity")
    of_view = jupyter.value("view").pictures.widget.model_id
    assert panel.heard("activity")[-1]["model_id"] == of_view
    assert panel.heard("activity")[-1]["caption"] == "The run that the sliders show."
    jupyter("sol = net.run(50.0, backend='numpy')")
    shown = panel.heard("activity")[-1]
    assert shown["model_id"] == jupyter.extension.panel._networks._pictures.widget.model_id
    n_spikes, prompt = jupyter.value("len(sol['E'].events['spike'])"), jupyter.shell.execution_count - 1
    assert shown["caption"] == f"In [{prompt}]: t = 0 to 50 ms · E: {n_spikes} spikes"
    jupyter.value("view").controls.sliders["E.I"].value = 13.0
    jupyter.settle()
    assert panel.heard("activity")[-1]["model_id"] == of_view
    assert jupyter.extension.panel._networks._pictures is None


def test_an_unloaded_extension_follows_nothing(jupyter):
    follow = jupyter.extension.workspace.follow
    assert follow in following.watchers
    extension.unload(jupyter.shell)
    assert follow not in following.watchers


def test_many_short_runs_are_told_now_and_then_and_the_last_at_the_end_of_the_cell():
    news = RunNews()
    first, second = (Run("m", 1.0, id=name, status="running", cell="In [1]") for name in "ab")
    assert news.is_due(first)
    first.status = "done"
    assert news.is_due(first)
    assert not news.is_due(second)
    assert news.take()
    assert not news.take()
    assert news.is_due(Run("m", 1.0, id="c", status="running"))


def test_what_is_sent_is_an_answer_to_the_panels_last_message():
    """Whatever thread sends: ipykernel hands messages to the thread for which a comm has sent last."""
    asker = contextvars.ContextVar("asker", default="cell")
    sent = []
    client = CommClient(SimpleNamespace(send=lambda message: sent.append((asker.get(), message))))
    context = contextvars.copy_context()
    context.run(asker.set, "panel")
    context.run(client.heard)
    thread = threading.Thread(target=client.send, args=("from a thread",))
    thread.start()
    thread.join()
    client.send("from a cell")
    assert sent == [("panel", "from a thread"), ("panel", "from a cell")]
