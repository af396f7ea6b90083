"""Diagrams in two parameters as data, and how they show themselves."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brainpy_lab.analysis.continuation.special import SpecialPoints
from brainpy_lab.analysis.two_parameters.curve_branch import CurveBranch
from brainpy_lab.analysis.two_parameters.cycle_curve_branch import CycleCurveBranch
from brainpy_lab.analysis.two_parameters.regions import Place, Region, Regions, places
from brainpy_lab.analysis.two_parameters.views.outlook import PlaneOutlook, outlook
from brainpy_lab.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure

#: What is said of regions with cycles.
CYCLES_DIVIDE = (
    "Stable cycles are those found at one point of each region: folds of cycles and homoclinic orbits that are not "
    "drawn divide regions further."
)


@dataclass(repr=False, eq=False)
class PlaneDiagram:
    """Curves of special points in the plane of two parameters, and the points of codimension two on them.

    Attributes
    ----------
    model_name : str
    parameters : (str, str)
    ranges : ((float, float), (float, float))
    branches : list of CurveBranch and CycleCurveBranch
        Of equilibria, then of cycles.
    points : SpecialPoints
        Sorted by the first parameter; ``points.of("cusp")`` gives those of one kind.
    remarks : tuple of str
        What was not followed, and what holds for the whole diagram, in sentences.
    """

    model_name: str
    parameters: tuple[str, str]
    ranges: tuple[tuple[float, float], tuple[float, float]]
    branches: list[CurveBranch | CycleCurveBranch]
    points: SpecialPoints
    remarks: tuple[str, ...] = ()
    _look: Callable[[Place, bool], Region] | None = field(default=None, repr=False)
    _without: tuple[str, ...] = field(default=(), repr=False)
    _turning: tuple[str, ...] = field(default=(), repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_look": None}  # what looks anew is bound to the computation: as from a file

    def __copy__(self) -> PlaneDiagram:
        return replace(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> PlaneDiagram:
        return replace(self, branches=deepcopy(self.branches, memo), points=deepcopy(self.points, memo))

    def regions(self, cycles: bool = True) -> Regions:
        """The regions into which the curves cut the box, each with its attractors at a point inside.

        Parameters
        ----------
        cycles : bool
            False looks for stable equilibria alone; stable cycles are looked for by simulation, but not those of models
            with resets, held states or delays, which the regions then say.

        Returns
        -------
        Regions
            A list of `Region`, the largest first: ``label``, ``attractors``, ``parameters``, ``share``.

        Raises
        ------
        ArgumentError
            For a diagram without equations.
        """
        if self._look is None:
            raise ArgumentError(
                "A diagram from a file or a pickle has no equations.", advice="Compute it from its model."
            )
        found, narrow = places(self.branches, self.ranges)
        remarks = [CYCLES_DIVIDE] if cycles and not self._without else []
        remarks += self._turning if cycles and not self._without else ()
        remarks += [f"Stable cycles were not looked for. {reason}" for reason in self._without if cycles]
        if narrow:
            remarks.append("Regions narrower than a hundredth of the box are left out: choose smaller ranges for them.")
        return Regions([self._look(place, cycles) for place in found], tuple(remarks))

    def outlook(self, first: float, second: float) -> PlaneOutlook:
        """Which curve comes next from a place when one of the parameters is moved, in words and as ``curves``.

        Read off the curves as they stand: nothing is computed.
        """
        return outlook(self.branches, self.parameters, self.ranges, (first, second))

    def to_xarray(self) -> xr.Dataset:
        """All points of all curves along one axis; ``curve`` says to which one each belongs, ``kind`` what it is."""
        import xarray as xr

        parts = [
            branch.to_xarray().assign(curve=("point", [k] * len(branch)), kind=("point", [branch.kind] * len(branch)))
            for k, branch in enumerate(self.branches)
        ]
        return xr.concat(parts, "point", combine_attrs="drop") if parts else xr.Dataset()

    def save(self, path: str | Path) -> Path:
        """Write the diagram to ``path``: NetCDF (``.nc``), Zarr (``.zarr``), which xarray opens, or NumPy (``.npz``).

        ``bp.load`` reads either. A diagram from a file has no equations: ``regions`` then refuses.

        Raises
        ------
        ArgumentError
            For another ending.
        """
        from brainpy_lab.analysis.two_parameters.views.files import save

        return save(self, path)

    def to_pandas(self) -> pd.DataFrame:
        """The points of codimension two as a table, a row each."""
        import pandas as pd

        rows = [{"kind": p.kind, **p.parameters, **p.values, "period": p.period, "note": p.note} for p in self.points]
        return pd.DataFrame(rows)

    def plot(self, regions: Regions | None = None) -> PlotFigure:
        """The curves in the plane: kinds told apart by dashes and colours, special points marked.

        Parameters
        ----------
        regions : Regions, optional
            What `regions` gave: each has its number written into it, and its attractors beside that below the figure.

        Raises
        ------
        ArgumentError
            Where there are no curves.
        """
        from brainpy_lab.analysis.two_parameters.views.drawing import draw_plane

        if not self.branches:
            raise ArgumentError(f"There is nothing to plot. {self._nothing}")
        return draw_plane(self, regions or ())

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
