"""Histories of delayed states on drivers whose arrays follow NumPy's operators and whose loop is Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.adaptive.past import value_at
from brainpy_lab.drivers.driver import Array, Setup
from brainpy_lab.drivers.feeds.past import AT_ONCE, COEFFICIENTS, Reach, fill, index_of, refill
from brainpy_lab.drivers.tensor.feed import ArrayFunctions, Feed


class TensorHistory:
    """One state's ring, as step code reads it: ``past(history, t)`` and ``before(history, t)``."""

    def __init__(self, driver: ArrayFunctions, ring: Array, setup: Setup) -> None:
        self.driver, self.ring, self.setup = driver, ring, setup
        self.reach = Reach(0.0, 0.0, 0.0, 0.0)

    def at(self, t: Array, side: str) -> Array:
        """The value at the time ``t``; shapes broadcast."""
        position = (t - self.setup.t0) / self.setup.dt
        where = np.asarray(self.driver.to_numpy(position))
        reach = self.reach
        with np.errstate(invalid="ignore"):
            index = index_of(where, side, np.floor, np.ceil)
            known = (index >= reach.first) & (where <= reach.end + AT_ONCE)
            index = np.clip(index, reach.lowest, reach.last)
            slot = np.where(known, index, 0.0).astype(np.int64) % len(self.ring)
        c = self.pieces(slot)
        s = position - self.driver.array(index)
        value = c[0] + s * (c[1] + s * (c[2] + s * c[3]))
        return value if known.all() else value + self.driver.array(np.where(known, 0.0, np.nan))

    def pieces(self, slot: np.ndarray) -> Array:
        """Coefficients of the steps in the slots, one for all lanes or one each: (COEFFICIENTS, *shape)."""
        if slot.size == 1:
            return self.ring[int(slot.reshape(-1)[0])]
        return self.driver.gather(self.ring, slot)

    def store(self, step: int, coefficients: list[Array]) -> None:
        """Put a step's polynomial into the ring."""
        slot = self.ring[step % len(self.ring)]
        for k in range(COEFFICIENTS):
            slot[k] = coefficients[k] if k < len(coefficients) else 0.0

    def copy(self) -> Array:
        """The ring as it is."""
        return self.ring.copy() if isinstance(self.ring, np.ndarray) else self.ring.clone()

    def load(self, ring: Array, step: int) -> None:
        """Go to another ring at ``step``."""
        refill(self.ring, ring, step)


class StepHistory:
    """One state's course in an adaptive run, as step code reads it."""

    def __init__(self, driver: ArrayFunctions, history: tuple[Any, Any, int]) -> None:
        self.driver, self.history = driver, history

    def at(self, t: Array, side: str) -> Array:
        """The value at one time."""
        table, span, column = self.history
        time = float(np.asarray(self.driver.to_numpy(t)))
        return self.driver.array(value_at(table, span, column, time, side == "before"))


class ListHistory(TensorHistory):
    """The same while derivatives are recorded: steps are kept as arrays of their own, and none is changed."""

    def __init__(self, driver: ArrayFunctions, ring: list[list[Array]], setup: Setup) -> None:
        super().__init__(driver, ring, setup)

    def pieces(self, slot: np.ndarray) -> Array:
        """As above, put together from the steps asked for."""
        if slot.size == 1:
            return self.ring[int(slot.reshape(-1)[0])]
        different, which = np.unique(slot, return_inverse=True)
        which = which.reshape(slot.shape)
        found = list(self.ring[int(different[0])])
        for number, other in enumerate(different[1:], 1):
            chosen = self.driver.mask(which == number)
            found = [self.driver.choose(chosen, b, a) for a, b in zip(found, self.ring[int(other)], strict=True)]
        return found

    def store(self, step: int, coefficients: list[Array]) -> None:
        """Put a step's polynomial into the list."""
        zero = 0.0 * coefficients[0]
        self.ring[step % len(self.ring)] = [*coefficients, *[zero] * (COEFFICIENTS - len(coefficients))]

    def copy(self) -> Array:
        """The steps put together."""
        shape = np.broadcast_shapes(*(tuple(c.shape) for piece in self.ring for c in piece))
        zero = self.driver.array(np.zeros(shape))
        return self.driver.stack([self.driver.stack([c + zero for c in piece]) for piece in self.ring])

    def load(self, ring: Array, step: int) -> None:
        """Go to another ring, of this length, at ``step``."""
        self.ring = [[piece[k] for k in range(COEFFICIENTS)] for piece in ring]


class Histories(Feed):
    """All histories of one run."""

    def __init__(self, driver: ArrayFunctions, code: StepCode, setup: Setup, ensemble: tuple[int, ...] | None) -> None:
        assert setup.past is not None
        self.driver, self.past, self.setup = driver, setup.past, setup
        self.ensemble = ensemble  # axes of the ensemble, where states keep them before one for their elements
        self.sweeps = setup.past.sweeps
        self.of = {s: self._history(s) for s in code.delayed}
        self.places = {s: code.results.places("polynomial", owner=s) for s in code.delayed}

    def _history(self, state: str) -> TensorHistory:
        driver, setup = self.driver, self.setup
        initial = driver.array(setup.states[state])
        if not setup.differentiable:
            whole = driver.to_numpy(initial)
            if self.ensemble is not None:
                whole = np.broadcast_to(whole, (*self.ensemble, whole.shape[-1] if whole.ndim else 1))
            return TensorHistory(driver, driver.array(fill(self.past, state, whole, whole.shape)), setup)
        plain = np.asarray(driver.to_numpy(initial))
        zero = driver.array(np.zeros(plain.shape))
        ring = [[driver.array(c) for c in piece] for piece in fill(self.past, state, plain, plain.shape)]
        if self.past.before[state] is None:
            for slot in self.past.places(self.past.begin - self.past.first):
                ring[slot] = [initial, zero, zero, zero]
        return ListHistory(driver, ring, setup)

    def before(self, step: int, sweep: int) -> list[TensorHistory]:
        """The histories as the step takes them."""
        reach = Reach.of(self.past, step, sweep)
        for history in self.of.values():
            history.reach = reach
        return list(self.of.values())

    def after(self, step: int, starts: Mapping[str, Array], results: Sequence[Array]) -> None:
        """Take in the step's polynomials: the value at its start, and dt times the coefficients, by power."""
        for state, history in self.of.items():
            pieces = [self.setup.dt * results[i] for i in self.places[state]]
            history.store(step, [starts[state], *pieces])

    def state(self, step: int) -> dict[str, Array]:
        """The rings."""
        return {f"past/{s}": history.copy() for s, history in self.of.items()}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """The rings as they are in ``state``, at ``step``."""
        for name, history in self.of.items():
            history.load(state[f"past/{name}"], step)
