"""The head of a model's output: its equations as on paper, and what the reader of the cell assumed."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from brainpy_kernel.widgets.look import INK

if TYPE_CHECKING:
    from brainpy_lab.equations import System


def equations(system: System) -> str:
    """The system's lines as LaTeX in HTML, one display equation of aligned rows."""
    from brainpy_lab.equations.latex import system_latex

    rows = [_aligned(line) for line in system_latex(system)]
    return "$$\\begin{aligned}" + r" \\ ".join(rows) + "\\end{aligned}$$"


def _aligned(line: str) -> str:
    """The line with its alignment mark: at the first equals sign, else in front."""
    if "=" not in line or line.startswith("\\text"):
        return "&" + line
    return line.replace("=", "&=", 1)


def heading(system: System) -> str:
    """The model's name, and the title of its text."""
    title = system.doc.strip().splitlines()[0].lstrip("# ") if system.doc.strip() else ""
    rest = f" &ndash; {html.escape(title)}" if title and title != system.name else ""
    return f'<div style="color:{INK}"><b>{html.escape(system.name)}</b>{rest}</div>'


def notes(system: System) -> str:
    """What was assumed or taken from the notebook, as a list; empty when there is nothing to say."""
    said = _said(system)
    if not said:
        return ""
    items = "".join(f"<li>{html.escape(note)}</li>" for note in said)
    return f'<ul style="color:{INK};margin:0;line-height:1.4">{items}</ul>'


def plain(system: System) -> str:
    """Name, states, parameters and notes of a model in plain text, for terminals."""
    states = ", ".join(system.state_names)
    values = ", ".join(
        f"{p.name} = {p.value:g}" if isinstance(p.value, int | float) else p.name for p in system.parameters
    )
    lines = [f"{system.name}: states {states}" + (f"; parameters {values}" if values else "")]
    return "\n".join(lines + [f"  {note}" for note in _said(system)])


def _said(system: System) -> tuple[str, ...]:
    from brainpy_lab.simulation.model import notes_on_names

    return (*system.notes, *notes_on_names(system))
