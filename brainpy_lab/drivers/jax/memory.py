"""Fractional runs on JAX: blocks of steps as one XLA program, with the sums between blocks made outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Chunk, Flow, Layout, Program, Setup
from brainpy_lab.drivers.feeds.memory_sums import MemorySums
from brainpy_lab.drivers.feeds.random_draws import narrowed
from brainpy_lab.drivers.feeds.widths import narrow_among, narrowed_rows
from brainpy_lab.drivers.jax.loops import flag_of_lanes, with_loops
from brainpy_lab.drivers.jax.noise import draws_by_step, draws_of
from brainpy_lab.drivers.jax.precision import x64


class JaxMemoryProgram(Program):
    """The loop of one step function over a block; XLA compiles it for each shape of values it meets."""

    def __init__(self, code: StepCode, layout: Layout, fixed_loops: bool = False) -> None:
        import jax

        from brainpy_lab.drivers.tensor.driver import load_functions

        self.code, self.layout = code, layout
        self.step = load_functions(code, {"step": with_loops(code.function("step"), fixed_loops)})["step"]
        #: Sums that belong to each fractional state.
        self.kinds = len(code.arguments.of("sum", owner=code.remembered[0]))
        self.block = jax.jit(self._block, static_argnames=("record", "shape", "narrow", "narrow_own", "narrow_draws"))

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        if not setup.differentiable:
            return JaxMemoryFlow(self, setup)
        return JaxTracedMemoryFlow(JaxMemoryProgram(self.code, self.layout, True), setup)

    def take(self, t: Array, dt: Array, values: Any, parameters: Any, sums: Any, shape: Any) -> tuple[Any, Any, Any]:
        """One step: new values, event flags, and what to remember."""
        import jax.numpy as jnp

        result = self.step(t, dt, *values, *parameters, *sums)
        results = self.code.results
        new = tuple(
            jnp.broadcast_to(jnp.asarray(r, dtype=v.dtype), v.shape)
            for r, v in zip(results.pick(result, "state", "hidden"), values, strict=True)
        )
        remembered = jnp.stack([jnp.broadcast_to(r, shape) for r in results.pick(result, "remembered")])
        return new, results.pick(result, "flag"), remembered

    def _block(
        self, n: Array, low: Array, t0: Array, number: Array, dt: Array, values: Any, parameters: Any, drive: Array,
        lane_drive: Array, draws: Array, sums: Array, own: Array, weights: Array, memory: Array, *,
        record: tuple[int, ...], shape: tuple[int, ...], narrow: tuple[bool, ...], narrow_own: tuple[bool, ...],
        narrow_draws: tuple[bool, ...],
    ) -> Any:  # fmt: skip
        """``n`` steps from step ``low`` of a block; ``sums`` and ``memory`` are those of the whole block."""
        import jax
        import jax.numpy as jnp

        flags, layout = len(self.code.flags), self.layout
        size, kinds = memory.shape[1], self.kinds
        kept = jnp.zeros((len(record), size, *shape))
        seen = jnp.zeros((size, flags, *shape), dtype=bool)
        padded = jnp.concatenate([weights, jnp.zeros_like(weights)], axis=1)

        def body(i: Array, carry: Any) -> Any:
            values, memory, kept, seen = carry
            at = low + i
            # weights of the steps before this one in the block; zero for those to come
            recent = jax.lax.dynamic_slice_in_dim(padded, size - at, size, axis=1)
            past = jnp.sum(recent * jnp.repeat(memory, kinds, axis=0), axis=1)
            given = dict(zip(self.code.parameters, parameters, strict=True))
            given.update({name: drive[i, k] for k, name in enumerate(layout.driven)})
            given.update({name: layout.lanes_of(name, lane_drive[i, k]) for k, name in enumerate(layout.driven_lanes)})
            whole = [
                *narrowed(draws[i], narrow_draws), *narrowed_rows(sums[:, at] + past, narrow),
                *narrowed_rows(own, narrow_own),
            ]  # fmt: skip
            values, fired, remembered = self.take(
                t0 + (number + i) * dt, dt, values, tuple(given.values()), whole, shape
            )
            memory = memory.at[:, at].set(remembered)
            for r, index in enumerate(record):
                kept = kept.at[r, i].set(jnp.broadcast_to(values[index], shape))
            if flags:
                seen = seen.at[i].set(jnp.stack([flag_of_lanes(f, shape) for f in fired]))
            return values, memory, kept, seen

        return jax.lax.fori_loop(0, n, body, (values, memory, kept, seen))


class JaxMemoryFlow(Flow):
    """A run whose values stay on the device; its memory is NumPy's."""

    def __init__(self, program: JaxMemoryProgram, setup: Setup) -> None:
        import jax.numpy as jnp

        self.program, self.setup, self.step = program, setup, 0
        code = program.code
        assert setup.sums is not None
        self.sums: MemorySums = setup.sums
        self.names = code.states + code.hidden
        self.shape = self.sums.shape
        with x64():
            given = {**setup.states, **setup.hidden}
            one = (*setup.ensemble, *(1,) * len(setup.cell))
            shapes = [one if is_narrow else self.shape for is_narrow in narrow_among(self.names, setup)]
            arrays = [jnp.asarray(given[n], dtype=float) for n in self.names]
            self.now = tuple(jnp.broadcast_to(a, s) for a, s in zip(arrays, shapes, strict=True))
            self.parameters = tuple(jnp.asarray(setup.parameters[n], dtype=float) for n in code.parameters)
        self.record = tuple(self.names.index(n) for n in setup.record)
        self.size = self.sums.block if self.sums.mesh is None else 1
        recent = self.sums.recent if self.sums.mesh is None else np.zeros((len(self.sums.sums), 1))
        self.weights = recent.reshape(*recent.shape, *(1,) * (2 + len(self.shape) - recent.ndim))

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run block by block."""
        setup, events = self.setup, []
        end = self.step + n_steps
        while self.step < end:
            first = self.step
            with np.errstate(all="ignore"):
                n = min(end - first, self.sums.begin(first))
            kept, seen = self._piece(n)
            self.step += n
            if self.record and rows is not None:
                due = np.flatnonzero((first + 1 - setup.first + np.arange(n)) % setup.every == 0)
                rows[:, row : row + len(due)] = np.asarray(kept)[:, due]
                row += len(due)
            if self.program.code.flags:
                step, kind, lane = np.nonzero(np.asarray(seen)[:n].reshape(n, len(self.program.code.flags), -1))
                events.append((step + first + 1, lane, kind))
        parts = [np.concatenate(p) for p in zip(*events, strict=True)] if events else [np.empty(0, np.int64)] * 3
        return Chunk(*parts)

    def _piece(self, n: int) -> tuple[Array, Array]:
        """``n`` steps within a block."""
        setup, layout, sums, step, size = self.setup, self.program.layout, self.sums, self.step, self.size
        low, given = sums.low(step), self.program.code.arguments
        t0, number, dt = sums.clock(step, setup.t0)
        drive = setup.drive(step, n) if setup.drive and layout.driven else np.zeros((1, 0))
        lanes = setup.drive_lanes(step, n) if setup.drive_lanes else np.zeros((1, 0))
        tables = [_padded(table, size, 0) for table in (drive, lanes)]
        with x64():
            draws = draws_of(self.program.code.draws, setup.noise, step, n, size)
            self.now, memory, kept, seen = self.program.block(
                n, step - low, t0, number, dt, self.now, self.parameters, *tables, draws,
                _padded(sums.sums[:, low : low + size], size, 1), sums.own(step), self.weights,
                _padded(sums.remembered[:, low : low + size], size, 1), record=self.record, shape=self.shape,
                narrow=narrow_among(given.of("sum").owners, setup),
                narrow_own=narrow_among(given.of("weight").owners, setup),
                narrow_draws=setup.noise.narrow_among(self.program.code.draws),
            )  # fmt: skip
            # the whole block is written back: steps after these hold what stood there
            stop = min(low + size, sums.steps)
            sums.remembered[:, low:stop] = np.asarray(memory)[:, : stop - low]
        return kept, seen

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and what steps remembered."""
        return self.values() | {"sums/remembered": self.sums.remembered[:, : self.step]}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        import jax.numpy as jnp

        with x64():
            self.now = tuple(jnp.asarray(state[n], dtype=float) for n in self.names)
        self.sums.load(state["sums/remembered"], step)
        self.step = step


def _padded(table: np.ndarray, size: int, axis: int) -> np.ndarray:
    missing = size - table.shape[axis]
    if missing <= 0:
        return table
    return np.pad(table, [(0, missing if i == axis else 0) for i in range(table.ndim)])


class JaxTracedMemoryFlow(Flow):
    """A run through which JAX takes a derivative: one scan that carries the whole memory, O(N²)."""

    def __init__(self, program: JaxMemoryProgram, setup: Setup) -> None:
        import jax.numpy as jnp

        self.program, self.setup, self.step = program, setup, 0
        self.names = program.code.states + program.code.hidden
        assert setup.sums is not None
        self.sums: MemorySums = setup.sums
        with x64():
            given = {**setup.states, **setup.hidden}
            arrays = [jnp.asarray(given[n]).astype(float) for n in self.names]
            self.parameters = tuple(jnp.asarray(setup.parameters[n]).astype(float) for n in program.code.parameters)
            self.shape = np.broadcast_shapes(*(a.shape for a in arrays), *(p.shape for p in self.parameters))
            self.now = tuple(jnp.broadcast_to(a, self.shape) for a in arrays)
            self.free = jnp.stack([self._free(k) for k in range(len(self.sums.sums))])
            self.memory = jnp.zeros((self.sums.states, self.sums.steps, *self.shape))
        self.record = [self.names.index(n) for n in setup.record]

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Scan over the steps."""
        import jax
        import jax.numpy as jnp

        sums, setup, shape = self.sums, self.setup, self.shape
        tables = sums.tables()
        to_come = slice(self.step, self.step + n_steps)
        with x64():
            draws = draws_by_step(self.program.code.draws, setup.noise, self.step, n_steps)

            def one(carry: Any, step: Any) -> Any:
                values, memory = carry
                i, t, dt, row, own, motion = step
                ones = (1,) * len(shape)
                past = jnp.sum(row.reshape(*row.shape, *ones) * jnp.repeat(memory, sums.kinds, axis=0), axis=1)
                given = [*draws(i), *(self.free + motion.reshape(-1, *ones) + past), *own]
                values, _, remembered = self.program.take(t, dt, values, self.parameters, given, shape)
                # a product, no scatter: its derivative keeps double precision outside this block too
                now = (jnp.arange(sums.steps) == i).astype(float).reshape(-1, *ones)
                return (values, memory + now * remembered[:, None]), tuple(values[r] for r in self.record)

            steps = tuple(jnp.asarray(table[to_come]) for table in (
                np.arange(sums.steps), setup.t0 + tables.times, tables.lengths, np.moveaxis(tables.rows, 1, 0),
                tables.own, tables.motion.T,
            ))  # fmt: skip
            (self.now, self.memory), records = jax.lax.scan(one, (self.now, self.memory), steps)
        due = slice((setup.first - self.step - 1) % setup.every, None, setup.every)
        self.step += n_steps
        none = np.empty(0, np.int64)
        return Chunk(none, none, none, tuple(r[due] for r in records))

    def _free(self, k: int) -> Array:
        """The part of a sum that is the state at the start, through which a derivative may be taken."""
        import jax.numpy as jnp

        if not self.sums.method.sums_hold_start:
            return jnp.zeros(self.shape)
        name = self.program.code.remembered[k // self.sums.kinds]
        return self.now[self.names.index(name)]

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and what steps remembered."""
        return self.values() | {"sums/remembered": self.memory[:, : self.step]}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        import jax.numpy as jnp

        with x64():
            self.now = tuple(jnp.asarray(state[n]).astype(float) for n in self.names)
            known = jnp.asarray(state["sums/remembered"]).astype(float)[:, :step]
            self.memory = jnp.zeros_like(self.memory).at[:, :step].set(known)
        self.step = step
