"""The comm between the panel in the browser and its kernel half."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

from brainpy_kernel.panel.panel import Message, Panel

TARGET = "brainpy_lab"

#: Seconds that `%brainpy panel` waits for a browser to say hello before it shows the views in the output: longer than a
#: browser with the panel takes to answer, and no longer than one looks at an empty output.
PATIENCE = 3.0


class CommClient:
    """A panel in a browser.

    A kernel with subshells hands what a comm receives to the thread for which the comm has sent last. So whatever is
    sent is sent as an answer to the panel's own last message: else a panel that was told something by a cell could not
    be heard while the next cell runs.
    """

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self.heard()

    def heard(self) -> None:
        """Note whose message is being handled."""
        self._context = contextvars.copy_context()

    def send(self, message: Message) -> None:
        """Deliver a message over the comm."""
        self._context.copy().run(self.comm.send, message)  # a copy: two threads may send at once


class Channel:
    """Registers the comm target and hands its messages to the panel."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._clients: list[CommClient] = []
        self._timer: threading.Timer | None = None
        self._request: Any = None

    def register(self) -> None:
        """Answer panels that open a comm."""
        from comm import get_comm_manager

        get_comm_manager().register_target(TARGET, self._on_open)

    def unregister(self) -> None:
        """Answer no longer, and close what is open."""
        from comm import get_comm_manager

        if self._timer is not None:
            self._timer.cancel()
        manager = get_comm_manager()
        # only what is ours: a second extension may have taken the name over
        if getattr(manager, "targets", {}).get(TARGET) == self._on_open:
            manager.unregister_target(TARGET, self._on_open)
        for client in list(self._clients):  # a copy: closing a comm takes its client out of the list
            client.comm.close()
        self._clients.clear()
        self._panel.close()

    def ask_open(self, otherwise: Callable[[], None]) -> None:
        """Ask the browser to open the panel; call ``otherwise`` when none answers in time."""
        from comm import create_comm

        self._request = create_comm(target_name=TARGET, data={"type": "open"})  # a comm without owner closes itself
        if self._clients:
            return

        def give_up() -> None:
            if not self._clients:
                otherwise()

        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(PATIENCE, give_up)
        self._timer.daemon = True
        try:
            self._timer.start()
        except RuntimeError:  # no threads on this platform
            give_up()

    def _on_open(self, comm: Any, message: Message) -> None:
        client = CommClient(comm)
        self._clients.append(client)

        def on_close(_: Message) -> None:
            if client in self._clients:
                self._clients.remove(client)
            self._panel.forget(client)

        def on_message(message: Message) -> None:
            client.heard()
            self._panel.handle(client, message["content"].get("data"))

        comm.on_msg(on_message)
        comm.on_close(on_close)
        self._panel.handle(client, message["content"].get("data"))
