"""Parameters of groups that move in time: functions of ``t``, Inputs and Solutions."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError, BrainPyLabError
from brainpy_lab.simulation.values.problem import Drive, as_drive

#: Of the polynomials that follow a parameter within a step.
DEGREE = 2
#: Gauss's points of a step: none at its ends, where a list of numbers that is looked up changes.
_NODES = np.array([0.5 - np.sqrt(0.15), 0.5, 0.5 + np.sqrt(0.15)])
_WEIGHTS = np.array([5.0, 8.0, 5.0]) / 18.0
_TO_POWERS = np.linalg.inv(np.vander(_NODES, increasing=True))
#: Where polynomials are looked at, and how far below 0 they may be there, of the largest value: at the ends of the step
#: as far as what goes straight through 0.
_LOOKED_AT = {0.0: 0.2, 0.25: 0.0, 0.75: 0.0, 1.0: 0.2}


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

    @property
    def is_smooth(self) -> bool:
        """Whether it may move within a step; else it is constant between jumps, and its mean is what counts."""
        return self.drive.mean is None

    def powers(self, dt: float, first: int, n: int) -> np.ndarray:
        """Polynomials of the part of a step that has passed, through its values at Gauss's points, of ``n`` steps.

        Their integrals over the step are of order 6. What jumps between two steps is met as it is. A polynomial that
        would take another sign than the values have, at a jump within a step, gives way to their mean: what is no rate
        or no conductance below 0 does not become one.

        Returns
        -------
        array (power, n) or (power, n, cells)
        """
        steps = first + np.arange(n)
        values = np.array([self.drive.at((steps + node) * dt) for node in _NODES], dtype=float)
        values = values.reshape(len(_NODES), n, *self._cells)
        powers: np.ndarray = np.einsum("pk,k...->p...", _TO_POWERS, values)
        moving = np.abs(powers[1]) + np.abs(powers[2]) > np.abs(powers[0])  # others keep their sign
        if moving.any():
            powers[:, moving] = _with_sign_of_values(powers[:, moving], values[:, moving])
        return powers

    @property
    def _cells(self) -> tuple[int, ...]:
        return (self.size,) if self.size else ()

    def of_steps(self, dt: float, first: int, n: int) -> np.ndarray:
        """What ``n`` steps from step ``first`` on take, (n,) or (n, cells), as in the run of a model."""
        values = self.drive.of_steps(lambda steps: steps * dt, first, n)
        return np.ascontiguousarray(values.reshape(n, *self._cells), dtype=float)


def _with_sign_of_values(powers: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Polynomials, (power, n), or the mean of those that would take another sign than their values have, (node, n)."""
    strange = np.zeros(powers.shape[1], bool)
    for sign in (1.0, -1.0):
        largest, above = (sign * values).max(axis=0), (sign * values).min(axis=0) >= 0.0
        for at, share in _LOOKED_AT.items():
            found = sign * (powers[0] + at * (powers[1] + at * powers[2]))
            strange |= above & (found + share * largest < 0.0)
    means = np.zeros_like(powers)
    means[0] = _WEIGHTS @ values
    return np.where(strange, means, powers)


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
