"""A Model in words: its equations and a small table for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from brainpy_lab.simulation.model_code import ModelCode
from brainpy_lab.simulation.solution.report import table, value_text


def model_html(
    model: ModelCode, parameters: Mapping[str, Any], initial: Mapping[str, Any], notes: Iterable[str]
) -> str:
    """The typeset equations of a model, its parameters, initial values, method and driver."""
    from brainpy_lab.equations.latex import system_latex

    equations = r" \\ ".join(line.replace("&", "") for line in system_latex(model.system))
    rows = [
        ("parameters", ", ".join(f"{name} = {value_text(value)}" for name, value in parameters.items())),
        ("initial", ", ".join(f"{name} = {value_text(value)}" for name, value in initial.items())),
        ("method", f"{model.method} on {model.backend}" + (", edited step code" if model.is_edited else "")),
        *(("note", note) for note in notes),
    ]
    rest = table([(label, text) for label, text in rows if text])
    typeset = escape(rf"$$\begin{{array}}{{l}} {equations} \end{{array}}$$")
    return f"<div><strong>{escape(model.name)}</strong>{typeset}{rest}</div>"
