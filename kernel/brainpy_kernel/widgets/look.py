"""How pictures look: colours that colour-blind readers can tell apart, on light and dark themes alike."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

#: Okabe and Ito (2008), https://jfly.uni-koeln.de/color/, without black; the blue is lightened to show on dark pages.
PALETTE = ("#2B87C8", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

NULLCLINES = ("#56B4E9", "#E69F00")
TRAJECTORY = "#888888"
RESET = "#2B87C8"
STABLE, UNSTABLE, SADDLE, VIRTUAL = "#009E73", "#D55E00", "#CC79A7", "#888888"

#: Fixed points by kind: colour, bqplot's mark, whether it is filled, its sign in legends. Shapes tell what colours do.
POINTS = {
    "stable": (STABLE, "circle", True, "●"), "unstable": (UNSTABLE, "circle", False, "○"),
    "saddle": (SADDLE, "diamond", True, "◆"), "virtual": (VIRTUAL, "square", False, "□"),
}  # fmt: skip

#: Text in the notebook's colour, and in the page's where there is no JupyterLab.
INK = "var(--jp-content-font-color1, currentColor)"

#: Left margin of pictures of a network's spikes: cells have numbers of six digits, and rates stand below them.
OF_CELLS = 76


def colour(index: int) -> str:
    """The colour of the ``index``-th curve."""
    return PALETTE[index % len(PALETTE)]


def legend(entries: Sequence[tuple[str, ...]], remarks: tuple[str, ...] = ()) -> str:
    """HTML line of names behind a sign in their colour, and remarks behind them; it breaks at the blanks between them.

    An entry is (name, colour), or (name, colour, sign) where a line or mark has a shape of its own.
    """
    items = (
        f'<span style="white-space:nowrap;margin-right:1em"><span aria-hidden="true" style="color:{c}">'
        f"{''.join(sign) or '&#9644;'}</span> {html.escape(name)}</span>"
        for name, c, *sign in entries
    )
    said = f"<em>{html.escape('; '.join(remarks))}</em>" if remarks else ""
    return f'<div style="line-height:1.4;color:{INK}">{" ".join(items)} {said}</div>'


def figure(marks: list[Any], x: Any, y: Any, x_label: str, y_label: str, height: str, left: int = 60) -> Any:
    """A bqplot figure without frills: transparent, thin axes, the width of its place; ``left`` is its left margin."""
    import bqplot as bq
    from ipywidgets import Layout

    axes = [
        bq.Axis(scale=x, label=x_label, grid_lines="none", label_color="#888888"),
        bq.Axis(
            scale=y, label=y_label, side="left", grid_lines="none", label_color="#888888", label_offset=f"{left - 15}px"
        ),
    ]  # fmt: skip
    for axis in axes:
        if axis.scale.min is None:  # bqplot cannot draw an axis of a scale that has neither range nor data
            set_scale(axis, 0.0, 1.0)
    return bq.Figure(
        marks=marks, axes=axes, padding_x=0.0, padding_y=0.0, display_toolbar=False,
        fig_margin={"top": 8, "bottom": 44, "left": left, "right": 12},
        background_style={"fill": "transparent", "fill-opacity": "0"},
        layout=Layout(width="100%", min_width="280px", height=height),
    )  # fmt: skip


def ticks(low: float, high: float, most: int = 6) -> tuple[list[float], str]:
    """Round numbers between ``low`` and ``high``, and the D3 format that tells each from its neighbours.

    Examples
    --------
    >>> ticks(-3.2, -1.9)
    ([-3.0, -2.75, -2.5, -2.25, -2.0], '.2f')
    >>> ticks(0, 2e-7)
    ([0.0, 5e-08, 1e-07, 1.5e-07, 2e-07], '.1e')
    """
    unit = 10.0 ** math.floor(math.log10((high - low) / most))
    # 20 too: where the quotient rounds just above 10 there would be no step
    step = unit * next(k for k in (1, 2, 2.5, 5, 10, 20) if (high - low) / (k * unit) <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)  # ends that are ticks but for rounding
    found = [float(f"{k * step:.12g}") for k in range(first, last + 1)]  # 3*0.1 is 0.30000000000000004
    largest = max(abs(low), abs(high))
    if 1e-4 <= largest < 1e6:
        written = f"{step:.12f}".rstrip("0")
        return found, f".{len(written.partition('.')[2])}f"
    # as few digits as tell each tick from its neighbours
    digits = next((n for n in range(9) if all(abs(float(f"{v:.{n}e}") - v) < 0.01 * step for v in found)), 9)
    return found, f".{digits}e"


def set_scale(axis: Any, low: float, high: float) -> None:
    """Give an axis a range. bqplot keeps the format of the first labels: it would write -3 -3 -2 -2 later."""
    scale = axis.scale
    if (scale.min, scale.max) == (low, high):
        return
    values, written = ticks(low, high)
    with scale.hold_sync(), axis.hold_sync():
        scale.min, scale.max = low, high
        axis.tick_values, axis.tick_format = np.array(values), written


def widen(axis: Any, low: float, high: float, slack: float = 0.05) -> None:
    """Move an axis when the data leave it or fill less than half of it, so that pictures do not jitter.

    ``slack`` is the part of the data's span that is left free on either side.
    """
    scale, span = axis.scale, high - low
    if not span > 1e-12 * max(abs(low), abs(high)):  # a constant but for rounding: a tenth of its size, or 1, around it
        span = abs(high) * 0.1 or 1.0
        low, high = low - span / 2, high + span / 2
    inside = scale.min is not None and scale.max is not None and scale.min <= low and high <= scale.max
    if not inside or span < 0.5 * (scale.max - scale.min):
        set_scale(axis, low - slack * span, high + slack * span)
