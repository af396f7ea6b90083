"""What the equations and blocks of synapses read at a connection or cell, where a run stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.drivers.network import NetworkFlow, NetworkSetup
from brainpy_lab.equations.system import CONSTANTS, Assign
from brainpy_lab.networks.code.every import SUM
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.plan import Plan
from brainpy_lab.networks.source import Source
from brainpy_lab.networks.synapses import Synapses
from brainpy_lab.symbolic.compiling import helper_functions
from brainpy_lab.symbolic.singularities import filled_system


@dataclass(frozen=True)
class Known:
    """The values of a run at the end of its last good step."""

    plan: Plan
    setup: NetworkSetup
    flow: NetworkFlow

    @property
    def time(self) -> float:
        """When that is."""
        return self.flow.step * self.plan.state.dt

    def of_group(self, group: NeuGroup) -> dict[str, np.ndarray]:
        """The states of all its cells."""
        return {s: self.flow.values(group.name, s) for s in group.system.state_names}

    def cells_of(self, syn: Synapses, place: int) -> tuple[int, int] | None:
        """The cells that a connection leads from and to, by the place at which it stands; None of sums over all."""
        wired = self.plan.wired[syn.name]
        return None if wired.pairs else (int(wired.pre[place]), int(wired.post[place]))

    def at(self, syn: Synapses, side: str, place: int) -> dict[str, Any]:
        """All that can be told of one connection, or of one cell of a ``side`` for which the synapse keeps values."""
        places = {"connection": place} if not side else {side: place}
        cells = self.cells_of(syn, place) if not side else None
        if cells is not None:
            places |= {"pre": cells[0], "post": cells[1], "lumped": cells[1]}
        found: dict[str, Any] = {**CONSTANTS, "t": np.asarray(self.time)}
        found |= self._parameters(syn, place if not side else None)
        for name, home in syn.homes.of.items():
            if home in places:
                found[name] = self._state(syn, name, home, places[home])
        for name, group in (("pre", syn.pre_group), ("post", syn.post_group)):
            if name in places:
                found |= {f"{name}_{n}": v for n, v in self._of_cell(group, places[name]).items()}
        if cells is not None:
            found |= self._sums(syn, cells[1])
        values = {name: np.asarray(value, dtype=float) for name, value in found.items()}
        return {**helper_functions(filled_system(syn.system)), **values}

    def _sums(self, syn: Synapses, target: int) -> dict[str, Any]:
        """What blocks that run every T read of all connections of a target."""
        read = (a.value for event in syn.system.events for a in event.actions if isinstance(a, Assign))
        names = {n.removeprefix(SUM) for n in syn.system.names_read(*read) if n.startswith(SUM)}
        here = self.plan.wired[syn.name].post == target
        kept = [n for n in names if syn.homes.of.get(n) == "connection" and f"{syn.name}.{n}" not in self.plan.traces]
        return {f"{SUM}{n}": self.flow.values(syn.name, n)[here].sum() for n in kept}

    def _parameters(self, syn: Synapses, place: int | None) -> dict[str, Any]:
        found, stored = {}, self.plan.wired[syn.name].stored
        for name, value in syn.values.items():
            array = np.asarray(value, dtype=float)
            if not array.ndim:
                found[name] = array
            elif place is not None:
                found[name] = array[place if stored is None else stored[place]]
        return found

    def _state(self, syn: Synapses, name: str, home: str, place: int) -> Any:
        if home == "lumped":
            return self.flow.values(syn.post_group.name, f"{syn.name}_{name}")[place]
        axis = syn.name if home == "connection" else f"{syn.name}.{home}"
        course = self.plan.traces.get(f"{syn.name}.{name}")
        if course is None:
            return self.flow.values(axis, name)[place]
        return course.now({row: self.flow.values(axis, row) for row in course.trace.rows}, self.flow.step)[place]

    def _of_cell(self, group: Source, cell: int) -> dict[str, Any]:
        if not isinstance(group, NeuGroup):
            return {}
        found = {s: self.flow.values(group.name, s)[cell] for s in group.system.state_names}
        for name, value in group.at_start().items():
            array = np.asarray(value, dtype=float)
            found[name] = array[cell] if array.ndim else array
        return found
