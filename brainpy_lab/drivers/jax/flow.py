"""A run on JAX: chunks of steps that one XLA program takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brainpy_lab.drivers.driver import Array, Chunk, Flow, Setup
from brainpy_lab.drivers.jax.loop import JaxLoop
from brainpy_lab.drivers.jax.noise import draws_of
from brainpy_lab.drivers.jax.past import PastNumbers, first_rings, loaded_rings, rings_by_name
from brainpy_lab.drivers.jax.precision import x64

_BUFFER_VALUES = 1 << 20  # numbers a chunk's record or event buffer may hold
_LONGEST_CHUNK = 4096


class JaxFlow(Flow):
    """A run whose values stay on the device; chunks have a number of steps that is no part of the compiled code."""

    def __init__(self, loop: JaxLoop, setup: Setup) -> None:
        import jax.numpy as jnp

        self.loop, self.setup, self.step = loop, setup, 0
        code = loop.code
        self.names = code.states + code.hidden
        with x64():
            given = {**setup.states, **setup.hidden}
            arrays = [jnp.asarray(given[n], dtype=float) for n in self.names]
            parameters = [jnp.asarray(setup.parameters[n], dtype=float) for n in code.parameters]
            if loop.layout.mixes:
                # array states keep the axis of their elements, all else has one of length one
                shape = setup.ensemble + setup.cell
                sizes = [a.shape[-1] if a.ndim else 1 for a in arrays]
                self.now = tuple(jnp.broadcast_to(a, (*setup.ensemble, n)) for a, n in zip(arrays, sizes, strict=True))
            else:
                shape = np.broadcast_shapes(*(a.shape for a in arrays), *(p.shape for p in parameters))
                self.now = tuple(jnp.broadcast_to(a, shape) for a in arrays)
            self.shape = shape
            self.parameters = tuple(parameters)
            self.rings = first_rings(code, setup, dict(zip(self.names, self.now, strict=True)))
        self.record = tuple(self.names.index(n) for n in setup.record)
        size = max(1, int(np.prod(shape, dtype=int)) * max(1, len(self.record), len(code.flags)))
        self.noise, self.narrow = setup.noise, setup.noise.narrow_among(code.draws)
        size = max(size, setup.noise.lanes * len(code.draws))
        self.capacity = int(min(_LONGEST_CHUNK, max(16, 1 << int(np.log2(max(1, _BUFFER_VALUES // size))))))

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Run pieces that fit the buffers."""
        setup, events = self.setup, []
        end = self.step + n_steps
        while self.step < end:
            n = end - self.step
            if self.loop.code.flags or self.loop.code.draws:
                n = min(n, self.capacity)
            if self.record:
                n = min(n, (self.capacity - 1) * setup.every)
            first = self.step
            kept, seen = self._piece(n)
            if self.record and rows is not None:
                count = (self.step - setup.first) // setup.every - (first - setup.first) // setup.every
                rows[:, row : row + count] = np.asarray(kept)[:, :count]
                row += count
            if self.loop.code.flags:
                found = np.asarray(seen)[:n].reshape(n, len(self.loop.code.flags), -1)
                step, kind, lane = np.nonzero(found)
                events.append((step + first + 1, lane, kind))
        parts = [np.concatenate(p) for p in zip(*events, strict=True)] if events else [np.empty(0, np.int64)] * 3
        return Chunk(*parts)

    def _piece(self, n: int) -> tuple[Array, Array]:
        import jax.numpy as jnp

        setup, layout = self.setup, self.loop.layout
        with x64():
            empty = jnp.zeros((1, 0))
            drive = self._table(setup.drive(self.step, n), n) if setup.drive and layout.driven else empty
            lanes = self._table(setup.drive_lanes(self.step, n), n) if setup.drive_lanes else empty
            draws = draws_of(self.loop.code.draws, self.noise, self.step, n, 1 << max(0, int(n - 1).bit_length()))
            past = PastNumbers.of(setup)
            self.now, self.rings, kept, seen = self.loop.chunk(
                n, self.step, setup.first, setup.t0, setup.dt, setup.every, self.now, self.parameters, drive, lanes,
                draws,
                self.rings, past.window, past.before, sweeps=past.sweeps,
                record=self.record, shape=self.shape, rows=self.capacity if self.record else 0, steps=self.capacity,
                narrow=self.narrow,
            )  # fmt: skip
            self.step += n
            for value in self.now:
                value.block_until_ready()
        return kept, seen

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

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and the rings of delayed states."""
        return self.values() | rings_by_name(self.loop.code, self.rings)

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        import jax.numpy as jnp

        with x64():
            self.now = tuple(jnp.asarray(state[n], dtype=float) for n in self.names)
            self.rings = loaded_rings(self.rings, self.loop.code, state, step)
        self.step = step
