"""Feeds on JAX: what a step takes besides states, hidden variables and parameters.

A feed has two halves. `Feed` is compiled into the loop over steps: how a step comes by its arguments, and what becomes
of its results. `LoopSupply` belongs to one run and hands the loop two things: what stays as it is for a while, and what
the loop carries from step to step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from brainpy_lab.drivers.driver import Array
from brainpy_lab.drivers.feeds.supply import Supply


class Moment(NamedTuple):
    """Where a step stands: its number in the run and in the chunk, and the time t0 + number*dt at which it begins."""

    step: Array
    place: Array
    t0: Array
    number: Array
    dt: Array


class Feed(ABC):
    """One kind of arguments of a step. Feeds that are equal are compiled once, so they are frozen dataclasses.

    Attributes
    ----------
    sweeps : int
        How often a step is taken, each time from the same states.
    """

    sweeps: int = 1

    @abstractmethod
    def before(self, given: Any, carried: Any, at: Moment, sweep: int) -> Sequence[Any]:
        """What the step takes, from the two things that the supply has handed to the loop."""

    def after(self, given: Any, carried: Any, at: Moment, starts: Mapping[str, Array], results: Sequence[Array]) -> Any:
        """What is carried on, after a sweep of the step that began at the states ``starts``."""
        return carried


class LoopSupply(Supply, ABC):
    """One run's part of a feed.

    Attributes
    ----------
    feed : Feed
    block : int
        Steps of a chunk at most, and the length of all its tables; 0 where the feed does not mind.
    """

    feed: Feed
    block: int = 0

    @abstractmethod
    def handed(self, first: int, n: int, size: int) -> tuple[Any, Any]:
        """What stays for ``n`` steps from step ``first`` on, in tables of ``size`` rows, and what the loop carries."""

    def take(self, carried: Any, first: int) -> None:
        """Take back what the loop carried through its steps from ``first`` on."""


def padded(table: np.ndarray, size: int, axis: int = 0) -> np.ndarray:
    """A table with zeros at its end, so that ``size`` rows stand along an axis."""
    missing = size - table.shape[axis]
    return np.pad(table, [(0, missing if i == axis else 0) for i in range(table.ndim)]) if missing else table
