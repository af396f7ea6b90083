"""The spikes of a network as pictures: the raster of all groups, and the rate of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_kernel.raster import Raster
from brainpy_kernel.sessions.network_session import NetworkFrame
from brainpy_kernel.sessions.reduction import rows
from brainpy_kernel.widgets import look
from brainpy_lab.simulation.solution.events import EventTrain

#: Bins of a rate over the whole run, at most: far fewer than pixels, so that the eye sees a curve and no noise.
BINS = 100

#: Milliseconds in a second.
_HZ = 1000.0


class NetworkPictures:
    """Observer that draws spikes and rates of a network's runs; ``widget`` displays itself."""

    needs_phase = False
    needs_fixed_points = False

    def __init__(self) -> None:
        from ipywidgets import VBox

        self.raster: Raster | None = None
        self._rates: Any = None
        self._figure: Any = None
        self.widget = VBox()

    @property
    def marks(self) -> list[Any]:
        """The curves of the rates; the raster sends its own."""
        return [] if self._rates is None else [self._rates]

    def show(self, frame: NetworkFrame) -> None:
        """Draw the run of ``frame``; keep the old picture when there is none."""
        if frame.solution is None:
            return
        from brainpy_lab.simulation.solution.screen_bins import Layer, layer

        trains = frame.solution.trains()
        layers: list[Layer] = []
        for name, train in trains.items():
            layers.append(layer(name, train, layers[-1].high if layers else 0))
        if not layers:
            return
        start = float(frame.solution.t[0]) if len(frame.solution.t) else 0.0
        across = (start, start + frame.settings.duration)
        if self.raster is None:
            self._build(layers, across, list(trains))
        else:
            self.raster.show(layers, across)
        dt = frame.solution.stats["dt"]
        self._show_rates([rate_of(train, frame.settings.duration, dt) for train in trains.values()], across)

    def show_fixed_points(self, frame: Any) -> None:
        """A network has none."""

    def rates(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """What is drawn of each group: times and Hz."""
        found = []
        for x, y in zip(np.atleast_2d(self._rates.x), np.atleast_2d(self._rates.y), strict=True):
            found.append((x[np.isfinite(y)], y[np.isfinite(y)]))
        return found

    def _show_rates(self, curves: list[tuple[np.ndarray, np.ndarray]], across: tuple[float, float]) -> None:
        look.set_scale(self._figure.axes[0], *across)
        look.widen(self._figure.axes[1], 0.0, max(float(rate.max(initial=0.0)) for _, rate in curves))
        with self._rates.hold_sync():
            self._rates.x, self._rates.y = rows(curves)

    def _build(self, layers: list[Any], across: tuple[float, float], names: list[str]) -> None:
        """Make the figures, once: the groups of a network stay."""
        import bqplot as bq

        self.raster = Raster(layers, across)
        x, y = bq.LinearScale(), bq.LinearScale()
        start = np.zeros((len(names), 2), np.float32)
        self._rates = bq.Lines(
            x=start, y=start, scales={"x": x, "y": y}, colors=[look.colour(i) for i in range(len(names))],
            stroke_width=1.5, labels=names, preserve_domain={"x": True, "y": True},
        )  # fmt: skip
        self._figure = look.figure([self._rates], x, y, "t (ms)", "rate (Hz)", "170px", look.OF_CELLS)
        self.widget.children = [self.raster.widget, self._figure]


def rate_of(train: EventTrain, duration: float, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and rate of a population in bins of equal length, in Hz a cell.

    A bin is a round number of whole steps: others hold now one step more, now one less. A run that ended early has bins
    until then.
    """
    from brainpy_lab.measure.bins import pooled_counts

    least = max(duration / BINS / dt, 1.0)  # steps
    unit = 10.0 ** np.floor(np.log10(least))
    width = dt * round(unit * next(k for k in (1, 2, 5, 10) if k * unit >= least * (1 - 1e-9)))
    assert train.window is not None  # runs of networks give it
    low, high = train.window
    if high - low < width:
        return np.empty(0), np.empty(0)
    counts = pooled_counts("rates", train.one_by_one(), width)
    return low + (np.arange(len(counts)) + 0.5) * width, counts * (_HZ / (width * max(train.n_cells, 1)))
