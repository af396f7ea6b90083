"""Bifurcation diagrams as Matplotlib figures."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.special import NAMES
from brainpy_lab.analysis.continuation.views.drawn import Drawn, pieces
from brainpy_lab.simulation.solution.plot import PlotFigure

#: Shape and colour of each kind of point: told apart without colours, and without shapes.
MARKS = {
    "fold": ("s", "#d55e00"), "hopf": ("o", "#009e73"), "branch point": ("D", "#cc79a7"),
    "fold of cycles": ("^", "#d55e00"), "period doubling": ("v", "#e69f00"), "torus": ("P", "#009e73"),
    "branch point of cycles": ("X", "#cc79a7"), "homoclinic": ("*", "#000000"), "snic": ("h", "#000000"),
    "heteroclinic": ("$∞$", "#000000"),
}  # fmt: skip

#: Kinds that a diagram of the norm shows: cycles have none.
OF_EQUILIBRIA = ("fold", "hopf", "branch point")

#: Those of further events.
OTHER = ("d", "#555555")

#: Stable branches are dark and solid, the others light and dashed.
STABLE: dict[str, Any] = {"color": "#0072b2", "lw": 1.8}
UNSTABLE: dict[str, Any] = {"color": "#56b4e9", "lw": 1.2, "ls": "--"}

#: Cycles are drawn by their smallest and largest values, stable ones with dots.
STABLE_CYCLE: dict[str, Any] = {"color": "#007a56", "lw": 1.4, "marker": ".", "markersize": 5}
UNSTABLE_CYCLE: dict[str, Any] = {"color": "#5fbf9f", "lw": 1.2, "ls": ":"}


def draw_diagram(diagram: Drawn, variable: str) -> PlotFigure:
    """``variable`` over the parameter."""
    figure = PlotFigure(figsize=(5.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    said: set[str] = set()
    cycles = variable != "norm" or variable in diagram.branches[0].names
    for branch in diagram.branches if cycles else [b for b in diagram.branches if b.kind == "equilibrium"]:
        _draw_branch(axes, diagram, branch, variable, said)
    for kind in dict.fromkeys([*MARKS, *(p.kind for p in diagram.points)]):
        marker, colour = MARKS.get(kind, OTHER)
        points = diagram.points.of(kind) if cycles or kind in OF_EQUILIBRIA else []
        if points:
            x, y = [p.parameter for p in points], [p.value(variable) for p in points]
            axes.plot(x, y, marker, color=colour, label=NAMES.get(kind, kind), markersize=6, zorder=5)
    axes.set_xlabel(diagram.parameter)
    axes.set_ylabel(variable)
    axes.set_xlim(diagram.range)
    axes.set_title(diagram.model_name, parse_math=False)
    axes.legend(loc="best", fontsize="small")
    return figure


def _draw_branch(axes: Axes, diagram: Drawn, branch: Branch | CycleBranch, variable: str, said: set[str]) -> None:
    """A branch in pieces of one stability."""
    x, lines = branch[branch.parameter], branch.lines(variable)
    is_cycle = branch.kind == "cycle"
    for is_stable, a, b in pieces(branch, branch.stable, diagram.points):
        label = f"{'stable' if is_stable else 'unstable'}{' cycle' if is_cycle else ''}"
        style = (STABLE_CYCLE if is_cycle else STABLE) if is_stable else (UNSTABLE_CYCLE if is_cycle else UNSTABLE)
        for y in lines:
            axes.plot(x[a : b + 1], y[a : b + 1], label=None if label in said else label, **style)
            said.add(label)
