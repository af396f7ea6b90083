"""Diagrams in two parameters as Matplotlib figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from brainpy_lab.analysis.continuation.special import NAMES, SpecialPoints
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
from brainpy_lab.analysis.two_parameters.regions import Region
from brainpy_lab.simulation.solution.plot import PlotFigure

#: Lines of the kinds of curves.
STYLES: dict[str, dict[str, Any]] = {
    "fold": {"color": "#d55e00", "lw": 1.6},
    "hopf": {"color": "#009e73", "lw": 1.6, "ls": "--"},
    "fold of cycles": {"color": "#0072b2", "lw": 1.4, "ls": "-."},
    "period doubling": {"color": "#cc79a7", "lw": 1.4, "ls": (0, (5, 1, 1, 1, 1, 1))},
    "torus": {"color": "#56b4e9", "lw": 1.4, "ls": (0, (8, 3))},
    "homoclinic": {"color": "#000000", "lw": 1.4, "ls": ":"},
    "heteroclinic": {"color": "#000000", "lw": 2.6, "ls": ":"},
}

#: Shape and colour of each kind of point.
MARKS = {
    "cusp": ("^", "#d55e00"), "bogdanov-takens": ("s", "#000000"), "bautin": ("o", "#009e73"),
    "zero-hopf": ("D", "#cc79a7"), "double hopf": ("X", "#0072b2"),
    "cusp of cycles": ("v", "#0072b2"), "saddle-node loop": ("P", "#d55e00"),
}  # fmt: skip


class Drawn(Protocol):
    """What is drawn of a `PlaneDiagram`."""

    model_name: str
    parameters: tuple[str, str]
    ranges: tuple[tuple[float, float], tuple[float, float]]
    branches: list[CurveBranch | CycleCurveBranch]
    points: SpecialPoints


def draw_plane(diagram: Drawn, regions: Sequence[Region] = ()) -> PlotFigure:
    """The second parameter over the first; regions by number, with their attractors below."""
    figure = PlotFigure(figsize=(5.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    first, second = diagram.parameters
    said: set[str] = set()
    for branch in sorted(diagram.branches, key=lambda b: list(STYLES).index(b.kind)):
        label = None if branch.kind in said else NAMES.get(branch.label, branch.label)
        axes.plot(branch[first], branch[second], label=label, **STYLES[branch.kind])
        said.add(branch.kind)
    for kind, (marker, colour) in MARKS.items():
        points = diagram.points.of(kind)
        if points:
            x, y = ([p.parameters[name] for p in points] for name in diagram.parameters)
            axes.plot(x, y, marker, color=colour, label=NAMES.get(kind, kind), markersize=7, zorder=5)
    for number, region in enumerate(regions, 1):
        x_at, y_at = region.parameters.values()
        axes.text(x_at, y_at, str(number), ha="center", va="center", fontsize="small")
    if regions:
        said_below = "\n".join(f"{number}: {region.label}" for number, region in enumerate(regions, 1))
        figure.supxlabel(said_below, fontsize="x-small", x=0.02, ha="left")
    axes.set_xlabel(first)
    axes.set_ylabel(second)
    axes.set_xlim(diagram.ranges[0])
    axes.set_ylim(diagram.ranges[1])
    axes.set_title(diagram.model_name, parse_math=False)
    if regions:  # nothing may hide a number
        figure.legend(loc="outside right upper", fontsize="small")
    else:
        axes.legend(loc="best", fontsize="small")
    return figure
