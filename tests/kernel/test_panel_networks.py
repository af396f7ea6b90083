"""The panel's messages about networks: structure, code, activity."""

from __future__ import annotations

import pytest

NET = """%%brainpy --backend numpy
lif = bp.model("I = 12\\ndV/dt = (I - V)/20\\nwhen V >= 10:\\n    V = 0", name="LIF", dt=0.5)
kick = bp.model("when pre.spike:\\n    post.V += weight", name="Kick", synapse=True)
E = bp.NeuGroup(lif, (4, 5), method="exponential_euler")
P = bp.PoissonGroup(10, rate=0.5)
drive = bp.Synapses(
    pre=P, post=E[:2], model=kick, connect=bp.connect.all_to_all(), weight=1.0, delay=bp.dist.uniform(1, 2, seed=1)
)
net = bp.Network()
"""


@pytest.fixture
def network(jupyter, panel):
    jupyter(NET)
    return panel


def test_a_network_of_a_cell_is_known(network):
    state = network.heard("state")[-1]
    (info,) = (m for m in state["models"] if m["name"] == "net")
    assert (info["kind"], info["states"], state["current"]) == ("network", ["E", "P"], "net")
    assert info["title"] == "Network net: 30 cells, 100 connections"
    assert state["methods"] == []
    assert {m["name"]: m["kind"] for m in state["models"]} == {"lif": "model", "net": "network"}


def test_structure(network):
    network.say("show", view="structure")
    (found,) = network.heard("structure")
    assert found["groups"] == [
        {
            "name": "E", "kind": "NeuGroup", "model": "LIF", "method": "exponential_euler", "cells": 20,
            "shape": [4, 5], "states": ["V"],
        },
        {"name": "P", "kind": "PoissonGroup", "model": None, "method": None, "cells": 10, "shape": [10], "states": []},
    ]  # fmt: skip
    (syn,) = found["synapses"]
    assert (syn["pre"], syn["post"], syn["connections"], syn["model"]) == ("P", "E[:2]", 100, "Kick")
    assert (syn["pre_group"], syn["post_group"], syn["sign"]) == ("P", "E", None)
    low, high = syn["delay"]
    assert 1 <= low < high <= 2
    assert found["memory"].startswith("A run takes about")


def test_code_is_that_of_a_driver_and_is_edited_and_reverted(jupyter, network):
    network.say("show", view="code")
    network.say("configure", model="net", backend="numpy")
    code = network.heard("code")[-1]
    assert code["text"] == code["generated"] == str(jupyter.value("net.code('numpy')"))
    assert (code["backend"], code["edited"]) == ("numpy", False)
    assert "(I - V) / 20" in code["text"]
    jupyter("view = net.interact(duration=50, backend='numpy');")
    jupyter.settle()
    before = len(jupyter.value("view").session.frame.solution["E"].events["spike"])
    network.say("apply", model="net", text=code["text"].replace("(I - V) / 20", "(2 * I - V) / 20"))
    jupyter.settle()
    assert network.heard("code")[-1]["edited"]
    assert {m["name"]: m["edited"] for m in network.heard("state")[-1]["models"]} == {"lif": False, "net": True}
    assert len(jupyter.value("view").session.frame.solution["E"].events["spike"]) > before
    network.say("apply", model="net", text="pass")
    jupyter.settle()
    assert network.heard("error")[-1]["view"] == "code"
    network.say("revert", model="net")
    jupyter.settle()
    assert network.heard("code")[-1]["text"] == code["text"]
    assert len(jupyter.value("view").session.frame.solution["E"].events["spike"]) == before
    network.say("configure", model="net", backend="fortran")
    assert "fortran" in network.heard("error")[-1]["message"]


def test_activity_is_the_latest_run_or_the_open_view(jupyter, network):
    network.say("show", view="activity")
    assert network.heard("activity")[-1]["model_id"] is None
    jupyter("sol = net.run(50.0, backend='numpy', seed=1)")
    first = network.heard("activity")[-1]["model_id"]
    pages = jupyter.extension.panel._networks
    assert pages._pictures.widget.model_id == first
    assert len(pages._pictures.raster.marks.x) == sum(t.count() for t in jupyter.value("sol").trains().values())
    sent = len(network.heard("activity"))
    jupyter("1 + 1")
    assert len(network.heard("activity")) == sent
    jupyter("view = net.interact(duration=20, backend='numpy');")
    jupyter.settle()
    assert network.heard("activity")[-1]["model_id"] == jupyter.value("view").pictures.widget.model_id
    network.say("show", view="structure")
    assert pages._pictures is None


def test_what_a_cell_changes_is_told_to_those_who_look(jupyter, network, open_panel):
    network.say("show", view="structure")
    jupyter("drive.delay = 3.0")
    assert network.heard("structure")[-1]["synapses"][0]["delay"] == [3.0, 3.0]
    assert len(network.heard("structure")) == 2
    network.close()
    jupyter("drive.delay = 4.0")
    assert len(network.heard("structure")) == 2


def test_views_of_models_send_nothing_for_a_network(jupyter, network):
    network.say("show", view="phase")
    network.say("show", view="fixed_points")
    assert not network.heard("phase")
    assert not network.heard("error")
    network.say("select", model="lif")
    assert network.heard("state")[-1]["current"] == "lif"


def test_runs_of_a_view_are_listed(jupyter, network):
    network.say("show", view="runs")
    jupyter("view = net.interact(duration=20, backend='numpy');")
    jupyter.settle()
    (run,) = network.heard("runs")[-1]["runs"]
    assert (run["model"], run["status"], run["steps"]) == ("net", "done", 40)


def test_the_inline_panel_shows_networks_too(jupyter, wire):
    jupyter(NET)
    jupyter("inline = bp_panel()")
    inline = jupyter.extension._inline[-1]
    assert inline.model.value == "net"
    assert "def" in inline.text.value
    inline.tabs.selected_index = 1
    assert "P → E[:2]" in inline.parts.value
    jupyter("sol = net.run(20.0, backend='numpy', dt=0.5)")
    inline.tabs.selected_index = 2
    assert inline.caption.value.startswith("In [")
    assert inline.activity.children[0] is jupyter.extension.panel._networks._pictures.widget
    inline.tabs.selected_index = 6
    assert "<td>net</td><td>20</td><td>done</td><td>In [" in inline.runs.value


def test_what_an_ensemble_and_a_quiet_network_gave_is_said(jupyter, network):
    network.say("show", view="activity")
    jupyter("drive.delay = 1.5\nens = net.run(20.0, backend='numpy', parameters={'E.I': [11.0, 13.0]})")
    spikes = jupyter.value("{name: train.count() for name, train in ens.trains().items()}")
    said = network.heard("activity")[-1]["caption"]
    assert said.endswith(
        f"t = 0 to 20 ms · 2 members of an ensemble · E: {spikes['E']:,} spikes · P: {spikes['P']:,} spikes"
    )
    jupyter("%%brainpy --backend numpy\nA = bp.NeuGroup(bp.model('dx/dt = -x', dt=0.5), 3)\nstill = bp.Network()")
    jupyter("sol = still.run(5.0, backend='numpy')")
    said = network.heard("activity")[-1]["caption"]
    assert said.endswith("t = 0 to 5 ms · none of its groups spikes; what was recorded is drawn by sol['E'].plot('V')")
