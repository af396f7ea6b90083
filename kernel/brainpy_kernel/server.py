"""A Jupyter server extension of a few lines: what a kernel says reaches the browser at once.

A Jupyter server leaves Nagle's algorithm on for the websocket to the browser: the second of two small messages waits
until the browser has acknowledged the first, which systems put off for up to 40 ms. A slider's move is answered by
several small messages, so that its picture came up to 40 ms late in every second move.
"""

from __future__ import annotations

from typing import Any

_SETTING = "kernel_websocket_connection_class"


def prompt(connection: type[Any]) -> type[Any]:
    """The class of connections ``connection`` with Nagle's algorithm off."""

    class PromptConnection(connection):
        """A websocket between a browser and a kernel that holds no message back."""

        def connect(self) -> Any:
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    return PromptConnection


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "brainpy_kernel.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Let the server make its connections prompt; a server without exchangeable connections stays as it is."""
    settings = app.web_app.settings
    if settings.get(_SETTING) is not None:
        settings[_SETTING] = prompt(settings[_SETTING])
