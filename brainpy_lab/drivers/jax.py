"""The JAX driver: the time loop as one XLA program; differentiable; float64 without touching the user's settings."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.printing import Dialect
from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Capability, Chunk, Flow, Layout, Program, Setup
from brainpy_lab.drivers.jax_loops import flag_of_lanes, with_loops
from brainpy_lab.drivers.jax_noise import draw_table
from brainpy_lab.drivers.jax_past import JaxHistory, PastNumbers, first_rings, stored, with_steps
from brainpy_lab.drivers.jax_precision import x64
from brainpy_lab.drivers.random_draws import narrowed
from brainpy_lab.drivers.reciprocals import with_reciprocals
from brainpy_lab.drivers.tensor import TensorDriver, load_functions

_BUFFER_VALUES = 1 << 20  # numbers a chunk's record or event buffer may hold
_LONGEST_CHUNK = 4096


class JaxProgram(Program):
    """The loop of one step function; XLA compiles it for each shape of values it meets."""

    def __init__(self, code: StepCode, layout: Layout, fixed_loops: bool = False) -> None:
        import jax

        self.code, self.layout, self.fixed_loops = code, layout, fixed_loops
        moving = layout.varying + layout.driven + layout.driven_lanes
        steady = frozenset(code.parameters).difference(moving)
        step, self.divisors = with_reciprocals(code.function("step"), frozenset() if layout.mixes else steady)
        self.step = load_functions(code, {"step": with_loops(step, fixed_loops)})["step"]
        self.chunk = jax.jit(self._chunk, static_argnames=("record", "shape", "rows", "steps", "narrow", "sweeps"))

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        if not setup.differentiable:
            return JaxFlow(self, setup)
        from brainpy_lab.drivers.jax_traced import TracedFlow

        return TracedFlow(self if self.fixed_loops else JaxProgram(self.code, self.layout, True), setup)

    def reciprocals(self, parameters: tuple[Array, ...]) -> tuple[Array, ...]:
        """Reciprocals of the parameters that the step divides by, which do not change within a run."""
        return tuple(1.0 / parameters[self.code.parameters.index(name)] for name in self.divisors)

    def take(
        self,
        t: Array,
        dt: Array,
        values: tuple[Array, ...],
        parameters: tuple[Array, ...],
        inverse: tuple[Array, ...],
        fed: Iterable[Any] = (),
    ) -> Any:
        """One step: new values (of the old ones' shapes and type), and all that it returns."""
        import jax.numpy as jnp

        result = self.step(t, dt, *values, *parameters, *fed, *inverse)
        result = result if isinstance(result, tuple) else (result,)
        new = tuple(
            jnp.broadcast_to(jnp.asarray(r, dtype=v.dtype), v.shape)
            for r, v in zip(self.code.results.pick(result, "state", "hidden"), values, strict=True)
        )
        return new, result

    def take_delayed(
        self,
        step: Array,
        clock: tuple[Array, Array],
        values: tuple[Array, ...],
        parameters: tuple[Array, ...],
        inverse: tuple[Array, ...],
        fed: Iterable[Any],
        rings: tuple[Array, ...],
        past: PastNumbers | None,
    ) -> Any:
        """One step with the histories of delayed states: new values, event flags, rings with the step in them."""
        t0, dt = clock
        t = t0 + step * dt
        code = self.code
        if past is None:
            new, result = self.take(t, dt, values, parameters, inverse, fed)
            return new, code.results.pick(result, "flag"), rings
        fed = tuple(fed)
        starts = [values[code.states.index(s)] for s in code.delayed]
        for sweep in range(past.sweeps):
            histories = tuple(JaxHistory(r, t0, dt, past.window, past.before, step, sweep) for r in rings)
            new, result = self.take(t, dt, values, parameters, inverse, fed + histories)
            pieces = [code.results.pick(result, "polynomial", owner=s) for s in code.delayed]
            rings = tuple(stored(r, step, dt, y, p) for r, y, p in zip(rings, starts, pieces, strict=True))
        return new, code.results.pick(result, "flag"), rings

    def _moved(self, parameters: tuple[Array, ...], drive: Array, lane_drive: Array, i: Array) -> tuple[Array, ...]:
        layout, moved = self.layout, dict(zip(self.code.parameters, parameters, strict=True))
        moved.update({name: drive[i, k] for k, name in enumerate(layout.driven)})
        moved.update({name: layout.lanes_of(name, lane_drive[i, k]) for k, name in enumerate(layout.driven_lanes)})
        return tuple(moved.values())

    def _chunk(
        self,
        n: Array,
        first: Array,
        t0: Array,
        dt: Array,
        every: Array,
        values: tuple[Array, ...],
        parameters: tuple[Array, ...],
        drive: Array,
        lane_drive: Array,
        draws: Array,
        rings: tuple[Array, ...],
        window: Array,
        before: Array,
        *,
        record: tuple[int, ...],
        shape: tuple[int, ...],
        rows: int,
        steps: int,
        narrow: tuple[bool, ...],
        sweeps: int,
    ) -> tuple[tuple[Array, ...], tuple[Array, ...], Array, Array]:
        """``n`` steps from step ``first``, with room for ``rows`` records and the event flags of ``steps`` steps."""
        import jax
        import jax.numpy as jnp

        flags = len(self.code.flags)
        kept = jnp.zeros((len(record), rows, *shape))
        seen = jnp.zeros((steps if flags else 0, flags, *shape), dtype=bool)

        inverse = self.reciprocals(parameters)
        past = PastNumbers(window, before, sweeps) if rings else None

        def body(i: Array, carry: Any) -> Any:
            values, rings, kept, seen = carry
            moved, fed = self._moved(parameters, drive, lane_drive, i), narrowed(draws[i], narrow)
            values, fired, rings = self.take_delayed(first + i, (t0, dt), values, moved, inverse, fed, rings, past)
            if record:
                # every step writes the row that the next record will stand in; the last to write it is the record
                row = (first + i) // every - first // every
                for r, index in enumerate(record):
                    kept = kept.at[r, row].set(jnp.broadcast_to(values[index], shape))
            if flags:
                seen = seen.at[i].set(jnp.stack([flag_of_lanes(f, shape) for f in fired]))
            return values, rings, kept, seen

        start = (values, rings, kept, seen)
        done: tuple[tuple[Array, ...], tuple[Array, ...], Array, Array] = jax.lax.fori_loop(0, n, body, start)
        return done


class JaxFlow(Flow):
    """A run whose values stay on the device; chunks have a number of steps that is no part of the compiled code."""

    def __init__(self, program: JaxProgram, setup: Setup) -> None:
        import jax.numpy as jnp

        self.program, self.setup, self.step = program, setup, 0
        code = program.code
        self.names = code.states + code.memory
        with x64():
            given = {**setup.states, **setup.memory}
            arrays = [jnp.asarray(given[n], dtype=float) for n in self.names]
            parameters = [jnp.asarray(setup.parameters[n], dtype=float) for n in code.parameters]
            if program.layout.mixes:
                # array states keep the axis of their elements, all else has one of length one
                shape = setup.ensemble + setup.cell
                sizes = [a.shape[-1] if a.ndim else 1 for a in arrays]
                self.now = tuple(jnp.broadcast_to(a, (*setup.ensemble, n)) for a, n in zip(arrays, sizes, strict=True))
            else:
                shape = np.broadcast_shapes(*(a.shape for a in arrays), *(p.shape for p in parameters))
                self.now = tuple(jnp.broadcast_to(a, shape) for a in arrays)
            self.shape = shape
            self.parameters = tuple(parameters)
            self.rings = self.saved = first_rings(code, setup, dict(zip(self.names, self.now, strict=True)))
        self.record = tuple(self.names.index(n) for n in setup.record)
        size = max(1, int(np.prod(shape, dtype=int)) * max(1, len(self.record), len(code.flags)))
        self.noise, self.narrow = setup.noise, setup.noise.narrow_among(code.draws)
        size = max(size, setup.noise.lanes * len(code.draws))
        self.capacity = int(min(_LONGEST_CHUNK, max(16, 1 << int(np.log2(max(1, _BUFFER_VALUES // size))))))

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run pieces that fit the buffers."""
        setup, events = self.setup, []
        self.saved = self.rings
        end = self.step + n_steps
        while self.step < end:
            n = end - self.step
            if self.program.code.flags or self.program.code.draws:
                n = min(n, self.capacity)
            if self.record:
                n = min(n, (self.capacity - 1) * setup.every)
            first = self.step
            kept, seen = self._piece(n)
            if self.record and rows is not None:
                count = self.step // setup.every - first // setup.every
                rows[:, row : row + count] = np.asarray(kept)[:, :count]
                row += count
            if self.program.code.flags:
                found = np.asarray(seen)[:n].reshape(n, len(self.program.code.flags), -1)
                step, kind, lane = np.nonzero(found)
                events.append((step + first + 1, lane, kind))
        parts = [np.concatenate(p) for p in zip(*events, strict=True)] if events else [np.empty(0, np.int64)] * 3
        return Chunk(*parts)

    def _piece(self, n: int) -> tuple[Array, Array]:
        import jax.numpy as jnp

        setup, layout = self.setup, self.program.layout
        with x64():
            empty = jnp.zeros((1, 0))
            drive = self._table(setup.drive(self.step, n), n) if setup.drive and layout.driven else empty
            lanes = self._table(setup.drive_lanes(self.step, n), n) if setup.drive_lanes else empty
            past = PastNumbers.of(setup)
            self.now, self.rings, kept, seen = self.program.chunk(
                n, self.step, setup.t0, setup.dt, setup.every, self.now, self.parameters, drive, lanes, self._draws(n),
                self.rings, past.window, past.before, sweeps=past.sweeps,
                record=self.record, shape=self.shape, rows=self.capacity if self.record else 0, steps=self.capacity,
                narrow=self.narrow,
            )  # fmt: skip
            self.step += n
            for value in self.now:
                value.block_until_ready()
        return kept, seen

    def _draws(self, n: int) -> Array:
        """The random draws of the next ``n`` steps, and of more, so that few lengths are compiled."""
        import jax.numpy as jnp

        draws = self.program.code.draws
        if not draws:
            return jnp.zeros((1, 0))
        if self.noise.path is not None:
            return self._table(self.noise.table(draws, self.step, n), n)
        return draw_table(draws, self.noise, self.step, max(2, 1 << int(n - 1).bit_length()))

    def _table(self, table: np.ndarray, n: int) -> Array:
        """A drive's table padded to a power of two, so that few lengths are compiled."""
        import jax.numpy as jnp

        size = 1 << max(0, int(n - 1).bit_length())
        return jnp.asarray(np.pad(table, [(0, size - n)] + [(0, 0)] * (table.ndim - 1)))

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def resume(self, setup: Setup) -> None:
        """Go on from here with another clock and noise."""
        super().resume(setup)
        self.noise = setup.noise

    def restore(self, values: Mapping[str, Array], step: int) -> None:
        """Go back to ``values`` at ``step``."""
        import jax.numpy as jnp

        with x64():
            self.now = tuple(jnp.asarray(values[n], dtype=float) for n in self.names)
        self.rings = self.saved
        self.step = step

    def past(self) -> dict[str, Array]:
        """The rings of the delayed states."""
        return dict(zip(self.program.code.delayed, self.rings, strict=True))


class JaxDriver(TensorDriver):
    """XLA on CPU or GPU; parameters and dt are run-time arguments."""

    name = "jax"
    title = "JAX (XLA)"
    capabilities = frozenset({Capability.JIT, Capability.AUTOGRAD, Capability.MIXING})
    dialect = Dialect(module="brainpy_lab.drivers.jax_math", selects=True)
    first_chunk = 2048  # tables of inputs and draws are compiled for each power of two steps

    def available(self) -> str | None:
        """None when jax is installed."""
        return None if importlib.util.find_spec("jax") else "JAX is not installed: pip install 'brainpy-lab[jax]'"

    def compile(self, code: StepCode, layout: Layout) -> Program:
        """Make the loop; XLA compiles it at the first chunk."""
        if code.arguments.of("sum"):
            from brainpy_lab.drivers.jax_memory import JaxMemoryProgram

            return JaxMemoryProgram(code, layout)
        return JaxProgram(code, layout)

    def on_arrays(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function from arrays to arrays, jitted as a whole."""
        import jax

        inner = super().on_arrays(jax.jit(function))

        def call(*values: Any) -> Any:
            with x64():
                return inner(*values)

        return call

    def on_numbers(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function from numbers to numbers, jitted as a whole."""
        import jax
        import jax.numpy as jnp

        delayed = with_steps(function)

        @jax.jit
        def jitted(*values: Array) -> Array:
            result = function(*values)
            parts = result if isinstance(result, tuple) else (result,)
            return jnp.stack([jnp.asarray(p, dtype=float) for p in parts])

        def call(*values: Any) -> Any:
            if any(isinstance(v, tuple) for v in values):
                with x64():
                    found = delayed(*values)
            else:
                with x64():
                    found = np.asarray(jitted(*values))
            return tuple(found) if len(found) > 1 else found[0]

        return call

    def array(self, value: Any) -> Array:
        """A float64 array."""
        import jax.numpy as jnp

        with x64():
            return jnp.asarray(value).astype(float)

    def is_traced(self, value: Any) -> bool:
        """Whether JAX is tracing through ``value``."""
        import sys

        jax = sys.modules.get("jax")
        return jax is not None and isinstance(value, jax.core.Tracer)

    def collect(self, initial: list[Array], records: Array) -> list[Array]:
        """Records with the initial value in front."""
        import jax.numpy as jnp

        with x64():
            return [jnp.concatenate([first[None], later]) for first, later in zip(initial, records, strict=True)]


JAX = JaxDriver()
