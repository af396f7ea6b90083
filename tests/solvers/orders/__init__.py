"""Measured orders of convergence: one module a family, each with ``methods()`` and ``measure(method, backend)``.

``benchmarks/convergence.py`` makes the table of the documentation from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Order:
    """A measured order beside the one a method declares, with the steps and errors it comes from.

    Attributes
    ----------
    nominal, measured : float
    steps, errors : tuple of float
        The measured order is the slope between the two finest steps.
    kind : str
        What the error is: "global", "strong" or "weak".
    """

    nominal: float
    measured: float
    steps: tuple[float, ...]
    errors: tuple[float, ...]
    kind: str = "global"

    @property
    def holds(self) -> bool:
        """Whether the measured order is within 0.15 of the nominal one."""
        return abs(self.measured - self.nominal) <= 0.15


def measured_order(nominal: float, steps: Sequence[float], error: Callable[[float], float]) -> Order:
    """The order from the errors at ``steps``, each a fraction of the one before."""
    errors = [float(error(step)) for step in steps]
    slopes = [np.log(a / b) / np.log(h / k) for (h, k), (a, b) in zip(pairwise(steps), pairwise(errors), strict=True)]
    return Order(float(nominal), float(slopes[-1]), tuple(steps), tuple(errors))
