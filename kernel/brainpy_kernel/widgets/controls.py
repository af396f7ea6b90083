"""Sliders and buttons of a session: one row per parameter, the duration, the resets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from brainpy_kernel.sessions.session import Session
from brainpy_lab.errors import BrainPyLabError

Range = tuple[float, float, float]


def slider_ranges(session: Session, chosen: Mapping[str, tuple[float, ...]] | None = None) -> dict[str, Range]:
    """Lowest value, highest value and step of each parameter's slider; ``chosen`` ones go before the model's own."""
    from brainpy_lab.equations.text.ranges import guess_range

    ranges: dict[str, Range] = {}
    for p in session.model.system.parameters:
        if p.name not in session.params:
            continue
        value = session.params[p.name]
        low, high, step = guess_range(value)
        if p.bounds is not None:
            low, high = p.bounds
            step = p.step or _step(low, high)
        if chosen and p.name in chosen:
            low, high, *rest = chosen[p.name]
            step = rest[0] if rest else _step(low, high)
        ranges[p.name] = (min(low, value), max(high, value), step)
    return ranges


def _step(low: float, high: float) -> float:
    """About a two-hundredth of the range, a round number: a slider is some 200 pixels long."""
    raw = (high - low) / 200
    unit = 10.0 ** math.floor(math.log10(raw))
    return float(f"{unit * min((1, 2, 5, 10), key=lambda k: abs(k * unit - raw)):.12g}")


class Controls:
    """The widgets that change a session. Their callbacks only tell the session, which computes elsewhere."""

    def __init__(self, session: Session, ranges: Mapping[str, Range]) -> None:
        from ipywidgets import Button, FloatText, GridBox, HBox, Layout, VBox

        self._session = session
        self._updating = False
        self.sliders: dict[str, Any] = {}
        self.boxes: dict[str, Any] = {}
        descriptions = {p.name: p.description for p in session.model.system.parameters}
        rows = [self._row(name, ranges[name], descriptions.get(name, "")) for name in ranges]
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
        self.reset_state = Button(
            description="Reset state",
            tooltip="Start from the initial values of the model",
            layout=Layout(width="auto"),
        )
        self.reset_parameters.on_click(lambda _: self._reset_parameters())
        self.reset_state.on_click(lambda _: self._session.reset_state())
        buttons = HBox([self.duration, self.reset_parameters, self.reset_state], layout=Layout(flex_flow="row wrap"))
        self.widget = VBox([grid, buttons])

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
        slider.observe(lambda change: self._on_slider(name, change["new"]), "value")
        box.observe(lambda change: self._on_box(name, change["new"]), "value")
        reset.on_click(lambda _: self._on_box(name, float(self._session.model.parameters[name])))
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
        for name, value in dict(self._session.params).items():
            if name in self.sliders:
                self._on_box(name, value)
