"""Spikes whose connections take turns: each acts on what those before it, by number, have left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.fields import Signature
from brainpy_lab.codegen.network import CONNECTION, KEPT_POST, KEPT_PRE, POST, PRE, Arrive
from brainpy_lab.drivers.tensor.network_values import Call, NetworkValues


class SpikesInTurn:
    """Spikes that are due at a synapse act connection by connection, whenever their cells have fired."""

    def __init__(self, operation: Arrive, values: NetworkValues, functions: Mapping[str, Callable[..., Any]]) -> None:
        syn, setup = operation.synapse, values.setup
        self.operation, self.values = operation, values
        self.table = setup.tables[syn, operation.side]
        self.pre, self.post = setup.pre[syn], setup.post[syn]
        self.axes = values.code.ends[syn].axes(syn)
        self.act = Call(values, functions[operation.function], operation.function, self.axes)
        #: The cells of each connection of which all that meet must take turns; None where any others must, too.
        self.meeting = self._meeting(values.code.functions[operation.function])

    def _meeting(self, signature: Signature) -> np.ndarray | None:
        """Connections that change one side alone, and read nothing that is changed by the other's name, meet there."""
        kinds = {PRE: PRE, KEPT_PRE: PRE, POST: POST, KEPT_POST: POST}
        changed = {(self.axes[f.axis], f.of) for f in signature.results if f.axis in kinds}
        sides = {kinds[f.axis] for f in signature.results if f.axis in kinds}
        if len(sides) != 1:
            return None
        (side,) = sides
        others = (f for f in signature.arguments if f.axis in kinds and kinds[f.axis] != side)
        if any((self.axes[f.axis], f.of) in changed for f in others):
            return None
        return self.pre if side == PRE else self.post

    def __call__(self) -> None:
        """Serve the spikes that are due."""
        places = self._due()
        table = self.table
        assert table.numbers is not None
        places = places[np.argsort(table.numbers[places], kind="stable")]
        connections = places if table.order is None else table.order[places]
        for some in self._apart(connections):
            self._act(some)

    def _due(self) -> np.ndarray:
        """Places in the table of the connections that are due, each as often as it is."""
        table, found = self.table, [np.empty(0, np.int64)]
        for cells, number in self.values.due(self.operation, table):
            rows = self.values.arrays.to_numpy(cells) * table.delays + number
            found += [np.arange(table.start[row], table.start[row + 1]) for row in rows]
        return np.concatenate(found)

    def _apart(self, connections: np.ndarray) -> list[np.ndarray]:
        """Connections in parts, one after the other, in none of which two meet: as good as one by one."""
        if self.meeting is None or len(connections) < 2:
            return np.split(connections, range(1, len(connections))) if len(connections) else []
        cells = self.meeting[connections]
        order = np.argsort(cells, kind="stable")
        begins = np.flatnonzero(np.diff(cells[order], prepend=-1))
        place = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
        turn = np.empty_like(place)
        turn[order] = place  # how many before it meet it
        later = np.argsort(turn, kind="stable")
        return np.split(connections[later], np.flatnonzero(np.diff(turn[later])) + 1)

    def _act(self, connections: np.ndarray) -> None:
        """Some connections act, none of which meets another."""
        numbers = self.values.arrays.numbers
        at, pre, post = numbers(connections), numbers(self.pre[connections]), numbers(self.post[connections])
        self.act.act({CONNECTION: at, PRE: pre, KEPT_PRE: pre, POST: post, KEPT_POST: post})
