"""JupyterLab as the tests drive it: notebooks, cells, commands, the panel, and the messages on the wire."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, WebSocket, expect

TIMEOUT = 40_000

_FIND = """
const notebook = path => [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path);
"""

_CLEAR = """() => {
  const { shell, serviceManager: { sessions } } = window.jupyterapp;
  const kernels = [...sessions.running()].map(({ id }) => id);
  [...shell.widgets('main'), ...shell.widgets('right')]
    .filter(widget => widget.context || widget.id === 'brainpy-lab-panel')
    .forEach(widget => widget.dispose());
  kernels.forEach(id => void sessions.shutdown(id));
}"""

_VIEWS = {
    "Code": "code", "Structure": "structure", "Activity": "activity", "Phase plane": "phase",
    "Bifurcation": "bifurcation", "Fixed points": "fixed_points", "Runs": "runs",
}  # fmt: skip

#: Whether some workspace on the server holds the panel with this tab.
_SAVED = """
([url, view]) => {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.send();
  const { values } = JSON.parse(request.responseText).workspaces;
  return values.some(({ data }) => data['brainpy-lab:panel']?.data?.view === view && data['layout-restorer:data']);
}
"""


class LabPage:
    """One browser page with JupyterLab."""

    def __init__(self, page: Page, url: str, token: str) -> None:
        self.browser_page = page
        self.path = ""
        self.comm_messages: list[dict[str, Any]] = []
        self._url = url
        self._token = token
        self._is_loaded = False
        page.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        page.on("websocket", self._listen)

    # --- JupyterLab ---------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Show a notebook, beside those that are open, and wait for its kernel; the first one loads JupyterLab."""
        if self._is_loaded:
            self.execute("docmanager:open", path=path)
        else:
            self.browser_page.goto(f"{self._url}/lab/tree/{path}?token={self._token}&reset")
            self._is_loaded = True
        self.path = path
        self.wait_for_kernel()

    def reload(self) -> None:
        """Reload the page and wait until the notebook has its kernel again.

        JupyterLab saves its layout a moment after it changed: a reload before that would restore the one before it.
        """
        view = _VIEWS[self.panel.get_by_role("tab", selected=True).inner_text().strip()]
        self.browser_page.wait_for_function(_SAVED, arg=[f"/lab/api/workspaces?token={self._token}", view])
        self.browser_page.goto(f"{self._url}/lab?token={self._token}")
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        """Wait until the kernel of the notebook is idle."""
        self.browser_page.wait_for_function(
            "path => {"
            "  if (!window.jupyterapp) return false;" + _FIND + "  const session = notebook(path)?.sessionContext;"
            "  return session?.isReady && session.session?.kernel?.status === 'idle';"
            "}",
            arg=self.path,
        )

    def show_notebook(self, path: str) -> None:
        """Make an open notebook the active one."""
        self.browser_page.evaluate(
            "path => {" + _FIND + "window.jupyterapp.shell.activateById(notebook(path).id); return 1; }", path
        )
        self.path = path

    def execute(self, command: str, **args: object) -> None:
        """Start a command, without waiting for it: one that opens a dialog would never return."""
        self.browser_page.evaluate(
            "([command, args]) => { window.jupyterapp.commands.execute(command, args); return 1; }", [command, args]
        )

    def start_cell(self, index: int) -> None:
        """Run a cell of the notebook, without waiting for its end."""
        self.browser_page.evaluate(
            "([path, index]) => {"
            + _FIND
            + """
              const panel = notebook(path);
              window.jupyterapp.shell.activateById(panel.id);
              panel.content.activeCellIndex = index;
              panel.content.deselectAll();
              window.cellDone = false;
              window.jupyterapp.commands.execute('notebook:run-cell').then(() => { window.cellDone = true; });
              return 1;
            }""",
            [self.path, index],
        )

    def wait_for_cell(self) -> None:
        """Wait for the end of the cell that runs."""
        self.browser_page.wait_for_function("() => window.cellDone === true")

    def run_cell(self, index: int) -> None:
        """Run a cell of the notebook and wait for its end."""
        self.start_cell(index)
        self.wait_for_cell()

    def output(self, index: int) -> Locator:
        """The output of a cell of the notebook."""
        return self.notebook.locator(".jp-Notebook-cell").nth(index).locator(".jp-Cell-outputArea")

    @property
    def notebook(self) -> Locator:
        """The notebook that is shown."""
        return self.browser_page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def restart_kernel(self) -> None:
        """Restart the kernel of the notebook and wait until it is idle."""
        self.browser_page.evaluate(
            "path => {"
            + _FIND
            + """
              window.restarted = false;
              notebook(path).sessionContext.session.kernel.restart().then(() => { window.restarted = true; });
              return 1;
            }""",
            self.path,
        )
        self.browser_page.wait_for_function("() => window.restarted === true")
        self.wait_for_kernel()

    def clear(self) -> None:
        """Leave the page as it was loaded: no notebook, no panel, the light theme. Kernels end in their own time."""
        self.path = ""
        if not self._is_loaded:
            return
        self.browser_page.evaluate(_CLEAR)
        self.panel.wait_for(state="detached")
        self.set_theme("JupyterLab Light")

    def shut_down_kernels(self) -> None:
        """End all kernels and wait until they have ended."""
        self.browser_page.evaluate(
            "() => window.jupyterapp ? window.jupyterapp.serviceManager.sessions.shutdownAll().then(() => 1) : 1"
        )

    def close_notebook(self) -> None:
        """Close the notebook as it is."""
        self.browser_page.evaluate(
            "path => {" + _FIND + " const panel = notebook(path); panel.dispose(); return 1; }", self.path
        )

    def shut_down_kernel(self) -> None:
        """End the kernel of the notebook, which stays open without one."""
        self.browser_page.evaluate(
            "path => {" + _FIND + " notebook(path).sessionContext.shutdown(); return 1; }", self.path
        )

    def move_slider(self, name: str, key: str = "ArrowRight", times: int = 1) -> None:
        """Move the slider of a parameter in the first cell's output by pressing a key."""
        handle = self.output(0).locator(".widget-slider", has_text=name).locator(".noUi-handle").first
        for _ in range(times):
            handle.press(key)

    def set_theme(self, name: str) -> None:
        """Choose a theme and wait until it is drawn."""
        self.execute("apputils:change-theme", theme=name)
        self.browser_page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)

    @contextmanager
    def sized(self, width: int, height: int) -> Iterator[None]:
        """Give the window another size while the block runs."""
        before = self.browser_page.viewport_size
        assert before is not None
        self.browser_page.set_viewport_size({"width": width, "height": height})
        yield
        self.browser_page.set_viewport_size(before)

    # --- the panel ----------------------------------------------------------------------------------------

    @property
    def panel(self) -> Locator:
        """The BrainPy Lab panel."""
        return self.browser_page.locator("#brainpy-lab-panel")

    def open_panel(self, **args: object) -> Locator:
        """Open the panel by its command."""
        self.execute("brainpy-lab:open", **args)
        self.panel.wait_for()
        return self.panel

    def close_panel(self) -> None:
        """Close the panel by its command and wait until it is gone, from the page and from the kernel.

        The kernel reads a comm's messages in a thread of its own: a cell may end before the close has been read.
        """
        self.execute("brainpy-lab:close")
        self.panel.wait_for(state="detached")
        # not wait_for_function: it takes the promise of an answer for the answer
        self.browser_page.evaluate(
            "async path => {"
            + _FIND
            + """
              const kernel = notebook(path)?.sessionContext.session?.kernel;
              const open = async () => (await kernel.requestCommInfo({ target_name: 'brainpy_lab' })).content.comms;
              while (kernel && Object.keys(await open()).length > 0) await new Promise(done => setTimeout(done, 10));
            }""",
            self.path,
        )

    def tab(self, name: str) -> Locator:
        """Choose a tab of the panel and return its page."""
        self.panel.get_by_role("tab", name=name).click()
        return self.panel.get_by_role("tabpanel", name=name)

    @property
    def editor(self) -> Locator:
        """The text of the step code's editor."""
        return self.panel.locator(".bpl-Editor .cm-content")

    def step_code(self) -> str:
        """The whole text in the step code's editor, once there is one."""
        self.panel.locator(".bpl-Editor .cm-line").first.wait_for()
        text = self.editor.evaluate(
            "node => (node.cmTile?.root ?? node.cmView?.rootView)?.view.state.doc.toString() ?? node.innerText"
        )
        assert isinstance(text, str)
        return text

    def wait_for_code(self, part: str) -> None:
        """Wait until the step code contains a text."""
        self.editor.filter(has_text=part).wait_for()

    def type_step_code(self, text: str) -> None:
        """Replace the text in the step code's editor by typing."""
        self.editor.click()
        self.browser_page.keyboard.press("Control+a")
        self.browser_page.keyboard.insert_text(text)

    # --- messages on the wire -----------------------------------------------------------------------------

    @contextmanager
    def recorded(self) -> Iterator[list[dict[str, Any]]]:
        """Collect the comm messages of the panel's target while the block runs."""
        start = len(self.comm_messages)
        collected: list[dict[str, Any]] = []
        yield collected
        collected.extend(self.comm_messages[start:])

    def _listen(self, socket: WebSocket) -> None:
        comms: set[str] = set()
        socket.on("framereceived", lambda frame: self._note("kernel", frame, comms))
        socket.on("framesent", lambda frame: self._note("panel", frame, comms))

    def _note(self, sender: str, frame: str | bytes, comms: set[str]) -> None:
        message = _decode(frame)
        kind = message.get("header", {}).get("msg_type", "")
        content = message.get("content", {})
        if kind == "comm_open" and content.get("target_name") == "brainpy_lab":
            comms.add(content["comm_id"])
        if kind.startswith("comm_") and content.get("comm_id") in comms:
            self.comm_messages.append({"sender": sender, "kind": kind, "data": content.get("data")})


def _decode(frame: str | bytes) -> dict[str, Any]:
    """The Jupyter message in a frame of protocol v1.kernel.websocket.jupyter.org: offsets, channel, four JSON parts."""
    if isinstance(frame, str):
        try:
            text = json.loads(frame)
        except ValueError:
            return {}
        return text if isinstance(text, dict) else {}
    count = int.from_bytes(frame[:8], "little")
    offsets = [int.from_bytes(frame[8 * i : 8 * i + 8], "little") for i in range(1, count + 1)]
    parts = [frame[start:end] for start, end in itertools.pairwise(offsets)]
    if len(parts) < 5:
        return {}
    try:
        return {"header": json.loads(parts[1]), "content": json.loads(parts[4])}
    except ValueError:  # a frame that is no message of the protocol
        return {}
