"""The loop of one step function as an XLA program, with its feeds."""

from __future__ import annotations

from typing import Any

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Layout
from brainpy_lab.drivers.jax.feed import Feed, Moment
from brainpy_lab.drivers.jax.loops import flag_of_lanes, with_loops
from brainpy_lab.drivers.jax.reciprocals import with_reciprocals
from brainpy_lab.drivers.loaded import load_functions

Arrays = tuple[Array, ...]


class JaxLoop:
    """The loop of one step function; XLA compiles it for each shape of values and each kind of feeds it meets."""

    def __init__(self, code: StepCode, layout: Layout, fixed_loops: bool = False) -> None:
        import jax

        self.code, self.layout = code, layout
        step = code.function("step")
        self.divisors: tuple[str, ...] = ()
        if not code.remembered:
            moving = layout.varying + layout.driven + layout.driven_lanes
            steady = frozenset(code.parameters).difference(moving)
            step, self.divisors = with_reciprocals(step, frozenset() if layout.mixes else steady)
        self.step = load_functions(code, {"step": with_loops(step, fixed_loops)})["step"]
        self.chunk = jax.jit(self._chunk, static_argnames=("feeds", "record", "shape", "rows", "steps"))

    def reciprocals(self, parameters: Arrays) -> Arrays:
        """Reciprocals of the parameters that the step divides by, which do not change within a run."""
        return tuple(1.0 / parameters[self.code.parameters.index(name)] for name in self.divisors)

    def take(
        self,
        feeds: tuple[Feed, ...],
        at: Moment,
        values: Arrays,
        parameters: Arrays,
        inverse: Arrays,
        given: tuple[Any, ...],
        carried: tuple[Any, ...],
    ) -> tuple[Arrays, list[Array], tuple[Any, ...]]:
        """One step: new values (of the old ones' shapes and type), event flags, and what feeds carry on."""
        import jax.numpy as jnp

        code = self.code
        starts = dict(zip(code.states + code.hidden, values, strict=True))
        for sweep in range(max((feed.sweeps for feed in feeds), default=1)):
            handed = zip(feeds, given, carried, strict=True)
            fed = [value for feed, stays, moves in handed for value in feed.before(stays, moves, at, sweep)]
            result = self.step(at.t0 + at.number * at.dt, at.dt, *values, *parameters, *fed, *inverse)
            result = result if isinstance(result, tuple) else (result,)
            handed = zip(feeds, given, carried, strict=True)
            carried = tuple(feed.after(stays, moves, at, starts, result) for feed, stays, moves in handed)
        new = tuple(
            jnp.broadcast_to(jnp.asarray(r, dtype=v.dtype), v.shape)
            for r, v in zip(code.results.pick(result, "state", "hidden"), values, strict=True)
        )
        return new, code.results.pick(result, "flag"), carried

    def _moved(self, parameters: Arrays, drive: Array, lane_drive: Array, i: Array) -> Arrays:
        layout, moved = self.layout, dict(zip(self.code.parameters, parameters, strict=True))
        moved.update({name: drive[i, k] for k, name in enumerate(layout.driven)})
        moved.update({name: layout.lanes_of(name, lane_drive[i, k]) for k, name in enumerate(layout.driven_lanes)})
        return tuple(moved.values())

    def _chunk(
        self,
        n: Array,
        first: Array,
        start: Array,
        every: Array,
        clock: tuple[Array, Array, Array],
        values: Arrays,
        parameters: Arrays,
        drive: Array,
        lane_drive: Array,
        given: tuple[Any, ...],
        carried: tuple[Any, ...],
        *,
        feeds: tuple[Feed, ...],
        record: tuple[int, ...],
        shape: tuple[int, ...],
        rows: int,
        steps: int,
    ) -> tuple[Arrays, tuple[Any, ...], Array, Array]:
        """``n`` steps from step ``first`` of a run that began at step ``start``; ``clock`` is that of the first.

        There is room for ``rows`` records and the event flags of ``steps`` steps.
        """
        import jax
        import jax.numpy as jnp

        flags = len(self.code.flags)
        kept = jnp.zeros((len(record), rows, *shape))
        seen = jnp.zeros((steps if flags else 0, flags, *shape), dtype=bool)
        inverse = self.reciprocals(parameters)
        t0, number, dt = clock

        def body(i: Array, carry: Any) -> Any:
            values, carried, kept, seen = carry
            at = Moment(first + i, i, t0, number + i, dt)
            moved = self._moved(parameters, drive, lane_drive, i)
            values, fired, carried = self.take(feeds, at, values, moved, inverse, given, carried)
            if record:
                # every step writes the row that the next record will stand in; the last to write it is the record
                row = (first - start + i) // every - (first - start) // every
                for r, index in enumerate(record):
                    kept = kept.at[r, row].set(jnp.broadcast_to(values[index], shape))
            if flags:
                seen = seen.at[i].set(jnp.stack([flag_of_lanes(f, shape) for f in fired]))
            return values, carried, kept, seen

        done: tuple[Arrays, tuple[Any, ...], Array, Array]
        done = jax.lax.fori_loop(0, n, body, (values, carried, kept, seen))
        return done
