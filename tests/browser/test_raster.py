"""The raster that is zoomed with the mouse: the wheel brings another picture, and near enough, marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .lab_page import LabPage

CELL = """import numpy as np
import brainpy_lab as bp
from brainpy_kernel.raster import raster
from brainpy_lab.simulation.solution.screen_bins import layer
rng = np.random.default_rng(1)
times = np.sort(rng.uniform(0, 1000, 40_000))
groups = bp.measure.spikes(times, rng.integers(0, 800, 40_000), size=800, t_stop=1000.0)
few = bp.measure.spikes([300.0, 500.0, 700.0], [20, 100, 180], size=200, t_stop=1000.0)
raster([layer("E", groups), layer("I", few, 800)], (0.0, 1000.0))
"""


def test_the_wheel_brings_another_picture_and_then_marks(open_notebook: Callable[..., LabPage], pictures: Path) -> None:
    page = open_notebook(CELL)
    page.run_cell(0)
    image = page.output(0).locator(".bqplot image")
    expect(image).to_have_count(1)
    first = image.get_attribute("href")
    box = image.bounding_box()
    assert first and box and box["width"] > 150 and box["height"] > 150  # the panel may stand beside it
    page.browser_page.screenshot(path=pictures / "raster-whole.png")
    page.browser_page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.browser_page.mouse.wheel(0, -240)
    expect(image).not_to_have_attribute("href", first)
    page.browser_page.screenshot(path=pictures / "raster-zoomed.png")
    for _ in range(12):
        page.browser_page.mouse.wheel(0, -240)
    page.browser_page.wait_for_function("() => document.querySelectorAll('.bqplot .dot').length > 10")
    page.browser_page.screenshot(path=pictures / "raster-marks.png")
    assert page.output(0).locator(".bqplot .dot").count() <= 3000
    page.output(0).get_by_role("button", name="Show all").click()
    page.browser_page.wait_for_function("() => document.querySelectorAll('.bqplot .dot').length <= 1")
