"""The wheel: one file that carries the engine, the kernel half, the prebuilt panel and the kernelspec."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PANEL = ROOT / "brainpy_lab" / "labextension"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, made from this tree with the panel that `make` has built."""
    assert (PANEL / "static" / "style.js").exists(), "the panel is not built: run `make test`"
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True, timeout=150)
    (path,) = folder.glob("*.whl")
    assert path.name == f"brainpy_lab-{PROJECT['version']}-py3-none-any.whl"
    return zipfile.ZipFile(path)


def data(wheel: zipfile.ZipFile, path: str, folder: str = "share/jupyter") -> str:
    """The name inside the wheel of a file that is installed under ``folder``."""
    return f"brainpy_lab-{PROJECT['version']}.data/data/{folder}/{path}"


def metadata(wheel: zipfile.ZipFile) -> Message:
    """The wheel's METADATA."""
    return Parser().parsestr(wheel.read(f"brainpy_lab-{PROJECT['version']}.dist-info/METADATA").decode())


def test_wheel_carries_both_packages_whole(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for folder, inside in ((ROOT / "brainpy_lab", ROOT), (ROOT / "kernel" / "brainpy_kernel", ROOT / "kernel")):
        tracked = {
            path.relative_to(inside).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix in {".py", ".json", ".typed", ".css", ".js"} and PANEL not in path.parents
        }
        assert len(tracked) > 5
        assert tracked - names == set()


def test_wheel_installs_panel_and_kernelspec(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    panel = json.loads(wheel.read(data(wheel, "labextensions/brainpy_lab/package.json")))
    assert panel["name"] == "brainpy_lab"
    entry = panel["jupyterlab"]["_build"]["load"]
    assert data(wheel, f"labextensions/brainpy_lab/{entry}") in names
    installer = json.loads(wheel.read(data(wheel, "labextensions/brainpy_lab/install.json")))
    assert installer["packageName"].replace("_", "-") == PROJECT["name"]
    spec = json.loads(wheel.read(data(wheel, "kernels/brainpy-lab/kernel.json")))
    assert spec["display_name"] == "BrainPy Lab"
    assert spec["argv"][-2:] == ["--ext", "brainpy_kernel"]


def test_wheel_enables_the_server_extension(wheel: zipfile.ZipFile) -> None:
    settings = json.loads(wheel.read(data(wheel, "jupyter_server_config.d/brainpy_lab.json", "etc/jupyter")))
    assert settings == {"ServerApp": {"jpserver_extensions": {"brainpy_kernel.server": True}}}


def test_wheel_carries_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert len(names) == len(set(names))
    tops = {name.split("/")[0] for name in names}
    version = PROJECT["version"]
    assert tops == {"brainpy_lab", "brainpy_kernel", f"brainpy_lab-{version}.data", f"brainpy_lab-{version}.dist-info"}
    unwanted = (".ts", ".tsx", ".map", ".pyc", ".ipynb", "build_log.json")
    assert [name for name in names if name.endswith(unwanted) or "__pycache__" in name] == []


def test_metadata(wheel: zipfile.ZipFile) -> None:
    found = metadata(wheel)
    assert found["Name"] == "brainpy-lab"
    assert found["Requires-Python"] == ">=3.11"
    assert found["License-Expression"] == "Apache-2.0"
    assert set(found.get_all("Provides-Extra") or []) == {"jax", "torch", "lab", "dask", "zarr", "all", "test"}
    required = [line for line in found.get_all("Requires-Dist") or [] if "extra ==" not in line]
    optional = ("jax", "torch", "jupyterlab", "dask", "zarr", "pytest")
    assert [line for line in required if line.startswith(optional)] == []


def test_one_version_everywhere() -> None:
    import brainpy_lab

    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert {package["version"], lock["version"], brainpy_lab.__version__} == {PROJECT["version"]}


def test_entry_points_of_the_installed_package() -> None:
    (interact,) = entry_points(group="brainpy_lab.displays", name="interact")
    assert interact.value == "brainpy_kernel.interact:interact"
    assert callable(interact.load())


@pytest.mark.parametrize("name", PROJECT["entry-points"]["brainpy_lab.displays"])
def test_displays_of_the_project_can_be_called(name: str) -> None:
    module, _, attribute = PROJECT["entry-points"]["brainpy_lab.displays"][name].partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))


def test_constraints_name_exact_versions_of_what_is_installed() -> None:
    from importlib.metadata import version

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if line.count("==") != 1] == []
    pinned = {name.lower().replace("_", "-"): number for name, _, number in (line.partition("==") for line in pins)}
    for name in ("numpy", "numba", "jax", "torch", "sympy", "jupyterlab", "ipykernel", "bqplot", "pytest"):
        assert version(name).partition("+")[0] == pinned[name], f"{name}: not the version of constraints.txt"
