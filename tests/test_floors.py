"""The floors of the engine: an upper one imports lower ones, never the reverse; Jupyter stays outside."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: From the top of the engine to its bottom.
FLOORS = (
    "models", "analysis", "measure", "networks", "simulation", "inputs", "backend", "drivers", "solvers", "codegen",
    "symbolic", "cache", "equations", "errors", "warning",
)  # fmt: skip
HEIGHT = {name: height for height, name in enumerate(reversed(FLOORS))}

JUPYTER = {
    "IPython", "ipykernel", "ipywidgets", "bqplot", "bqscales", "anywidget", "comm", "traitlets", "traittypes",
    "jupyter_client", "jupyter_core", "jupyter_server", "jupyterlab", "nbformat", "nbclient", "brainpy_kernel",
}  # fmt: skip

#: The one place of the engine that hands on to Jupyter.
EXTENSION_HOOKS = {"load_ipython_extension", "unload_ipython_extension"}


@dataclass(frozen=True)
class Import:
    """One imported module: its full name, where it stands, and the function it stands in."""

    module: str
    place: str
    function: str | None


def imports(path: Path, package_root: Path) -> Iterator[Import]:
    """Every import of a file: at its top, inside functions, for types alone, and through importlib."""
    parts = path.relative_to(package_root).with_suffix("").parts
    package = parts[:-1]
    found: list[tuple[str, int, str | None]] = []

    class Visitor(ast.NodeVisitor):
        function: str | None = None

        def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
            outer, self.function = self.function, self.function or node.name
            self.generic_visit(node)
            self.function = outer

        visit_AsyncFunctionDef = visit_FunctionDef

        def visit_Import(self, node: ast.Import) -> None:
            found.extend((alias.name, node.lineno, self.function) for alias in node.names)

        def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found.extend((f"{module}.{alias.name}", node.lineno, self.function) for alias in node.names)

        def visit_Call(self, node: ast.Call) -> None:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"import_module", "__import__"} and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.append((first.value, node.lineno, self.function))
            self.generic_visit(node)

    Visitor().visit(ast.parse(path.read_text(encoding="utf-8")))
    relative = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    for module, line, function in found:
        yield Import(module, f"{relative}:{line}", function)


def floor_of(module: str) -> str | None:
    """The floor that a module of the engine belongs to; None for the top, `brainpy_lab` itself, and for others."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "brainpy_lab" and parts[1] in HEIGHT else None


def upward(package_root: Path) -> list[str]:
    """Every import of the engine that does not lead downwards."""
    wrong = []
    for path in sorted((package_root / "brainpy_lab").rglob("*.py")):
        parts = path.relative_to(package_root).with_suffix("").parts
        own = parts[1]
        if own == "__init__":
            continue
        for imported in imports(path, package_root):
            if imported.module.split(".")[0] != "brainpy_lab":
                continue
            floor = floor_of(imported.module)
            if floor is None:
                wrong.append(f"{imported.place}: takes {imported.module} from the top of the engine")
            elif HEIGHT[floor] > HEIGHT[own]:
                wrong.append(f"{imported.place}: {own} imports {imported.module}")
    return wrong


def circles(package_root: Path, package: str = "brainpy_lab") -> list[list[str]]:
    """Groups of modules of a package that import each other, in whatever way; its lazy front door is left out."""
    files = {_module_of(path, package_root): path for path in sorted((package_root / package).rglob("*.py"))}
    files.pop(package, None)
    arrows = {
        name: {_nearest(i.module, files) for i in imports(path, package_root)} - {name, ""}
        for name, path in files.items()
    }
    while True:  # what nothing left imports, or what imports nothing left, is in no circle
        used = set().union(*arrows.values())
        left = {name: to & arrows.keys() & used for name, to in arrows.items() if name in used and to & arrows.keys()}
        if left == arrows:
            break
        arrows = left
    found: list[list[str]] = []
    for name in arrows:
        group = sorted(n for n in _reached(arrows, name) if name in _reached(arrows, n))
        if group and group not in found:
            found.append(group)
    return found


def _reached(arrows: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = arrows[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _module_of(path: Path, package_root: Path) -> str:
    parts = path.relative_to(package_root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _nearest(module: str, files: dict[str, Path]) -> str:
    """The file that an imported name stands in."""
    return module if module in files or not module else _nearest(module.rpartition(".")[0], files)


def test_no_modules_import_each_other() -> None:
    assert circles(ROOT) == []
    assert circles(ROOT / "kernel", "brainpy_kernel") == []


@pytest.mark.parametrize(
    "line",
    [
        "from brainpy_lab.drivers import two",
        "def f():\n    from brainpy_lab.drivers.two import g",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import brainpy_lab.drivers.two",
    ],
)
def test_the_check_sees_each_kind_of_circle(tmp_path: Path, line: str) -> None:
    folder = tmp_path / "brainpy_lab" / "drivers"
    folder.mkdir(parents=True)
    for name, text in {"one": line, "two": "from brainpy_lab.drivers.three import h", "three": "x = 1"}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    assert circles(tmp_path) == []
    (folder / "three.py").write_text("from brainpy_lab.drivers import one", encoding="utf-8")
    names = ["one", "three", "two"]
    assert circles(tmp_path) == [[f"brainpy_lab.drivers.{name}" for name in names]]


def test_every_module_of_the_engine_has_a_floor() -> None:
    names = {
        path.stem
        for path in (ROOT / "brainpy_lab").iterdir()
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
    }
    assert names - {"__init__"} <= set(HEIGHT), "a file or folder of brainpy_lab that no floor names"


def test_floors_import_downwards_only() -> None:
    assert upward(ROOT) == []


def test_engine_imports_nothing_of_jupyter() -> None:
    wrong = [
        f"{imported.place}: {imported.module}"
        for path in sorted((ROOT / "brainpy_lab").rglob("*.py"))
        for imported in imports(path, ROOT)
        if imported.module.split(".")[0] in JUPYTER
        and not (path == ROOT / "brainpy_lab/__init__.py" and imported.function in EXTENSION_HOOKS)
    ]
    assert wrong == []


def test_kernel_imports_public_names_of_the_engine_only() -> None:
    wrong = []
    for path in sorted((ROOT / "kernel/brainpy_kernel").rglob("*.py")):
        for imported in imports(path, ROOT / "kernel"):
            parts = imported.module.split(".")
            # brainpy_lab.name, brainpy_lab.folder.name, or brainpy_lab.folder.file.name
            if parts[0] == "brainpy_lab" and any(part.startswith("_") for part in parts):
                wrong.append(f"{imported.place}: {imported.module}")
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("from brainpy_lab.analysis import PhasePlane", "simulation imports brainpy_lab.analysis.PhasePlane"),
        (
            "def f():\n    import brainpy_lab.models.hodgkin_huxley",
            "simulation imports brainpy_lab.models.hodgkin_huxley",
        ),
        ("from ..analysis import phase_plane", "simulation imports brainpy_lab.analysis.phase_plane"),
        (
            "import importlib as i\ni.import_module('brainpy_lab.networks')",
            "simulation imports brainpy_lab.networks",
        ),
        ("import brainpy_lab", "takes brainpy_lab from the top"),
        ("from brainpy_lab.drivers import registry", None),
        ("from brainpy_lab.errors import RunError", None),
        ("from . import solution", None),
    ],
)
def test_the_check_sees_each_way_of_importing(tmp_path: Path, line: str, complaint: str | None) -> None:
    folder = tmp_path / "brainpy_lab" / "simulation"
    folder.mkdir(parents=True)
    (folder / "run.py").write_text(line, encoding="utf-8")
    found = upward(tmp_path)
    if complaint is None:
        assert found == []
    else:
        assert len(found) == 1
        assert complaint in found[0]


def test_no_folder_is_crowded() -> None:
    packages = ROOT / "brainpy_lab", ROOT / "kernel/brainpy_kernel"
    folders = [folder for package in packages for folder in (package, *package.rglob("*/"))]
    sizes = {f: len([*f.glob("*.py")]) for f in folders if f.name != "__pycache__"}
    crowded = {str(f.relative_to(ROOT)): n for f, n in sizes.items() if n > 26}  # 25, and the folder's own __init__
    assert not crowded
