"""The panel follows notebooks and kernels: switches, reloads, restarts, and cells that run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .cells import DECAY, FITZHUGH_NAGUMO
from .lab_page import LabPage

Open = Callable[..., LabPage]

WATCH = """path => {
  const { kernel } = [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path)
    .sessionContext.session;
  window.said = [];
  kernel.iopubMessage.connect((_, { header, parent_header, content }) => {
    if (header.msg_type === 'status') {
      window.said.push(`${content.execution_state} ${parent_header.msg_type}`);
    }
  });
  return 1;
}"""

BUSY_AGAIN = "() => window.said.includes('idle comm_open') && window.said.at(-1) === 'busy execute_request'"


def test_two_notebooks(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO, name="first")
    page.run_cell(0)
    page.wait_for_code("dV_1")
    open_notebook(DECAY, name="second")
    expect(page.panel).to_contain_text("have not been run")
    page.run_cell(0)
    page.wait_for_code("rate * x")
    page.show_notebook("first.ipynb")
    page.wait_for_code("dV_1")
    page.show_notebook("second.ipynb")
    page.wait_for_code("rate * x")


def test_reload(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    page.run_cell(0)
    page.wait_for_code("def step")
    page.tab("Phase plane").locator(".bqplot path.line").first.wait_for(state="attached")
    page.reload()
    page.panel.wait_for()
    expect(page.panel.get_by_role("tab", name="Phase plane")).to_have_attribute("aria-selected", "true")
    page.panel.locator(".bqplot path.line").first.wait_for(state="attached")
    page.tab("Code")
    page.wait_for_code("def step")


def test_kernel_restart(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    page.run_cell(0)
    page.wait_for_code("def step")
    page.restart_kernel()
    expect(page.panel).to_contain_text("The models of this notebook have not been run")
    page.panel.get_by_role("button", name="Run the model cell").click()
    page.wait_for_code("def step")
    page.tab("Phase plane").locator(".bqplot path.line").first.wait_for(state="attached")


def test_opened_while_a_cell_runs(open_notebook: Open, tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)"
    page = open_notebook(FITZHUGH_NAGUMO, wait)
    page.run_cell(0)
    page.wait_for_code("def step")
    page.close_panel()
    page.browser_page.evaluate(WATCH, page.path)
    page.start_cell(1)
    page.browser_page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-InputPrompt')].some(node => node.textContent.includes('*'))"
    )
    page.open_panel()
    page.wait_for_code("def step")  # answered on the kernel's second thread
    page.browser_page.wait_for_function(BUSY_AGAIN)
    expect(page.browser_page.locator(".jp-KernelStatus, #jp-main-statusbar").first).to_contain_text("Busy")
    go.touch()
    page.wait_for_cell()
