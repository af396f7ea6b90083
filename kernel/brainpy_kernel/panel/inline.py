"""`bp_panel()`: the panel's views as widgets in an output, for front ends that have no panel.

It is a client of the panel's kernel half like the browser's panel, and speaks the same messages.
"""

from __future__ import annotations

import html
from typing import Any

from brainpy_kernel.panel.panel import Message, Panel
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.workspace import Workspace

TABS = {
    "code": "Code", "structure": "Structure", "activity": "Activity", "phase": "Phase plane",
    "bifurcation": "Bifurcation", "fixed_points": "Fixed points", "runs": "Runs",
}  # fmt: skip


class InlinePanel:
    """Model picker, step code, phase plane, fixed points and runs in one widget."""

    def __init__(self, workspace: Workspace, panel: Panel) -> None:
        from ipywidgets import HTML, Box, Button, Dropdown, HBox, Layout, Tab, Textarea, VBox

        self._workspace, self._panel = workspace, panel
        self._updating = False
        self.model = Dropdown(description="Model")
        self.backend = Dropdown(description="Driver")
        self.method = Dropdown(description="Method")
        self.text = Textarea(layout=Layout(width="100%", height="320px"))
        self.text.add_class("jp-RenderedText")
        self.apply = Button(description="Apply", button_style="primary")
        self.revert = Button(description="Revert")
        self.mark, self.message, self.table, self.runs, self.parts = HTML(), HTML(), HTML(), HTML(), HTML()
        self.phase, self.diagram = Box(layout=Layout(width="100%")), Box(layout=Layout(width="100%"))
        self.activity, self.caption = VBox(), HTML()
        code = VBox([HBox([self.backend, self.method]), self.text, HBox([self.apply, self.revert, self.mark])])
        pages = [code, self.parts, self.activity, self.phase, self.diagram, self.table, self.runs]
        self.tabs = Tab(pages, titles=list(TABS.values()))
        self.widget = VBox([self.model, self.tabs, self.message])
        self._receivers = {
            "state": self._on_state, "code": self._on_code, "phase": self._on_phase,
            "bifurcation": self._on_bifurcation, "structure": self._on_structure, "activity": self._on_activity,
            "fixed_points": self._on_fixed_points, "runs": self._on_runs, "error": self._on_error,
        }  # fmt: skip
        self.model.observe(lambda c: self._ask("select", model=c["new"]), "value")
        self.backend.observe(lambda c: self._ask("configure", model=self.model.value, backend=c["new"]), "value")
        self.method.observe(lambda c: self._ask("configure", model=self.model.value, method=c["new"]), "value")
        self.apply.on_click(lambda _: self._ask("apply", model=self.model.value, text=self.text.value))
        self.revert.on_click(lambda _: self._ask("revert", model=self.model.value))
        self.tabs.observe(lambda c: self._ask("show", view=list(TABS)[c["new"] or 0]), "selected_index")
        panel.handle(self, {"type": "hello", "protocol": 1})
        panel.handle(self, {"type": "show", "view": "code"})

    def send(self, message: Message) -> None:
        """Show a message of the kernel half."""
        receive = self._receivers.get(message["type"])
        if receive is None:
            return
        self._updating = True
        try:
            receive(message)
        finally:
            self._updating = False

    def close(self) -> None:
        """Leave the panel and take the widgets out of the page."""
        self._panel.forget(self)
        self.phase.children = self.diagram.children = []  # figures belong to the panel or to a view, and live on
        self.activity.children = [self.caption]
        close_tree(self.widget)

    def _ask(self, kind: str, **fields: Any) -> None:
        if self._updating or None in fields.values():
            return
        self.message.value = ""
        self._panel.handle(self, {"type": kind, **fields})

    def _on_state(self, message: Message) -> None:
        self.model.options = [m["name"] for m in message["models"]]
        self.model.value = message["current"]
        if message["current"] is None:
            self.message.value = "There is no model yet: run a <code>%%brainpy_model</code> cell."
            return
        info = next(m for m in message["models"] if m["name"] == message["current"])
        self.backend.options = [d["name"] for d in message["drivers"] if d["available"]]
        self.method.options = [m["name"] for m in message["methods"]]
        self.backend.value = info["backend"] if info["backend"] in self.backend.options else None
        self.method.value = info["method"] if info["method"] in self.method.options else None
        self.mark.value = "edited" if info["edited"] else ""

    def _on_code(self, message: Message) -> None:
        self.text.value = message["text"]
        self.mark.value = "edited" if message["edited"] else ""

    def _on_structure(self, message: Message) -> None:
        groups = "".join(
            f"<tr>{_cells(g['name'], g['cells'], g['model'] or g['kind'])}</tr>" for g in message["groups"]
        )
        synapses = "".join(
            f"<tr>{_cells(s['name'], s['pre'] + ' → ' + s['post'], s['connections'], s['model'])}</tr>"
            for s in message["synapses"]
        )
        self.parts.value = (
            f"<table><tr><th>group</th><th>cells</th><th>model</th></tr>{groups}</table>"
            f"<table><tr><th>synapses</th><th>from, to</th><th>connections</th><th>model</th></tr>{synapses}</table>"
            f"<div>{html.escape(message['memory'])}</div>"
        )

    def _on_activity(self, message: Message) -> None:
        self.activity.children = [*_living(message["model_id"]), self.caption]
        self.caption.value = html.escape(message["caption"])

    def _on_phase(self, message: Message) -> None:
        self.phase.children = _living(message["model_id"])

    def _on_bifurcation(self, message: Message) -> None:
        self.diagram.children = _living(message["model_id"])

    def _on_fixed_points(self, message: Message) -> None:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in message["states"])
        body = "".join(_row(row) for row in message["rows"])
        note = html.escape(message["message"] or "")
        self.table.value = f"<table><tr>{head}<th>eigenvalues</th><th>kind</th></tr>{body}</table><div>{note}</div>"

    def _on_runs(self, message: Message) -> None:
        rows = "".join(
            f"<tr><td>{html.escape(r['model'])}</td><td>{r['duration']:g}</td><td>{r['status']}</td>"
            f"<td>{html.escape(r['cell'] or '')}</td><td>{html.escape(r['outcome'] or '')}</td></tr>"
            for r in message["runs"]
        )
        self.runs.value = (
            f"<table><tr><th>model</th><th>duration</th><th>status</th><th>cell</th><th>outcome</th></tr>{rows}</table>"
        )

    def _on_error(self, message: Message) -> None:
        self.message.value = f"<pre role='alert'>{html.escape(message['message'])}</pre>"


def _living(model_id: str | None) -> list[Any]:
    """The widget of that id, or none."""
    from ipywidgets.widgets.widget import _instances

    found = _instances.get(model_id)
    return [] if found is None else [found]


def _cells(*values: object) -> str:
    return "".join(f"<td>{html.escape(f'{v:,}' if isinstance(v, int) else str(v))}</td>" for v in values)


def _row(row: Message) -> str:
    values = "".join(f"<td>{value:.6g}</td>" for value in row["values"])
    eigenvalues = ", ".join(f"{re:.4g}" + (f"{im:+.4g}i" if im else "") for re, im in row["eigenvalues"])
    return f"<tr>{values}<td>{eigenvalues}</td><td>{html.escape(row['kind'])} {html.escape(row['note'])}</td></tr>"
