"""One step of a network on JAX: values in, values out, all lengths known when it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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

Array = Any
#: Values by axis and row.
Values = dict[str, dict[str, Array]]


@dataclass(frozen=True)
class Rooms:
    """Lengths for which a step is compiled.

    Attributes
    ----------
    fired : tuple of int
        Of the list of cells that fire in a step, for each event.
    due : tuple of int
        Of the list of connections that spikes reach in a step, for each arrival of the schedule.
    """

    fired: tuple[int, ...]
    due: tuple[int, ...]


@dataclass(frozen=True)
class Shapes:
    """What else is known when a step is compiled: places of each axis, delays of each table."""

    sizes: tuple[tuple[str, int], ...]
    delays: tuple[tuple[tuple[str, str], int], ...]


@dataclass
class Wires:
    """Arrays that do not change in a run: cells of connections, tables, first delays."""

    pre: dict[str, Array]
    post: dict[str, Array]
    start: dict[tuple[str, str], Array]
    order: dict[tuple[str, str], Array]
    first: dict[tuple[str, str], Array]


@dataclass
class Due:
    """Cells whose spikes are due at a synapse, earliest spikes first.

    Attributes
    ----------
    cells, places : array of int
        The cells, and their places in the table of connections.
    is_there : array of bool
        Whether there is one.
    round_ : array of int
        In each step that is due a source may have a cell several times: no round has a cell twice.
    """

    cells: Array
    places: Array
    is_there: Array
    round_: Array


class NetworkStep:
    """The operations of a step, traced into one program.

    ``faults`` lists what may go wrong; the fault of a step is its number there, -1 where nothing did.
    """

    def __init__(
        self,
        code: NetworkCode,
        functions: Mapping[str, Callable[..., Any]],
        rooms: Rooms,
        shapes: Shapes,
        faults: list[Any],
    ) -> None:
        self.code, self.functions, self.rooms = code, functions, rooms
        self.sizes, self.delays = dict(shapes.sizes), dict(shapes.delays)
        self.faults = faults
        self.arrivals = [o for o in code.schedule if isinstance(o, Arrive)]

    def __call__(
        self, step: Array, t: Array, dt: Array, y: Values, scalars: Mapping[str, Array], rings: list[Array],
        wires: Wires, emitted: Mapping[str, Array], taken: Mapping[str, Array],
    ) -> tuple[Values, list[Array], list[Array], list[Array], Array, Array]:  # fmt: skip
        """Values and rings after the step, the cells that fired, the rooms wanted, the fault and its place."""
        import jax.numpy as jnp

        self.t, self.dt, self.scalars, self.wires = t, dt, scalars, wires
        self.y = {axis: dict(rows) for axis, rows in y.items()}
        self.rings, self.step = list(rings), step
        self.wanted_fired = [jnp.zeros((), int) for _ in self.code.events]
        self.wanted_due = [jnp.zeros((), int) for _ in self.arrivals]
        self.fault, self.place = jnp.full((), -1), jnp.zeros((), int)
        self.flags: dict[tuple[str, str], Array] = {}
        self.lists = [jnp.zeros(0, int)] * len(self.code.events)
        for operation in self.code.schedule:
            match operation:
                case Take(axis, row):
                    self.y[axis][row] = taken[f"{axis}.{row}"]
                case Advance():
                    self._advance(operation)
                case Gather():
                    self._gather(operation)
                case Arrive():
                    self._arrive(operation)
                case Fire():
                    self._fire(operation)
                case Act(axis, event, function):
                    self._act_in_cells(axis, self.flags[axis, event], function)
                case Emit(axis):
                    self._fired(self.code.events.index((axis, "spike")), emitted[axis])
        return self.y, self.rings, self.lists, [*self.wanted_fired, *self.wanted_due], self.fault, self.place

    # --- calls -------------------------------------------------------------------------------------------------------

    def _call(
        self, name: str, index: Mapping[str, Any], axes: Mapping[str, str], passed: Mapping[str, Array]
    ) -> list[Any]:
        signature = self.code.functions[name]
        found = self.functions[name](*(self._value(f, index, axes, passed) for f in signature.arguments))
        return list(found) if len(signature.results) > 1 else [found]

    def _value(self, f: Field, index: Mapping[str, Any], axes: Mapping[str, str], passed: Mapping[str, Array]) -> Any:
        if f.role == "time":
            return self.t
        if f.role == "step":
            return self.dt
        if f.role == "passed":
            return passed[f.name]
        if not f.axis:
            return self.scalars[f.of]
        row, at = self.y[axes[f.axis]][f.of], index[f.axis]
        return row if at is None else row[at]

    def _wrong(self, what: Any, flags: Array) -> None:
        """Note the first thing that goes wrong."""
        import jax.numpy as jnp

        if not flags.size:
            return
        number = self.faults.index(what)
        here = flags.any() & (self.fault < 0)
        self.fault = jnp.where(here, number, self.fault)
        self.place = jnp.where(here, jnp.argmax(flags), self.place)

    # --- cells -------------------------------------------------------------------------------------------------------

    def _advance(self, operation: Advance) -> None:
        import jax.numpy as jnp

        rows, syn = self.y[operation.axis], operation.synapse
        axes: Mapping[str, str] = {CELL: operation.axis}
        index: Mapping[str, Any] = {CELL: None}
        if syn:
            axes = self.code.ends[syn].axes(syn)
            index = self._every_connection(syn) if operation.axis == syn else dict.fromkeys(axes)
        results = self._call(operation.function, index, axes, {})
        for kept, row in operation.kept.items():
            rows[kept] = rows[row]
        for f, value in zip(self.code.functions[operation.function].results, results, strict=True):
            rows[f.of] = jnp.broadcast_to(jnp.asarray(value, float), rows[f.of].shape)
            self._wrong((operation.axis, f.of), ~jnp.isfinite(rows[f.of]))

    def _fire(self, operation: Fire) -> None:
        import jax.numpy as jnp

        axis, rows = operation.axis, self.y[operation.axis]
        n = self.sizes[axis]
        flags = jnp.zeros(n, bool)
        results = self._call(operation.test, {CELL: None}, {CELL: axis}, {})
        for f, value in zip(self.code.functions[operation.test].results, results, strict=True):
            if f.role != "flag":
                rows[f.of] = jnp.broadcast_to(jnp.asarray(value, float), (n,))
            elif f.of == operation.event:
                flags = jnp.broadcast_to(jnp.asarray(value, bool), (n,))
            else:
                self._wrong((axis, f.of), jnp.broadcast_to(jnp.asarray(value, bool), (n,)))
        if operation.acts:
            self._act_in_cells(axis, flags, operation.acts)
        self.flags[axis, operation.event] = flags
        event = self.code.events.index((axis, operation.event))
        (cells,) = jnp.nonzero(flags, size=self.rooms.fired[event], fill_value=n)
        self.wanted_fired[event] = jnp.count_nonzero(flags)
        self._fired(event, cells)

    def _act_in_cells(self, axis: str, flags: Array, function: str) -> None:
        """What an event does in the cells in which it has happened."""
        import jax.numpy as jnp

        rows = self.y[axis]
        results = self._call(function, {CELL: None}, {CELL: axis}, {})
        for f, value in zip(self.code.functions[function].results, results, strict=True):
            rows[f.of] = jnp.where(flags, value, rows[f.of])

    def _fired(self, event: int, cells: Array) -> None:
        ring = self.rings[event]
        self.rings[event] = ring.at[self.step % len(ring)].set(cells.astype(ring.dtype))
        self.lists[event] = cells

    # --- connections -------------------------------------------------------------------------------------------------

    def _every_connection(self, syn: str) -> Mapping[str, Any]:
        """The places of each kind of axis for all connections."""
        pre, post = self.wires.pre[syn], self.wires.post[syn]
        return {CONNECTION: None, PRE: pre, POST: post, KEPT_PRE: pre, KEPT_POST: post}

    def _gather(self, operation: Gather) -> None:
        import jax.numpy as jnp

        syn, axes = operation.synapse, self.code.ends[operation.synapse].axes(operation.synapse)
        post = self.wires.post[syn]
        (value,) = self._call(operation.function, self._every_connection(syn), axes, {})
        rows = self.y[axes[POST]]
        value = jnp.broadcast_to(value, post.shape)
        rows[operation.row] = jnp.zeros_like(rows[operation.row]).at[post].add(value)

    def _arrive(self, operation: Arrive) -> None:
        """Spikes that are due act: all at once, or in rounds where one cell has several and each meets the last's."""
        import jax
        import jax.numpy as jnp

        due = self._due(operation)
        if not self._has_rounds(operation):
            self._serve(operation, due, due.is_there)
            return
        own = jnp.where(due.is_there, due.round_, -1)

        def serve(carry: Any) -> Any:
            number, self.y, wanted = carry
            self._serve(operation, due, own == number)
            return number + 1, self.y, jnp.maximum(wanted, self.wanted_due[self.arrivals.index(operation)])

        begin = (jnp.zeros((), own.dtype), self.y, jnp.zeros((), int))
        last = own.max(initial=-1)
        _, self.y, wanted = jax.lax.while_loop(lambda carry: carry[0] <= last, serve, begin)
        self.wanted_due[self.arrivals.index(operation)] = wanted

    def _has_rounds(self, operation: Arrive) -> bool:
        """Whether a cell may have several spikes in a step, as those of sources have, and it matters that they are."""
        if not any(isinstance(o, Emit) and o.axis == operation.source[0] for o in self.code.schedule):
            return False
        results = self.code.functions[operation.function].results if operation.function else ()
        return bool(operation.cell) or any(f.role != "sum" for f in results)

    def _serve(self, operation: Arrive, due: Due, is_there: Array) -> None:
        """Spikes of different cells."""
        import jax.numpy as jnp

        syn, key = operation.synapse, (operation.synapse, operation.side)
        axes, number = self.code.ends[syn].axes(syn), self.arrivals.index(operation)
        cells, places = due.cells, due.places
        own, side = (KEPT_PRE, PRE) if operation.side == "pre" else (KEPT_POST, POST)
        passed: dict[str, Array] = {}
        if operation.cell:
            n = self.sizes[self.code.ends[syn].pre if operation.side == "pre" else self.code.ends[syn].post]
            safe = jnp.minimum(cells, n - 1)
            results = self._call(operation.cell, {own: safe, side: safe}, axes, {})
            for f, value in zip(self.code.functions[operation.cell].results, results, strict=True):
                if f.role == "passed":
                    passed[f.name] = jnp.broadcast_to(value, cells.shape)
                else:
                    row = self.y[axes[own]][f.of]
                    self.y[axes[own]][f.of] = row.at[jnp.where(is_there, cells, n)].set(value, mode="drop")
        self.wanted_due[number] = jnp.zeros((), int)
        if not operation.function or not len(self.wires.pre[syn]):  # an empty array has no place to read from
            return
        start, room = self.wires.start[key], self.rooms.due[number]
        safe = jnp.where(is_there, places, 0)
        counts = jnp.where(is_there, start[safe + 1] - start[safe], 0)
        ends = jnp.cumsum(counts)
        total = ends[-1] if len(ends) else jnp.zeros((), int)
        self.wanted_due[number] = total
        at = jnp.arange(room)
        row = jnp.minimum(jnp.searchsorted(ends, at, side="right"), len(cells) - 1)
        stored = jnp.clip(start[safe[row]] + at - (ends - counts)[row], 0, len(self.wires.pre[syn]) - 1)
        connections = self.wires.order[key][stored] if key in self.wires.order else stored
        given = {n: v[row] for n, v in passed.items()}
        if any(f.role != "sum" and f.axis != CONNECTION for f in self.code.functions[operation.function].results):
            self._act_in_turn(operation.function, syn, axes, connections, jnp.minimum(total, room), given)
        else:
            self._act(operation.function, syn, axes, connections, at < total, given)

    def _act_in_turn(
        self,
        function: str,
        syn: str,
        axes: Mapping[str, str],
        connections: Array,
        count: Array,
        passed: dict[str, Array],
    ) -> None:
        """Connections of which each may meet what the one before it has set, one after the other."""
        import jax
        import jax.numpy as jnp

        def act(i: Array, y: Values) -> Values:
            self.y = y
            one = {n: v[i][None] for n, v in passed.items()}
            self._act(function, syn, axes, connections[i][None], jnp.ones(1, bool), one)
            return self.y

        self.y = jax.lax.fori_loop(0, count, act, self.y)

    def _due(self, operation: Arrive) -> Due:
        """Cells whose spikes are due, earliest spikes first."""
        import jax.numpy as jnp

        key = (operation.synapse, operation.side)
        event = self.code.events.index(operation.source)
        ring, delays, first = self.rings[event], self.delays[key], self.wires.first[key]
        numbers = jnp.arange(delays - 1, -1, -1)
        steps = self.step - first - numbers
        cells = ring[steps % len(ring)]  # (delays, room)
        late = (first + numbers > 0) == operation.delayed
        n = self.sizes.get(operation.source[0], 0)
        there = (cells < n) & (late & (steps >= 0))[:, None]
        places = cells * delays + numbers[:, None]
        again = jnp.concatenate([jnp.zeros((delays, 1), bool), cells[:, 1:] <= cells[:, :-1]], axis=1)
        return Due(*(a.reshape(-1) for a in (cells, places, there, jnp.cumsum(again, axis=1))))

    def _act(
        self,
        function: str,
        syn: str,
        axes: Mapping[str, str],
        connections: Array,
        is_there: Array,
        passed: dict[str, Array],
    ) -> None:
        import jax.numpy as jnp

        pre, post = self.wires.pre[syn][connections], self.wires.post[syn][connections]
        index = {CONNECTION: connections, PRE: pre, POST: post, KEPT_PRE: pre, KEPT_POST: post}
        for f, value in zip(
            self.code.functions[function].results, self._call(function, index, axes, passed), strict=True
        ):
            rows = self.y[axes[f.axis]]
            row = rows[f.of]
            at = jnp.where(is_there, index[f.axis], len(row))  # out of range: dropped
            value = jnp.broadcast_to(jnp.asarray(value, float), at.shape)
            changed = row.at[at]
            rows[f.of] = changed.add(value, mode="drop") if f.role == "sum" else changed.set(value, mode="drop")
