"""What fixed-step runs remember of delayed states: a ring of the last steps, each as a cubic polynomial.

Step ``i`` covers the times from t0 + i dt to t0 + (i + 1) dt; the steps before t0 have negative numbers and hold the
user's history. Step ``i`` stands in slot ``i mod slots`` as four coefficients,

    y(t0 + (i + s) dt) = c0 + s (c1 + s (c2 + s c3)),

so that jumps at the ends of steps (resets, a history that does not meet the initial value) stay jumps. A time within
`AT_ONCE` of the end of a step counts as that end: there ``past`` takes the step after it, ``before`` the step before.
A time after the last complete step is read from that step's polynomial; one that the ring does not hold gives nan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

COEFFICIENTS = 4
AT_ONCE = 1e-6  # of a step


@dataclass(frozen=True)
class Past:
    """The histories of one run.

    Attributes
    ----------
    slots : int
        Steps that the ring holds, a power of two.
    window : int
        Steps back from the present one that may be read.
    before : mapping of str to array or None
        By delayed state: the steps before t0 as (steps, COEFFICIENTS, *shape of the values), the last one right before
        t0; None for the initial value at all earlier times.
    sweeps : int
        How often a step is taken anew with its own polynomial as history: more than once where delays are shorter than
        a step.
    is_steady : bool
        Whether no delay changes in the run and none is shorter than a step: the ring holds all that is read.
    begin : int
        Number of the run's first step: the last of the steps ``before`` is the one before it.
    """

    slots: int
    window: int
    before: Mapping[str, np.ndarray | None]
    sweeps: int = 1
    is_steady: bool = False
    begin: int = 0

    @cached_property
    def is_constant(self) -> bool:
        """Whether all states had one value before t0."""
        return all(b is None for b in self.before.values())

    @cached_property
    def first(self) -> int:
        """Number of the first step that is known."""
        return self.begin - max((len(b) for b in self.before.values() if b is not None), default=1)

    def places(self, n: int) -> np.ndarray:
        """The slots of the last ``n`` steps before the run."""
        return np.arange(self.begin - n, self.begin) % self.slots

    @property
    def known(self) -> float:
        """Steps that are known before step 0: 0 stands for one value at all earlier times, and is never the number."""
        return 0.0 if self.is_constant else -float(self.first) or 0.5


@dataclass(frozen=True)
class Reach:
    """Which steps a lookup may use: the first and last, whether earlier ones are constant, and the present step."""

    first: float
    last: float
    lowest: float
    end: float

    @staticmethod
    def of(past: Past, step: int, sweep: int) -> Reach:
        """While step ``step`` is computed, for the ``sweep``-th time (from 0 on)."""
        oldest = step - past.window
        if past.is_constant:
            first, lowest = (-np.inf, -1.0) if oldest <= -1 else (float(oldest), float(oldest))
        else:
            first = lowest = float(max(past.first, oldest))
        return Reach(first, float(step - 1 + min(sweep, 1)), lowest, float(step + 1))


def fill(past: Past, state: str, initial: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The ring of one state as the run begins, where it is ``initial``: (slots, COEFFICIENTS, *shape)."""
    ring = np.zeros((past.slots, COEFFICIENTS, *shape))
    before = past.before[state]
    if before is None:
        ring[past.places(past.begin - past.first), 0] = initial
    else:
        own = before.shape[2:]
        ring[past.places(len(before))] = before.reshape(*before.shape[:2], *(1,) * (len(shape) - len(own)), *own)
    return ring


def refill(ring: Any, given: Any, step: int) -> None:
    """Put the latest steps before ``step`` of a ring that may have another length into ``ring``."""
    if len(ring) == len(given):
        ring[:] = given
        return
    numbers = np.arange(step - min(len(ring), len(given)), step)
    ring[numbers % len(ring)] = given[numbers % len(given)]


def index_of(position: Any, side: str, floor: Any, ceil: Any) -> Any:
    """Number of the step in which a time lies, ``position`` steps after t0."""
    return floor(position + AT_ONCE) if side == "past" else ceil(position - AT_ONCE) - 1.0
