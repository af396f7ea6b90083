"""A slider has the model's own value until it is moved, and decimals afterwards, whatever a browser makes of them."""

from __future__ import annotations

import math
import random
from pathlib import Path

import nbformat
import pytest

import brainpy_lab as bp
from brainpy_kernel.sessions.runtime import Runtime
from brainpy_kernel.sessions.session import Session
from brainpy_kernel.widgets.controls import Controls, slider_ranges
from brainpy_kernel.widgets.sliders import ExactSlider, Scale
from brainpy_lab import models
from brainpy_lab.equations import read_text
from brainpy_lab.models.published import PublishedModel
from brainpy_lab.simulation.model import Model

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def spoken(value: float, low: float, high: float, step: float) -> float:
    """What noUiSlider 15 makes of a value: its places are multiples of a percentage of the range."""
    percent = 100.0 if value >= high else max((value - low) * 100 / (high - low), 0.0)
    if percent not in (0.0, 100.0):
        width = step * 100 / (high - low)
        percent = min(max(math.floor(percent / width + 0.5) * width, 0.0), 100.0)
    return percent * (high - low) / 100 + low


def draw(slider: ExactSlider) -> None:
    """A browser shows the slider, and says what it made of its value."""
    state = slider.get_state()
    slider.set_state({"value": spoken(state["value"], state["min"], state["max"], state["step"])})


def press(slider: ExactSlider, steps: int) -> None:
    """The user moves the handle by so many places."""
    state = slider.get_state()
    low, high, step = state["min"], state["max"], state["step"]
    at = spoken(state["value"], low, high, step)
    slider.set_state({"value": spoken(at + steps * step, low, high, step)})


def controls_of(model: Model) -> tuple[Session, Controls]:
    session = Session(model, Runtime(threaded=False))
    return session, Controls(session, slider_ranges(session))


def model_cells() -> list[object]:
    """Every model of `bp.models` and every model cell of the notebooks, as the text that is read."""
    found = [
        pytest.param(value.text, id=name)
        for name in dir(models)
        if isinstance(value := getattr(models, name), PublishedModel)
    ]
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            head = cell.source.split("\n", 1)[0]
            if cell.cell_type == "code" and head.startswith("%%brainpy_model") and "--synapse" not in head:
                text = "\n" + cell.source.split("\n", 1)[1].rstrip().rstrip(";")
                found.append(pytest.param(text, id=f"{path.stem}:{cell.id}"))
    return found


@pytest.mark.parametrize("text", model_cells())
def test_untouched_controls_say_the_models_values(text):
    model = Model(read_text(text, name="Model", namespace={"np": bp, "bp": bp}))
    session, controls = controls_of(model)
    before = dict(session.params)
    for name, slider in controls.sliders.items():
        draw(slider)
        draw(slider)
        assert slider.value == float(model.parameters[name])
        assert controls.boxes[name].value == float(model.parameters[name])
    assert session.params == before == {k: float(v) for k, v in model.parameters.items() if k in before}


@pytest.mark.parametrize(
    "bounds", ["[0, 30]", "[0, 30, 0.1]", "[0, 30, 7]", "[0, 30, 0.3]", "[1/7, 30]", "[-0.7, 42.5, 0.3]"]
)
@pytest.mark.parametrize("value", ["10", "8/3", "0.1 + 0.2", "29.95"])
def test_every_range_and_step_keeps_the_value(value, bounds):
    model = Model(read_text(f"n = {value} in {bounds}\ndx/dt = -n*x", name="Model"))
    session, controls = controls_of(model)
    draw(controls.sliders["n"])
    assert session.params["n"] == controls.sliders["n"].value == controls.boxes["n"].value == model.parameters["n"]


def test_random_ranges_and_steps_keep_the_value_and_move_in_short_decimals():
    generator = random.Random(8)
    for _ in range(300):
        size = 10.0 ** generator.randint(-6, 6)
        low = float(f"{generator.uniform(-size, size):.{generator.randint(1, 3)}g}")
        high = low + float(f"{generator.uniform(0.1, 2) * size:.2g}")
        step = float(f"{(high - low) / generator.uniform(3, 500):.{generator.randint(1, 2)}g}")
        value = generator.choice([generator.uniform(low, high), low, high, low + step * generator.randint(0, 3)])
        value = min(max(value, low), high)
        slider = ExactSlider(value=value, min=low, max=high, step=step)
        draw(slider)
        assert slider.value == value
        start = slider.scale.place(value)
        for move in (1, -1, 2):
            press(slider, move)
            assert slider.value in (low, high, value, float(f"{slider.value:.9g}")), (low, high, step, value)
        assert slider.scale.place(start) == start


def test_a_moved_slider_prints_short_and_comes_back():
    slider = ExactSlider(value=10.0, min=0.0, max=30.0, step=0.1)
    seen = []
    for _ in range(5):
        press(slider, 1)
        seen.append(slider.value)
    assert seen == [10.1, 10.2, 10.3, 10.4, 10.5]
    press(slider, -5)
    assert slider.value == 10.0


def test_a_value_between_two_places_has_its_neighbours_beside_it():
    scale = Scale(0.0, 30.0, 7.0)
    assert [scale.place(v) for v in (0, 3.4, 10, 27, 29, 30)] == [0, 0, 7, 28, 28, 30]
    slider = ExactSlider(value=10.0, min=0.0, max=30.0, step=7.0)
    draw(slider)
    press(slider, 1)
    assert slider.value == 14.0
    press(slider, -1)
    assert slider.value == 7.0


def test_the_browser_hears_its_own_words_again(monkeypatch):
    """An answer in other digits would count as a move, and be answered again, without end."""
    slider = ExactSlider(value=10.0, min=0.0, max=30.0, step=0.1)
    sent = []
    monkeypatch.setattr(slider, "send_state", lambda key=None: sent.append(key))
    raw = spoken(10.1, 0.0, 30.0, 0.1)
    slider.set_state({"value": 10.100000000000001})
    assert slider.value == 10.1
    assert sent == []
    assert raw == pytest.approx(10.1)
    assert slider.get_state("value") == {"value": 10.100000000000001}


def test_a_typed_value_widens_the_range_by_whole_steps():
    slider = ExactSlider(value=0.5, min=0.0, max=2.0, step=0.01)
    slider.move(3.14159)
    assert (slider.min, slider.max, slider.value) == (0.0, 3.15, 3.14159)
    slider.move(-1 / 3)
    assert (slider.min, slider.max, slider.value) == (-0.34, 3.15, -1 / 3)
    draw(slider)
    assert slider.value == -1 / 3
    press(slider, 1)
    assert slider.value == -0.32
