"""Conditions in the words of the model language, about a model that is there already."""

from __future__ import annotations

import ast

from brainpy_lab.equations.system import System
from brainpy_lab.equations.text.phrases import Phrase, read_phrases
from brainpy_lab.errors import ArgumentError


def read_condition(system: System, text: str) -> ast.expr:
    """The normal form of a condition about the names of ``system``.

    Raises
    ------
    ArgumentError, ModelError
        For what is no condition on one line, and unknown names.
    """
    if not isinstance(text, str) or "\n" in text or not text.strip():
        raise ArgumentError(
            f"The section is {text!r}; it must be a condition on one line.",
            advice=f"For example '{system.state_names[0]} > 0', or the name of an event of the model.",
        )
    names = [*system.state_names, *system.parameter_names, *(d.name for d in (*system.derived, *system.intermediates))]
    # the names stand for numbers here: what is wanted is the tree of the condition
    rest = "    pass\n" + "".join(f"{name} = 1.0\n" for name in names) + f"d{_free(names)}/dt = 0\n"
    (event,) = read_phrases([Phrase("The section", text, "when ", text, ":")], rest, names, name="Section").events
    return event.condition


def _free(names: list[str]) -> str:
    name = "moving"
    while name in names or f"d{name}" in names:
        name += "_"
    return name
