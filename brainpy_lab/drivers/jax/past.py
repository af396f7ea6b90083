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


@dataclass(frozen=True)
class PastNumbers:
    """How far back a run reads: see `JaxHistory`."""

    window: Array
    before: Array
    sweeps: int

    @staticmethod
    def of(setup: Setup) -> PastNumbers:
        """The numbers of a run."""
        past = setup.past
        if past is None:
            return PastNumbers(0.0, 0.0, 1)
        return PastNumbers(float(past.window), past.known, past.sweeps)


def first_rings(code: StepCode, setup: Setup, initial: Mapping[str, Array]) -> tuple[Array, ...]:
    """The rings at the start, (slots, COEFFICIENTS, *shape) for each delayed state."""
    import jax.numpy as jnp

    past = setup.past
    if past is None:
        return ()
    rings = []
    for state in code.delayed:
        value = initial[state]
        before = past.before[state]
        ring = jnp.asarray(fill(past, state, 0.0, value.shape))
        if before is None:
            ring = ring.at[past.places(past.begin - past.first), 0].set(value)
        rings.append(ring)
    return tuple(rings)


def rings_by_name(code: StepCode, rings: tuple[Array, ...]) -> dict[str, Array]:
    """The rings as a flow's state holds them."""
    return {f"past/{s}": ring for s, ring in zip(code.delayed, rings, strict=True)}


def loaded_rings(own: tuple[Array, ...], code: StepCode, state: Mapping[str, Array], step: int) -> tuple[Array, ...]:
    """The rings of a flow's state at ``step``; they may have another length than one's own."""
    import jax.numpy as jnp

    rings = []
    for ring, name in zip(own, code.delayed, strict=True):
        given = jnp.asarray(state[f"past/{name}"]).astype(float)
        if len(given) != len(ring):
            numbers = np.arange(step - min(len(ring), len(given)), step)
            given = ring.at[numbers % len(ring)].set(given[numbers % len(given)])
        rings.append(given)
    return tuple(rings)


class JaxHistory:
    """One state's ring in the middle of a traced step.

    Parameters
    ----------
    ring : array (slots, COEFFICIENTS, *shape)
    t0, dt : numbers
    window : number
        Steps back that may be read.
    before : number
        Steps that are known before t0; 0 for one value at all earlier times.
    step, sweep : number
        The present step, and how often it was taken already.
    """

    def __init__(
        self, ring: Array, t0: Array, dt: Array, window: Array, before: Array, step: Array, sweep: Array
    ) -> None:
        import jax.numpy as jnp

        self.ring, self.t0, self.dt = ring, t0, dt
        oldest = step - window
        is_constant = before == 0
        free = is_constant & (oldest <= -1)
        self.lowest = jnp.where(free, -1.0, jnp.where(is_constant, oldest, jnp.maximum(oldest, -before)))
        self.first = jnp.where(free, -jnp.inf, self.lowest)
        self.last = step - 1.0 + jnp.minimum(sweep, 1)
        self.end = step + 1.0

    def at(self, t: Array, side: str) -> Array:
        """The value at the time ``t``; shapes broadcast."""
        import jax.numpy as jnp

        position = (t - self.t0) / self.dt
        index = jnp.floor(position + AT_ONCE) if side == "past" else jnp.ceil(position - AT_ONCE) - 1.0
        known = (index >= self.first) & (position <= self.end + AT_ONCE)
        index = jnp.clip(index, self.lowest, self.last)
        slot = index.astype(int) & (self.ring.shape[0] - 1)
        if slot.ndim == 0:
            c = self.ring[slot]
        else:
            shape = jnp.broadcast_shapes(slot.shape, self.ring.shape[2:])
            ring = jnp.broadcast_to(self.ring, (*self.ring.shape[:2], *shape))
            c = jnp.take_along_axis(ring, jnp.broadcast_to(slot, shape)[None, None], axis=0)[0]
        s = position - index
        return jnp.where(known, c[0] + s * (c[1] + s * (c[2] + s * c[3])), jnp.nan)


def stored(ring: Array, step: Array, dt: Array, start: Array, coefficients: Sequence[Array]) -> Array:
    """The ring with a step's polynomial in it."""
    import jax.numpy as jnp

    rows = [start, *(dt * c for c in coefficients)]
    rows += [jnp.zeros_like(start)] * (COEFFICIENTS - len(rows))
    shape = ring.shape[2:]
    return ring.at[step & (ring.shape[0] - 1)].set(jnp.stack([jnp.broadcast_to(r, shape) for r in rows]))


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
