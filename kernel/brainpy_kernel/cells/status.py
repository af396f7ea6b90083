"""Busy while a cell runs, whatever else is answered meanwhile.

A kernel with subshells answers the panel and the sliders while a cell runs, and says "idle" after each answer. A front
end knows one status of a kernel, the last that was said, and would show Idle beside a running cell. So the cell's
"busy" is said again after each of them.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from typing import Any

#: Messages that are answered while a cell runs.
MEANWHILE = {
    "shell_handlers": ("comm_open", "comm_msg", "comm_close"),
    "control_handlers": ("create_subshell_request", "delete_subshell_request"),
}

Handler = Callable[[Any, Any, Any], Any]


class CellStatus:
    """Says again that the kernel is busy with a cell, after each message that is handled on another thread."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._kernel = shell.kernel
        self._lock = threading.Lock()
        self._request: Any = None
        self._replaced: list[tuple[dict[str, Handler], str, Handler, Handler]] = []

    def load(self) -> None:
        """Follow cells from their start to their end, and the messages that are answered meanwhile."""
        self._shell.events.register("pre_execute", self._cell_starts)
        self._shell.events.register("post_execute", self._cell_ends)
        for table, names in MEANWHILE.items():
            handlers = getattr(self._kernel, table, {})
            for name in handlers.keys() & set(names):
                before, after = handlers[name], self._repeating(handlers[name])
                handlers[name] = after
                self._replaced.append((handlers, name, before, after))

    def unload(self) -> None:
        """Leave the kernel as it was."""
        self._shell.events.unregister("pre_execute", self._cell_starts)
        self._shell.events.unregister("post_execute", self._cell_ends)
        for handlers, name, before, after in self._replaced:
            if handlers.get(name) is after:
                handlers[name] = before
        self._replaced.clear()
        self._cell_ends()

    def _cell_starts(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._request = self._kernel.get_parent("shell")

    def _cell_ends(self) -> None:
        if threading.current_thread() is threading.main_thread():
            with self._lock:  # a "busy" that is on its way comes before the cell's own "idle"
                self._request = None

    def _repeating(self, handler: Handler) -> Handler:
        async def handle(stream: Any, ident: Any, message: Any) -> None:
            try:
                result = handler(stream, ident, message)
                if inspect.isawaitable(result):
                    await result
            finally:
                if self._request is not None:  # the kernel says "idle" before it comes back to its loop
                    asyncio.get_running_loop().call_soon(self._say_busy)

        return handle

    def _say_busy(self) -> None:
        with self._lock:
            if self._request is not None:
                self._kernel.session.send(
                    self._kernel.iopub_socket,
                    "status",
                    {"execution_state": "busy"},
                    parent=self._request,
                    ident=f"kernel.{self._kernel.ident}.status".encode(),
                )
