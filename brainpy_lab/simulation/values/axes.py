"""Which axes of a run's values are the ensemble's, and which the elements': told by name, never by length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.errors import ArgumentError
from brainpy_lab.simulation.values.initial import shape_of


@dataclass(frozen=True)
class Axes:
    """The axes of values, the ensemble's first.

    Attributes
    ----------
    own : dict
        The shape that each parameter and state has in one member of an ensemble.
    cell : tuple of int
        Shape of the array states.
    ranks : dict
        How many axes for the elements a value has where these are not as many as those of ``own``: values that go on
        from another run.
    """

    own: dict[str, tuple[int, ...]]
    cell: tuple[int, ...]
    ranks: Mapping[str, int]

    def rank(self, name: str) -> int:
        """How many of the last axes of a value are the elements'."""
        return self.ranks[name] if name in self.ranks else len(self.own[name])

    def leading(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The axes of an ensemble among those of a value.

        Raises
        ------
        ArgumentError
            When the value has another number of elements than the model's, or matrices span an ensemble.
        """
        rank, own = self.rank(name), self.own[name]
        found = shape[: max(0, len(shape) - rank)]
        if found and len(own) > 1:
            raise ArgumentError(
                f"An ensemble of matrices is not possible: '{name}' has the shape {shape}, the model's {own}.",
                advice="Run the model once for each matrix, or scale one by a parameter that spans the ensemble.",
            )
        elements = shape[len(found) :]
        if rank == len(own) == len(elements) and any(n not in (1, m) for n, m in zip(elements, own, strict=True)):
            raise ArgumentError(
                f"'{name}' has the shape {shape} in this run; the model's has {own}.",
                advice="The axes of an ensemble come before those of an array.",
            )
        return found

    def padded(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A value's shape with axes of length one for the elements, where it has those of the ensemble alone."""
        rank = self.rank(name)
        if len(shape) <= rank or rank >= len(self.cell):
            return shape
        at = len(shape) - rank
        return shape[:at] + (1,) * (len(self.cell) - rank) + shape[at:]

    def aligned(self, name: str, value: Any) -> Any:
        """A number or an array of any library with the axes of `padded`."""
        shape = shape_of(value)
        padded = self.padded(name, shape)
        return value if padded == shape else value.reshape(padded)

    def full(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A value's shape with as many elements as the model's value has."""
        rank = len(self.own[name])
        if self.rank(name) != rank or not rank:
            return shape
        return (*shape[: max(0, len(shape) - rank)], *self.own[name])

    def filled(self, name: str, value: Any) -> Any:
        """A number or an array of any library, the same for all elements where it has but one of them."""
        shape = shape_of(value)
        full = self.full(name, shape)
        if full == shape:
            return value
        if hasattr(value, "expand"):
            return value.expand(full)
        return value + np.zeros(full)
