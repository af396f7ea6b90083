"""The spread of a noisy state around an equilibrium, as data and as an ellipse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from brainpy_lab.analysis.points import FixedPoint
from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.errors import ArgumentError, did_you_mean

if TYPE_CHECKING:
    import xarray

    from brainpy_lab.simulation.solution.plot import PlotFigure

#: Points of an ellipse: a figure of five inches shows no corners.
POINTS = 201


@dataclass(frozen=True, eq=False)
class Spread:
    """A normal distribution around a stable equilibrium.

    Attributes
    ----------
    model_name : str
    point : FixedPoint
        The equilibrium of the drift, with the values of all ``parameters``.
    covariance : ndarray, shape (n, n)
        In the order of ``names``, in the model's units.
    remarks : tuple of str
        What holds for it, in sentences.
    """

    model_name: str
    point: FixedPoint
    covariance: Array
    remarks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The states."""
        return tuple(self.point.values)

    @property
    def deviations(self) -> dict[str, float]:
        """The standard deviation of each state."""
        return dict(zip(self.names, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))

    def ellipse(self, states: Sequence[str] | None = None, p: float = 0.95) -> Array:
        """The ellipse that holds the two states with probability ``p``.

        Parameters
        ----------
        states : pair of str, optional
            By default the first two.
        p : float
            Between 0 and 1.

        Returns
        -------
        ndarray, shape (201, 2)
            Points of the ellipse, the last one the first again.

        Raises
        ------
        ArgumentError
        """
        rows = self._rows(states)
        if not 0 < p < 1:
            raise ArgumentError(f"p is {p!r}; it must lie between 0 and 1.")
        sizes, axes = np.linalg.eigh(self.covariance[np.ix_(rows, rows)])
        angles = np.linspace(0, 2 * np.pi, POINTS)
        circle = np.stack([np.cos(angles), np.sin(angles)])
        # the square of the distance is chi-squared with two degrees of freedom: an exponential distribution
        radius = np.sqrt(-2 * np.log1p(-p))
        centre = np.array(list(self.point.values.values()))[rows]
        result: Array = (centre[:, None] + radius * axes @ (np.sqrt(np.maximum(sizes, 0.0))[:, None] * circle)).T
        return result

    def to_xarray(self) -> xarray.DataArray:
        """The covariance with the names of the states."""
        import xarray as xr

        return xr.DataArray(
            self.covariance,
            dims=("state", "with_state"),
            coords={"state": list(self.names), "with_state": list(self.names)},
        )

    def plot(self, states: Sequence[str] | None = None, p: float = 0.95) -> PlotFigure:
        """The ellipses of ``p`` and of one half around the equilibrium; the density where there is one state.

        Parameters
        ----------
        states : pair of str, optional
            By default the first two.
        p : float
            Between 0 and 1.

        Raises
        ------
        ArgumentError
        """
        from brainpy_lab.simulation.solution.plot import PlotFigure

        figure = PlotFigure(figsize=(5.2, 4.2), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(f"{self.model_name}: spread by noise", parse_math=False)
        if len(self.names) == 1 and states is None:
            (name,), (centre,), (width,) = self.names, self.point.values.values(), self.deviations.values()
            x = np.linspace(-4, 4, POINTS)
            axes.plot(centre + width * x, np.exp(-(x**2) / 2) / (width * np.sqrt(2 * np.pi)), color="#0072b2")
            axes.set_xlabel(name)
            axes.set_ylabel("density")
            return figure
        rows = self._rows(states)
        for part, style in ((p, "-"), (0.5, "--")):
            x, y = self.ellipse([self.names[i] for i in rows], part).T
            axes.plot(x, y, style, color="#0072b2", label=f"holds {100 * part:g} %")
        axes.plot(*(self.point.values[self.names[i]] for i in rows), "o", color="black", markersize=6)
        axes.set_xlabel(self.names[rows[0]])
        axes.set_ylabel(self.names[rows[1]])
        axes.legend(loc="best", fontsize="small")
        return figure

    def _rows(self, states: Sequence[str] | None) -> list[int]:
        pair = self.names[:2] if states is None else tuple(states)
        for name in pair:
            if name not in self.names:
                raise ArgumentError(
                    f"There is no state '{name}'.",
                    advice=did_you_mean(str(name), self.names) or f"States: {', '.join(self.names)}.",
                )
        if len(pair) != 2 or pair[0] == pair[1]:
            raise ArgumentError(
                "An ellipse has two states.",
                advice=f"Give both in one list, as in ellipse({list(self.names[:2])}), of {', '.join(self.names)}.",
            )
        return [self.names.index(name) for name in pair]

    @property
    def _line(self) -> str:
        place = ", ".join(
            f"{n} = {v:.6g} ± {d:.3g}"
            for (n, v), d in zip(self.point.values.items(), self.deviations.values(), strict=True)
        )
        return f"Spread of {self.model_name} by noise around its {self.point.kind}: {place} (standard deviations)"

    def __repr__(self) -> str:
        return "\n".join([self._line, *self.remarks])

    def _repr_html_(self) -> str:
        from brainpy_lab.analysis.plotting import as_html

        return as_html(self.plot()) + "".join(f"<p>{escape(text)}</p>" for text in (self._line, *self.remarks))
