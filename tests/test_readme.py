"""What the README shows is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import brainpy_lab as bp

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def test_table_of_methods_and_drivers_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / ".ci" / "readme.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_every_method_has_a_row_and_every_driver_a_column() -> None:
    for name in bp.solvers.registry():
        assert f"| `{name}` |" in README
    header = next(line for line in README.splitlines() if line.startswith("| method |"))
    assert [cell.strip() for cell in header.strip("|").split("|")][3:] == list(bp.drivers.registry())


def test_links_lead_to_files() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_model_cell_and_sweep() -> None:
    (cell,) = (text for language, text in BLOCKS if not language and text.startswith("%%brainpy_model"))
    head, _, text = cell.partition("\n")
    name = head.split()[1]
    (sweep,) = (text for _, text in BLOCKS if text.startswith("sol = FitzHughNagumo.run"))
    namespace = {name: bp.model(text, name=name), "np": np}
    exec(sweep, namespace)
    data = namespace["sol"].to_xarray()
    assert data.sizes["I"] == 1000


def test_library_example_finds_the_fixed_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = (text for _, text in BLOCKS if text.startswith("import brainpy_lab as bp"))
    file = tmp_path / "example.py"
    file.write_text(example, encoding="utf-8")
    namespace: dict[str, object] = {}
    exec(compile(example, str(file), "exec"), namespace)
    point = namespace["point"]
    # The fixed point solves V - V**3/3 - (V + a)/b + I = 0 with w = (V + a)/b.
    v, w = point.values["V"], point.values["w"]  # type: ignore[attr-defined]
    assert w == pytest.approx((v + 0.7) / 0.8, abs=1e-9)
    assert v - v**3 / 3 - w + 0.8 == pytest.approx(0.0, abs=1e-9)
    assert point.kind in capsys.readouterr().out  # type: ignore[attr-defined]


def test_cells_of_the_language_page_run() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    cells = re.findall(r"```\n%%brainpy_model (\w+)\n(.*?)```", page, flags=re.DOTALL)
    assert [name for name, _ in cells] == ["NoisyLIF", "DelayedLoop"]
    for name, text in cells:
        assert bp.model(text, name=name).run(1.0, dt=0.1, backend="numpy").outcome
