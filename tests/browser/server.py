"""A JupyterLab server and a browser of their own, started and ended by whoever needs them."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright

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


@contextmanager
def running(folder: Path) -> Iterator[Lab]:
    """A JupyterLab server on a free port, with notebooks, settings, data and workspaces under ``folder``."""
    root, home = folder / "notebooks", folder / "home"
    root.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), root)
    environment = _environment(home)
    log_path = home / "lab.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            _command(port, lab), env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_until_up(lab, process, log_path)
            yield lab
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: that of the variable CHROMIUM, of the system, or Playwright's own. A missing one is an error."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    browser = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
    yield browser
    browser.close()


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
    raise TimeoutError(f"JupyterLab did not start in {START_LIMIT:.0f} s:\n{log.read_text()}")


def notebook(cells: tuple[str, ...], kernel: str = "brainpy-lab") -> dict[str, object]:
    """The JSON of a notebook with these code cells."""
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
