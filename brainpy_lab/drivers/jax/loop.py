"""The loop of one step function as an XLA program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Layout
from brainpy_lab.drivers.feeds.random_draws import narrowed
from brainpy_lab.drivers.jax.loops import flag_of_lanes, with_loops
from brainpy_lab.drivers.jax.past import JaxHistory, PastNumbers, stored
from brainpy_lab.drivers.jax.reciprocals import with_reciprocals
from brainpy_lab.drivers.tensor.driver import load_functions


class JaxLoop:
    """The loop of one step function; XLA compiles it for each shape of values it meets."""

    def __init__(self, code: StepCode, layout: Layout, fixed_loops: bool = False) -> None:
        import jax

        self.code, self.layout = code, layout
        moving = layout.varying + layout.driven + layout.driven_lanes
        steady = frozenset(code.parameters).difference(moving)
        step, self.divisors = with_reciprocals(code.function("step"), frozenset() if layout.mixes else steady)
        self.step = load_functions(code, {"step": with_loops(step, fixed_loops)})["step"]
        self.chunk = jax.jit(self._chunk, static_argnames=("record", "shape", "rows", "steps", "narrow", "sweeps"))

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
        start: Array,
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
        """``n`` steps from step ``first`` of a run that began at step ``start``.

        There is room for ``rows`` records and the event flags of ``steps`` steps.
        """
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
                row = (first - start + i) // every - (first - start) // every
                for r, index in enumerate(record):
                    kept = kept.at[r, row].set(jnp.broadcast_to(values[index], shape))
            if flags:
                seen = seen.at[i].set(jnp.stack([flag_of_lanes(f, shape) for f in fired]))
            return values, rings, kept, seen

        begin = (values, rings, kept, seen)
        done: tuple[tuple[Array, ...], tuple[Array, ...], Array, Array] = jax.lax.fori_loop(0, n, body, begin)
        return done
