"""The step code in the panel: choose driver and method, edit, apply, be refused, compare, revert."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .cells import DECAY, FITZHUGH_NAGUMO
from .lab_page import LabPage

Open = Callable[..., LabPage]


def test_applied_code_runs_and_revert_brings_the_generated_code_back(open_notebook: Open, pictures: Path) -> None:
    # With the derivative of x doubled, x(1) = exp(-2 * 0.5) instead of exp(-0.5).
    probe = "round(float(Decay.run(1.0, dt=0.01).final['x']), 4)"
    page = open_notebook(DECAY, probe)
    page.run_cell(0)
    page.wait_for_code("def step")
    page.run_cell(1)
    expect(page.output(1)).to_contain_text("0.6065")

    generated = page.step_code()
    assert "-rate * x" in generated
    page.type_step_code(generated.replace("-rate * x", "-2.0 * rate * x"))
    expect(page.panel.get_by_role("status").last).to_contain_text("not applied")
    page.run_cell(1)
    expect(page.output(1)).to_contain_text("0.6065")  # typing alone changes nothing

    page.panel.get_by_role("button", name="Changes").click()
    expect(page.editor.locator("ins").first).to_contain_text("-2.0 * rate * x")
    expect(page.editor.locator("del").first).to_contain_text("= -rate * x")
    assert page.step_code() == generated.replace("-rate * x", "-2.0 * rate * x")
    page.browser_page.screenshot(path=pictures / "changes.png")
    page.panel.get_by_role("button", name="Apply").click()
    expect(page.panel.locator(".bpl-Badge")).to_have_text("edited")
    page.browser_page.screenshot(path=pictures / "edited.png")
    page.run_cell(1)
    expect(page.output(1)).to_contain_text("0.3679")

    page.panel.get_by_role("button", name="Revert").click()
    expect(page.panel.locator(".bpl-Badge")).to_have_count(0)
    expect(page.editor.locator("ins, del")).to_have_count(0)
    assert page.step_code() == generated
    page.run_cell(1)
    expect(page.output(1)).to_contain_text("0.6065")


def test_a_bad_edit_is_refused_at_its_position(open_notebook: Open, pictures: Path) -> None:
    page = open_notebook(DECAY, "round(float(Decay.run(1.0, dt=0.01).final['x']), 4)")
    page.run_cell(0)
    page.wait_for_code("def step")
    lines = page.step_code().split("\n")
    wrong = next(i for i, line in enumerate(lines) if line.startswith("    ") and "-rate * x" in line)
    lines[wrong] = lines[wrong].replace("-rate * x", "-rate * x)")
    page.type_step_code("\n".join(lines))
    page.browser_page.keyboard.press("Shift+Enter")

    alert = page.panel.locator(".bpl-Messages").get_by_role("alert").locator(".bpl-mod-error")
    expect(alert).to_be_visible()
    expect(page.panel.get_by_role("button", name=f"Go to line {wrong + 1}")).to_be_visible()
    expect(page.editor.locator(".bpl-ErrorLine")).to_contain_text("-rate * x)")
    expect(page.editor.locator(".bpl-ErrorReason")).to_be_visible()
    expect(page.panel.locator(".bpl-Badge")).to_have_count(0)
    page.browser_page.screenshot(path=pictures / "refused.png")
    page.run_cell(1)
    expect(page.output(1)).to_contain_text("0.6065")
    page.panel.get_by_role("button", name="Revert").click()
    expect(alert).to_have_count(0)
    assert page.step_code() != "\n".join(lines)


def test_driver_and_method(fhn: LabPage) -> None:
    page = fhn
    page.panel.get_by_label("Method").select_option("euler")
    page.wait_for_code("euler" if "euler" in page.step_code().lower() else "Euler")
    expect(page.panel.get_by_label("Method")).to_have_value("euler")
    page.panel.get_by_label("Driver").select_option("numpy")
    page.wait_for_code("numpy")
    expect(page.panel.get_by_label("Driver")).to_have_value("numpy")


def test_model_picker(open_notebook: Open) -> None:
    page = open_notebook(FITZHUGH_NAGUMO, DECAY)
    page.run_cell(0)
    page.run_cell(1)
    page.wait_for_code("rate * x")
    picker = page.panel.get_by_role("combobox", name="Model")
    expect(picker).to_have_value("Decay")
    picker.select_option("FHN")
    page.wait_for_code("dV_1")
    page.execute("brainpy-lab:next-model")
    expect(picker).to_have_value("Decay")
    page.wait_for_code("rate * x")
