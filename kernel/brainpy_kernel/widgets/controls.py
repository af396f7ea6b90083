"""Sliders and buttons of a session: one row per parameter, the duration, the resets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from brainpy_kernel.sessions.shown import Shown
from brainpy_lab.errors import BrainPyLabError

Range = tuple[float, float, float]


def slider_ranges(session: Shown, chosen: Mapping[str, tuple[float, ...]] | None = None) -> dict[str, Range]:
    """Lowest value, highest value and step of each parameter's slider; ``chosen`` ones go before the model's own."""
    from brainpy_lab.equations.text.ranges import guess_range

    ranges: dict[str, Range] = {}
    for name, knob in session.knobs.items():
        value = session.params[name]
        low, high, step = guess_range(value)
        if knob.bounds is not None:
            low, high = knob.bounds
            step = knob.step or _step(low, high)
        if chosen and name in chosen:
            low, high, *rest = chosen[name]
            step = rest[0] if rest else _step(low, high)
        ranges[name] = (min(low, value), max(high, value), step)
    return ranges


def _step(low: float, high: float) -> float:
    """About a two-hundredth of the range, a round number: a slider is some 200 pixels long."""
    raw = (high - low) / 200
    unit = 10.0 ** math.floor(math.log10(raw))
    return float(f"{unit * min((1, 2, 5, 10), key=lambda k: abs(k * unit - raw)):.12g}")


class Controls:
    """The widgets that change a session. Their callbacks only tell the session, which computes elsewhere."""

    def __init__(self, session: Shown, ranges: Mapping[str, Range]) -> None:
        from ipywidgets import Button, FloatText, GridBox, HBox, Layout, VBox

        self._session = session
        self._updating = False
        self.sliders: dict[str, Any] = {}
        self.boxes: dict[str, Any] = {}
        # 80 pixels, the width of ipywidgets, hold some nine letters; 'group.parameter' has more
        longest = max(map(len, ranges), default=0)
        self._name_width = f"{0.62 * min(longest, 24):.1f}em" if longest > 9 else None
        rows = [self._row(name, ranges[name], session.knobs[name].description) for name in ranges]
        grid = GridBox(
            rows,
            layout=Layout(grid_template_columns="repeat(auto-fill, minmax(min(340px, 100%), 1fr))", grid_gap="0 16px"),
        )
        self.duration = FloatText(value=session.duration, description="duration", continuous_update=False)
        self.duration.layout.width = "12em"
        self.duration.style.description_width = "5em"
        self.duration.observe(self._on_duration, "value")
        self.reset_parameters = Button(
            description="Reset parameters",
            tooltip="Give every parameter its value in the model",
            layout=Layout(width="auto"),
        )
        self.reset_parameters.on_click(lambda _: self._reset_parameters())
        self.buttons = HBox([self.duration, self.reset_parameters], layout=Layout(flex_flow="row wrap"))
        self.widget = VBox([grid, self.buttons])
        session.controls.add(self)

    def add_button(self, text: str, tooltip: str, action: Callable[[], None]) -> Any:
        """Put a button behind the others."""
        from ipywidgets import Button, Layout

        button = Button(description=text, tooltip=tooltip, layout=Layout(width="auto"))
        button.on_click(lambda _: action())
        self.buttons.children = (*self.buttons.children, button)
        return button

    def _row(self, name: str, bounds: Range, description: str) -> Any:
        from ipywidgets import Button, FloatText, HBox, Layout

        from brainpy_kernel.widgets.sliders import ExactSlider

        low, high, step = bounds
        slider = ExactSlider(
            value=self._session.params[name], min=low, max=high, step=step, description=name, readout=False,
            tooltip=description or name, description_allow_html=False,
        )  # fmt: skip
        box = FloatText(
            value=self._session.params[name], step=step, continuous_update=False, tooltip=f"Value of {name}"
        )
        reset = Button(icon="undo", tooltip=f"Reset {name}")
        slider.layout.flex, box.layout.width, reset.layout.width = "1 1 11em", "6.5em", "2.4em"
        reset.layout.padding = "0"
        if self._name_width is not None:
            slider.style.description_width = self._name_width
        slider.observe(lambda change: self._on_slider(name, change["new"]), "value")
        box.observe(lambda change: self._on_box(name, change["new"]), "value")
        reset.on_click(lambda _: self._on_box(name, self._session.knobs[name].value))
        self.sliders[name], self.boxes[name] = slider, box
        return HBox([slider, box, reset], layout=Layout(flex_flow="row wrap"))

    def _on_slider(self, name: str, value: float) -> None:
        """The pictures go first; the number follows them, and is that of the slider by then."""
        if self._session.params[name] != value:
            self._session.set_params(**{name: value})
            self._session.keep_pace()
        latest = self.sliders[name].value
        if self.boxes[name].value != latest:
            self.boxes[name].value = latest

    def _on_box(self, name: str, value: float) -> None:
        """A typed value may lie outside the slider's range: then the range grows."""
        slider = self.sliders[name]
        if not math.isfinite(value):
            self.boxes[name].value = slider.value
            return
        if self._session.params[name] != value:
            self._session.set_params(**{name: value})
        slider.move(value)

    def _on_duration(self, change: Any) -> None:
        try:
            self._session.set_duration(change["new"])
        except BrainPyLabError:  # refused: the box shows the duration in force again
            self.duration.value = self._session.duration

    def _reset_parameters(self) -> None:
        """All at once: one simulation, however many sliders move."""
        self._session.reset_parameters()
        self.follow()

    def follow(self) -> None:
        """Move the sliders to the values of the session, which something else has set."""
        for name, value in dict(self._session.params).items():
            if name in self.sliders:
                self._on_box(name, value)
