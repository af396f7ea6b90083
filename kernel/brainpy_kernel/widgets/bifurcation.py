"""The bifurcation diagram of a session as a widget, in the output of a cell and in the panel alike."""

from __future__ import annotations

import html
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brainpy_kernel.sessions.continuation import Choice, Continuation, Part
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.diagram_figure import THROUGH, DiagramFigure
from brainpy_kernel.widgets.output import refused
from brainpy_lab.errors import BrainPyLabError

if TYPE_CHECKING:
    from brainpy_kernel.widgets.controls import Range

#: The first entry of the list of special points.
NO_POINT = "choose a point …"

HINT = "Choose a parameter and its range, and compute the diagram."

#: What is said under a diagram that has nobody's attention yet.
CLICK = "Click a point of the diagram to go there."


class Bifurcation:
    """Choices, the figure, and what is said of it; follows a `Continuation` until closed.

    Parameters
    ----------
    work : Continuation
    ranges : mapping
        Of the sliders, by parameter: what the range is when another parameter is chosen.
    """

    def __init__(self, work: Continuation, ranges: Mapping[str, Range]) -> None:
        from ipywidgets import HTML, Button, Dropdown, FloatText, HBox, Layout, VBox

        self.work, self._ranges = work, ranges
        self._lock = threading.RLock()  # the diagram grows on one thread, and the marker moves on another
        self._updating = False
        choice, session = work.choice, work.session
        short = Layout(width="9em")
        self.parameter = Dropdown(
            options=list(session.params), value=choice.parameter, description="parameter", layout=Layout(width="13em")
        )
        self.low = FloatText(value=choice.low, description="from", continuous_update=False, layout=short)
        self.high = FloatText(value=choice.high, description="to", continuous_update=False, layout=short)
        self.variable = Dropdown(
            options=list(session.states), value=choice.variable, description="shown", layout=Layout(width="11em")
        )
        for narrow in (self.low, self.high):
            narrow.style.description_width = "3em"
        self.variable.style.description_width = "4em"
        self.parameter.style.description_width = "5.5em"
        self.button = Button(description="Compute", layout=Layout(width="auto"))
        self.points = Dropdown(options=[NO_POINT], description="go to", layout=Layout(width="26em", max_width="100%"))
        self.points.style.description_width = "3.2em"
        self.status, self.caption, self.outlook, self.picked = HTML(), HTML(), HTML(), HTML()
        self.diagram = DiagramFigure(work.pick)
        wrapped = Layout(flex_flow="row wrap", align_items="center")
        choices = HBox([self.parameter, self.low, self.high, self.variable, self.button], layout=wrapped)
        self.widget = VBox([
            HTML(THROUGH), choices, self.status, self.caption, self.diagram.figure, self.outlook,
            HBox([self.points], layout=wrapped), self.picked,
        ])  # fmt: skip
        self.parameter.observe(self._on_parameter, "value")
        self.low.observe(lambda change: self._choose(low=change["new"]), "value")
        self.high.observe(lambda change: self._choose(high=change["new"]), "value")
        self.variable.observe(lambda change: self._choose(variable=change["new"]), "value")
        self.points.observe(self._on_point, "index")
        self.button.on_click(lambda _: self._on_button())
        work.listeners.append(self._on_part)
        self._draw()
        self._say()

    def close(self) -> None:
        """Follow no longer, and take the widgets out of the page; the diagram itself stays."""
        if self._on_part in self.work.listeners:
            self.work.listeners.remove(self._on_part)
        close_tree(self.widget)

    def _on_parameter(self, change: Any) -> None:
        low, high, _ = self._ranges[change["new"]]
        self._choose(parameter=change["new"], low=low, high=high)

    def _choose(self, **changes: Any) -> None:
        if self._updating:
            return
        try:
            self.work.choose(**changes)
        except BrainPyLabError as error:
            self._show_choice(self.work.choice)
            self.status.value = refused([str(error)])

    def _on_button(self) -> None:
        if self.work.status == "running":
            self.work.cancel()
        else:
            self.work.start()

    def _on_point(self, change: Any) -> None:
        diagram, index = self.work.diagram, change["new"]
        if not self._updating and diagram is not None and index:
            self.work.pick_special(diagram, diagram.points[index - 1])

    def _on_part(self, part: Part) -> None:
        with self._lock:
            if part == "choice":
                self._show_choice(self.work.choice)
            if part in ("choice", "diagram"):
                self._draw()
            if part == "here":
                self._place()
                self._forget_point()
            self._say()

    def _show_choice(self, choice: Choice) -> None:
        self._updating = True
        try:
            self.parameter.value, self.variable.value = choice.parameter, choice.variable
            self.low.value, self.high.value = choice.low, choice.high
        finally:
            self._updating = False

    def _draw(self) -> None:
        found = self.work.diagram
        if found is not None:
            self.diagram.draw(found, self.work.variable)
            self._updating = True
            try:
                self.points.options = [NO_POINT, *map(repr, found.points)]
            finally:
                self._updating = False
        self.caption.value = look.legend(self.diagram.legend(found))
        self._place()

    def _place(self) -> None:
        found = self.work.diagram
        if found is None or found.parameter not in self.work.session.params:
            return
        value = self.work.at(found.parameter)
        low, high = found.range
        self.diagram.place(found if low <= value <= high else None, self.work.variable, value)

    def _forget_point(self) -> None:
        """The list says where the sliders stand, or nothing."""
        picked = self.work.picked
        if self.points.index and (picked is None or self.work.session.params.get(picked.parameter) != picked.value):
            self._updating = True
            try:
                self.points.index = 0
            finally:
                self._updating = False

    def _say(self) -> None:
        work = self.work
        is_running = work.status == "running"
        self.button.description = "Cancel" if is_running else "Compute anew" if work.diagram else "Compute"
        self.button.button_style = "warning" if work.moved and not is_running else ""
        self.status.value = status_line(work)
        self.outlook.value = _said(outlook_line(work))
        self.picked.value = _said(picked_line(work))


def status_line(work: Continuation) -> str:
    """How the work stands, and whether the diagram is out of date."""
    if work.message:
        return refused([work.message])
    said = [HINT] if work.status == "none" else []
    if work.status == "running":
        said.append(f"Computing · {work.progress:.0%}.")
    found = work.diagram
    if work.status == "cancelled":
        said.append("Cancelled: what was found until then is shown.")
    if work.moved:
        changes = ", ".join(f"{name} was {before:g} and is {now:g}" for name, (before, now) in work.moved.items())
        said.append(f"Out of date: {changes}.")
    if found is not None and work.status == "done":
        said += found.remarks
        said += [] if found.branches else [repr(found).splitlines()[1]]
    return _said(" ".join(said), role="status")


def outlook_line(work: Continuation) -> str:
    """What there is where the sliders stand, and what lies next."""
    found = work.diagram
    if found is None or found.parameter not in work.session.params:
        return ""
    value = work.at(found.parameter)
    low, high = found.range
    if not low <= value <= high:
        return f"{found.parameter} = {value:g} is outside this diagram."
    return repr(found.outlook(value))


def picked_line(work: Continuation) -> str:
    """The point that was picked, while the sliders stand there."""
    picked = work.picked
    if picked is not None and work.session.params.get(picked.parameter) == picked.value:
        return picked.words
    return CLICK if work.diagram is not None else ""


def _said(text: str, role: str = "") -> str:
    attribute = f' role="{role}"' if role else ""
    return f'<div{attribute} style="color:{look.INK};line-height:1.4;white-space:normal">{html.escape(text)}</div>'
