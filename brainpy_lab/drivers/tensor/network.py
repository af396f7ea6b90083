"""Networks a step at a time, on whole arrays: the functions of a step are computed by the driver's own library.

Values stand in NumPy arrays, and spikes are sent on by NumPy, in the order of the connections: sums are the same on all
drivers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.fields import Field
from brainpy_lab.codegen.network import (
    CELL,
    CONNECTION,
    KEPT_POST,
    KEPT_PRE,
    POST,
    PRE,
    Act,
    Advance,
    Arrive,
    Emit,
    Fire,
    Gather,
    NetworkCode,
    Take,
)
from brainpy_lab.drivers.network import Event, NetworkChunk, NetworkFlow, NetworkProgram, NetworkSetup

#: Of the places that a function reads or changes, those of each kind of axis.
_Index = Mapping[str, Any]


class TensorNetwork(NetworkProgram):
    """The functions of a network's step.

    Parameters
    ----------
    code : NetworkCode
    array, to_numpy : callable
        From a NumPy array to one of the driver's library, and back.
    """

    def __init__(
        self, code: NetworkCode, array: Callable[[np.ndarray], Any], to_numpy: Callable[[Any], np.ndarray]
    ) -> None:
        self.code, self.array, self.to_numpy = code, array, to_numpy
        namespace: dict[str, Any] = {}
        exec(compile(code.text, f"<step of {code.name}>", "exec"), namespace)
        self.functions: dict[str, Callable[..., Any]] = {name: namespace[name] for name in code.functions}

    def start(self, setup: NetworkSetup) -> TensorNetworkFlow:
        """Begin a run."""
        return TensorNetworkFlow(self, setup)


class TensorNetworkFlow(NetworkFlow):
    """A run of a network, step by step."""

    def __init__(self, program: TensorNetwork, setup: NetworkSetup) -> None:
        self.code, self.setup, self.functions = program.code, setup, program.functions
        self.array, self.to_numpy = program.array, program.to_numpy
        self.step = setup.first
        self.rows = {
            a.name: {r: np.array(np.broadcast_to(setup.rows[a.name][r], setup.sizes[a.name]), float) for r in a.rows}
            for a in self.code.axes
        }
        self.scalars = dict(setup.scalars)
        self.depths = {e: setup.depth(self.code, e) for e in self.code.events}
        self.queues: dict[Event, dict[int, np.ndarray]] = {e: {} for e in self.code.events}
        self.tables: dict[tuple[str, str], np.ndarray] = {}
        self.found: list[tuple[int, int, np.ndarray]] = []

    # --- steps -------------------------------------------------------------------------------------------------------

    def advance(self, n_steps: int, rows: np.ndarray, row: int) -> NetworkChunk:
        """Take steps one after the other."""
        setup, fault, taken = self.setup, None, 0
        drive = setup.drive(self.step, n_steps)
        sources = {name: spikes(self.step, n_steps) for name, spikes in setup.sources.items()}
        self.tables = {place: values(self.step, n_steps) for place, values in setup.taken.items()}
        self.found = []
        with np.errstate(all="ignore"):
            while taken < n_steps and fault is None:
                self.scalars.update(zip(self.code.driven, drive[taken].tolist(), strict=True))
                fault = self._step(sources, taken)
                if fault is None:
                    self.step, taken = self.step + 1, taken + 1
                    if (self.step - setup.first) % setup.every == 0:
                        self._record(rows[row])
                        row += 1
        steps, events, cells = ([np.empty(0, np.int64)] for _ in range(3))
        for step, event, fired in self.found:
            steps.append(np.full(len(fired), step))
            events.append(np.full(len(fired), event))
            cells.append(fired)
        return NetworkChunk(taken, np.concatenate(steps), np.concatenate(events), np.concatenate(cells), fault)

    def _step(self, sources: Mapping[str, tuple[np.ndarray, np.ndarray]], offset: int) -> tuple[str, str, int] | None:
        t = self.setup.t0 + self.step * self.setup.dt
        for operation in self.code.schedule:
            fault = None
            match operation:
                case Take(axis, row):
                    self.rows[axis][row][:] = self.tables[axis, row][offset]
                case Advance():
                    fault = self._advance(operation, t)
                case Gather():
                    self._gather(operation, t)
                case Arrive():
                    self._arrive(operation, t)
                case Fire():
                    fault = self._fire(operation, t)
                case Act(axis, event, function):
                    self._act_in_cells(axis, self.queues[axis, event][self.step], function, t)
                case Emit(axis):
                    offsets, cells = sources[axis]
                    self._fired((axis, "spike"), cells[offsets[offset] : offsets[offset + 1]])
            if fault is not None:
                return fault
        return None

    def _call(self, name: str, t: float, index: _Index, axes: Mapping[str, str], passed: Mapping[str, Any]) -> Any:
        """A function at some places, with what it gives as a list."""
        signature = self.code.functions[name]
        values = [self._value(f, t, index, axes, passed) for f in signature.arguments]
        found = self.functions[name](*values)
        return [self._plain(v) for v in (found if len(signature.results) > 1 else [found])]

    def _plain(self, value: Any) -> Any:
        """What a function gave as NumPy's own."""
        return value if isinstance(value, float | int | bool | np.ndarray | np.generic) else self.to_numpy(value)

    def _value(self, f: Field, t: float, index: _Index, axes: Mapping[str, str], passed: Mapping[str, Any]) -> Any:
        if f.role == "time":
            return t
        if f.role == "step":
            return self.setup.dt
        if f.role == "passed":
            return self.array(passed[f.name])
        if not f.axis:
            return self.scalars[f.of]
        return self.array(self.rows[axes[f.axis]][f.of][index[f.axis]])

    def _advance(self, operation: Advance, t: float) -> tuple[str, str, int] | None:
        axis = operation.axis
        rows = self.rows[axis]
        for kept, row in operation.kept.items():
            rows[kept][:] = rows[row]
        results = self._call(operation.function, t, {CELL: slice(None)}, {CELL: axis}, {})
        for f, value in zip(self.code.functions[operation.function].results, results, strict=True):
            rows[f.of][:] = value
            if not np.isfinite(rows[f.of]).all():
                return axis, f.of, int(np.flatnonzero(~np.isfinite(rows[f.of]))[0])
        return None

    def _fire(self, operation: Fire, t: float) -> tuple[str, str, int] | None:
        axis, event = operation.axis, operation.event
        rows, places = self.rows[axis], {CELL: axis}
        results = self._call(operation.test, t, {CELL: slice(None)}, places, {})
        cells = np.empty(0, np.int64)
        for f, value in zip(self.code.functions[operation.test].results, results, strict=True):
            if f.role != "flag":
                rows[f.of][:] = value
                continue
            raised = np.flatnonzero(np.broadcast_to(value, self.setup.sizes[axis]))
            if f.of == event:
                cells = raised
            elif len(raised):
                return axis, f.of, int(raised[0])
        self._act_in_cells(axis, cells, operation.acts, t)
        self._fired((axis, event), cells)
        return None

    def _act_in_cells(self, axis: str, cells: np.ndarray, function: str, t: float) -> None:
        """What an event does in the cells in which it has happened."""
        if not (len(cells) and function):
            return
        results = self._call(function, t, {CELL: cells}, {CELL: axis}, {})
        for f, value in zip(self.code.functions[function].results, results, strict=True):
            self.rows[axis][f.of][cells] = value

    def _fired(self, event: Event, cells: np.ndarray) -> None:
        queue = self.queues[event]
        queue[self.step] = cells
        queue.pop(self.step - self.depths[event], None)
        if len(cells):
            self.found.append((self.step + 1, self.code.events.index(event), cells))

    # --- connections -------------------------------------------------------------------------------------------------

    def _gather(self, operation: Gather, t: float) -> None:
        syn = operation.synapse
        ends = self.code.ends[syn]
        pre, post = self.setup.pre[syn], self.setup.post[syn]
        axes = ends.axes(syn)
        index = {CONNECTION: slice(None), PRE: pre, POST: post, KEPT_PRE: pre, KEPT_POST: post}
        (value,) = self._call(operation.function, t, index, axes, {})
        total = self.rows[ends.post][operation.row]
        total[:] = 0.0
        np.add.at(total, post, value)

    def _arrive(self, operation: Arrive, t: float) -> None:
        table, queue = self.setup.tables[operation.synapse, operation.side], self.queues[operation.source]
        for number in reversed(range(table.delays)):
            delay = table.first + number
            cells = queue.get(self.step - delay)
            if cells is None or not len(cells) or (delay == 0) == operation.delayed:
                continue
            for some in np.split(cells, np.flatnonzero(np.diff(cells) <= 0) + 1):
                self._deliver(operation, t, some, number)

    def _deliver(self, operation: Arrive, t: float, cells: np.ndarray, number: int) -> None:
        """Spikes of different cells, and those of their connections that have one delay."""
        syn, table = operation.synapse, self.setup.tables[operation.synapse, operation.side]
        places = cells * table.delays + number
        starts, counts = table.start[places], table.start[places + 1] - table.start[places]
        if not counts.any() and table.delays > 1:
            return
        ends = self.code.ends[syn]
        own = KEPT_PRE if operation.side == "pre" else KEPT_POST
        axes = ends.axes(syn)
        passed: dict[str, Any] = {}
        if operation.cell:
            index = {own: cells, PRE if own == KEPT_PRE else POST: cells}
            results = self._call(operation.cell, t, index, axes, {})
            for f, value in zip(self.code.functions[operation.cell].results, results, strict=True):
                if f.role == "passed":
                    passed[f.name] = np.repeat(np.broadcast_to(value, len(cells)), counts)
                else:
                    self.rows[axes[own]][f.of][cells] = value
        if not operation.function:
            return
        total = int(counts.sum())
        within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        stored = np.repeat(starts, counts) + within
        connections = stored if table.order is None else table.order[stored]
        self._act(operation.function, t, syn, connections, axes, passed)

    def _act(
        self,
        function: str,
        t: float,
        syn: str,
        connections: np.ndarray,
        axes: Mapping[str, str],
        passed: dict[str, Any],
    ) -> None:
        results = self.code.functions[function].results
        shared = any(f.role != "sum" and f.axis != CONNECTION for f in results)
        parts = np.split(connections, np.arange(1, len(connections))) if shared else [connections]
        for number, part in enumerate(parts):
            pre, post = self.setup.pre[syn][part], self.setup.post[syn][part]
            index = {CONNECTION: part, PRE: pre, POST: post, KEPT_PRE: pre, KEPT_POST: post}
            given = {n: v[number : number + 1] for n, v in passed.items()} if shared else passed
            for f, value in zip(results, self._call(function, t, index, axes, given), strict=True):
                row, at = self.rows[axes[f.axis]][f.of], index[f.axis]
                if f.role == "sum":
                    np.add.at(row, at, value)
                else:
                    row[at] = value

    # --- values ------------------------------------------------------------------------------------------------------

    def _record(self, into: np.ndarray) -> None:
        start = 0
        for r in self.setup.record:
            into[start : start + len(r.index)] = self.rows[r.axis][r.row][r.index]
            start += len(r.index)

    def values(self, axis: str, row: str) -> np.ndarray:
        """A row of an axis."""
        return self.rows[axis][row].copy()

    def scale(self, axis: str, row: str, factor: float) -> None:
        """Multiply a row of an axis."""
        self.rows[axis][row] *= factor

    def queue(self, event: Event) -> dict[int, np.ndarray]:
        """Spikes that may still arrive."""
        return dict(self.queues[event])

    def load_queue(self, event: Event, spikes: Mapping[int, np.ndarray]) -> None:
        """Take up such spikes of a run before."""
        self.queues[event] = dict(spikes)
