"""What shows things in a notebook: other packages give it, by entry points, so that the engine knows no Jupyter."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from brainpy_lab.errors import DriverError


def display_of(name: str) -> Callable[..., Any]:
    """The display of the entry point ``name`` of the group ``brainpy_lab.displays``.

    Raises
    ------
    DriverError
        There is none.
    """
    for entry in entry_points(group="brainpy_lab.displays", name=name):
        show: Callable[..., Any] = entry.load()
        return show
    raise DriverError("Nothing is installed that can show a widget: pip install 'brainpy-lab[lab]'.")
