"""Kernels that smooth spike trains into rates: their distribution functions by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from brainpy_lab.errors import ArgumentError, did_you_mean


def _gaussian(x: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    values: np.ndarray = ndtr(x)
    return values


def _rectangular(x: np.ndarray) -> np.ndarray:
    values: np.ndarray = np.clip(0.5 + x / math.sqrt(12.0), 0.0, 1.0)
    return values


def _exponential(x: np.ndarray) -> np.ndarray:
    values: np.ndarray = -np.expm1(-np.maximum(x, 0.0))
    return values


def _alpha(x: np.ndarray) -> np.ndarray:
    y = np.maximum(x, 0.0) * math.sqrt(2.0)
    values: np.ndarray = 1.0 - (1.0 + y) * np.exp(-y)
    return values


#: Distribution functions of kernels whose standard deviation is 1, and how far each reaches before and behind a spike.
KERNELS: Mapping[str, tuple[Callable[[np.ndarray], np.ndarray], float, float]] = {
    "gaussian": (_gaussian, 6.0, 6.0),
    "rectangular": (_rectangular, math.sqrt(3.0), math.sqrt(3.0)),
    "exponential": (_exponential, 0.0, 21.0),
    "alpha": (_alpha, 0.0, 17.0),
}


def weights(kernel: object, sigma: float, bin: float) -> tuple[np.ndarray, int]:
    """What a spike adds to the bins around its own, in all 1, and how many of them lie before it.

    The parts of the kernel beyond its reach, less than 1e-8 of it, are left out.
    """
    if not isinstance(kernel, str) or kernel not in KERNELS:
        advice = did_you_mean(str(kernel), KERNELS) or f"Kernels: {', '.join(KERNELS)}."
        raise ArgumentError(f"There is no kernel {kernel!r:.40}.", advice=advice)
    distribution, before, behind = KERNELS[kernel]
    n_before, n_behind = (math.ceil(reach * sigma / bin) for reach in (before, behind))
    borders = (np.arange(-n_before, n_behind + 2) - 0.5) * (bin / sigma)
    mass = np.diff(distribution(borders))
    return mass / mass.sum(), n_before
