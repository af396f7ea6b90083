"""Many spikes as a picture: how many fall on each pixel, so that none vanishes, and no more than a screen is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brainpy_lab.simulation.solution.arrays import as_numpy
from brainpy_lab.simulation.solution.events import EventTrain

#: Above so many spikes in sight a raster is a picture; below, a mark for each.
MOST_MARKS = 3000

#: How opaque a pixel with one spike is; the one with the most is 1, and those between go with the logarithm.
_FAINTEST = 0.6

Range = tuple[float, float]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Layer:
    """Spikes of one group: rising times, and the row of each, from ``low`` to below ``high``."""

    name: str
    times: np.ndarray
    rows: np.ndarray
    low: int
    high: int


def layer(name: str, train: EventTrain, low: int = 0) -> Layer:
    """The spikes of a train, its first cell in the row ``low``."""
    train = train.one_by_one()
    return Layer(name, as_numpy(train.t), as_numpy(train.index).astype(np.int64) + low, low, low + train.n_cells)


def times_of(*trains: EventTrain) -> Range:
    """The times that a raster goes over: those of the records, as far as they are known, and of all spikes."""
    ends = [end for train in trains for end in train.window or ()]
    ends += [float(train.t[i]) for train in trains if len(train) for i in (0, -1)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def in_sight(layer: Layer, across: Range, up: Range) -> tuple[np.ndarray, np.ndarray]:
    """Times and rows of the spikes within a box."""
    first, last = np.searchsorted(layer.times, across[0]), np.searchsorted(layer.times, across[1], side="right")
    times, rows = layer.times[first:last], layer.rows[first:last]
    if up[0] <= layer.low and layer.high - 1 <= up[1]:
        return times, rows
    inside = (rows >= up[0]) & (rows <= up[1])
    return times[inside], rows[inside]


def screen_bins(times: np.ndarray, rows: np.ndarray, across: Range, up: Range, width: int, height: int) -> np.ndarray:
    """Number of spikes on each pixel.

    Parameters
    ----------
    times, rows : arrays (n_spikes,)
        Spikes within the box.
    across, up : (float, float)
        The box: times, and rows, which reach half a row to either side.
    width, height : int
        Pixels.

    Returns
    -------
    array (height, width) of int
        The lowest row first. A row higher than a pixel fills all its pixels; several on one pixel are added.
    """
    columns = np.minimum(((times - across[0]) * (width / (across[1] - across[0]))).astype(np.int64), width - 1)
    span = up[1] - up[0]
    if span <= height:
        first = int(np.ceil(up[0] - 0.5))
        n_rows = int(np.floor(up[1] + 0.5)) - first + 1
        table = _counted(columns, rows - first, width, n_rows)
        middles = up[0] + (np.arange(height) + 0.5) * (span / height)
        filled: np.ndarray = table[np.clip(np.floor(middles + 0.5).astype(np.int64) - first, 0, n_rows - 1)]
        return filled
    lines = np.clip(((rows - up[0]) * (height / span)).astype(np.int64), 0, height - 1)
    return _counted(columns, lines, width, height)


def _counted(columns: np.ndarray, lines: np.ndarray, width: int, height: int) -> np.ndarray:
    return np.bincount(lines * width + columns, minlength=width * height).reshape(height, width)


def picture(
    layers: Sequence[Layer], colours: Sequence[Colour], across: Range, up: Range, width: int, height: int
) -> np.ndarray:
    """Spikes within a box as pixels (height, width, 4) from 0 to 255, the lowest row first.

    Every spike shows in the colour of its layer, and where there are more, the pixel is more opaque.
    """
    counts = [screen_bins(*in_sight(layer, across, up), across, up, width, height) for layer in layers]
    pixels = np.zeros((height, width, 4), dtype=np.uint8)
    for table, colour in zip(counts, colours, strict=False):
        hit = table > 0
        share = np.log(table[hit]) / np.log(table.max()) if table.max(initial=0) > 1 else 1.0
        pixels[hit, :3] = np.round(np.array(colour) * 255)
        pixels[hit, 3] = np.round((_FAINTEST + (1 - _FAINTEST) * share) * 255)
    return pixels
