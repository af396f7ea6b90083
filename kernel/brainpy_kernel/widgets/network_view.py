"""The output of `net.interact()`: sliders, raster and rates of one network."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from brainpy_kernel.sessions.network_session import NetworkFrame, NetworkSession
from brainpy_kernel.widgets import look
from brainpy_kernel.widgets.controls import Controls, Range
from brainpy_kernel.widgets.network_pictures import NetworkPictures
from brainpy_kernel.widgets.output import Output, about, refused, said


def status_line(frame: NetworkFrame) -> str:
    """One line of HTML on a run: what went wrong, or how long it took and how many spikes there were."""
    if frame.message:
        return refused([frame.message])
    if frame.solution is None:
        return said("")
    stats, whole = frame.solution.stats, f"{frame.settings.duration:g} ms"
    reached = whole if frame.solution.outcome else f"stopped at t = {frame.solution.end:.6g} of {whole},"
    parts = [f"{reached} in {about(stats['wall_time'])}", f"{stats['steps']:,} steps on {stats['backend']}"]
    parts += [f"{name}: {train.count():,} spikes" for name, train in frame.solution.trains().items()]
    return said(" · ".join(parts))


def _others(session: NetworkSession) -> list[Any]:
    """A line on the values that could have a slider and have none."""
    from ipywidgets import HTML

    left = session.left_out
    if not left:
        return []
    shown = f"{len(session.params)} of {len(session.known)} values have sliders."
    call = f"{session.name}.interact({list(left[:2])})"
    return [HTML(said(f"{shown} To choose: {call}; others are {', '.join(left[2:])}.", role=""))]


class NetworkView(Output):
    """The widgets of one network's output, following one session until closed."""

    session: NetworkSession

    def __init__(
        self, session: NetworkSession, ranges: Mapping[str, Range], on_close: Callable[[NetworkView], None]
    ) -> None:
        from ipywidgets import HTML

        self._text = repr(session.net)[1:-1]
        name, _, rest = self._text.removeprefix("Network ").partition(":")
        head = HTML(f'<div style="color:{look.INK}"><b>{html.escape(name)}</b>:{html.escape(rest)}</div>')
        self.controls = Controls(session, ranges)
        self.cancel = self.controls.add_button("Cancel", "Stop the run; its spikes so far are shown", self._cancel)
        self.pictures = NetworkPictures()
        self._drawn: Any = None
        super().__init__(
            session, [self.pictures], [head, self.controls.widget, *_others(session), self.pictures.widget], on_close
        )

    def status_line(self, frame: NetworkFrame) -> str:
        """How the run went."""
        return status_line(frame)

    def show(self, frame: NetworkFrame) -> None:
        """Report the run; a picture of it is kept where there are groups that spike."""
        self.status.value = self.status_line(frame)
        if frame.solution is not None and frame.solution.trains():
            self._drawn = frame.solution
            self._keeper.changed()

    def png(self) -> bytes:
        """The raster."""
        picture: bytes = self._drawn.plot()._repr_png_()
        return picture

    def in_words(self) -> dict[str, str]:
        """Numbers of cells and connections."""
        return {"text/plain": self._text}

    def _cancel(self) -> None:
        run = self.session.run
        if run is not None:
            self.session.runtime.cancel(run.id)
