"""The values of a network's run on whole arrays, and its functions, each bound to where what it takes stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.fields import Field
from brainpy_lab.codegen.network import Arrive, NetworkCode
from brainpy_lab.drivers.network import Event, NetworkSetup, Table
from brainpy_lab.drivers.tensor.network_arrays import Array, NetworkArrays

#: The places of each kind of axis at which a function is called; None is all of them.
Index = Mapping[str, Any]
_NOTHING: Mapping[str, Any] = {}


class NetworkValues:
    """What the operations of a step read and change.

    Attributes
    ----------
    rows : dict of str to dict of str to array
        By axis and name. An array is changed in place by spikes alone: no two rows are one array.
    scalars : dict of str to float
        As NumPy's numbers: what Python's raise an error for, such as 1/0, is infinite or nan of those.
    queues : dict
        For each event and step the cells that fired, as arrays none of which has a cell twice.
    zero : set of (axis, name)
        Rows known to be 0 everywhere, of those that tests of events compare with.
    found : list of (step, event, cells)
        Spikes since the last chunk.
    signs : list of numbers, or None
        What tells of steps that have been taken whether they are finite; None where each step looks at its own.
    """

    def __init__(self, code: NetworkCode, setup: NetworkSetup, arrays: NetworkArrays) -> None:
        self.code, self.setup, self.arrays = code, setup, arrays
        self.rows: dict[str, dict[str, Array]] = {
            a.name: {r: arrays.floats(np.broadcast_to(setup.rows[a.name][r], setup.sizes[a.name])) for r in a.rows}
            for a in code.axes
        }
        self.scalars: dict[str, float] = {name: np.float64(value) for name, value in setup.scalars.items()}
        self.step, self.t = setup.first, 0.0
        self.depths = {e: setup.depth(code, e) for e in code.events}
        self.queues: dict[Event, dict[int, list[Array]]] = {e: {} for e in code.events}
        self.zero: set[tuple[str, str]] = set()
        self.found: list[tuple[int, int, list[Array]]] = []
        self.signs: list[Any] | None = None

    def note_zero(self, axis: str, row: str) -> None:
        """Find out whether a row is 0 everywhere."""
        (self.zero.discard if self.arrays.any(self.rows[axis][row] != 0.0) else self.zero.add)((axis, row))

    def fired(self, event: Event, cells: list[Array]) -> None:
        """Note the spikes of the step."""
        queue = self.queues[event]
        queue[self.step] = cells
        queue.pop(self.step - self.depths[event], None)
        if cells:
            self.found.append((self.step + 1, self.code.events.index(event), cells))

    def once_each(self, cells: np.ndarray) -> list[Array]:
        """Cells that spike in one step, in arrays none of which has a cell twice."""
        if not len(cells):
            return []
        parts = np.split(cells, np.flatnonzero(np.diff(cells) <= 0) + 1)
        return [self.arrays.numbers(part) for part in parts]

    def due(self, operation: Arrive, table: Table) -> Iterator[tuple[Array, int]]:
        """The cells whose spikes are due, in arrays none of which has a cell twice, and the delay's place in the table.

        The earliest spikes come first.
        """
        queue = self.queues[operation.source]
        for number in reversed(range(table.delays)):
            delay = table.first + number
            if operation.delayed is None or (delay > 0) == operation.delayed:
                for cells in queue.get(self.step - delay, ()):
                    yield cells, number


class Call:
    """A function of the step, and where what it takes stands.

    Parameters
    ----------
    values : NetworkValues
    function : callable
    name : str
        Of the function in the code.
    axes : mapping of str to str
        The axis that stands for each kind of axis.
    """

    def __init__(self, values: NetworkValues, function: Callable[..., Any], name: str, axes: Mapping[str, str]) -> None:
        self.values, self.function, self.axes = values, function, axes
        signature = values.code.functions[name]
        self.results = tuple(signature.results)
        #: The kinds of axes on which something stands that it takes or gives.
        self.kinds = {f.axis for f in (*signature.arguments, *signature.results)}
        self._getters = [self._getter(f, axes) for f in signature.arguments]
        self._is_one = len(self.results) == 1

    def _getter(self, f: Field, axes: Mapping[str, str]) -> Callable[[Index, Mapping[str, Any]], Any]:
        values = self.values
        if f.role == "time":
            return lambda index, passed: values.t
        if f.role == "step":
            return lambda index, passed: values.setup.dt
        if f.role == "passed":
            return lambda index, passed: passed[f.name]
        if not f.axis:
            return lambda index, passed: values.scalars[f.of]
        rows, row, kind, pick = values.rows[axes[f.axis]], f.of, f.axis, values.arrays.at

        def at_places(index: Index, passed: Mapping[str, Any]) -> Any:
            at = index[kind]
            return rows[row] if at is None else pick(rows[row], at)

        return at_places

    def act(self, index: Index, passed: Mapping[str, Any] = _NOTHING) -> None:
        """Put or add what the function gives at some places, none of them all, in its rows."""
        arrays = self.values.arrays
        for f, value in zip(self.results, self(index, passed), strict=True):
            row, at = self.values.rows[self.axes[f.axis]][f.of], index[f.axis]
            (arrays.add if f.role == "sum" else arrays.put)(row, at, value)

    def __call__(self, index: Index, passed: Mapping[str, Any] = _NOTHING) -> Any:
        """What the function gives at some places, one entry a result."""
        found = self.function(*[get(index, passed) for get in self._getters])
        return (found,) if self._is_one else found
