"""The output of a cell that shows a session: what widgets of models and of networks have in common."""

from __future__ import annotations

import base64
import html
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from brainpy_kernel.sessions.runtime import Run
from brainpy_kernel.sessions.shown import Shown
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.closing import close_tree
from brainpy_kernel.widgets.picture import Keeper

#: The output type that JupyterLab shows by our extension: the widgets while they live, else the picture beside it.
VIEW_TYPE = "application/vnd.brainpy-lab.view+json"

#: Seconds of a run after which the status line says that it works, and how far it is; and between two such lines.
NOTICED = 0.5


class Output(ABC):
    """The widgets of one output, following one session until closed.

    Parameters
    ----------
    session : Shown
    followers : list of Observer
        What draws, beside the status line.
    children : list of Widget
        What stands above the status line.
    on_close : callable
    """

    needs_phase = False
    needs_fixed_points = False
    marks = ()

    def __init__(
        self, session: Shown, followers: list[Any], children: list[Any], on_close: Callable[[Any], None]
    ) -> None:
        from ipywidgets import HTML, VBox

        self.session = session
        self._on_close = on_close
        self._closed = False
        self._told = 0.0
        self._png: bytes | None = None
        self._publisher: Any = None
        self.status = HTML("<div role='status'>compiling …</div>")
        self.widget = VBox([*children, self.status])
        self._display_id = f"brainpy-{self.widget.model_id}"
        self._keeper = Keeper(session.runtime, self.png, self._publish)
        self._observers = [*followers, self]
        session.runtime.observers.append(self._on_run)
        session.add(*self._observers)

    @abstractmethod
    def png(self) -> bytes:
        """The picture of what is shown."""

    @abstractmethod
    def status_line(self, frame: Any) -> str:
        """One line of HTML on a run: what went wrong, or how long it took and what happened in it."""

    @abstractmethod
    def in_words(self) -> dict[str, str]:
        """What stands for the output where neither widgets nor pictures are shown, by type."""

    def show(self, frame: Any) -> None:
        """Report the run in the status line."""
        self._told = 0.0
        self.status.value = self.status_line(frame)
        self._keeper.changed()

    def show_fixed_points(self, frame: Any) -> None:  # noqa: B027 - nothing is to be done
        """Nothing here shows the fixed points of the whole system; the panel does."""

    def _on_run(self, run: Run) -> None:
        """Say that a run works, once it takes long enough to be noticed: JupyterLab calls the kernel idle meanwhile."""
        if run is not self.session.run or run.status != "running":
            return
        elapsed = time.time() - run.started
        if elapsed > NOTICED and elapsed - self._told > NOTICED:
            self._told = elapsed
            self.status.value = said(f"running · {run.progress:.0%} of {run.duration:g} time units")

    def close(self) -> None:
        """Leave the session and take the widgets out of the page; closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        self._keeper.stop()
        self.session.runtime.observers.remove(self._on_run)
        for observer in self._observers:
            self.session.remove(observer)
        close_tree(self.widget)
        self._on_close(self)

    def _ipython_display_(self) -> None:
        """Show the widgets; the picture joins them in the same output once it is drawn."""
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        self._publisher = shell.display_pub
        self._publisher.publish(self._repr_mimebundle_(), {}, transient={"display_id": self._display_id})

    def _publish(self, picture: bytes) -> None:
        """Put the picture into the outputs that show this view."""
        self._png = picture
        if self._publisher is not None and not self._closed:
            bundle = self._repr_mimebundle_()
            self._publisher.publish(bundle, {}, transient={"display_id": self._display_id}, update=True)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The widgets, and what stands for them where they do not live.

        Programs that know neither take the first they can show: LaTeX would go before the picture, which has it all.
        """
        words = self.in_words()
        bundle: dict[str, Any] = dict(words) if self._png is None else {"text/plain": words["text/plain"]}
        if self._png is not None:
            bundle["image/png"] = base64.b64encode(self._png).decode()
        if not self._closed:
            shown = {"model_id": self.widget.model_id, "version_major": 2, "version_minor": 0}
            bundle[VIEW_TYPE] = {"model_id": self.widget.model_id}
            bundle["application/vnd.jupyter.widget-view+json"] = shown
        return bundle


def said(text: str, role: str = "status") -> str:
    """A text below what it speaks of; a status is read aloud when it changes, a ``role`` of "" is not."""
    attribute = f' role="{role}"' if role else ""
    return f'<div{attribute} style="color:{look.INK};line-height:1.4;white-space:normal">{html.escape(text)}</div>'


def refused(lines: list[str]) -> str:
    """A status line that says what went wrong."""
    style = "color:var(--jp-error-color1, #b00020);white-space:pre-wrap;line-height:1.3"
    text = "\n".join(lines)
    return f'<div role="status" style="{style}">{html.escape(text)}</div>'


def about(seconds: float) -> str:
    """How long, in ms or s, the next of 1, 2, 5, 10, 20, 50 ...: the line is sent only when there is news.

    Examples
    --------
    >>> about(0.0004), about(0.09), about(0.9), about(12)
    ('0.5 ms', '100 ms', '1 s', '10 s')
    """
    if not seconds > 0:
        return "0 ms"
    unit = 10.0 ** math.floor(math.log10(seconds))
    near = unit * min((1, 2, 5, 10), key=lambda k: abs(k * unit - seconds))
    return f"{near:g} s" if near >= 1 else f"{1e3 * near:g} ms"
