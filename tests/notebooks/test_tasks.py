"""The numbers that the texts of the notebooks ask for can be had on the sliders."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from brainpy_kernel.sessions.runtime import Runtime
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets.controls import slider_ranges
from brainpy_kernel.widgets.sliders import Scale
from brainpy_lab.equations import read_text
from brainpy_lab.simulation.model import Model

FOLDER = Path(__file__).parents[2] / "notebooks"
NUMBER = r"([-−]?\d+(?:\.\d+)?)"
ASKED = re.compile(
    rf"`(\w+) = {NUMBER}`|(?:[Ss]et|[Dd]rag|[Mm]ove|[Rr]aise|[Ll]ower|and) `(\w+)`[^.:;]{{0,24}}? to {NUMBER}"
)


def asked_for(text: str) -> list[tuple[str, float, bool]]:
    """Name, number, and whether the slider is to give it exactly, of what a text asks for."""
    found = []
    for line in text.splitlines():
        for a, x, b, y in ASKED.findall(line):
            found.append((a or b, float((x or y).replace("−", "-")), "slider" in line))
    return found


def test_tasks_are_read():
    text = "- Set `b` to 2: and\n- Drag `I` to 160.\n- set `g_Ca = 4`, `V3 = −12.5` with the sliders\n- `x` has 3"
    assert asked_for(text) == [("b", 2, False), ("I", 160, False), ("g_Ca", 4, True), ("V3", -12.5, True)]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.stem)
def test_what_a_task_asks_for_is_on_the_slider(path):
    cells = nbformat.read(path, as_version=4).cells
    scales: dict[str, list[Scale]] = {}
    for cell in cells:
        head = cell.source.split("\n", 1)[0]
        if cell.cell_type == "code" and head.startswith("%%brainpy_model") and "--synapse" not in head:
            model = Model(read_text("\n" + cell.source.split("\n", 1)[1], name="Model"))
            for name, bounds in slider_ranges(Session(model, Runtime(threaded=False))).items():
                scales.setdefault(name, []).append(Scale(*bounds))
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    for name, value, exactly in asked_for(text):
        if name in scales:
            assert any(s.low <= value <= s.high for s in scales[name]), f"{name} = {value} is off its slider"
            if exactly:
                assert any(s.place(value) == value for s in scales[name]), f"{name} = {value} is between two places"
