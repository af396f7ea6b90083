"""A network in the panel and on sliders: structure, code, spikes; after a reload, and for those who do not see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

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

DOTS = "() => document.querySelectorAll('.jp-Notebook .bqplot .dot').length"


def test_a_network_is_shown_and_moved(open_notebook: Callable[..., LabPage], pictures: Path) -> None:
    page = open_notebook(CELL)
    page.open_panel(activate=False)
    page.run_cell(0)
    expect(page.panel.get_by_role("tab")).to_have_text(["Structure", "Code", "Activity", "Runs"])
    structure = page.tab("Structure")
    expect(structure.get_by_role("row", name="drive P E 180 1.5 Kick")).to_be_visible()
    expect(structure).to_contain_text("80 cells, 180 connections.")
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
