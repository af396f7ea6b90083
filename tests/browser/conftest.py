"""A real JupyterLab server and a real browser for the tests of the panel."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from .lab_page import LabPage

BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_LIMIT = 60.0


@dataclass(frozen=True)
class Lab:
    """Where the server listens, and the folder of its notebooks."""

    url: str
    token: str
    root: Path


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab server on a free port, with settings, data and workspaces of its own."""
    root, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), root)
    log_path = home / "lab.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            _command(port, server), env=_environment(home), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_until_up(server, process, log_path)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _command(port: int, server: Lab) -> list[str]:
    return [
        sys.executable,
        *("-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={server.token}",
        f"--ServerApp.root_dir={server.root}",
        "--ServerApp.terminals_enabled=False",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]


def _environment(home: Path) -> dict[str, str]:
    settings = home / "settings"
    quiet = settings / "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    folders = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    return os.environ | {name: str(folder) for name, folder in folders.items()}


def _wait_until_up(server: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{server.url}/api/status?token={server.token}", timeout=1).close()
        except OSError:
            time.sleep(0.1)  # the wait between two questions, not a guess of how long the start takes
        else:
            return
    pytest.fail(f"JupyterLab did not start in {START_LIMIT:.0f} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: that of the variable CHROMIUM, of the system, or Playwright's own. A missing one fails the tests."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def pictures() -> Path:
    """The folder where tests leave what they saw."""
    folder = Path(__file__).parents[2] / "test-results"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def open_notebook(
    lab: Lab, browser: Browser, request: pytest.FixtureRequest, pictures: Path
) -> Iterator[Callable[..., LabPage]]:
    """Open notebooks with given cells in one page; a picture of it is kept in `test-results/`."""
    width, height = getattr(request, "param", (1400, 900))
    context = browser.new_context(viewport={"width": width, "height": height})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = LabPage(context.new_page(), lab.url, lab.token)

    def open_(*cells: str, name: str = request.node.name, kernel: str = "brainpy-lab") -> LabPage:
        path = lab.root / f"{name}.ipynb"
        path.write_text(json.dumps(_notebook(cells, kernel)))
        page.open(path.name)
        return page

    yield open_
    page.browser_page.screenshot(path=pictures / f"{request.node.name}.png")
    page.shut_down_kernels()
    context.close()


def _notebook(cells: tuple[str, ...], kernel: str) -> dict[str, object]:
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{i}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
            for i, source in enumerate(cells)
        ],
    }
