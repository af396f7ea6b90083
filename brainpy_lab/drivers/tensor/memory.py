"""The memory of fractional states on tensor drivers: sums over what earlier steps remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Setup
from brainpy_lab.drivers.feeds.memory_sums import MemorySums
from brainpy_lab.drivers.feeds.widths import narrow_among, narrowed_rows
from brainpy_lab.drivers.tensor.feed import ArrayFunctions, Feed


class Memory(Feed):
    """Memory that is NumPy's: blocks of sums made before their steps, the latest added step by step."""

    def __init__(self, driver: ArrayFunctions, code: StepCode, setup: Setup, sums: MemorySums) -> None:
        self.driver, self.code, self.sums = driver, code, sums
        given = code.arguments
        self.narrow, self.narrow_own = (narrow_among(given.of(role).owners, setup) for role in ("sum", "weight"))
        self.own: list[Array] = []

    def prepare(self, first: int, n: int) -> int:
        """Make the sums of a block of steps, which share the weights of their own."""
        n = min(n, self.sums.begin(first))
        self.own = [self.driver.array(w) for w in narrowed_rows(self.sums.own(first), self.narrow_own)]
        return n

    def before(self, step: int, sweep: int) -> list[Array]:
        """The sums, then the weights."""
        past = narrowed_rows(self._recent_sums(step), self.narrow)
        return [*(self.driver.array(s) for s in past), *self.own]

    def after(self, step: int, starts: Mapping[str, Array], results: Sequence[Array]) -> None:
        """Keep what the step remembers."""
        for state, value in enumerate(self.code.results.pick(results, "remembered")):
            self.sums.remembered[state, step] = self.driver.to_numpy(value)

    def _recent_sums(self, step: int) -> np.ndarray:
        """The sums of a step, those of the steps since the block's first added."""
        sums, low = self.sums, self.sums.low(step)
        count = step - low
        whole = sums.sums[:, step].copy()
        if count:
            weights = sums.recent[:, sums.block - count :]
            for k in range(len(whole)):
                past = sums.remembered[k // sums.kinds, low:step]
                if weights.ndim == 2:
                    whole[k] += np.tensordot(weights[k], past, axes=(0, 0))
                else:
                    whole[k] += (weights[k] * past).sum(axis=0)
        return whole

    def state(self, step: int) -> dict[str, Array]:
        """What the steps before ``step`` remembered."""
        return {"sums/remembered": self.sums.remembered[:, :step]}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """What they remembered in ``state``."""
        self.sums.load(state["sums/remembered"], step)


class TracedMemory(Feed):
    """Memory through which a derivative is taken: sums taken directly over the driver's own arrays, O(N²)."""

    def __init__(self, driver: ArrayFunctions, code: StepCode, setup: Setup, sums: MemorySums) -> None:
        self.driver, self.code, self.sums = driver, code, sums
        self.tables = sums.tables()
        hold_start = sums.method.sums_hold_start
        self.start: list[Any] = [driver.array(setup.states[s]) if hold_start else 0.0 for s in code.remembered]
        self.remembered: list[list[Array]] = [[] for _ in code.remembered]

    def before(self, step: int, sweep: int) -> list[Array]:
        """The sums, then the weights."""
        sums, tables, past = self.sums, self.tables, []
        for k in range(len(tables.rows)):
            weights = tables.rows[k, step, :step].tolist()
            whole = self.start[k // sums.kinds] + float(tables.motion[k, step])
            for weight, value in zip(weights, self.remembered[k // sums.kinds], strict=True):
                if weight:
                    whole = whole + weight * value
            past.append(whole if hasattr(whole, "dtype") else self.driver.array(whole))
        return [*past, *(self.driver.array(w) for w in tables.own[step])]

    def after(self, step: int, starts: Mapping[str, Array], results: Sequence[Array]) -> None:
        """Keep what the step remembers."""
        for known, value in zip(self.remembered, self.code.results.pick(results, "remembered"), strict=True):
            known[step:] = [value]

    def state(self, step: int) -> dict[str, Array]:
        """What the steps before ``step`` remembered."""
        if not step:
            return {"sums/remembered": np.zeros((len(self.remembered), 0, *self.sums.shape))}
        stack = self.driver.stack
        return {"sums/remembered": stack([stack(known) for known in self.remembered])}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """What they remembered in ``state``."""
        self.remembered = [[known[i] for i in range(step)] for known in state["sums/remembered"]]
