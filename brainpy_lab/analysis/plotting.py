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
from brainpy_lab.analysis.vector_field import VectorField
from brainpy_lab.analysis.velocities import Velocities
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.solution.plot import PlotFigure
from brainpy_lab.simulation.solution.solution import Solution

#: One colour an axis of the plane, told apart also without red and green.
COLOURS = ("#0072b2", "#d55e00")


class Plane(Protocol):
    """What is drawn of a `PhasePlane`."""

    @property
    def field(self) -> VectorField:
        """Of which model."""

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Low and high end of each axis."""

    def nullclines(self) -> Mapping[str, list[np.ndarray]]:
        """Curves by state."""

    def vector_field(self, n: int) -> Velocities:
        """Arrows on a grid."""

    def fixed_points(self) -> FixedPoints:
        """Points where the states drawn stand still."""

    @property
    def threshold(self) -> Mapping[str, list[np.ndarray]]:
        """Where events reset a state, by event."""

    @property
    def reset(self) -> Mapping[str, list[np.ndarray]]:
        """Where they put it."""


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
    _draw_reset_lines(axes, plane)
    _draw_trajectories(axes, trajectories, names, plane.field.system)
    points = plane.fixed_points()
    named: set[str] = set()
    for point in points:
        what = point.kind if point.virtual is None else f"{point.kind}, virtual"
        _draw_point(axes, point, names, None if what in named else what)
        named.add(what)
        if eigenvectors and len(names) == 2:
            _draw_eigenvectors(axes, point, plane.ranges)
    said = [*points.notes, *dict.fromkeys(remark for point in points for remark in point.remarks)]
    backward = [run.stats for run in trajectories if "backward" in run.stats]
    said += dict.fromkeys(str(stats["ended"]) for stats in backward if "ended" in stats)
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


def _draw_reset_lines(axes: Axes, plane: Plane) -> None:
    """Where events reset a state, and where they put it; on a phase line across the axis."""
    for what, lines, colour, dashes in (
        ("threshold", plane.threshold, "#cc79a7", "--"), ("reset", plane.reset, "#cc79a7", ":"),
    ):  # fmt: skip
        for event, curves in lines.items():
            for i, curve in enumerate(curves):
                label = None if i else f"{what} ({event})"
                if len(plane.ranges) == 1:
                    axes.axvline(curve[0, 0], color=colour, ls=dashes, lw=1.6, label=label)
                else:
                    is_point = bool((curve == curve[0]).all())
                    axes.plot(*curve.T, color=colour, ls=dashes, lw=1.6, marker="x" if is_point else "", label=label)


def _draw_trajectories(axes: Axes, trajectories: Sequence[Solution], names: list[str], system: System) -> None:
    """Runs, those backward in time dashed."""
    said: set[str] = set()
    for trajectory in trajectories:
        x = np.asarray(trajectory[names[0]])
        y = np.asarray(trajectory[names[1]]) if len(names) == 2 else np.zeros(len(x))
        is_back = "backward" in trajectory.stats
        label = "backward in time" if is_back else "trajectory"
        shown = None if label in said else label
        jumps = _jumps(trajectory, system)
        ways = (np.insert(v.astype(float), jumps, np.nan) for v in (x, y))
        axes.plot(*ways, color="0.25", lw=1, ls="--" if is_back else "-", label=shown)
        for k in jumps:
            axes.plot(x[k - 1 : k + 1], y[k - 1 : k + 1], color="0.5", lw=0.8, ls=":")
        said.add(label)


def _jumps(trajectory: Solution, system: System) -> list[int]:
    """The first records after each event that changes the state: no flow leads there."""
    t = np.asarray(trajectory.t)
    moving = [e.name for e in system.events if system.moves_states(e) and e.name in trajectory.events]
    at = [np.searchsorted(t, trajectory.events[name].t) for name in moving]
    places = np.unique(np.concatenate(at)) if at else np.zeros(0, dtype=int)
    return [int(k) for k in places if 0 < k < len(t)]


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


def _draw_point(axes: Axes, point: FixedPoint, names: list[str], label: str | None) -> None:
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
        linestyle="none",
        label=label,
        zorder=5,
    )


def as_html(figure: PlotFigure) -> str:
    """The figure as an image inside a page."""
    data = base64.b64encode(figure._repr_png_()).decode()
    return f'<img alt="phase plane" style="max-width: 100%" src="data:image/png;base64,{data}">'
