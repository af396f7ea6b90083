"""A run on a tensor driver: a Python loop around the step, with its feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from brainpy_lab.codegen.stepcode import StepCode
from brainpy_lab.drivers.driver import Array, Chunk, Flow, Layout, Program, Setup
from brainpy_lab.drivers.feeds.widths import raised_lanes
from brainpy_lab.drivers.tensor.feed import ArrayFunctions, Draws, Feed
from brainpy_lab.drivers.tensor.memory import Memory, TracedMemory
from brainpy_lab.drivers.tensor.past import Histories


class TensorProgram(Program):
    """The step function and its driver."""

    def __init__(self, driver: ArrayFunctions, code: StepCode, layout: Layout, step: Callable[..., Any]) -> None:
        self.driver, self.code, self.layout, self.step = driver, code, layout, step

    def start(self, setup: Setup) -> Flow:
        """Begin a run."""
        return TensorFlow(self, setup)

    def feeds(self, setup: Setup) -> Iterator[Feed]:
        """What the step takes besides states and parameters, in the order of its arguments."""
        code, driver = self.code, self.driver
        if code.draws:
            yield Draws(driver, code.draws, setup)
        if setup.past is not None:
            yield Histories(driver, code, setup, setup.ensemble if self.layout.mixes and setup.cell else None)
        if setup.sums is not None:
            yield (TracedMemory if setup.differentiable else Memory)(driver, code, setup, setup.sums)


class TensorFlow(Flow):
    """A run whose values are one array a variable."""

    def __init__(self, program: TensorProgram, setup: Setup) -> None:
        self.program, self.setup, self.step = program, setup, 0
        code, driver = program.code, program.driver
        self.names = code.states + code.hidden
        self._carried, self._flags = code.results.places("state", "hidden"), code.results.places("flag")
        given = {**setup.states, **setup.hidden}
        self.now: list[Array] = [driver.array(given[n]) for n in self.names]
        self.parameters: dict[str, Array] = {n: driver.array(setup.parameters[n]) for n in code.parameters}
        self._connect(setup)

    def _connect(self, setup: Setup) -> None:
        self.feeds = list(self.program.feeds(setup))
        self._taking = [feed for feed in self.feeds if type(feed).after is not Feed.after]
        self._sweeps = max((feed.sweeps for feed in self.feeds), default=1)

    def resume(self, setup: Setup) -> None:
        """Go on from here with another clock and noise."""
        state = self.state()
        super().resume(setup)
        self._connect(setup)
        self.load(state, self.step)

    def advance(self, n_steps: int, rows: np.ndarray | None, row: int) -> Chunk:
        """Repeat the step; records go into ``rows`` or are kept as the driver's own arrays."""
        setup, driver = self.setup, self.program.driver
        record = [self.names.index(n) for n in setup.record]
        kept: list[list[Array]] = []
        events: list[tuple[int, int, int]] = []
        end = self.step + n_steps
        with driver.computing(setup.differentiable), np.errstate(all="ignore"):
            while self.step < end:
                first = self.step
                count = min([end - first, *(feed.prepare(first, end - first) for feed in self.feeds)])
                drives = self._drives(first, count)
                for i in range(count):
                    for name, table in drives.items():
                        self.parameters[name] = driver.array(table[i])
                    events += self._take()
                    if record and (self.step - setup.first) % setup.every == 0:
                        if rows is None:
                            kept.append([self.now[r] for r in record])
                        else:
                            for r, index in enumerate(record):
                                rows[r, row] = driver.to_numpy(self.now[index])
                            row += 1
        found = np.array(events, dtype=np.int64).reshape(-1, 3)
        return Chunk(found[:, 0], found[:, 1], found[:, 2], kept or None)

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

    def _take(self) -> list[tuple[int, int, int]]:
        """Take one step; returns its events."""
        setup, driver = self.setup, self.program.driver
        values = self._swept() if self._sweeps > 1 else self._once(0)
        self.now = [values[i] for i in self._carried]
        self.step += 1
        events: list[tuple[int, int, int]] = []
        for kind, place in enumerate(self._flags):
            lanes = raised_lanes(driver.to_numpy(values[place]), setup, self.program.layout)
            events += [(self.step, int(lane), kind) for lane in lanes]
        return events

    def _once(self, sweep: int) -> list[Array]:
        """The results of the step from where the run stands, handed to the feeds."""
        driver, step = self.program.driver, self.step
        t0, number, dt = self.setup.clock(step)
        fed: list[Any] = []
        for feed in self.feeds:
            fed += feed.before(step, sweep)
        t, dt = driver.array(t0 + number * dt), driver.array(dt)
        result = self.program.step(t, dt, *self.now, *self.parameters.values(), *fed)
        values = list(result) if isinstance(result, tuple) else [result]
        for feed in self._taking:
            feed.after(step, self.values(), values)
        return values

    def _swept(self) -> list[Array]:
        """With delays shorter than a step: the results of the last of several passes over it."""
        driver = self.program.driver
        values = self._once(0)
        for sweep in range(1, self._sweeps):
            before, values = values, self._once(sweep)
            if all(
                np.array_equal(driver.to_numpy(a), driver.to_numpy(b), equal_nan=True)
                for a, b in zip(before, values, strict=True)
            ):
                break
        return values

    def values(self) -> dict[str, Array]:
        """States and hidden variables now."""
        return dict(zip(self.names, self.now, strict=True))

    def state(self) -> dict[str, Array]:
        """States, hidden variables, and what feeds carry."""
        found = self.values()
        for feed in self.feeds:
            found |= feed.state(self.step)
        return found

    def load(self, state: Mapping[str, Array], step: int) -> None:
        """Go to ``state`` at ``step``."""
        self.now = [self.program.driver.array(state[n]) for n in self.names]
        for feed in self.feeds:
            feed.load(state, step)
        self.step = step
