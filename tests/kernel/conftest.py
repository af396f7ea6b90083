"""A real IPython shell, and the wire between kernel and browser as a list of messages."""

from __future__ import annotations

import builtins
import io
import json
import uuid
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import comm
import jsonschema
import pytest
from comm.base_comm import BaseComm, CommManager
from IPython.core.interactiveshell import InteractiveShell

from brainpy_kernel import extension

WAIT = 60.0

FHN = """I = 0.5 in [0, 2]        # input current
a = 0.7
b = 0.8
tau = 12.5
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau
V(0) = -1
w(0) = 1
"""

SCHEMA = json.loads((Path(extension.__file__).parent / "protocol.schema.json").read_text())
KERNEL_MESSAGE = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/KernelMessage"}]})


@dataclass
class Wire:
    """Everything that went from the kernel to the browser."""

    manager: CommManager
    log: list[dict[str, Any]] = field(default_factory=list)

    def sent(self, target: str = "brainpy_lab") -> list[dict[str, Any]]:
        """Messages of comms with this target."""
        return [m for m in self.log if m["target"] == target]


class Panel:
    """A panel in a browser, as far as the kernel can see."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.id = wire, uuid.uuid4().hex
        self._send(wire.manager.comm_open, {"type": "hello", "protocol": 1}, target_name="brainpy_lab")

    def say(self, kind: str, **fields: Any) -> None:
        self._send(self.wire.manager.comm_msg, {"type": kind, **fields})

    def close(self) -> None:
        self._send(self.wire.manager.comm_close, {})

    def heard(self, kind: str) -> list[dict[str, Any]]:
        found = [m["data"] for m in self.wire.log if m["comm"] == self.id and m["kind"] == "comm_msg"]
        for message in found:
            KERNEL_MESSAGE.validate(message)
        return [m for m in found if m["type"] == kind]

    def _send(self, deliver: Any, data: dict[str, Any], **keys: Any) -> None:
        deliver(None, None, {"content": {"comm_id": self.id, "data": data, **keys}})


@pytest.fixture
def wire(monkeypatch):
    made = Wire(CommManager())

    class RecordingComm(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            made.log.append({"comm": self.comm_id, "target": self.target_name, "kind": msg_type, "data": data})

    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    monkeypatch.setattr(comm, "get_comm_manager", lambda: made.manager)
    return made


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A plain IPython shell without the extension."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delattr(builtins, "_", raising=False)  # doctests leave one, beside which IPython sets none of its own
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    yield made
    extension.unload(made)
    made.history_manager.end_session()
    InteractiveShell.clear_instance()


@dataclass
class Cells:
    """Runs cells in a shell, as a front end does."""

    shell: Any

    def __call__(self, cell: str) -> str:
        """Run a cell that works; what it prints."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            result = self.shell.run_cell(cell, store_history=True)
        result.raise_error()
        return out.getvalue()

    def fails(self, cell: str) -> tuple[Exception, str]:
        """Run a cell that fails: its error, and what the user sees."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            result = self.shell.run_cell(cell, store_history=True)
        error = result.error_in_exec or result.error_before_exec
        assert error is not None
        return error, out.getvalue()

    def value(self, expression: str) -> Any:
        """Value of an expression in the user's namespace."""
        return eval(expression, self.shell.user_ns)

    @property
    def extension(self) -> extension.Extension:
        return extension._loaded[id(self.shell)]

    @property
    def view(self) -> Any:
        """The one open view."""
        ((_, _, view),) = self.extension.workspace._views
        return view

    def settle(self) -> None:
        """Wait until the worker has nothing to do."""
        assert self.extension.workspace.runtime.wait_idle(WAIT)


@pytest.fixture
def terminal(shell):
    """Plain IPython with the extension: text only."""
    extension.load(shell)
    return Cells(shell)


@pytest.fixture
def jupyter(shell, wire, monkeypatch):
    """A shell that looks like a kernel's: widgets and the panel's comm target."""
    monkeypatch.setattr(shell, "kernel", SimpleNamespace(), raising=False)
    extension.load(shell)
    yield Cells(shell)
    extension.unload(shell)


@pytest.fixture
def panel(jupyter, wire):
    return Panel(wire)


@pytest.fixture
def fhn():
    """The body of a FitzHugh–Nagumo cell."""
    return FHN


@pytest.fixture
def cell():
    """A FitzHugh–Nagumo cell on the numpy driver."""
    return "%%brainpy_model FHN --backend numpy --duration 50\n" + FHN


@pytest.fixture
def open_panel(wire):
    return lambda: Panel(wire)
