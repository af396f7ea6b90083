"""Where a network stands between two runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainpy_lab.drivers.network import Event
from brainpy_lab.networks.synapses import Synapses


@dataclass
class NetworkState:
    """All that the next step depends on, besides what groups and synapses hold.

    Attributes
    ----------
    seed : int
    dt : float
    step : int
        Number of the next step; steps count from time 0.
    rows : dict of dict of arrays
        Values by axis and row.
    queues : dict of dict of arrays
        For each event, the cells that fired in each of the last steps.
    homes : dict of dict of str
        Where each variable of a synapse lived in the last run.
    starts : dict of dict
        Initial values that a synapse had been given.
    delays : dict of str
        Of each synapse, a digest of its delays in that run.
    traces : dict of str
        Of each trace of a synapse, a digest of what the values that are kept of it depend on.
    pasts : dict of (str, str) to array
        Of states of groups that are read later, the last steps.
    memories : dict of str to dict
        What groups of fractional orders remember, see `GroupMemory.kept`.
    """

    seed: int
    dt: float
    step: int = 0
    rows: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    queues: dict[Event, dict[int, np.ndarray]] = field(default_factory=dict)
    homes: dict[str, dict[str, str]] = field(default_factory=dict)
    starts: dict[str, dict[str, Any]] = field(default_factory=dict)
    delays: dict[str, str] = field(default_factory=dict)
    traces: dict[str, str] = field(default_factory=dict)
    pasts: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    memories: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def fresh(cls, seed: int, dt: float) -> NetworkState:
        """The start."""
        return cls(seed, dt)

    @property
    def time(self) -> float:
        """The time that has been reached."""
        return self.step * self.dt

    def is_set(self, syn: Synapses, name: str) -> bool:
        """Whether a state of synapses has been set since the last run."""
        return syn.name in self.starts and syn.start.get(name) is not self.starts[syn.name].get(name)

    def row(self, axis: str, name: str) -> np.ndarray | None:
        """A row, where there has been a run."""
        return self.rows.get(axis, {}).get(name)
