"""A run on JAX: chunks of steps that one XLA program takes, with their feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Chunk, Flow, Setup
from brainpy_lab.drivers.jax.feed import LoopSupply, padded
from brainpy_lab.drivers.jax.loop import JaxLoop
from brainpy_lab.drivers.jax.memory import MemorySupply, WholeMemorySupply
from brainpy_lab.drivers.jax.noise import DrawSupply
from brainpy_lab.drivers.jax.past import RingSupply
from brainpy_lab.drivers.jax.precision import x64

_BUFFER_VALUES = 1 << 20  # numbers a chunk's record or event buffer may hold
_LONGEST_CHUNK = 4096


def supplies(
    code: StepCode, setup: Setup, initial: Mapping[str, Array], shape: tuple[int, ...]
) -> Iterator[LoopSupply]:
    """What a step takes besides states and parameters, in the order of its arguments."""
    if code.draws:
        yield DrawSupply(code.draws, setup)
    if setup.past is not None:
        yield RingSupply(code, setup, initial)
    if setup.sums is not None:
        yield WholeMemorySupply(code, setup, initial, shape) if setup.differentiable else MemorySupply(code, setup)


class JaxFlow(Flow):
    """A run whose values stay on the device; chunks have a number of steps that is no part of the compiled code."""

    def __init__(self, loop: JaxLoop, setup: Setup) -> None:
        import jax.numpy as jnp

        self.loop, self.setup, self.step = loop, setup, 0
        code = loop.code
        self.names = code.states + code.hidden
        with x64():
            given = {**setup.states, **setup.hidden}
            arrays = [jnp.asarray(given[n]).astype(float) for n in self.names]
            self.parameters = tuple(jnp.asarray(setup.parameters[n]).astype(float) for n in code.parameters)
            if loop.layout.mixes:
                # array states keep the axis of their elements, all else has one of length one
                self.shape = setup.ensemble + setup.cell
                sizes = [setup.cell[-1] if setup.cell and n in setup.wide else 1 for n in self.names]
                shapes = [(*setup.ensemble, size) for size in sizes]
            else:
                self.shape = np.broadcast_shapes(*(a.shape for a in arrays), *(p.shape for p in self.parameters))
                shapes = [self.shape] * len(arrays)
            self.now = tuple(jnp.broadcast_to(a, s) for a, s in zip(arrays, shapes, strict=True))
        self.record = tuple(self.names.index(n) for n in setup.record)
        self._connect()

    def _connect(self) -> None:
        """The supplies, and how many steps a chunk may have for its buffers."""
        code, setup = self.loop.code, self.setup
        with x64():
            self.supplies = list(supplies(code, setup, self.values(), self.shape))
        self.feeds = tuple(supply.feed for supply in self.supplies)
        self.block = max((supply.block for supply in self.supplies), default=0)
        size = max(1, int(np.prod(self.shape, dtype=int)) * max(1, len(self.record), len(code.flags)))
        size = max(size, setup.noise.lanes * len(code.draws))
        fitting = min(_LONGEST_CHUNK, max(16, 1 << int(np.log2(max(1, _BUFFER_VALUES // size)))))
        self.capacity = min(fitting, self.block) if self.block else fitting

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run pieces that fit the buffers."""
        setup, code, events = self.setup, self.loop.code, []
        end = self.step + n_steps
        while self.step < end:
            first = self.step
            n = min([end - first, *(supply.prepare(first, end - first) for supply in self.supplies)])
            if code.flags or code.draws or self.block:
                n = min(n, self.capacity)
            if self.record:
                n = min(n, self.capacity * setup.every)
            kept, seen = self._piece(n)
            if self.record and rows is not None:
                count = (self.step - setup.first) // setup.every - (first - setup.first) // setup.every
                rows[:, row : row + count] = np.asarray(kept)[:, :count]
                row += count
            if code.flags:
                step, kind, lane = np.nonzero(np.asarray(seen)[:n].reshape(n, len(code.flags), -1))
                events.append((step + first + 1, lane, kind))
        parts = [np.concatenate(p) for p in zip(*events, strict=True)] if events else [np.empty(0, np.int64)] * 3
        return Chunk(*parts)

    def _piece(self, n: int) -> tuple[Array, Array]:
        setup, layout, first = self.setup, self.loop.layout, self.step
        # tables have few lengths, since each is compiled
        size = self.capacity if self.block else 1 << max(0, int(n - 1).bit_length())
        none = np.zeros((1, 0))
        drive = padded(setup.drive(first, n), size) if setup.drive and layout.driven else none
        lanes = padded(setup.drive_lanes(first, n), size) if setup.drive_lanes else none
        with x64():
            handed = [supply.handed(first, n, size) for supply in self.supplies]
            given, carried = tuple(g for g, _ in handed), tuple(c for _, c in handed)
            self.now, carried, kept, seen = self.loop.chunk(
                n, first, setup.first, setup.every, setup.clock(first), self.now, self.parameters, drive, lanes, given,
                carried, feeds=self.feeds, record=self.record, shape=self.shape,
                rows=self.capacity + 1 if self.record else 0, steps=self.capacity,
            )  # fmt: skip
            for supply, own in zip(self.supplies, carried, strict=True):
                supply.take(own, first)
            self.step += n
            for value in self.now:
                value.block_until_ready()
        return kept, seen

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def resume(self, setup: Setup) -> None:
        """Go on from here with another clock and noise."""
        state = self.state()
        super().resume(setup)
        self._connect()
        self.load(state, self.step)

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and what feeds carry."""
        found = self.values()
        for supply in self.supplies:
            found |= supply.state(self.step)
        return found

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        import jax.numpy as jnp

        with x64():
            self.now = tuple(jnp.asarray(state[n]).astype(float) for n in self.names)
            for supply in self.supplies:
                supply.load(state, step)
        self.step = step
