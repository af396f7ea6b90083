"""Step code, phase plane, fixed points and runs of a FitzHugh-Nagumo neuron, and the sliders that move them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from .lab_page import LabPage

PATH_CHANGED = "([selector, before]) => document.querySelector(selector)?.getAttribute('d') !== before"
TIME_COURSE = ".jp-Notebook .bqplot path.line"


def picture_of(page: LabPage, selector: str) -> str:
    """The path of a curve, once it has been drawn."""
    page.browser_page.wait_for_function(
        "selector => (document.querySelector(selector)?.getAttribute('d')?.length ?? 0) > 100", arg=selector
    )
    path = page.browser_page.locator(selector).first.get_attribute("d")
    assert path is not None
    return path


def cells_of(table: Locator) -> list[str]:
    return table.locator("tbody td").all_inner_texts()


def test_shows_the_model_and_follows_its_sliders(fhn: LabPage, pictures: Path) -> None:
    page = fhn
    code = page.step_code()
    assert "def step(" in code
    assert "V ** 3 / 3 - w + I" in code
    page.browser_page.screenshot(path=pictures / "code.png")

    table = page.tab("Fixed points").get_by_role("table")
    expect(table.locator("tbody tr")).to_have_count(1)
    # V - V^3/3 - (V + 0.7)/0.8 + 0.5 = 0 has the single real root -0.8048477, where w = (V + 0.7)/0.8 = -0.1310597
    values = cells_of(table)
    assert values[:2] == ["\u22120.80485", "\u22120.13106"]
    assert values[3] == "unstable focus"
    page.browser_page.screenshot(path=pictures / "fixed_points.png")
    course = picture_of(page, TIME_COURSE)
    page.move_slider("I", "Home")
    expect(table.locator("tbody td").last).to_have_text("stable focus")
    # I = 0: V - V^3/3 - (V + 0.7)/0.8 = 0 at -1.1994080, w = -0.6242600
    expect(table.locator("tbody td").first).to_have_text("\u22121.1994")
    page.browser_page.wait_for_function(PATH_CHANGED, arg=[TIME_COURSE, course])

    plane = "#brainpy-lab-panel .bqplot path.line"
    page.tab("Phase plane")
    nullcline = picture_of(page, plane)
    page.browser_page.screenshot(path=pictures / "phase_plane.png")
    page.move_slider("I", "End")
    page.browser_page.wait_for_function(PATH_CHANGED, arg=[plane, nullcline])

    runs = page.tab("Runs").get_by_role("listitem")
    expect(runs.first).to_contain_text("done")
    expect(runs.first).to_contain_text("FHN")
    page.browser_page.screenshot(path=pictures / "runs.png")


def test_a_click_in_the_phase_plane_starts_a_trajectory(fhn: LabPage) -> None:
    page = fhn
    page.tab("Phase plane")
    picture_of(page, "#brainpy-lab-panel .bqplot path.line")
    course = picture_of(page, TIME_COURSE)
    plot = page.panel.locator(".bqplot rect.mouse_layer, .bqplot .plotarea_events").first
    box = plot.bounding_box()
    assert box is not None
    page.browser_page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"])
    page.browser_page.wait_for_function(PATH_CHANGED, arg=[TIME_COURSE, course])


def test_only_the_shown_view_is_sent(fhn: LabPage) -> None:
    page = fhn
    page.tab("Fixed points").get_by_role("table").wait_for()
    course = picture_of(page, TIME_COURSE)
    with page.recorded() as messages:
        page.move_slider("I", "End")
        page.browser_page.wait_for_function(PATH_CHANGED, arg=[TIME_COURSE, course])
        expect(page.panel.locator("tbody td").first).not_to_have_text("\u22120.80485")
    assert {message["data"]["type"] for message in messages} <= {"fixed_points", "state"}


def test_with_the_panel_closed_no_message_is_sent(fhn: LabPage) -> None:
    page = fhn
    course = picture_of(page, TIME_COURSE)
    page.close_panel()
    assert page.comm_messages[-1]["kind"] == "comm_close"
    with page.recorded() as messages:
        page.move_slider("I", "End")
        page.browser_page.wait_for_function(PATH_CHANGED, arg=[TIME_COURSE, course])
        page.run_cell(0)
    assert messages == []
    page.open_panel()
    page.wait_for_code("def step")
