"""Manifolds of saddles and basins of attraction as Matplotlib figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.simulation.solution.plot import PlotFigure

#: The stable manifold separates basins; told apart without colours too.
STYLES: dict[str, dict[str, Any]] = {
    "stable": {"color": "#cc79a7", "lw": 1.6, "ls": "--"},
    "unstable": {"color": "#009e73", "lw": 1.6},
}


class Curve(Protocol):
    """What is drawn of a `Manifold`."""

    @property
    def kind(self) -> str:
        """'stable' or 'unstable'."""

    @property
    def names(self) -> tuple[str, ...]:
        """The states."""

    @property
    def points(self) -> Array:
        """Shape (n_points, n_states)."""


class Drawn(Protocol):
    """What is drawn of `Manifolds`."""

    @property
    def point(self) -> FixedPoint:
        """The saddle."""

    def __iter__(self) -> Iterator[Curve]:
        """The curves."""


def draw_curves(axes: Axes, curves: Iterable[Curve], x: str, y: str) -> None:
    """The curves in the plane of two states, one label a kind."""
    said = set(axes.get_legend_handles_labels()[1])
    for curve in curves:
        label = f"{curve.kind} manifold"
        i, j = curve.names.index(x), curve.names.index(y)
        shown = None if label in said else label
        axes.plot(curve.points[:, i], curve.points[:, j], label=shown, **STYLES[curve.kind])
        said.add(label)


def draw_manifolds(found: Drawn, x: str, y: str) -> PlotFigure:
    """The curves and the saddle."""
    figure = PlotFigure(figsize=(5.2, 4.2), layout="constrained")
    axes = figure.add_subplot()
    draw_curves(axes, found, x, y)
    axes.plot(found.point.values[x], found.point.values[y], "o", color="black", markersize=7, label="saddle", zorder=5)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.legend(loc="best", fontsize="small")
    return figure


#: Colours of basins, light enough for curves over them, and told apart without red and green.
BASINS = ("#a6cee3", "#fdd49e", "#d9d9d9", "#cab2d6", "#b2df8a", "#fb9a99", "#ffff99", "#bdbdbd")


class DrawnBasins(Protocol):
    """What is drawn of `Basins`."""

    @property
    def attractors(self) -> Sequence[Any]:
        """One a colour."""

    @property
    def fractions(self) -> Array:
        """Shape (n_attractors,)."""

    @property
    def labels(self) -> NDArray[np.int_]:
        """Which attractor each start comes to."""

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Low and high end of each axis."""


def draw_basins(found: DrawnBasins) -> PlotFigure:
    """The basins in one or two states, fixed points as dots and cycles as ranges in the legend."""
    figure = PlotFigure(figsize=(5.6, 4.4), layout="constrained")
    axes = figure.add_subplot()
    names = list(found.ranges)
    (x0, x1), (y0, y1) = [*found.ranges.values(), (0.0, 1.0)][:2]
    picture = found.labels.T if found.labels.ndim == 2 else found.labels[None, :]
    colours = ListedColormap([BASINS[k % len(BASINS)] for k in range(len(found.attractors))])
    axes.imshow(
        picture, origin="lower", extent=(x0, x1, y0, y1), aspect="auto", interpolation="nearest", cmap=colours,
        vmin=-0.5, vmax=len(found.attractors) - 0.5,
    )  # fmt: skip
    patches = []
    for k, (attractor, fraction) in enumerate(zip(found.attractors, found.fractions, strict=True)):
        label = f"{k}: {attractor.kind}, {fraction:.1%}"
        patches.append(Patch(facecolor=BASINS[k % len(BASINS)], edgecolor="0.3", label=label))
        if attractor.kind == "fixed point":
            x, y = attractor.values[names[0]], attractor.values[names[1]] if len(names) == 2 else 0.5
            if x0 <= x <= x1 and y0 <= y <= y1:
                axes.plot(x, y, "o", color="black", markersize=6)
        elif attractor.cycle is not None and len(names) == 2:
            orbit = attractor.cycle(np.linspace(0, attractor.cycle.period, 600))
            axes.plot(orbit[names[0]], orbit[names[1]], color="black", lw=1.4)
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1] if len(names) == 2 else "")
    if len(names) == 1:
        axes.set_yticks([])
    axes.legend(handles=patches, loc="best", fontsize="small")
    return figure


class DrawnMap(Protocol):
    """What is drawn of a `ResetMap`."""

    @property
    def variable(self) -> str:
        """The state."""

    @property
    def values(self) -> Array:
        """After one reset."""

    @property
    def next(self) -> Array:
        """After the next."""

    @property
    def fixed_points(self) -> Sequence[Any]:
        """Where the two are equal."""


def draw_reset_map(found: DrawnMap) -> PlotFigure:
    """The map beside the diagonal; points, so that jumps show."""
    figure = PlotFigure(figsize=(4.6, 4.2), layout="constrained")
    axes = figure.add_subplot()
    ends = [found.values[0], found.values[-1]]
    axes.plot(ends, ends, color="0.6", lw=0.8, label="diagonal")
    axes.plot(found.values, found.next, ".", color="#0072b2", markersize=3, label="next reset")
    for point in found.fixed_points:
        face = "black" if point.stable else "white"
        axes.plot(point.value, point.value, "o", color="black", markerfacecolor=face, markersize=8, zorder=5)
    axes.set_xlabel(f"{found.variable} after a reset")
    axes.set_ylabel(f"{found.variable} after the next")
    axes.legend(loc="best", fontsize="small")
    return figure
