"""axe-core finds no serious fault in what is ours: the output of a model's cell, and every tab of the panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from .cells import FITZHUGH_NAGUMO
from .lab_page import LabPage

Open = Callable[..., LabPage]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

THEMES = ("JupyterLab Light", "JupyterLab Dark")

VIEWS = ("Code", "Phase plane", "Fixed points", "Runs")

#: Faults of these weights: what keeps somebody from using a part, or from reading it.
FAULTS = """async selector => {
  const { violations } = await axe.run(selector, { resultTypes: ['violations'] });
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, impact, nodes }) => [id, impact, nodes.map(node => `${node.target} ${node.html.slice(0, 160)}`)]);
}"""

OUTPUT = ".jp-Notebook .jp-OutputArea"
PANEL = "#brainpy-lab-panel"


def faults(page: LabPage, selector: str) -> Any:
    """Serious and critical faults below ``selector``: rule, weight and elements."""
    return page.browser_page.evaluate(FAULTS, selector)


def test_axe_finds_nothing_serious(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    page.browser_page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    expect(page.panel).to_contain_text("have not been run")
    for theme in THEMES:
        page.set_theme(theme)
        assert faults(page, PANEL) == [], theme
    page.run_cell(0)
    for name in ("I", "a", "b", "tau"):
        expect(page.output(0).get_by_role("slider", name=name, exact=True)).to_have_count(1)
    page.wait_for_code("def step")
    page.type_step_code(page.step_code().replace("dV_1", "dV_one"))
    page.panel.get_by_role("button", name="Changes").click()
    for theme in reversed(THEMES):
        page.set_theme(theme)
        assert faults(page, OUTPUT) == [], theme
        for view in VIEWS:
            show(page, view)
            assert faults(page, PANEL) == [], (theme, view)


def show(page: LabPage, view: str) -> None:
    """Choose a tab and wait until what it shows is there: in the first, an edit that is compared."""
    shown = page.tab(view)
    if view == "Phase plane":
        shown.locator(".bqplot path.line").first.wait_for(state="attached")
    elif view == "Fixed points":
        shown.get_by_role("table").wait_for()
    elif view == "Runs":
        shown.get_by_role("listitem").first.wait_for()
    else:
        page.editor.locator("del").first.wait_for()
