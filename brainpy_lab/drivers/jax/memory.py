"""The memory of fractional states on JAX: the loop adds what its own block remembers to the sums made before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Setup
from brainpy_lab.drivers.feeds.memory_sums import MemorySums
from brainpy_lab.drivers.feeds.widths import narrow_among, narrowed_rows
from brainpy_lab.drivers.jax.feed import Feed, LoopSupply, Moment, padded


@dataclass(frozen=True)
class Memory(Feed):
    """Sums over the past and the step's own weights; what is carried are the values that steps remember.

    Attributes
    ----------
    kinds : int
        Sums that belong to each fractional state.
    remembered : tuple of int
        Places of what a step remembers among its results.
    narrow, narrow_own : tuple of bool
        Which sums and weights belong to one number beside array states.
    """

    kinds: int
    remembered: tuple[int, ...]
    narrow: tuple[bool, ...]
    narrow_own: tuple[bool, ...]

    @classmethod
    def of(cls, code: StepCode, setup: Setup) -> Memory:
        """The feed of a run."""
        assert setup.sums is not None
        sums, weights = (narrow_among(code.arguments.of(role).owners, setup) for role in ("sum", "weight"))
        return cls(setup.sums.kinds, code.results.places("remembered"), sums, weights)

    def before(self, given: Any, carried: Array, at: Moment, sweep: int) -> Sequence[Array]:
        """The sums, then the weights."""
        import jax
        import jax.numpy as jnp

        low, sums, own, weights = given
        place, size = low + at.place, carried.shape[1]
        # weights of the steps before this one in the block; zero for those to come
        recent = jax.lax.dynamic_slice_in_dim(weights, size - place, size, axis=1)
        past = jnp.sum(recent * jnp.repeat(carried, self.kinds, axis=0), axis=1)
        return self._fed(sums[:, place] + past, own)

    def _fed(self, sums: Array, own: Array) -> Sequence[Array]:
        return [*narrowed_rows(sums, self.narrow), *narrowed_rows(own, self.narrow_own)]

    def after(
        self, given: Any, carried: Array, at: Moment, starts: Mapping[str, Array], results: Sequence[Array]
    ) -> Any:
        """The values with this step's among them."""
        return carried.at[:, given[0] + at.place].set(self._remembered(carried, results))

    def _remembered(self, carried: Array, results: Sequence[Array]) -> Array:
        import jax.numpy as jnp

        return jnp.stack([jnp.broadcast_to(results[i], carried.shape[2:]) for i in self.remembered])


class MemorySupply(LoopSupply):
    """The memory of one run, which is NumPy's: the loop borrows a block of it."""

    def __init__(self, code: StepCode, setup: Setup) -> None:
        assert setup.sums is not None
        self.sums: MemorySums = setup.sums
        self.feed = Memory.of(code, setup)
        self.block = self.sums.block if self.sums.mesh is None else 1
        recent = self.sums.recent if self.sums.mesh is None else np.zeros((len(self.sums.sums), 1))
        weights = recent.reshape(*recent.shape, *(1,) * (2 + len(self.sums.shape) - recent.ndim))
        self.weights = padded(weights, 2 * self.block, axis=1)

    def prepare(self, first: int, n: int) -> int:
        """Make the sums of a block of steps."""
        with np.errstate(all="ignore"):
            return min(n, self.sums.begin(first))

    def handed(self, first: int, n: int, size: int) -> tuple[Any, Any]:
        """Sums and weights, and what the block remembers."""
        sums, low = self.sums, self.sums.low(first)
        block = slice(low, low + self.block)
        given = first - low, padded(sums.sums[:, block], self.block, axis=1), sums.own(first), self.weights
        return given, padded(sums.remembered[:, block], self.block, axis=1)

    def take(self, carried: Array, first: int) -> None:
        """The whole block is written back: steps after these hold what stood there."""
        low = self.sums.low(first)
        own = self.sums.remembered[:, low : low + self.block]
        own[...] = np.asarray(carried)[:, : own.shape[1]]

    def state(self, step: int) -> dict[str, Array]:
        """What steps remembered."""
        return {"sums/remembered": self.sums.remembered[:, :step]}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """What they remembered in ``state``."""
        self.sums.load(state["sums/remembered"], step)


@dataclass(frozen=True)
class WholeMemory(Memory):
    """The same where a derivative is taken: each step sums over all steps before it."""

    def before(self, given: Any, carried: Array, at: Moment, sweep: int) -> Sequence[Array]:
        """The sums, then the weights."""
        import jax.numpy as jnp

        free, rows, own, motion = given
        ones = (1,) * (carried.ndim - 2)
        row = rows[at.step]
        past = jnp.sum(row.reshape(*row.shape, *ones) * jnp.repeat(carried, self.kinds, axis=0), axis=1)
        return self._fed(free + motion[at.step].reshape(-1, *ones) + past, own[at.step])

    def after(
        self, given: Any, carried: Array, at: Moment, starts: Mapping[str, Array], results: Sequence[Array]
    ) -> Any:
        """The values with this step's among them."""
        import jax.numpy as jnp

        # a product, no scatter: its derivative keeps double precision outside the run too
        is_now = (jnp.arange(carried.shape[1]) == at.step).astype(float).reshape(-1, *(1,) * (carried.ndim - 2))
        return carried + is_now * self._remembered(carried, results)[:, None]


class WholeMemorySupply(LoopSupply):
    """The memory of a run through which a derivative is taken: all of it travels through the loop, O(N²)."""

    def __init__(self, code: StepCode, setup: Setup, initial: Mapping[str, Array], shape: tuple[int, ...]) -> None:
        import jax.numpy as jnp

        assert setup.sums is not None
        sums = setup.sums
        self.feed = WholeMemory.of(code, setup)
        # the part of a sum that is the state at the start, through which a derivative may be taken
        owners = [initial[state] for state in code.remembered for _ in range(sums.kinds)]
        hold = sums.method.sums_hold_start
        free = jnp.stack([jnp.broadcast_to(v if hold else 0.0, shape) for v in owners])
        tables = sums.tables()
        given = np.moveaxis(tables.rows, 1, 0), tables.own, tables.motion.T
        self.given = (free, *(jnp.asarray(table) for table in given))
        self.memory = jnp.zeros((sums.states, sums.steps, *shape))

    def handed(self, first: int, n: int, size: int) -> tuple[Any, Any]:
        """The weights of all steps, and what all steps remembered."""
        return self.given, self.memory

    def take(self, carried: Array, first: int) -> None:
        """What they remembered."""
        self.memory = carried

    def state(self, step: int) -> dict[str, Array]:
        """What they remembered."""
        return {"sums/remembered": self.memory[:, :step]}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """What they remembered in ``state``."""
        import jax.numpy as jnp

        known = jnp.asarray(state["sums/remembered"]).astype(float)[:, :step]
        self.memory = jnp.zeros_like(self.memory).at[:, :step].set(known)
