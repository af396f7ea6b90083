"""A run of a network as it was asked for: the arguments of `Network.run`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from brainpy_lab import drivers
from brainpy_lab.drivers import Capability
from brainpy_lab.errors import ArgumentError, package
from brainpy_lab.networks.arguments import whole
from brainpy_lab.networks.runs.state import NetworkState
from brainpy_lab.networks.stores.writing import check_path
from brainpy_lab.simulation.run_defaults import check_seed, positive
from brainpy_lab.simulation.runs.control import Progress
from brainpy_lab.simulation.solution.checkpoint import Checkpoint


@dataclass(frozen=True)
class Request:
    """The arguments of `Network.run`."""

    duration: float
    dt: float | None = None
    record: Mapping[Any, Any] | None = None
    record_every: float | None = None
    start: float | Checkpoint | None = None
    seed: int | None = None
    progress: bool | Progress = False
    stop: threading.Event | None = None
    parameters: Mapping[str, Any] | None = None
    threads: int = 1
    store: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        positive("duration", self.duration)
        check_seed(self.seed)
        if self.record_every is not None:
            positive("record_every", self.record_every)
        if self.stop is not None and not hasattr(self.stop, "is_set"):
            raise ArgumentError(f"stop must be a threading.Event, not {self.stop!r:.60}.")
        if not (callable(self.progress) or isinstance(self.progress, bool)):
            raise ArgumentError(
                f"progress must be True, False or a function of the fraction done, not {self.progress!r:.60}."
            )
        if not (self.parameters is None or isinstance(self.parameters, Mapping)):
            raise ArgumentError(
                f"parameters is a mapping by part and name, not {self.parameters!r:.60}.",
                advice="For example parameters={'E.I': [10, 12, 14]}.",
            )
        if self.path is not None:
            if self.parameters:
                raise ArgumentError(
                    "store: an ensemble keeps its records in memory.",
                    advice="Run its members one by one, each with a store of its own.",
                )
            check_path(self.path)
            package("zarr", f"store='{self.path.name}'")
        whole("run", "threads", self.threads, 1)
        start: Any = self.start
        is_zero = isinstance(start, int | float | np.number) and not isinstance(start, bool) and start == 0
        if not (start is None or is_zero or isinstance(start, Checkpoint)):
            raise ArgumentError(
                f"start is 0, which begins anew, or a checkpoint of a network; got {start!r:.60}.",
                advice="Without start, the run goes on from where it stands.",
            )

    def check_threads(self, backend: str) -> None:
        """Refuse threads for one network where the driver has none."""
        if self.threads > 1 and Capability.THREADS not in drivers.get(backend).capabilities:
            raise ArgumentError(
                f"run: the driver '{backend}' runs one network on one thread; got threads={self.threads}.",
                advice="Run it on a driver that has threads, backend='numba', or without threads=.",
            )

    @property
    def path(self) -> Path | None:
        """The folder that takes records and spikes, where there is to be one."""
        if self.store is None or isinstance(self.store, str | PathLike):
            return None if self.store is None else Path(self.store)
        raise ArgumentError(f"store is the name of a folder, not {self.store!r:.60}.", advice="store='run.zarr'")

    def check_kept(self, known: NetworkState, dt: float) -> None:
        """Refuse another seed or another length of steps than those of the run that goes on."""
        for what, given, kept in (("seed", self.seed, known.seed), ("dt", dt, known.dt)):
            if given not in (None, kept):
                raise ArgumentError(
                    f"A continued run keeps its {what}, {kept}.", advice="Give start=0 to begin anew with another."
                )
