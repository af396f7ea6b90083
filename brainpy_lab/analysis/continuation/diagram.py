"""Bifurcation diagrams as data, and how they show themselves."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brainpy_lab.analysis.continuation.branch import Branch
from brainpy_lab.analysis.continuation.cycle_branch import CycleBranch
from brainpy_lab.analysis.continuation.special import SpecialPoints
from brainpy_lab.analysis.continuation.views.outlook import Outlook, outlook
from brainpy_lab.analysis.cycles.cycle import Cycle
from brainpy_lab.analysis.points import MOST_SHOWN, FixedPoint, FixedPoints, shortened
from brainpy_lab.errors import ArgumentError, did_you_mean
from brainpy_lab.simulation.run_defaults import is_number

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from brainpy_lab.simulation.solution.plot import PlotFigure


class States(list[FixedPoint | Cycle]):
    """What there is at one value of the parameter: equilibria first, then cycles."""

    @property
    def fixed_points(self) -> FixedPoints:
        """The equilibria."""
        return FixedPoints(p for p in self if isinstance(p, FixedPoint))

    @property
    def cycles(self) -> list[Cycle]:
        """The cycles."""
        return [p for p in self if isinstance(p, Cycle)]

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "nothing was found there"


@dataclass(repr=False, eq=False)
class Diagram:
    """Branches over a parameter, and the points on them where something changes.

    Attributes
    ----------
    model_name : str
    parameter : str
    range : (float, float)
    branches : list of Branch and CycleBranch
    points : SpecialPoints
        Sorted by the parameter; ``points.of("hopf")`` gives those of one kind.
    remarks : tuple of str
        What was not followed, and what holds for the whole diagram, in sentences.
    """

    model_name: str
    parameter: str
    range: tuple[float, float]
    branches: list[Branch | CycleBranch]
    points: SpecialPoints
    remarks: tuple[str, ...] = ()
    _at: Callable[[float], States] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_at": None}  # what looks anew is bound to the computation: as from a file

    def __copy__(self) -> Diagram:
        return replace(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Diagram:
        return replace(self, branches=deepcopy(self.branches, memo), points=deepcopy(self.points, memo))

    def at(self, value: float) -> States:
        """The equilibria and the cycles of all branches at one value of the parameter: `FixedPoint` and `Cycle`.

        Raises
        ------
        ArgumentError
            For a value outside the range.
        """
        self._check_inside(value)
        if self._at is None:
            raise ArgumentError(
                "A diagram from a file or a pickle, or one that is not finished, has no equations.",
                advice="Compute it from its model.",
            )
        return self._at(value)

    def outlook(self, value: float) -> Outlook:
        """What there is at a value of the parameter, and what changes next on either side, in words.

        Read off the branches as they stand: nothing is computed.

        Examples
        --------
        >>> import brainpy_lab as bp
        >>> diagram = bp.analysis.bifurcation(bp.models.fitzhugh_nagumo(), "I", (0, 2))
        >>> diagram.outlook(0.2)
        At I = 0.200: a stable equilibrium. A stable and an unstable cycle appear above I = 0.324.
        """
        self._check_inside(value)
        return outlook(self, value)

    def to_xarray(self) -> xr.Dataset:
        """All points of all branches along one axis.

        ``branch`` and ``kind`` say where each belongs. An equilibrium has its states under their names and its
        ``eigenvalues``; a cycle has ``V_min`` and ``V_max`` of each state ``V``, ``period`` and ``multipliers``. What a
        point does not have is nan.
        """
        from brainpy_lab.analysis.continuation.views.files import dataset

        return dataset(self)

    def save(self, path: str | Path) -> Path:
        """Write the diagram to ``.npz``, ``.nc`` or ``.zarr``, which ``bp.load(path)`` reads.

        `at` is not saved: a diagram from a file has no equations.

        Raises
        ------
        ArgumentError
            Another suffix, or a place where nothing can be written.
        """
        from brainpy_lab.analysis.continuation.views.files import save

        return save(self, path)

    def to_pandas(self) -> pd.DataFrame:
        """The special points as a table, a row each."""
        import pandas as pd

        rows = [
            {"kind": p.kind, **p.parameters, **p.values, "period": p.period, "l1": p.data.get("l1"), "note": p.note}
            for p in self.points
        ]
        return pd.DataFrame(rows)

    def plot(self, variable: str | None = None) -> PlotFigure:
        """A state over the parameter: stable branches solid, others dashed, special points marked.

        Parameters
        ----------
        variable : str, optional
            By default the first state. ``norm`` is that of all states of equilibria, the default of very many.

        Raises
        ------
        ArgumentError
        """
        from brainpy_lab.analysis.continuation.views.drawing import draw_diagram

        if not self.branches:
            raise ArgumentError(f"There is nothing to plot. {self._nothing}")
        names = self.branches[0].names
        if variable is not None and variable not in (*names, "norm"):
            raise ArgumentError(
                f"There is no state '{variable}'.",
                advice=did_you_mean(variable, names) or f"States: {', '.join(shortened(list(names)))}.",
            )
        return draw_diagram(self, variable or (names[0] if len(names) <= MOST_SHOWN else "norm"))

    def _check_inside(self, value: float) -> None:
        low, high = self.range
        if not is_number(value):
            raise ArgumentError(f"{self.parameter} is a number from {low:g} to {high:g}, not {value!r:.60}.")
        if not low <= value <= high:
            raise ArgumentError(f"{self.parameter} = {value:g} is outside {low:g} to {high:g}.")

    @property
    def _nothing(self) -> str:
        low, high = self.range
        return (
            f"No equilibrium of {self.model_name} was found for {self.parameter} from {low:g} to {high:g}. "
            "Where states are far from their initial values, box= says where they are to be looked for."
        )

    def __repr__(self) -> str:
        low, high = self.range
        head = f"Diagram of {self.model_name}: {self.parameter} from {low:g} to {high:g}, {len(self.branches)} branches"
        lines = [head, *map(repr, self.points), *self.remarks]
        return "\n".join(lines if self.branches else [head, self._nothing, *self.remarks])

    def _repr_html_(self) -> str:
        from brainpy_lab.analysis.plotting import as_html

        notes = "".join(f"<p>{escape(text)}</p>" for text in self.remarks)
        if not self.branches:
            return f"<p>{escape(self._nothing)}</p>{notes}"
        return as_html(self.plot()) + self.points._repr_html_() + notes
