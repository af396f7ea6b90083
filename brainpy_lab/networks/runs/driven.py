"""Parameters of groups that move in time: functions of ``t``, Inputs and Solutions."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.simulation.values.problem import Drive, as_drive


@dataclass(frozen=True)
class Driven:
    """A parameter's course in time.

    Attributes
    ----------
    given : Input, Solution or function of ``t``
    drive : Drive
    size : int
        Number of cells that it has a value for; 0 where they share one.
    """

    given: Any
    drive: Drive
    size: int

    def at_start(self) -> Any:
        """Its value at time 0: a number, or one for each cell."""
        value = np.asarray(self.drive.at(np.zeros(1))[0], dtype=float)
        return value.reshape(self.size) if self.size else float(value)

    def of_steps(self, dt: float, first: int, n: int) -> np.ndarray:
        """What ``n`` steps from step ``first`` on take, (n,) or (n, cells), as in the run of a model."""
        values = self.drive.of_steps(lambda steps: steps * dt, first, n)
        shape = (n, self.size) if self.size else (n,)
        return np.ascontiguousarray(values.reshape(shape), dtype=float)


def driven(owner: str, name: str, given: Any, size: int, shape: tuple[int, ...]) -> Driven | None:
    """``given`` as a course in time, or None where it is something else.

    Raises
    ------
    ArgumentError
        Its values are neither one number nor one for each cell.
    """
    if callable(given) and not isinstance(given, np.ndarray) and not hasattr(given, "shape") and not of_time(given):
        return None
    try:
        drive = as_drive(name, given)
    except BrainPyLabError as error:
        raise ArgumentError(f"{owner}: {error}") from None
    if drive is None:
        return None
    if drive.shape not in ((), (size,), shape):
        raise ArgumentError(
            f"{owner}: the values of '{name}' in time have the shape {drive.shape}; there are {size:,} cells.",
            advice="Give one number for all cells, or one for each, at every time.",
        )
    return Driven(given, drive, size if drive.shape else 0)


def of_time(given: Any) -> bool:
    """Whether a value is a function of time: its one argument is called ``t``."""
    if not callable(given) or isinstance(given, np.ndarray):
        return False
    try:
        return list(inspect.signature(given).parameters) == ["t"]
    except (TypeError, ValueError):
        return False
