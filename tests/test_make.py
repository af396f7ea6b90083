"""`make lab` in this tree: JupyterLab on the start notebook, with the panel, the kernel and no calls to the network."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}


class Server:
    """A running JupyterLab, asked over HTTP."""

    def __init__(self, port: int, token: str) -> None:
        self.address, self.token = f"http://127.0.0.1:{port}", token

    def get(self, path: str) -> str:
        """The body of the answer to a GET request."""
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(answer.read().decode())

    def json(self, path: str) -> dict[str, object]:
        """The body as JSON."""
        return dict(json.loads(self.get(path)))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What `make lab` starts, without a browser."""
    assert (ROOT / ".venv" / ".done" / "panel").exists(), "this tree was not set up by make: run `make test`"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(port, secrets.token_hex(16))
    folder = tmp_path_factory.mktemp("lab")
    flags = f"--no-browser --ServerApp.ip=127.0.0.1 --port={port} --IdentityProvider.token={server.token}"
    places = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["make", "lab", f"JUPYTER_FLAGS={flags}"],
            cwd=ROOT,
            env={**ENVIRONMENT, **places, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(server, process, folder / "log")
        yield server
    finally:
        os.killpg(process.pid, 15)
        process.wait(20)


def wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; before it, the loop of adaptive methods may be compiled."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            server.get("/api/status")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(errors="replace"))


def test_serves_the_start_notebook_with_its_kernel(lab: Server) -> None:
    notebook = lab.json("/api/contents/notebooks/start.ipynb?content=1")
    assert notebook["content"]["metadata"]["kernelspec"]["name"] == "brainpy-lab"  # type: ignore[index]
    specs = lab.json("/api/kernelspecs")["kernelspecs"]
    assert specs["brainpy-lab"]["spec"]["display_name"] == "BrainPy Lab"  # type: ignore[index]


def test_has_the_panel_and_asks_for_no_news(lab: Server) -> None:
    page = lab.get("/lab/tree/notebooks/start.ipynb")
    assert '"name": "brainpy_lab"' in page
    settings = lab.json("/lab/api/settings/@jupyterlab/apputils-extension:notification")
    schema = settings["schema"]["properties"]  # type: ignore[index]
    assert schema["fetchNews"]["default"] == "false"
    assert schema["checkForUpdates"]["default"] is False


@pytest.mark.usefixtures("lab")
def test_a_second_run_finds_all_done() -> None:
    targets = [".venv/.done/panel", ".venv/.done/chromium", ".venv/share/jupyter/lab/settings/overrides.json"]
    asked = subprocess.run(["make", "--question", *targets], cwd=ROOT, env=ENVIRONMENT, check=False, timeout=60)
    assert asked.returncode == 0
