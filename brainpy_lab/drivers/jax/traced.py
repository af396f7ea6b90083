"""Runs on JAX through which a derivative is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.drivers.driver import Array, Chunk, Flow, Setup
from brainpy_lab.drivers.jax.loop import JaxLoop
from brainpy_lab.drivers.jax.noise import draws_by_step
from brainpy_lab.drivers.jax.past import PastNumbers, first_rings, loaded_rings, rings_by_name
from brainpy_lab.drivers.jax.precision import x64


class TracedFlow(Flow):
    """A run through which JAX takes a derivative: one scan, all values traced."""

    def __init__(self, loop: JaxLoop, setup: Setup) -> None:
        import jax.numpy as jnp

        self.loop, self.setup, self.step = loop, setup, 0
        self.names = loop.code.states + loop.code.hidden
        with x64():
            given = {**setup.states, **setup.hidden}
            arrays = [jnp.asarray(given[n]).astype(float) for n in self.names]
            self.parameters = tuple(jnp.asarray(setup.parameters[n]).astype(float) for n in loop.code.parameters)
            whole = np.broadcast_shapes(*(a.shape for a in arrays), *(p.shape for p in self.parameters))
            shapes = [whole] * len(arrays)
            if loop.layout.mixes:
                # array states keep the axis of their elements, all else has one of length one
                sizes = [setup.cell[-1] if setup.cell and n in setup.wide else 1 for n in self.names]
                shapes = [(*setup.ensemble, n) for n in sizes]
            self.now = tuple(jnp.broadcast_to(a, s) for a, s in zip(arrays, shapes, strict=True))
            self.rings = first_rings(loop.code, setup, dict(zip(self.names, self.now, strict=True)))
        self.record = tuple(self.names.index(n) for n in setup.record)

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Scan over records, each the loop of the steps between two."""
        import jax
        import jax.numpy as jnp

        setup = self.setup
        with x64():
            inverse = self.loop.reciprocals(self.parameters)

            draws = draws_by_step(self.loop.code.draws, setup.noise, self.step, n_steps)
        past = PastNumbers.of(setup) if self.rings else None

        def one(i: Array, carry: Any) -> Any:
            values, rings = carry
            clock, given = (setup.t0, setup.dt), self.parameters
            new, _, rings = self.loop.take_delayed(i, clock, values, given, inverse, draws(i), rings, past)
            return new, rings

        def steps(carry: Any, first: Array, numbers: Array) -> Any:
            return jax.lax.scan(lambda c, i: (one(first + i, c), None), carry, numbers)[0]

        def to_record(carry: Any, first: Array) -> tuple[Any, Any]:
            carry = steps(carry, first, jnp.arange(every))
            return carry, tuple(carry[0][r] for r in self.record)

        first, every, end = self.step, setup.every, self.step + n_steps
        begin = min(first + (setup.first - first) % every, end)  # the first whole stretch between two records
        with x64():
            carry = (self.now, self.rings)
            if begin > first:
                carry = steps(carry, first, jnp.arange(begin - first))
            earlier = [carry[0][r] for r in self.record] if begin > first and (begin - setup.first) % every == 0 else []
            whole = (end - begin) // every
            carry, records = jax.lax.scan(to_record, carry, begin + every * jnp.arange(whole))
            self.now, self.rings = steps(carry, begin + every * whole, jnp.arange(end - begin - every * whole))
            if earlier:
                records = tuple(jnp.concatenate([e[None], r]) for e, r in zip(earlier, records, strict=True))
        self.step = end
        none = np.empty(0, np.int64)
        return Chunk(none, none, none, records)

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and the rings of delayed states."""
        return self.values() | rings_by_name(self.loop.code, self.rings)

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        import jax.numpy as jnp

        with x64():
            self.now = tuple(jnp.asarray(state[n]).astype(float) for n in self.names)
            self.rings = loaded_rings(self.rings, self.loop.code, state, step)
        self.step = step
