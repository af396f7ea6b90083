"""The connections of a network's step on whole arrays: sums over all of them, and spikes that arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brainpy_lab.codegen.network import ALL, CONNECTION, KEPT_POST, KEPT_PRE, POST, PRE, Arrive, Gather, Share
from brainpy_lab.drivers.tensor.network_arrays import Array
from brainpy_lab.drivers.tensor.network_cells import every_connection, own
from brainpy_lab.drivers.tensor.network_values import Call, NetworkValues

_Functions = Mapping[str, Callable[..., Any]]
#: So many cells that fire are taken one by one.
_FEW = 64
#: So many rows of connections have their borders in a list, from which one is had faster.
_LISTED = 1 << 20
_EVERYWHERE = dict.fromkeys((PRE, POST, KEPT_PRE, KEPT_POST, ALL))


class GatherSums:
    """A sum over all connections of each target."""

    def __init__(self, operation: Gather, values: NetworkValues, functions: _Functions) -> None:
        syn = operation.synapse
        ends = values.code.ends[syn]
        self.values, self.row, self.group = values, operation.row, ends.post
        self.index = every_connection(syn, values)
        self.post = self.index[POST]
        self.call = Call(values, functions[operation.function], operation.function, ends.axes(syn))

    def __call__(self) -> None:
        """Form the sums."""
        arrays = self.values.arrays
        (value,) = self.call(self.index)
        total = arrays.zeros(self.values.setup.sizes[self.group])
        arrays.add(total, self.post, value)
        self.values.rows[self.group][self.row] = total


class ShareSums:
    """Each target gets its part of what the presynaptic cells have added up to."""

    def __init__(self, operation: Share, values: NetworkValues, functions: _Functions) -> None:
        ends = values.code.ends[operation.synapse]
        self.values, self.clears, self.size = values, operation.clears, values.setup.sizes[ends.post]
        self.axes = {**ends.axes(operation.synapse), ALL: ends.axis(operation.synapse, ALL)}
        self.call = Call(values, functions[operation.function], operation.function, self.axes)

    def __call__(self) -> None:
        """Give it to all of them."""
        values = self.values
        for f, value in zip(self.call.results, self.call(_EVERYWHERE), strict=True):
            rows = values.rows[self.axes[f.axis]]
            rows[f.of] = rows[f.of] + value if f.role == "sum" else own(value, rows, values, self.size)
        for row in self.clears:
            values.rows[self.axes[ALL]][row] = values.arrays.zeros(1)


class SpikesArrive:
    """Spikes that are due at a synapse act on what the cell keeps, then on its connections, by their numbers."""

    def __init__(self, operation: Arrive, values: NetworkValues, functions: _Functions) -> None:
        syn, setup, arrays = operation.synapse, values.setup, values.arrays
        self.operation, self.values = operation, values
        self.table = table = setup.tables[syn, operation.side]
        self.start = arrays.numbers(table.start[:-1])
        self.count = arrays.numbers(table.start[1:] - table.start[:-1])
        self.pre, self.post = arrays.numbers(setup.pre[syn]), arrays.numbers(setup.post[syn])
        self.order = None if table.order is None else arrays.numbers(table.order)
        self.axes = values.code.ends[syn].axes(syn)
        self.own, self.side = (KEPT_PRE, PRE) if operation.side == "pre" else (KEPT_POST, POST)
        self.cell, self.act = (
            Call(values, functions[name], name, self.axes) if name else None
            for name in (operation.cell, operation.function)
        )
        kinds = set() if self.act is None else self.act.kinds
        self.reads_pre, self.reads_post = bool(kinds & {PRE, KEPT_PRE}), bool(kinds & {POST, KEPT_POST})
        #: Where the rows begin, if the numbers of the connections are not asked for, only those of their targets.
        self.borders: list[int] | None = None
        if kinds and kinds <= {POST, ""} and self.cell is self.order is None and len(table.start) <= _LISTED:
            self.borders = table.start.tolist()

    def __call__(self) -> None:
        """Serve the spikes that are due, the earliest first."""
        for cells, number in self.values.due(self.operation, self.table):
            self._deliver(cells, number)

    def _deliver(self, cells: Array, number: int) -> None:
        """Spikes of different cells, and those of their connections that have one delay."""
        arrays, delays = self.values.arrays, self.table.delays
        places = cells if delays == 1 else cells * delays + number
        if self.act is not None and self.borders is not None and len(cells) <= _FEW:
            targets = arrays.stretches(self.post, self.borders, places)
            if len(targets):
                self.act.act({POST: targets})
            return
        counts = self.count[places]
        ends = counts.cumsum(0)
        total = int(ends[-1])
        if not total and delays > 1:
            return
        passed = self._cells(cells, counts, total) if self.cell is not None else {}
        if self.act is None or not total:
            return
        connections = arrays.repeated(self.start[places] - ends + counts, counts, total)
        connections += arrays.sequence(total)
        if self.order is not None:
            connections = self.order[connections]
        self._act(connections, passed)

    def _cells(self, cells: Array, counts: Array, total: int) -> dict[str, Any]:
        """Call the function of the cells that spiked; what it hands to each of their connections."""
        assert self.cell is not None
        rows, arrays, passed = self.values.rows[self.axes[self.own]], self.values.arrays, {}
        for f, value in zip(self.cell.results, self.cell({self.own: cells, self.side: cells}), strict=True):
            if f.role == "passed":
                passed[f.name] = arrays.repeated(arrays.whole(value, len(cells)), counts, total)
            else:
                arrays.put(rows[f.of], cells, value)
        return passed

    def _act(self, connections: Array, passed: Mapping[str, Any]) -> None:
        assert self.act is not None
        index = {CONNECTION: connections}
        if self.reads_pre:
            index[PRE] = index[KEPT_PRE] = self.pre[connections]
        if self.reads_post:
            index[POST] = index[KEPT_POST] = self.post[connections]
        self.act.act(index, passed)
