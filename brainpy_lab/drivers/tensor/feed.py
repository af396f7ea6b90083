"""Feeds: what a step on tensor drivers takes besides states, hidden variables and parameters.

A step may have several: random draws, the histories of delayed states, the memory of fractional ones. They compose, in
the order of the step's arguments.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from brainpy_lab.codegen.draws import Draw
from brainpy_lab.drivers.driver import Array, Setup
from brainpy_lab.drivers.feeds.random_draws import narrowed
from brainpy_lab.drivers.feeds.supply import Supply


class ArrayFunctions(Protocol):
    """What flows and feeds need of a driver."""

    def to_numpy(self, value: Array) -> np.ndarray:
        """A NumPy array."""

    def array(self, value: Any) -> Array:
        """A number or NumPy array as the driver's own float64 array."""

    def computing(self, differentiable: bool) -> Any:
        """The context of a chunk."""

    def gather(self, ring: Array, slot: np.ndarray) -> Array:
        """``ring[slot[j], :, j]`` for each element j: (coefficients, *shape)."""

    def mask(self, value: np.ndarray) -> Array:
        """Truth values as the driver's own array."""

    def choose(self, condition: Array, yes: Array, no: Array) -> Array:
        """Elementwise choice."""

    def stack(self, values: Sequence[Array]) -> Array:
        """Arrays of one shape as one, along a first axis."""


class Feed(Supply, ABC):
    """One kind of arguments of a step, for one run: a supply that hands them over itself.

    Attributes
    ----------
    sweeps : int
        How often a step is taken at most, each time from the same states, until its results stay as they are.
    """

    sweeps: int = 1

    @abstractmethod
    def before(self, step: int, sweep: int) -> Sequence[Any]:
        """What the step takes."""

    def after(self, step: int, starts: Mapping[str, Array], results: Sequence[Array]) -> None:
        """Take in what the step gave that began at ``starts``; every sweep ends here."""


class Draws(Feed):
    """Random draws: constants, through which no derivative is taken."""

    def __init__(self, driver: ArrayFunctions, draws: tuple[Draw, ...], setup: Setup) -> None:
        self.driver, self.draws, self.noise = driver, draws, setup.noise
        self.narrow = setup.noise.narrow_among(draws)
        self.first, self.table = 0, np.empty(0)

    def prepare(self, first: int, n: int) -> int:
        """Make the draws of ``n`` steps."""
        self.first, self.table = first, self.noise.table(self.draws, first, n)
        return n

    def before(self, step: int, sweep: int) -> list[Array]:
        """One draw after the other."""
        return [self.driver.array(d) for d in narrowed(self.table[step - self.first], self.narrow)]
