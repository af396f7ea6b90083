"""Fractional runs on tensor drivers: a Python loop, the latest sums taken with NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Chunk, Flow, Layout, Program, Setup
from brainpy_lab.drivers.feeds.memory_sums import MemorySums
from brainpy_lab.drivers.feeds.widths import narrow_among, narrowed_rows, raised_lanes


class TensorMemoryProgram(Program):
    """The step function and its driver."""

    def __init__(self, driver: Any, code: StepCode, layout: Layout, step: Any) -> None:
        self.driver, self.code, self.layout, self.step = driver, code, layout, step

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        if setup.differentiable:
            return TracedMemoryFlow(self, setup)
        return TensorMemoryFlow(self, setup)


class _MemoryFlow(Flow):
    """What the flows below share: values by name, and a call of the step."""

    def __init__(self, program: TensorMemoryProgram, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        code, self.driver = program.code, program.driver
        self.names = code.states + code.memory
        given = {**setup.states, **setup.memory}
        self.now: list[Array] = [self.driver.array(given[n]) for n in self.names]
        self.parameters: dict[str, Array] = {n: self.driver.array(setup.parameters[n]) for n in code.parameters}
        self.record = [self.names.index(n) for n in setup.record]
        assert setup.sums is not None
        self.sums: MemorySums = setup.sums

    def take(self, sums: list[Array]) -> tuple[list[Array], list[Array]]:
        """One step: event flags, and what to remember of each fractional state."""
        t0, number, dt = self.sums.clock(self.step, self.setup.t0)
        result = self.program.step(
            self.driver.array(t0 + number * dt), self.driver.array(dt), *self.now, *self.parameters.values(), *sums
        )
        results = self.program.code.results
        self.now = results.pick(result, "state", "hidden")
        return results.pick(result, "flag"), results.pick(result, "remembered")

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        self.now = [self.driver.array(state[n]) for n in self.names]
        self.step = step


class TensorMemoryFlow(_MemoryFlow):
    """A run whose memory is NumPy's."""

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and what steps remembered."""
        return self.values() | {"sums/remembered": self.sums.remembered[:, : self.step]}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        super().load(state, step)
        self.sums.load(state["sums/remembered"], step)

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Repeat the step, with the sums of each block made before it."""
        assert rows is not None
        setup, sums, driver = self.setup, self.sums, self.driver
        events: list[tuple[int, int, int]] = []
        end = self.step + n_steps
        given = self.program.code.arguments
        narrow, narrow_own = (narrow_among(given.of(role).owners, setup) for role in ("sum", "weight"))
        with driver.computing(False), np.errstate(all="ignore"):
            while self.step < end:
                count = min(end - self.step, sums.begin(self.step))
                own = [driver.array(w) for w in narrowed_rows(sums.own(self.step), narrow_own)]
                low, first = sums.low(self.step), self.step
                drives = self._drives(first, count)
                for i in range(count):
                    self.parameters.update({name: driver.array(table[i]) for name, table in drives.items()})
                    past = [driver.array(s) for s in narrowed_rows(self._recent_sums(low), narrow)]
                    flags, remembered = self.take([*past, *own])
                    for state, value in enumerate(remembered):
                        sums.remembered[state, self.step] = driver.to_numpy(value)
                    self.step += 1
                    for kind, flag in enumerate(flags):
                        lanes = raised_lanes(driver.to_numpy(flag), setup, self.program.layout)
                        events += [(self.step, int(lane), kind) for lane in lanes]
                    if self.record and (self.step - setup.first) % setup.every == 0:
                        for r, index in enumerate(self.record):
                            rows[r, row] = driver.to_numpy(self.now[index])
                        row += 1
        found = np.array(events, dtype=np.int64).reshape(-1, 3)
        return Chunk(found[:, 0], found[:, 1], found[:, 2])

    def _drives(self, first: int, count: int) -> dict[str, np.ndarray]:
        """Values over the next steps of the parameters that move in time."""
        setup, layout = self.setup, self.program.layout
        tables: dict[str, np.ndarray] = {}
        if setup.drive:
            tables |= dict(zip(layout.driven, setup.drive(first, count).T, strict=True))
        if setup.drive_lanes:
            moving = np.moveaxis(setup.drive_lanes(first, count), 1, 0)
            tables |= {n: layout.lanes_of(n, d) for n, d in zip(layout.driven_lanes, moving, strict=True)}
        return tables

    def _recent_sums(self, low: int) -> np.ndarray:
        """The sums of this step, those of the steps since ``low`` added."""
        sums, count = self.sums, self.step - low
        whole = sums.sums[:, self.step].copy()
        if count:
            weights = sums.recent[:, sums.block - count :]
            for k in range(len(whole)):
                past = sums.remembered[k // sums.kinds, low : self.step]
                if weights.ndim == 2:
                    whole[k] += np.tensordot(weights[k], past, axes=(0, 0))
                else:
                    whole[k] += (weights[k] * past).sum(axis=0)
        return whole


class TracedMemoryFlow(_MemoryFlow):
    """A run through which a derivative is taken: sums taken directly over the driver's own arrays, O(N²)."""

    def __init__(self, program: TensorMemoryProgram, setup: Setup) -> None:
        super().__init__(program, setup)
        hold_start = self.sums.method.sums_hold_start
        states = self.program.code.remembered
        self.start: list[Any] = [self.now[self.names.index(n)] if hold_start else 0.0 for n in states]
        self.remembered: list[list[Array]] = [[] for _ in states]

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and what steps remembered."""
        if not self.step:
            return self.values() | {"sums/remembered": np.zeros((len(self.remembered), 0, *self.sums.shape))}
        stack = self.driver.stack
        return self.values() | {"sums/remembered": stack([stack(known) for known in self.remembered])}

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        super().load(state, step)
        self.remembered = [[known[i] for i in range(step)] for known in state["sums/remembered"]]

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Repeat the step; all values stay the driver's own arrays."""
        setup, sums, driver = self.setup, self.sums, self.driver
        tables = sums.tables()
        start, memory = self.start, self.remembered
        kept: list[list[Array]] = []
        with driver.computing(True):
            for i in range(self.step, self.step + n_steps):
                past = []
                for k in range(len(tables.rows)):
                    weights = tables.rows[k, i, :i].tolist()
                    whole = start[k // sums.kinds] + float(tables.motion[k, i])
                    for weight, value in zip(weights, memory[k // sums.kinds], strict=True):
                        if weight:
                            whole = whole + weight * value
                    past.append(whole if hasattr(whole, "dtype") else driver.array(whole))
                _, remembered = self.take([*past, *(driver.array(w) for w in tables.own[i])])
                for known, value in zip(memory, remembered, strict=True):
                    known.append(value)
                self.step += 1
                if self.record and (self.step - setup.first) % setup.every == 0:
                    kept.append([self.now[r] for r in self.record])
        none = np.empty(0, np.int64)
        return Chunk(none, none, none, kept or None)
