"""Binder: the environment, the step that installs BrainPy Lab, and the start notebook with its panel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BINDER = ROOT / "binder"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The variables of a shell in which ``folder`` is the active environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "BRAINPY", "VIRTUAL"))}
    return {**kept, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new virtual environment without any package."""
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of this tree that git knows, alone."""
    folder = tmp_path / "clone"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def test_postbuild_can_be_run() -> None:
    assert os.access(BINDER / "postBuild", os.X_OK)


def test_the_start_notebook_opens_first() -> None:
    config = json.loads((BINDER / "jupyter_server_config.json").read_text(encoding="utf-8"))
    tree, _, notebook = config["LabApp"]["default_url"].partition("/tree/")
    assert tree == "/lab"
    metadata = json.loads((ROOT / notebook).read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "brainpy-lab"


def test_settings_name_what_jupyterlab_has() -> None:
    settings = json.loads((BINDER / "overrides.json").read_text(encoding="utf-8"))
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for plugin, chosen in settings.items():
        package, _, name = plugin.partition(":")
        schema = json.loads((schemas / package / f"{name}.json").read_text(encoding="utf-8"))
        assert set(chosen) <= set(schema["properties"])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_steps_run_in_a_fresh_environment(fresh: Path, clone: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shell = environment(
        fresh, BRAINPY_LAB_CACHE=str(cache), HOME=str(tmp_path / "home"), IPYTHONDIR=str(tmp_path / "ipython")
    )
    install = ["python", "-m", "pip", "install", "--quiet", "--no-cache-dir", "-r", "binder/requirements.txt"]
    for command in (install, ["./binder/postBuild"]):
        subprocess.run(command, cwd=clone, env=shell, check=True, timeout=600)

    def jupyter(*arguments: str) -> str:
        command = ["jupyter", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=shell, check=True, capture_output=True, text=True, timeout=120)
        return done.stdout + done.stderr

    assert "brainpy-lab" in jupyter("kernelspec", "list")
    (panel,) = (line for line in jupyter("labextension", "list").splitlines() if "brainpy_lab" in line)
    assert "enabled" in panel
    assert "OK" in panel
    assert list(cache.rglob("*.py")), "the run of the start notebook left no step code"
    assert list(cache.rglob("*.nbi")), "the run of the start notebook left no compiled code"
    assert not (clone / "node_modules").exists()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_repo2docker_accepts_the_folder(fresh: Path, clone: Path) -> None:
    shell = environment(fresh)
    subprocess.run(
        ["python", "-m", "pip", "install", "--quiet", "jupyter-repo2docker"], env=shell, check=True, timeout=200
    )
    command = ["jupyter-repo2docker", "--no-build", "--debug", str(clone)]
    done = subprocess.run(command, env=shell, check=True, capture_output=True, text=True, timeout=60)
    plan = done.stdout + done.stderr
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in plan
    assert "RUN ./binder/postBuild" in plan
