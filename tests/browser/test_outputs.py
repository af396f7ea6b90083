"""The output of a model's cell: its names for assistive technology, and the picture for when the kernel is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .cells import FITZHUGH_NAGUMO
from .lab_page import LabPage
from .server import Lab

Open = Callable[..., LabPage]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

NAMELESS = """() => [...document.querySelectorAll('.jp-OutputArea :is([role=slider], input, button)')]
  .filter(node => !(node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.title || node.textContent))
  .map(node => node.outerHTML.slice(0, 120))"""

SAVE = """path => { const panel = [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path);
  window.saved = false; panel.context.save().then(() => { window.saved = true; }); return 1; }"""

DIRTY = (
    """path => [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path).context.model.dirty"""
)

HAS_PICTURE = """path => [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path)
  .context.model.toJSON().cells[0].outputs.some(output => output.data?.['image/png'])"""


def test_controls_have_names(fhn: LabPage) -> None:
    page = fhn
    output = page.output(0)
    expect(output.get_by_role("slider", name="tau", exact=True)).to_have_count(1)
    expect(output.get_by_role("spinbutton", name="Value of tau", exact=True)).to_have_count(1)
    assert page.browser_page.evaluate(NAMELESS) == []


def test_a_saved_notebook_without_its_kernel_shows_the_picture(open_notebook: Open, lab: Lab, pictures: Path) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    page.run_cell(0)
    output = page.output(0)
    output.get_by_role("slider").first.wait_for()
    page.browser_page.wait_for_function(HAS_PICTURE, arg=page.path)
    assert output.get_by_role("slider").count() == 4  # the picture's arrival has left the widgets alone
    page.browser_page.evaluate(SAVE, page.path)
    page.browser_page.wait_for_function("() => window.saved === true")

    page.reload()
    page.output(0).get_by_role("slider").first.wait_for()  # the kernel lives: so do the widgets
    page.restart_kernel()
    expect(page.output(0).get_by_role("img", name="Equations, time courses and phase plane")).to_be_visible()
    page.shut_down_kernels()
    page.close_notebook()

    saved = json.loads((lab.root / page.path).read_text())
    assert "image/png" in saved["cells"][0]["outputs"][0]["data"]
    (lab.root / "reopened.ipynb").write_text(json.dumps(saved))
    page.execute("docmanager:open", path="reopened.ipynb")
    page.path = "reopened.ipynb"
    page.wait_for_kernel()
    expect(page.output(0).get_by_role("img")).to_be_visible()
    expect(page.notebook).not_to_contain_text("Error displaying widget")
    page.browser_page.screenshot(path=pictures / "without_kernel.png")
    page.run_cell(0)
    page.output(0).get_by_role("slider").first.wait_for()


def test_a_notebook_that_is_only_opened_is_not_changed(open_notebook: Open, lab: Lab) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    (lab.root / "start.ipynb").write_bytes((NOTEBOOKS / "start.ipynb").read_bytes())
    page.open("start.ipynb")
    page.browser_page.wait_for_function(
        "path => [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path)"
        ".context.model.getMetadata('language_info')?.version",
        arg=page.path,
    )
    assert page.browser_page.evaluate(DIRTY, page.path) is False
    page.run_cell(1)
    assert page.browser_page.evaluate(DIRTY, page.path) is True


def test_a_renamed_notebook_has_its_new_name_in_the_panel(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    expect(page.panel).to_contain_text("have not been run")
    page.run_cell(0)
    page.wait_for_code("def step")
    page.browser_page.evaluate(
        "path => { window.jupyterapp.serviceManager.contents.rename(path, 'renamed.ipynb'); return 1; }", page.path
    )
    expect(page.panel.locator(".bpl-StatusLine-notebook")).to_have_text("renamed.ipynb")
