"""A real JupyterLab server and a real browser for the tests of the panel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from . import server
from .cells import FITZHUGH_NAGUMO
from .lab_page import LabPage
from .server import Lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One server for all tests."""
    with server.running(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; where none is found, the tests fail."""
    with sync_playwright() as playwright, server.chromium(playwright) as started:
        yield started


@pytest.fixture
def pictures() -> Path:
    """The folder where tests leave what they saw."""
    folder = Path(__file__).parents[2] / "test-results"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab_page(lab: Lab, browser: Browser) -> Iterator[LabPage]:
    """One page for all tests: to load JupyterLab takes longer than most of them."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield LabPage(context.new_page(), lab.url, lab.token)
    context.close()


@pytest.fixture
def open_notebook(
    lab: Lab, lab_page: LabPage, request: pytest.FixtureRequest, pictures: Path
) -> Iterator[Callable[..., LabPage]]:
    """Open notebooks with given cells, and kernels of their own; a picture of the page is kept in `test-results/`."""
    page = lab_page
    page.clear()

    def open_(*cells: str, name: str = request.node.name, kernel: str = "brainpy-lab") -> LabPage:
        path = lab.root / f"{name}.ipynb"
        path.write_text(json.dumps(server.notebook(cells, kernel)))
        page.open(path.name)
        return page

    yield open_
    page.browser_page.screenshot(path=pictures / f"{request.node.name}.png")


@pytest.fixture
def fhn(lab: Lab, lab_page: LabPage, request: pytest.FixtureRequest, pictures: Path) -> Iterator[LabPage]:
    """A notebook whose FitzHugh-Nagumo cell has just been run, and the panel with its code.

    For tests that leave nothing behind that running the cell again does not undo: they share the notebook.
    """
    page = lab_page
    if page.path != "fhn.ipynb":
        page.clear()
        (lab.root / "fhn.ipynb").write_text(json.dumps(server.notebook((FITZHUGH_NAGUMO,))))
        page.open("fhn.ipynb")
    page.set_theme("JupyterLab Light")
    page.open_panel(view="code")
    page.run_cell(0)
    page.wait_for_code("def step")
    yield page
    page.browser_page.screenshot(path=pictures / f"{request.node.name}.png")
