"""Manifolds of saddles as Matplotlib figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from matplotlib.axes import Axes

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
