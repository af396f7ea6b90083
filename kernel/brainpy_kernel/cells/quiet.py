"""A `;` at the end of a cell silences what its last line gives, but not a picture: that was drawn to be seen."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.displayhook import DisplayHook


def is_picture(value: Any) -> bool:
    """Whether ``value`` is a figure of a Solution or an analysis."""
    plot = sys.modules.get("brainpy_lab.simulation.solution.plot")
    return plot is not None and isinstance(value, plot.PlotFigure)


def show_picture(value: Any, cell: str) -> None:
    """Display the value of a cell's last line where it is a picture that the cell's ``;`` would hide."""
    if is_picture(value) and DisplayHook.semicolon_at_end_of_expression(cell):
        from IPython.display import display

        display(value)


class PictureHook:
    """What shows the value of a cell's last line: IPython's own hook, and pictures behind a ``;``."""

    def __init__(self, shell: Any) -> None:
        self._shell, self._own = shell, shell.display_trap.hook

    def load(self) -> None:
        """Take the place of the shell's hook."""
        self._shell.display_trap.hook = self

    def unload(self) -> None:
        """Give the place back, unless somebody else has it."""
        if self._shell.display_trap.hook is self:
            self._shell.display_trap.hook = self._own

    def __call__(self, value: Any = None) -> None:
        """Show a value."""
        if is_picture(value) and self._shell.displayhook.quiet():
            from IPython.display import display

            display(value)
        else:
            self._own(value)
