"""The server extension: connections between browser and kernel hold no message back."""

import importlib
import subprocess
import sys
from types import SimpleNamespace

from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from brainpy_kernel import server


class Connection:
    """Notes what is done to it, in order."""

    def __init__(self):
        self.done = []
        self.websocket_handler = SimpleNamespace(set_nodelay=lambda value: self.done.append(("nodelay", value)))

    def connect(self):
        self.done.append("connected")
        return "result"


def _load(settings):
    server._load_jupyter_server_extension(SimpleNamespace(web_app=SimpleNamespace(settings=settings)))
    return settings


def test_connections_are_prompt_before_they_open():
    made = _load({"kernel_websocket_connection_class": Connection})["kernel_websocket_connection_class"]()
    assert isinstance(made, Connection)
    assert made.connect() == "result"
    assert made.done == [("nodelay", True), "connected"]


def test_a_server_without_exchangeable_connections_stays_as_it_is():
    assert _load({}) == {}


def test_the_setting_and_the_attribute_are_those_of_the_server():
    assert "websocket_handler" in ZMQChannelsWebsocketConnection.class_trait_names()
    assert hasattr(ZMQChannelsWebsocketConnection, "connect")
    assert hasattr(ServerApp, "kernel_websocket_connection_class")


def test_the_server_finds_it():
    points = importlib.import_module("brainpy_kernel.server")._jupyter_server_extension_points()
    assert points == [{"module": "brainpy_kernel.server"}]
    told = subprocess.run(
        [sys.executable, "-m", "jupyter", "server", "extension", "list"], check=True, capture_output=True, text=True
    )
    assert "brainpy_kernel.server" in told.stdout + told.stderr
