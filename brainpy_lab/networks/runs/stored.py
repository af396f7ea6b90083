"""The records and spikes of a run, in a store."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainpy_lab.drivers.network import NetworkChunk
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.runs.recorded import recorded
from brainpy_lab.networks.runs.rows import Rows
from brainpy_lab.networks.runs.spikes import Spikes, arrivals
from brainpy_lab.networks.solution import NetworkSolution
from brainpy_lab.networks.stores.reading import opened
from brainpy_lab.networks.stores.writing import SPIKES, Store
from brainpy_lab.simulation.solution.outcome import Outcome


class RunStore:
    """What hands the records and spikes of a run on to its store.

    Parameters
    ----------
    plan : Plan
    first : int
        The run's first step.
    count : int
        Records of the whole run.
    """

    def __init__(self, plan: Plan, first: int, count: int) -> None:
        assert plan.store is not None
        self.plan, self.first, self.count = plan, first, count
        groups = {g.name: g.shape for g in plan.network.groups}
        shapes: dict[str, dict[str, tuple[int, ...]]] = {name: {} for name in groups}
        for w in plan.record:
            shapes.setdefault(w.key, {})[w.name] = () if w.is_mean else w.shape
        events: dict[str, dict[str, tuple[int, ...]]] = {}
        for axis, name in (e for e in plan.code.events if e[0] in groups):
            events.setdefault(axis, {})[name] = groups[axis]
        of_keys = {**{w.key: w.shape for w in plan.record}, **groups}
        described = {
            "name": plan.network.name, "seed": int(plan.state.seed), "dt": plan.state.dt,
            "start": first * plan.state.dt, "backend": plan.code.backend,
            "shapes": {key: list(shape) for key, shape in of_keys.items()},
        }  # fmt: skip
        t = (first + np.arange(count) * plan.every) * plan.state.dt
        self.store = Store(plan.store, t, shapes, events, _sources(plan), described)
        self._spikes = StoredSpikes(plan, first, self.store)

    def rows(self, width: int) -> Rows:
        """The rows that memory holds."""
        return Rows(self.count, width, self.plan.every, self.store.rows, self._write)

    def spikes(self) -> Spikes:
        """The spikes that memory holds."""
        return self._spikes

    def _write(self, first: int, rows: np.ndarray) -> None:
        self._spikes.flush()
        self.store.write(first, len(rows), recorded(self.plan, rows, self.first + first * self.plan.every))

    def solution(
        self, rows: Rows, done: int, final: dict[str, dict[str, np.ndarray]], outcome: Outcome, stats: dict[str, Any]
    ) -> NetworkSolution:
        """The run as it is read from the store, which gets the rest."""
        rows.flush(done, at_end=True)
        self._spikes.flush()
        self.store.finish(done // self.plan.every + 1, final, {"outcome": outcome.value, "stats": stats})
        return opened(self.store.path)


def _sources(plan: Plan) -> set[str]:
    """Groups whose cells may spike several times in a step."""
    return {g.name for g in plan.network.groups if not isinstance(g, NeuGroup)}


class StoredSpikes(Spikes):
    """Spikes that go to a store when there are many."""

    def __init__(self, plan: Plan, first: int, store: Store) -> None:
        clocks = {axis for axis, _ in plan.code.events} - set(plan.network.by_name)
        super().__init__(plan.code.events, first, clocks)
        self.events = [(n, e) for n, e in enumerate(plan.code.events) if e[0] not in clocks]
        self.dt, self.store, self.held = plan.state.dt, store, 0
        self.sources = _sources(plan)

    def take(self, chunk: NetworkChunk) -> None:
        """Keep what a chunk brought, or hand it on."""
        super().take(chunk)
        self.held += len(chunk.step)
        if self.held > SPIKES:
            self.flush()

    def flush(self) -> None:
        """Hand on all that is held."""
        for number, (group, event) in self.events:
            step, cell = self.of(number)
            if group in self.sources:
                step, cell, count = arrivals(step, cell)
                self.store.write_spikes(group, event, t=step * self.dt, index=cell, count=count)
            else:
                self.store.write_spikes(group, event, t=step * self.dt, index=cell)
            self.drop(number)
        self.held = 0
