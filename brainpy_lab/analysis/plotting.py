"""Matplotlib figures of the analyses, made without pyplot so that they can be drawn on any thread."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from brainpy_lab.analysis.plane.drawing import Curve, draw_curves
from brainpy_lab.analysis.points import FixedPoint, FixedPoints
from brainpy_lab.analysis.velocities import Velocities
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.plot import PlotFigure
from brainpy_lab.simulation.solution.solution import Solution

#: One colour an axis of the plane, told apart also without red and green.
COLOURS = ("#0072b2", "#d55e00")


class Plane(Protocol):
    """What is drawn of a `PhasePlane`."""

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Low and high end of each axis."""

    def nullclines(self) -> Mapping[str, list[np.ndarray]]:
        """Curves by state."""

    def vector_field(self, n: int) -> Velocities:
        """Arrows on a grid."""

    def fixed_points(self) -> FixedPoints:
        """Points where the states drawn stand still."""


def draw_phase_plane(
    plane: Plane,
    trajectories: Sequence[Solution] = (),
    curves: Sequence[Curve] = (),
    eigenvectors: bool = False,
    field: str = "arrows",
) -> PlotFigure:
    """Nullclines, field, fixed points (filled: stable, half: saddle, open: unstable; grey: virtual), trajectories."""
    for trajectory in trajectories:
        if not hasattr(trajectory, "events"):
            raise ArgumentError(f"{trajectory!r} is no trajectory.", advice="Give what plane.trajectory() returns.")
    figure = PlotFigure(figsize=(5.2, 4.2), layout="constrained")
    axes = figure.add_subplot()
    names = list(plane.ranges)
    if len(names) == 2 and field != "none":
        (_draw_field if field == "arrows" else _draw_streamlines)(axes, plane)
    for colour, (name, lines) in zip(COLOURS, plane.nullclines().items(), strict=False):
        for i, line in enumerate(lines):
            label = None if i else (f"d{name}/dt = 0" if len(names) == 2 else f"d{name}/dt")
            axes.plot(*line.T, color=colour, label=label)
    if curves:
        draw_curves(axes, curves, names[0], names[1])
    for i, trajectory in enumerate(trajectories):
        y = np.asarray(trajectory[names[1]]) if len(names) == 2 else np.zeros(len(trajectory.t))
        label = None if i else "trajectory"
        axes.plot(np.asarray(trajectory[names[0]]), y, color="0.25", lw=1, label=label)
    points = plane.fixed_points()
    for point in points:
        _draw_point(axes, point, names)
        if eigenvectors and len(names) == 2:
            _draw_eigenvectors(axes, point, plane.ranges)
    said = [*points.notes, *dict.fromkeys(remark for point in points for remark in point.remarks)]
    if said:
        axes.set_title("\n".join(fill(sentence, 70) for sentence in said), fontsize="x-small", loc="left")
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1] if len(names) == 2 else f"d{names[0]}/dt")
    axes.set_xlim(plane.ranges[names[0]])
    if len(names) == 2:
        axes.set_ylim(plane.ranges[names[1]])
    else:
        axes.axhline(0.0, color="0.6", lw=0.8)
    axes.legend(loc="best", fontsize="small")
    return figure


def _draw_field(axes: Axes, plane: Plane) -> None:
    """Arrows of one length, in the units of the page."""
    arrows = plane.vector_field(18)  # as many as stand apart in a figure of five inches
    (x0, x1), (y0, y1) = plane.ranges.values()
    u, v = arrows.u / (x1 - x0), arrows.v / (y1 - y0)
    with np.errstate(all="ignore"):
        speed = np.hypot(u, v)
        axes.quiver(arrows.x, arrows.y, u / speed, v / speed, color="0.75", scale=32, width=0.003, pivot="mid")


def _draw_streamlines(axes: Axes, plane: Plane) -> None:
    """Lines along the field; where it has no finite value there are none."""
    lines = plane.vector_field(40)  # twice as many as arrows: the lines are followed between the points of the grid
    u, v = (np.ma.masked_invalid(part) for part in (lines.u, lines.v))
    axes.streamplot(lines.x, lines.y, u, v, color="0.75", density=0.9, linewidth=0.7, arrowsize=0.8)


def _draw_eigenvectors(axes: Axes, point: FixedPoint, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Real eigenvectors as lines through a point, a tenth of the plane to each side."""
    widths = np.array([high - low for low, high in ranges.values()])
    place = np.array(list(point.values.values()))
    for value, vector in zip(point.eigenvalues, point.eigenvectors.T, strict=True):
        if value.imag == 0 and np.isfinite(vector).all():
            reach = 0.1 * vector.real / np.abs(vector.real / widths).max()
            ends = np.stack([place - reach, place + reach])
            axes.plot(*ends.T, color="0.4", lw=1, ls="-" if value.real > 0 else ":", zorder=4)


def _draw_point(axes: Axes, point: FixedPoint, names: list[str]) -> None:
    y = point.values[names[1]] if len(names) == 2 else 0.0
    half = point.kind.startswith("saddle")
    axes.plot(
        point.values[names[0]],
        y,
        "o",
        color="black" if point.virtual is None else "0.6",
        markersize=8,
        fillstyle="left" if half else "full",
        markerfacecolor="black" if point.stable or half else "white",
        markerfacecoloralt="white",
        zorder=5,
    )


def as_html(figure: PlotFigure) -> str:
    """The figure as an image inside a page."""
    data = base64.b64encode(figure._repr_png_()).decode()
    return f'<img alt="phase plane" style="max-width: 100%" src="data:image/png;base64,{data}">'
