"""Equilibria with a pair of eigenvalues that stays on the imaginary axis, as where something is conserved."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from brainpy_lab.analysis.continuation.detection import Station

#: Real parts below this, relative to the largest eigenvalue, stay on the axis where they do at so many points in a row.
ON_AXIS, IN_A_ROW = 1e-9, 3


def stay_on_axis(a: Station, b: Station) -> bool:
    """Whether a pair stays on the axis between two stations: it crosses nothing, and its signs are those of errors."""
    return all(_on_axis(s).sum() >= 2 for s in (a, b)) and (_is_centre(a) or _is_centre(b))


def said_of_centres(name: str, stations: Iterable[Station]) -> str:
    """What is said where equilibria of a branch are centres; "" where they are not."""
    row = 0
    for s in stations:
        row = row + 1 if _is_centre(s) else 0
        if row == IN_A_ROW:
            return (
                f"Near {name} = {s.point.parameter:.6g} equilibria are centres, as where something is conserved: a "
                "pair of eigenvalues stays on the imaginary axis. The cycles around them, infinitely many at each "
                "value, are not followed."
            )
    return ""


def _on_axis(s: Station) -> NDArray[np.bool_]:
    """Which eigenvalues have no real part, but for errors."""
    return np.asarray(np.abs(s.eigenvalues.real) <= ON_AXIS * np.abs(s.eigenvalues).max(initial=0.0))


def _is_centre(s: Station) -> bool:
    """Whether a pair of eigenvalues is on the imaginary axis."""
    return bool((_on_axis(s) & (s.eigenvalues.imag > 0)).any())
