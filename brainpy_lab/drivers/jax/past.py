"""Histories of delayed states inside XLA programs: rings that the loop over steps carries along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.past import CONSTANT, COUNT, EARLIEST, LATEST, LONGEST, ROW_AT_ONCE, WIDTH
from brainpy_lab.drivers.driver import Array, Setup
from brainpy_lab.drivers.feeds.past import AT_ONCE, COEFFICIENTS, fill
from brainpy_lab.drivers.jax.feed import Feed, LoopSupply, Moment


class RingSupply(LoopSupply):
    """The rings of one run, (slots, COEFFICIENTS, *shape) for each delayed state."""

    def __init__(self, code: StepCode, setup: Setup, initial: Mapping[str, Array]) -> None:
        import jax.numpy as jnp

        assert setup.past is not None
        self.past, self.delayed = setup.past, code.delayed
        places = tuple(code.results.places("polynomial", owner=s) for s in code.delayed)
        self.feed = Rings(code.delayed, places, self.past.sweeps)
        rings = []
        for state in code.delayed:
            value = initial[state]
            ring = jnp.asarray(fill(self.past, state, 0.0, value.shape))
            if self.past.before[state] is None:
                ring = ring.at[self.past.places(self.past.begin - self.past.first), 0].set(value)
            rings.append(ring)
        self.rings = tuple(rings)

    def handed(self, first: int, n: int, size: int) -> tuple[Any, Any]:
        """How far back steps read, and the rings."""
        return (float(self.past.window), self.past.known), self.rings

    def take(self, carried: Any, first: int) -> None:
        """The rings."""
        self.rings = carried

    def state(self, step: int) -> dict[str, Array]:
        """The rings."""
        return {f"past/{s}": ring for s, ring in zip(self.delayed, self.rings, strict=True)}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """The rings as they are in ``state`` at ``step``; they may have another length than one's own."""
        import jax.numpy as jnp

        rings = []
        for ring, name in zip(self.rings, self.delayed, strict=True):
            given = jnp.asarray(state[f"past/{name}"]).astype(float)
            if len(given) != len(ring):
                numbers = np.arange(step - min(len(ring), len(given)), step)
                given = ring.at[numbers % len(ring)].set(given[numbers % len(given)])
            rings.append(given)
        self.rings = tuple(rings)


@dataclass(frozen=True)
class Rings(Feed):
    """The histories of delayed states, and where a step's results hold their polynomials."""

    delayed: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    sweeps: int

    def before(self, given: Any, carried: Any, at: Moment, sweep: int) -> Sequence[Any]:
        """The histories as the step reads them."""
        window, known = given
        return [JaxHistory(ring, at, window, known, sweep) for ring in carried]

    def after(self, given: Any, carried: Any, at: Moment, starts: Mapping[str, Array], results: Sequence[Array]) -> Any:
        """The rings with the step's polynomials in them."""
        return tuple(
            stored(ring, at, starts[state], [results[i] for i in own])
            for ring, state, own in zip(carried, self.delayed, self.places, strict=True)
        )


class JaxHistory:
    """One state's ring in the middle of a traced step.

    Parameters
    ----------
    ring : array (slots, COEFFICIENTS, *shape)
    at : Moment
        The present step.
    window : number
        Steps back that may be read.
    before : number
        Steps that are known before t0; 0 for one value at all earlier times.
    sweep : int
        How often the step was taken already.
    """

    def __init__(self, ring: Array, at: Moment, window: Array, before: Array, sweep: int) -> None:
        import jax.numpy as jnp

        self.ring, self.t0, self.dt = ring, at.t0, at.dt
        step = at.step
        oldest = step - window
        is_constant = before == 0
        free = is_constant & (oldest <= -1)
        self.lowest = jnp.where(free, -1.0, jnp.where(is_constant, oldest, jnp.maximum(oldest, -before)))
        self.first = jnp.where(free, -jnp.inf, self.lowest)
        self.last = step - 1.0 + min(sweep, 1)
        self.end = step + 1.0

    def at(self, t: Array, side: str) -> Array:
        """The value at the time ``t``; shapes broadcast."""
        import jax.numpy as jnp

        from brainpy_lab.drivers.jax.rings import read

        position = (t - self.t0) / self.dt
        index = jnp.floor(position + AT_ONCE) if side == "past" else jnp.ceil(position - AT_ONCE) - 1.0
        known = (index >= self.first) & (position <= self.end + AT_ONCE)
        index = jnp.clip(index, self.lowest, self.last)
        slot = index.astype(int) & (self.ring.shape[0] - 1)
        ring = self.ring
        if slot.ndim:
            shape = jnp.broadcast_shapes(slot.shape, ring.shape[2:])
            ring, slot = jnp.broadcast_to(ring, (*ring.shape[:2], *shape)), jnp.broadcast_to(slot, shape)
        c = read(ring, slot)
        s = position - index
        return jnp.where(known, c[0] + s * (c[1] + s * (c[2] + s * c[3])), jnp.nan)


def stored(ring: Array, at: Moment, start: Array, coefficients: Sequence[Array]) -> Array:
    """The ring with a step's polynomial in it."""
    import jax.numpy as jnp

    from brainpy_lab.drivers.jax.rings import written

    rows = [start, *(at.dt * c for c in coefficients)]
    rows += [jnp.zeros_like(start)] * (COEFFICIENTS - len(rows))
    row = jnp.stack([jnp.broadcast_to(r, ring.shape[2:]) for r in rows])
    return written(ring, at.step & (len(ring) - 1), row)


class JaxSteps:
    """One state's course in an adaptive run, in the middle of a traced step; see `brainpy_lab.drivers.adaptive.past`.

    Parameters
    ----------
    table, span : arrays
        The lane's history.
    column : number
        First column of the state.
    width : int
        Columns of the state.
    asked : list
        Takes the times that are read.
    """

    def __init__(self, table: Array, span: Array, column: Array, width: int, asked: list[Array]) -> None:
        self.table, self.span, self.column, self.width, self.asked = table, span, column, width, asked

    def at(self, t: Array, side: str) -> Array:
        """The value at one time."""
        import jax.numpy as jnp

        self.asked.append(t)
        table, last = self.table, self.span[COUNT].astype(int)
        starts = jnp.where(jnp.arange(table.shape[0]) <= last, table[:, 0], jnp.inf)
        row = jnp.maximum(jnp.searchsorted(starts, t, side="right") - 1, 0)
        at_start = t - starts[row] <= ROW_AT_ONCE * table[row, 1]
        at_end = starts[jnp.minimum(row + 1, last)] - t <= ROW_AT_ONCE * table[row, 1]
        if side == "before":
            row = jnp.where(at_start, jnp.maximum(row - 1, 0), row)
        else:
            row = jnp.where(at_end, jnp.minimum(row + 1, last), row)
        s = (t - table[row, 0]) / table[row, 1]
        total = 0.0
        for k in range(self.width - 1, 0, -1):
            total = s * (table[row, self.column + k] + total)
        reach = table[last, 0] - self.span[LONGEST] * (1.0 + 1e-9) - 1e-12 * jnp.abs(t)
        known = (t >= reach) & ((t >= table[0, 0]) | (self.span[CONSTANT] > 0))
        return jnp.where(known, table[row, self.column] + table[row, 1] * total, jnp.nan)


def with_steps(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers and histories, jitted as a whole; it notes in the span which times were read."""
    import jax
    import jax.numpy as jnp

    @partial(jax.jit, static_argnames="width")
    def jitted(numbers: list[Array], table: Array, span: Array, columns: list[Array], width: int) -> Any:
        asked: list[Array] = [span[LATEST]]
        histories = [JaxSteps(table, span, c, width, asked) for c in columns]
        result = function(*numbers, *histories)
        parts = result if isinstance(result, tuple) else (result,)
        times = jnp.stack([jnp.asarray(t, dtype=float) for t in asked])
        return jnp.stack([jnp.asarray(p, dtype=float) for p in parts]), jnp.min(times), jnp.max(times)

    def call(*values: Any) -> Any:
        numbers, histories = (
            [v for v in values if not isinstance(v, tuple)],
            [v for v in values if isinstance(v, tuple)],
        )
        table, span, _ = histories[0]
        found, earliest, latest = jitted(numbers, table, span, [h[2] for h in histories], width=int(span[WIDTH]))
        span[EARLIEST], span[LATEST] = min(span[EARLIEST], float(earliest)), max(span[LATEST], float(latest))
        return np.asarray(found)

    return call
