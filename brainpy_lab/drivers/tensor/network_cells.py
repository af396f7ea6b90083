"""The cells of a network's step on whole arrays: groups advance, events are tested and act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brainpy_lab.codegen.network import CELL, CONNECTION, KEPT_POST, KEPT_PRE, POST, PRE, Advance, Fire
from brainpy_lab.drivers.tensor.network_arrays import Array
from brainpy_lab.drivers.tensor.network_values import Call, Index, NetworkValues

#: What went wrong: the axis, the row or alarm, and the place.
Fault = tuple[str, str, int]
_ALL: Index = {CELL: None}
#: What is put behind the name of a step without rare cases.
HASTY = " hasty"


def every_connection(synapse: str, values: NetworkValues, *, whole: bool = False) -> Index:
    """The places of each kind of axis for all connections, or where sides are taken as a whole."""
    setup, arrays = values.setup, values.arrays
    pre, post = (None, None) if whole else (arrays.numbers(setup.pre[synapse]), arrays.numbers(setup.post[synapse]))
    return {CONNECTION: None, PRE: pre, POST: post, KEPT_PRE: pre, KEPT_POST: post}


class AdvanceCells:
    """All places of an axis advance."""

    def __init__(self, operation: Advance, values: NetworkValues, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.axis, self.values, self.kept = operation.axis, values, dict(operation.kept)
        self.size = values.setup.sizes[operation.axis]
        axes, self.index = {CELL: operation.axis}, _ALL
        if operation.synapse:
            axes = values.code.ends[operation.synapse].axes(operation.synapse)
            self.index = every_connection(operation.synapse, values, whole=operation.axis != operation.synapse)
        self.call = Call(values, functions[operation.function], operation.function, axes)
        hasty = functions.get(operation.function + HASTY)
        self.hasty = hasty and Call(values, hasty, operation.function, axes)

    def __call__(self) -> Fault | None:
        """Take the step."""
        rows, arrays, signs = self.values.rows[self.axis], self.values.arrays, self.values.signs
        found = self._found((self.hasty or self.call)(self.index))
        is_finite = True
        if signs is not None:
            signs += arrays.signs(found)
        else:
            is_finite = arrays.all_finite(found)
            if self.hasty and not is_finite:
                found = self._found(self.call(self.index))
                if is_finite := arrays.all_finite(found):
                    self.hasty = None  # the case is not rare here
        for kept, row in self.kept.items():
            rows[kept] = rows[row]
        if self.kept:
            self._part()
        for f, value in zip(self.call.results, found, strict=True):
            rows[f.of] = value
        return None if is_finite else self._fault()

    def _found(self, given: Any) -> list[Array]:
        """What a function gave, as arrays of which none is a row or another."""
        found = [self.values.arrays.whole(value, self.size) for value in given]
        taken = set(map(id, self.values.rows[self.axis].values()))
        for number, value in enumerate(found):
            if id(value) in taken:
                found[number] = self.values.arrays.copy(value)
            taken.add(id(value))
        return found

    def _part(self) -> None:
        """What is kept of before is an array of its own, should the row itself stay as it is."""
        rows, arrays = self.values.rows[self.axis], self.values.arrays
        given = {f.of for f in self.call.results}
        for kept, row in self.kept.items():
            if row not in given:
                rows[kept] = arrays.copy(rows[row])

    def _fault(self) -> Fault:
        arrays = self.values.arrays
        for f in self.call.results:
            row = self.values.rows[self.axis][f.of]
            if not arrays.all_finite([row]):
                return self.axis, f.of, int(arrays.raised(row - row != 0.0, self.size)[0])
        raise AssertionError


def own(value: Any, rows: Mapping[str, Array], values: NetworkValues, size: int) -> Array:
    """What a function gave, as an array that is no other row's."""
    found = values.arrays.whole(value, size)
    if any(found is row for row in rows.values()):
        return values.arrays.copy(found)
    return found


class FireCells:
    """An event is tested in all cells of a group; where it happens its block runs."""

    def __init__(self, operation: Fire, values: NetworkValues, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.axis, self.values = operation.axis, values
        self.event, self.size = operation.event, values.setup.sizes[operation.axis]
        self.test = Call(values, functions[operation.test], operation.test, {CELL: operation.axis})
        quiet = functions.get(f"{operation.test} quiet")
        self.quiet = quiet and Call(values, quiet, operation.test, {CELL: operation.axis})
        #: What the next test is compared with: it may be known to be 0 in all cells.
        self.waiting = [f.of for f in self.test.results if f.role != "flag"]
        for row in self.waiting:
            values.note_zero(self.axis, row)
        self.act: ActInCells | None = None
        if operation.acts:
            self.act = ActInCells(operation.axis, operation.event, operation.acts, values, functions)

    def __call__(self) -> Fault | None:
        """Test, note the cells, and act."""
        values, arrays, zero = self.values, self.values.arrays, self.values.zero
        is_quiet = self.quiet is not None and all((self.axis, row) in zero for row in self.waiting)
        test = self.quiet if is_quiet and self.quiet else self.test
        cells: list[Array] = []
        for f, value in zip(self.test.results, test(_ALL), strict=True):
            if f.role != "flag":
                self._wait(f.of, value)
            elif f.of == self.event:
                raised = arrays.raised(value, self.size)
                cells = [raised] if len(raised) else []
            elif arrays.any(value):
                return self.axis, f.of, int(arrays.raised(value, self.size)[0])
        values.fired((self.axis, self.event), cells)
        if self.act is not None:
            self.act()
        return None

    def _wait(self, row: str, value: Any) -> None:
        """Keep what the next test is compared with."""
        values, rows = self.values, self.values.rows[self.axis]
        if type(value) is float and value == 0.0 and (self.axis, row) in values.zero:
            return
        rows[row] = own(value, rows, values, self.size)
        values.note_zero(self.axis, row)


class ActInCells:
    """What an event does in the cells in which it has happened in this step."""

    def __init__(
        self, axis: str, event: str, name: str, values: NetworkValues, functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.axis, self.event, self.values = axis, event, values
        self.call = Call(values, functions[name], name, {CELL: axis})

    def __call__(self) -> None:
        """Run its block."""
        values, rows, arrays = self.values, self.values.rows[self.axis], self.values.arrays
        for cells in values.queues[self.axis, self.event][values.step]:
            for f, value in zip(self.call.results, self.call({CELL: cells}), strict=True):
                if (self.axis, f.of) in values.zero:
                    if not arrays.any(value != 0.0):
                        continue
                    values.zero.discard((self.axis, f.of))
                arrays.put(rows[f.of], cells, value)
