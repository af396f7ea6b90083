"""A network in the panel and on sliders: structure, code, spikes; after a reload, and for those who do not see it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from .lab_page import LabPage
from .test_axe import AXE, PANEL, THEMES, faults

CELL = """%%brainpy --backend numpy
lif = bp.model("I = 11\\ntau = 20\\ndV/dt = (I - V)/tau\\nwhen V >= 10:\\n    V = 0", name="LIF", dt=0.5)
kick = bp.model("when pre.spike:\\n    post.V += weight", name="Kick", synapse=True)
E = bp.NeuGroup(lif, 60, initial={"V": bp.dist.uniform(0, 10, seed=1)})
P = bp.PoissonGroup(20, rate=0.02)
drive = bp.Synapses(pre=P, post=E, model=kick, connect=bp.connect.fixed_in_degree(3, seed=2), delay=1.5, weight=0.5)
net = bp.Network()
net.interact(["E.I", "drive.weight", "drive.delay"], duration=100, backend="numpy")
"""

RUN = "sol = net.run(50, backend='numpy', start=0)"

LONG = "sol = net.run(1e9, backend='numpy', start=0)"

DOTS = "() => document.querySelectorAll('.jp-Notebook .bqplot .dot').length"


def all_apart(drawing: Locator) -> bool:
    """Whether no two boxes or labels of a drawing cover each other."""
    places = drawing.locator(".bpl-Drawing-box rect, .bpl-Drawing-arrow text").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"
    )
    return all(
        a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 2 or b[3] <= a[1] + 2  # lines of text touch
        for a, b in itertools.combinations(places, 2)
    )


def test_a_network_is_shown_and_moved(open_notebook: Callable[..., LabPage], pictures: Path) -> None:
    page = open_notebook(CELL)
    page.open_panel(activate=False)
    page.run_cell(0)
    expect(page.panel.get_by_role("tab")).to_have_text(["Structure", "Code", "Activity", "Runs"])
    structure = page.tab("Structure")
    expect(structure.get_by_role("row", name="drive P E 180 1.5 Kick")).to_be_visible()
    expect(structure).to_contain_text("80 cells, 180 connections.")
    drawing = structure.get_by_role("img", name="Drawing of the network; the tables below say the same")
    expect(drawing.locator(".bpl-Drawing-box")).to_have_text(
        [re.compile("E: 60 cells, LIF"), re.compile("P: 20 cells")]
    )
    arrow = drawing.locator(".bpl-Drawing-arrow")
    expect(arrow).to_have_text(re.compile("drive: from P to E, 180 connections, delay 1.5"))
    assert all_apart(drawing)
    page.tab("Code")
    page.wait_for_code("def advance_E(")
    expect(page.panel.get_by_role("button", name="Apply")).to_be_disabled()

    page.tab("Activity").locator(".bqplot").first.wait_for()
    page.browser_page.wait_for_function(f"() => ({DOTS})() > 50")
    before = page.browser_page.evaluate(DOTS)
    page.move_slider("E.I", "End")
    page.browser_page.wait_for_function(f"before => ({DOTS})() > before + 20", arg=before)
    expect(page.output(0).get_by_role("status")).to_contain_text("E: ")

    page.browser_page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for theme, view in zip(THEMES, ("Structure", "Activity"), strict=True):
        page.set_theme(theme)
        page.tab(view)
        assert faults(page, PANEL) == [], (theme, view)
    page.browser_page.screenshot(path=pictures / "network.png")
    page.reload()
    page.panel.locator(".bqplot").first.wait_for()
    page.restart_kernel()
    expect(page.panel.get_by_role("tab")).to_have_count(0)
    page.run_cell(0)
    expect(page.panel.get_by_role("tab", selected=True)).to_have_text("Activity")
    page.panel.locator(".bqplot").first.wait_for()


def test_runs_of_a_cell_are_listed_drawn_and_cancelled(open_notebook: Callable[..., LabPage], pictures: Path) -> None:
    page = open_notebook(CELL.rpartition("net.interact")[0], RUN, LONG, "sol.outcome.name")
    page.open_panel(activate=False)
    page.run_cell(0)
    runs = page.tab("Runs")
    expect(runs).to_contain_text("No run yet.")
    page.run_cell(1)
    expect(runs.get_by_role("listitem")).to_contain_text(re.compile(r"net\s*done.*In \[2\].*duration 50.*100 steps"))
    runs.get_by_role("button", name="Show the spikes of net").click()
    activity = page.panel.get_by_role("tabpanel", name="Activity")
    expect(activity).to_contain_text(re.compile(r"In \[2\]: t = 0 to 50 ms · E: [1-9]\d* spikes · P: \d+ spikes"))
    page.browser_page.wait_for_function("() => document.querySelectorAll('#brainpy-lab-panel .dot').length > 20")
    activity.locator(".bqplot path.line").first.wait_for(state="attached")
    page.browser_page.screenshot(path=pictures / "cell-run.png")
    page.tab("Runs")
    page.start_cell(2)  # the kernel hears the panel while a cell runs, also after that cell has told it something
    runs.get_by_role("button", name="Cancel the run of net").click()
    page.wait_for_cell()
    expect(runs.get_by_role("listitem")).to_contain_text(re.compile(r"net\s*cancelled.*In \[3\].*stopped"))
    page.run_cell(3)
    expect(page.output(3)).to_contain_text("STOPPED")
