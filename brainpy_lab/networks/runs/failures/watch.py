"""Values of synapses and cells that are no numbers at the end of a step: no driver's step ends for them by itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from brainpy_lab.drivers.network import NetworkFlow
from brainpy_lab.networks.group import NeuGroup
from brainpy_lab.networks.runs.plan import Plan

#: The axis, the state and the place of a value.
Place = tuple[str, str, int]


class Watch:
    """Looks for values that are nan or infinite, of states that were all numbers when the run began.

    One that is infinite from the start, as the time of a last spike, is meant so.
    """

    def __init__(self, plan: Plan, flow: NetworkFlow) -> None:
        self.flow = flow
        self._synapses = [row for row in _of_synapses(plan) if flow.is_finite(*row[:2])]
        self._groups = [row for row in _of_groups(plan) if flow.is_finite(*row[:2])]

    def of_synapses(self) -> Place | None:
        """The first such value among what synapses keep, once a connection or a cell."""
        return self._first(self._synapses)

    def of_all(self) -> Place | None:
        """The first such value, of synapses before cells: what is wrong in a weight reaches the cells."""
        return self._first(self._synapses + self._groups)

    def _first(self, rows: list[tuple[str, str, str]]) -> Place | None:
        for axis, row, state in rows:
            if not self.flow.is_finite(axis, row):
                return axis, state, int(np.flatnonzero(~np.isfinite(self.flow.values(axis, row)))[0])
        return None


def _of_synapses(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """The axis and row of each state, and what it is called."""
    rows = {axis.name: axis.rows for axis in plan.code.axes}
    for syn in plan.network.synapses:
        for name, home in syn.homes.of.items():
            axis = syn.name if home == "connection" else f"{syn.name}.{home}"
            course = plan.traces.get(f"{syn.name}.{name}")
            for row in (name,) if course is None else course.trace.rows:
                if row in rows.get(axis, ()):
                    yield axis, row, name


def _of_groups(plan: Plan) -> Iterator[tuple[str, str, str]]:
    for axis in plan.code.axes:
        if isinstance(plan.network.by_name.get(axis.name), NeuGroup):
            system = plan.assembly.systems[axis.name]
            yield from ((axis.name, row, row) for row in axis.rows if row in system.state_names)
