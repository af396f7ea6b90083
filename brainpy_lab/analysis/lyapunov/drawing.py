"""Lyapunov spectra as Matplotlib figures."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from brainpy_lab.analysis.vector_field import Array
from brainpy_lab.simulation.solution.plot import PlotFigure


class Drawn(Protocol):
    """What is drawn of a `LyapunovSpectrum`."""

    @property
    def model_name(self) -> str:
        """Of the model."""

    @property
    def t(self) -> Array:
        """Ends of the pieces of the run."""

    @property
    def running(self) -> Array:
        """Means from the beginning on."""

    @property
    def exponents(self) -> Array:
        """The exponents."""


def draw_spectrum(found: Drawn) -> PlotFigure:
    """Means of growth up to each time, a curve an exponent."""
    figure = PlotFigure(figsize=(5.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for k, curve in enumerate(found.running.T):
        axes.plot(found.t, curve, label=f"{found.exponents[k]:.4g}")
    axes.axhline(0.0, color="0.6", lw=0.8)
    if np.ptp(found.exponents) > 20 * max(abs(found.exponents[0]), 1e-12):
        axes.set_yscale("symlog", linthresh=max(2 * abs(found.exponents[0]), 1e-3))
    axes.set_xlabel("t")
    axes.set_ylabel("Lyapunov exponents")
    axes.set_title(found.model_name, parse_math=False)
    axes.legend(loc="best", fontsize="small")
    return figure
