"""Networks on JAX: the loop over time is one XLA program; lists of spikes have lengths that grow where they must."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from brainpy_lab.codegen.network import Advance, Emit, Fire, NetworkCode, Take
from brainpy_lab.drivers.jax.loops import with_loops
from brainpy_lab.drivers.jax.network_lengths import lengthened, made_ring, padded, padded_table, turns_of, with_none
from brainpy_lab.drivers.jax.network_step import NetworkStep
from brainpy_lab.drivers.jax.network_wires import PASTS, Rooms, Shapes, Values, Wires, past_key
from brainpy_lab.drivers.jax.precision import placed, x64
from brainpy_lab.drivers.loaded import load_functions
from brainpy_lab.drivers.network import Event, NetworkChunk, NetworkFlow, NetworkProgram, NetworkSetup, Table
from brainpy_lab.drivers.trial import try_functions

Array = Any
#: Spikes for which a call of the program has room, and more where one step may have many.
_SPIKES = 1 << 15
#: Steps that a call takes at most: its tables have this length, whatever it takes, since each length is a program.
_STEPS = 1024
#: Numbers in a table, at most; wide ones are shorter.
_NUMBERS = 1 << 23
#: Lanes of spikes times connections that act at once: on a processor, and on devices with thousands of lanes.
_NARROW, _WIDE = 256, 1 << 16
#: A number above all cells of a source: it stands for none.
_NO_CELL = 2**31 - 1


@cache
def _finite() -> Callable[[Array, int], Array]:
    """Whether the first n values of a row are numbers; rows have padded lengths, so that another n compiles nothing."""
    import jax
    import jax.numpy as jnp

    return jax.jit(lambda values, n: (jnp.isfinite(values) | (jnp.arange(len(values)) >= n)).all())  # type: ignore[no-any-return]


def _block(table: Table, lanes: int) -> tuple[int, int]:
    """How many spikes are served at once, and how many connections of each.

    Several spikes where all their connections find room: connections act in their order.
    """
    longest = padded(int(np.diff(table.start).max(initial=1)))
    return (lanes // longest, longest) if longest <= lanes else (1, lanes)


class JaxNetwork(NetworkProgram):
    """The functions of a network's step, and the programs that were compiled of them."""

    def __init__(self, code: NetworkCode) -> None:
        import jax

        self.code = code
        self.functions = load_functions(code, {n: with_loops(code.function(n), False) for n in code.functions})
        self.faults = _faults(code)
        self.rooms: dict[Shapes, Rooms] = {}
        self.chunk = jax.jit(self._chunk, static_argnames=("rooms", "shapes", "recorded"))

    def try_functions(self) -> None:
        """Trace each function of the text once."""
        import jax
        import jax.numpy as jnp

        def call(name: str, *given: Any) -> Any:
            return jax.eval_shape(self.functions[name], *given)

        with x64():
            try_functions(self.code, call, jnp.ones(()), jnp.ones(2), lambda value: tuple(value.shape))

    def start(self, setup: NetworkSetup) -> JaxNetworkFlow:
        """Begin a run."""
        return JaxNetworkFlow(self, setup)

    def _chunk(
        self,
        clock: tuple[Array, ...],
        y: Values,
        scalars: Mapping[str, Array],
        rings: list[Array],
        wires: Any,
        drive: Array,
        emitted: Mapping[str, Array],
        taken: Mapping[str, Array],
        record: list[Array],
        rows: Array,
        *,
        rooms: Rooms,
        shapes: Shapes,
        recorded: tuple[tuple[str, str], ...],
    ) -> Any:
        """Up to ``n`` steps: fewer where the lists of spikes are full.

        A step whose lists were too short, or in which something went wrong, is the last; its values are of no use.
        """
        import jax
        import jax.numpy as jnp

        first, n, t0, dt, since, every = clock
        step = NetworkStep(self.code, self.functions, rooms, shapes, self.faults)
        limits = jnp.array(rooms, int)
        fires = [self.code.events.index((o.axis, o.event)) for o in self.code.schedule if isinstance(o, Fire)]
        most = sum(rooms[e] for e in fires)
        room = max(_SPIKES, 4 * most)
        wires = Wires(*wires)

        def goes_on(carry: Any) -> Array:
            i, *_, count, wanted, fault, _place = carry
            return (i < n) & (fault < 0) & (count + most <= room) & (wanted <= limits).all()

        def take(carry: Any) -> Any:
            i, y, rings, rows, spikes, count, wanted, *_ = carry
            number = first + i
            now = dict(scalars) | {s: drive[i, k] for k, s in enumerate(self.code.driven)}
            sources = {axis: cells[i] for axis, cells in emitted.items()}
            outside = {row: values[i] for row, values in taken.items()}
            y, rings, lists, needs, wrong, where = step(
                number, t0 + number * dt, dt, y, now, rings, wires, sources, outside
            )
            wanted = jnp.maximum(wanted, jnp.stack(needs)) if needs else wanted
            for e in fires:
                parts = (jnp.full(lists[e].shape, number + 1), jnp.full(lists[e].shape, e), lists[e])
                spikes = tuple(
                    jax.lax.dynamic_update_slice(a, p.astype(a.dtype), (count,))
                    for a, p in zip(spikes, parts, strict=True)
                )
                count = count + jnp.minimum(needs[e], rooms[e])
            values = [y[axis][row][index] for (axis, row), index in zip(recorded, record, strict=True)]
            if values:
                line = jnp.concatenate(values)
                at = (number + 1 - since) // every - 1 - (first - since) // every
                rows = rows.at[jnp.where((number + 1 - since) % every == 0, at, len(rows))].set(line, mode="drop")
            return i + 1, y, rings, rows, spikes, count, wanted, wrong, where

        spikes = tuple(jnp.zeros(room, int) for _ in range(3))
        wanted = jnp.zeros(len(self.code.events), int)
        zero = jnp.zeros((), int)
        start = (zero, y, rings, rows, spikes, zero, wanted, jnp.full((), -1), zero)
        return jax.lax.while_loop(goes_on, take, start)


def _faults(code: NetworkCode) -> list[Any]:
    found: list[Any] = []
    for operation in code.schedule:
        if isinstance(operation, Advance):
            found += [(operation.axis, f.of) for f in code.functions[operation.function].results]
        elif isinstance(operation, Fire):
            flags = (f for f in code.functions[operation.test].results if f.role == "flag" and f.of != operation.event)
            found += [(operation.axis, f.of) for f in flags]
    return found


class JaxNetworkFlow(NetworkFlow):
    """A run of a network on JAX."""

    leaves_failed_step = True

    def __init__(self, program: JaxNetwork, setup: NetworkSetup) -> None:
        import jax.numpy as jnp

        self.program, self.code, self.setup = program, program.code, setup
        self.step = setup.first
        code = self.code
        lengths = {name: padded(n) if name in code.ends else int(n) for name, n in setup.sizes.items()}
        self.lengths = lengths
        self.tables = {key: padded_table(table) for key, table in setup.tables.items()}
        with x64():
            self.y: Values = {
                a.name: {
                    r: placed(lengthened(np.broadcast_to(setup.rows[a.name][r], setup.sizes[a.name]), lengths[a.name]))
                    for r in a.rows
                }
                for a in code.axes
            }
            self.y[PASTS] = {past_key(*key): placed(self._ring(key)) for key in setup.pasts}
            self.scalars = {s: jnp.asarray(float(v)) for s, v in setup.scalars.items()}
            self.wires = self._wires()
        self.depths = [setup.depth(code, e) for e in code.events]
        self.emits = [o.axis for o in code.schedule if isinstance(o, Emit)]
        self.queues: dict[Event, dict[int, np.ndarray]] = {e: {} for e in code.events}
        self.rings: list[Array] | None = None
        is_wide = any(d.platform != "cpu" for row in self.y.values() for v in row.values() for d in v.devices())
        self.shapes = Shapes(
            tuple(lengths.items()) + tuple((a, _NO_CELL) for a in self.emits),
            tuple((key, table.delays) for key, table in self.tables.items()),
            tuple((key, _block(table, _WIDE if is_wide else _NARROW)) for key, table in self.tables.items()),
            is_wide,
        )
        first = tuple(padded(max(1, self._cells(e) // 16)) for e in code.events)
        self.rooms = program.rooms.get(self.shapes, first)  # of the last run: what it needed has been compiled

    def _cells(self, event: Event) -> int:
        return self.setup.sizes.get(event[0], 16)

    def _wires(self) -> tuple[Any, ...]:
        import jax.numpy as jnp

        setup, tables = self.setup, self.tables
        length = {syn: padded(len(pre)) for syn, pre in setup.pre.items()}

        def late(values: np.ndarray, of: str) -> np.ndarray:
            return lengthened(values, length[of]) if of in length and values.ndim else values

        return (
            {s: placed(lengthened(v, length[s])) for s, v in setup.pre.items()},
            {s: placed(lengthened(np.asarray(v, np.int32), length[s], _NO_CELL)) for s, v in setup.post.items()},
            {k: placed(t.start) for k, t in tables.items()},
            {k: placed(lengthened(t.order, length[k[0]])) for k, t in tables.items() if t.order is not None},
            {k: jnp.asarray(t.first) for k, t in tables.items()},
            {s: jnp.asarray(len(v)) for s, v in setup.pre.items()},
            {k: placed(late(lag.whole, k[0])) for k, lag in setup.lags.items()},
            {k: placed(late(lag.part, k[0])) for k, lag in setup.lags.items()},
            {k: placed(with_none(weights)) for k, weights in setup.recent.items()},
            {k: tuple(map(placed, turns_of(t, length[k[0]]))) for k, t in tables.items() if t.numbers is not None},
        )

    def _ring(self, key: tuple[str, str]) -> np.ndarray:
        """What is kept of the steps before; the ring of a memory has the length of a block, whatever is run."""
        past = self.setup.pasts[key]
        return made_ring(past, self.step, len(past) if key in self.code.memories else padded(len(past), 1))

    def past(self, group: str, state: str) -> np.ndarray:
        """The last steps of a state that is read later."""
        ring, slots = np.asarray(self.y[PASTS][past_key(group, state)]), len(self.setup.pasts[group, state])
        return ring[np.arange(self.step - slots, self.step) % len(ring)]

    # --- spikes on their way -----------------------------------------------------------------------------------------

    def _none(self, number: int) -> int:
        """What stands in a list where there is no cell."""
        axis = self.code.events[number][0]
        return dict(self.shapes.sizes)[axis]

    def _made_rings(self) -> list[Array]:
        """Rings with the spikes that are on their way."""
        rings = []
        for number, event in enumerate(self.code.events):
            ring = np.full((padded(self.depths[number], 1), self.rooms[number]), self._none(number), np.int32)
            for step, cells in self.queues[event].items():
                if step >= self.step - self.depths[number]:
                    ring[step % len(ring), : len(cells)] = cells
            rings.append(placed(ring))
        return rings

    def _noted(self, chunk: NetworkChunk) -> None:
        """Keep the spikes that may still arrive."""
        for number, event in enumerate(self.code.events):
            queue, oldest = self.queues[event], self.step - self.depths[number]
            for step in range(max(oldest, self.step - chunk.taken), self.step):
                low, high = np.searchsorted(chunk.step, [step + 1, step + 2])
                queue[step] = chunk.cell[low:high][chunk.event[low:high] == number]
            for step in [s for s in queue if s < oldest]:
                del queue[step]

    def queue(self, event: Event) -> dict[int, np.ndarray]:
        """Spikes that may still arrive."""
        return dict(self.queues[event])

    def load_queue(self, event: Event, spikes: Mapping[int, np.ndarray]) -> None:
        """Take up such spikes of a run before."""
        self.queues[event] = dict(spikes)
        number = self.code.events.index(event)
        self._enlarge({number: max((len(s) for s in spikes.values()), default=0)})

    def _enlarge(self, fired: Mapping[int, int]) -> None:
        """Rooms that hold so many; rings are made anew."""
        rooms = tuple(r if fired.get(i, 0) <= r else padded(2 * fired[i]) for i, r in enumerate(self.rooms))
        if rooms != self.rooms:
            self.rings = None
        self.rooms = self.program.rooms[self.shapes] = rooms

    # --- steps -------------------------------------------------------------------------------------------------------

    def advance(self, n_steps: int, rows: np.ndarray, row: int) -> NetworkChunk:
        """Run the program, again where its lists were full or too short."""
        first, end = self.step, self.step + n_steps
        sources = {axis: self.setup.sources[axis](first, n_steps) for axis in self.emits}
        drive = self.setup.drive(first, n_steps)
        takes = [o for o in self.code.schedule if isinstance(o, Take)]
        outside = {f"{o.axis}.{o.row}": self._outside(o, first, n_steps) for o in takes}
        chunks: list[NetworkChunk] = []
        with x64():
            while self.step < end and (not chunks or chunks[-1].fault is None):
                chunk, row = self._advance_once(end - self.step, self.step - first, drive, sources, outside, rows, row)
                chunks.append(chunk)
        step, event, cell = (np.concatenate([getattr(c, n) for c in chunks]) for n in ("step", "event", "cell"))
        return NetworkChunk(self.step - first, step, event, cell, chunks[-1].fault)

    def _outside(self, operation: Take, first: int, n: int) -> np.ndarray:
        """What comes from outside in ``n`` steps, in the length of its axis."""
        values = self.setup.taken[operation.axis, operation.row](first, n)
        return np.pad(values, ((0, 0), (0, self.lengths[operation.axis] - values.shape[1])))

    def _advance_once(
        self,
        n: int,
        taken: int,
        drive: np.ndarray,
        sources: Mapping[str, Any],
        outside: Mapping[str, np.ndarray],
        rows: np.ndarray,
        row: int,
    ) -> tuple[NetworkChunk, int]:
        import jax.numpy as jnp

        setup = self.setup
        widths = [rows.shape[1], *(v.shape[1] for v in outside.values())]
        blocks = (len(weights) for weights in setup.recent.values())
        length = max(16, min(_STEPS, _NUMBERS // max(1, *widths), *blocks))
        n = min(n, length)
        given = {name: placed(lengthened(v[taken : taken + n], length)) for name, v in outside.items()}
        emitted = {axis: self._emitted(axis, spikes, taken, n, length) for axis, spikes in sources.items()}
        inputs = (placed(lengthened(drive[taken : taken + n], length)), emitted, given)
        found = self._called(n, inputs, jnp.zeros((length, rows.shape[1])))
        fault, place = int(found[-2]), int(found[-1])
        if fault >= 0:  # where the run stands is the end of the step before
            found = self._called(int(found[0]) - 1, inputs, jnp.zeros((length, rows.shape[1])))
        i, self.y, self.rings, buffer, spikes, total, *_ = found
        begun, self.step = self.step, self.step + int(i)
        lines = (self.step - setup.first) // setup.every - (begun - setup.first) // setup.every
        rows[row : row + lines] = np.asarray(buffer)[:lines]
        chunk = self._chunk_of(begun, int(i), [np.asarray(s)[: int(total)] for s in spikes], sources, taken)
        if fault >= 0:
            chunk.fault = (*self.program.faults[fault], place)
        self._noted(chunk)
        return chunk, row + lines

    def _called(self, n: int, inputs: tuple[Any, ...], buffer: Array) -> Any:
        """What the program gives for ``n`` steps from here, whose lists are long enough."""
        import jax.numpy as jnp

        setup = self.setup
        while True:
            if self.rings is None:
                self.rings = self._made_rings()
            clock = (self.step, n, setup.t0, setup.dt, setup.first, setup.every)
            found = self.program.chunk(
                tuple(jnp.asarray(c) for c in clock), self.y, self.scalars, self.rings, self.wires, *inputs,
                [placed(r.index) for r in setup.record], buffer, rooms=self.rooms, shapes=self.shapes,
                recorded=tuple((r.axis, r.row) for r in setup.record),
            )  # fmt: skip
            short = {e: int(w) for e, w in enumerate(np.asarray(found[6])) if w > self.rooms[e]}
            if not short:
                return found
            self._enlarge(short)

    def _chunk_of(
        self, begun: int, n: int, spikes: list[np.ndarray], sources: Mapping[str, Any], taken: int
    ) -> NetworkChunk:
        """Spikes of groups and sources, sorted by step, then event."""
        parts = [spikes]
        for axis, (offsets, cells) in sources.items():
            own = cells[offsets[taken] : offsets[taken + n]]
            steps = begun + 1 + np.repeat(np.arange(n), np.diff(offsets[taken : taken + n + 1]))
            parts.append([steps, np.full(len(own), self.code.events.index((axis, "spike"))), own])
        step, event, cell = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((event, step))
        return NetworkChunk(n, step[order], event[order], cell[order])

    def _emitted(self, axis: str, spikes: tuple[np.ndarray, np.ndarray], taken: int, n: int, length: int) -> Array:
        """The spikes of a source, a line a step."""
        offsets, cells = spikes
        number = self.code.events.index((axis, "spike"))
        counts = np.diff(offsets[taken : taken + n + 1])
        self._enlarge({number: int(counts.max(initial=0))})
        lines = np.full((length, self.rooms[number]), self._none(number), np.int64)
        steps = np.repeat(np.arange(n), counts)
        within = np.arange(len(steps)) - np.repeat(np.cumsum(counts) - counts, counts)
        lines[steps, within] = cells[offsets[taken] : offsets[taken + n]]
        return placed(lines)

    def values(self, axis: str, row: str) -> np.ndarray:
        """A row of an axis."""
        return np.array(self.y[axis][row])[: self.setup.sizes[axis]]

    def is_finite(self, axis: str, row: str) -> bool:
        """Whether all values of a row are numbers."""
        with x64():
            return bool(_finite()(self.y[axis][row], self.setup.sizes[axis]))

    def mark(self) -> Callable[[], None]:
        """What brings the run back to where it stands, as often as it is called."""
        y, step = {axis: dict(rows) for axis, rows in self.y.items()}, self.step
        queues = {event: dict(queue) for event, queue in self.queues.items()}

        def back() -> None:
            self.y, self.step = {axis: dict(rows) for axis, rows in y.items()}, step
            self.queues = {event: dict(queue) for event, queue in queues.items()}
            self.rings = None  # made anew from the queues

        return back

    def scale(self, axis: str, row: str, factor: float) -> None:
        """Multiply a row of an axis."""
        with x64():
            self.y[axis][row] = self.y[axis][row] * factor
