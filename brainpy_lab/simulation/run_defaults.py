"""What the runs of a model take where they do not say: step, duration, seed, histories, where events lie.

All are checked when they are set, so that a wrong one is told where it was written and leaves the old one in force.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.generate import Crossing
from brainpy_lab.equations.system import System
from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.generated import check_crossing
from brainpy_lab.simulation.values.history import read_histories

DEFAULT_DT = 0.01
DEFAULT_DURATION = 100.0


class RunDefaults:
    """The settings of a model's runs.

    Parameters
    ----------
    system : System
        The equations, which say what histories and crossings there can be.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._dt = DEFAULT_DT
        self._duration = DEFAULT_DURATION
        self._seed: int | None = None
        self._history: dict[str, Any] = {}
        self._crossing: Crossing = "step"

    @property
    def dt(self) -> float:
        """Time step of runs that name none, in the model's unit of time."""
        return self._dt

    @dt.setter
    def dt(self, value: float) -> None:
        self._dt = positive("dt", value)

    @property
    def duration(self) -> float:
        """Length of runs that name none, in the model's unit of time."""
        return self._duration

    @duration.setter
    def duration(self, value: float) -> None:
        self._duration = positive("duration", value)

    @property
    def seed(self) -> int | None:
        """Seed of runs that name none; None for 0, or that of the Solution that is continued."""
        return self._seed

    @seed.setter
    def seed(self, value: int | None) -> None:
        check_seed(value)
        self._seed = value

    @property
    def history(self) -> dict[str, Any]:
        """Histories of delayed states in runs that are given none, besides those of the model's text."""
        return self._history

    @history.setter
    def history(self, value: Mapping[str, Any] | None) -> None:
        read_histories(self._system, value, 0.0, None)
        self._history = dict(value or {})

    @property
    def crossing(self) -> Crossing:
        """Where events lie in runs that do not say, see ``crossing`` of `Model.run`."""
        return self._crossing

    @crossing.setter
    def crossing(self, value: Crossing) -> None:
        check_crossing(value, self._system)
        self._crossing = value


def positive(name: str, value: Any) -> float:
    """``value`` as a float, when it is a positive number that is finite.

    Raises
    ------
    ArgumentError
        When it is none.
    """
    if not is_number(value) or not is_finite(value) or value <= 0:
        raise ArgumentError(f"{name} must be a positive number, not {value!r}.")
    return float(value)


def is_number(value: Any) -> bool:
    """Whether an option is a number; True and False are none, though Python reckons with them."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def is_finite(value: Any) -> bool:
    """Whether a number is finite as float64: a whole number may be beyond that."""
    try:
        return math.isfinite(value)
    except (OverflowError, TypeError):
        return False


def check_seed(seed: Any) -> None:
    """Refuse what is neither None nor a seed.

    Raises
    ------
    ArgumentError
    """
    if seed is not None and (not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed < 2**64):
        raise ArgumentError(f"seed must be a whole number from 0 to 2**64 - 1, not {seed!r}.")
