"""What a run was asked for, besides its values."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.drivers.feeds.past import Past
from brainpy_lab.drivers.feeds.random_draws import Noise
from brainpy_lab.simulation.records.picks import Pick
from brainpy_lab.simulation.runs.adaptive.standpoint import Standpoint
from brainpy_lab.simulation.runs.clock import Clock
from brainpy_lab.simulation.runs.control import ChunkSize, Progress
from brainpy_lab.simulation.runs.delays import DelayRange
from brainpy_lab.solvers import Method


@dataclass(frozen=True)
class Memory:
    """How a fractional run treats its past, and the past it continues.

    Attributes
    ----------
    grading : float
        Exponent r of the mesh t_j = T (j/N)^r; 1 is uniform.
    window : float, optional
        Time after which increments are forgotten.
    earlier : mapping of str to array
        Memory of the run that is continued.
    """

    grading: float = 1.0
    window: float | None = None
    earlier: Mapping[str, Any] | None = None

    @property
    def is_uniform(self) -> bool:
        """Whether all steps have one length."""
        return self.grading == 1


@dataclass
class Plan(Clock):
    """What a run was asked for, besides its values: its clock, what is recorded, and what some kinds of runs need."""

    record: tuple[str, ...]
    every: int = 1
    threads: int = 1
    noise: Noise = field(default_factory=Noise)
    stop: threading.Event | None = None
    report: Progress = field(default=lambda _: None)
    past: Past | None = None
    reach: DelayRange | None = None  # of the delays
    method: Method | None = None
    memory: Memory | None = None  # fractional runs
    counts: Mapping[str, Any] = field(default_factory=dict)  # of located events before the run, see `event_draws`
    at: np.ndarray | None = None  # the times chosen for records
    picks: tuple[Pick, ...] | None = None  # parts of variables, or several intervals
    interval: float | None = None  # the run's, where some variables have others and steps any length
    pace: ChunkSize | None = None  # how long the chunks of such runs may be, as the last of them found
    earlier: Standpoint | None = None  # where lanes of the adaptive loop stood that the run goes on with

    def recorded(self, done: int, every: int | None = None) -> np.ndarray:
        """Times of the steps that are recorded before step ``done``: every so many, and the end."""
        numbers = np.arange(float(self.first), min(done, self.whole) + 1, every or self.every)
        if self.count(done, every) > len(numbers):
            numbers = np.append(numbers, done)
        if self.mesh is not None:
            return self.into_times(numbers)
        reaches_end = numbers[-1] == self.end
        times = self.into_times(numbers, is_exact=True)
        if reaches_end:
            times[-1] = self.t0 + self.duration
        return times

    def count(self, done: int, every: int | None = None) -> int:
        """How many steps are recorded when all before step ``done`` are taken."""
        every = every or self.every
        whole, rest = self.division
        done -= self.first
        ends = rest > 0 and done > whole and (every == 1 or not self.record)
        return min(done, whole) // every + 1 + ends
