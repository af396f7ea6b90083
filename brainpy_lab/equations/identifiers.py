"""The gate for names: what a model may be called, and that all that generated code is made of are identifiers."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from brainpy_lab.errors import ArgumentError

#: A longer name is a text that was put in the wrong place.
LONGEST_NAME = 1000


def check_model_name(name: object) -> None:
    """Raise ArgumentError when a model cannot be called ``name``: it stands in headings, titles, messages and files."""
    if not isinstance(name, str):
        raise ArgumentError(f"A model's name is a text, not {type(name).__name__}.", advice="For example name='FHN'.")
    if not name.strip():
        raise ArgumentError("A model's name cannot be empty.", advice="For example name='FHN'.")
    hidden = next((c for c in name if not c.isprintable()), None)
    if hidden is not None:
        message = f"The character {hidden!a} cannot stand in a model's name."
        raise ArgumentError(message, advice="A name is one line of visible characters; a text belongs into the model.")
    if len(name) > LONGEST_NAME:
        raise ArgumentError(f"A model's name has at most {LONGEST_NAME} characters; this one has {len(name)}.")


def check_identifiers(names: Iterable[object]) -> None:
    """Raise ArgumentError for the first name that could not be a variable's: code is written with them."""
    for name in names:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ArgumentError(f"{name!a} cannot be a name in a model.", advice="Use letters, digits and underscores.")
