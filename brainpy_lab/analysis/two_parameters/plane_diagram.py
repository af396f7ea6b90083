"""Diagrams in two parameters as data, and how they show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from brainpy_lab.analysis.continuation.special import SpecialPoints
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
from brainpy_lab.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure


@dataclass(repr=False, eq=False)
class PlaneDiagram:
    """Curves of folds and Hopf points in the plane of two parameters, and the points of codimension two on them.

    Attributes
    ----------
    model_name : str
    parameters : (str, str)
    ranges : ((float, float), (float, float))
    branches : list of CurveBranch
    points : SpecialPoints
        Sorted by the first parameter; ``points.of("cusp")`` gives those of one kind.
    remarks : tuple of str
        What was not followed, and what holds for the whole diagram, in sentences.
    """

    model_name: str
    parameters: tuple[str, str]
    ranges: tuple[tuple[float, float], tuple[float, float]]
    branches: list[CurveBranch]
    points: SpecialPoints
    remarks: tuple[str, ...] = ()

    def to_xarray(self) -> xr.Dataset:
        """All points of all curves along one axis; ``curve`` says to which one each belongs, ``kind`` what it is."""
        import xarray as xr

        parts = [
            branch.to_xarray().assign(curve=("point", [k] * len(branch)), kind=("point", [branch.kind] * len(branch)))
            for k, branch in enumerate(self.branches)
        ]
        return xr.concat(parts, "point", combine_attrs="drop") if parts else xr.Dataset()

    def to_pandas(self) -> pd.DataFrame:
        """The points of codimension two as a table, a row each."""
        import pandas as pd

        rows = [{"kind": p.kind, **p.parameters, **p.values, "period": p.period, "note": p.note} for p in self.points]
        return pd.DataFrame(rows)

    def plot(self) -> PlotFigure:
        """The curves in the plane: folds and Hopf points told apart by dashes and colours, special points marked.

        Raises
        ------
        ArgumentError
            Where there are no curves.
        """
        from brainpy_lab.analysis.two_parameters.drawing import draw_plane

        if not self.branches:
            raise ArgumentError(f"There is nothing to plot. {self._nothing}")
        return draw_plane(self)

    @property
    def _place(self) -> str:
        return " and ".join(
            f"{name} from {low:g} to {high:g}" for name, (low, high) in zip(self.parameters, self.ranges, strict=True)
        )

    @property
    def _nothing(self) -> str:
        return f"No fold and no Hopf point of {self.model_name} was found for {self._place}."

    def __repr__(self) -> str:
        head = f"Diagram of {self.model_name}: {self._place}, {len(self.branches)} curves"
        lines = [head, *map(repr, self.branches), *map(repr, self.points)] if self.branches else [head, self._nothing]
        return "\n".join([*lines, *self.remarks])

    def _repr_html_(self) -> str:
        from brainpy_lab.analysis.plotting import as_html

        notes = "".join(f"<p>{escape(text)}</p>" for text in self.remarks)
        if not self.branches:
            return f"<p>{escape(self._nothing)}</p>{notes}"
        return as_html(self.plot()) + self.points._repr_html_() + notes
