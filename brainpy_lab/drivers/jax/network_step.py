"""One step of a network on JAX: values in, values out, all lengths known when it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brainpy_lab.codegen.fields import Field
from brainpy_lab.codegen.network import (
    ALL,
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
    Recall,
    Recollect,
    Remember,
    Share,
    Take,
)
from brainpy_lab.drivers.jax.network_pasts import recalled, recollected, remembered
from brainpy_lab.drivers.jax.network_wires import (
    PASTS,
    Array,
    Due,
    Rooms,
    Shapes,
    Values,
    Wires,
    past_key,
    raised,
)


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
        self.sizes, self.delays, self.blocks = dict(shapes.sizes), dict(shapes.delays), dict(shapes.blocks)
        self.is_wide, self.faults = shapes.is_wide, faults

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
                case Share():
                    self._share(operation)
                case Arrive():
                    self._arrive(operation)
                case Fire():
                    self._fire(operation)
                case Act(axis, event, function):
                    self._act_in_cells(axis, self.flags[axis, event], function)
                case Recall():
                    self.y[operation.axis][operation.row] = recalled(operation, self.y, self.wires, self.step)
                case Recollect():
                    self.y[operation.axis][operation.row] = recollected(operation, self.y, self.wires, self.step)
                case Remember():
                    key = past_key(operation.axis, operation.row)
                    self.y[PASTS][key] = remembered(operation, self.y, self.step, self.dt)
                case Emit(axis):
                    self._fired(self.code.events.index((axis, "spike")), emitted[axis])
        return self.y, self.rings, self.lists, self.wanted_fired, self.fault, self.place

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
        if what[0] in self.wires.count:
            flags = flags & (jnp.arange(len(flags)) < self.wires.count[what[0]])
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
        self.wanted_fired[event] = jnp.count_nonzero(flags)
        cells = raised(flags, self.wanted_fired[event], self.rooms[event], self.is_wide)
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
        rows[operation.row] = jnp.zeros_like(rows[operation.row]).at[post].add(value, mode="drop")

    def _share(self, operation: Share) -> None:
        """Each target gets its part of what the presynaptic cells have added up to."""
        import jax.numpy as jnp

        syn, ends = operation.synapse, self.code.ends[operation.synapse]
        axes = {**ends.axes(syn), ALL: ends.axis(syn, ALL)}
        results = self._call(operation.function, dict.fromkeys(axes), axes, {})
        for f, value in zip(self.code.functions[operation.function].results, results, strict=True):
            rows = self.y[axes[f.axis]]
            value = jnp.broadcast_to(jnp.asarray(value, float), rows[f.of].shape)
            rows[f.of] = rows[f.of] + value if f.role == "sum" else value
        for row in operation.clears:
            self.y[axes[ALL]][row] = jnp.zeros(1)

    def _arrive(self, operation: Arrive) -> None:
        """Spikes that are due act: all at once, or in rounds where one cell has several and each meets the last's."""
        import jax
        import jax.numpy as jnp

        due = self._due(operation)
        if operation.in_turn:
            self._take_turns(operation, due)
            return
        if not self._has_rounds(operation):
            self._serve(operation, due, due.is_there)
            return
        own = jnp.where(due.is_there, due.round_, -1)

        def serve(carry: Any) -> Any:
            number, self.y = carry
            self._serve(operation, due, own == number)
            return number + 1, self.y

        begin, last = jnp.zeros((), own.dtype), own.max(initial=-1)
        _, self.y = jax.lax.while_loop(lambda carry: carry[0] <= last, serve, (begin, self.y))

    def _has_rounds(self, operation: Arrive) -> bool:
        """Whether a cell may have several spikes in a step, as those of sources have, and it matters that they are."""
        if not any(isinstance(o, Emit) and o.axis == operation.source[0] for o in self.code.schedule):
            return False
        results = self.code.functions[operation.function].results if operation.function else ()
        return bool(operation.cell) or any(f.role != "sum" for f in results)

    def _serve(self, operation: Arrive, due: Due, is_there: Array) -> None:
        """Spikes of different cells: first all that the cells keep changes, then what their connections do."""
        import jax.numpy as jnp

        syn = operation.synapse
        axes, cells = self.code.ends[syn].axes(syn), due.cells
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
        if operation.function:
            self._serve_connections(operation, due, is_there, passed)

    def _serve_connections(self, operation: Arrive, due: Due, is_there: Array, passed: Mapping[str, Array]) -> None:
        """Block by block of spikes, and of the connections of each."""
        import jax
        import jax.numpy as jnp

        key = (operation.synapse, operation.side)
        start, (height, width) = self.wires.start[key], self.blocks[key]
        along = due.cells.shape[1]
        height = min(height, along)

        def serve(place: Array, line: Array, y: Values) -> Values:
            """Up to ``height`` spikes of a line from ``place`` on."""
            # a slice that would go beyond the end is moved: spikes that it shows a second time are not there
            first = jnp.minimum(place, along - height)
            cut = lambda a: jax.lax.dynamic_slice(a, (line, first), (1, height))[0]  # noqa: E731
            there = cut(is_there) & (first + jnp.arange(height) >= place)
            spot = jnp.where(there, cut(due.places), 0)
            given = {n: cut(v) for n, v in passed.items()}
            begin, end = start[spot], jnp.where(there, start[spot + 1], 0)

            def connect(carry: Any) -> Any:
                done, self.y = carry
                at = (begin + done)[:, None] + jnp.arange(width, dtype=begin.dtype)
                lanes = {n: jnp.broadcast_to(v[:, None], at.shape).reshape(-1) for n, v in given.items()}
                self._connect(operation, at.reshape(-1), (at < end[:, None]).reshape(-1), lanes)
                return done + width, self.y

            zero = jnp.zeros((), begin.dtype)
            return jax.lax.while_loop(lambda carry: (begin + carry[0] < end).any(), connect, (zero, y))[1]  # type: ignore[no-any-return]

        def serve_line(line: Array, y: Values) -> Values:
            last = jnp.max(jnp.where(is_there[line], jnp.arange(along) + 1, 0), initial=0)
            place = jnp.zeros((), last.dtype)
            goes_on = lambda carry: carry[0] < last  # noqa: E731
            take = lambda carry: (carry[0] + height, serve(carry[0], line, carry[1]))  # noqa: E731
            return jax.lax.while_loop(goes_on, take, (place, y))[1]  # type: ignore[no-any-return]

        if len(is_there) == 1:
            self.y = serve_line(jnp.zeros((), int), self.y)
        else:
            self.y = jax.lax.fori_loop(0, len(is_there), serve_line, self.y)

    def _connect(self, operation: Arrive, at: Array, is_there: Array, passed: dict[str, Array]) -> None:
        """Connections at places of the table act, all at once."""
        import jax.numpy as jnp

        syn, key = operation.synapse, (operation.synapse, operation.side)
        axes = self.code.ends[syn].axes(syn)
        connections = jnp.minimum(at, len(self.wires.pre[syn]) - 1)
        if key in self.wires.order:
            connections = self.wires.order[key][connections]
        self._act(operation.function, syn, axes, connections, is_there, passed)

    def _take_turns(self, operation: Arrive, due: Due) -> None:
        """Connections that are due act one after the other, by their numbers, each as often as it is due."""
        import jax
        import jax.numpy as jnp

        syn, key = operation.synapse, (operation.synapse, operation.side)
        axes, (stored, rows) = self.code.ends[syn].axes(syn), self.wires.turns[key]
        n = len(self.wires.start[key])

        def serve(y: Values) -> Values:
            spikes = jnp.zeros(n, int).at[jnp.where(due.is_there, due.places, n)].add(1, mode="drop")
            times = spikes.at[rows].get(mode="fill", fill_value=0)
            chosen = jnp.nonzero(times, size=len(times), fill_value=0)[0]
            count = jnp.count_nonzero(times)

            def act(carry: Any) -> Any:
                k, again, self.y = carry
                self._act(operation.function, syn, axes, stored[chosen[k]][None], jnp.ones(1, bool), {})
                is_over = again + 1 >= times[chosen[k]]
                return k + is_over, jnp.where(is_over, 0, again + 1), self.y

            zero = jnp.zeros((), int)
            return jax.lax.while_loop(lambda carry: carry[0] < count, act, (zero, zero, y))[2]  # type: ignore[no-any-return]

        self.y = jax.lax.cond(due.is_there.any(), serve, lambda y: y, self.y)

    def _due(self, operation: Arrive) -> Due:
        """Cells whose spikes are due, earliest spikes first."""
        import jax.numpy as jnp

        key = (operation.synapse, operation.side)
        event = self.code.events.index(operation.source)
        ring, delays, first = self.rings[event], self.delays[key], self.wires.first[key]
        numbers = jnp.arange(delays - 1, -1, -1)
        steps = self.step - first - numbers
        cells = ring[steps % len(ring)]  # (delays, room)
        asked = True if operation.delayed is None else (first + numbers > 0) == operation.delayed
        n = self.sizes.get(operation.source[0], 0)
        there = (cells < n) & (asked & (steps >= 0))[:, None]
        places = cells * delays + numbers[:, None]
        again = jnp.concatenate([jnp.zeros((delays, 1), bool), cells[:, 1:] <= cells[:, :-1]], axis=1)
        return Due(cells, places, there, jnp.cumsum(again, axis=1))

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
