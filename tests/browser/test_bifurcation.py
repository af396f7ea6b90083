"""The bifurcation diagram in the panel and in a cell: it grows, is clicked, follows the sliders, survives a reload.

The model is the normal form of a Hopf point at r = 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from .lab_page import LabPage
from .test_axe import AXE, OUTPUT, PANEL, THEMES, faults

Open = Callable[..., LabPage]

CELL = """%%brainpy_model Hopf --backend numpy --duration 10
r = 0.5 in [-1, 1]
dx/dt = r*x - y - x*(x**2 + y**2)
dy/dt = x + r*y - y*(x**2 + y**2)
x(0) = 0.1"""

INTERACT = "view = Hopf.interact(bifurcation='r', duration=10)\nview"

HERE = "At r = 0.500: an unstable equilibrium, a stable cycle."


def click_at(shown: Locator, across: float, up: float) -> None:
    """Click the diagram's plane at parts of its width and height, the latter from below."""
    plane = shown.locator(".bpl-DiagramFigure .plotarea_events")
    box = plane.bounding_box()
    assert box is not None
    plane.click(position={"x": across * box["width"], "y": (1 - up) * box["height"]})


def test_the_panel_computes_a_diagram_and_a_click_in_it_moves_the_sliders(open_notebook: Open, pictures: Path) -> None:
    page = open_notebook(CELL)
    page.open_panel(activate=False)
    page.run_cell(0)
    shown = page.tab("Bifurcation")
    expect(shown).to_contain_text("Choose a parameter and its range, and compute the diagram.")
    shown.get_by_role("button", name="Compute").click()
    expect(shown).to_contain_text(HERE)
    expect(shown.get_by_role("button", name="Compute anew")).to_be_visible()
    page.browser_page.screenshot(path=pictures / "bifurcation.png")

    click_at(shown, 0.25, 0.5)  # on the branch of equilibria
    expect(shown).to_contain_text("stable focus at r = -0.5")
    expect(shown).to_contain_text(re.compile(r"At r = -0\.5\d+: a stable equilibrium\. The equilibrium loses its"))
    expect(page.output(0).get_by_role("spinbutton", name="Value of r")).to_have_value(re.compile(r"-0\.5"))
    shown.get_by_role("combobox", name="go to").select_option("supercritical Hopf at r = 0, period 6.283")
    expect(page.output(0).get_by_role("spinbutton", name="Value of r")).to_have_value("0")
    page.move_slider("r", "End")
    expect(shown).to_contain_text("At r = 1.000: an unstable equilibrium, a stable cycle.")

    page.browser_page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for theme in THEMES:
        page.set_theme(theme)
        assert faults(page, PANEL) == [], theme
        page.browser_page.screenshot(path=pictures / f"bifurcation {theme}.png")
    with page.sized(800, 800):
        page.browser_page.screenshot(path=pictures / "bifurcation-narrow.png")
    page.reload()
    expect(page.panel).to_contain_text("At r = 1.000: an unstable equilibrium, a stable cycle.")
    page.restart_kernel()
    expect(page.panel).not_to_contain_text("At r = 1.000")
    page.run_cell(0)
    expect(page.panel).to_contain_text("Choose a parameter and its range, and compute the diagram.")


def test_a_cell_shows_the_diagram_without_the_panel(open_notebook: Open, pictures: Path) -> None:
    page = open_notebook(CELL + "\n;", INTERACT)
    page.run_cell(0)
    page.run_cell(1)
    shown = page.output(1)
    expect(shown).to_contain_text(HERE)
    expect(shown).to_contain_text("Compute anew")  # a click while it grows goes to the nearest point so far
    click_at(shown, 0.25, 0.5)
    expect(shown).to_contain_text("stable focus at r = -0.5")
    expect(shown.get_by_role("spinbutton", name="Value of r")).to_have_value(re.compile(r"-0\.5"))
    page.browser_page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    assert faults(page, OUTPUT) == []
    page.browser_page.screenshot(path=pictures / "bifurcation-cell.png")


PLANE = """%%brainpy_model BT --backend numpy --duration 20
a = -0.25 in [-1, 0.5]
b = -0.5 in [-1, 1]
dx/dt = y
dy/dt = a + b*y + x**2 + x*y
x(0) = -0.6"""


def test_the_plane_of_two_parameters(open_notebook: Open, pictures: Path) -> None:
    """Folds at a = 0, Hopf points at a = -b**2; a click sets both parameters."""
    page = open_notebook(PLANE)
    page.open_panel(activate=False)
    page.run_cell(0)
    shown = page.tab("Bifurcation")
    expect(shown.get_by_role("checkbox", name="cycles")).to_be_checked()
    shown.get_by_role("combobox", name="second").select_option("b")
    expect(shown.get_by_role("checkbox", name="cycles")).not_to_be_checked()
    shown.get_by_role("button", name="Compute").click()
    expect(shown).to_contain_text("At a = -0.25, b = -0.50. Next, with one parameter moved: folds at a = 0.00;")
    expect(shown).to_contain_text("Bogdanov-Takens")
    click_at(shown, 0.4, 0.6)
    expect(page.output(0).get_by_role("spinbutton", name="Value of a")).to_have_value(re.compile(r"-0\.(39|4)"))
    expect(page.output(0).get_by_role("spinbutton", name="Value of b")).to_have_value(re.compile(r"0\.(19|2)"))
    page.browser_page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for theme in THEMES:
        page.set_theme(theme)
        assert faults(page, PANEL) == [], theme
        page.browser_page.screenshot(path=pictures / f"plane {theme}.png")
    with page.sized(800, 800):
        page.browser_page.screenshot(path=pictures / "plane-narrow.png")
    shown.get_by_role("combobox", name="second").select_option("none")
    shown.get_by_role("button", name="Compute anew").click()
    expect(shown).to_contain_text("stable equilibrium")
