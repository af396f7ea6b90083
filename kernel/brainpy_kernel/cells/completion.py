"""Tab completion of the cell lines' options and their values."""

from __future__ import annotations

from typing import Any

from brainpy_kernel.cells.options import CELL, LINE, MODEL, Command

HOOK = "complete_command"


def install(shell: Any) -> None:
    """Complete after the magics' names."""
    for word, command in _words().items():
        shell.set_hook(HOOK, _completer(command), str_key=word)


def uninstall(shell: Any) -> None:
    """Complete no more."""
    dispatch = shell.strdispatchers.get(HOOK)
    for word in _words():
        if dispatch is not None:
            dispatch.strs.pop(word, None)


def _words() -> dict[str, Command]:
    return {MODEL.name: MODEL, CELL.name: CELL, LINE.name: LINE}


def _completer(command: Command) -> Any:
    def complete(shell: Any, event: Any) -> list[str]:
        line: str = event.line
        if command is LINE and line.split()[1:2] == ["backend"] and "--" not in line:
            from brainpy_kernel.cells.options import drivers

            return [name for name in drivers() if name.startswith(event.symbol)]
        return command.complete(line, event.symbol)

    return complete
