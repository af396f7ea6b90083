"""The ways to open the panel, and what it says when there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .cells import FITZHUGH_NAGUMO
from .lab_page import LabPage

Open = Callable[..., LabPage]


def test_opens_by_itself_and_from_palette_toolbar_and_magic(open_notebook: Open) -> None:
    page = open_notebook("%brainpy panel", "x = 1")
    page.panel.wait_for()  # by itself, with a notebook of the BrainPy Lab kernel
    page.close_panel()

    page.browser_page.keyboard.press("Control+Shift+c")
    page.browser_page.locator(".jp-ModalCommandPalette input, .lm-CommandPalette-input").first.fill("BrainPy Lab Panel")
    page.browser_page.locator(".lm-CommandPalette-item", has_text="Open the BrainPy Lab Panel").click()
    page.panel.wait_for()
    page.close_panel()

    page.notebook.locator(".jp-NotebookPanel-toolbar [data-command='brainpy-lab:open']").first.click()
    expect(page.panel).to_contain_text("No model yet")  # the kernel's answer is there: none is under way any more
    page.close_panel()

    with page.recorded() as messages:
        page.run_cell(1)
    assert messages == []
    page.run_cell(0)
    page.panel.wait_for()
    expect(page.panel).to_contain_text("No model yet")


def test_a_kernel_without_the_magics_gets_them_by_a_button(open_notebook: Open) -> None:
    page = open_notebook("x = 1", kernel="python3")
    assert page.panel.count() == 0  # a notebook that is not ours is left alone
    panel = page.open_panel()
    expect(panel).to_contain_text("BrainPy Lab is not loaded in this kernel")
    panel.get_by_role("button", name="Load BrainPy Lab").click()
    expect(panel).to_contain_text("No model yet")

    panel.get_by_role("button", name="Copy").click()
    assert "%%brainpy_model" in page.browser_page.evaluate("() => navigator.clipboard.readText()")
    panel.get_by_role("button", name="Insert into the notebook").click()
    expect(page.notebook.locator(".jp-Notebook-cell")).to_have_count(2)
    page.run_cell(1)
    page.wait_for_code("def step")


def test_magics_loaded_in_a_cell_are_noticed(open_notebook: Open) -> None:
    page = open_notebook("%load_ext brainpy_lab", kernel="python3")
    expect(page.open_panel()).to_contain_text("not loaded in this kernel")
    page.run_cell(0)
    expect(page.panel).to_contain_text("No model yet")

    page.shut_down_kernel()
    expect(page.panel).to_contain_text("This notebook has no kernel")
    page.close_notebook()
    expect(page.panel).to_contain_text("No notebook is open")


def test_right_sidebar(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    page.panel.wait_for()
    page.close_panel()
    page.open_panel(area="right")
    assert page.browser_page.locator("#jp-right-stack #brainpy-lab-panel").count() == 1
    page.run_cell(0)
    page.wait_for_code("def step")


def test_opened_again_before_its_thread_in_the_kernel_has_started(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    page.panel.wait_for()
    expect(page.panel).to_contain_text("have not been run")
    page.close_panel()
    page.browser_page.evaluate("""async () => {
        const { commands } = window.jupyterapp;
        for (const command of ['open', 'close', 'open']) {
          await commands.execute(`brainpy-lab:${command}`);
          await new Promise(resolve => setTimeout(resolve));
        }
    }""")
    page.run_cell(0)
    page.wait_for_code("def step")
