"""Runs on JAX through which a derivative is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from brainpy_lab.drivers.driver import Array, Chunk, Setup
from brainpy_lab.drivers.jax.feed import Moment
from brainpy_lab.drivers.jax.flow import JaxFlow
from brainpy_lab.drivers.jax.precision import x64
from brainpy_lab.errors import DriverError


def check_second_derivative(setup: Setup) -> None:
    """Refuse what JAX cannot do with the rings of a delayed run; see `brainpy_lab.drivers.jax.rings`.

    Of a derivative in reverse it keeps none of the rules there, and takes its own for the next in reverse.

    Raises
    ------
    DriverError
        A delayed run with two derivatives in reverse, outside the user's own double precision.
    """
    import jax

    if setup.past is None or jax.config.jax_enable_x64:
        return
    for value in (*setup.states.values(), *setup.parameters.values()):
        if _times_reversed(value) > 1:
            raise DriverError(
                "JAX takes a second derivative in reverse through a delay in its double precision alone.",
                advice="Write 'with jax.enable_x64(True):' around it, or jax.jacfwd(jax.grad(f)).",
            )


def _times_reversed(value: Any) -> int:
    """How many derivatives in reverse are being taken of a value."""
    count = 0
    while value is not None:
        count += type(value).__name__ == "LinearizeTracer"
        value = getattr(value, "primal", None)
    return count


class TracedFlow(JaxFlow):
    """A run through which JAX takes a derivative: one scan, all values traced."""

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Scan over records, each the loop of the steps between two."""
        import jax
        import jax.numpy as jnp

        setup, start = self.setup, self.step
        with x64():
            clock, inverse = self._clock(), self.loop.reciprocals(self.parameters)
            handed = [supply.handed(start, n_steps, n_steps) for supply in self.supplies]
            given, carried = tuple(g for g, _ in handed), tuple(c for _, c in handed)

        def one(i: Array, carry: Any) -> Any:
            values, carried = carry
            at = Moment(i, i - start, *clock(i))
            new, _, carried = self.loop.take(self.feeds, at, values, self.parameters, inverse, given, carried)
            return new, carried

        def steps(carry: Any, first: Array, n: int) -> Any:
            if not n:  # its loop would be compiled all the same
                return carry
            return jax.lax.scan(lambda c, i: (one(first + i, c), None), carry, jnp.arange(n))[0]

        def to_record(carry: Any, first: Array) -> tuple[Any, Any]:
            carry = steps(carry, first, every)
            return carry, tuple(carry[0][r] for r in self.record)

        every, end = setup.every, start + n_steps
        begin = min(start + (setup.first - start) % every, end)  # the first whole stretch between two records
        with x64():
            carry = steps((self.now, carried), start, begin - start)
            earlier = [carry[0][r] for r in self.record] if begin > start and (begin - setup.first) % every == 0 else []
            whole = (end - begin) // every
            carry, records = jax.lax.scan(to_record, carry, begin + every * jnp.arange(whole))
            self.now, carried = steps(carry, begin + every * whole, end - begin - every * whole)
            if earlier:
                records = tuple(jnp.concatenate([e[None], r]) for e, r in zip(earlier, records, strict=True))
            for supply, own in zip(self.supplies, carried, strict=True):
                supply.take(own, start)
        self.step = end
        none = np.empty(0, np.int64)
        return Chunk(none, none, none, records)

    def _clock(self) -> Callable[[Array], tuple[Array, Array, Array]]:
        """`Setup.clock` of a step whose number is traced."""
        import jax.numpy as jnp

        setup = self.setup
        if setup.sums is None or setup.sums.mesh is None:
            return lambda i: (setup.t0, i, setup.dt)
        times, lengths = setup.t0 + jnp.asarray(setup.sums.mesh[:-1]), jnp.diff(setup.sums.mesh)
        return lambda i: (times[i], 0, lengths[i])
