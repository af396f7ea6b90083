"""What the kernel says of itself while a cell runs and another thread answers messages."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager

from brainpy_kernel.cells.status import CellStatus

REQUEST = {"header": {"msg_id": "cell"}}


class Kernel:
    """As much of a kernel as says busy and idle."""

    def __init__(self):
        self.said = []
        self.ident = "k"
        self.iopub_socket = "iopub"
        self.session = SimpleNamespace(send=self.send)
        self.shell_handlers = dict.fromkeys(("comm_open", "comm_msg", "comm_close", "execute_request"), self.answer)
        self.control_handlers = {"create_subshell_request": self.answer_later}

    def get_parent(self, channel):
        return REQUEST

    def send(self, socket, kind, content, parent, ident):
        assert (socket, kind, ident) == ("iopub", "status", b"kernel.k.status")
        self.said.append((content["execution_state"], parent["header"]["msg_id"]))

    def answer(self, stream, ident, message):
        self.said.append(("answer", message))
        if message == "wrong":
            raise ValueError(message)

    async def answer_later(self, stream, ident, message):
        await asyncio.sleep(0)
        self.answer(stream, ident, message)

    def dispatch(self, table, name, message):
        """Handle a message on a thread of its own, as a subshell does: idle is said before anything else happens."""

        async def handle():
            try:
                result = getattr(self, table)[name](None, None, message)
                if asyncio.iscoroutine(result):
                    await result
            except ValueError:
                pass
            self.said.append(("idle", message))

        thread = threading.Thread(target=lambda: asyncio.run(handle()))
        thread.start()
        thread.join()


@pytest.fixture
def kernel():
    return Kernel()


@pytest.fixture
def shell(kernel):
    callbacks = dict.fromkeys(("pre_execute", "post_execute"), lambda: None)
    return SimpleNamespace(kernel=kernel, events=EventManager(None, callbacks))


@pytest.mark.parametrize("message", ["right", "wrong"])
@pytest.mark.parametrize(
    ("table", "name"),
    [("shell_handlers", "comm_open"), ("shell_handlers", "comm_msg"), ("shell_handlers", "comm_close"),
     ("control_handlers", "create_subshell_request")],
)  # fmt: skip
def test_busy_is_said_again_after_an_answer_beside_a_cell(shell, kernel, table, name, message):
    CellStatus(shell).load()
    shell.events.trigger("pre_execute")
    kernel.dispatch(table, name, message)
    assert kernel.said == [("answer", message), ("idle", message), ("busy", "cell")]


def test_nothing_is_added_without_a_cell(shell, kernel):
    CellStatus(shell).load()
    kernel.dispatch("shell_handlers", "comm_msg", "before")
    shell.events.trigger("pre_execute")
    shell.events.trigger("post_execute")
    kernel.dispatch("shell_handlers", "comm_msg", "after")
    assert kernel.said == [("answer", "before"), ("idle", "before"), ("answer", "after"), ("idle", "after")]


def test_code_run_on_another_thread_is_no_cell(shell, kernel):
    CellStatus(shell).load()
    thread = threading.Thread(target=shell.events.trigger, args=("pre_execute",))
    thread.start()
    thread.join()
    kernel.dispatch("shell_handlers", "comm_msg", "m")
    assert kernel.said == [("answer", "m"), ("idle", "m")]


def test_unloading_leaves_the_kernel_as_it_was(shell, kernel):
    before = dict(kernel.shell_handlers), dict(kernel.control_handlers)
    status = CellStatus(shell)
    status.load()
    assert kernel.shell_handlers["comm_msg"] is not before[0]["comm_msg"]
    assert kernel.shell_handlers["execute_request"] == before[0]["execute_request"]
    shell.events.trigger("pre_execute")
    status.unload()
    assert (kernel.shell_handlers, kernel.control_handlers) == before
    shell.events.trigger("pre_execute")
    kernel.dispatch("shell_handlers", "comm_msg", "m")
    assert kernel.said == [("answer", "m"), ("idle", "m")]
