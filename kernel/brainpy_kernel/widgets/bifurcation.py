"""The bifurcation diagram of a session as a widget, in the output of a cell and in the panel alike."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brainpy_kernel.sessions.continuation import Choice, Continuation, Part, free_in, is_single, ranges_of
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.diagram_base import THROUGH
from brainpy_kernel.widgets.diagram_figure import DiagramFigure
from brainpy_kernel.widgets.output import refused, said
from brainpy_kernel.widgets.plane_figure import PlaneFigure
from brainpy_lab.errors import BrainPyLabError

if TYPE_CHECKING:
    from brainpy_kernel.widgets.controls import Range

#: The first entry of the list of special points.
NO_POINT = "choose a point …"

HINT = "Choose a parameter and its range, and compute the diagram."

#: What the switch for cycles does.
CYCLES = "Follow cycles too; with two parameters their curves, which takes up to a minute"

#: The first entry of the list of second parameters.
NO_SECOND = "none"

#: What is said under a diagram that has nobody's attention yet.
CLICK = "Click a point of the diagram to go there."

#: The same where two parameters span the plane.
CLICK_PLANE = "Click the plane to set both parameters."


class Bifurcation:
    """Choices, the figure, and what is said of it; follows a `Continuation` until closed.

    Parameters
    ----------
    work : Continuation
    ranges : mapping
        Of the sliders, by parameter: what the range is when another parameter is chosen.
    """

    def __init__(self, work: Continuation, ranges: Mapping[str, Range]) -> None:
        from ipywidgets import HTML, Button, Checkbox, Dropdown, HBox, Layout, VBox

        self.work, self._ranges = work, ranges
        self._lock = threading.RLock()  # the diagram grows on one thread, and the marker moves on another
        self._updating = False
        choice, session = work.choice, work.session
        names = list(session.params)
        self.parameter = Dropdown(options=names, value=choice.parameter, description="parameter")
        self.low, self.high = self._ends("from", "to")
        self.second = Dropdown(options=self._seconds(choice), description="second")
        self.second_low, self.second_high = self._ends("from", "to")
        self.variable = Dropdown(options=list(session.states), value=choice.variable, description="shown")
        for dropdown, width, label in (
            (self.parameter, "12.5em", "5.5em"), (self.second, "12.5em", "5.5em"), (self.variable, "9em", "3.5em"),
        ):  # fmt: skip
            dropdown.layout, dropdown.style.description_width = Layout(width=width), label
        self.cycles = Checkbox(description="cycles", indent=False, tooltip=CYCLES, layout=Layout(width="auto"))
        self.button = Button(description="Compute", layout=Layout(width="auto"))
        self.points = Dropdown(options=[NO_POINT], description="go to", layout=Layout(width="26em", max_width="100%"))
        self.points.style.description_width = "3.2em"
        self.status, self.caption, self.outlook, self.picked = HTML(), HTML(), HTML(), HTML()
        self.diagram, self.plane = DiagramFigure(work.pick), PlaneFigure(work.pick)
        wrapped = Layout(flex_flow="row wrap", align_items="center")
        first = HBox([self.parameter, self.low, self.high, self.variable], layout=wrapped)
        second = HBox([self.second, self.second_low, self.second_high, self.cycles, self.button], layout=wrapped)
        self._figure = VBox([self.diagram.figure])
        self.widget = VBox([
            HTML(THROUGH), first, second, self.status, self.caption, self._figure, self.outlook,
            HBox([self.points], layout=wrapped), self.picked,
        ])  # fmt: skip
        self._show_choice(choice)
        self.parameter.observe(self._on_parameter, "value")
        self.second.observe(self._on_second, "value")
        for name in ("low", "high", "second_low", "second_high", "variable"):
            getattr(self, name).observe(lambda change, name=name: self._choose(**{name: change["new"]}), "value")
        self.cycles.observe(self._on_cycles, "value")
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

    def _ends(self, *labels: str) -> list[Any]:
        """A box for each end of a range."""
        from ipywidgets import FloatText, Layout

        boxes = [
            FloatText(description=label, continuous_update=False, layout=Layout(width="7.5em")) for label in labels
        ]
        for box in boxes:
            box.layout, box.style.description_width = Layout(width="7.5em"), "2.5em"
        return boxes

    def _seconds(self, choice: Choice) -> list[str]:
        """What the second parameter may be."""
        return [NO_SECOND, *(name for name in self.work.session.params if name != choice.parameter)]

    def _on_parameter(self, change: Any) -> None:
        if self._updating:
            return
        low, high, _ = self._ranges[change["new"]]
        both = {"second": ""} if change["new"] == self.work.choice.second else {}
        self._choose(parameter=change["new"], low=low, high=high, **both)

    def _on_second(self, change: Any) -> None:
        if self._updating:
            return
        if change["new"] == NO_SECOND:
            self._choose(second="")
            return
        low, high, _ = self._ranges[change["new"]]
        self._choose(second=change["new"], second_low=low, second_high=high)

    def _on_cycles(self, change: Any) -> None:
        self._choose(**{"second_cycles" if self.work.choice.second else "cycles": change["new"]})

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
            if part in ("choice", "diagram"):
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
            self.parameter.value = choice.parameter
            if tuple(self.variable.options) != self.work.variables:
                self.variable.options = self.work.variables
            self.variable.value = self.work.variable
            self.low.value, self.high.value = choice.low, choice.high
            self.cycles.value = choice.has_cycles
            if tuple(self.second.options) != tuple(self._seconds(choice)):
                self.second.options = self._seconds(choice)
            self.second.value = choice.second or NO_SECOND
            self.second_low.value, self.second_high.value = choice.second_low, choice.second_high
            for box in (self.second_low, self.second_high):
                box.layout.display = "" if choice.second else "none"
            self.variable.layout.display = "none" if choice.second else ""
        finally:
            self._updating = False

    def _draw(self) -> None:
        found = self.work.diagram
        legend: list[tuple[str, str, str]] = []
        if found is not None:
            if is_single(found):
                self.diagram.draw(found, self.work.variable)
                legend = self.diagram.legend(found)
            else:
                self.plane.draw(found)
                legend = self.plane.legend(found)
            figure = self.shown.figure
            if self._figure.children != (figure,):
                self._figure.children = (figure,)
            self._updating = True
            try:
                self.points.options = [NO_POINT, *map(repr, found.points)]
            finally:
                self._updating = False
        self.caption.value = look.legend(legend)
        self._place()

    @property
    def shown(self) -> DiagramFigure | PlaneFigure:
        """The figure of one parameter or that of two, as the diagram is."""
        found = self.work.diagram
        return self.diagram if found is None or is_single(found) else self.plane

    def _place(self) -> None:
        found = self.work.diagram
        if found is None or not set(free_in(found)) <= set(self.work.session.params):
            return
        values = [self.work.at(name) for name in free_in(found)]
        if not is_single(found):
            self.plane.place(*values)
            return
        low, high = found.range
        self.diagram.place(found if low <= values[0] <= high else None, self.work.variable, values[0])

    def _forget_point(self) -> None:
        """The list says where the sliders stand, or nothing."""
        if self.points.index and not _stands_there(self.work):
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
        self.outlook.value = said(outlook_line(work), role="")
        self.picked.value = said(picked_line(work), role="")


def status_line(work: Continuation) -> str:
    """How the work stands, and whether the diagram is out of date."""
    if work.message:
        return refused([work.message])
    parts = [HINT] if work.status == "none" else []
    if work.status == "running":
        parts.append(f"Computing · {work.progress:.0%}.")
    found = work.diagram
    if work.status == "cancelled":
        parts.append("Cancelled: what was found until then is shown.")
    if work.moved:
        changes = ", ".join(f"{name} was {before:g} and is {now:g}" for name, (before, now) in work.moved.items())
        parts.append(f"Out of date: {changes}.")
    if found is not None and work.status == "done":
        parts += found.remarks
        parts += [] if found.branches else [repr(found).splitlines()[1]]
    return said(" ".join(parts))


def outlook_line(work: Continuation) -> str:
    """What there is where the sliders stand, and what lies next."""
    found = work.diagram
    if found is None or not set(free_in(found)) <= set(work.session.params):
        return ""
    values = [work.at(name) for name in free_in(found)]
    for name, value, (low, high) in zip(free_in(found), values, ranges_of(found), strict=True):
        if not low <= value <= high:
            return f"{name} = {value:g} is outside this diagram."
    return repr(found.outlook(*values))


def picked_line(work: Continuation) -> str:
    """The point that was picked, while the sliders stand there."""
    if work.picked is not None and work.picked.words and _stands_there(work):
        return work.picked.words
    if work.diagram is None:
        return ""
    return CLICK if is_single(work.diagram) else CLICK_PLANE


def _stands_there(work: Continuation) -> bool:
    """Whether the sliders stand at the point that was picked."""
    params = work.session.params
    return work.picked is not None and all(params.get(k) == v for k, v in work.picked.params.items())
