"""A model taken apart into fast and slow, as data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from brainpy_lab.analysis.continuation.diagram import Diagram
from brainpy_lab.analysis.continuation.special import SpecialPoint
from brainpy_lab.analysis.vector_field import Array

if TYPE_CHECKING:
    from brainpy_lab.simulation.solution.plot import PlotFigure
    from brainpy_lab.simulation.solution.solution import Solution


@dataclass(frozen=True, eq=False)
class FastSlow:
    """The fast part of a model over a slow variable, and the whole model's trajectory there.

    Attributes
    ----------
    slow : tuple of str
        The slow variables. The first one is the parameter of ``frozen``; others are held there.
    variable : str
        The fast variable that is drawn.
    frozen : Diagram
        Equilibria and cycles of the fast variables over the slow one.
    trajectory : Solution
        A run of the whole model.
    nullcline : list of ndarray, shape (n_points, 2)
        The curves (slow, ``variable``) on which the slow variable stands still.
    kind : str
        The kind of bursting by the bifurcations where its active phase begins and ends, as "fold/homoclinic
        (square-wave)"; or why there is none.
    begins, ends : SpecialPoint or None
        These bifurcations.
    spikes : float or None
        The median number of spikes in a burst.
    remarks : tuple of str
        What holds for it, in sentences.
    """

    model_name: str
    slow: tuple[str, ...]
    variable: str
    frozen: Diagram
    trajectory: Solution
    nullcline: list[Array]
    kind: str
    begins: SpecialPoint | None = None
    ends: SpecialPoint | None = None
    spikes: float | None = None
    remarks: tuple[str, ...] = ()

    def plot(self, variable: str | None = None) -> PlotFigure:
        """The frozen diagram with the trajectory and the slow variable's nullcline on it.

        Parameters
        ----------
        variable : str, optional
            A fast variable; by default ``variable``. The nullcline is drawn for that one alone.

        Raises
        ------
        ArgumentError
        """
        name = variable or self.variable
        figure = self.frozen.plot(name)
        axes = figure.axes[0]
        z, x = (np.asarray(self.trajectory[n]) for n in (self.slow[0], name))
        axes.plot(z, x, color="0.45", lw=0.7, zorder=1, label="trajectory")
        for k, curve in enumerate(self.nullcline if name == self.variable else ()):
            axes.plot(*curve.T, color="#cc79a7", lw=1.2, label=None if k else f"d{self.slow[0]}/dt = 0")
        axes.set_title(f"{self.model_name}: {self.kind}", fontsize="medium", parse_math=False)
        axes.legend(loc="best", fontsize="x-small")
        return figure

    def __repr__(self) -> str:
        lines = [f"{self.model_name} with {', '.join(self.slow)} slow: {self.kind}"]
        if self.spikes is not None:
            lines.append(f"{self.spikes:g} spikes in a burst")
        for word, point in (("begins", self.begins), ("ends", self.ends)):
            if point is not None:
                lines.append(f"the active phase {word} at: {point!r}")
        return "\n".join([*lines, *self.remarks, repr(self.frozen)])

    def _repr_html_(self) -> str:
        from brainpy_lab.analysis.plotting import as_html

        text = "".join(f"<p>{escape(line)}</p>" for line in repr(self).splitlines())
        return (as_html(self.plot()) if self.frozen.branches else "") + text
