"""The panel without a mouse, without sight, in the dark, and in a small window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .cells import FITZHUGH_NAGUMO
from .lab_page import LabPage

Open = Callable[..., LabPage]

VIEWS = ("Code", "Phase plane", "Fixed points", "Runs")

#: Faults of the panel that a screen reader would meet; figures of bqplot are not ours.
FAULTS = """() => {
  const panel = document.querySelector('#brainpy-lab-panel');
  const ours = [...panel.querySelectorAll('*')].filter(node => !node.closest('.bqplot') && node.checkVisibility());
  const name = node => (node.getAttribute('aria-label') ?? '') + (node.closest('label')?.textContent ?? '')
    + (node.matches('button, [role=tab]') ? node.textContent : '');
  const faults = [];
  for (const node of ours) {
    if (node.matches('button, select, input, progress, [role=tab], [role=tabpanel], [role=tablist], [role=region]')
        && !name(node).trim() && !node.closest('.jupyter-widgets')) {
      faults.push('no name: ' + node.outerHTML.slice(0, 120));
    }
    if (node.tabIndex > 0) faults.push('tab order: ' + node.outerHTML.slice(0, 120));
    const controls = node.getAttribute('aria-controls');
    if (controls && !document.getElementById(controls)) faults.push('controls nothing: ' + controls);
    if (node.id && document.querySelectorAll('#' + CSS.escape(node.id)).length > 1) faults.push('id twice: ' + node.id);
    if (node.matches('th') && !node.getAttribute('scope')) faults.push('header without scope: ' + node.textContent);
    if (node.matches('img, svg') && !node.closest('[aria-hidden], button, [role=tab]')) faults.push('no text: picture');
  }
  return faults;
}"""

#: Texts of the panel with less contrast than 4.5 to 1: [text, contrast].
FAINT = """() => {
  const panel = document.querySelector('#brainpy-lab-panel');
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const blend = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = rgb => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const node of panel.querySelectorAll('*')) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility()) continue;
    if (node.closest('.jupyter-widgets, .cm-editor, :disabled, [aria-hidden=true]')) continue;
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
    const below = light(blend(layers));
    const above = light(blend([...layers, getComputedStyle(node).color]));
    const contrast = (Math.max(above, below) + 0.05) / (Math.min(above, below) + 0.05);
    if (contrast < 4.5) found.push([node.textContent.slice(0, 40), Math.round(100 * contrast) / 100]);
  }
  return found;
}"""


def test_every_part_has_a_role_and_a_name(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO)
    expect(page.panel).to_contain_text("have not been run")
    assert page.browser_page.evaluate(FAULTS) == []
    page.run_cell(0)
    page.wait_for_code("def step")
    for view in VIEWS:
        expect(page.tab(view)).to_be_visible()
        assert page.browser_page.evaluate(FAULTS) == [], view
    expect(page.panel).to_have_attribute("aria-label", "BrainPy Lab")
    expect(page.panel.get_by_role("tablist")).to_have_attribute("aria-label", "Views of the model")
    assert page.panel.locator("[role=status][aria-live=polite]").count() == 1


def test_keyboard_alone(fhn: LabPage) -> None:
    page = fhn
    keyboard = page.browser_page.keyboard
    page.open_panel()
    expect(page.panel.get_by_role("tab", name="Code")).to_be_focused()
    for _ in range(3):  # phase plane, bifurcation, fixed points
        keyboard.press("ArrowRight")
    keyboard.press("Enter")
    page.panel.get_by_role("table").wait_for()
    expect(page.panel.get_by_role("tab", name="Fixed points")).to_have_attribute("aria-selected", "true")
    keyboard.press("Home")
    keyboard.press("Enter")
    page.editor.wait_for()
    reached = []
    for _ in range(4):
        keyboard.press("Tab")
        reached.append(page.browser_page.evaluate("() => document.activeElement.closest('label')?.textContent ?? ''"))
    assert any("Driver" in text for text in reached)
    assert any("Method" in text for text in reached)


def test_texts_can_be_read_in_light_and_dark(fhn: LabPage, pictures: Path) -> None:
    page = fhn
    with page.sized(900, 600):
        look(page, pictures, "JupyterLab Light")
    look(page, pictures, "JupyterLab Light")
    look(page, pictures, "JupyterLab Dark")
    with page.sized(900, 600):
        look(page, pictures, "JupyterLab Dark")


def look(page: LabPage, pictures: Path, theme: str) -> None:
    """Every tab of the panel can be read and fits its place."""
    page.set_theme(theme)
    size = page.browser_page.viewport_size
    assert size is not None
    for view in VIEWS:
        show(page, view)
        name = f"{theme.split()[1].lower()}_{size['width']}_{view.lower().replace(' ', '_')}.png"
        page.browser_page.screenshot(path=pictures / name)
        assert page.browser_page.evaluate(FAINT) == [], (theme, view)
        overhang = page.panel.evaluate("node => node.scrollWidth - node.clientWidth")
        assert overhang <= 0, "the panel is wider than its place"


def show(page: LabPage, view: str) -> None:
    """Choose a tab and wait until its data are there."""
    shown = page.tab(view)
    if view == "Fixed points":
        shown.get_by_role("table").wait_for()
    elif view == "Phase plane":
        shown.locator(".bqplot path.line").first.wait_for(state="attached")
    elif view == "Runs":
        shown.get_by_role("listitem").first.wait_for()
    else:
        page.wait_for_code("def step")
