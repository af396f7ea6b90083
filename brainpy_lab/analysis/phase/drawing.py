"""Phase responses and interaction functions as Matplotlib figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.simulation.solution.plot import PlotFigure

if TYPE_CHECKING:
    import xarray as xr


def draw_response(response: xr.Dataset) -> PlotFigure:
    """One panel a state."""
    names = [str(name) for name in response.data_vars]
    figure = PlotFigure(figsize=(5.6, 1 + 1.7 * len(names)), layout="constrained")
    rows = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    t = np.atleast_1d(response["t"].values)
    for axes, name in zip(rows, names, strict=True):
        axes.plot(t, np.atleast_1d(response[name].values), color="#0072b2", marker="o" if len(t) < 100 else "", ms=3)
        axes.axhline(0.0, color="0.6", lw=0.8)
        axes.set_ylabel(f"time per unit of {name}")
    rows[0].set_title(f"{response.attrs.get('model', '')}: phase response", parse_math=False)
    rows[-1].set_xlabel(f"time of the kick after {response.attrs.get('zero', 'phase zero')}")
    return figure


class LockedLike(Protocol):
    """A phase difference."""

    @property
    def phase(self) -> float:
        """In periods."""

    @property
    def stable(self) -> bool:
        """Whether it is stable."""


class Drawn(Protocol):
    """What is drawn of an `Interaction`."""

    @property
    def phase(self) -> Array:
        """Phase differences, in periods."""

    @property
    def H(self) -> Array:  # noqa: N802
        """The interaction function."""

    @property
    def odd(self) -> Array:
        """The odd part of H."""

    @property
    def locked(self) -> Sequence[LockedLike]:
        """Phase differences that stay."""


def draw_interaction(found: Drawn) -> PlotFigure:
    """H and its odd part; filled circles are stable phase differences, open ones unstable."""
    figure = PlotFigure(figsize=(5.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(found.phase, found.H, color="#0072b2", label="H")
    axes.plot(found.phase, found.odd, color="#d55e00", ls="--", label="odd part")
    axes.axhline(0.0, color="0.6", lw=0.8)
    for state in found.locked:
        axes.plot(state.phase, 0.0, "o", color="black", markerfacecolor="black" if state.stable else "white", zorder=5)
    axes.set_xlabel("phase of the partner ahead (periods)")
    axes.set_ylabel("H")
    axes.set_xlim(0, 1)
    axes.legend(loc="best", fontsize="small")
    return figure
